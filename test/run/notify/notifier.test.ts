// Listeners never change the course of a run, and the journal holds the result of each notification.
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { message } from '../../../src/messages/messages.ts';
import type { Hooks } from '../../../src/model.ts';
import { createHookListener } from '../../../src/run/notify/hooks.ts';
import type { NotificationFacts } from '../../../src/run/notify/notification.ts';
import { type Listener, NOTIFY_GRACE } from '../../../src/run/notify/notifier.ts';
import type { RunCommand } from '../../../src/run/notify/run-command.ts';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Run, type StageOptions, setStage } from '../stage.ts';
import { hookEffects } from './effects-for.ts';

const WAVES = 'waves: [{ name: canary, take: 1 }, { name: rest, take: rest }]';
const STORY: StageOptions = { fleet: standards(6), plan: `${ALL_TO_8GB}\n${WAVES}` };
/** Six steps. The provider refuses the first four, so the run halts. */
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

/** What must not depend on listeners: every entry with its time, except the entries about notifications. */
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

/** Behaves like the real runner when a command hangs: it ends at the timeout or when the signal is aborted. */
const never =
  (clock: Clock): RunCommand =>
  async (_, { timeout, signal }) => {
    await clock.sleep(timeout, signal);
    return { kind: 'no-end', reason: message('command.late', { limit: timeout }), output: 'half a wo' };
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
  (clock: Clock) => [
    createHookListener(hookEffects(of), { runCommand: runner(clock), clock, directory: '/runs/one' }),
  ];

describe('a run has the same course, end and duration', () => {
  const HOOK_ROWS: readonly (readonly [string, (clock: Clock) => RunCommand])[] = [
    ['a hook that succeeds', ends(0)],
    ['a hook that fails', ends(3)],
    [
      'a hook that does not exist',
      () => async () => ({
        kind: 'no-end',
        reason: message('command.not-started', { error: 'spawn start ENOENT' }),
        output: '',
      }),
    ],
    ['a hook that hangs', never],
    ['a hook that throws', () => () => Promise.reject(new Error('no'))],
    ['a hook with a long output', ends(0, 'x'.repeat(100_000))],
  ];
  it.each(HOOK_ROWS)('with %s', async (_, command) => {
    for (const story of [STORY, HALTS]) {
      expect(course(await play(story, hooks(command)))).toEqual(course(await play(story)));
    }
  });
});

describe('a hook', () => {
  it('runs at each event of the plan, in order, with the facts on its input', async () => {
    const received: (NotificationFacts & { directory: string })[] = [];
    const run = await play(
      HALTS,
      hooks(() => async ([program], { input }) => {
        received.push(JSON.parse(input));
        return { kind: 'ended', exitCode: 0, lastLine: '', output: `said by ${program}` };
      }),
    );
    expect(received.map(({ event }) => event)).toEqual([
      'run-start',
      'wave-start',
      'wave-end',
      'wave-start',
      'halt',
      'run-end',
    ]);
    expect(received[0]).toMatchObject({ format: 'refit.notification/1', entry: 1, directory: '/runs/one' });
    expect(received[0]!.plan).toMatchObject({ name: 'story', digest: run.saved.digest });
    expect(received.map(({ wave }) => wave)).toEqual([null, 'canary', 'canary', 'rest', null, null]);
    expect(received.at(-1)).toMatchObject({ exitCode: 4, totals: { refused: run.report.totals.refused } });
    expect(run.notificationLog).toContain('hooks.log said by start\n');
  });

  it('for a gate runs after each judgement, and does not delay its effect', async () => {
    const story: StageOptions = {
      fleet: standards(3),
      plan: `${ALL_TO_8GB}\nwaves: [{ name: canary, take: 1, gate: { failed: "> 0", command: [./check] } }, { name: rest, take: rest }]`,
      gates: { runCommand: async () => ({ kind: 'ended', exitCode: 1, lastLine: '' }) },
    };
    const received: string[] = [];
    const receive: RunCommand = async (command, options) => {
      received.push((JSON.parse(options.input) as NotificationFacts).message);
      return ends(0)()(command, options);
    };
    const judged: Hooks = { gate: ['judged'] };
    const run = await play(
      story,
      hooks(() => receive, judged),
    );
    expect(received).toEqual([
      'gate after wave canary: failed success, 0 of 1 steps failed or refused, fails at "> 0"',
      'gate after wave canary: command failure, exit 1',
    ]);
    expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(course(await play(story, hooks(never, judged)))).toEqual(course(run));
  });

  it('that hangs is killed after 30 seconds, and journal and report show it', async () => {
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
        message: 'the command did not end within 30 s',
      },
    ]);
    expect(run.notificationLog).toContain('half a wo\n');
  });

  it('that hangs at the end of the run delays the process by the grace period at most', async () => {
    const run = await play(STORY, hooks(never));
    expect(run.closed - run.took).toBeCloseTo(NOTIFY_GRACE);
    expect(run.notificationLog).toMatch(
      /run-end \(entry \d+\) end: NOT SENT: not tried, because the run is over/,
    );
    // The journal ended with the run.
    expect(run.entries.at(-1)!.kind).toBe('run-ended');
  });
});

describe('a listener', () => {
  it('has a bounded queue, and further notifications are dropped and recorded', async () => {
    const waves = Array.from({ length: 140 }, (_, n) => `{ name: w${n}, take: 1 }`).join(', ');
    const run = await play({ fleet: standards(140), plan: `${ALL_TO_8GB}\nwaves: [${waves}]` }, (clock) => [
      {
        by: 'webhook',
        accepts: ({ event }) => event === 'wave-start',
        destination: () => 'slow',
        async notify(_, signal) {
          await clock.sleep(24 * 3_600_000, signal);
          return { ok: false, message: message('notify.no-answer', { limit: null }) };
        },
      },
    ]);
    const results = run.report.run.notifications!.map(({ message }) => message);
    // One notification is in progress and a hundred wait.
    expect(results).toEqual(Array.from({ length: 39 }, () => 'dropped: 100 notifications wait already'));
    expect(run.notificationLog.match(/not tried, because the run is over/g)).toHaveLength(100);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
  });
});
