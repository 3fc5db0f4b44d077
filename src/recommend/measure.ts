/** Reduces the hours of an instance to the figures that decide. */
import {
  type Evidence,
  HOURLY,
  type InstanceUsage,
  type LoadFigure,
  type MemoryFigure,
  type Resource,
  type Size,
  type SizingRules,
  seriesEnd,
  type UsageSpan,
  type UsePoint,
} from '../model.ts';
import { DAY, HOUR } from '../units.ts';
import { type Demand, demandOf, foundIn, type HourRange, lastHours, peakIn } from '../usage/demand.ts';
import { statisticOf } from '../usage/statistic.ts';
import { type Block, blocksOf, daysUntil, isWeekly, neededWithin, trendOf } from './forecast.ts';

/** Growth is judged by the last days: a whole week. */
export const RECENT = 7 * DAY;

/**
 * The figures of an instance. They end where the history ends, unless that is longer ago than growth permits: hours that
 * were not collected yet are no gaps.
 * @param usage null: it has no history. @param present its size now. @param now milliseconds since 1970 UTC.
 */
export function measureUse(
  usage: InstanceUsage | null,
  present: Size,
  rules: SizingRules,
  now: number,
): Evidence {
  const known = usage ?? { instance: '', series: [], sizes: [] };
  const span = lookbackOf(known, rules, now);
  return measureDemand(demandOf(known, present, span), present, rules, now - span.until);
}

/** The hours that count. @param now milliseconds since 1970 UTC. */
export function lookbackOf(usage: InstanceUsage, rules: SizingRules, now: number): UsageSpan {
  const collected = collectedUntil(usage, now);
  const until = collected < now - rules.grow.history ? now : collected;
  return { from: until - Math.max(rules.over, rules.shrink.history), until };
}

/** The end of the hours of memory that were asked for. */
function collectedUntil({ series }: InstanceUsage, now: number): number {
  const memory = series.find(({ metric, period }) => metric === 'memory' && period === HOURLY);
  return memory === undefined ? now : Math.min(now, seriesEnd(memory));
}

/**
 * The figures of the hours of a demand.
 * @param present the size that it is made for. @param lag time from the end of the demand to the present, milliseconds.
 */
export function measureDemand(demand: Demand, present: Size, rules: SizingRules, lag = 0): Evidence {
  const range = lastHours(demand, rules.over);
  const blocks = blocksOf(demand.memory, range);
  const counted = (time: number) => ({
    found: foundIn(demand.memory, lastHours(demand, time)),
    of: Math.floor(time / HOUR),
  });
  const load = (resource: Exclude<Resource, 'memory'>) => loadFigure(demand, resource, range, rules);
  return {
    from: demand.until - rules.over,
    until: demand.until,
    since: demand.since,
    hours: counted(rules.over),
    forShrinking: counted(rules.shrink.history),
    forGrowing: counted(rules.grow.history),
    memory: memoryFigure(demand, blocks, { range, present, rules, lag }),
    cpu: load('cpu'),
    connections: load('connections'),
    bandwidth: load('bandwidth'),
    evicted: evictions(demand, range),
    throttledHours: hoursAbove(demand.throttled, range),
    changes: demand.changes,
    days: blocks.map(({ peak }) =>
      Number.isNaN(peak) ? null : Math.round((1_000 * peak) / present.memoryPerShard) / 10,
    ),
  };
}

/** The peaks of blocks, none above the statistic of all hours. */
export function peaksOf(blocks: readonly Block[], value: number): number[] {
  return blocks.map((block) => Math.min(block.peak, value));
}

function memoryFigure(
  demand: Demand,
  blocks: readonly Block[],
  { range, present, rules, lag }: { range: HourRange; present: Size; rules: SizingRules; lag: number },
): MemoryFigure | null {
  const { statistic, growAt } = rules.memory;
  const value = statisticOf(demand.memory, range, statistic);
  const peak = pointOf(demand, demand.memory, range);
  if (value === null || peak === null) return null;
  const peaks = peaksOf(blocks, value);
  const recent = peaks.slice(-RECENT / DAY);
  const trend = trendOf(peaks);
  const level = (growAt / 100) * present.memoryPerShard;
  const within = (of: readonly number[], time: number) => {
    const need = neededWithin(of, trend, (time + lag) / DAY);
    return Number.isNaN(need) ? value : need;
  };
  return {
    statistic,
    value,
    peak,
    recentPeak: pointOf(demand, demand.memory, lastHours(demand, RECENT)),
    skew: statisticOf(demand.skew, range, 'p50') ?? 1,
    trend: trend.trend,
    trendError: trend.error,
    weekly: isWeekly(peaks, trend.trend),
    within: {
      horizon: within(recent, rules.horizon),
      grow: within(recent, rules.grow.holds),
      shrink: within(peaks, rules.shrink.holds),
    },
    daysUntil: {
      earliest: daysUntil(recent, trend.trend + trend.error, level),
      expected: daysUntil(recent, trend.trend, level),
      latest: daysUntil(recent, trend.trend - trend.error, level),
    },
  };
}

function loadFigure(
  demand: Demand,
  resource: Exclude<Resource, 'memory'>,
  range: HourRange,
  rules: SizingRules,
): LoadFigure | null {
  const { statistic } = rules[resource];
  const values = demand[resource];
  const value = statisticOf(values, range, statistic);
  const peak = pointOf(demand, values, range);
  if (value === null || peak === null) return null;
  const recent = statisticOf(values, lastHours(demand, RECENT), statistic) ?? value;
  return { statistic, value, recent, peak, hours: foundIn(values, range) };
}

function pointOf(demand: Demand, values: Float64Array, range: HourRange): UsePoint | null {
  const hour = peakIn(values, range);
  return hour === null ? null : { value: values[hour]!, at: demand.from + hour * HOUR };
}

function evictions(demand: Demand, range: HourRange): Evidence['evicted'] {
  const { evicted, from } = demand;
  let [keys, hours] = [0, 0];
  let last: number | null = null;
  for (let hour = range.first; hour < range.end; hour++) {
    if (!(evicted[hour]! > 0)) continue;
    keys += evicted[hour]!;
    hours += 1;
    last = from + hour * HOUR;
  }
  const blocks = blocksOf(evicted, range).filter(({ found }) => found > 0);
  return { keys, hours, days: blocks.filter(({ peak }) => peak > 0).length, ofDays: blocks.length, last };
}

function hoursAbove(values: Float64Array, { first, end }: HourRange): number {
  let hours = 0;
  for (let hour = first; hour < end; hour++) if (values[hour]! > 0) hours += 1;
  return hours;
}
