/** Where every number of a recommendation comes from: the points that it was made from, and the steps in between. */
import {
  HOURLY,
  type Instance,
  type InstanceUsage,
  type Recommendation,
  type Resource,
  type Size,
  type SizingRules,
  type UsageMetric,
  type UsePoint,
} from '../model.ts';
import { DAY, HOUR } from '../units.ts';
import { type Demand, demandOf, type HourRange, lastHours } from '../usage/demand.ts';
import { statisticOf } from '../usage/statistic.ts';
import { type Block, blocksOf, neededWithin, type Trend, trendOf } from './forecast.ts';
import { lookbackOf, peaksOf, RECENT } from './measure.ts';
import { type Advising, recommendFor, rulesFor } from './recommend.ts';
import { memoryShare, soldValues } from './sizes.ts';

/** The metrics of the history that the need of an hour is made from. */
const SOURCES = ['memory', 'memoryShare', 'fullestShard', 'keys'] as const satisfies readonly UsageMetric[];

/** The peak of 24 hours. Times are milliseconds since 1970 UTC. */
export interface ExplainedDay {
  readonly from: number;
  readonly until: number;
  /** Hours with a value, of 24. */
  readonly found: number;
  /** MB of the fullest shard; null: no hour has a value. */
  readonly peak: UsePoint | null;
  /** What counts: the peak, at most the statistic over the lookback. */
  readonly counts: number | null;
  /** The values of the history in the hour of the peak. */
  readonly made: Readonly<Record<(typeof SOURCES)[number], number | null>> | null;
}

/** Two days, and the change a day from one to the other, MB. */
export interface ExplainedPair {
  readonly from: number;
  readonly until: number;
  readonly slope: number;
}

/** The day that decides what is needed within some days: `counts` + `rise` x (`age` + `ahead`). */
export interface ExplainedNeed {
  readonly for: 'horizon' | 'grow' | 'shrink';
  /** Days ahead, counted from the end of the history; and the age of the day. */
  readonly ahead: number;
  readonly age: number;
  readonly counts: number;
  /** The greatest believable trend, MB a day; 0 if it falls. */
  readonly rise: number;
  readonly need: number;
}

/** A size sold, and the share of it that is needed, percent. */
export interface ExplainedSize {
  readonly size: Size;
  readonly share: { readonly grow: number; readonly shrink: number };
  readonly is: 'current' | 'advised' | 'blocked' | null;
}

/** CPU, connections or bandwidth, with its greatest hours. */
export interface ExplainedLoad {
  readonly resource: Exclude<Resource, 'memory'>;
  /** The greatest first. */
  readonly greatest: readonly UsePoint[];
  readonly hours: number;
}

export interface Explanation {
  readonly recommendation: Recommendation;
  readonly rules: SizingRules;
  /** Of one shard and of the whole instance: what need is divided by. */
  readonly shards: number;
  readonly days: readonly ExplainedDay[];
  readonly trend: Omit<Trend, 'pairs'> & { readonly pairs: readonly ExplainedPair[] };
  readonly needs: readonly ExplainedNeed[];
  readonly sizes: readonly ExplainedSize[];
  readonly loads: readonly ExplainedLoad[];
  /** Hours with evictions at the present size: keys. */
  readonly evictions: readonly UsePoint[];
}

/** How many of the greatest hours are shown. */
const GREATEST = 10;

/** The recommendation for an instance, with everything that it was made from. */
export function explain(
  instance: Instance,
  usage: InstanceUsage | null,
  advising: Advising,
  recommendation: Recommendation = recommendFor(instance, usage, advising),
): Explanation {
  const { rules } = rulesFor(instance, advising.sizing);
  const known = usage ?? { instance: instance.id, series: [], sizes: [] };
  const span = lookbackOf(known, rules, advising.now);
  const demand = demandOf(known, instance.size, span);
  const range = lastHours(demand, rules.over);
  const value = statisticOf(demand.memory, range, rules.memory.statistic) ?? Number.NaN;
  const blocks = blocksOf(demand.memory, range);
  const peaks = peaksOf(blocks, value);
  const trend = trendOf(peaks);
  const startOf = (block: number): number => demand.from + blocks[block]!.hours.first * HOUR;
  const ahead = (time: number): number => (time + advising.now - span.until) / DAY;
  const needs = [
    needFor('horizon', peaks.slice(-RECENT / DAY), trend, ahead(rules.horizon)),
    needFor('grow', peaks.slice(-RECENT / DAY), trend, ahead(rules.grow.holds)),
    needFor('shrink', peaks, trend, ahead(rules.shrink.holds)),
  ].filter((one) => one !== null);
  return {
    recommendation,
    rules,
    shards: instance.size.shards,
    days: blocks.map((block, at) => dayOf(block, demand, known, peaks[at]!)),
    trend: {
      trend: trend.trend,
      error: trend.error,
      pairs: trend.pairs.map(({ at, before, slope }) => ({
        from: startOf(before),
        until: startOf(at),
        slope,
      })),
    },
    needs,
    sizes: sizesOf(instance, advising, recommendation),
    loads: (['cpu', 'connections', 'bandwidth'] as const).map((resource) => ({
      resource,
      greatest: greatestOf(demand[resource], demand, range, GREATEST),
      hours: recommendation.evidence[resource]?.hours ?? 0,
    })),
    evictions: greatestOf(demand.evicted, demand, range, Number.POSITIVE_INFINITY)
      .filter((hour) => hour.value > 0)
      .sort((a, b) => a.at - b.at),
  };
}

function dayOf(
  { hours, found, peakHour, peak }: Block,
  demand: Demand,
  usage: InstanceUsage,
  counts: number,
): ExplainedDay {
  const timeOf = (hour: number): number => demand.from + hour * HOUR;
  const at = peakHour === null ? null : timeOf(peakHour);
  return {
    from: timeOf(hours.first),
    until: timeOf(hours.end),
    found,
    peak: at === null ? null : { value: peak, at },
    counts: at === null ? null : counts,
    made:
      at === null
        ? null
        : (Object.fromEntries(
            SOURCES.map((metric) => [metric, valueAt(usage, metric, at)]),
          ) as ExplainedDay['made']),
  };
}

function valueAt({ series }: InstanceUsage, metric: UsageMetric, at: number): number | null {
  const own = series.find((one) => one.metric === metric && one.period === HOURLY);
  return own?.values[(at - own.from) / HOUR] ?? null;
}

function needFor(
  name: ExplainedNeed['for'],
  peaks: readonly number[],
  { trend, error }: Trend,
  ahead: number,
): ExplainedNeed | null {
  const need = neededWithin(peaks, { trend, error }, ahead);
  const rise = Math.max(0, trend + error);
  const at = peaks.findIndex((peak, day) => peak + rise * (peaks.length - 1 - day + ahead) === need);
  return at < 0 ? null : { for: name, ahead, age: peaks.length - 1 - at, counts: peaks[at]!, rise, need };
}

function sizesOf(
  instance: Instance,
  { sold }: Advising,
  { evidence, advised, without }: Recommendation,
): ExplainedSize[] {
  const { memory } = evidence;
  if (memory === null) return [];
  const { size } = instance;
  const to = advised ?? without;
  const dimension = to !== null && to.shards !== size.shards ? 'shards' : 'memoryPerShard';
  const values = new Set([...soldValues(sold(instance), dimension), size[dimension]]);
  return [...values]
    .sort((a, b) => a - b)
    .map((value) => {
      const one = { ...size, [dimension]: value };
      return {
        size: one,
        share: {
          grow: memoryShare(memory.within.grow, size, one),
          shrink: memoryShare(memory.within.shrink, size, one),
        },
        is:
          value === size[dimension]
            ? 'current'
            : to === null || value !== to[dimension]
              ? null
              : advised === null
                ? 'blocked'
                : 'advised',
      };
    });
}

function greatestOf(
  values: Float64Array,
  demand: Demand,
  { first, end }: HourRange,
  most: number,
): UsePoint[] {
  const points: UsePoint[] = [];
  for (let hour = first; hour < end; hour++)
    if (!Number.isNaN(values[hour]!)) points.push({ value: values[hour]!, at: demand.from + hour * HOUR });
  return points.sort((a, b) => b.value - a.value || a.at - b.at).slice(0, most);
}
