/** What the monitor product takes, keeps and leaves out. Source: docs/provider.md P113 to P124 and P199 to P206. */
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/units.ts';
import { type Answer, codeOf, START, type TestWorld, testWorld } from './test-world.ts';

const ID = 'crs-points01';
const PLAIN = { id: ID };

interface Query {
  readonly metric?: string;
  readonly period?: number;
  /** Ms before the world's start. */
  readonly from?: number;
  readonly to?: number;
  readonly ids?: readonly string[];
  readonly statistics?: number;
}

const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z/, 'Z');

function ask(test: TestWorld, query: Query = {}): Answer {
  const { metric = 'MemUsed', period = 3600, from = DAY, to = 0, ids = [ID], statistics = 2 } = query;
  return test.call('monitor.GetMonitorData', {
    Namespace: 'QCE/REDIS_MEM',
    MetricName: metric,
    Period: period,
    StartTime: iso(START - from),
    EndTime: iso(START - to),
    Instances: ids.map((id) => ({ Dimensions: [{ Name: 'instanceid', Value: id }] })),
    SpecifyStatistics: statistics,
  });
}

const point = (test: TestWorld, query: Query = {}): Answer => ask(test, query).DataPoints[0];
const hoursAgo = ({ Timestamps }: Answer): number[] =>
  Timestamps.map((at: number) => (START / 1000 - at) / 3600);

describe('points are kept', () => {
  it.each([
    { period: 5, days: 1, step: 5 * HOUR },
    { period: 60, days: 15, step: 4 * DAY },
    { period: 300, days: 31, step: 20 * DAY },
    { period: 3600, days: 93, step: 200 * DAY },
    { period: 86_400, days: 186, step: 200 * DAY },
  ])('of $period s for $days days', ({ period, days, step }) => {
    const test = testWorld([PLAIN]);
    const span = { period, from: days * DAY + step / 2, to: days * DAY - step / 2 };
    const { Timestamps } = point(test, span);
    const oldest = START / 1000 - days * 86_400;
    expect(Timestamps.length).toBeGreaterThan(0);
    expect(Timestamps[0]).toBeGreaterThan(oldest - period);
    expect(Timestamps[0]).toBeLessThanOrEqual(oldest + period);
  });
});

describe('a point', () => {
  it('of a day begins at midnight in Beijing', () => {
    for (const at of point(testWorld([PLAIN]), { period: 86_400, from: 30 * DAY }).Timestamps)
      expect((at + 8 * 3600) % 86_400).toBe(0);
  });

  it('has times that are rounded down to the period, as in the answer', () => {
    const answer = ask(testWorld([PLAIN]), { period: 300, from: 51 * MINUTE + 23_000 });
    expect([answer.StartTime, answer.EndTime]).toEqual(['2026-01-05 09:05:00', '2026-01-05 10:00:00']);
    expect(answer.DataPoints[0].Timestamps[0]).toBe(Date.UTC(2026, 0, 5, 1, 5) / 1000);
  });

  it('of an hour has the greatest, the least and the sum of its five minutes', () => {
    const test = testWorld([{ ...PLAIN, usage: { pattern: 'bursts' } }]);
    const over = { from: 3 * DAY, to: 2 * DAY };
    for (const [metric, name, join] of [
      ['CpuUtil', 'MaxValues', (a: number, b: number) => Math.max(a, b)],
      ['CpuUtil', 'MinValues', (a: number, b: number) => Math.min(a, b)],
      ['Expired', 'Values', (a: number, b: number) => a + b],
    ] as const) {
      const hours = point(test, { ...over, metric, statistics: 7 });
      const cells = point(test, { ...over, metric, period: 300, statistics: 7 });
      for (const [n, at] of hours.Timestamps.slice(0, -1).entries()) {
        const inside = cells[name].filter(
          (_: number, k: number) => cells.Timestamps[k] >= at && cells.Timestamps[k] < at + 3600,
        );
        expect(inside).toHaveLength(12);
        expect(hours[name][n]).toBeCloseTo(inside.reduce(join), 2);
      }
    }
  });

  it('is missing before the instance existed', () => {
    const { Timestamps } = point(testWorld([{ ...PLAIN, daysOld: 2.5 }]), { from: 5 * DAY });
    expect(Timestamps[0]).toBe(START / 1000 - 2.5 * 86_400);
    expect(Timestamps).toHaveLength(61);
  });

  it.each([
    { what: 'an instance with one-minute metrics', fleet: [{ ...PLAIN, monitorVersion: '1m' }], ids: [ID] },
    { what: 'an instance that does not exist', fleet: [PLAIN], ids: ['crs-nosuch00'] },
  ])('is missing for $what, without an error', ({ fleet, ids }) => {
    expect(point(testWorld(fleet), { ids })).toMatchObject({ Timestamps: [], Values: [], MaxValues: [] });
  });

  it('is missing for a dimension with another name', () => {
    const answer = testWorld([PLAIN]).call('monitor.GetMonitorData', {
      Namespace: 'QCE/REDIS_MEM',
      MetricName: 'MemUsed',
      Instances: [{ Dimensions: [{ Name: 'InstanceId', Value: ID }] }],
    });
    expect(answer.DataPoints[0].Timestamps).toEqual([]);
  });

  it('is missing in gaps: whole hours, the same ones for every metric and period', () => {
    const test = testWorld([{ ...PLAIN, usage: { gaps: 0.2 } }]);
    const hours = hoursAgo(point(test, { from: 40 * DAY }));
    expect(hours.length / (40 * 24)).toBeGreaterThan(0.7);
    expect(hours.length / (40 * 24)).toBeLessThan(0.9);
    expect(hoursAgo(point(test, { from: 40 * DAY, metric: 'CpuUtil' }))).toEqual(hours);
    const minutes = new Set(hoursAgo(point(test, { from: 10 * DAY, period: 300 })).map(Math.ceil));
    expect([...minutes].sort((a, b) => a - b)).toEqual(
      hours.filter((hour) => hour <= 240).sort((a, b) => a - b),
    );
  });
});

describe('a call', () => {
  const many = (count: number): string[] => Array.from({ length: count }, () => ID);
  it.each([
    { faults: [], count: 50, hours: 144, code: 'ok' },
    { faults: [], count: 50, hours: 145, code: 'InvalidParameterValue' },
    { faults: [], count: 51, hours: 1, code: 'InvalidParameterValue' },
    { faults: [], count: 3, hours: 2400, code: 'ok' },
    { faults: ['older-limits'], count: 10, hours: 144, code: 'ok' },
    { faults: ['older-limits'], count: 10, hours: 145, code: 'InvalidParameterValue' },
    { faults: ['older-limits'], count: 11, hours: 1, code: 'InvalidParameterValue' },
  ])('with $faults for $count instances and $hours points each: $code', (row) => {
    const { faults, count, hours, code } = row;
    const answer = ask(testWorld([PLAIN], { faults }), { ids: many(count), from: (hours - 1) * HOUR });
    expect(codeOf(answer)).toBe(code);
  });

  it('for all time is refused without work', () => {
    const test = testWorld([PLAIN]);
    expect(codeOf(ask(test, { period: 5, from: START }))).toBe('InvalidParameterValue');
  });

  it('is refused after the free calls of the account, which refused calls do not use up', () => {
    const test = testWorld([PLAIN], { faults: ['free-calls=2'] });
    const code = (query: Query): string => codeOf(ask(test, query));
    expect(code({ ids: [] })).toBe('InvalidParameterValue');
    expect([code({}), code({}), code({})]).toEqual(['ok', 'ok', 'FailedOperation.ErrNotOpen']);
    expect(test.code('redis.DescribeInstances')).toBe('ok');
  });

  it('is refused where the account owes money', () => {
    const test = testWorld([PLAIN], { faults: ['refuse=FailedOperation.ErrOwed@GetMonitorData'] });
    expect(codeOf(ask(test))).toBe('FailedOperation.ErrOwed');
  });

  it('returns late points only when their time has come', () => {
    const test = testWorld([PLAIN], { faults: ['late-points=6m'] });
    const newest = (period: number): number =>
      START / 1000 - point(test, { period, from: 2 * HOUR }).Timestamps.at(-1);
    expect([newest(60), newest(300), newest(3600)]).toEqual([420, 900, 7200]);
    test.pass(6 * MINUTE);
    expect(newest(3600)).toBe(3600);
  });

  it('has gaps in every instance with the fault gaps', () => {
    const test = testWorld([PLAIN], { faults: ['gaps=50'] });
    const { length } = point(test, { from: 10 * DAY }).Timestamps;
    expect(length).toBeGreaterThan(80);
    expect(length).toBeLessThan(160);
  });
});

describe('DescribeBaseMetrics', () => {
  const list = (params: object): Answer =>
    testWorld([PLAIN]).call('monitor.DescribeBaseMetrics', { Namespace: 'QCE/REDIS_MEM', ...params });

  it('names unit, periods and statistics of every metric, and every one of them can be read', () => {
    const { MetricSet } = list({});
    const test = testWorld([PLAIN]);
    for (const { MetricName, Unit, Period, Periods, Dimensions } of MetricSet) {
      expect(['MB', '%', 'Count', 'Count/s', 'ms', 'Mb/s']).toContain(Unit);
      expect(Period).toEqual([5, 60, 300, 3600, 86_400]);
      expect(Periods.map((one: Answer) => one.Period)).toEqual(Period.map(String));
      expect(Dimensions).toEqual([{ Dimensions: ['instanceid'] }]);
      const [{ StatType }] = Periods;
      const { Values, MaxValues } = point(test, { metric: MetricName, from: 2 * DAY });
      expect(Values.every(Number.isFinite)).toBe(true);
      if (StatType[0] === 'max') expect(Values).toEqual(MaxValues);
    }
    const statistics = Object.fromEntries(
      MetricSet.map((one: Answer) => [one.MetricName, one.Periods[0].StatType.join(' ')]),
    );
    expect(statistics).toMatchObject({ MemUsed: 'avg max min', MemMaxUtil: 'max', Evicted: 'sum' });
  });

  it.each([
    { params: { MetricName: 'MemUsed' }, count: 1 },
    { params: { MetricName: 'NoSuchMetric' }, count: 0 },
    { params: { Dimensions: ['instanceid'] }, count: 26 },
    { params: { Dimensions: ['pod'] }, count: 0 },
    { params: { Namespace: 'QCE/REDIS' }, count: 2 },
  ])('lists $count metrics for $params', ({ params, count }) =>
    expect(list(params).MetricSet).toHaveLength(count),
  );

  it('refuses an unknown namespace', () =>
    expect(codeOf(list({ Namespace: 'qce/redis_mem' }))).toBe('InvalidParameterValue'));
});
