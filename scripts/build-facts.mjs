// Writes dist/build.json: the commit of a build, for `refit --version --json`. Two builds of one commit are equal.
import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a build is made of. A change elsewhere, such as in a document, does not modify a build. */
const SOURCES = ['src', 'schemas', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.build.json'];

/** Reads the commit of the repository whose root is this folder; null for each fact if there is none. */
export function readBuildFacts(root) {
  const top = git(root, 'rev-parse', '--show-toplevel');
  // The repository above an unpacked package is somebody else's.
  const isHere = top !== null && realpathSync(top) === realpathSync(root);
  const shown = isHere
    ? git(root, 'show', '--no-patch', '--no-show-signature', '--format=%H %ct', 'HEAD')
    : null;
  if (shown === null) return { commit: null, committedAt: null, modified: null };
  const [commit, seconds] = shown.split(' ');
  const changes = git(root, 'status', '--porcelain', '--', ...SOURCES);
  return {
    commit,
    committedAt: new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z'),
    modified: changes === null ? null : changes !== '',
  };
}

/** Writes them into a folder of build output, if they changed. */
export function writeBuildFacts(root, folder) {
  const path = join(root, folder, 'build.json');
  const text = `${JSON.stringify(readBuildFacts(root))}\n`;
  try {
    if (readFileSync(path, 'utf8') === text) return;
  } catch {
    // There is no file yet.
  }
  // Another process may be reading it.
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}

/** The output of git; null if it fails. Variables such as GIT_DIR name the repository of a caller, not this one. */
function git(root, ...args) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  const { status, stdout } = spawnSync('git', ['--no-optional-locks', ...args], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : null;
}
