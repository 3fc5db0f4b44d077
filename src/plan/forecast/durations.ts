/** How long changes take: measured in past runs, or assumed without measurements. Pure. */
import { given } from '../../given.ts';
import { count } from '../../messages/en/format-size.ts';
import { DIMENSIONS, type Dimension, type DurationSpread, type Durations, type Report } from '../../model.ts';
import { SECOND } from '../../units.ts';

/** One measured change: from the acceptance of its order, or its start in its window, to its end. */
export interface DurationSample {
  readonly dimension: Dimension;
  readonly seconds: number;
  /** Seconds since the change before it on the same instance ended; null for the first one. */
  readonly pause: number | null;
}

/** With fewer samples of one dimension, the samples of all dimensions are the better estimate. Also the least for pauses. */
const ENOUGH = 5;

/** Seconds between two steps of one instance, as in `run/waits.ts` at first. */
export const PAUSE_BETWEEN_STEPS = 5;

/** Parts of a spread, which has eleven points. */
const PARTS = 10;

/**
 * The shortest and the longest change that Refit has evidence of, seconds: tests of the provider's plug-in, and a sample
 * order of its documentation. Source: docs/provider.md P170 and P171.
 */
const KNOWN_CHANGES = [20, 1080] as const;

/**
 * The assumption without measurements. The provider documents no durations of resizes. Between the shortest and the longest
 * known change, the logarithm of the duration is evenly distributed.
 */
export const ASSUMED_DURATIONS: Durations = {
  source: 'assumed',
  basis: 'no past run: assumed 20 s to 18 min for each change, because the provider documents no durations',
  of: byDimension(() => {
    const [least, greatest] = KNOWN_CHANGES;
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
  const ended = new Map<string, number>();
  return steps.flatMap(({ outcome, instance, dimension, beganAt, acceptedAt, endedAt }) => {
    const from = beganAt ?? acceptedAt;
    if (outcome !== 'verified' || from === null || acceptedAt === null || endedAt === null) return [];
    const seconds = (Date.parse(endedAt) - Date.parse(from)) / SECOND;
    const before = ended.get(instance);
    const pause = before === undefined ? null : (Date.parse(acceptedAt) - before) / SECOND;
    ended.set(instance, Date.parse(endedAt));
    return seconds >= 0 ? [{ dimension, seconds, pause: pause !== null && pause >= 0 ? pause : null }] : [];
  });
}

/**
 * The distribution of measured durations: by dimension with enough samples, else of all dimensions together.
 * @param runs the number of runs that the samples are from. @returns the assumption without samples.
 */
export function durationsFrom(samples: readonly DurationSample[], runs: number): Durations {
  if (samples.length === 0) return ASSUMED_DURATIONS;
  const all = spreadOf(samples.map(({ seconds }) => seconds));
  const pauses = samples.flatMap(({ pause }) => (pause === null ? [] : [pause]));
  return {
    source: 'runs',
    basis: `${count(samples.length, 'verified change')} of ${count(runs, 'past run')}`,
    of: byDimension((dimension) => {
      const own = samples.filter((one) => one.dimension === dimension).map(({ seconds }) => seconds);
      return own.length < ENOUGH
        ? { samples: 0, seconds: all }
        : { samples: own.length, seconds: spreadOf(own) };
    }),
    ...given({
      pauses: pauses.length < ENOUGH ? null : { samples: pauses.length, seconds: spreadOf(pauses) },
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
