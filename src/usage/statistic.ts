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
  known.sort();
  return known[Math.ceil(PART[statistic] * known.length) - 1]!;
}
