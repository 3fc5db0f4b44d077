import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { DAILY, HOURLY, type UsageMetric, type UsagePeriod } from '../../src/model.ts';
import { type CollectOptions, collectUsage } from '../../src/operations/usage/collect-usage.ts';
import type { UsageStore } from '../../src/store/usage-store.ts';
import { DAY, HOUR, MINUTE } from '../../src/units.ts';
import { type FakeMonitor, factsOf, fakeMonitor, instancesOf, NOW, refusal } from './fake-monitor.ts';
import { memoryUsage } from './memory-usage.ts';

const PROVIDER = 'the provider';
const EVER = { from: 0, until: Number.MAX_SAFE_INTEGER };
const FIRST = 'crs-00000001';

function setUp(monitor: FakeMonitor) {
  const store = memoryUsage();
  const notices: string[] = [];
  const collect = (more: Partial<CollectOptions> = {}) =>
    collectUsage(monitor.reader, store, {
      ...{ regions: ['ap-guangzhou'], profile: 'default', isSelected: () => true, days: 14, maxCalls: null },
      clock: new VirtualClock(monitor.now),
      onNotice: (text) => notices.push(text),
      ...more,
    });
  return { store, collect, notices, monitor };
}

async function valuesOf(
  store: UsageStore,
  metric: UsageMetric,
  period: UsagePeriod = HOURLY,
  instance = FIRST,
): Promise<{ from: number; values: readonly (number | null)[] }> {
  const usage = await store.read(PROVIDER, instance, EVER);
  const { from, values } = usage!.series.find((one) => one.metric === metric && one.period === period)!;
  return { from, values };
}

/** The hour of the provider's day, and the day since its first, as one number: so every hour differs. */
const byHour = (_: string, __: string, at: number) => (at / HOUR) % 1_000;

describe('collecting the use of a fleet', () => {
  it('keeps every hour of whole days until the last one that ended ten minutes ago', async () => {
    const monitor = fakeMonitor(instancesOf(1));
    monitor.truth = byHour;
    const { store, collect } = setUp(monitor);
    expect(await collect()).toMatchObject({ instances: 1, collected: 1, gaps: 0, isComplete: true });
    const { from, values } = await valuesOf(store, 'memory');
    // Midnight in UTC+8, 14 days before.
    expect(from).toBe(Date.UTC(2026, 10, 15, 16));
    expect(values).toEqual(Array.from({ length: 14 * 24 + 10 }, (_, n) => byHour('', '', from + n * HOUR)));
    const days = await valuesOf(store, 'memory', DAILY);
    expect(days.from).toBe(from);
    expect(days.values).toHaveLength(14);
    monitor.now = Date.UTC(2026, 10, 30, 3, 9);
    await collect();
    expect((await valuesOf(store, 'memory')).values).toHaveLength(14 * 24 + 10);
    monitor.now = Date.UTC(2026, 10, 30, 3, 10);
    await collect();
    expect((await valuesOf(store, 'memory')).values).toHaveLength(14 * 24 + 11);
  });

  it('asks only for what is missing, and again for the day before, whose points may have come late', async () => {
    const monitor = fakeMonitor(instancesOf(1));
    const missing = new Set([NOW - 5 * HOUR - 25 * MINUTE]);
    monitor.truth = (_, __, at) => (missing.has(at) ? null : 5);
    const { store, collect } = setUp(monitor);
    expect((await collect()).gaps).toBe(15);
    monitor.calls.length = 0;
    expect(await collect()).toMatchObject({ collected: 0, upToDate: 1, calls: 0 });
    expect(monitor.calls).toEqual([]);
    monitor.now += 3 * HOUR;
    missing.clear();
    expect(await collect()).toMatchObject({ collected: 1, upToDate: 0, calls: 15, gaps: 0 });
    expect(monitor.calls.every(({ from, until }) => until - from === 27 * HOUR)).toBe(true);
    expect((await valuesOf(store, 'memory')).values.every((value) => value === 5)).toBe(true);
  });

  it('says how far it is while it reads regions, compares histories and collects', async () => {
    const monitor = fakeMonitor(instancesOf(620));
    const { collect } = setUp(monitor);
    const steps: (readonly [string, number, number])[] = [];
    const onProgress = (...step: readonly [string, number, number]) => steps.push(step);
    await collect({ onProgress });
    expect(steps.slice(0, 3)).toEqual([
      ['regions read', 1, 1],
      ['instances compared with the history', 500, 620],
      ['instances compared with the history', 620, 620],
    ]);
    expect(steps.at(-1)).toEqual(['instances collected', 620, 620]);
    steps.length = 0;
    await collect({ onProgress });
    expect(steps.at(-1)).toEqual(['instances compared with the history', 620, 620]);
  });

  it('never takes a gap for zero, and reads it no more as a value', async () => {
    const monitor = fakeMonitor(instancesOf(1));
    monitor.truth = (_, metric, at) => (metric === 'cpu' && at % DAY === 0 ? null : 0);
    const { store, collect } = setUp(monitor);
    await collect();
    const { values } = await valuesOf(store, 'cpu');
    expect(values.filter((value) => value === null)).toHaveLength(15);
    expect(values.filter((value) => value === 0)).toHaveLength(14 * 24 + 10 - 15);
  });

  it('sums what is counted over a day, and takes the peak of everything else', async () => {
    const monitor = fakeMonitor(instancesOf(1));
    monitor.truth = () => 2;
    const { store, collect } = setUp(monitor);
    await collect();
    expect(new Set((await valuesOf(store, 'evicted', DAILY)).values)).toEqual(new Set([48]));
    expect(new Set((await valuesOf(store, 'latency', DAILY)).values)).toEqual(new Set([2]));
  });

  it('reads older hours later, and days beyond those that the provider keeps by hour', async () => {
    const monitor = fakeMonitor(instancesOf(1));
    monitor.truth = (_, __, at) => (at < NOW - 100 * DAY ? 7 : 3);
    const { store, collect } = setUp(monitor);
    await collect({ days: 7 });
    monitor.calls.length = 0;
    await collect({ days: 186 });
    const hours = monitor.calls.filter(({ period, facts }) => period === HOURLY && facts.metric === 'memory');
    expect(Math.min(...hours.map(({ from }) => from))).toBeGreaterThanOrEqual(NOW - 93 * DAY);
    expect(Math.max(...hours.map(({ until }) => until))).toBe(Date.UTC(2026, 10, 22, 16));
    const days = monitor.calls.filter(({ period }) => period === DAILY);
    expect(days).toHaveLength(15);
    expect(days[0]!.from).toBeGreaterThanOrEqual(NOW - 186 * DAY);
    const all = await valuesOf(store, 'memory', DAILY);
    expect(all.values).toHaveLength((Date.UTC(2026, 10, 29, 16) - all.from) / DAY);
    expect(all.values.every((value, n) => value === (all.from + n * DAY < NOW - 100 * DAY ? 7 : 3))).toBe(
      true,
    );
  });

  it('fills calls up to 50 instances and 7,200 points, and says before how many they are', async () => {
    const monitor = fakeMonitor(instancesOf(120));
    const { collect, notices } = setUp(monitor);
    // 346 hours: three windows of 143 for 50 instances, and one of 359 for the last 20.
    const calls = 15 * (2 * 3 + 1);
    expect(await collect()).toMatchObject({ calls, instances: 120, collected: 120 });
    expect(monitor.calls).toHaveLength(calls);
    for (const { instances, from, until } of monitor.calls)
      expect(instances.length * ((until - from) / HOUR + 1)).toBeLessThanOrEqual(7_200);
    expect(notices).toEqual([
      'collecting the use of 120 instances: 105 calls of the monitor product (GetMonitorData); 0.011 % of the 1,000,000 free calls a month, beyond them 0.01 USD on the international site; at least 11 s',
    ]);
  });

  it('makes smaller calls if the provider refuses large ones', async () => {
    const monitor = fakeMonitor(instancesOf(25));
    monitor.refuse = ({ instances, from, until }) =>
      instances.length > 10 || instances.length * ((until - from) / HOUR + 1) > 1_440
        ? refusal('InvalidParameterValue')
        : null;
    const { store, collect } = setUp(monitor);
    const result = await collect({ days: 3 });
    expect(result).toMatchObject({ collected: 25, isComplete: true });
    expect(result.notes.map(({ id }) => id)).toEqual(['usage.smaller-calls']);
    expect((await valuesOf(store, 'keys', HOURLY, 'crs-00000025')).values).toHaveLength(3 * 24 + 10);
  });

  it('leaves out one metric that the provider refuses, and keeps the others', async () => {
    const monitor = fakeMonitor(instancesOf(2));
    monitor.refuse = ({ facts }) => (facts.metric === 'keys' ? refusal('InvalidParameterValue') : null);
    const { store, collect } = setUp(monitor);
    const result = await collect();
    expect(result).toMatchObject({ collected: 2, isComplete: false });
    expect(result.notes.map(({ id, params }) => [id, params.metric])).toEqual([
      ['usage.smaller-calls', undefined],
      ['usage.metric-refused', 'keys'],
    ]);
    const usage = await store.read(PROVIDER, FIRST, EVER);
    expect(new Set(usage!.series.map(({ metric }) => metric)).size).toBe(14);
  });

  it('refuses a metric whose unit it does not know, by name', async () => {
    const monitor = fakeMonitor(instancesOf(1));
    monitor.metrics = [factsOf('cpu'), { ...factsOf('memory'), factor: null, unit: 'Mb' }];
    const { collect } = setUp(monitor);
    const result = await collect();
    expect(result.isComplete).toBe(false);
    expect(result.notes.map(({ id }) => id)).toEqual(['usage.metrics-missing', 'usage.unit-unknown']);
    expect(result.notes[1]?.params).toMatchObject({ metric: 'memory', unit: 'Mb' });
    expect(new Set(monitor.calls.map(({ facts }) => facts.metric))).toEqual(new Set(['cpu']));
  });

  it('reads the other regions if one is refused', async () => {
    const instances = [...instancesOf(2), ...instancesOf(1, { region: 'ap-shanghai' })];
    const monitor = fakeMonitor(instances.map((one, n) => ({ ...one, id: `crs-0000000${n + 1}` })));
    monitor.refuse = (_, { region }) => (region === 'ap-guangzhou' ? refusal('UnauthorizedOperation') : null);
    const { collect, store } = setUp(monitor);
    const result = await collect({ regions: ['ap-guangzhou', 'ap-shanghai'] });
    expect(result).toMatchObject({ instances: 3, collected: 1, isComplete: false });
    expect(result.notes.map(({ id, params }) => [id, params.region])).toEqual([
      ['usage.region-refused', 'ap-guangzhou'],
    ]);
    expect(await store.read(PROVIDER, 'crs-00000003', EVER)).not.toBeNull();
    expect(await store.read(PROVIDER, FIRST, EVER)).toBeNull();
  });

  it.each([
    ['FailedOperation.ErrNotOpen', /enable pay-as-you-go/],
    ['FailedOperation.ErrOwed', /pay what the account owes/],
  ])('stops at %s with a fix, keeps what it read, and goes on later', async (code, fix) => {
    const monitor = fakeMonitor(instancesOf(160));
    monitor.refuse = () => (monitor.calls.length > 120 ? refusal(code) : null);
    const { collect } = setUp(monitor);
    await expect(collect()).rejects.toMatchObject({
      code: 'provider-refused',
      fix: expect.stringMatching(fix),
    });
    monitor.refuse = () => null;
    const result = await collect();
    expect(result.upToDate).toBeGreaterThanOrEqual(50);
    expect(result.upToDate + result.collected).toBe(160);
  });

  it('makes no more calls than it may, and goes on where it was', async () => {
    const monitor = fakeMonitor(instancesOf(120));
    const { collect } = setUp(monitor);
    const first = await collect({ maxCalls: 60 });
    expect(first).toMatchObject({ calls: 60, remainingCalls: 45, collected: 70 });
    expect(first.notes.map(({ id }) => id)).toEqual(['usage.calls-spent']);
    expect(await collect({ maxCalls: 60 })).toMatchObject({
      calls: 45,
      remainingCalls: 0,
      collected: 50,
      upToDate: 70,
    });
  });

  it.each([0, 44])(
    'refuses a bound of %d calls, with which no instance could ever be collected',
    async (maxCalls) => {
      const monitor = fakeMonitor(instancesOf(50));
      const { collect, notices } = setUp(monitor);
      await expect(collect({ maxCalls })).rejects.toMatchObject({
        code: 'usage',
        fix: '--max-calls 45, or fewer --days',
      });
      expect(notices).toHaveLength(1);
      expect(monitor.calls).toEqual([]);
    },
  );

  it('says which instances have no data and why, and collects only what is selected', async () => {
    const [old, fresh, other] = instancesOf(3);
    const monitor = fakeMonitor([{ ...old!, monitoring: '1m' }, fresh!, other!]);
    monitor.truth = () => null;
    const { collect } = setUp(monitor);
    const result = await collect({ isSelected: ({ id }) => id !== other!.id });
    expect(result.withoutData.map(({ instance, reason }) => [instance, reason])).toEqual([
      [old!.id, 'one-minute'],
      [fresh!.id, 'no-points'],
    ]);
    expect(result).toMatchObject({ instances: 2, points: 0, gaps: 0 });
    await expect(collect({ isSelected: () => false })).rejects.toMatchObject({ code: 'usage' });
  });

  it('counts no gap before the first point of a young instance', async () => {
    const monitor = fakeMonitor(instancesOf(1));
    monitor.truth = (_, __, at) => (at < NOW - 2 * DAY ? null : 1);
    const { collect } = setUp(monitor);
    expect(await collect()).toMatchObject({ gaps: 0, points: 15 * 47 });
  });

  it('keeps the sizes that it observes', async () => {
    const monitor = fakeMonitor(instancesOf(1));
    const { collect, store } = setUp(monitor);
    await collect();
    const [one] = monitor.instances;
    monitor.instances = [{ ...one!, size: { ...one!.size, memoryPerShard: 8192 } }];
    monitor.now += DAY;
    await collect();
    const sizes = (await store.read(PROVIDER, FIRST, EVER))!.sizes;
    expect(sizes.map(({ size, from }) => [size.memoryPerShard, from])).toEqual([
      [4096, NOW],
      [8192, NOW + DAY],
    ]);
  });
});
