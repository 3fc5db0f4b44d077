// Installs the dependencies if the lock file has changed since the last installation. Runs with any Node.
import { spawnSync } from 'node:child_process';
import { lstatSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The modification time of a file; 0 if it does not exist. */
export function changedAt(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Installs. Output goes to stderr, because stdout belongs to the next command. */
export function install() {
  if (
    changedAt('node_modules/.package-lock.json') >= changedAt('package-lock.json') &&
    changedAt('node_modules/.bin/node') > 0
  )
    return;
  // npm ci would empty the target of the link, which is another installation.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    process.stderr.write(
      'node_modules is a link and older than package-lock.json\n  fix: run npm ci in the folder that the link points to\n',
    );
    process.exit(1);
  }
  process.stderr.write('installing the dependencies (npm ci)\n');
  // npm passes npm_* variables to its scripts; the inner npm must not get them.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(config|package|lifecycle|command)/.test(name)),
  );
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) install();
