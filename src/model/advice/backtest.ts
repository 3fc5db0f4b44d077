/** What a sizing file would have done in the past. */
import type { Size } from '../fleet.ts';
import type { Money } from '../money.ts';
import type { MustHold } from './sizing.ts';

/**
 * Ways to choose sizes.
 *
 *   advice        the sizing file: the advice of each day, taken that day
 *   never         the size at the start, all the time
 *   last-peak     each day the smallest size sold with 1.3 x the peak of the day before
 *   percentile    each day the smallest size sold with 1.15 x p95 of the lookback, as open tools for containers do it
 *   hindsight     the smallest size sold in which all that came stays within `fit`; nobody can know it before
 *   hindsight-90  the same with 90 %
 */
export const STRATEGIES = [
  'advice',
  'never',
  'last-peak',
  'percentile',
  'hindsight',
  'hindsight-90',
] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** What came of one strategy, over all instances. Hours are hours of an instance that have a value. */
export interface StrategyResult {
  readonly strategy: Strategy;
  readonly hours: number;
  /** Hours in which the fullest shard needed more than 90 % of its memory, and more than all of it. */
  readonly above90: number;
  readonly beyond: number;
  /** Hours with the busiest node above 90 % CPU. */
  readonly cpuAbove90: number;
  /** Billed memory, GB x days. */
  readonly gigabyteDays: number;
  readonly changes: number;
  /** Instances that needed more than 90 % in some hour. */
  readonly exceeded: number;
}

/** An instance that needed more than 90 % of its memory although the advice was taken. */
export interface Exceeded {
  readonly instance: string;
  readonly region: string;
  readonly hours: number;
  /** The first such hour, ms since 1970 UTC, with the need and the size of a shard then, MB. */
  readonly at: number;
  readonly need: number;
  readonly size: Size;
  /** The last change before, ms since 1970 UTC; null: none. */
  readonly changedAt: number | null;
}

/** Whether a demand of the sizing file holds. */
export interface Held extends MustHold {
  /** Percent, or changes of an instance in a month. */
  readonly found: number;
  readonly holds: boolean;
}

export const BACKTEST_FORMAT = 'refit.backtest/1';

/** A replay of a sizing file over the history of a fleet. */
export interface Backtest {
  readonly format: typeof BACKTEST_FORMAT;
  /** ISO 8601 UTC. */
  readonly from: string;
  readonly until: string;
  readonly days: number;
  /** The path of the sizing file; null: defaults. */
  readonly sizing: string | null;
  readonly instances: number;
  /** Running instances that have no history in the span; they are in no figure. */
  readonly withoutHistory: number;
  /** Hours in which the recorded memory was all that the size had, so the need is at least that. */
  readonly atLeast: number;
  readonly strategies: readonly StrategyResult[];
  /** The price of a GB in a month; null: not given. */
  readonly pricePerGigabyte: Money | null;
  /** The instances with the most hours above 90 %, and how many there are. */
  readonly exceeded: readonly Exceeded[];
  readonly mustHold: readonly Held[];
}
