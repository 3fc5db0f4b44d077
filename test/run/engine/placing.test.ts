import { describe, expect, it } from 'vitest';
import { makeForeignChange } from '../../../src/simulator/world/change.ts';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Run, setStage } from '../stage.ts';

const kinds = (run: Run, ...which: string[]) =>
  run.entries.map(({ kind }) => kind).filter((kind) => which.includes(kind));

describe('an order is sent only while its entry is fresh', () => {
  it('a process that froze for five seconds after its entry reads again before it sends', async () => {
    const stage = await setStage({ fleet: standards(1), plan: ALL_TO_8GB });
    let first = true;
    stage.cloud.network.connect = (action) => {
      if (action !== 'UpgradeInstance' || !first) return 0;
      first = false;
      return 5_000;
    };
    const run = await stage.run();
    holds(stage, run);
    expect(run.end?.exitCode).toBe(0);
    expect(stage.cloud.arrivals).toHaveLength(1);
    expect(kinds(run, 'instance-read', 'intent', 'not-sent', 'accepted')).toEqual([
      ...['instance-read', 'intent', 'not-sent'],
      ...['instance-read', 'intent', 'accepted'],
    ]);
  });

  it('a machine that slept, so that its monotonic clock stopped, reads again before it sends', async () => {
    const stage = await setStage({ fleet: standards(1), plan: ALL_TO_8GB });
    let first = true;
    stage.cloud.network.connect = (action) => {
      if (action === 'UpgradeInstance' && first) {
        first = false;
        stage.clock.jump(3_600_000);
      }
      return 0;
    };
    const run = await stage.run();
    holds(stage, run);
    expect(run.end?.exitCode).toBe(0);
    expect(kinds(run, 'intent', 'not-sent', 'accepted')).toEqual([
      'intent',
      'not-sent',
      'intent',
      'accepted',
    ]);
  });

  it('a request slot that expires during the connect is replaced for the same entry', async () => {
    const stage = await setStage({ fleet: standards(20), plan: ALL_TO_8GB, limitCounting: 'sliding' });
    let connections = 0;
    stage.cloud.network.connect = (action) => (action === 'UpgradeInstance' && ++connections <= 8 ? 300 : 0);
    const run = await stage.run();
    holds(stage, run);
    expect(run.end?.exitCode).toBe(0);
    expect(kinds(run, 'not-sent')).toEqual([]);
    expect(kinds(run, 'intent')).toHaveLength(20);
  });

  it('the run halts after a limit if no order can be sent', async () => {
    const stage = await setStage({ fleet: standards(3), plan: ALL_TO_8GB });
    stage.cloud.network.connect = (action) => (action === 'UpgradeInstance' ? 5_000 : 0);
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(run.report.totals['not-run']).toBe(3);
    expect(run.took).toBeLessThan(20 * 60_000);
    expect(stage.cloud.arrivals).toEqual([]);
  });

  it('nothing is ordered for an instance that someone changes while its order waits for a request slot', async () => {
    const stage = await setStage({
      fleet: standards(300),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 300 }`,
    });
    const { world } = stage.cloud;
    const run = await stage.run({
      meanwhile: [
        [10_000, () => makeForeignChange(world, world.instances.get(A(300))!, 'somebody', stage.clock.now())],
      ],
    });
    holds(stage, run);
    expect(run.report.steps[299]).toMatchObject({ outcome: 'drifted' });
    expect(stage.cloud.arrivals.filter(({ instance }) => instance === A(300))).toEqual([]);
    expect(run.report.totals.verified).toBe(299);
    // A second read uses no request slot of orders, so the order rate stays the same.
    const times = stage.cloud.arrivals.map(({ at }) => at);
    expect((298 * 1000) / (times.at(-1)! - times[0]!)).toBeGreaterThan(17);
  });

  it('repeated reads waste no request slot at a low rate with many in-flight slots', async () => {
    const stage = await setStage({
      fleet: standards(30),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 30, requestsPerSecond: 1 }`,
    });
    const run = await stage.run();
    holds(stage, run);
    expect(run.end?.exitCode).toBe(0);
    const times = stage.cloud.arrivals.map(({ at }) => at);
    expect((29 * 1000) / (times.at(-1)! - times[0]!)).toBeGreaterThan(0.95);
  });
});

describe('a disk', () => {
  it.each([
    { slowness: 100, rate: 17 },
    { slowness: 400, rate: 9 },
    { slowness: 900, rate: 4 },
  ])('of $slowness ms an append allows more than $rate orders a second', async ({ slowness, rate }) => {
    const stage = await setStage({
      fleet: standards(120),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 120 }`,
    });
    stage.disk.slowness = slowness;
    const run = await stage.run();
    holds(stage, run);
    expect(run.end?.exitCode).toBe(0);
    const times = stage.cloud.arrivals.map(({ at }) => at);
    expect((119 * 1000) / (times.at(-1)! - times[0]!)).toBeGreaterThan(rate);
  });

  it('that is slower than the lifetime of an entry lets no order leave, and the run halts after a limit', async () => {
    const stage = await setStage({ fleet: standards(2), plan: ALL_TO_8GB });
    stage.disk.slowness = 3_000;
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(stage.cloud.arrivals).toEqual([]);
  });

  it.each([3, 5, 8, 13, 20])(
    'that is full from append %i stops the run before the next order, and the run continues with free space',
    async (fullFrom) => {
      const stage = await setStage({
        fleet: standards(8),
        plan: `${ALL_TO_8GB}\nexecution: { inFlight: 2 }`,
      });
      stage.disk.fullFrom = fullFrom;
      let failedAt = Number.POSITIVE_INFINITY;
      const append = stage.disk;
      const first = await stage.run({
        diesAt: ({ kind, ...what }) => {
          if (kind === 'writing' && 'append' in what && what.append >= fullFrom)
            failedAt = Math.min(failedAt, stage.clock.now());
          return false;
        },
      });
      expect(first.error).toMatchObject({ code: 'disk-failed' });
      holds(stage, first);
      await stage.pass(600_000);
      expect(stage.cloud.arrivals.filter(({ at }) => at > failedAt + append.slowness + 100)).toEqual([]);
      stage.disk.fullFrom = Number.POSITIVE_INFINITY;
      const second = await stage.run();
      holds(stage, second);
      expect(second.end).toEqual({ because: 'done', exitCode: 0 });
      expect(Object.values(second.counts.orders)).toEqual(Array(8).fill(1));
    },
  );
});
