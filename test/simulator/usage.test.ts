/** The use of simulated instances over time: eight patterns, each with 20 seeds, and what must hold for all of them. */
import { describe, expect, it } from 'vitest';
import { readInstances } from '../../src/simulator/fleet/read-fleet.ts';
import { createCatalogue } from '../../src/simulator/world/catalogue.ts';
import { createWorld } from '../../src/simulator/world/create-world.ts';
import { createRegions } from '../../src/simulator/world/geography.ts';
import { neededAt, usedAt } from '../../src/simulator/world/usage/memory.ts';
import { METRICS, type Statistic } from '../../src/simulator/world/usage/metrics.ts';
import { PATTERNS, type Pattern } from '../../src/simulator/world/usage/patterns.ts';
import { periodStart, readPoints } from '../../src/simulator/world/usage/points.ts';
import { profileOf } from '../../src/simulator/world/usage/profile.ts';
import { type SimInstance, sum, type World } from '../../src/simulator/world/world.ts';
import { DAY, HOUR, MINUTE } from '../../src/units.ts';
import { type Answer, resizeOf, START, testWorld } from './test-world.ts';

const SEEDS = Array.from({ length: 20 }, (_, n) => n + 1);
const ID = 'crs-pattern0';
const REGIONS = createRegions([]);
const CATALOGUE = createCatalogue(REGIONS);

interface Subject {
  readonly world: World;
  readonly instance: SimInstance;
}

function subject(seed: number, more: object): Subject {
  const fleet = readInstances([{ id: ID, memoryPerShard: 4096, ...more }]);
  const none = [0, 0] as const;
  const world = createWorld(
    {
      seed,
      fleet,
      identities: [],
      faults: [],
      balance: 0,
      limit: null,
      limitCounting: 'calendar',
      startLag: none,
      duration: none,
      lockTail: none,
      regions: REGIONS,
      catalogue: CATALOGUE,
    },
    START,
  );
  return { world, instance: world.instances.get(ID)! };
}

/** The points of a metric from so many days after the start to so many others, as read on that last day. */
function points(
  { world, instance }: Subject,
  metric: string,
  [from, to]: readonly [number, number],
  period = 3600,
) {
  const [first, last] = [from, to].map((days) => periodStart((START + days * DAY) / 1000, period)) as [
    number,
    number,
  ];
  const now = Math.max(START, START + to * DAY);
  return readPoints(world, instance, METRICS.get('QCE/REDIS_MEM')!.get(metric)!, {
    first,
    last,
    period,
    now,
  });
}
const values = (
  of: Subject,
  metric: string,
  days: readonly [number, number],
  statistic: Statistic = 'max',
): number[] => points(of, metric, days)[statistic];

const most = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b));
const least = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.min(a, b));
const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
/** The weekday in Beijing, 0 is Sunday. */
const weekday = (seconds: number): number => new Date((seconds + 8 * 3600) * 1000).getUTCDay();

const PAST = [-20, 0] as const;
const BOTH = [-40, 40] as const;

/** What each pattern promises, for any seed. */
const PROMISES: Readonly<Record<Pattern, (of: Subject, seed: string) => void>> = {
  flat(of, seed) {
    const memory = values(of, 'MemUsed', BOTH);
    expect(most(memory) / least(memory), seed).toBeLessThan(1.01);
  },
  growth(of, seed) {
    const { growth } = profileOf(of.world, of.instance);
    const later = values(of, 'MemUsed', [30, 30]).at(-1)!;
    expect(later / 1000, seed).toBeCloseTo(1 + 30 * growth, 1);
    expect(growth, seed).toBeGreaterThan(0);
  },
  season(of, seed) {
    const { times, max } = points(of, 'MemUsed', [-60, 30]);
    const { swing } = profileOf(of.world, of.instance);
    expect(least(max) / most(max), seed).toBeGreaterThan(0.97 * (1 - swing));
    expect(least(max) / most(max), seed).toBeLessThan(1.03 * (1 - swing));
    const peak = (isWeekend: boolean): number =>
      most(max.filter((_, n) => [0, 6].includes(weekday(times[n]!)) === isWeekend));
    expect(peak(true), seed).toBeLessThan(peak(false));
  },
  'growing-season'(of, seed) {
    const week = (from: number): number => most(values(of, 'MemUsed', [from, from + 7]));
    const { growth } = profileOf(of.world, of.instance);
    expect(week(21) / week(0), seed).toBeGreaterThan(1 + 0.6 * 21 * growth);
    const day = values(of, 'MemUsed', [1, 2]);
    expect(most(day) / least(day), seed).toBeGreaterThan(1.05);
  },
  bursts(of, seed) {
    const memory = values(of, 'MemUsed', BOTH);
    const usual = median(memory);
    const high = memory.filter((value) => value > 1.2 * usual).length;
    expect(high, seed).toBeGreaterThan(0);
    expect(high / memory.length, seed).toBeLessThan(0.06);
    expect(most(memory), seed).toBeLessThan(2 * usual);
  },
  deploys(of, seed) {
    const { times, max } = points(of, 'MemUsed', BOTH);
    const usual = median(max);
    const doubled = times.filter((_, n) => max[n]! > 1.9 * usual).map(weekday);
    expect(new Set(doubled).size, seed).toBe(2);
    expect(doubled.length, seed).toBeGreaterThanOrEqual(20);
    expect(doubled.length, seed).toBeLessThanOrEqual(50);
  },
  cache(of, seed) {
    const memory = values(of, 'MemUsed', BOTH);
    expect([least(memory), most(memory)], seed).toEqual([sum(of.instance.used), sum(of.instance.used)]);
    expect(least(values(of, 'Evicted', BOTH, 'sum')), seed).toBeGreaterThan(0);
  },
  cleanup(of, seed) {
    const memory = values(of, 'MemUsed', [-90, 10]);
    expect(memory[0]! / memory.at(-1)!, seed).toBeGreaterThan(1.19);
    const drops = memory.filter((value, n) => n > 0 && value < 0.9 * memory[n - 1]!);
    expect(drops, seed).toHaveLength(1);
  },
};

describe.each(PATTERNS)('the pattern %s', (pattern) => {
  const sized = pattern === 'cache' ? {} : { usedTotal: 1000 };
  const each =
    (check: (of: Subject, seed: string) => void, more: object = {}, seeds = SEEDS) =>
    () => {
      for (const seed of seeds)
        check(subject(seed, { ...sized, ...more, usage: { pattern } }), `seed ${seed}`);
    };

  it('keeps its promise with every seed', each(PROMISES[pattern]));

  it('has the memory of the fleet at the start, and the one of the shards at any time', () => {
    for (const seed of SEEDS) {
      const of = subject(seed, { ...sized, edition: 'redis-6.2-cluster', usage: { pattern } });
      const now = (at: number): number => sum(usedAt(of.world, of.instance, at));
      expect(now(START), `seed ${seed}`).toBeCloseTo(sum(of.instance.used), 6);
      for (const days of [1, 11.3, 25])
        expect(points(of, 'MemUsed', [days, days], 300).max.at(-1), `seed ${seed}`).toBeCloseTo(
          now(START + days * DAY),
          2,
        );
    }
  });

  it(
    'stays within the size, evicts and refuses only when full, and throttles only near the limit',
    each(
      (of, seed) => {
        const read = (metric: string, statistic?: Statistic) => values(of, metric, PAST, statistic);
        const share = read('MemMaxUtil');
        const full = (metric: string): void => {
          for (const [n, count] of read(metric, 'sum').entries())
            if (count > 0) expect(share[n], `${seed} ${metric}`).toBeGreaterThan(90);
        };
        full('Evicted');
        full('CmdErr');
        const traffic = read('OutBandwidthUtil');
        for (const [n, count] of read('OutFlowLimit', 'sum').entries())
          expect(count > 0, `${seed} OutFlowLimit`).toBe(traffic[n]! > 95);
        for (const name of [
          'MemUtil',
          'MemMaxUtil',
          'CpuUtil',
          'CpuMaxUtil',
          'ConnectionsUtil',
          'InBandwidthUtil',
        ])
          expect(most(read(name)), `${seed} ${name}`).toBeLessThanOrEqual(100);
        const [average, busiest] = [read('CpuUtil'), read('CpuMaxUtil')];
        for (const [n, value] of average.entries()) expect(busiest[n]!, seed).toBeGreaterThanOrEqual(value);
      },
      pattern === 'cache' ? {} : { usedTotal: 2600 },
      SEEDS.slice(0, 3),
    ),
  );
});

describe('the use of an instance', () => {
  it('is the same whenever it is read, and in every world with the same seed', () => {
    for (const pattern of PATTERNS) {
      const make = (seed: number) => subject(seed, { usage: { pattern } });
      const [one, again, other] = [make(3), make(3), make(4)];
      const read = (of: Subject, to: number) => values(of, 'CpuMaxUtil', [-20, to]).slice(0, 20 * 24);
      expect(read(again, 30)).toEqual(read(one, 0));
      expect(read(other, 0)).not.toEqual(read(one, 0));
    }
  });

  it('without usage has its memory from the fleet from the start on, and no more in the eight days before', () => {
    const patterns = new Set<string>();
    for (const seed of Array.from({ length: 60 }, (_, n) => n)) {
      const of = subject(seed, { usedTotal: 1500 });
      patterns.add(profileOf(of.world, of.instance).pattern);
      expect(most(values(of, 'MemUsed', [-8, 0])), `seed ${seed}`).toBe(1500);
      expect(new Set(values(of, 'MemUsed', [0, 60])), `seed ${seed}`).toEqual(new Set([1500]));
    }
    expect([...patterns].sort()).toEqual(PATTERNS.filter((one) => one !== 'cache').sort());
  });

  it('is a cache only where the instance is full', () => {
    const drawn = (usedTotal: number): string[] =>
      SEEDS.map((seed) => subject(seed, { usedTotal })).map((of) => profileOf(of.world, of.instance).pattern);
    expect(drawn(4000)).toContain('cache');
    expect(drawn(3600)).not.toContain('cache');
  });

  it('has load by day: CPU, connections, traffic and commands are highest together', () => {
    const of = subject(5, { usage: { pattern: 'season' } });
    const day = [-6, -5] as const;
    const peak = (metric: string): number => {
      const read = values(of, metric, day);
      return read.indexOf(most(read));
    };
    for (const metric of ['Connections', 'OutBandwidthUtil', 'Commands'])
      expect(Math.abs(peak(metric) - peak('CpuUtil')), metric).toBeLessThanOrEqual(4);
  });

  it('has its reads on the replicas where they serve them', () => {
    const reading = { replicas: 3, usage: { pattern: 'flat', cpu: 20 } };
    for (const seed of SEEDS) {
      const ratio = (more: object): number => {
        const of = subject(seed, { ...reading, ...more });
        const [busiest, average] = ['CpuMaxUtil', 'CpuUtil'].map((metric) => most(values(of, metric, PAST)));
        return busiest! / average! / profileOf(of.world, of.instance).cpuSkew;
      };
      expect(ratio({}), `seed ${seed}`).toBeCloseTo(1, 2);
      expect(ratio({ readsFromReplicas: true }), `seed ${seed}`).toBeGreaterThan(1.05);
      expect(ratio({ readsFromReplicas: true, replicas: 1 }), `seed ${seed}`).toBeGreaterThan(1.4);
      const drawn = subject(seed, { readsFromReplicas: true, usage: { pattern: 'flat' } });
      expect(most(values(drawn, 'CpuMaxUtil', PAST)), `seed ${seed}`).toBeLessThan(90);
    }
  });

  it('follows the peaks that the fleet asks for', () => {
    const of = subject(9, { usage: { pattern: 'flat', cpu: 80, connections: 60, bandwidth: 120 } });
    const peak = (metric: string): number => most(values(of, metric, PAST));
    expect(peak('CpuUtil')).toBeGreaterThan(75);
    expect(peak('ConnectionsUtil')).toBeGreaterThan(52);
    expect(peak('ConnectionsUtil')).toBeLessThan(70);
    expect(peak('OutBandwidthUtil')).toBe(100);
    expect(most(values(of, 'OutFlowLimit', PAST, 'sum'))).toBeGreaterThan(0);
  });

  it('is what the data needs, up to the size', () => {
    const of = subject(2, { usedTotal: 3800, usage: { pattern: 'growth', growth: 2 } });
    const at = (days: number) => START + days * DAY;
    const [need] = neededAt(of.world, of.instance, at(30));
    expect(need).toBeGreaterThan(1.55 * 3800);
    expect(usedAt(of.world, of.instance, at(30))).toEqual([4096]);
    expect(values(of, 'CmdErr', [30, 30], 'sum').at(-1)).toBeGreaterThan(0);
    expect(values(of, 'Evicted', [30, 30], 'sum')).toEqual([0]);
  });
});

describe('a size before the start', () => {
  const CLUSTER = { edition: 'redis-6.2-cluster', memoryPerShard: 8192, shards: 4, usedTotal: 6000 };
  /** Twenty days ago it had other shards, and before that less memory. */
  const pastSizes = [
    { untilDaysAgo: 40, memoryPerShard: 2048 },
    { untilDaysAgo: 20, memoryPerShard: 8192, shards: 2 },
  ];
  const resized = (seed: number, more: object = {}) =>
    subject(seed, { ...CLUSTER, pastSizes, usage: { pattern: 'season' }, ...more });
  const always = (seed: number) => subject(seed, { ...CLUSTER, usage: { pattern: 'season' } });

  it.each<[string, readonly [number, number], number]>([
    ['the oldest one', [-60, -41], 2048 * 4],
    ['the one with fewer shards', [-39, -21], 8192 * 2],
    ['the present one', [-19, 0], 8192 * 4],
  ])('gives the shares of its own time: %s', (_, days, total) => {
    for (const seed of SEEDS.slice(0, 5)) {
      const of = resized(seed);
      const shares = values(of, 'MemUtil', days);
      const used = values(of, 'MemUsed', days);
      for (const [n, share] of shares.entries()) expect((share * total) / 100).toBeCloseTo(used[n]!, 0);
      // The data is the same as if it always had its present size.
      expect(used).toEqual(values(always(seed), 'MemUsed', days));
    }
  });

  it('changes between two hours, and with fewer shards each has more data and CPU', () => {
    const [of, same] = [resized(3), always(3)];
    const ratios = (metric: string) => {
      const without = values(same, metric, [-22, -18]);
      return values(of, metric, [-22, -18]).map((value, n) => value / without[n]!);
    };
    for (const metric of ['MemUtil', 'MemMaxUtil', 'CpuUtil', 'OutBandwidthUtil']) {
      const found = ratios(metric);
      const change = found.findIndex((ratio) => ratio < 1.5);
      expect(change, metric).toBeGreaterThanOrEqual(2 * 24 - 1);
      expect(change, metric).toBeLessThanOrEqual(2 * 24 + 1);
      for (const [n, ratio] of found.entries()) expect(ratio, metric).toBeCloseTo(n < change ? 2 : 1, 1);
    }
  });

  it('holds no more than it has: the rest is evicted or refused', () => {
    const of = resized(4, { usedTotal: 12_000, usage: { pattern: 'flat' } });
    expect(most(values(of, 'MemUtil', [-60, -41]))).toBe(100);
    expect(least(values(of, 'CmdErr', [-60, -41], 'sum'))).toBeGreaterThan(0);
    expect(most(values(of, 'CmdErr', [-39, 0], 'sum'))).toBe(0);
    const cache = resized(4, { usedTotal: 12_000, usage: { pattern: 'flat', evicts: true } });
    expect(least(values(cache, 'Evicted', [-60, -41], 'sum'))).toBeGreaterThan(0);
  });
});

describe('a resize', () => {
  const read = (test: ReturnType<typeof testWorld>, MetricName: string): Answer => {
    const Instances = [{ Dimensions: [{ Name: 'instanceid', Value: ID }] }];
    const ask = { Namespace: 'QCE/REDIS_MEM', MetricName, Period: 60, Instances };
    return test.call('monitor.GetMonitorData', ask).DataPoints[0].Values.at(-1);
  };

  it('lets a cache fill the new memory, and ends its evictions', () => {
    const test = testWorld([{ id: ID, memoryPerShard: 4096, usage: { pattern: 'cache' } }]);
    const [before, evicted] = [read(test, 'MemUsed'), read(test, 'Evicted')];
    expect(test.code('redis.UpgradeInstance', resizeOf(ID))).toBe('ok');
    test.pass(5 * MINUTE);
    expect([before / 4096, evicted > 0]).toEqual([expect.closeTo(0.97, 2), true]);
    expect(read(test, 'MemUsed')).toBeGreaterThan(1.05 * before);
    expect(read(test, 'MemUtil')).toBeLessThan(90);
    expect(read(test, 'Evicted')).toBe(0);
  });

  it('to more replicas divides CPU and traffic only where replicas serve reads', () => {
    const ratios = (readsFromReplicas: boolean): number[] => {
      const usage = { pattern: 'flat', cpu: 30, bandwidth: 60 };
      const test = testWorld([{ id: ID, memoryPerShard: 4096, readsFromReplicas, usage }]);
      const metrics = ['MemUsed', 'CpuMaxUtil', 'OutBandwidthUtil', 'ConnectionsUtil'];
      const before = metrics.map((metric) => read(test, metric));
      const order = resizeOf(ID, { MemSize: 4096, RedisReplicasNum: 2 });
      expect(test.code('redis.UpgradeInstance', order)).toBe('ok');
      test.pass(5 * MINUTE);
      return metrics.map((metric, n) => read(test, metric) / before[n]!);
    };
    // Noise moves each figure by a quarter at most.
    const isSame = (ratio: number): boolean => ratio > 0.75 && ratio < 1.25;
    expect(ratios(false).map(isSame)).toEqual([true, true, true, true]);
    const [memory, cpu, traffic, connections] = ratios(true) as [number, number, number, number];
    expect([memory, connections].map(isSame)).toEqual([true, true]);
    expect([cpu, traffic].map(isSame)).toEqual([false, false]);
    expect(Math.max(cpu, traffic)).toBeLessThan(0.75);
  });

  it('to more shards leaves the data and divides CPU', () => {
    const test = testWorld([
      {
        id: ID,
        edition: 'redis-6.2-cluster',
        memoryPerShard: 4096,
        shards: 4,
        usedTotal: 3000,
        usage: { pattern: 'flat', cpu: 60 },
      },
    ]);
    const before = ['MemUsed', 'CpuUtil', 'OutBandwidthUtil'].map((metric) => read(test, metric));
    const order = resizeOf(ID, { MemSize: 4096, RedisShardNum: 8 });
    expect(test.code('redis.UpgradeInstance', order)).toBe('ok');
    test.pass(5 * MINUTE);
    const after = ['MemUsed', 'CpuUtil', 'OutBandwidthUtil'].map((metric) => read(test, metric));
    expect(after.map((value, n) => value / before[n])).toEqual([
      expect.closeTo(1, 1),
      expect.closeTo(0.5, 1),
      expect.closeTo(0.5, 1),
    ]);
  });

  it('is checked against the memory in use at that time', () => {
    const growing = {
      id: ID,
      memoryPerShard: 8192,
      usedTotal: 3000,
      usage: { pattern: 'growth', growth: 2 },
    };
    const smaller = resizeOf(ID, { MemSize: 4096 });
    expect(testWorld([growing]).code('redis.InquiryPriceUpgradeInstance', smaller)).toBe('ok');
    const later = testWorld([growing]);
    later.pass(10 * DAY + HOUR);
    expect(later.code('redis.InquiryPriceUpgradeInstance', smaller)).toBe(
      'InvalidParameterValue.ReduceCapacityNotAllowed',
    );
  });
});
