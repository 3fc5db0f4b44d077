/**
 * What the fullest shard will need. Everything is made from blocks: the peak of each 24 hours, the last of which ends now.
 *
 *   trend   the median of (peak - peak seven days before) / 7, so that the season of a week cancels, and a burst or
 *           one clean-up does not count. With less than 14 days: the median slope of all pairs, if three quarters of them rise.
 *   error   how far the true trend may be above or below it, from the spread of these differences
 *   within  the most that any block shows for the future: its peak + (trend + error) x (its age + the days ahead).
 *           A falling trend counts as none: what was needed can be needed again.
 *
 * Example: peaks of 2,900 MB six days ago and 2,950 MB today, a trend of 8 MB a day with an error of 1. Within 14 days the
 * shard needs at most max(2,900 + 9 x 20, 2,950 + 9 x 14) = 3,080 MB.
 */
import { foundIn, type HourRange, peakIn } from '../usage/demand.ts';

const HOURS = 24;
const WEEK = 7;

/** 24 hours of a demand. */
export interface Block {
  /** Indexes of its hours. */
  readonly hours: HourRange;
  readonly found: number;
  /** The hour of the peak; null without values. */
  readonly peakHour: number | null;
  /** NaN without values. */
  readonly peak: number;
}

/** The whole blocks of a range, the oldest first. The last one ends where the range ends. */
export function blocksOf(values: Float64Array, range: HourRange): Block[] {
  const count = Math.floor((range.end - range.first) / HOURS);
  return Array.from({ length: count }, (_, at) => {
    const first = range.end - (count - at) * HOURS;
    const hours = { first, end: first + HOURS };
    const peakHour = peakIn(values, hours);
    return {
      hours,
      peakHour,
      found: foundIn(values, hours),
      peak: peakHour === null ? Number.NaN : values[peakHour]!,
    };
  });
}

/** A change a day, in the unit of the peaks. */
export interface Trend {
  readonly trend: number;
  readonly error: number;
  /** What it was made from, the least slope first. */
  readonly pairs: readonly Pair[];
}

/** Two days, by their index, and the change a day from one to the other. */
export interface Pair {
  readonly at: number;
  readonly before: number;
  readonly slope: number;
}

/** The trend of peaks of days. @param peaks the oldest first; NaN is a gap. */
export function trendOf(peaks: readonly number[]): Trend {
  const weekly = peaks.flatMap((_, at) => pairOf(peaks, at, at - WEEK)).sort(bySlope);
  if (weekly.length >= WEEK) {
    const slopes = weekly.map(({ slope }) => slope);
    const trend = quantile(slopes, 0.5);
    const deviation = quantile(
      slopes.map((slope) => Math.abs(slope - trend)).sort((a, b) => a - b),
      0.5,
    );
    return { trend, error: (CERTAINTY * deviation) / Math.sqrt(slopes.length), pairs: weekly };
  }
  const pairs = peaks
    .flatMap((_, at) => Array.from({ length: at }, (_, before) => pairOf(peaks, at, before)).flat())
    .sort(bySlope);
  const slopes = pairs.map(({ slope }) => slope);
  const [low, high] = [quantile(slopes, 0.25), quantile(slopes, 0.75)];
  if (slopes.length < LEAST_PAIRS || low <= 0) return { trend: 0, error: 0, pairs };
  return { trend: quantile(slopes, 0.5), error: (high - low) / 2, pairs };
}

/** The pairs of four days. */
const LEAST_PAIRS = 6;
/** Two standard errors of a median: 2 x 1.25 x 1.48 of the median deviation. */
const CERTAINTY = 3.7;

function pairOf(peaks: readonly number[], at: number, before: number): Pair[] {
  const slope = before < 0 ? Number.NaN : (peaks[at]! - peaks[before]!) / (at - before);
  return Number.isNaN(slope) ? [] : [{ at, before, slope }];
}

function bySlope(a: Pair, b: Pair): number {
  return a.slope - b.slope;
}

/** By the nearest rank; NaN without values. @param values ascending. */
function quantile(values: readonly number[], part: number): number {
  return values[Math.max(0, Math.ceil(part * values.length) - 1)] ?? Number.NaN;
}

/** The greatest need within so many days. @param peaks the oldest first, NaN is a gap. @returns NaN without a peak. */
export function neededWithin(
  peaks: readonly number[],
  { trend, error }: Pick<Trend, 'trend' | 'error'>,
  days: number,
): number {
  const rise = Math.max(0, trend + error);
  return peaks.reduce((most, peak, at) => {
    const need = peak + rise * (peaks.length - 1 - at + days);
    return Number.isNaN(need) || need <= most ? most : need;
  }, Number.NaN);
}

/** Beyond this no forecast is worth a number, days. */
const FARTHEST = 180;

/** Whole days until the need reaches a level; null: not within 180 days. @param rise a day. */
export function daysUntil(peaks: readonly number[], rise: number, level: number): number | null {
  let least = Number.POSITIVE_INFINITY;
  for (const [at, peak] of peaks.entries()) {
    if (Number.isNaN(peak)) continue;
    const days =
      peak >= level ? 0 : rise <= 0 ? FARTHEST + 1 : (level - peak) / rise - (peaks.length - 1 - at);
    least = Math.min(least, days);
  }
  return least > FARTHEST ? null : Math.max(0, Math.floor(least));
}

/** From this part of the level on, days of the week differ. */
const WEEKLY = 0.03;

/** Whether the days of the week differ: the medians of their peaks without the trend. */
export function isWeekly(peaks: readonly number[], trend: number): boolean {
  if (peaks.length < 2 * WEEK) return false;
  const days = Array.from({ length: WEEK }, (_, day) =>
    quantile(
      peaks
        .map((peak, at) => ({ at, peak: peak - trend * at }))
        .filter(({ at, peak }) => at % WEEK === day && !Number.isNaN(peak))
        .map(({ peak }) => peak)
        .sort((a, b) => a - b),
      0.5,
    ),
  );
  return Math.max(...days) - Math.min(...days) > WEEKLY * Math.max(...days);
}
