/** The version of this program and the Node that it needs, both from package.json. */
import { readFileSync } from 'node:fs';

const { version, engines } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string; engines: { node: string } };

/** The version of Refit. */
export const VERSION: string = version;
/** The oldest Node, such as `22.19`. */
export const OLDEST_NODE: string = engines.node.replace('>=', '');
