/** Statistics over hourly peaks. */
import type { Statistic } from '../model.ts';
import { foundIn, type HourRange } from './demand.ts';

const PART: Readonly<Record<Statistic, number>> = { max: 1, p99: 0.99, p95: 0.95, p90: 0.9, p50: 0.5 };

/**
 * A statistic by the nearest rank: the least value that so many hours do not exceed. Gaps do not count.
 * @returns null without values.
 */
export function statisticOf(values: Float64Array, range: HourRange, statistic: Statistic): number | null {
  const known = new Float64Array(foundIn(values, range));
  let at = 0;
  for (let hour = range.first; hour < range.end; hour++)
    if (!Number.isNaN(values[hour]!)) known[at++] = values[hour]!;
  if (known.length === 0) return null;
  if (statistic === 'max') return known.reduce((most, value) => Math.max(most, value));
  return nthOf(known, Math.ceil(PART[statistic] * known.length) - 1);
}

/**
 * The value that would be at a place if the values were sorted. It moves them: smaller ones to the left of the place, greater
 * ones to the right, and looks only at the side where the place is. Sorting all of them takes several times as long.
 */
function nthOf(values: Float64Array, place: number): number {
  let [first, last] = [0, values.length - 1];
  while (first < last) {
    const pivot = values[(first + last) >> 1]!;
    let [left, right] = [first, last];
    while (left <= right) {
      while (values[left]! < pivot) left++;
      while (values[right]! > pivot) right--;
      if (left > right) break;
      const moved = values[left]!;
      values[left++] = values[right]!;
      values[right--] = moved;
    }
    if (place <= right) last = right;
    else if (place >= left) first = left;
    else break;
  }
  return values[place]!;
}
