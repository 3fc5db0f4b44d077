// Installs the dependencies where that has not been done since the lock file last changed. Runs under any Node.
import { spawnSync } from 'node:child_process';
import { lstatSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The time a file was last changed, 0 where it does not exist. */
export function changedAt(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** What it tells goes to stderr: stdout belongs to the command that follows. */
export function install() {
  if (
    changedAt('node_modules/.package-lock.json') >= changedAt('package-lock.json') &&
    changedAt('node_modules/.bin/node') > 0
  )
    return;
  // npm ci would empty what the link points to: somebody else's installation.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    process.stderr.write(
      'node_modules is a link and older than package-lock.json: run npm ci where it points to\n',
    );
    process.exit(1);
  }
  process.stderr.write('installing the dependencies (npm ci)\n');
  // npm tells its npm scripts about itself by npm_*; the inner one starts afresh.
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
