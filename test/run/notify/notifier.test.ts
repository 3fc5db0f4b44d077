// Goal: whatever becomes of whom a run tells things, the run goes as it would without them, and the record says so.
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import type { Hooks } from '../../../src/model.ts';
import { hookListener } from '../../../src/run/notify/hooks.ts';
import type { NotificationFacts } from '../../../src/run/notify/notification.ts';
import { type Listener, TELLING_GRACE } from '../../../src/run/notify/notifier.ts';
import type { RunCommand } from '../../../src/run/notify/run-command.ts';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Run, type StageOptions, setStage } from '../stage.ts';

const WAVES = 'waves: [{ name: canary, take: 1 }, { name: rest, take: rest }]';
const STORY: StageOptions = { fleet: standards(6), plan: `${ALL_TO_8GB}\n${WAVES}` };
/** Six steps of which the first four are refused: the run halts. */
const HALTS: StageOptions = {
  fleet: standards(6),
  plan: `${ALL_TO_8GB}\n${WAVES}`,
  faults: [1, 2, 3, 4].map((n) => `sold-out=${A(n)}`),
};

async function play(options: StageOptions, listeners?: (clock: Clock) => readonly Listener[]): Promise<Run> {
  const stage = await setStage(options);
  const run = await stage.run(listeners ? { listeners } : {});
  holds(stage, run);
  return run;
}

/** What of a run must not depend on whom it tells things: every entry and its moment, but for those that say who was told. */
function course(run: Run) {
  const entries = run.entries.filter(({ kind }) => kind !== 'notified');
  return {
    took: run.took,
    end: run.end,
    totals: run.report.totals,
    entries: entries.map(({ seq: _, prev: __, hash: ___, ...rest }) => rest),
    calls: run.report.calls,
  };
}

/** As the real one does where a command hangs: it is killed when its time is over, or nobody waits any more. */
const never =
  (clock: Clock): RunCommand =>
  async (_, { timeout, signal }) => {
    await clock.sleep(timeout, signal);
    return { kind: 'no-end', reason: `no end within ${timeout / 1000} s`, output: 'half a wo' };
  };
const ends =
  (exitCode: number, output = '') =>
  (): RunCommand =>
  async () => ({ kind: 'ended', exitCode, lastLine: '', output });

const HOOKS = {
  'run-start': ['start'],
  'wave-start': ['wave'],
  'wave-end': ['wave-end'],
  halt: ['halt'],
  'run-end': ['end'],
};
const hooks =
  (runner: (clock: Clock) => RunCommand, of: Hooks = HOOKS) =>
  (clock: Clock) => [hookListener(of, { runCommand: runner(clock), clock, directory: '/runs/one' })];

describe('the course of a run, its end and its duration are the same', () => {
  const HOOK_ROWS: readonly (readonly [string, (clock: Clock) => RunCommand])[] = [
    ['a hook that succeeds', ends(0)],
    ['one that fails', ends(3)],
    [
      'one that is not there',
      () => async () => ({
        kind: 'no-end',
        reason: 'it could not be started: spawn start ENOENT',
        output: '',
      }),
    ],
    ['one that hangs', never],
    ['one that throws', () => () => Promise.reject(new Error('no'))],
    ['one that writes a lot', ends(0, 'x'.repeat(100_000))],
  ];
  it.each(HOOK_ROWS)('with %s', async (_, command) => {
    for (const story of [STORY, HALTS]) {
      expect(course(await play(story, hooks(command)))).toEqual(course(await play(story)));
    }
  });
});

describe('a hook', () => {
  it('is run at each moment of the plan, in order, with the facts on its input', async () => {
    const heard: (NotificationFacts & { directory: string })[] = [];
    const run = await play(
      HALTS,
      hooks(() => async ([program], { input }) => {
        heard.push(JSON.parse(input));
        return { kind: 'ended', exitCode: 0, lastLine: '', output: `said by ${program}` };
      }),
    );
    expect(heard.map(({ event }) => event)).toEqual([
      'run-start',
      'wave-start',
      'wave-end',
      'wave-start',
      'halt',
      'run-end',
    ]);
    expect(heard[0]).toMatchObject({ format: 'refit.told/1', entry: 1, directory: '/runs/one' });
    expect(heard[0]!.plan).toMatchObject({ name: 'story', digest: run.saved.digest });
    expect(heard.map(({ wave }) => wave)).toEqual([null, 'canary', 'canary', 'rest', null, null]);
    expect(heard.at(-1)).toMatchObject({ exitCode: 4, totals: { refused: run.report.totals.refused } });
    expect(run.notices).toContain('hooks.log said by start\n');
  });

  it('of a gate is run after each judgement, and does not hold up what comes of it', async () => {
    const story: StageOptions = {
      fleet: standards(3),
      plan: `${ALL_TO_8GB}\nwaves: [{ name: canary, take: 1, gate: { failed: "> 0", command: [./check] } }, { name: rest, take: rest }]`,
      gates: { runCommand: async () => ({ kind: 'ended', exitCode: 1, lastLine: '' }) },
    };
    const heard: string[] = [];
    const hear: RunCommand = async (command, options) => {
      heard.push((JSON.parse(options.input) as NotificationFacts).message);
      return ends(0)()(command, options);
    };
    const judged: Hooks = { gate: ['judged'] };
    const run = await play(
      story,
      hooks(() => hear, judged),
    );
    expect(heard).toEqual([
      'gate after wave canary: failed success, 0 of 1 steps failed or refused, fails at "> 0"',
      'gate after wave canary: command failure, exit 1',
    ]);
    expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(course(await play(story, hooks(never, judged)))).toEqual(course(run));
  });

  it('that hangs is killed after 30 seconds, which the journal and the report say', async () => {
    const run = await play(
      { ...STORY, duration: [60_000, 60_000] },
      hooks(
        (clock) => (command, options) =>
          command[0] === 'start' ? never(clock)(command, options) : ends(0)()(command, options),
      ),
    );
    expect(run.report.run.notifications!.filter(({ ok }) => !ok)).toMatchObject([
      {
        by: 'hook',
        event: 'run-start',
        about: 1,
        to: 'start',
        message: 'no end within 30 s',
      },
    ]);
    expect(run.notices).toContain('half a wo\n');
  });

  it('that hangs at the end of the run delays the last words of the process, by no more than the grace', async () => {
    const run = await play(STORY, hooks(never));
    expect(run.closed - run.took).toBeCloseTo(TELLING_GRACE);
    expect(run.notices).toMatch(/run-end \(entry \d+\) end: NOT TOLD: given up: the run is over/);
    // The journal ended with the run.
    expect(run.entries.at(-1)!.kind).toBe('run-ended');
  });
});

describe('who is told', () => {
  it('is kept waiting in a queue that is bounded: what does not fit is dropped and on record', async () => {
    const waves = Array.from({ length: 140 }, (_, n) => `{ name: w${n}, take: 1 }`).join(', ');
    const run = await play({ fleet: standards(140), plan: `${ALL_TO_8GB}\nwaves: [${waves}]` }, (clock) => [
      {
        by: 'webhook',
        wants: ({ event }) => event === 'wave-start',
        to: () => 'slow',
        async tell(_, signal) {
          await clock.sleep(24 * 3_600_000, signal);
          return { ok: false, what: 'nobody there' };
        },
      },
    ]);
    const told = run.report.run.notifications!.map(({ message: what }) => what);
    // One is being told and a hundred wait.
    expect(told).toEqual(Array.from({ length: 39 }, () => 'dropped: 100 others wait already'));
    expect(run.notices.match(/given up: the run is over/g)).toHaveLength(100);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
  });
});
