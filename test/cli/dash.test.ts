/** `-` for stdin and stdout: where it works, and how it is refused everywhere else. */
import { describe, expect, it } from 'vitest';
import type { ArgumentRow, OptionRow } from '../../src/cli/command-row.ts';
import { COMMANDS } from '../../src/cli/program/commands.ts';
import { dashesOf, longFlag, namesFile } from '../../src/cli/program/files-of.ts';
import { desk, growPlan, plainFleet, refit } from './refit.ts';

const titleOf = (part: ArgumentRow | OptionRow) => ('term' in part ? part.term : longFlag(part));

/** Every argument and option that names a file or a folder. */
const PARTS = COMMANDS.flatMap((row) => [
  ...row.arguments.map((part, at) => {
    const args = row.arguments.map((_, other) => (other === at ? '-' : 'x'));
    return { name: row.name, row, part: part as ArgumentRow | OptionRow, args, options: {} };
  }),
  ...row.options.map((part) => {
    const key = longFlag(part)
      .slice(2)
      .replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return { name: row.name, row, part, args: row.arguments.map(() => 'x'), options: { [key]: '-' } };
  }),
]).filter(({ part }) => namesFile(part) && part.completes?.kind !== 'format-file');

describe.each(PARTS.map((one) => ({ ...one, title: titleOf(one.part) })))(
  'refit $name $title',
  ({ row, part, args, options }) => {
    it(part.dash ? 'takes -, and says so in its help' : 'refuses - in one sentence, with a fix', () => {
      if (part.dash) {
        expect(part.summary).toMatch(/- is (stdin|stdout)/);
        const writes = 'writes' in part && part.writes === true;
        expect(dashesOf(row, args, options)).toEqual({ toStdout: writes });
        return;
      }
      expect(() => dashesOf(row, args, options)).toThrow(
        expect.objectContaining({ code: 'usage', fix: expect.stringContaining('./-') }),
      );
    });
  },
);

describe('the command line', () => {
  it('plans, shows, compares and applies through pipes, and writes nothing but the run', async (context) => {
    const at = await desk(context, { fleet: plainFleet(2) });
    const planned = await at.refit(['plan', '-', '-o', '-'], { stdin: growPlan() });
    expect(planned.code).toBe(0);
    expect(planned.stderr).toContain('READY  2 steps on 2 instances');
    const { digest } = JSON.parse(planned.stdout);
    const stdin = planned.stdout;

    const shown = await at.refit(['show', '-'], { stdin });
    expect(shown.stdout).toContain(digest);
    expect(shown.stdout).not.toContain('refit apply');
    await at.write('saved.json', stdin);
    expect((await at.refit(['diff', 'saved.json', '-'], { stdin })).stdout).toMatch(/^SAME/);

    const applied = await at.refit(['apply', '-', '--auto-approve', '--digest', digest, '--run-dir', 'run'], {
      stdin,
    });
    expect(applied.code).toBe(0);
    expect((await at.report()).totals.verified).toBe(2);
    const events = await at.refit(['audit', 'events', 'run', '-o', '-']);
    expect(events.stdout.split('\n').length).toBeGreaterThan(5);
  });

  it.each<[title: string, args: readonly string[], stdin: string, says: RegExp]>([
    [
      'apply without --digest, because nobody is asked',
      ['apply', '-', '--auto-approve'],
      '',
      /fix: refit apply - --auto-approve --digest SHA256/,
    ],
    ['two inputs from stdin', ['plan', '-', '--inventory', '-'], '', /can be read only once/],
    ['a result that is on stdout anyway', ['show', 'x', '--write', 'json=-'], '', /fix: --format json/],
    [
      'a signature without a place',
      ['plan', '-', '-o', '-', '--sign', 'k'],
      '',
      /fix: write the saved plan to a file/,
    ],
    [
      'a stdin that is larger than a file may be',
      ['validate', '-'],
      'x'.repeat(17 << 20),
      /the plan on stdin cannot be read: it is larger than 16 MB/,
    ],
    ['an empty stdin', ['show', '-'], '', /this is not a saved plan/],
  ])('refuses %s', async (_, args, stdin, says) => {
    const { code, stderr } = await refit(args, { stdin });
    expect(stderr).toMatch(says);
    expect([6, 64]).toContain(code);
  });

  it('locates findings of stdin, and gives a next command that reads it again', async (context) => {
    const at = await desk(context, { simulator: null });
    const { code, stdout, stderr } = await at.refit(['validate', '-'], {
      stdin: growPlan().replace('8GB', '8 G B'),
    });
    expect(code).toBe(65);
    expect(stdout).toMatch(/-:6:\d+: memoryPerShard/);
    expect(stderr).toContain('then refit validate -');
  });

  it('never takes a file named - for stdin, if its path is given', async (context) => {
    const at = await desk(context, { simulator: null });
    await at.write('-', growPlan());
    expect((await at.refit(['validate', './-'])).stdout).toBe('./-: valid\n');
  });
});
