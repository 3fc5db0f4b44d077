/** Figures of the history of one instance that selectors and sizes of plans ask for. */
import {
  HOURLY,
  type InstanceUsage,
  periodStart,
  questionKey,
  type Size,
  seriesEnd,
  type UseFigure,
  type UseQuestion,
} from '../model.ts';
import { DAY, HOUR } from '../units.ts';
import { type Demand, demandOf, foundIn, type HourRange, lastHours } from './demand.ts';
import { statisticOf } from './statistic.ts';

/**
 * Answers questions from a history.
 * @param usage null: there is none. @param present the size that shares refer to. @param now milliseconds since 1970 UTC.
 * The present hour does not count, because it has not ended.
 * The figures end where the history ends, unless that is more than two days ago: hours that were not collected yet are no gaps.
 * @returns a figure for each question, by `questionKey`.
 */
export function figuresOf(
  usage: InstanceUsage | null,
  present: Size,
  questions: readonly UseQuestion[],
  now: number,
): ReadonlyMap<string, UseFigure> {
  const until = endOf(usage, periodStart(HOURLY, now));
  const longest = questions.reduce((most, { over }) => Math.max(most, over), 0);
  const demand = usage && demandOf(usage, present, { from: until - longest, until });
  return new Map(
    questions.map((question) => {
      const hours = Math.floor(question.over / HOUR);
      const figure =
        demand === null
          ? { ...question, value: null, found: 0, hours }
          : { ...question, ...answerFrom(demand, usage!, present, question), hours };
      return [questionKey(question), figure];
    }),
  );
}

/** A history that is collected every night lacks up to a day; one that ends earlier is out of date. Milliseconds. */
export const MOST_LAG = 2 * DAY;

/** The end of the hours that were asked for, or now if that is too long ago. */
function endOf(usage: InstanceUsage | null, now: number): number {
  const memory = usage?.series.find(({ metric, period }) => metric === 'memory' && period === HOURLY);
  const end = memory === undefined ? now : Math.min(now, seriesEnd(memory));
  return end < now - MOST_LAG ? now : end;
}

function answerFrom(
  demand: Demand,
  usage: InstanceUsage,
  present: Size,
  { of, statistic, over }: UseQuestion,
): Pick<UseFigure, 'value' | 'found'> {
  const range = lastHours(demand, over);
  if (of === 'evictions' || statistic === 'sum') {
    // Only evictions at the present size count, but the hours at other sizes are known.
    const found = evictionHours(demand, usage, range);
    return { value: found === 0 ? null : sumIn(demand.evicted, range), found };
  }
  const value = statisticOf(demand[of], range, statistic);
  const share = value !== null && of === 'memory' ? (100 * value) / present.memoryPerShard : value;
  return { value: share === null ? null : roundUp(share), found: foundIn(demand[of], range) };
}

function evictionHours({ from }: Demand, { series }: InstanceUsage, { first, end }: HourRange): number {
  const own = series.find(({ metric, period }) => metric === 'evicted' && period === HOURLY);
  if (own === undefined) return 0;
  const offset = (from - own.from) / HOUR;
  let found = 0;
  for (let hour = first; hour < end; hour++) if ((own.values[offset + hour] ?? null) !== null) found++;
  return found;
}

function sumIn(values: Float64Array, { first, end }: HourRange): number {
  let sum = 0;
  for (let hour = first; hour < end; hour++) if (!Number.isNaN(values[hour]!)) sum += values[hour]!;
  return sum;
}

/** Two digits after the point, without the noise of binary fractions. What is shown is what was compared. */
function roundUp(value: number): number {
  return Math.ceil(value * 100 - 1e-6) / 100;
}
