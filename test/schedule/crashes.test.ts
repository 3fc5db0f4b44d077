/**
 * Kills schedulers two hundred times around due times, between any two awaits. Half-written lines are left behind, and
 * child processes outlive their scheduler. An independent list of due times shows that nothing runs twice or is forgotten.
 */
import { expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import { SAVED } from '../approval/people.ts';
import { iso, makeWorld, resultsOf, scheduledFile, stateOf, type World } from './world.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 24, 9, 58, 30);
/** Late enough that a scheduler has read the plan before, so that the due time counts. */
const BOARD_DUE = START + 90 * MINUTE;
const SEED = Number(process.env.REFIT_SCHEDULE_SEED ?? Date.now() % 1_000_000);
const KILLS = 200;

const PLANS = [
  ['run.yaml', 10, 'run', 'run'],
  ['review.yaml', 15, 'dry-run', 'run'],
  ['punctual.yaml', 10, 'run', 'skip'],
] as const;

it(`forgets no due time and runs no occurrence twice when killed ${KILLS} times (REFIT_SCHEDULE_SEED=${SEED})`, async () => {
  const chance = seededRandom(SEED);
  const time = new VirtualClock(START);
  const world = makeWorld(time, chance);
  for (const [name, minutes, does, catchUp] of PLANS)
    world.files.set(
      name,
      scheduledFile(name, {
        when: { kind: 'cron', cron: `*/${minutes} * * * *`, timezone: 'UTC' },
        does,
        catchUp,
      }),
    );
  world.files.set(
    'board.json',
    scheduledFile(
      'board.json',
      { when: { kind: 'once', at: iso(BOARD_DUE), zone: 'UTC' }, does: 'run', catchUp: 'run' },
      {
        ...SAVED,
        digest: 'approved',
        expiresAt: iso(START + 48 * 60 * MINUTE),
        finishBy: null,
        windows: {
          timezone: 'UTC',
          allow: ['daily 10:00-10:30', 'daily 11:00-12:00', 'daily 13:00-14:00', 'daily 15:00-16:00'],
          freeze: [],
          calendars: [],
          lastStart: 0,
          atClose: 'drain',
        },
      },
    ),
  );
  await time.run(
    async () => {
      let requests = 0;
      while (world.kills < KILLS) {
        await world.live({
          ...deathAround(world, time, chance),
          drainsAfter: chance.next() < 0.05 ? chance.whole(0, 10 * MINUTE) : null,
          takesAll: chance.next() < 0.4,
          leaves: chance.next(),
        });
        if (chance.next() < 0.1) {
          const id = `request-${requests++}`;
          world.requests.set(id, { id, plan: 'review.yaml', at: time.now(), by: 'somebody' });
        }
        // The next scheduler mostly starts immediately; sometimes it misses several due times.
        await time.sleep(chance.next() < 0.2 ? chance.whole(MINUTE, 45 * MINUTE) : chance.whole(0, 3_000));
      }
      // The last scheduler is not killed, and lives long enough to end every open occurrence.
      await world.live({
        diesAtCall: null,
        diesAfter: null,
        drainsAfter: 60 * MINUTE,
        takesAll: false,
        leaves: 1,
      });
    },
    40 * 24 * 60 * MINUTE,
  );

  const entries = world.entries();
  const state = stateOf(entries);
  for (const [name, minutes, , catchUp] of PLANS) {
    const since = Date.parse(entries.find((entry) => entry.kind === 'scheduled' && entry.plan === name)!.at);
    const results = resultsOf(entries, name);
    const due: string[] = [];
    for (
      let at = Math.ceil((since + 1) / (minutes * MINUTE)) * minutes * MINUTE;
      at < time.now() - MINUTE;
      at += minutes * MINUTE
    )
      due.push(iso(at));
    // Each due time has one result: its own, or that of a later one which counts it as skipped.
    let skipped = 0;
    for (const at of due.toReversed()) {
      const own = results.get(at) ?? [];
      if (own.length === 0) {
        expect(skipped, `${name} forgot ${at}`).toBeGreaterThan(0);
        skipped -= 1;
        continue;
      }
      expect(own, `${name} decided twice about ${at}`).toHaveLength(1);
      expect(skipped, `${name} counts more skipped before ${at} than there were`).toBe(0);
      const [, count] = /^skipped (\d+)$/.exec(own[0]!) ?? [];
      skipped = count === undefined ? 0 : Number(count) - 1;
    }
    expect(skipped, name).toBe(0);
    expect(
      [...results.keys()].filter((at) => !due.includes(at) && Date.parse(at) < time.now() - MINUTE),
    ).toEqual([]);
    const started = entries.filter((entry) => entry.kind === 'attempt-started' && entry.plan === name);
    expect(started.length, `${name} never ran`).toBeGreaterThan(10);
    if (catchUp === 'skip')
      expect(
        started.filter((entry) => entry.kind === 'attempt-started' && entry.reason === 'caught-up'),
      ).toEqual([]);
    // Each occurrence that started has one end.
    const ends = entries
      .filter((entry) => entry.kind === 'ended' && entry.plan === name)
      .map((entry) => 'due' in entry && entry.due);
    expect(new Set(ends).size).toBe(ends.length);
    const open = state.plans.get(name)!.open?.due;
    expect(new Set(started.map((entry) => 'due' in entry && entry.due)).size).toBe(
      ends.length + (open ? 1 : 0),
    );
    if (open !== undefined) expect(time.now() - Date.parse(open)).toBeLessThan(15 * MINUTE);
  }
  const carried = [...world.runs].filter(([directory]) => directory.startsWith('run.yaml'));
  for (const [directory, run] of carried) {
    if (run.sealed === null) continue;
    expect(run.orders.length, `${directory} ordered ${run.orders.length} times`).toBeLessThanOrEqual(1);
    // A dead process may have placed the order. In both cases the run has ended.
    if (state.plans.get('run.yaml')!.open?.due !== directory.split('/')[1])
      expect([0, 4], directory).toContain(run.end?.exitCode);
  }
  expect(world.overruled, 'halts that a scheduler overruled').toBe(0);
  const board = [...world.runs].filter(([directory]) => directory.startsWith('board.json'));
  expect(board, 'the approved plan has one run directory').toHaveLength(1);
  expect(board[0]![1].orders, 'three nights, each once').toEqual([0, 1, 2]);
  expect(state.plans.get('board.json')!.last).toMatchObject({ phase: 'ended', exitCode: 0 });
  expect(world.requests.size, 'requests without an answer').toBe(0);
});

/** Kills the scheduler at one of its first calls, or within seconds of the next due time. */
function deathAround(
  _: World,
  time: VirtualClock,
  chance: ReturnType<typeof seededRandom>,
): { diesAtCall: number | null; diesAfter: number | null } {
  if (chance.next() < 0.4) return { diesAtCall: chance.whole(1, 80), diesAfter: null };
  const next = Math.ceil((time.now() + 1) / (5 * MINUTE)) * 5 * MINUTE;
  return { diesAtCall: null, diesAfter: Math.max(0, next - time.now() + chance.whole(-1_500, 8_000)) };
}
