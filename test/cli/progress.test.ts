/** Progress on stderr during a run, in each form, from the real process. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, inject, it } from 'vitest';
import { BRISK, CONTROL, type Desk, desk, growPlan, plainFleet, ROOT, until } from './refit.ts';

const COMMAND = join(inject('built'), 'dist/cli/main.js');
const SLOW = ['--start-lag', '20ms..100ms', '--duration', '3s..4s', '--lock-tail', '100ms..300ms'];
const WAVES = ['waves: [{ name: canary, take: 1 }, { name: rest, take: rest }]'];

const validate = new Ajv2020({ strictTypes: false, allowUnionTypes: true, strictRequired: false }).compile(
  JSON.parse(readFileSync(join(ROOT, 'schemas/progress.schema.json'), 'utf8')),
);

function events(stderr: string) {
  const lines = stderr.split('\n').slice(0, -1);
  return lines.map((line) => {
    const event = JSON.parse(line) as { event: string; message?: string; [member: string]: unknown };
    expect(validate(event), `${line}\n${JSON.stringify(validate.errors)}`).toBe(true);
    return event;
  });
}

it.concurrent('--progress json writes only events of the schema to stderr, and only the result to stdout', async (context) => {
  const at = await desk(context, { fleet: plainFleet(6) });
  await at.write('plan.yaml', growPlan(WAVES));
  await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
  const args = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run', '--progress', 'json'];
  const ended = await at.refit([...args, '--json']);
  expect(ended.code).toBe(0);
  expect(JSON.parse(ended.stdout)).toMatchObject({ format: 'refit.report/1' });
  const printed = events(ended.stderr);
  expect(printed[0]).toMatchObject({
    event: 'run',
    steps: 6,
    waves: [
      { name: 'canary', steps: 1 },
      { name: 'rest', steps: 5 },
    ],
  });
  expect(printed.at(-1)).toMatchObject({ event: 'ended', exitCode: 0, directory: 'run', next: null });
  expect(printed.filter(({ outcome }) => outcome === 'verified')).toHaveLength(6);
  expect(printed.findLast(({ event }) => event === 'status')).toMatchObject({
    steps: { of: 6, ended: 6, inProgress: 0, deferred: 0, remaining: 0 },
    outcomes: { verified: 6 },
    wave: { name: 'rest', steps: 5, ended: 5 },
  });
  // The plan was already applied: a refusal is an event too, with the exit code of the process.
  const again = await at.refit([
    'apply',
    'saved.json',
    '--auto-approve',
    '--run-dir',
    'other',
    '--progress',
    'json',
  ]);
  expect(again).toMatchObject({ code: 6, stdout: '' });
  expect(events(again.stderr)).toEqual([expect.objectContaining({ event: 'refused', exitCode: 6 })]);
});

it.concurrent('an unknown --progress mode is refused with the known modes', async (context) => {
  const at = await desk(context, { simulator: null });
  const ended = await at.refit(['apply', 'saved.json', '--progress', 'fancy']);
  expect(ended.code).toBe(64);
  expect(ended.stderr).toMatch(/--progress fancy: unknown mode\n {2}fix: one of: auto, plain, json/);
});

it.concurrent('without a terminal the lines are plain, and -q prints only the result', async (context) => {
  const at = await desk(context, { fleet: plainFleet(6) });
  await at.write('plan.yaml', growPlan(WAVES));
  await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
  const ended = await at.refit(['apply', 'saved.json', '--auto-approve', '--run-dir', 'run']);
  expect(ended.stderr).not.toMatch(CONTROL);
  expect(ended.stderr).toMatch(/^\d\d:\d\d:\d\d wave 1 of 2 \(canary\) starts: 1 step$/m);
  // Verified steps are counted, and get no line.
  expect(ended.stderr).not.toContain('✓');
  await at.write('back.yaml', growPlan(WAVES).replace('8GB', '16GB'));
  await at.refit(['plan', 'back.yaml', '-o', 'more.json']);
  const quiet = await at.refit(['apply', 'more.json', '--auto-approve', '--run-dir', 'more', '-q']);
  expect(quiet).toMatchObject({ code: 0, stderr: '' });
});

const HAS_TMUX = spawnSync('tmux', ['-V']).status === 0;

it.runIf(process.env.REFIT_REQUIRE_ALL === '1')('tmux is installed', () => {
  expect(HAS_TMUX).toBe(true);
});

describe.skipIf(!HAS_TMUX)('in a real terminal', () => {
  /** Runs a refit command in its own terminal. */
  async function inTerminal(
    context: Parameters<typeof desk>[0],
    at: Desk,
    command: string,
    { size, env = {} }: { size: [number, number]; env?: Record<string, string> },
  ) {
    const tmux = (...args: string[]) =>
      execFileSync('tmux', ['-S', join(at.folder, 'tmux.sock'), '-f', '/dev/null', ...args], {
        encoding: 'utf8',
      });
    const all = Object.entries({ ...at.env, ...env }).map(([name, value]) => `${name}='${value}'`);
    const line = `read go; cd '${at.folder}'; env -u CI -u NO_COLOR ${all.join(' ')} '${process.execPath}' '${COMMAND}' ${command} --endpoint ${at.simulator.url}; echo ended $?; sleep 60`;
    tmux('new-session', '-d', '-x', String(size[0]), '-y', String(size[1]), line);
    context.onTestFinished(() => void tmux('kill-server'));
    tmux('set-option', '-g', 'window-size', 'manual');
    tmux('pipe-pane', `cat > '${join(at.folder, 'raw')}'`);
    tmux('send-keys', 'Enter');
    return {
      resize: (columns: number, rows: number) =>
        tmux('resize-window', '-x', String(columns), '-y', String(rows)),
      seen: () => tmux('capture-pane', '-p').split('\n'),
      all: () => tmux('capture-pane', '-p', '-S', '-'),
    };
  }

  async function planned(context: Parameters<typeof desk>[0], simulator = BRISK) {
    const fleet = plainFleet(8).map((one, n) => ({ ...one, name: n % 2 ? `购物车-${n}` : `cart-🛒-${n}` }));
    const at = await desk(context, { simulator, fleet });
    await at.write('plan.yaml', growPlan(WAVES));
    await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
    return at;
  }

  it.concurrent('draws the picture in place, also after the terminal becomes narrower and wider', async (context) => {
    const at = await planned(context, SLOW);
    const command = 'apply saved.json --auto-approve --run-dir run';
    const terminal = await inTerminal(context, at, command, { size: [100, 30] });
    const isThere = (bar: RegExp) => terminal.seen().some((line) => bar.test(line));
    await until('the second wave runs', () => isThere(/^▸ rest /));
    for (const [columns, rows] of [
      [60, 24],
      [48, 16],
      [90, 40],
    ] as const) {
      terminal.resize(columns, rows);
      await until(`a picture at ${columns} columns`, () => {
        const seen = terminal.seen();
        const heads = seen.filter((line) => line.startsWith('grow-everything · '));
        // The picture appears once, and no line starts with the rest of another line.
        return heads.length === 1 && isThere(/^steps {5}/) && !seen.some((line) => /^[━╍─]/.test(line));
      });
    }
    await until('it ends', () => isThere(/^ended 0/));
    expect(terminal.all()).not.toMatch(/^(rate|in flight|events) {2,}/m);
  });

  it.concurrent.for<Record<string, string>>([{ TERM: 'dumb' }, { CI: 'true' }])(
    '%j: nothing moves the cursor',
    async (env, context) => {
      const at = await planned(context);
      const command = 'apply saved.json --auto-approve --run-dir run';
      const terminal = await inTerminal(context, at, command, { size: [80, 40], env });
      await until('it ends', () => terminal.seen().some((line) => /^ended 0/.test(line)));
      const raw = await at.text('raw');
      expect(raw).toMatch(/wave 1 of 2 \(canary\) starts/);
      // Colours only.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys
      expect(raw.replace(/\r\n|\x1b\[\d+m/g, '\n')).not.toMatch(CONTROL);
    },
  );
});
