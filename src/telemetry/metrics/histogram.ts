/** Counts durations by size, as a Prometheus histogram. */
import { SECOND } from '../../units.ts';
import { formatValue, type Labels, type Sample } from './exposition.ts';

export interface Histogram {
  /** Counts one duration. @param ms milliseconds; a negative one counts as 0, because a wall clock can jump back. */
  observe(ms: number): void;
  /** True before the first duration. */
  isEmpty(): boolean;
  /** Its buckets, sum and count, in seconds. */
  samples(labels: Labels): readonly Sample[];
}

/** @param bounds the upper bounds of the buckets in seconds, ascending. */
export function createHistogram(bounds: readonly number[]): Histogram {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let sum = 0;
  return {
    observe(ms) {
      const seconds = Math.max(0, ms) / SECOND;
      const at = bounds.findIndex((bound) => seconds <= bound);
      counts[at < 0 ? bounds.length : at]! += 1;
      sum += seconds;
    },
    isEmpty: () => counts.every((count) => count === 0),
    samples(labels) {
      let below = 0;
      const buckets = counts.map((count, at) => {
        below += count;
        const le = formatValue(bounds[at] ?? Number.POSITIVE_INFINITY);
        return { labels: { ...labels, le }, value: below, suffix: '_bucket' };
      });
      return [...buckets, { labels, value: sum, suffix: '_sum' }, { labels, value: below, suffix: '_count' }];
    },
  };
}
