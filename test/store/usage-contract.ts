/** The behaviour that both stores have for the history of use. */
import { describe, expect, it } from 'vitest';
import {
  DAILY,
  HOURLY,
  type InstanceUsage,
  joinAll,
  keptValue,
  seriesEnd,
  type UsageMetric,
  type UsagePeriod,
  type UsageSeries,
} from '../../src/model.ts';
import type { UsageReading, UsageStore } from '../../src/store/usage-store.ts';
import { DAY, HOUR } from '../../src/units.ts';

/** 2026-11-01 00:00 in UTC+8. */
export const START = Date.UTC(2026, 9, 31, 16);
export const EVER = { from: 0, until: Number.MAX_SAFE_INTEGER };
const REAL = 'the provider';
const SMALL = { memoryPerShard: 4096, shards: 1, replicas: 1 };
const LARGE = { ...SMALL, memoryPerShard: 8192 };

/** A series of hours from `START`. @param at hours after it. */
export function hours(
  instance: string,
  values: readonly (number | null)[],
  at = 0,
  metric: UsageMetric = 'memory',
): UsageSeries {
  return { instance, metric, period: HOURLY, from: START + at * HOUR, values };
}

export function reading(instance: string, ...series: UsageSeries[]): UsageReading {
  return { instance, series, size: null, at: START };
}

async function valuesOf(store: UsageStore, instance: string, span = EVER): Promise<unknown> {
  const usage = await store.read(REAL, instance, span);
  return usage?.series.map(({ metric, period, from, values }) => [
    metric,
    period,
    (from - START) / HOUR,
    values,
  ]);
}

async function walked(store: UsageStore, provider = REAL): Promise<InstanceUsage[]> {
  const all: InstanceUsage[] = [];
  for await (const one of store.walk(provider, EVER)) all.push(one);
  return all.sort((a, b) => (a.instance < b.instance ? -1 : 1));
}

const A = 'crs-aaaaaaaa';
const B = 'crs-bbbbbbbb';

/** Each row: what is put, one reading after the other, and what is read. */
const JOINS: readonly (readonly [title: string, puts: readonly (readonly UsageSeries[])[], read: unknown])[] =
  [
    [
      'keeps zeros as zeros and gaps as gaps',
      [[hours(A, [3, 0, null, 4.5])]],
      [['memory', HOURLY, 0, [3, 0, null, 4.5]]],
    ],
    [
      'replaces a value by a newer one, also by a lower one',
      [[hours(A, [3, 4, 5])], [hours(A, [9, 1], 1)]],
      [['memory', HOURLY, 0, [3, 9, 1]]],
    ],
    [
      'replaces no value by a gap, and a gap by a value',
      [[hours(A, [3, null, 5])], [hours(A, [null, 4, null, 6])]],
      [['memory', HOURLY, 0, [3, 4, 5, 6]]],
    ],
    [
      'has a gap between two readings that do not touch',
      [[hours(A, [3])], [hours(A, [7], 3)]],
      [['memory', HOURLY, 0, [3, null, null, 7]]],
    ],
    [
      'takes older hours after newer ones',
      [[hours(A, [7, 8], 3)], [hours(A, [1, 2, null])]],
      [['memory', HOURLY, 0, [1, 2, null, 7, 8]]],
    ],
    [
      'keeps metrics and periods apart, in the order of metrics',
      [
        [hours(A, [1], 0, 'latency'), { ...hours(A, [9]), period: DAILY }],
        [hours(A, [2], 0, 'cpu'), hours(A, [5])],
      ],
      [
        ['memory', HOURLY, 0, [5]],
        ['memory', DAILY, 0, [9]],
        ['cpu', HOURLY, 0, [2]],
        ['latency', HOURLY, 0, [1]],
      ],
    ],
    [
      'joins two series of one reading, the later one last',
      [[hours(A, [1, 2]), hours(A, [8, 9], 1)]],
      [['memory', HOURLY, 0, [1, 8, 9]]],
    ],
    [
      'keeps hours over the end of what a store groups',
      [
        [
          hours(
            A,
            Array.from({ length: 700 }, (_, n) => n % 7),
            500,
          ),
        ],
      ],
      [['memory', HOURLY, 500, Array.from({ length: 700 }, (_, n) => n % 7)]],
    ],
  ];

/** @param open an empty store; the suite closes it. */
export function describeUsageContract(name: string, open: () => Promise<UsageStore>): void {
  describe(`the history of use in ${name}`, () => {
    it.each(JOINS)('%s', async (_, puts, expected) => {
      const store = await open();
      for (const series of puts) await store.put(REAL, [reading(A, ...series)]);
      expect(await valuesOf(store, A)).toEqual(expected);
      expect(await walked(store)).toEqual([await store.read(REAL, A, EVER)]);
    });

    it('keeps every magnitude exactly', async () => {
      const store = await open();
      const kept = [0, 0.001, 4012.53, 99.99, 123_456_789, 1e12, 0.1, 1 / 3, 7.0000001, 65_536.25].map(
        keptValue,
      );
      await store.put(REAL, [reading(A, hours(A, kept))]);
      expect(await valuesOf(store, A)).toEqual([['memory', HOURLY, 0, kept]]);
    });

    it('has gaps in a span between two readings that do not touch', async () => {
      const store = await open();
      await store.put(REAL, [reading(A, hours(A, [1, 2]))]);
      await store.put(REAL, [reading(A, hours(A, [7, 8], 6))]);
      const span = { from: START + 4 * HOUR, until: START + 7 * HOUR };
      expect(await valuesOf(store, A, span)).toEqual([['memory', HOURLY, 4, [null, null, 7]]]);
      expect(
        await valuesOf(store, A, { ...span, from: START + 30 * HOUR, until: START + 31 * HOUR }),
      ).toEqual([]);
    });

    it('reads the part of a span, and nothing of another instance or provider', async () => {
      const store = await open();
      await store.put(REAL, [reading(A, hours(A, [1, 2, 3, 4])), reading(B, hours(B, [8]))]);
      await store.put('loopback:8420', [reading(A, hours(A, [7]))]);
      const span = { from: START + HOUR, until: START + 3 * HOUR };
      expect(await valuesOf(store, A, span)).toEqual([['memory', HOURLY, 1, [2, 3]]]);
      expect(await valuesOf(store, B)).toEqual([['memory', HOURLY, 0, [8]]]);
      expect(await store.read(REAL, 'crs-cccccccc', EVER)).toBeNull();
      expect((await walked(store)).map(({ instance }) => instance)).toEqual([A, B]);
      expect((await walked(store, 'loopback:8420'))[0]?.series[0]?.values).toEqual([7]);
      expect(await walked(store, 'nobody')).toEqual([]);
    });

    it('reads only the metrics that are asked for, and a walk does, too', async () => {
      const store = await open();
      const all = [hours(A, [1, 2]), hours(A, [3], 0, 'cpu'), hours(A, [4, 5, 6], 1, 'keys')];
      await store.put(REAL, [{ instance: A, series: all, size: SMALL, at: START }]);
      const query = { from: START + HOUR, until: START + 3 * HOUR, metrics: ['cpu', 'keys'] as const };
      const usage = (await store.read(REAL, A, query))!;
      expect(usage.series).toEqual([hours(A, [4, 5], 1, 'keys')]);
      const walks = [];
      for await (const one of store.walk(REAL, query)) walks.push(one);
      expect(walks).toEqual([usage]);
      const none = await store.read(REAL, A, { ...EVER, metrics: ['latency'] });
      expect(none).toEqual({ instance: A, series: [], sizes: [{ size: SMALL, from: START, until: START }] });
    });

    it('says what was asked, also where the provider had nothing', async () => {
      const store = await open();
      await store.put(REAL, [reading(A, hours(A, [null, 2, null, null], 5), hours(A, [null], 0, 'cpu'))]);
      const asked = await store.asked(REAL, [A, B]);
      expect([...asked.keys()]).toEqual([A]);
      expect(asked.get(A)).toEqual([
        { metric: 'memory', period: HOURLY, from: START + 5 * HOUR, until: START + 9 * HOUR },
        { metric: 'cpu', period: HOURLY, from: START, until: START + HOUR },
      ]);
    });

    it('keeps each size with the first and the last time that it was observed', async () => {
      const store = await open();
      const observed = [
        [SMALL, 0],
        [SMALL, 24],
        [LARGE, 48],
        [LARGE, 72],
        // An older observation comes too late to say anything.
        [SMALL, 60],
        [SMALL, 96],
      ] as const;
      for (const [size, at] of observed)
        await store.put(REAL, [{ instance: A, series: [hours(A, [1], at)], size, at: START + at * HOUR }]);
      expect((await store.read(REAL, A, EVER))?.sizes).toEqual([
        { size: SMALL, from: START, until: START + 24 * HOUR },
        { size: LARGE, from: START + 48 * HOUR, until: START + 72 * HOUR },
        { size: SMALL, from: START + 96 * HOUR, until: START + 96 * HOUR },
      ]);
      const span = { from: START + 30 * HOUR, until: START + 80 * HOUR };
      expect((await store.read(REAL, A, span))?.sizes.map(({ size }) => size)).toEqual([LARGE]);
    });

    it('removes hours after 400 days and days after three years', async () => {
      const store = await open();
      const day = (at: number, value: number): UsageSeries => ({
        ...hours(A, [value], at * 24),
        period: DAILY,
      });
      await store.put(REAL, [reading(A, hours(A, [1]), hours(A, [2], 24 * 395), day(0, 3), day(500, 4))]);
      await store.put(REAL, [reading(B, hours(B, [1]))]);
      await store.prune(REAL, START + 440 * DAY);
      const periods = async (instance: string) =>
        (await store.read(REAL, instance, EVER))?.series.map(({ period, values }) => [
          period,
          values.filter((one) => one !== null),
        ]) ?? [];
      expect(await periods(A)).toEqual([
        [HOURLY, [2]],
        [DAILY, [3, 4]],
      ]);
      expect(await periods(B)).toEqual([]);
      await store.prune(REAL, START + 1_300 * DAY);
      expect(await periods(A)).toEqual([[DAILY, [4]]]);
    });

    it('removes sizes after three years, but not the newest one of values that are kept', async () => {
      const store = await open();
      const put = (instance: string, size: typeof SMALL, at: number) => {
        const series = [{ ...hours(instance, [1], at * 24), period: DAILY } as const];
        return store.put(REAL, [{ instance, series, size, at: START + at * DAY }]);
      };
      for (const at of [0, 30]) await put(A, SMALL, at);
      for (const at of [60, 900]) await put(A, LARGE, at);
      await put(A, SMALL, 1_200);
      await put(B, SMALL, 0);
      await put(B, LARGE, 10);
      await store.put(REAL, [reading(B, { ...hours(B, [7], 1_150 * 24), period: DAILY })]);
      const sizes = async (instance: string) =>
        (await store.read(REAL, instance, EVER))?.sizes.map(({ size, until }) => [
          size,
          (until - START) / DAY,
        ]);
      await store.prune(REAL, START + 1_100 * DAY);
      expect(await sizes(A)).toHaveLength(3);
      await store.prune(REAL, START + 1_200 * DAY);
      expect(await sizes(A)).toEqual([
        [LARGE, 900],
        [SMALL, 1_200],
      ]);
      expect(await sizes(B)).toEqual([[LARGE, 10]]);
      await store.prune(REAL, START + 2_400 * DAY);
      expect(await store.read(REAL, B, EVER)).toBeNull();
    });

    it('lets one process collect from a provider at a time', async () => {
      const store = await open();
      const order: string[] = [];
      await store.exclusively(REAL, async () => {
        await expect(store.exclusively(REAL, async () => order.push('both'))).rejects.toMatchObject({
          code: 'locked',
        });
        await store.exclusively('loopback:8420', async () => order.push('another provider'));
      });
      await store.exclusively(REAL, async () => order.push('later'));
      await expect(store.exclusively(REAL, async () => Promise.reject(new Error('dies')))).rejects.toThrow(
        'dies',
      );
      await store.exclusively(REAL, async () => order.push('after a fault'));
      expect(order).toEqual(['another provider', 'later', 'after a fault']);
    });

    it.each([1, 2, 3])('reads what any readings lead to (seed %i)', async (seed) => {
      const store = await open();
      const draw = randomFrom(seed);
      const put = new Map<string, UsageSeries[]>();
      for (let round = 0; round < 12; round++) {
        const readings = [A, B].map((instance) => reading(instance, ...drawSeries(instance, draw)));
        for (const { instance, series } of readings)
          put.set(instance, [...(put.get(instance) ?? []), ...series]);
        await store.put(REAL, readings);
      }
      for (const [instance, series] of put) {
        const usage = (await store.read(REAL, instance, EVER))!;
        expect(usage.series).toEqual(joinAll(series));
        const asked = (await store.asked(REAL, [instance])).get(instance);
        expect(asked).toEqual(
          usage.series.map((one) => ({
            ...{ metric: one.metric, period: one.period, from: one.from },
            until: seriesEnd(one),
          })),
        );
      }
    });
  });
}

type Draw = (below: number) => number;

function randomFrom(seed: number): Draw {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

function drawSeries(instance: string, draw: Draw): UsageSeries[] {
  const metrics: readonly UsageMetric[] = ['memory', 'cpu', 'evicted'];
  return metrics.slice(0, 1 + draw(3)).map((metric) => {
    const period: UsagePeriod = draw(4) === 0 ? DAILY : HOURLY;
    const from = START + draw(60) * (period === DAILY ? DAY : HOUR);
    const values = Array.from({ length: 1 + draw(40) }, () =>
      draw(4) === 0 ? null : keptValue(draw(9_999) / 7),
    );
    return { instance, metric, period, from, values };
  });
}
