/** Trends and needs of the future, from the peaks of days. */
import { describe, expect, it } from 'vitest';
import { daysUntil, isWeekly, neededWithin, trendOf } from '../../src/recommend/forecast.ts';

const days = (count: number, peak: (day: number) => number): number[] =>
  Array.from({ length: count }, (_, day) => peak(day));
const weekend = (day: number): boolean => day % 7 >= 5;
const steady = { trend: 0, error: 0 };

describe('the trend', () => {
  it.each<[string, number[], number]>([
    ['is the slope of a line', days(28, (day) => 1000 + 5 * day), 5],
    ['does not count the season of the week', days(28, (day) => (weekend(day) ? 600 : 1000) + 5 * day), 5],
    ['does not count bursts', days(28, (day) => 1000 + 5 * day + (day % 9 === 4 ? 700 : 0)), 5],
    ['does not count one clean-up', days(28, (day) => (day < 16 ? 2000 : 1000)), 0],
    ['does not count gaps', days(28, (day) => (day % 4 === 1 ? Number.NaN : 1000 + 5 * day)), 5],
    ['of five days that rise is their slope', days(5, (day) => 1000 + 5 * day), 5],
    ['of five days that go up and down is none', [1000, 900, 1010, 890, 1005], 0],
    ['of two days is none', [1000, 1100], 0],
    ['of gaps is none', days(28, () => Number.NaN), 0],
    ['of nothing is none', [], 0],
  ])('%s', (_, peaks, expected) => {
    expect(trendOf(peaks).trend).toBeCloseTo(expected, 6);
  });

  it('is less certain the more days differ', () => {
    const noise = (size: number) =>
      trendOf(days(28, (day) => 1000 + 5 * day + size * Math.sin(day * 12.9))).error;
    expect(noise(0)).toBeCloseTo(0, 9);
    expect(noise(40)).toBeGreaterThan(noise(10));
  });
});

describe('what is needed within some days', () => {
  it.each<[string, number[], { trend: number; error: number }, number, number]>([
    ['is the greatest peak without a trend', [900, 1000, 950], { trend: 0, error: 0 }, 14, 1000],
    ['carries an older peak forward', [1000, 900, 900], { trend: 10, error: 0 }, 5, 1070],
    ['takes the greatest believable trend', [1000], { trend: 10, error: 2 }, 10, 1120],
    ['takes a falling trend for none', [1000, 900], { trend: -50, error: 3 }, 10, 1000],
    ['leaves gaps out', [Number.NaN, 900], { trend: 0, error: 0 }, 10, 900],
  ])('%s', (_, peaks, trend, within, expected) => {
    expect(neededWithin(peaks, trend, within)).toBe(expected);
  });

  it('is unknown without peaks', () => {
    expect(neededWithin([], steady, 10)).toBeNaN();
  });
});

describe('the days until a level', () => {
  it.each<[string, number[], number, number, number | null]>([
    ['are none above it', [1000, 1200], 5, 1100, 0],
    ['follow the trend', [1000], 10, 1095, 9],
    ['count from the peak that gets there first', [1090, 1000], 10, 1100, 0],
    ['are unknown without a rise', [1000], 0, 1100, null],
    ['are unknown beyond half a year', [1000], 0.5, 1100, null],
    ['are unknown without peaks', [Number.NaN], 5, 1100, null],
  ])('%s', (_, peaks, rise, level, expected) => {
    expect(daysUntil(peaks, rise, level)).toBe(expected);
  });
});

describe('the days of the week', () => {
  it.each<[string, number[], boolean]>([
    ['differ when weekends are lower', days(28, (day) => (weekend(day) ? 600 : 1000)), true],
    ['do not differ on a line', days(28, (day) => 1000 + 30 * day), false],
    ['are not separated in less than two weeks', days(13, (day) => (weekend(day) ? 600 : 1000)), false],
  ])('%s', (_, peaks, expected) => {
    expect(isWeekly(peaks, trendOf(peaks).trend)).toBe(expected);
  });
});
