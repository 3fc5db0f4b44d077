/** How long changes take: measured in past runs, or assumed without measurements. Pure. */
import { count } from '../../messages/en/format-size.ts';
import { DIMENSIONS, type Dimension, type DurationSpread, type Durations, type Report } from '../../model.ts';
import { SECOND } from '../../units.ts';

/** One measured change: from the acceptance of its order, or its start in its window, to its end. */
export interface DurationSample {
  readonly dimension: Dimension;
  readonly seconds: number;
}

/** With fewer samples of one dimension, the samples of all dimensions are the better estimate. */
const ENOUGH = 5;

/** Parts of a spread, which has eleven points. */
const PARTS = 10;

/** The durations of two sample orders of the provider, seconds. Source: docs/provider.md P170. */
const SAMPLE_ORDERS = [73, 1080] as const;

/**
 * The assumption without measurements. The provider documents no durations of resizes. The orders in its samples took 73 s
 * and 18 min; between them, the logarithm of the duration is evenly distributed.
 */
export const ASSUMED_DURATIONS: Durations = {
  source: 'assumed',
  basis:
    'no past run: assumed 73 s to 18 min, as in sample orders of the provider’s documentation (read 2026-11), which states no durations',
  of: byDimension(() => {
    const [least, greatest] = SAMPLE_ORDERS;
    return { samples: 0, seconds: pointsOf((share) => least * (greatest / least) ** share) };
  }),
};

/** Durations with an even distribution between two times, for a simulated provider. Milliseconds. */
export function uniformDurations([least, greatest]: readonly [number, number], basis: string): Durations {
  const seconds = pointsOf((share) => (least + share * (greatest - least)) / SECOND);
  return { source: 'assumed', basis, of: byDimension(() => ({ samples: 0, seconds })) };
}

/** The verified steps of a report as samples. A rehearsal gives none, because it measures nothing. */
export function samplesOf({ steps, rehearsal }: Pick<Report, 'steps' | 'rehearsal'>): DurationSample[] {
  if (rehearsal) return [];
  return steps.flatMap(({ outcome, dimension, beganAt, acceptedAt, endedAt }) => {
    const from = beganAt ?? acceptedAt;
    if (outcome !== 'verified' || from === null || endedAt === null) return [];
    const seconds = (Date.parse(endedAt) - Date.parse(from)) / SECOND;
    return seconds >= 0 ? [{ dimension, seconds }] : [];
  });
}

/**
 * The distribution of measured durations: by dimension with enough samples, else of all dimensions together.
 * @param runs the number of runs that the samples are from. @returns the assumption without samples.
 */
export function durationsFrom(samples: readonly DurationSample[], runs: number): Durations {
  if (samples.length === 0) return ASSUMED_DURATIONS;
  const all = spreadOf(samples.map(({ seconds }) => seconds));
  return {
    source: 'runs',
    basis: `${count(samples.length, 'verified change')} of ${count(runs, 'past run')}`,
    of: byDimension((dimension) => {
      const own = samples.filter((one) => one.dimension === dimension).map(({ seconds }) => seconds);
      return own.length < ENOUGH
        ? { samples: 0, seconds: all }
        : { samples: own.length, seconds: spreadOf(own) };
    }),
  };
}

/** Seconds at a share of the changes, with linear interpolation. @param share 0 to 1. */
export function secondsAt({ seconds }: DurationSpread, share: number): number {
  const at = share * (seconds.length - 1);
  const low = Math.floor(at);
  const from = seconds[low] ?? 0;
  return from + (at - low) * ((seconds[low + 1] ?? from) - from);
}

function spreadOf(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return pointsOf((share) => secondsAt({ samples: sorted.length, seconds: sorted }, share));
}

function byDimension(of: (dimension: Dimension) => DurationSpread): Durations['of'] {
  return Object.fromEntries(DIMENSIONS.map((one) => [one, of(one)])) as Durations['of'];
}

/** The points of a spread, rounded to the millisecond. */
function pointsOf(secondsAtShare: (share: number) => number): number[] {
  return Array.from({ length: PARTS + 1 }, (_, n) => Math.round(secondsAtShare(n / PARTS) * 1000) / 1000);
}
