/**
 * Builds the single executable: Node with the bundle of the command, the schemas, the example plans and the pages of the
 * console inside. Node for another processor comes from `node-binary.mjs`.
 */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleCommand } from '../bundle.mjs';
import { root } from '../install.mjs';
import { run } from './run.mjs';

/** Node starts the blob behind this mark. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const NODE = join(root, 'node_modules/.bin/node');

/** Folders and files of the package that are inside, by the names that the code reads. */
const FOLDERS = ['schemas', 'dist/console-pages'];
const FILES = ['dist/build.json', 'plans/demo.yaml'];

/** The files that `inThread` starts. */
const THREADS = ['operations/plans/parse-worker', 'operations/reviews/dry-run-worker'];

/**
 * Makes the part of the executable that is the same for every processor.
 * @param folder for files in between.
 * @returns the path of the blob, and the licence texts of the packages in it.
 */
export async function makeBlob(folder) {
  rmSync(folder, { recursive: true, force: true });
  const bundled = join(folder, 'bundle');
  const { loader, files, licences } = await bundleCommand(bundled, THREADS);
  writeFileSync(join(folder, 'main.cjs'), `${loader}load('command.js');\n`);
  writeFileSync(join(folder, 'loader.cjs'), loader);
  const paths = FOLDERS.flatMap((path) => filesBelow(path));
  const assets = [
    ['bundle/loader.cjs', join(folder, 'loader.cjs')],
    ...files.map((file) => [`bundle/${file}`, join(bundled, file)]),
    ...[...paths, ...FILES].sort().map((path) => [path, join(root, path)]),
  ];
  const config = {
    // Relative, because the path is in the blob, and must be the same on every machine.
    main: 'main.cjs',
    output: 'refit.blob',
    assets: Object.fromEntries(assets),
    disableExperimentalSEAWarning: true,
    // Its code cache and snapshot would fit one processor only.
    useCodeCache: false,
    useSnapshot: false,
  };
  writeFileSync(join(folder, 'sea.json'), JSON.stringify(config));
  run(NODE, ['--experimental-sea-config', 'sea.json'], { cwd: folder });
  return { blob: join(folder, 'refit.blob'), licences };
}

/** Writes the executable. @param node the path of the Node for its processor. */
export function makeExecutable({ node, blob, path }) {
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(node, path);
  chmodSync(path, 0o755);
  const postject = join(root, 'node_modules/postject/dist/cli.js');
  // It warns about the notes of every binary of Node.
  run(NODE, [postject, path, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE]);
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}
