/**
 * Replays a sizing file over the history. Each day gets the advice that the history up to that day would have given, and takes it
 * immediately. Then what came is compared with it. Beside it are strategies that need no thought, and hindsight.
 */
import { iso } from '../../clock.ts';
import {
  BACKTEST_FORMAT,
  type Backtest,
  type Exceeded,
  type Held,
  HOURLY,
  type Instance,
  type InstanceUsage,
  type MustHold,
  type Size,
  type Sizing,
  type SizingRules,
  STRATEGIES,
  type Strategy,
  type StrategyResult,
  type UsageSpan,
} from '../../model.ts';
import type { SoldFor } from '../../rules/is-sold.ts';
import { DAY, HOUR } from '../../units.ts';
import { type Demand, demandOf } from '../../usage/demand.ts';
import { decide } from '../decide.ts';
import { measureDemand } from '../measure.ts';
import { leftAloneBy, NOTHING_READ, rulesFor } from '../recommend.ts';
import { inHindsight, lastPeak, percentile, type Sold } from './baselines.ts';
import { type Came, FULL, type Outcome, outcomeOf, type Timeline } from './outcome.ts';
import { type Chooser, type Replaying, replay } from './replay.ts';

export interface Backtesting {
  readonly sizing: Sizing;
  readonly sold: SoldFor;
  /** The first day, and the end of the last one, milliseconds since 1970 UTC: whole hours, whole days apart. */
  readonly from: number;
  readonly until: number;
}

/** The results for one instance. */
export interface InstanceBacktest {
  readonly replays: Readonly<Record<Strategy, Outcome>>;
  /** Hours in which the recorded memory was all that the size had. */
  readonly atLeast: number;
}

/** The span of history that a backtest of an instance reads, milliseconds since 1970 UTC. */
export function historyFor({ sizing, from, until }: Backtesting): UsageSpan {
  const all = [sizing.rules, ...sizing.classes.map(({ rules }) => rules)];
  return { from: from - Math.max(...all.map(lookbackOf)), until };
}

function lookbackOf({ over, shrink }: SizingRules): number {
  return Math.max(over, shrink.history);
}

/**
 * Replays one instance. It starts with the size that it had then, and is taken as running without a task.
 * @param usage over `historyFor`. @returns null if its history has no memory in the replayed time.
 */
export function backtestInstance(
  usage: InstanceUsage,
  instance: Instance,
  backtesting: Backtesting,
): InstanceBacktest | null {
  const { from, until } = backtesting;
  const made = instance.size;
  const demand = demandOf(usage, made, historyFor(backtesting));
  const first = (from - demand.from) / HOUR;
  const came: Came = { made, from, memory: demand.memory.subarray(first), cpu: demand.cpu.subarray(first) };
  if (came.memory.every((need) => Number.isNaN(need))) return null;
  const start = sizeAt(usage, from) ?? made;
  const evicts = demand.evicted.some((keys) => keys > 0);
  const replaying: Replaying = { ...{ demand, made, start, from, until, evicts }, limitsOf: null };
  return {
    replays: replayAll(came, replaying, instance, backtesting),
    atLeast: fullHours(usage, demand, from),
  };
}

/** The outcome of each strategy for an instance. */
export function replayAll(
  came: Came,
  replaying: Replaying,
  instance: Instance,
  { sizing, sold }: Pick<Backtesting, 'sizing' | 'sold'>,
): Readonly<Record<Strategy, Outcome>> {
  const { rules } = rulesFor(instance, sizing);
  const { start } = replaying;
  const offer = leftAloneBy(instance, sizing) === null ? sold(instance) : null;
  const fixed = (size: Size): Timeline => [{ hour: 0, size }];
  const outcome = (timeline: Timeline) => outcomeOf(came, timeline, start);
  // What hindsight begins with is no change.
  const hindsight = (fit: number): Outcome => {
    const size = inHindsight(replaying, offer, fit);
    return outcomeOf(came, fixed(size), size);
  };
  return {
    advice: outcome(replay(replaying, lookbackOf(rules), adviser(instance, offer, rules))),
    never: outcome(fixed(start)),
    'last-peak': outcome(replay(replaying, DAY, lastPeak(offer))),
    percentile: outcome(replay(replaying, rules.over, percentile(offer, rules))),
    hindsight: hindsight(rules.memory.fit),
    'hindsight-90': hindsight(FULL),
  };
}

/** The advice of each day. Whatever is in progress now was not in progress then. */
function adviser(instance: Instance, offer: Sold, rules: SizingRules): Chooser {
  return ({ demand, size }) =>
    decide({
      instance: { ...instance, size, used: null, task: null, unpaidOrder: null, status: 'running' },
      evidence: measureDemand(demand, size, rules),
      ...{ offer, rules, knowledge: NOTHING_READ, className: null, leftAlone: null },
    }).advised;
}

/** The size that was observed last until a time; before the first observation, that of the first. */
function sizeAt({ sizes }: InstanceUsage, at: number): Size | null {
  return (sizes.findLast(({ from }) => from <= at) ?? sizes[0])?.size ?? null;
}

/** From this share on, percent, the fullest shard had no room. */
const NO_ROOM = 99;

function fullHours({ series }: InstanceUsage, demand: Demand, from: number): number {
  const shares = series.find(({ metric, period }) => metric === 'fullestShard' && period === HOURLY);
  let full = 0;
  for (let hour = (from - demand.from) / HOUR; hour < demand.memory.length; hour++) {
    const share = shares?.values[(demand.from - shares.from) / HOUR + hour] ?? 0;
    if (share >= NO_ROOM || demand.evicted[hour]! > 0) full += 1;
  }
  return full;
}

/** How many instances that exceeded are listed. */
const MOST_LISTED = 100;

/** Sums the results of a fleet in little memory. */
export function createBacktestSum(backtesting: Backtesting) {
  const { sizing, from, until } = backtesting;
  const sums = new Map(STRATEGIES.map((strategy) => [strategy, { ...NOTHING }]));
  let exceeded: Exceeded[] = [];
  let [instances, withoutHistory, atLeast] = [0, 0, 0];
  return {
    /** @param result null: the instance has no history. */
    add(instance: Instance, result: InstanceBacktest | null): void {
      if (result === null) {
        withoutHistory += 1;
        return;
      }
      instances += 1;
      atLeast += result.atLeast;
      for (const [strategy, sum] of sums) addReplay(sum, result.replays[strategy]);
      const { first, above90: hours } = result.replays.advice;
      if (first === null) return;
      exceeded.push({ instance: instance.id, region: instance.region, hours, ...first });
      if (exceeded.length > 2 * MOST_LISTED) exceeded = worst(exceeded);
    },
    /** The whole backtest. */
    result(): Backtest {
      const strategies = [...sums].map(([strategy, sum]): StrategyResult => ({ strategy, ...sum }));
      const days = (until - from) / DAY;
      return {
        format: BACKTEST_FORMAT,
        ...{ from: iso(from), until: iso(until), days },
        ...{ sizing: sizing.file, instances, withoutHistory, atLeast, strategies },
        pricePerGigabyte: sizing.pricePerGigabyte,
        exceeded: worst(exceeded),
        mustHold: sizing.mustHold.map((demand) => judge(demand, strategies, { days, instances })),
      };
    },
  };
}

const NOTHING = { hours: 0, above90: 0, beyond: 0, cpuAbove90: 0, gigabyteDays: 0, changes: 0, exceeded: 0 };

function addReplay(sum: typeof NOTHING, one: Outcome): void {
  sum.hours += one.hours;
  sum.above90 += one.above90;
  sum.beyond += one.beyond;
  sum.cpuAbove90 += one.cpuAbove90;
  sum.gigabyteDays += one.gigabyteDays;
  sum.changes += one.changes;
  if (one.above90 > 0) sum.exceeded += 1;
}

function worst(exceeded: readonly Exceeded[]): Exceeded[] {
  return exceeded
    .toSorted((a, b) => b.hours - a.hours || (a.instance < b.instance ? -1 : 1))
    .slice(0, MOST_LISTED);
}

const DAYS_OF_MONTH = 30;

function judge(
  demand: MustHold,
  strategies: readonly StrategyResult[],
  { days, instances }: { readonly days: number; readonly instances: number },
): Held {
  const of = (name: Strategy) => strategies.find(({ strategy }) => strategy === name)!;
  const [advice, never] = [of('advice'), of('never')];
  const share = (hours: number) => (advice.hours === 0 ? 0 : (100 * hours) / advice.hours);
  const found = {
    above90: () => share(advice.above90),
    cpuAbove90: () => share(advice.cpuAbove90),
    evicting: () => share(advice.beyond),
    changes: () => (instances === 0 ? 0 : (advice.changes * DAYS_OF_MONTH) / days / instances),
    saving: () => (never.gigabyteDays === 0 ? 0 : 100 * (1 - advice.gigabyteDays / never.gigabyteDays)),
  }[demand.figure]();
  // Without an instance nothing was shown.
  return { ...demand, found, holds: instances > 0 && compares(found, demand) };
}

function compares(found: number, { operator, value }: MustHold): boolean {
  switch (operator) {
    case '<':
      return found < value;
    case '<=':
      return found <= value;
    case '>':
      return found > value;
    case '>=':
      return found >= value;
  }
}
