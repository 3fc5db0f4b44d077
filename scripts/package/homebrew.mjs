/** The Homebrew formula, filled with the checksums of the artifacts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../install.mjs';
import { packageFacts } from './trees.mjs';

/** Where the formula says that the artifacts are, until `--url` names the place. */
export const EXAMPLE_URL = 'https://downloads.example.com/refit';

/** Writes the formula. @param checksums by the file name. @param files names of the npm package and of the executables. */
export function writeFormula(path, { url, checksums, files }) {
  const { version } = packageFacts();
  const values = {
    ...{ VERSION: version, URL: url },
    ...Object.fromEntries(
      Object.entries(files).flatMap(([place, file]) => [
        [`URL_${place}`, `${url}/${file}`],
        [`SHA256_${place}`, checksums.get(file)],
      ]),
    ),
  };
  const template = readFileSync(join(root, 'deploy/homebrew/refit.rb'), 'utf8');
  const text = template.replace(/@(\w+)@/g, (_, name) => {
    if (values[name] === undefined) throw new Error(`deploy/homebrew/refit.rb: nothing fills @${name}@`);
    return values[name];
  });
  writeFileSync(path, text.replace(/^(#.*\n)+/, ''));
}
