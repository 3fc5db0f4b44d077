import { describe, expect, it } from 'vitest';
import { counts } from '../../../src/simulator/world/world.ts';
import { ALL_TO_8GB, clusters, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Stage, setStage } from '../stage.ts';

describe('a run without faults', () => {
  it('resizes every instance with one order, and exits 0', async () => {
    const stage = await setStage({ fleet: standards(12), plan: ALL_TO_8GB });
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(run.report.totals).toMatchObject({ verified: 12 });
    expect(stage.cloud.arrivals).toHaveLength(12);
    for (const { memoryPerShard } of run.world.instances) expect(memoryPerShard).toBe(8192);
    for (const step of run.report.steps) expect(step.orders).toHaveLength(1);
  });

  it('runs the steps of one instance one after the other, and repeats the order during the tail lock', async () => {
    const stage = await setStage({
      fleet: clusters(3),
      plan: 'targets: [{ select: { all: true }, memoryPerShard: 8GB, shards: 5, replicas: 2 }]',
      lockTail: [40_000, 60_000],
    });
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(run.report.totals.verified).toBe(9);
    for (const one of run.world.instances)
      expect(one).toMatchObject({ memoryPerShard: 8192, shards: 5, replicas: 2 });
  });

  it('distinguishes an executed order from a tail lock that has the same code', async () => {
    let hidden = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const stage = await setStage({
        seed,
        fleet: clusters(3),
        plan: 'targets: [{ select: { all: true }, memoryPerShard: 8GB, replicas: 2 }]',
        faults: ['system-error=executed:0.4'],
        startLag: [10_000, 40_000],
        duration: [20_000, 60_000],
        lockTail: [10_000, 60_000],
      });
      const run = await stage.run();
      holds(stage, run);
      expect(run.end, `seed ${seed}`).toEqual({ because: 'done', exitCode: 0 });
      hidden += run.entries.filter((one) => one.kind === 'resolved' && one.executed).length;
    }
    expect(hidden).toBeGreaterThan(30);
  });

  it('starts a wave after the previous wave has ended, and records both', async () => {
    const stage = await setStage({
      fleet: standards(14),
      plan: `${ALL_TO_8GB}
waves: [{ name: canary, take: 1 }, { name: some, take: 25% }, { name: rest, take: rest }]`,
    });
    const run = await stage.run();
    holds(stage, run);
    expect(run.end?.exitCode).toBe(0);
    expect(
      run.entries.flatMap((one) =>
        one.kind.startsWith('wave-') && 'wave' in one ? [[one.kind, one.wave]] : [],
      ),
    ).toEqual([
      ['wave-started', 0],
      ['wave-ended', 0],
      ['wave-started', 1],
      ['wave-ended', 1],
      ['wave-started', 2],
      ['wave-ended', 2],
    ]);
  });

  it.each([1, 3, 7])('uses all %i in-flight slots, and no more', async (inFlight) => {
    const stage = await setStage({
      fleet: standards(20),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: ${inFlight} }`,
    });
    const run = await stage.run();
    holds(stage, run);
    expect(run.end?.exitCode).toBe(0);
    expect(Math.max(...stage.cloud.arrivals.map(({ inProgress }) => inProgress))).toBe(inFlight);
  });

  it.each([
    { rate: 18, counting: 'sliding', leastRate: 17 },
    { rate: 20, counting: 'calendar', leastRate: 19 },
    { rate: 5, counting: 'sliding', leastRate: 4.7 },
  ] as const)(
    'uses a rate of $rate a second without refusals if the provider counts $counting seconds',
    async ({ rate, counting, leastRate }) => {
      const stage = await setStage({
        fleet: standards(200),
        plan: `${ALL_TO_8GB}\nexecution: { inFlight: 200, requestsPerSecond: ${rate} }`,
        limitCounting: counting,
      });
      const run = await stage.run();
      holds(stage, run);
      expect(run.end?.exitCode).toBe(0);
      const times = stage.cloud.arrivals.map(({ at }) => at);
      expect(times).toHaveLength(200);
      expect((199 * 1000) / (times.at(-1)! - times[0]!)).toBeGreaterThanOrEqual(leastRate);
    },
  );

  it('counts calls in its report as the provider does', async () => {
    const stage = await setStage({ fleet: standards(6), plan: ALL_TO_8GB });
    const before = new Map(Object.entries(await callsSoFar(stage)));
    const run = await stage.run();
    for (const [action, { count }] of Object.entries(run.report.calls))
      expect(count, action).toBe(run.counts.actions[action]!.arrivals - (before.get(action) ?? 0));
    expect(Object.keys(run.report.calls)).toContain('UpgradeInstance');
    expect(Object.keys(run.report.calls)).toContain('DescribeInstances');
  });
});

async function callsSoFar(stage: Stage): Promise<Record<string, number>> {
  await stage.pass(1);
  return Object.fromEntries(
    Object.entries(counts(stage.cloud.world).actions).map(([action, { arrivals }]) => [action, arrivals]),
  );
}
