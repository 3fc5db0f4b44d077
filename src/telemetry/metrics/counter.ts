/** Counts by labels, with a bound on the number of series. */
import type { Labels, Sample } from './exposition.ts';

export interface Counter {
  add(labels: Labels, by?: number): void;
  samples(): readonly Sample[];
}

/** The value of the last label for everything above the bound. */
export const OTHER = 'other';

/**
 * @param most the most series. Above it, the last label is `other`, so that no text from outside fills the memory.
 * @param known series that exist from the start, because a rate needs the 0 before the first 1.
 */
export function createCounter(most: number, known: readonly Labels[] = []): Counter {
  const series = new Map<string, { readonly labels: Labels; value: number }>();
  const seriesOf = (labels: Labels) => {
    const key = JSON.stringify(Object.values(labels));
    const found = series.get(key);
    if (found) return found;
    const names = Object.keys(labels);
    const last = names.at(-1);
    if (series.size >= most && last !== undefined && labels[last] !== OTHER)
      return seriesOf({ ...labels, [last]: OTHER });
    const created = { labels, value: 0 };
    series.set(key, created);
    return created;
  };
  for (const labels of known) seriesOf(labels);
  return {
    add(labels, by = 1) {
      seriesOf(labels).value += by;
    },
    samples: () => [...series.values()],
  };
}
