/**
 * `npm run release -- VERSION` prepares a release in this checkout: version, date in the changelog, samples of formats, commit
 * and tag. It pushes nothing, so `git reset --hard HEAD~ && git tag --delete vVERSION` takes all of it back.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLater, readChangelog, withRelease } from './changelog.mjs';
import { root } from './install.mjs';

const version = process.argv[2] ?? '';
if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version)) refuse('npm run release -- VERSION, such as 0.2.0');
if (output('git', 'status', '--porcelain') !== '') refuse('commit or stash your changes first');

const path = join(root, 'CHANGELOG.md');
const changelog = readFileSync(path, 'utf8');
const last = readChangelog(changelog).find(({ date }) => date !== null);
if (last && !isLater(version, last.version)) refuse(`${version} is not later than ${last.version}`);
try {
  writeFileSync(path, withRelease(changelog, version, new Date().toISOString().slice(0, 10)));
} catch (error) {
  refuse(error.message);
}
run('npm', 'version', version, '--no-git-tag-version', '--ignore-scripts', '--allow-same-version');
run('npm', 'run', '-s', 'format-samples');
run('git', 'add', '--all');
run('git', 'commit', '--quiet', '--message', `release: ${version}`);
run('git', 'tag', '--annotate', `v${version}`, '--message', `Refit ${version}`);
process.stdout.write(`look at it: git show v${version}\nthen:       git push origin HEAD v${version}\n`);

function refuse(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

function output(program, ...args) {
  const { status, stdout } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : refuse(`${program} ${args.join(' ')}: exit ${status}`);
}

function run(program, ...args) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0)
    refuse(
      `${program} ${args.join(' ')}: exit ${status}\n  fix: git checkout . && git clean -fd test/formats`,
    );
}
