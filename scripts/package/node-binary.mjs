/** Node for the single executables, with the checksum of each binary. A new version of Node needs new checksums here. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from '../install.mjs';
import { run } from './run.mjs';

const VERSION = '24.21.0';
const SHA256 = {
  x64: '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
  arm64: '0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584',
};

/** Processors that the executables are for. */
export const PROCESSORS = Object.keys(SHA256);

const CACHE = join(root, 'artifacts/.cache');

/**
 * The path of Node for Linux and a processor. It is the installed one, or npm fetches it once into `artifacts/.cache`: its
 * package installs on such a machine only, so `npm ci` cannot bring it.
 * @throws if it is not the binary that the checksum names.
 */
export function nodeFor(processor) {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (devDependencies.node !== VERSION)
    throw new Error(
      `package.json has Node ${devDependencies.node}: set its version and checksums in node-binary.mjs`,
    );
  const installed = join(root, 'node_modules/node/bin/node');
  if (process.platform === 'linux' && process.arch === processor && isRight(installed, processor))
    return installed;
  const fetched = join(fetchedPackage(processor), 'bin/node');
  if (!isRight(fetched, processor)) throw new Error(`${fetched} is not Node ${VERSION} for ${processor}`);
  return fetched;
}

/** The licences of Node and of what is in it. */
export function nodeLicence() {
  const [installed] = globSync(join(root, 'node_modules/node/node_modules/node-linux-*/LICENSE'));
  return readFileSync(installed ?? join(fetchedPackage('arm64'), 'LICENSE'), 'utf8');
}

function isRight(path, processor) {
  return createHash('sha256').update(readFileSync(path)).digest('hex') === SHA256[processor];
}

function fetchedPackage(processor) {
  const name = `node-linux-${processor}@${VERSION}`;
  const folder = join(CACHE, `node-linux-${processor}-${VERSION}`);
  if (existsSync(join(folder, 'LICENSE'))) return folder;
  process.stderr.write(`fetching ${name} once, into ${relative(root, dirname(folder))}\n`);
  mkdirSync(folder, { recursive: true });
  run('npm', ['pack', name, '--pack-destination', CACHE, '--loglevel=error'], { cwd: root });
  const packed = join(CACHE, `node-linux-${processor}-${VERSION}.tgz`);
  const wanted = ['package/bin/node', 'package/LICENSE'];
  run('tar', ['-xzf', packed, '-C', folder, '--strip-components=1', ...wanted]);
  return folder;
}
