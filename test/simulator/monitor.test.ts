import { describe, expect, it } from 'vitest';
import { HOUR } from '../../src/units.ts';
import type { NewerSigning } from './signed-request.ts';
import { type Answer, codeOf, resizeOf, START, type TestWorld, testWorld } from './test-world.ts';

const CLUSTER = {
  id: 'crs-cluster1',
  edition: 'redis-5.0-cluster',
  memoryPerShard: 4096,
  shards: 4,
  usedTotal: 8000,
  usedFullestShard: 3500,
};
const SEASON = { pattern: 'season', swing: 0.4 };
const OTHER = { ...CLUSTER, id: 'crs-cluster2', usedFullestShard: null };

const instance = (id: string): object => ({ Dimensions: [{ Name: 'instanceid', Value: id }] });
function ask(
  test: TestWorld,
  more: object,
  ids: readonly string[] = [CLUSTER.id],
  how: NewerSigning = {},
): Answer {
  const params = {
    Namespace: 'QCE/REDIS_MEM',
    MetricName: 'MemUsed',
    Period: 3600,
    Instances: ids.map(instance),
  };
  return test.call('monitor.GetMonitorData', { ...params, ...more }, how);
}
const WEEK = {
  StartTime: '2025-12-29T10:00:00+08:00',
  EndTime: '2026-01-05T10:00:00+08:00',
  SpecifyStatistics: 7,
};

describe('the monitor over a period', () => {
  it('returns the requested statistics in the order minimum, average, maximum, and null for the others', () => {
    const [point] = ask(testWorld([CLUSTER]), WEEK).DataPoints;
    expect(point.Timestamps).toHaveLength(7 * 24 + 1);
    for (const name of ['Values', 'AvgValues', 'MaxValues', 'MinValues'])
      expect(point[name]).toHaveLength(7 * 24 + 1);
    for (const [n, average] of point.AvgValues.entries()) {
      expect(point.MaxValues[n]).toBeGreaterThanOrEqual(average);
      expect(point.MinValues[n]).toBeLessThanOrEqual(average);
    }
    const cases: readonly (readonly [number | undefined, string])[] = [
      [undefined, ''],
      [1, 'Avg'],
      [2, 'Max'],
      [4, 'Min'],
      [6, 'Max Min'],
    ];
    for (const [SpecifyStatistics, expected] of cases) {
      const [one] = ask(testWorld([CLUSTER]), { SpecifyStatistics }).DataPoints;
      const present = ['Avg', 'Max', 'Min'].filter((name) => one[`${name}Values`] !== null);
      expect(present.join(' ')).toBe(expected);
      expect(one.Values.length).toBeGreaterThan(0);
    }
  });

  it('changes over the day, differs by instance, and repeats for a second read', () => {
    const test = testWorld([CLUSTER, OTHER].map((one) => ({ ...one, usage: SEASON })));
    const [one, two] = ask(test, WEEK, [CLUSTER.id, OTHER.id]).DataPoints;
    expect(Math.min(...one.Values)).toBeLessThan(0.85 * Math.max(...one.Values));
    expect(one.Values).not.toEqual(two.Values);
    test.pass(HOUR);
    // The last hour was not over at the first read.
    expect(ask(test, WEEK).DataPoints[0].Values.slice(0, -1)).toEqual(one.Values.slice(0, -1));
  });

  it('has its maximum now, where it equals the used memory of the shards', () => {
    const test = testWorld([CLUSTER]);
    const last = (MetricName: string): number =>
      ask(test, { ...WEEK, MetricName }).DataPoints[0].Values.at(-1);
    const most = (MetricName: string): number =>
      Math.max(...ask(test, { ...WEEK, MetricName }).DataPoints[0].MaxValues);
    const shards = test
      .call('redis.DescribeInstanceShards', { InstanceId: CLUSTER.id, FilterSlave: true })
      .InstanceShards.map(({ Storage }: Answer) => Storage / 1024 / 1024);
    expect(last('MemUsed')).toBe(shards.reduce((a: number, b: number) => a + b));
    expect(most('MemUsed')).toBe(last('MemUsed'));
    expect(last('MemMaxUtil')).toBeCloseTo((100 * Math.max(...shards)) / 4096, 3);
    expect(last('MemUtil')).toBeCloseTo((100 * 8000) / (4 * 4096), 3);
  });

  it('returns percentages of the size at that time', () => {
    const test = testWorld([{ ...CLUSTER, usedFullestShard: null }]);
    test.pass(60_000);
    expect(test.code('redis.UpgradeInstance', resizeOf(CLUSTER.id, { RedisShardNum: 4 }))).toBe('ok');
    test.pass(120_000);
    const { Values } = ask(test, { MetricName: 'MemUtil', Period: 60, StartTime: '2026-01-05 10:00:00' })
      .DataPoints[0];
    expect(Values).toEqual([48.828, 48.828, 24.414, 24.414]);
  });

  it('keeps the ratio of the fullest shard when shards are added', () => {
    const test = testWorld([CLUSTER]);
    test.call('redis.UpgradeInstance', resizeOf(CLUSTER.id, { MemSize: 4096, RedisShardNum: 8 }));
    test.pass(60_000);
    const utils = ['MemUsed', 'MemMaxUtil'].map((MetricName) =>
      ask(test, { MetricName, Period: 5 }).DataPoints[0].Values.at(-1),
    );
    expect(utils).toEqual([8000, expect.closeTo((100 * 1750) / 4096, 3)]);
  });

  it('supports the older namespace', () => {
    const older = ['StorageMin', 'StorageUsMin'].map((MetricName) =>
      ask(testWorld([CLUSTER]), { Namespace: 'QCE/REDIS', MetricName }).DataPoints[0].Values.at(-1),
    );
    expect(older).toEqual([8000, 48.828]);
  });

  it('returns empty rows for instances of another region', () => {
    const { DataPoints } = ask(testWorld([CLUSTER]), {}, [CLUSTER.id], { region: 'ap-shanghai' });
    expect(DataPoints).toMatchObject([{ Timestamps: [], Values: [], MaxValues: null }]);
  });

  const wrong: readonly (readonly [string, object])[] = [
    ['an unknown period', { Period: 90 }],
    ['an unknown statistic', { SpecifyStatistics: 8 }],
    ['an end before the start', { StartTime: '2026-01-05 10:00:00', EndTime: '2026-01-05 09:00:00' }],
    ['a time without a zone in a wrong format', { StartTime: '2026-01-05T10:00:00' }],
    ['no instance', { Instances: [] }],
    ['more than 7,200 points', { Period: 5, StartTime: '2026-01-04 20:00:00' }],
    ['a name that every JavaScript object has', { MetricName: 'constructor' }],
    ['a namespace that every JavaScript object has', { Namespace: '__proto__' }],
  ];
  for (const [what, more] of wrong) {
    it(`refuses ${what}`, () =>
      expect(ask(testWorld([CLUSTER]), more).Error.Code).toBe('InvalidParameterValue'));
  }
  it('counts points over all instances of a call', () => {
    const test = testWorld([CLUSTER]);
    const span = { Period: 60, StartTime: '2026-01-05 07:37:00' };
    expect(ask(test, span, Array(50).fill(CLUSTER.id)).DataPoints).toHaveLength(50);
    const longer = { Period: 60, StartTime: '2026-01-05 07:36:00' };
    expect(ask(test, longer, Array(50).fill(CLUSTER.id)).Error.Code).toBe('InvalidParameterValue');
  });
});

describe('used memory', () => {
  const point = (more: object, ids?: readonly string[]): Answer =>
    ask(testWorld([CLUSTER]), { Period: 60, ...more }, ids).DataPoints[0];

  it('comes from the monitor in MB, percent, and percent of the fullest shard', () => {
    const values = ['MemUsed', 'MemUtil', 'MemMaxUtil'].map((MetricName) =>
      point({ MetricName }).Values.at(-1),
    );
    expect(values).toEqual([8000, 48.828, 85.449]);
  });
  it('has one aligned point per period and none in the future', () => {
    const span = { StartTime: '2026-01-05T09:50:30+08:00', EndTime: '2026-01-05T10:30:00+08:00' };
    const { Timestamps } = point(span);
    // The begin is rounded down to 09:50:00.
    expect(Timestamps).toHaveLength(11);
    expect(Timestamps.at(-1)).toBe(START / 1000);
  });
  it('of an unknown instance is an empty row', () => {
    expect(point({}, ['crs-nosuch00'])).toMatchObject({ Timestamps: [], Values: [] });
  });
  it('is refused for more than 50 instances and for unknown metrics', () => {
    const test = testWorld([CLUSTER]);
    expect(codeOf(ask(test, {}, Array(51).fill(CLUSTER.id)))).toBe('InvalidParameterValue');
    expect(codeOf(ask(test, { MetricName: 'CpuUsed' }))).toBe('InvalidParameterValue');
  });
  it('comes from the shards in bytes, with or without replicas', () => {
    const shards = (FilterSlave: boolean): Answer[] =>
      testWorld([CLUSTER]).call('redis.DescribeInstanceShards', { InstanceId: CLUSTER.id, FilterSlave })
        .InstanceShards;
    const megabytes = shards(true).map(({ Storage }) => Storage / 1024 / 1024);
    expect(megabytes).toEqual([3500, 1500, 1500, 1500]);
    expect(shards(false).map(({ Role }) => Role)).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });
});
