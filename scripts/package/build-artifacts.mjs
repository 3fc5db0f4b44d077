/** Builds the artifacts into a folder, each from what the earlier ones made. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../install.mjs';
import { writeTar } from './archive.mjs';
import { makeBlob, makeExecutable } from './build-executable.mjs';
import { debianName, writeDebian } from './debian.mjs';
import { writeFormula } from './homebrew.mjs';
import { nodeFor, nodeLicence, PROCESSORS } from './node-binary.mjs';
import { checkTarball, tarballName, writeTarball } from './npm-tarball.mjs';
import { imageTree, writeImage } from './oci-image.mjs';
import { has, run } from './run.mjs';
import { packageFacts, prefixTree } from './trees.mjs';

/** The kinds of artifacts. */
export const KINDS = ['npm', 'executable', 'debian', 'image', 'homebrew'];

/** The file name of the archive with the executable. */
export const archiveName = (processor) => `refit-${packageFacts().version}-linux-${processor}.tar.gz`;

/** The file name of the image. */
export const imageName = (processor) =>
  `redis-refit-${packageFacts().version}${processor === 'x64' ? '' : `-${processor}`}.oci.tar`;

/** Docker's names of processors. */
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };

/** @param work a folder for files in between. @param kinds which artifacts. @param url for the Homebrew formula. */
export async function buildArtifacts(folder, { work, kinds, url }) {
  const time = timeOfBuild();
  const wants = (...some) => some.some((kind) => kinds.includes(kind));
  if (wants('npm', 'homebrew')) {
    step('the npm package');
    writeTarball(join(folder, tarballName()));
    if (wants('npm')) checkTarball(join(folder, tarballName()));
  }
  if (wants('executable', 'debian', 'image', 'homebrew')) {
    step('the blob of the executables');
    const { blob, licences: packages } = await makeBlob(join(work, 'blob'));
    const licences = `${packages}\n${'-'.repeat(80)}\n\nNode.js\n\n${nodeLicence()}`;
    for (const processor of PROCESSORS) {
      step(`Linux ${processor}`);
      const executable = join(work, processor, 'refit');
      makeExecutable({ node: nodeFor(processor), blob, path: executable });
      await packageExecutable(folder, { processor, executable, licences, time, wants });
    }
  }
  if (wants('homebrew')) {
    const [x64, arm64] = [archiveName('x64'), archiveName('arm64')];
    const files = { NPM: tarballName(), X64: x64, ARM64: arm64 };
    const checksums = new Map(Object.values(files).map((name) => [name, sha256(join(folder, name))]));
    writeFormula(join(folder, 'refit.rb'), { url, checksums, files });
  }
}

async function packageExecutable(folder, { processor, executable, licences, time, wants }) {
  if (wants('executable', 'homebrew')) {
    const name = archiveName(processor);
    const prefix = name.replace('.tar.gz', '');
    const entries = prefixTree({ executable, licences }).map((entry) => ({
      ...entry,
      path: `${prefix}/${entry.path}`,
    }));
    await writeTar(join(folder, name), entries, { time, gzip: true });
  }
  if (wants('debian')) {
    if (has('dpkg-deb'))
      writeDebian(join(folder, debianName(processor)), { processor, executable, licences, time });
    else skipped('the Debian package', 'dpkg-deb is not installed');
  }
  if (!wants('image')) return;
  const architecture = ARCHITECTURES[processor];
  const [can, why] = canMakeImage(processor);
  if (!can) return skipped(`the image for ${architecture}`, why);
  const tree = imageTree({ executable, licences });
  await writeImage(join(folder, imageName(processor)), { tree, architecture, time, revision: revision() });
}

/** An image has libraries of this machine, so it is made for its processor. */
function canMakeImage(processor) {
  if (process.platform !== 'linux' || process.arch !== processor)
    return [
      false,
      `its libraries come from the machine that builds, which is ${process.platform} ${process.arch}`,
    ];
  if (!has('dpkg-query'))
    return [false, 'its libraries come from Debian packages, and dpkg-query is not installed'];
  return [
    existsSync('/usr/share/zoneinfo'),
    'its time zones come from /usr/share/zoneinfo, which this machine lacks',
  ];
}

/** The time of every file, in seconds: SOURCE_DATE_EPOCH, or that of the commit. */
export function timeOfBuild() {
  const { SOURCE_DATE_EPOCH: given } = process.env;
  if (given !== undefined && given !== '') {
    if (!/^\d{1,11}$/.test(given)) throw new Error(`SOURCE_DATE_EPOCH=${given}: not a number of seconds`);
    return Number(given);
  }
  try {
    return Number(run('git', ['log', '-1', '--format=%ct'], { cwd: root }));
  } catch {
    throw new Error(
      'this folder is no checkout of git\n  fix: set SOURCE_DATE_EPOCH to the time of the source, in seconds',
    );
  }
}

function revision() {
  try {
    return run('git', ['rev-parse', 'HEAD'], { cwd: root }).trim();
  } catch {
    return null;
  }
}

const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

function step(what) {
  process.stderr.write(`building ${what}\n`);
}

function skipped(what, why) {
  process.stderr.write(`skipped ${what}: ${why}\n`);
}
