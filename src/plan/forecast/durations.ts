/** How long changes take: from what past runs measured, or the assumption where nobody has measured any. Pure. */

import { count } from '../../messages/en/format-size.ts';
import { DIMENSIONS, type Dimension, type DurationSpread, type Durations, type Report } from '../../model.ts';
import { SECOND } from '../../units.ts';

/** One change as it was measured: from the acceptance of its order, or its begin in its window, to its end. */
export interface DurationSample {
  readonly dimension: Dimension;
  readonly seconds: number;
}

/** Fewer samples of one dimension say less of it than those of all together. */
const ENOUGH = 5;

/** Parts of a spread: eleven points. */
const PARTS = 10;

/** The two orders of the provider's own samples, seconds. Source: docs/provider.md P170. */
const SAMPLE_ORDERS = [73, 1080] as const;

/**
 * What is assumed where nothing was measured: the provider documents no durations of resizes; the orders of its samples
 * took 73 s and 18 min, and any duration between is as likely as its half or its double.
 */
export const ASSUMED_DURATIONS: Durations = {
  source: 'assumed',
  basis:
    'no past run tells: assumed between 73 s and 18 min, what the orders of the provider’s own samples took (documentation read 2026-11; it states no durations)',
  of: byDimension(() => {
    const [least, greatest] = SAMPLE_ORDERS;
    return { samples: 0, seconds: pointsOf((share) => least * (greatest / least) ** share) };
  }),
};

/** Changes that all take between two times, any as likely: as a simulated provider is told to. Milliseconds. */
export function uniformDurations([least, greatest]: readonly [number, number], basis: string): Durations {
  const seconds = pointsOf((share) => (least + share * (greatest - least)) / SECOND);
  return { source: 'assumed', basis, of: byDimension(() => ({ samples: 0, seconds })) };
}

/** The verified steps of a report as samples; none of a rehearsal, where nothing was measured. */
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
 * The distribution of measured durations, by dimension where enough of it were measured, else of all together.
 * @param runs how many runs they are of. @returns the assumption where there are none.
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

/** Seconds at a share from 0 to 1 of the changes; between two points of the spread in proportion. */
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

/** The points of a spread, to the millisecond. */
function pointsOf(secondsAtShare: (share: number) => number): number[] {
  return Array.from({ length: PARTS + 1 }, (_, n) => Math.round(secondsAtShare(n / PARTS) * 1000) / 1000);
}
