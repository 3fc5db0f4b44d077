/** Collecting from the simulated monitor product, which somebody else wrote from docs/provider.md. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createReader } from '../../src/cloud/client.ts';
import { secret } from '../../src/cloud/credentials/find-credentials.ts';
import { createPermits } from '../../src/cloud/limit/permits.ts';
import { createHttp } from '../../src/cloud/network/http.ts';
import { HOURLY, periodStart, USAGE_METRICS } from '../../src/model.ts';
import { type CollectOptions, collectUsage } from '../../src/operations/usage/collect-usage.ts';
import { simulate } from '../../src/simulator/simulate.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import { DAY, HOUR } from '../../src/units.ts';
import { demandOf, foundIn, lastHours } from '../../src/usage/demand.ts';
import { memoryUsage } from './memory-usage.ts';

/** A simulator with some instances, and a function that collects from it. */
async function setUp(fleet: number | readonly object[], faults: readonly string[] = []) {
  const given = typeof fleet === 'number' ? { instances: fleet } : { fleet: JSON.stringify(fleet) };
  const simulation = await simulate({ ...given, faults: faults.map(parseFault), limit: 1000 }, systemClock);
  const transport = createHttp();
  onTestFinished(async () => {
    await transport.close();
    await simulation.close();
  });
  const reader = createReader({
    ...{ transport, clock: systemClock, endpoint: simulation.url, jitter: Math.random },
    permits: createPermits(systemClock, 20),
    credentials: () => ({
      secretId: simulation.secretId,
      secretKey: secret(simulation.secretKey),
      token: null,
      sourceName: 'the simulator',
    }),
  });
  const store = memoryUsage();
  const collect = (more: Partial<CollectOptions> = {}) =>
    collectUsage(reader, store, {
      ...{ regions: ['ap-guangzhou'], profile: 'default', isSelected: () => true, days: 2, maxCalls: null },
      clock: systemClock,
      ...more,
    });
  return { store, collect };
}

describe('the simulated monitor product', () => {
  it('has every metric with a unit that Refit knows, and believable values in every hour', async () => {
    const { store, collect } = await setUp(8);
    const result = await collect();
    expect(result.notes).toEqual([]);
    expect(result).toMatchObject({ isComplete: true, calls: 15 });
    expect(result.collected).toBeGreaterThan(0);
    for (const { instance, series } of store.kept.values()) {
      const hours = series.filter(({ period }) => period === HOURLY);
      if (result.withoutData.some((one) => one.instance === instance)) continue;
      expect(hours.map(({ metric }) => metric)).toEqual(USAGE_METRICS.map(({ name }) => name));
      for (const { metric, values } of hours) {
        expect(values.length, metric).toBeGreaterThanOrEqual(48);
        const isShare = /Share$|^cpu$|Cpu$|^fullest/.test(metric);
        for (const value of values)
          if (value !== null) expect(value, metric).toBeLessThanOrEqual(isShare ? 100 : 1e9);
      }
    }
    expect(await collect()).toMatchObject({ calls: 0, collected: 0 });
  });

  it('has the limits of older documentation, and Refit keeps to them', async () => {
    const { collect } = await setUp(40, ['older-limits']);
    const result = await collect();
    expect(result).toMatchObject({ isComplete: true, remainingCalls: 0 });
    expect(result.notes.map(({ id }) => id)).toEqual(['usage.smaller-calls']);
    expect(result.collected).toBe(result.instances);
  });

  it('refuses calls when the free ones are used up, and Refit says what to do', async () => {
    const { collect } = await setUp(8, ['free-calls=5']);
    await expect(collect()).rejects.toMatchObject({
      code: 'provider-refused',
      message: expect.stringContaining('free calls'),
    });
  });

  it('takes no share of an earlier size for one of the present size', async () => {
    const present = { memoryPerShard: 8192, shards: 4, replicas: 1 };
    const usage = { pattern: 'season', cpu: 40 };
    const one = { edition: 'redis-6.2-cluster', ...present, usedTotal: 6000, usage };
    const pastSizes = [
      { untilDaysAgo: 6, memoryPerShard: 2048 },
      { untilDaysAgo: 3, shards: 2 },
    ];
    const [always, resized] = ['crs-aaaaaaaa', 'crs-bbbbbbbb'];
    const { store, collect } = await setUp([
      { id: always, ...one },
      { id: resized, ...one, pastSizes },
    ]);
    await collect({ days: 9 });
    const until = periodStart(HOURLY, systemClock.now());
    const span = { from: until - 9 * DAY, until };
    const historyOf = (id: string) => [...store.kept.values()].find(({ instance }) => instance === id)!;
    const demandIn = (id: string) => demandOf(historyOf(id), present, span);
    const demand = demandIn(resized);
    const memory = historyOf(resized).series.find((one) => one.metric === 'memory' && one.period === HOURLY)!;
    for (const [hour, needed] of demand.memory.entries()) {
      const megabytes = memory.values[(span.from - memory.from) / HOUR + hour];
      // The data is absolute: an older size changes nothing of what each present shard needs.
      if (megabytes !== null && megabytes !== undefined)
        expect(Math.abs(needed - megabytes / 4), `hour ${hour}`).toBeLessThan(megabytes / 100);
    }
    // Nobody observed the older sizes, so shares of that time are unknown, and not those of the present size.
    const known = (values: Float64Array) =>
      [...values.slice(0, 6 * 24 - 1)].filter((one) => !Number.isNaN(one));
    for (const values of [demand.cpu, demand.bandwidth]) expect(known(values)).toEqual([]);
    const late = foundIn(demand.cpu, lastHours(demand, 2 * DAY));
    expect(late).toBeGreaterThan(40);
    expect(foundIn(demandIn(always).cpu, lastHours(demand, 9 * DAY))).toBeGreaterThan(200);
  });
});
