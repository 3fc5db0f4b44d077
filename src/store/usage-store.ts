/**
 * What a store does for the history of use. Both stores fulfil it: files below the state of a user (`folder/usage/`), and
 * the tables of a database (`postgres/usage.ts`). `test/store/usage-contract.ts` holds both to the same behaviour.
 * A provider is the result of `providerOf`: what a simulated one says is never mixed with the real one.
 */
import type { InstanceUsage, Size, UsageMetric, UsagePeriod, UsageSeries, UsageSpan } from '../model.ts';

/** What one collection read of one instance. It is kept whole or not at all. */
export interface UsageReading {
  readonly instance: string;
  /** Series of this instance, with values of `keptValue`. A later one counts where several have a value. */
  readonly series: readonly UsageSeries[];
  /** The size when it was read; null: not certain. */
  readonly size: Size | null;
  /** When the size was read, milliseconds since 1970 UTC. */
  readonly at: number;
}

/** From the first to the last period that was asked for, also where the provider had nothing. */
export interface AskedSpan extends UsageSpan {
  readonly metric: UsageMetric;
  readonly period: UsagePeriod;
}

/** Which part of a history to read. */
export interface UsageQuery extends UsageSpan {
  /** Absent: every metric. Fewer metrics are read faster. */
  readonly metrics?: readonly UsageMetric[];
}

/** How long peaks are kept after their time, milliseconds. */
export const KEPT: Readonly<Record<UsagePeriod, number>> = {
  3600: 400 * 86_400_000,
  86400: 3 * 366 * 86_400_000,
};

/** As long as the values that belong to them. The newest size of an instance is kept while any value is. */
export const KEPT_SIZES: number = KEPT[86400];

/** The history of use of a store. */
export interface UsageStore {
  /** For people: `the state folder` or the place of a database. */
  readonly name: string;
  /**
   * Runs `work` while no other process collects from this provider into the store.
   * @throws RefitError `locked` if another process does.
   */
  exclusively<T>(provider: string, work: () => Promise<T>): Promise<T>;
  /** Keeps readings durably. A newer value replaces an older one; a gap replaces no value. */
  put(provider: string, readings: readonly UsageReading[]): Promise<void>;
  /** What was asked of these instances so far; one without history is missing. */
  asked(provider: string, instances: readonly string[]): Promise<ReadonlyMap<string, readonly AskedSpan[]>>;
  /** The history of one instance; null if there is none at all. */
  read(provider: string, instance: string, query: UsageQuery): Promise<InstanceUsage | null>;
  /** The history of every instance, one after the other in no particular order, so memory does not grow with the fleet. */
  walk(provider: string, query: UsageQuery): AsyncIterable<InstanceUsage>;
  /** Removes values that are older than `KEPT`, and sizes older than `KEPT_SIZES`. @param now milliseconds since 1970 UTC. */
  prune(provider: string, now: number): Promise<void>;
  /** Ends the connections, if there are any. */
  close(): Promise<void>;
}
