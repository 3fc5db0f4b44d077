/** A run whose request slots come from a store. In virtual time. */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { createSharedPermits } from '../../../src/cloud/limit/shared-permits.ts';
import { RefitError } from '../../../src/errors.ts';
import type { SlotSource } from '../../../src/slot-source.ts';
import { createMemorySlots } from '../../cloud/limit/memory-slots.ts';
import { ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Run, type Stage, setStage } from '../stage.ts';

/** The slots of a store that can be away, 2 ms from the process, with its clock an hour ahead. */
function storeOf({ clock }: Stage) {
  const memory = createMemorySlots(() => clock.now() + 3_600_000);
  let awayUntil = -Infinity;
  const isAway = () => clock.monotonic() < awayUntil;
  const source: SlotSource = {
    ...memory,
    async take(wishes) {
      await clock.sleep(2);
      if (isAway()) throw new RefitError('store-unreachable', 'the store is away', 'wait');
      return memory.take(wishes);
    },
  };
  return {
    isAway,
    awayFor(ms: number) {
      awayUntil = clock.monotonic() + ms;
    },
    permits: (own: Clock, rate: number) => createSharedPermits(source, own, () => 0.5).forRun(rate),
  };
}

const kinds = (run: Run, ...which: string[]) =>
  run.entries.map(({ kind }) => kind).filter((kind) => which.includes(kind));

describe('a run with request slots of a store', () => {
  it.each(['calendar', 'sliding', 'bucket'] as const)(
    'carries out its plan, counted by %s',
    async (limitCounting) => {
      const plan = `${ALL_TO_8GB}\nexecution: { inFlight: 60 }`;
      const stage = await setStage({ fleet: standards(60), plan, limitCounting });
      const run = await stage.run({ permits: storeOf(stage).permits });
      holds(stage, run);
      expect(run.end).toEqual({ because: 'done', exitCode: 0 });
      expect(kinds(run, 'not-sent')).toEqual([]);
    },
  );

  it('an intent expires while the store is away, and its order is sent later, once', async () => {
    const stage = await setStage({ fleet: standards(1), plan: ALL_TO_8GB });
    const store = storeOf(stage);
    let first = true;
    stage.cloud.network.connect = (action) => {
      if (action !== 'UpgradeInstance' || !first) return 0;
      first = false;
      store.awayFor(30_000);
      // The slot expires during the connect.
      return 300;
    };
    const run = await stage.run({ permits: store.permits });
    holds(stage, run);
    expect(run.end?.exitCode).toBe(0);
    expect(stage.cloud.arrivals).toHaveLength(1);
    expect(kinds(run, 'intent', 'not-sent', 'accepted')).toEqual([
      'intent',
      'not-sent',
      'intent',
      'accepted',
    ]);
    const [intent, notSent] = run.entries.filter(({ kind }) => kind === 'intent' || kind === 'not-sent');
    expect(Date.parse(notSent!.at) - Date.parse(intent!.at)).toBeLessThan(3_000);
  });

  it.each([1, 2, 3])('goes on after every outage of the store (seed %i)', async (seed) => {
    const plan = `${ALL_TO_8GB}\nexecution: { inFlight: 20 }`;
    const stage = await setStage({ fleet: standards(20), plan, seed });
    const store = storeOf(stage);
    const outages = [1_700, 2_900, 9_000, 60_000].map(
      (at, n) => [at * seed, () => store.awayFor(3_000 + n * 2_000)] as const,
    );
    const run = await stage.run({ permits: store.permits, meanwhile: outages });
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
  });

  it('can be drained while the store is away', async () => {
    const stage = await setStage({ fleet: standards(3), plan: ALL_TO_8GB });
    const store = storeOf(stage);
    const run = await stage.run({
      permits: store.permits,
      meanwhile: [[900, () => store.awayFor(120_000)]],
      drainAfter: 10_000,
    });
    holds(stage, run);
    expect(run.end?.because).toBe('drained');
  });
});
