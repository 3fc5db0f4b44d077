/** How much instances were used over time: the metrics, and series of peaks by hour and by day. */
import type { Size } from './fleet.ts';

/** A figure that the monitor product has for each instance. */
interface MetricRow {
  readonly name: string;
  /** `''` for plain counts. */
  readonly unit: 'MB' | '%' | '' | '/s' | 'ms';
  /** True for events: a value is how often it happened in its period, and not a peak. */
  readonly counts?: true;
}

/**
 * Every metric, in the order of display. A value is the peak of its period, or a count. Shares are of the size at that time. Source of
 * the meanings: docs/provider.md P114, P115 and P118.
 */
export const USAGE_METRICS = [
  /** Memory in use of the whole instance. */
  { name: 'memory', unit: 'MB' },
  { name: 'memoryShare', unit: '%' },
  /** Of the fullest node. It counts replicas, too. */
  { name: 'fullestShard', unit: '%' },
  /** The average over all nodes. */
  { name: 'cpu', unit: '%' },
  { name: 'fullestNodeCpu', unit: '%' },
  { name: 'connections', unit: '' },
  { name: 'connectionsShare', unit: '%' },
  /** Traffic as a share of its limit. */
  { name: 'inShare', unit: '%' },
  { name: 'outShare', unit: '%' },
  /** How often the provider slowed traffic down. */
  { name: 'inThrottled', unit: '', counts: true },
  { name: 'outThrottled', unit: '', counts: true },
  /** Keys that were evicted because the memory was full. */
  { name: 'evicted', unit: '', counts: true },
  { name: 'keys', unit: '' },
  { name: 'commands', unit: '/s' },
  { name: 'latency', unit: 'ms' },
] as const satisfies readonly MetricRow[];

/** Refit's own name of a metric. */
export type UsageMetric = (typeof USAGE_METRICS)[number]['name'];

/** The metric of that name. */
export function usageMetric(name: UsageMetric): MetricRow {
  return USAGE_METRICS.find((one) => one.name === name)!;
}

/** True for the name of a metric that this version knows. */
export function isUsageMetric(name: string): name is UsageMetric {
  return USAGE_METRICS.some((one) => one.name === name);
}

/** Seconds. */
export const HOURLY = 3_600;
/** Seconds. */
export const DAILY = 86_400;
export type UsagePeriod = typeof HOURLY | typeof DAILY;

/** Days of the provider are those of UTC+8, milliseconds. */
const DAY_OFFSET = 8 * 3_600_000;

/** The start of the hour or the day with that moment, milliseconds since 1970 UTC. Days are those of UTC+8. */
export function periodStart(period: UsagePeriod, at: number): number {
  const length = period * 1_000;
  const offset = period === DAILY ? DAY_OFFSET : 0;
  return Math.floor((at + offset) / length) * length - offset;
}

/** Peaks of one metric of one instance, one after the other. */
export interface UsageSeries {
  readonly instance: string;
  readonly metric: UsageMetric;
  readonly period: UsagePeriod;
  /** The start of the first period, ms since 1970 UTC: a result of `periodStart`. */
  readonly from: number;
  /** One value for each period that was asked for, in the unit of the metric. Null is a gap, and never zero. */
  readonly values: readonly (number | null)[];
}

/** A size that was observed: at `from` for the first time without another one in between, and at `until` for the last. */
export interface ObservedSize {
  readonly size: Size;
  /** Milliseconds since 1970 UTC. */
  readonly from: number;
  readonly until: number;
}

/** What one instance used, in a span of time. */
export interface InstanceUsage {
  readonly instance: string;
  /** One series at most for each metric and period, in the order of the metrics. */
  readonly series: readonly UsageSeries[];
  /** The oldest first. */
  readonly sizes: readonly ObservedSize[];
}

/** A span of time, milliseconds since 1970 UTC. The end is not included. */
export interface UsageSpan {
  readonly from: number;
  readonly until: number;
}

/** The end of a series, milliseconds since 1970 UTC. */
export function seriesEnd({ from, period, values }: Pick<UsageSeries, 'from' | 'period' | 'values'>): number {
  return from + values.length * period * 1_000;
}

const DIGITS = 6;
/** Finer than a thousandth is noise in every unit here. */
const DECIMALS = 3;

/**
 * A value as it is kept: six digits and three decimals at most, so that every store keeps it exactly. It is rounded up,
 * because a peak that looks smaller than it was misleads.
 */
export function keptValue(value: number): number {
  if (value <= 0) return 0;
  const decimals = Math.min(DECIMALS, DIGITS - 1 - Math.floor(Math.log10(value)));
  const scale = 10 ** Math.abs(decimals);
  // Without the noise of binary fractions, which would round 4012.53 up.
  const scaled = Number((decimals >= 0 ? value * scale : value / scale).toPrecision(12));
  const whole = Math.ceil(scaled);
  return decimals >= 0 ? whole / scale : whole * scale;
}

/** The part of a series within a span; null if nothing is. */
export function cutSeries(series: UsageSeries, { from, until }: UsageSpan): UsageSeries | null {
  const length = series.period * 1_000;
  const first = Math.max(0, Math.ceil((from - series.from) / length));
  const end = Math.min(series.values.length, Math.ceil((until - series.from) / length));
  if (first >= end) return null;
  if (first === 0 && end === series.values.length) return series;
  return { ...series, from: series.from + first * length, values: series.values.slice(first, end) };
}

/** The days that hours cover from their first to their last hour: their peaks, or the sums of what is counted. Null: no whole day. */
export function daysOf(hours: UsageSeries): UsageSeries | null {
  const [hour, day] = [HOURLY * 1_000, DAILY * 1_000];
  const first = periodStart(DAILY, hours.from + day - 1);
  const days = Math.floor((seriesEnd(hours) - first) / day);
  if (days < 1) return null;
  const isCount = usageMetric(hours.metric).counts === true;
  const values = Array.from({ length: days }, (_, n) => {
    const at = (first - hours.from + n * day) / hour;
    const own = hours.values.slice(at, at + day / hour);
    return isCount ? sumOf(own) : peakOf(own);
  });
  return { ...hours, period: DAILY, from: first, values };
}

/** The greatest value; null if all are gaps. */
export function peakOf(values: readonly (number | null)[]): number | null {
  return values.reduce(
    (most, value) => (value === null || (most !== null && most >= value) ? most : value),
    null,
  );
}

/** The sum of what is known; null if all are gaps. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : keptValue(known.reduce((a, b) => a + b, 0));
}

/**
 * A percentile by the nearest rank: the least value that so many of all values do not exceed. Gaps do not count. Null
 * without values. @param part from above 0 to 1.
 */
export function percentileOf(values: readonly (number | null)[], part: number): number | null {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  return known[Math.ceil(part * known.length) - 1] ?? null;
}

/** Adds what was observed at a moment to the sizes of an instance. @param sizes the oldest first. */
export function withObserved(
  sizes: readonly ObservedSize[],
  size: Size,
  at: number,
): readonly ObservedSize[] {
  const last = sizes.at(-1);
  if (last === undefined) return [{ size, from: at, until: at }];
  const isSame =
    last.size.memoryPerShard === size.memoryPerShard &&
    last.size.shards === size.shards &&
    last.size.replicas === size.replicas;
  if (at <= last.until) return sizes;
  return isSame ? [...sizes.slice(0, -1), { ...last, until: at }] : [...sizes, { size, from: at, until: at }];
}

const RANKS: ReadonlyMap<string, number> = new Map(USAGE_METRICS.map(({ name }, rank) => [name, rank]));

/** The order of series: by metric, and hours before days. */
export function inMetricOrder(series: readonly UsageSeries[]): UsageSeries[] {
  return [...series].sort((a, b) => RANKS.get(a.metric)! - RANKS.get(b.metric)! || a.period - b.period);
}

/** Joins all series of the same metric and period, the oldest reading first. */
export function joinAll(series: Iterable<UsageSeries>): UsageSeries[] {
  const groups = Map.groupBy(series, ({ metric, period }) => `${metric} ${period}`);
  return inMetricOrder(
    [...groups.values()].map((group) => (group.length === 1 ? group[0]! : joinGroup(group))),
  );
}

/**
 * Joins series of one metric and period. Where several have a value, the newest one counts; a gap replaces nothing. Time
 * between them is a gap.
 *
 *     older    3 4 - 5
 *     newer        6 - 7
 *     joined   3 4 6 5 7
 */
function joinGroup(group: readonly UsageSeries[]): UsageSeries {
  const length = group[0]!.period * 1_000;
  const from = group.reduce((least, one) => Math.min(least, one.from), Number.POSITIVE_INFINITY);
  const until = group.reduce((most, one) => Math.max(most, seriesEnd(one)), 0);
  const values = new Array<number | null>((until - from) / length).fill(null);
  for (const { from: start, values: own } of group) {
    const first = (start - from) / length;
    for (let at = 0; at < own.length; at++) values[first + at] = own[at] ?? values[first + at]!;
  }
  return { ...group[0]!, from, values };
}
