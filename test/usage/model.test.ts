import { describe, expect, it } from 'vitest';
import { LARGE_CALLS, SMALL_CALLS } from '../../src/cloud/monitor-limits.ts';
import { keptValue, percentileOf } from '../../src/model.ts';
import {
  callsFor,
  missingSpans,
  periodsPerCall,
  wantedSpans,
  windowsOf,
} from '../../src/operations/usage/missing-usage.ts';
import { DAY, HOUR } from '../../src/units.ts';

const NOW = Date.UTC(2026, 10, 30, 2, 25);

describe('a value that is kept', () => {
  it.each([
    [0, 0],
    [4012.53, 4012.53],
    [4012.531, 4012.54],
    [0.0001, 0.001],
    [99.999_999, 100],
    [123_456_789, 123_457_000],
    [999_999.5, 1_000_000],
    [0.1 + 0.2, 0.3],
  ])('of %d is %d: never less than it was', (value, kept) => {
    expect(keptValue(value)).toBe(kept);
    expect(keptValue(kept)).toBe(kept);
    expect(Math.fround(kept)).toBeCloseTo(kept, 1);
  });
});

describe('a percentile', () => {
  it.each<[(number | null)[], number, number | null]>([
    [[], 0.99, null],
    [[null, null], 0.5, null],
    [[5], 0.99, 5],
    [[3, null, 1, 2], 0.5, 2],
    [Array.from({ length: 100 }, (_, n) => n + 1), 0.99, 99],
    [Array.from({ length: 101 }, (_, n) => n + 1), 0.99, 100],
  ])('of %j at %d is %j', (values, part, expected) => {
    expect(percentileOf(values, part)).toBe(expected);
  });
});

describe('what a history lacks', () => {
  const wanted = wantedSpans(NOW, 14);

  it.each([
    ['nothing asked', undefined, [[0, 1]]],
    ['everything asked', [0, 1], []],
    ['older hours', [0.5, 1], [[0, 0.5]]],
  ] as const)('is the rest, after %s', (_, asked, expected) => {
    const { from, until } = wanted.hours;
    const at = (part: number) => from + Math.round((part * (until - from)) / HOUR) * HOUR;
    const before = asked && [
      { metric: 'cpu' as const, period: 3600 as const, from: at(asked[0]), until: at(asked[1]) },
    ];
    expect(missingSpans(wanted, ['cpu'], before ?? []).map((one) => [one.from, one.until])).toEqual(
      expected.map(([a, b]) => [at(a), at(b)]),
    );
  });

  it('is every hour that the provider still has, after a long time without a collection', () => {
    const asked = [
      { metric: 'cpu' as const, period: 3600 as const, from: NOW - 300 * DAY, until: NOW - 200 * DAY },
    ];
    expect(missingSpans(wanted, ['cpu'], asked)).toMatchObject([wanted.hours]);
  });
});

describe('calls', () => {
  it.each([
    [LARGE_CALLS, 50, 28, 5],
    [LARGE_CALLS, 1_000, 28, 100],
    [LARGE_CALLS, 1_000, 93, 320],
    [SMALL_CALLS, 50, 28, 25],
    [LARGE_CALLS, 1, 93, 1],
  ])('of %j for %d instances and %d days are %d', (limits, instances, days, calls) => {
    const until = Date.UTC(2026, 10, 30, 15);
    const span = { metric: 'cpu', period: 3600, from: until - (days - 1) * DAY - 23 * HOUR, until } as const;
    expect(callsFor(instances, [span], limits)).toBe(calls);
  });

  it('cover each hour once, within the points of a call and one more point for each instance', () => {
    for (const limits of [LARGE_CALLS, SMALL_CALLS])
      for (let instances = 1; instances <= limits.instances; instances++) {
        const periods = periodsPerCall(instances, limits);
        expect(instances * (periods + 1)).toBeLessThanOrEqual(limits.points);
        const span = { metric: 'cpu', period: 3600, from: NOW - 20 * DAY, until: NOW } as const;
        const windows = windowsOf(span, periods);
        expect(windows[0]?.from).toBe(span.from);
        expect(windows.at(-1)?.until).toBe(span.until);
        for (const [n, window] of windows.entries())
          if (n > 0) expect(window.from).toBe(windows[n - 1]!.until);
      }
  });
});
