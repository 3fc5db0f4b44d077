/** The single executable: built, and used in a root that has no Node, only glibc, libstdc++ and libgcc. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { COMMANDS } from '../../src/cli/program/commands.ts';
import { PROGRAM_OPTIONS } from '../../src/cli/program/shared-options.ts';
import { ROOT } from './refit.ts';

const TRY = join(ROOT, 'scripts/package/try-executable.mjs');
/** Why this machine cannot try it; empty if it can. */
const WHY_NOT = execFileSync(process.execPath, [TRY, '--can'], { encoding: 'utf8' });

it.runIf(process.env.REFIT_REQUIRE_ALL === '1')('this machine can run a program in another root', () => {
  expect(WHY_NOT).toBe('');
});

it.skipIf(WHY_NOT !== '')(
  'the executable plans, applies, audits and serves on a system without Node',
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [TRY], { cwd: ROOT });
    expect(stdout).toBe('planned, applied, audited and served without Node\n');
  },
);

describe('the man page', () => {
  const file = join(inject('built'), 'dist/share/man/man1/refit.1');
  const page = readFileSync(file, 'utf8').replaceAll('\\-', '-').replaceAll('\\(aq', "'");

  it.each(COMMANDS.map((row) => [row.name, row] as const))(
    'has refit %s with its options and examples',
    (_, row) => {
      const start = page.indexOf(
        `.SS "refit ${[row.name, ...row.arguments.map(({ term }) => term)].join(' ')}"\n`,
      );
      expect(start).toBeGreaterThan(0);
      const section = page.slice(start, page.indexOf('\n.S', start + 1));
      for (const { flags } of row.options) expect(section).toContain(`\\fB${flags}\\fR`);
      for (const example of row.examples) expect(section).toContain(`\n${example}\n`);
    },
  );

  it('has the options of every command', () => {
    for (const { flags } of PROGRAM_OPTIONS) expect(page).toContain(`\\fB${flags}\\fR`);
  });

  it.skipIf(spawnSync('groff', ['--version']).status !== 0)('is well formed for groff', () => {
    const { status, stderr } = spawnSync('groff', ['-man', '-ww', '-z', '-T', 'utf8', file], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
