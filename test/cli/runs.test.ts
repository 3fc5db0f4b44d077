/** `refit runs`, and runs that a command names by the start of their name or as `latest`. */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/program/commands.ts';
import { CONTROL, type Desk, filesIn, growPlan, openDesk, plainFleet } from './refit.ts';

interface Listed {
  readonly runs: readonly {
    readonly name: string;
    readonly status: string;
    readonly known: boolean;
    readonly plan: { readonly name: string } | null;
    readonly exitCode: number | null;
    readonly message: string | null;
  }[];
}

describe('after two runs', () => {
  let at: Desk;
  let names: readonly string[];
  const newest = () => names[1]!;

  beforeAll(async () => {
    at = await openDesk({ fleet: plainFleet(2) });
    for (const size of ['8GB', '16GB']) {
      await at.write('plan.yaml', growPlan().replace('8GB', size));
      await at.refit(['plan', 'plan.yaml', '-o', `${size}.json`]);
      const { code, stderr } = await at.refit(['apply', `${size}.json`, '--auto-approve']);
      expect(code, stderr).toBe(0);
    }
    names = await filesIn(join(at.folder, 'runs'));
  });
  afterAll(() => at?.close());

  const list = async (): Promise<Listed> => JSON.parse((await at.refit(['runs', '--json'])).stdout);

  it('lists them with state, plan, time and outcome, the newest first', async () => {
    const { stdout } = await at.refit(['runs']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    for (const [index, line] of lines.entries())
      expect(line).toMatch(
        new RegExp(
          `^runs/${names[1 - index]}  ended  grow-everything  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC  2 verified, exit 0$`,
        ),
      );
    expect((await at.refit(['runs'], { env: { TZ: 'Asia/Shanghai' } })).stdout).toMatch(
      /\d\d:\d\d:\d\d \+08:00 \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\)/,
    );
  });

  it('takes latest, a whole name and the start of one', async () => {
    for (const word of ['latest', newest(), newest().slice(0, -1)]) {
      const { code, stdout, stderr } = await at.refit(['status', word]);
      expect(code, stderr).toBe(0);
      expect(stderr).toContain(`run     runs/${newest()}`);
      expect(stdout).toMatch(/^grow-everything/);
    }
    const planned = await at.refit(['rollback', 'latest', '--durations', 'latest']);
    expect(planned.stdout).toContain('READY  2 steps');
  });

  it('names the candidates if several runs match, and where runs are if none does', async () => {
    const several = await at.refit(['status', '2']);
    expect(several.code).toBe(64);
    for (const name of names) expect(several.stderr).toContain(`runs/${name}`);
    const none = await at.refit(['status', 'no-such-run']);
    expect(none).toMatchObject({ code: 64, stderr: expect.stringContaining('fix: refit runs') });
    const elsewhere = await at.refit(['status', 'latest'], {
      env: { XDG_STATE_HOME: join(at.folder, 'none') },
    });
    expect(elsewhere).toMatchObject({ code: 64, stderr: expect.stringContaining('knows none') });
    const made = await at.refit(['apply', '8GB.json', '--run-dir', 'latest']);
    expect(made).toMatchObject({ code: 64, stderr: expect.stringContaining('--run-dir ./latest') });
  });

  it('shows runs that are not known, damaged or gone, and escapes their names', async ({
    onTestFinished,
  }) => {
    const evil = '20991231T000000Z-\x1b[31m-evil\u202e';
    const runs = join(at.folder, 'runs');
    onTestFinished(async () => {
      for (const name of [evil, 'copied']) await rm(join(runs, name), { recursive: true });
    });
    await mkdir(join(runs, evil));
    await writeFile(join(runs, evil, 'plan.json'), '\x1b]0;title\x07');
    await cp(join(runs, newest()), join(runs, 'copied'), { recursive: true });
    const { code, stdout } = await at.refit(['runs']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^runs\/20991231T000000Z-\\x1b\[31m-evil\\u\{202e\} +damaged/);
    expect(stdout).not.toMatch(CONTROL);
    expect((await list()).runs.map(({ name, status, known }) => [name, status, known])).toEqual(
      expect.arrayContaining([
        [evil, 'damaged', false],
        ['copied', 'ended', false],
        [newest(), 'ended', true],
      ]),
    );
    // Not even a name from the future makes it the latest.
    expect((await at.refit(['status', 'latest'])).stderr).toContain(`runs/${newest()}`);
  });

  it('says that the folder of a known run is gone', async () => {
    const kept = join(at.folder, 'kept');
    await cp(join(at.folder, 'runs', newest()), kept, { recursive: true });
    await rm(join(at.folder, 'runs', newest()), { recursive: true });
    expect((await list()).runs[0]).toMatchObject({ name: newest(), status: 'missing', known: true });
    await cp(kept, join(at.folder, 'runs', newest()), { recursive: true });
  });

  it('says so if there are none', async () => {
    const { code, stdout } = await at.refit(['runs'], {
      cwd: join(at.folder, 'home'),
      env: { XDG_STATE_HOME: '/none' },
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'no runs\n' });
  });
});

it('every command that takes a run takes its name', () => {
  const takers = COMMANDS.filter((row) => row.arguments.some(({ term }) => /^<run>/.test(term)));
  expect(takers.map(({ name }) => name).sort()).toEqual([
    'abort',
    'audit events',
    'audit export',
    'audit replay',
    'audit sign',
    'audit verify',
    'continue',
    'drain',
    'pause',
    'reconcile',
    'report',
    'retry',
    'rollback',
    'set',
    'status',
    'store export',
  ]);
  for (const { arguments: rows } of takers) expect(rows[0]!.completes.kind).toBe('runs');
});
