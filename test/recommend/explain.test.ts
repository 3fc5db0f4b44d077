/** An explanation has the points from which every number of the evidence can be computed again. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES, DEFAULT_SIZING } from '../../src/recommend/default-sizing.ts';
import { type Explanation, explain } from '../../src/recommend/explain.ts';
import { DAY, HOUR } from '../../src/units.ts';
import { instance, NOW, offer, size } from '../plan/fixtures/small-fleet.ts';
import { type History, historyOf, line } from './history.ts';

function explained(history: History, of = instance()): Explanation {
  return explain(of, historyOf({ size: of.size, ...history }), {
    sizing: DEFAULT_SIZING,
    sold: () => offer(),
    now: NOW,
  });
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1]!;

const CASES: Readonly<Record<string, History>> = {
  'a growing instance': { memory: line(8600, 90), skew: 1.1 },
  'a season with gaps': {
    memory: (ago) => (ago % 9 === 0 ? null : 5000 + 900 * Math.cos((2 * Math.PI * ago) / 24)),
  },
  'a young instance': { memory: line(6000, 80), days: 9 },
  'a history that ends a day before the present': { memory: line(8600, 90), until: 24 },
  'an instance that evicts lately': { memory: 9000, evicted: (ago) => (ago < 5 ? 70 : 0) },
};

describe.each(Object.entries(CASES))('%s', (_, history) => {
  const { recommendation, days, trend, needs, shards, sizes, evictions, loads } = explained(history);
  const { evidence } = recommendation;
  const memory = evidence.memory!;

  it('shows the metrics that each peak was made from', () => {
    for (const { peak, made, found } of days) {
      if (peak === null) expect(found).toBe(0);
      else
        expect(peak.value).toBeCloseTo(
          (made!.memory! * Math.max(1, made!.fullestShard! / made!.memoryShare!)) / shards,
          6,
        );
    }
    expect(days.at(-1)!.until).toBe(evidence.until);
    expect(days.reduce((sum, { found }) => sum + found, 0)).toBe(evidence.hours.found);
    const peaks = days.flatMap(({ peak }) => (peak === null ? [] : [peak]));
    expect(Math.max(...peaks.map(({ value }) => value))).toBe(memory.peak.value);
    expect(evidence.days).toEqual(
      days.map(({ peak }) => (peak === null ? null : Math.round((1000 * peak.value) / 4096) / 10)),
    );
  });

  it('shows the differences that the trend was made from', () => {
    const at = (from: number) => days.find((one) => one.from === from)!.counts!;
    for (const { from, until, slope } of trend.pairs)
      expect(slope).toBeCloseTo(((at(until) - at(from)) * DAY) / (until - from), 9);
    if (trend.trend !== 0) expect(middle(trend.pairs.map(({ slope }) => slope))).toBe(trend.trend);
    expect([trend.trend, trend.error]).toEqual([memory.trend, memory.trendError]);
  });

  it('shows the day and the sum of each need', () => {
    expect(needs.map((one) => one.for)).toEqual(['horizon', 'grow', 'shrink']);
    for (const { for: name, ahead, age, counts, rise, need } of needs) {
      expect(counts + rise * (age + ahead)).toBe(need);
      expect(days.at(-1 - age)!.counts).toBe(counts);
      expect(need).toBe(memory.within[name]);
      expect(rise).toBe(Math.max(0, trend.trend + trend.error));
    }
    const lag = (NOW - evidence.until) / DAY;
    expect(needs[0]!.ahead).toBe(DEFAULT_RULES.horizon / DAY + lag);
  });

  it('shows every size sold with its share, and which is advised', () => {
    for (const one of sizes)
      expect(one.share.shrink).toBeCloseTo(
        (100 * memory.within.shrink * shards) / (one.size.shards * one.size.memoryPerShard),
        9,
      );
    expect(sizes.find(({ is }) => is === 'current')!.size).toEqual(recommendation.current);
    expect(sizes.find(({ is }) => is === 'advised')?.size ?? null).toEqual(recommendation.advised);
  });

  it('shows evictions and the greatest hours of other resources', () => {
    expect(evictions.reduce((sum, { value }) => sum + value, 0)).toBe(evidence.evicted.keys);
    expect(evictions.at(-1)?.at ?? null).toBe(evidence.evicted.last);
    for (const { resource, greatest } of loads)
      expect(greatest[0]?.value ?? null).toBe(evidence[resource]?.peak.value ?? null);
  });
});

describe('without history', () => {
  it('there is nothing to show', () => {
    const found = explain(instance(), null, { sizing: DEFAULT_SIZING, sold: () => offer(), now: NOW });
    expect(found.needs).toEqual([]);
    expect(found.sizes).toEqual([]);
    expect(found.days.every(({ peak }) => peak === null)).toBe(true);
  });
});

describe('more shards', () => {
  it('are shown instead of more memory when they are advised', () => {
    const { sizes } = explained({ cpu: 95 }, instance({ size: size(4096, 3) }));
    expect(sizes.filter(({ is }) => is !== null).map(({ size: { shards }, is }) => [shards, is])).toEqual([
      [3, 'current'],
      [5, 'advised'],
    ]);
  });
});

it('hours of peaks are hours of the history', () => {
  const { days } = explained({ memory: line(8600, 90) });
  for (const { peak } of days) expect((NOW - peak!.at) % HOUR).toBe(0);
});
