/**
 * Replays a sizing file over the history: each day the advice that there would have been with the history up to that day, taken
 * immediately; then what came is compared with it. Beside it are strategies that need no thought, and hindsight.
 */
import { iso } from '../../clock.ts';
import {
  BACKTEST_FORMAT,
  type Backtest,
  type Exceeded,
  type Held,
  type Instance,
  type InstanceUsage,
  type MustHold,
  type ObservedChange,
  type Size,
  type Sizing,
  STRATEGIES,
  type Strategy,
  type StrategyResult,
  sameSize,
  totalMemory,
} from '../../model.ts';
import type { SoldFor } from '../../rules/is-sold.ts';
import { DAY, GIGABYTE, HOUR } from '../../units.ts';
import { demandOf } from '../../usage/demand.ts';
import { leftAloneBy, NOTHING_READ, rulesFor } from '../recommend.ts';
import type { Replayed } from './replay-demand.ts';
import { CHOOSE, type Choosing } from './strategies.ts';

export interface Backtesting {
  readonly sizing: Sizing;
  readonly sold: SoldFor;
  /** The first day, and the end of the last one, milliseconds since 1970 UTC: whole hours, whole days apart. */
  readonly from: number;
  readonly until: number;
}

/** The result of one strategy for one instance. */
export interface Replay extends Omit<StrategyResult, 'strategy' | 'exceeded'> {
  /** The first hour above 90 %; null: none. */
  readonly first: Omit<Exceeded, 'instance' | 'region' | 'hours'> | null;
  readonly changesMade: readonly ObservedChange[];
}

/** The results for one instance. */
export interface InstanceBacktest {
  readonly replays: Readonly<Record<Strategy, Replay>>;
  /** Hours in which the recorded memory was all that the size had. */
  readonly atLeast: number;
}

/** The span of history that a backtest of an instance reads, milliseconds since 1970 UTC. */
export function historyFor({ sizing, from, until }: Backtesting): {
  readonly from: number;
  readonly until: number;
} {
  const all = [sizing.rules, ...sizing.classes.map(({ rules }) => rules)];
  const longest = Math.max(...all.map(({ over, shrink }) => Math.max(over, shrink.history)));
  return { from: from - longest, until };
}

/** Replays one instance. @returns null if its history has no memory in the span. */
export function backtestInstance(
  usage: InstanceUsage,
  instance: Instance,
  backtesting: Backtesting,
): InstanceBacktest | null {
  const { sizing, sold, from, until } = backtesting;
  const span = { from, until };
  const replayed = { demand: demandOf(usage, instance.size, historyFor(backtesting)), made: instance.size };
  const hours = hoursOf(replayed, span);
  if (hours.every(({ need }) => Number.isNaN(need))) return null;
  const { rules } = rulesFor(instance, sizing);
  const choosing: Choosing = {
    ...{ instance, replayed, rules, span },
    offer: leftAloneBy(instance, sizing) === null ? sold(instance) : null,
    knowledge: NOTHING_READ,
  };
  const start = sizeAt(usage, from) ?? instance.size;
  return {
    replays: Object.fromEntries(
      STRATEGIES.map((strategy) => [strategy, replay(strategy, start, choosing, hours)]),
    ) as Record<Strategy, Replay>,
    atLeast: hours.filter(({ isFull }) => isFull).length,
  };
}

/** What came in one hour, for the size that the demand was made for. */
interface Came {
  readonly at: number;
  /** MB of the fullest shard; NaN: a gap. */
  readonly need: number;
  readonly cpu: number;
  readonly isFull: boolean;
}

function hoursOf({ demand, made }: Replayed, { from, until }: Choosing['span']): Came[] {
  const first = (from - demand.from) / HOUR;
  return Array.from({ length: (until - from) / HOUR }, (_, n) => {
    const hour = first + n;
    const need = demand.memory[hour] ?? Number.NaN;
    return {
      at: from + n * HOUR,
      need,
      cpu: demand.cpu[hour] ?? Number.NaN,
      isFull: demand.evicted[hour]! > 0 || need >= made.memoryPerShard,
    };
  });
}

/** The size that was observed last until a time; before the first observation, that of the first. */
function sizeAt({ sizes }: InstanceUsage, at: number): Size | null {
  return (sizes.findLast(({ from }) => from <= at) ?? sizes[0])?.size ?? null;
}

/** A size holds 90 % without harm; what is above is counted. */
const FULL = 0.9;
const CPU_FULL = 90;

function replay(strategy: Strategy, start: Size, choosing: Choosing, hours: readonly Came[]): Replay {
  const { made } = choosing.replayed;
  let size = start;
  const changesMade: ObservedChange[] = [];
  let [counted, above90, beyond, cpuAbove90, billed] = [0, 0, 0, 0, 0];
  let first: Replay['first'] = null;
  for (const [n, { at, need, cpu }] of hours.entries()) {
    if ((n * HOUR) % DAY === 0) {
      const chosen = CHOOSE[strategy](choosing, at, size, changesMade);
      if (!sameSize(chosen, size)) changesMade.push({ after: at, by: at, from: size, to: chosen });
      size = chosen;
    }
    billed += totalMemory(size);
    if (Number.isNaN(need)) continue;
    counted += 1;
    const ratio = made.shards / size.shards;
    const needed = need * ratio;
    if (needed > FULL * size.memoryPerShard) {
      above90 += 1;
      first ??= { at, need: needed, size, changedAt: changesMade.at(-1)?.by ?? null };
    }
    if (needed > size.memoryPerShard) beyond += 1;
    if (cpu * ratio > CPU_FULL) cpuAbove90 += 1;
  }
  // The first choice of hindsight is where it starts.
  const changes = strategy.startsWith('hindsight') ? 0 : changesMade.length;
  const gigabyteDays = billed / GIGABYTE / (DAY / HOUR);
  return { hours: counted, above90, beyond, cpuAbove90, gigabyteDays, changes, first, changesMade };
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

function addReplay(sum: typeof NOTHING, one: Replay): void {
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
  return { ...demand, found, holds: compares(found, demand) };
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
