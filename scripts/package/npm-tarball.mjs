/** The npm package: packed, and checked by the tools that know how others will read it. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../install.mjs';
import { run } from './run.mjs';
import { packageFacts } from './trees.mjs';

/** The file name of the package. */
export function tarballName() {
  const { name, version } = packageFacts();
  return `${name}-${version}.tgz`;
}

/** Packs the build. npm gives every file the same time, and sorts them. */
export function writeTarball(path) {
  const folder = join(path, '..');
  const packed = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
  });
  const listing = JSON.parse(packed);
  const [{ filename }] = Array.isArray(listing) ? listing : Object.values(listing);
  if (join(folder, filename) !== path) renameSync(join(folder, filename), path);
}

/** Checks the package as publint and attw do. @throws an Error with what they found. */
export function checkTarball(path) {
  const node = join(root, 'node_modules/.bin/node');
  run(node, [join(root, 'node_modules/publint/src/cli.js'), 'run', path, '--strict'], { cwd: root });
  // Refit has ES modules only, so older ways to find types do not count.
  const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  run(node, [attw, path, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii'], { cwd: root });
}
