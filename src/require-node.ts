/** Refuses another system and an old Node before any other module of the library loads, because the packages fail there with riddles. */
import { problemOfNode } from './node-version.ts';
import { problemOfPlatform } from './platform.ts';
import { OLDEST_NODE, VERSION } from './version.ts';

const problem = problemOfPlatform(process.platform) ?? problemOfNode(process.versions.node, OLDEST_NODE);
if (problem !== null) throw new Error(problem);

export { VERSION };
