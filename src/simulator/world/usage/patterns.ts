/** How the use of an instance develops. A fleet file can say it for each instance (fleet/read-fleet.ts). */

/**
 * The curves of the memory that the data needs.
 *
 *   flat             the same all the time
 *   growth           a straight line up
 *   season           higher by day than by night, lower at weekends
 *   growing-season   a season on a line up
 *   bursts           sudden jumps on some days, nobody can foresee them
 *   deploys          twice the memory for less than two hours, on the same days of each week
 *   cache            a cache that is full: it needs more than it has, and evicts
 *   cleanup          much more until one day in the past, when most data was removed
 */
export const PATTERNS = [
  'flat',
  'growth',
  'season',
  'growing-season',
  'bursts',
  'deploys',
  'cache',
  'cleanup',
] as const;

export type Pattern = (typeof PATTERNS)[number];

/** What a fleet says about the use of an instance. What is left out comes from the seed and the id. */
export interface UsageOptions {
  readonly pattern?: Pattern;
  /** Growth in a day, percent of the memory in use at the start; for patterns that grow. */
  readonly growth?: number;
  /** The part of the memory that is free at night, 0 to 0.9; for patterns with a season. */
  readonly swing?: number;
  /** CPU of the average node at the daily peak, percent. */
  readonly cpu?: number;
  /** Connections at the daily peak, percent of the limit at the start. */
  readonly connections?: number;
  /** Outgoing traffic at the daily peak, percent of the limit at the start. It can be above 100. */
  readonly bandwidth?: number;
  /** The part of the hours without any point, 0 to 1. Default 0. */
  readonly gaps?: number;
  /** True if the instance evicts keys when it is full, false if it refuses writes. Default: only a cache evicts. */
  readonly evicts?: boolean;
}
