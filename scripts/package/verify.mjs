/** Uses each artifact as its users do, on roots that hold only what the artifact brings or demands. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../install.mjs';
import { archiveName, imageName } from './build-artifacts.mjs';
import { debianName } from './debian.mjs';
import { PROCESSORS } from './node-binary.mjs';
import { tarballName } from './npm-tarball.mjs';
import { addLibraries, inRoot, noOtherRoot, prepareRoot } from './other-root.mjs';
import { has, run } from './run.mjs';
import { demoStory, smallStory } from './story.mjs';
import { packageFacts } from './trees.mjs';

/** The number of a processor in an ELF file. */
const MACHINES = { x64: 0x3e, arm64: 0xb7 };

/** Uses the artifacts of these kinds. @throws an Error that says which one fails. */
export async function verifyArtifacts(artifacts, kinds) {
  for (const [kind, uses] of Object.entries(USES))
    for (const { what, why, use } of kinds.includes(kind) ? uses() : []) {
      const reason = why();
      if (reason !== null) {
        process.stdout.write(`not used: ${what}: ${reason}\n`);
        continue;
      }
      const folder = mkdtempSync(join(tmpdir(), 'refit-verify-'));
      try {
        await use(artifacts, folder);
        process.stdout.write(`used: ${what}\n`);
      } catch (error) {
        throw new Error(`${what}: ${error.message}`, { cause: error });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
}

const USES = {
  npm: () => [{ what: 'the npm package, installed in an empty folder', why: () => null, use: useTarball }],
  executable: () =>
    PROCESSORS.map((processor) =>
      processor === process.arch
        ? { what: `the executable for ${processor}, without Node`, why: noOtherRoot, use: useArchive }
        : {
            what: `the executable for ${processor}, read only, because this machine is ${process.arch}`,
            why: () => null,
            use: (artifacts, folder) => readArchive(artifacts, folder, processor),
          },
    ),
  debian: () => [{ what: 'the Debian package, installed', why: noDebian, use: useDebian }],
  image: () => [{ what: 'the image, unpacked', why: noOtherRoot, use: useImage }],
  homebrew: () => [{ what: 'the formula, read only', why: () => null, use: readFormula }],
};

async function useTarball(artifacts, folder) {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const install = ['install', join(artifacts, tarballName()), '--no-audit', '--no-fund', '--loglevel=error'];
  try {
    run('npm', [...install, '--offline'], { cwd: folder });
  } catch {
    process.stderr.write("npm's cache lacks a dependency: npm fetches it\n");
    run('npm', [...install, '--prefer-offline'], { cwd: folder });
  }
  const PATH = `${join(root, 'node_modules/.bin')}:/usr/bin:/bin`;
  const command = join(folder, 'node_modules/.bin/refit');
  await smallStory((args) => [command, ...args], {
    ...{ cwd: folder, env: { HOME: folder, PATH }, version: packageFacts().version },
    write: (name, text) => writeFileSync(join(folder, name), text),
  });
  mustBeThere(join(folder, 'node_modules/redis-refit/dist/share'), 'man/man1/refit.1');
}

function unpack(artifacts, folder, processor) {
  run('tar', ['-xzf', join(artifacts, archiveName(processor)), '-C', folder, '--strip-components=1']);
}

async function useArchive(artifacts, folder) {
  unpack(artifacts, folder, process.arch);
  mustBeThere(
    join(folder, 'share'),
    'man/man1/refit.1',
    'zsh/site-functions/_refit',
    'doc/refit/LICENSES.txt',
  );
  addLibraries(folder, join(folder, 'bin/refit'));
  await useRoot(folder, '/bin/refit', ['work', 'tmp'], { cwd: '/work', env: { HOME: '/work' } });
}

function readArchive(artifacts, folder, processor) {
  unpack(artifacts, folder, processor);
  const file = readFileSync(join(folder, 'bin/refit'));
  if (file.readUInt16LE(18) !== MACHINES[processor]) throw new Error('it is for another processor');
  // The mark that Node reads: 1 if a program is inside.
  if (!file.includes('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1'))
    throw new Error('it has no program inside');
}

function noDebian() {
  return has('dpkg') ? noOtherRoot() : 'dpkg is not installed';
}

async function useDebian(artifacts, folder) {
  for (const path of ['updates', 'info']) mkdirSync(join(folder, 'var/lib/dpkg', path), { recursive: true });
  writeFileSync(join(folder, 'var/lib/dpkg/status'), '');
  const file = join(artifacts, debianName(process.arch));
  // The libraries are no packages there.
  run('dpkg', [`--root=${folder}`, '--force-depends', '--install', file]);
  const shared = [
    'man/man1/refit.1.gz',
    'bash-completion/completions/refit',
    'zsh/vendor-completions/_refit',
  ];
  mustBeThere(join(folder, 'usr/share'), ...shared, 'doc/redis-refit/copyright');
  const { uid, mode } = statSync(join(folder, 'usr/bin/refit'));
  if (uid !== 0 || (mode & 0o7777) !== 0o755)
    throw new Error('usr/bin/refit has other rights than 0755 of root');
  addLibraries(folder, join(folder, 'usr/bin/refit'));
  await useRoot(folder, '/usr/bin/refit', ['work', 'tmp'], { cwd: '/work', env: { HOME: '/work' } });
}

/** Reads the image as a runtime does: every digest, then the layer, then how it starts. */
async function useImage(artifacts, folder) {
  const layout = join(folder, 'layout');
  const inside = join(folder, 'root');
  for (const path of [layout, inside]) mkdirSync(path);
  run('tar', ['-xf', join(artifacts, imageName(process.arch)), '-C', layout]);
  const blob = ({ digest, size }) => {
    const path = join(layout, 'blobs', digest.replace(':', '/'));
    const data = readFileSync(path);
    const found = `sha256:${createHash('sha256').update(data).digest('hex')}`;
    if (found !== digest || data.length !== size)
      throw new Error(`${digest} is ${found}, ${data.length} bytes`);
    return { path, data };
  };
  const [described] = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')).manifests;
  const manifest = JSON.parse(blob(described).data);
  const { config } = JSON.parse(blob(manifest.config).data);
  for (const layer of manifest.layers) run('tar', ['-xpf', blob(layer).path, '-C', inside]);
  mustBeThere(
    inside,
    'etc/ssl/certs/ca-certificates.crt',
    'usr/share/zoneinfo/Asia/Shanghai',
    'usr/share/man/man1/refit.1',
  );
  if (!/^[1-9]\d*:[1-9]\d*$/.test(config.User)) throw new Error(`it runs as ${config.User}`);
  const env = Object.fromEntries(config.Env.map((one) => one.split(/=(.*)/s).slice(0, 2)));
  await useRoot(inside, `/usr/bin/${config.Entrypoint[0]}`, ['work', 'state', 'tmp'], {
    cwd: config.WorkingDir,
    env,
  });
}

async function useRoot(inside, command, writable, { cwd, env }) {
  prepareRoot(inside, writable);
  const refit = (args) => inRoot(inside, [command, ...args], { writable, cwd });
  await smallStory(refit, {
    ...{ env, version: packageFacts().version },
    write: (name, text) => writeFileSync(join(inside, cwd, name), text),
  });
  await demoStory(refit, { env });
}

function readFormula(artifacts) {
  const text = readFileSync(join(artifacts, 'refit.rb'), 'utf8');
  const sums = readFileSync(join(artifacts, 'SHA256SUMS'), 'utf8');
  const named = [...text.matchAll(/sha256 "(\w+)"/g)].map(([, sum]) => sum);
  if (named.length !== 3 || named.some((sum) => !sums.includes(sum)) || /@\w+@/.test(text))
    throw new Error(`its checksums are not those of the artifacts:\n${text}`);
}

function mustBeThere(folder, ...paths) {
  const missing = paths.find((path) => !existsSync(join(folder, path)));
  if (missing !== undefined) throw new Error(`it lacks ${missing}`);
}
