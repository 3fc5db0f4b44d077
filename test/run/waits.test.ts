/** The waits of one step: when each starts, what counts against its limit, and which one a status shows. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import type { Step } from '../../src/model.ts';
import { LIMITS, pauseEnds, Waits } from '../../src/run/waits.ts';

const START = Date.UTC(2026, 10, 11, 2);
const at = (seconds: number) => new Date(START + 1_000 * seconds).toISOString();
const A = { id: 'crs-aaaa0001/1' } as Step;
const B = { id: 'crs-aaaa0002/1' } as Step;

/** What happens at which second after the start, and what the last call returns. */
type Event = readonly [second: number, act: (waits: Waits) => unknown];

function last(events: readonly Event[]): Promise<unknown> {
  const clock = new VirtualClock(START);
  const waits = new Waits(clock);
  return clock.run(async () => {
    let result: unknown;
    for (const [second, act] of events) {
      await clock.sleep(1_000 * second - clock.monotonic());
      result = act(waits);
    }
    return result;
  });
}

const busy = (waits: Waits) => waits.waited(A, 'busy');
const list = (waits: Waits) => waits.list();

describe('the time of a wait', () => {
  // biome-ignore format: one line a case
  it.each<[string, Event[], number]>([
    ['starts with its first call', [[5, busy]], 0],
    ['counts from its first call', [[5, busy], [65, busy], [100, busy]], 95_000],
    ['counts a gap of half of its limit', [[0, busy], [450, busy]], 450_000],
    ['counts no more of a longer gap, because the process was frozen', [[0, busy], [451, busy]], 450_000],
    ['counts on after a frozen time', [[0, busy], [10, busy], [3_610, busy], [3_620, busy]], 470_000],
    ['takes another limit than the usual one', [[0, (waits) => waits.waited(A, 'busy', 60_000)], [40, (waits) => waits.waited(A, 'busy', 60_000)]], 30_000],
    ['starts again after its end', [[0, busy], [60, (waits) => waits.end(A, 'busy')], [600, busy]], 0],
    ['ends only with its own name', [[0, busy], [60, (waits) => waits.end(A, 'locked')], [90, busy]], 90_000],
    ['is that of its step', [[0, busy], [60, (waits) => waits.waited(B, 'busy')]], 0],
    ['leaves out what Refit itself held back', [[0, busy], [60, (waits) => waits.extend(A, 20_000)], [90, busy]], 70_000],
    ['does not start by being held back', [[0, (waits) => waits.extend(A, 20_000)], [90, busy]], 0],
  ])('%s', async (_, events, expected) => {
    expect(await last(events)).toBe(expected);
  });
});

describe('the list of waits', () => {
  const following = (waits: Waits) => waits.setCurrent(A, 'following', LIMITS.following);
  const permit = (waits: Waits) => waits.setCurrent(A, 'permit', 60_000);
  const FOLLOWING = { name: 'following', step: A.id, since: at(0), limit: LIMITS.following };

  // biome-ignore format: one line a case
  it.each<[string, Event[], object[]]>([
    ['has nothing at first', [[0, list]], []],
    ['has the usual wait since its first call', [[0, following], [30, following], [40, list]], [FOLLOWING]],
    ['has a new usual wait', [[0, following], [30, (waits) => waits.setCurrent(A, 'soak', 5_000)], [40, list]], [{ name: 'soak', step: A.id, since: at(30), limit: 5_000 }]],
    ['has an interruption instead of the usual wait', [[0, following], [10, busy], [20, busy], [40, list]], [{ name: 'busy', step: A.id, since: at(10), limit: LIMITS.busy }]],
    ['has the latest interruption', [[0, busy], [10, (waits) => waits.waited(A, 'locked')], [40, list]], [{ name: 'locked', step: A.id, since: at(10), limit: LIMITS.locked }]],
    ['has the usual wait again after the interruption', [[0, following], [10, busy], [20, (waits) => waits.end(A, 'busy')], [40, list]], [FOLLOWING]],
    ['keeps an interruption if another wait ends', [[0, busy], [20, (waits) => waits.end(A, 'locked')], [40, list]], [{ name: 'busy', step: A.id, since: at(0), limit: LIMITS.busy }]],
    ['has no step that ended', [[0, following], [10, (waits) => waits.clear(A)], [40, list]], []],
    ['hides a short wait for a permit', [[0, permit], [1.999, list]], []],
    ['shows a wait for a permit of two seconds', [[0, permit], [2, list]], [{ name: 'permit', step: A.id, since: at(0), limit: 60_000 }]],
    ['has the wait of the run first', [[0, following], [10, (waits) => waits.setRunWait({ name: 'paused', since: START, limit: 9 })], [40, list]], [{ name: 'paused', step: null, since: at(0), limit: 9 }, FOLLOWING]],
    ['has no wait of the run that ended', [[0, (waits) => waits.setRunWait({ name: 'paused', since: START, limit: 9 })], [10, (waits) => waits.setRunWait(null)], [40, list]], []],
  ])('%s', async (_, events, expected) => {
    expect(await last(events)).toEqual(expected);
  });
});

it('ends a pause after a day', () => {
  expect(pauseEnds({ since: at(0) })).toBe(at(24 * 3_600));
});
