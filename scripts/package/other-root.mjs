/**
 * Runs programs in a folder as their root. It holds no Node and no shell: only what a test puts there. The root is mounted
 * read-only for the program, except some folders, if this machine allows mounts.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { has, run } from './run.mjs';

/** The user that the programs run as, who has no rights of root. */
const USER = 65532;

/** Libraries of glibc, libstdc++ and libgcc. */
const ALLOWED = /\/(ld-linux-[\w-]+|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s))\.so\.\d+$/;

/** Why this machine cannot run a program in another root; null if it can. */
export function noOtherRoot() {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid() !== 0) return 'only root may change the root of a process';
  const missing = ['unshare', 'mount', 'ldd', 'mknod'].find((program) => !has(program));
  if (missing !== undefined) return `${missing} is not installed`;
  const { status } = spawnSync('unshare', ['-R', '/', '-S', String(USER), '-G', String(USER), 'true']);
  return status === 0 ? null : 'this machine allows no other root';
}

/** Whether a process may have mounts of its own, so that its root can be read-only. */
function canMount() {
  return spawnSync('unshare', ['--mount', 'mount', '--bind', '/tmp', '/tmp']).status === 0;
}

/** Puts the libraries of an executable into a root. @throws if it needs one that is not of glibc, libstdc++ or libgcc. */
export function addLibraries(root, executable) {
  const paths = run('ldd', [executable])
    .split('\n')
    .flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  for (const path of paths) {
    if (!ALLOWED.test(path)) throw new Error(`the executable needs ${path}`);
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(realpathSync(path), join(root, path));
  }
}

/** Adds what every machine and container has, and a folder of the user's own for each of `writable`. */
export function prepareRoot(root, writable) {
  // A temporary folder belongs to its maker alone.
  chmodSync(root, 0o755);
  mkdirSync(join(root, 'dev'), { recursive: true });
  run('mknod', ['-m', '666', join(root, 'dev/null'), 'c', '1', '3']);
  for (const path of writable) {
    mkdirSync(join(root, path), { recursive: true });
    chownSync(join(root, path), USER, USER);
  }
}

/**
 * The program and the arguments that run a command in a root.
 * @param writable folders that stay writable. @param cwd its working directory there.
 */
export function inRoot(root, command, { writable, cwd }) {
  const enter = ['unshare', '-R', root, '-w', cwd, '-S', String(USER), '-G', String(USER), '--', ...command];
  mayMount ??= canMount();
  if (!mayMount) return enter;
  const script = [
    'root=$1; shift',
    'mount --bind "$root" "$root"',
    ...writable.map((path) => `mount --bind "$root/${path}" "$root/${path}"`),
    'mount -o remount,bind,ro "$root"',
    'exec "$@"',
  ].join('\n');
  return ['unshare', '--mount', 'sh', '-e', '-c', script, 'sh', root, ...enter];
}

let mayMount;
