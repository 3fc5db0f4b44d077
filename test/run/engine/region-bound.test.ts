/** A policy bounds the changes in flight in one region, over all runs of a store. In virtual time. */
import { describe, expect, it } from 'vitest';
import type { InFlightCount } from '../../../src/store/ports.ts';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { mostTogether } from '../in-progress-together.ts';
import { setStage } from '../stage.ts';

const duration = [40_000, 60_000] as const;
const MINUTE = 60_000;

/** The count of a store in which other runs have so many places until a moment. */
function storeCount(others: () => number): InFlightCount & { readonly places: Map<string, string> } {
  const places = new Map<string, string>();
  return {
    places,
    async acquire(scope, step, most) {
      if (!places.has(step) && places.size + others() >= most) return false;
      places.set(step, scope);
      return true;
    },
    async release(step) {
      places.delete(step);
    },
    async reset(steps) {
      places.clear();
      for (const { scope, step } of steps) places.set(step, scope);
    },
  };
}

describe('a bound on changes in flight in a region', () => {
  it.each([1, 2, 3])('holds for a run without a store: at most %i', async (most) => {
    const stage = await setStage({ fleet: standards(8), plan: ALL_TO_8GB, duration });
    const run = await stage.run({ regions: { most, inFlight: null } });
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(mostTogether(run)).toBe(most);
  });

  it('lets a step wait while other runs fill the region, and says so', async () => {
    const stage = await setStage({ fleet: standards(3), plan: ALL_TO_8GB, duration });
    const from = stage.clock.monotonic();
    const inFlight = storeCount(() => (stage.clock.monotonic() - from < 10 * MINUTE ? 5 : 3));
    const run = await stage.run({ regions: { most: 5, inFlight }, statusEvery: MINUTE });
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(mostTogether(run)).toBe(2);
    expect(run.statuses[4]!.waits.map(({ name }) => name)).toEqual(Array(3).fill('regionFull'));
    const first = run.entries.find(({ kind }) => kind === 'intent')!;
    expect(Date.parse(first.at) - Date.parse(run.entries[0]!.at)).toBeGreaterThanOrEqual(10 * MINUTE - 2_000);
    expect(inFlight.places.size).toBe(0);
  });

  it('counts the steps of a dead process until the next one has followed them', async () => {
    const stage = await setStage({ fleet: standards(6), plan: ALL_TO_8GB, duration });
    const inFlight = storeCount(() => 0);
    const died = await stage.run({
      regions: { most: 2, inFlight },
      diesAt: ({ kind }) => kind === 'arrived',
    });
    expect(died.died).toBe(true);
    expect(inFlight.places.size).toBe(2);
    const run = await stage.run({ regions: { most: 2, inFlight } });
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(mostTogether(run)).toBe(2);
    expect(inFlight.places.size).toBe(0);
  });

  it('gives every place back when a run is drained before its orders', async () => {
    const stage = await setStage({ fleet: standards(4), plan: ALL_TO_8GB, duration });
    const inFlight = storeCount(() => 0);
    const run = await stage.run({ regions: { most: 2, inFlight }, drainAfter: 500 });
    holds(stage, run);
    expect(inFlight.places.size).toBe(0);
    expect(run.state.steps.get(`${A(4)}/memoryPerShard`)?.phase).not.toBe('following');
  });
});
