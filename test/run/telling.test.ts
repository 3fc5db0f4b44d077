// Goal: whatever becomes of whom a run tells things, the run goes as it would without them, and the record says so.
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { hookListener } from '../../src/run/hooks.ts';
import type { CommandEnd, RunCommand } from '../../src/run/run-command.ts';
import { type Listener, TELLING_GRACE } from '../../src/run/tell.ts';
import type { ToldFacts } from '../../src/run/told-facts.ts';
import { A, ALL_TO_8GB, standards } from './fleets.ts';
import { holds } from './holds.ts';
import { type Run, type StageOptions, setStage } from './stage.ts';

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
  const entries = run.entries.filter(({ kind }) => kind !== 'told');
  return {
    took: run.took,
    end: run.end,
    totals: run.report.totals,
    entries: entries.map(({ seq: _, prev: __, hash: ___, ...rest }) => rest),
    calls: run.report.calls,
  };
}

const never: RunCommand = (_, { signal }) =>
  new Promise((resolve) => {
    const killed = (): void => resolve({ exitCode: null, output: 'half a wo', failure: null });
    if (signal.aborted) killed();
    else signal.addEventListener('abort', killed);
  });
const ends =
  (end: Partial<CommandEnd>): RunCommand =>
  async () => ({ exitCode: 0, output: '', failure: null, ...end });

const HOOKS = {
  'run-start': ['start'],
  'wave-start': ['wave'],
  'wave-end': ['wave-end'],
  halt: ['halt'],
  'run-end': ['end'],
};
const hooks =
  (runCommand: RunCommand, env = {}) =>
  (clock: Clock) => [hookListener(HOOKS, { runCommand, clock, directory: '/runs/one', env })];

describe('the course of a run, its end and its duration are the same', () => {
  const HOOK_ROWS: readonly (readonly [string, RunCommand])[] = [
    ['a hook that succeeds', ends({})],
    ['one that fails', ends({ exitCode: 3 })],
    ['one that is not there', ends({ exitCode: null, failure: 'spawn start ENOENT' })],
    ['one that hangs', never],
    ['one that throws', () => Promise.reject(new Error('no'))],
    ['one that writes a lot', ends({ output: 'x'.repeat(100_000) })],
  ];
  it.each(HOOK_ROWS)('with %s', async (_, command) => {
    for (const story of [STORY, HALTS]) {
      expect(course(await play(story, hooks(command)))).toEqual(course(await play(story)));
    }
  });
});

describe('a hook', () => {
  it('is run at each moment of the plan, in order, with the facts on its input', async () => {
    const heard: (ToldFacts & { directory: string })[] = [];
    const run = await play(
      HALTS,
      hooks(async ([program], { input }) => {
        heard.push(JSON.parse(input));
        return { exitCode: 0, output: `said by ${program}`, failure: null };
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

  it('that hangs is killed after 30 seconds, which the journal and the report say', async () => {
    const run = await play(
      { ...STORY, duration: [60_000, 60_000] },
      hooks(async (command, options) =>
        command[0] === 'start' ? never(command, options) : ends({})(command, options),
      ),
    );
    expect(run.report.run.told!.filter(({ ok }) => !ok)).toMatchObject([
      {
        by: 'hook',
        event: 'run-start',
        about: 1,
        to: 'start',
        what: 'killed after 30000 ms, at most 30000 ms',
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

  it('is not given the keys of the provider', async () => {
    let seen: Readonly<Record<string, string>> = {};
    const env = { PATH: '/bin', TENCENTCLOUD_SECRET_KEY: 'k', TENCENTCLOUD_TOKEN: 't', TCCLI_PROFILE: 'p' };
    await play(
      STORY,
      hooks(async (_, options) => {
        seen = options.env;
        return { exitCode: 0, output: '', failure: null };
      }, env),
    );
    expect(seen).toEqual({ PATH: '/bin' });
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
    const told = run.report.run.told!.map(({ what }) => what);
    // One is being told and a hundred wait.
    expect(told).toEqual(Array.from({ length: 39 }, () => 'dropped: 100 others wait already'));
    expect(run.notices.match(/given up: the run is over/g)).toHaveLength(100);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
  });
});
