/**
 * What an instance needed in each hour, as if it always had its present shards. Shares in the history are of the size at
 * their time, so they are converted first. A gap is NaN and never zero.
 *
 *   memory       MB of the fullest shard:  memory x (fullestShard / memoryShare) / present shards
 *   cpu          % of the busiest node:    fullestNodeCpu x shards then / present shards
 *   connections  % of the present limit:   connections / (the limit that the newest hours at the present size show)
 *   bandwidth    % of the present limit:   the greater of inShare and outShare x shards then / present shards
 *
 * Example: 12,000 MB in 4 shards of 4 GB at that time, memoryShare 73.2 %, fullestShard 91.6 %; now it has 8 shards.
 * The fullest shard needs 12,000 x (91.6 / 73.2) / 8 = 1,877 MB.
 *
 * `memory` is absolute, so it survives every change of the size. Where the size of an hour is not certain, the other
 * three are gaps.
 */
import {
  HOURLY,
  type InstanceUsage,
  type ObservedChange,
  type ObservedSize,
  periodStart,
  type Size,
  sameSize,
  type UsageMetric,
  type UsageSpan,
} from '../model.ts';
import { HOUR } from '../units.ts';

export interface Demand {
  /** The start of the first hour, and the end of the last one, milliseconds since 1970 UTC. */
  readonly from: number;
  readonly until: number;
  /** One value for each hour. */
  readonly memory: Float64Array;
  readonly cpu: Float64Array;
  readonly connections: Float64Array;
  readonly bandwidth: Float64Array;
  /** Counts at the present memory per shard and shards; gaps at other sizes. */
  readonly evicted: Float64Array;
  readonly throttled: Float64Array;
  /** Ratio of the fullest shard to the average one. */
  readonly skew: Float64Array;
  /** Changes of the size within the span. */
  readonly changes: readonly ObservedChange[];
  /** The first hour with memory, also before the span; null: none. */
  readonly since: number | null;
}

/** Metrics that a demand is made from. */
export const DEMAND_METRICS = [
  'memory',
  'memoryShare',
  'fullestShard',
  'fullestNodeCpu',
  'connections',
  'connectionsShare',
  'inShare',
  'outShare',
  'inThrottled',
  'outThrottled',
  'evicted',
  'keys',
] as const satisfies readonly UsageMetric[];

/**
 * Converts the hours of a history.
 * @param present the size now. @param span milliseconds since 1970 UTC; only whole hours within it count.
 */
export function demandOf(usage: InstanceUsage, present: Size, span: UsageSpan): Demand {
  const from = periodStart(HOURLY, span.from + HOUR - 1);
  const until = Math.max(from, periodStart(HOURLY, span.until));
  const read = hoursOf(usage, from, (until - from) / HOUR);
  const length = (until - from) / HOUR;
  const empty = () => new Float64Array(length).fill(Number.NaN);
  const demand = {
    memory: empty(),
    cpu: empty(),
    connections: empty(),
    bandwidth: empty(),
    evicted: empty(),
    throttled: empty(),
    skew: empty(),
  };
  const sizes = [...usage.sizes, { size: present, from: until, until }];
  const series = Object.fromEntries(DEMAND_METRICS.map((name) => [name, read(name)])) as Record<
    (typeof DEMAND_METRICS)[number],
    (hour: number) => number
  >;
  const sizeThen = new Array<Size | null>(length);
  for (let hour = 0; hour < length; hour++) {
    const memory = usedIn(hour, series);
    const share = series.memoryShare(hour);
    const size = sizeIn(
      sizes,
      from + hour * HOUR,
      share >= LEAST_SHARE ? (100 * memory) / share : Number.NaN,
    );
    sizeThen[hour] = size;
    const ratio = series.fullestShard(hour) / share;
    const skew = ratio >= 1 ? Math.min(ratio, present.shards) : 1;
    if (!Number.isNaN(memory)) {
      demand.skew[hour] = skew;
      demand.memory[hour] = (memory * skew) / present.shards;
    }
    if (size === null) continue;
    const shards = size.shards / present.shards;
    demand.cpu[hour] = series.fullestNodeCpu(hour) * shards;
    demand.bandwidth[hour] = greater(series.inShare(hour), series.outShare(hour)) * shards;
    if (sameShards(size, present)) {
      demand.evicted[hour] = series.evicted(hour);
      demand.throttled[hour] = sumOf(series.inThrottled(hour), series.outThrottled(hour));
    } else if (series.evicted(hour) > 0) {
      // It needed more than that size had.
      const had = size.memoryPerShard * shards;
      if (!(demand.memory[hour]! >= had)) demand.memory[hour] = had;
    }
  }
  addConnections(demand.connections, series, { sizeThen, present });
  return { from, until, ...demand, changes: changesIn(sizes, from), since: firstHour(usage) };
}

/** Below this share, percent, memory and share do not show the size of an hour. */
const LEAST_SHARE = 1;

/** Memory in use, MB. Zero with keys is a bad sample, so it is a gap (docs/provider.md P118). */
function usedIn(hour: number, series: Record<'memory' | 'keys', (hour: number) => number>): number {
  const memory = series.memory(hour);
  return memory === 0 && series.keys(hour) > 0 ? Number.NaN : memory;
}

type Read = (hour: number) => number;

function hoursOf({ series }: InstanceUsage, from: number, length: number): (metric: UsageMetric) => Read {
  return (metric) => {
    const own = series.find((one) => one.metric === metric && one.period === HOURLY);
    if (own === undefined) return () => Number.NaN;
    const first = (own.from - from) / HOUR;
    return (hour) => (hour < 0 || hour >= length ? Number.NaN : (own.values[hour - first] ?? Number.NaN));
  };
}

/** The size at a time. Between two observations, and before the first, the total of memory must fit. Null: not certain. */
function sizeIn(sizes: readonly ObservedSize[], at: number, total: number): Size | null {
  const after = sizes.findIndex(({ until }) => until >= at);
  const next = sizes[after === -1 ? sizes.length - 1 : after]!;
  const fits = ({ size }: ObservedSize): boolean =>
    Number.isNaN(total) || Math.abs(total / (size.memoryPerShard * size.shards) - 1) < SAME_TOTAL;
  if (next.from <= at) return fits(next) ? next.size : null;
  const previous = after > 0 ? sizes[after - 1]! : null;
  if (previous === null) return fits(next) ? next.size : null;
  if (sameSize(previous.size, next.size)) return fits(next) ? next.size : null;
  if (Number.isNaN(total)) return null;
  const [was, is] = [fits(previous), fits(next)];
  if (was === is) return null;
  return was ? previous.size : next.size;
}

const SAME_TOTAL = 0.02;

function sameShards(a: Size, b: Size): boolean {
  return a.memoryPerShard === b.memoryPerShard && a.shards === b.shards;
}

/** Connections as a share of the present limit. */
function addConnections(
  connections: Float64Array,
  series: Record<'connections' | 'connectionsShare', Read>,
  { sizeThen, present }: { readonly sizeThen: readonly (Size | null)[]; readonly present: Size },
): void {
  let limit = Number.NaN;
  for (let hour = sizeThen.length - 1; hour >= 0 && Number.isNaN(limit); hour--) {
    const size = sizeThen[hour];
    if (!size || !sameShards(size, present) || !(series.connectionsShare(hour) >= LEAST_SHARE)) continue;
    limit = (100 * series.connections(hour)) / series.connectionsShare(hour);
  }
  for (let hour = 0; hour < connections.length; hour++) {
    const size = sizeThen[hour];
    const value = (100 * series.connections(hour)) / limit;
    if (!Number.isNaN(value)) connections[hour] = value;
    else if (size && sameShards(size, present)) connections[hour] = series.connectionsShare(hour);
  }
}

function changesIn(sizes: readonly ObservedSize[], from: number): ObservedChange[] {
  return sizes.flatMap((next, at) => {
    const previous = sizes[at - 1];
    if (previous === undefined || next.from < from || sameSize(previous.size, next.size)) return [];
    return [{ after: previous.until, by: next.from, from: previous.size, to: next.size }];
  });
}

function firstHour({ series }: InstanceUsage): number | null {
  const memory = series.filter(({ metric }) => metric === 'memory');
  const starts = memory.flatMap(({ from, period, values }) => {
    const first = values.findIndex((value) => value !== null);
    return first === -1 ? [] : [from + first * period * 1_000];
  });
  return starts.length === 0 ? null : Math.min(...starts);
}

const greater = (a: number, b: number): number =>
  Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b);
const sumOf = (a: number, b: number): number => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : a + b);

/** Which hours of a demand, by index; the end is not included. */
export interface HourRange {
  readonly first: number;
  readonly end: number;
}

/** The last hours of a demand. @param time milliseconds. */
export function lastHours({ from, until }: Demand, time: number): HourRange {
  const end = (until - from) / HOUR;
  return { first: Math.max(0, end - Math.floor(time / HOUR)), end };
}

/** How many hours of a range have a value. */
export function foundIn(values: Float64Array, { first, end }: HourRange): number {
  let found = 0;
  for (let hour = first; hour < end; hour++) if (!Number.isNaN(values[hour]!)) found++;
  return found;
}

/** The greatest hour of a range; null without values. */
export function peakIn(values: Float64Array, { first, end }: HourRange): number | null {
  let peak: number | null = null;
  for (let hour = first; hour < end; hour++) {
    const value = values[hour]!;
    if (!Number.isNaN(value) && (peak === null || value > values[peak]!)) peak = hour;
  }
  return peak;
}
