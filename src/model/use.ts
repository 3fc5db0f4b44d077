/** Conditions and sizes by use in plans, and the figures of the history of use that decide them. */
import type { Comparison } from './rollout.ts';

/** What can bind the size of an instance. Each has a share of what the size allows, percent. */
export const RESOURCES = ['memory', 'cpu', 'connections', 'bandwidth'] as const;
export type Resource = (typeof RESOURCES)[number];

/** Statistics over hourly peaks. `max` is the greatest peak. */
export const STATISTICS = ['max', 'p99', 'p95', 'p90', 'p50'] as const;
export type Statistic = (typeof STATISTICS)[number];

/** A figure of the history that a plan needs. */
export interface UseQuestion {
  readonly of: Resource | 'evictions';
  /** Evictions are summed. */
  readonly statistic: Statistic | 'sum';
  /** The time up to now, milliseconds. */
  readonly over: number;
}

/** A condition of a selector: percent of what the present size allows, or a count of evictions. */
export interface UseCondition extends UseQuestion, Comparison {}

/** The answer to a question, for one instance at its present size. */
export interface UseFigure extends UseQuestion {
  /** Percent with two digits at most, rounded up; a count for evictions. Null: no hour has a value. */
  readonly value: number | null;
  /** Hours with a value, and the hours that were asked for. */
  readonly found: number;
  readonly hours: number;
}

/** Figures by instance id, then by `questionKey`. An instance that was not looked up is missing. */
export type FleetUse = ReadonlyMap<string, ReadonlyMap<string, UseFigure>>;

/** The same text for the same question. */
export function questionKey({ of, statistic, over }: UseQuestion): string {
  return `${of} ${statistic} ${over}`;
}

/** The least part of the hours that must have a value, percent. With fewer, Refit says that the use is not known. */
export const LEAST_FOUND = 90;

/** A figure from enough hours. */
export interface KnownFigure extends UseFigure {
  readonly value: number;
}

/** Whether a figure is made from enough hours to decide. */
export function isKnown(figure: UseFigure | undefined): figure is KnownFigure {
  return figure !== undefined && figure.value !== null && figure.found * 100 >= figure.hours * LEAST_FOUND;
}
