/** Searches for seeds whose run breaks a law. Counts the events of all runs. */

import { drawScenario, type Scale, SMALL } from './draw-scenario.ts';
import { type Result, type Sabotage, simulate } from './simulate.ts';
import type { Violation } from './watcher.ts';
import { drawWorkers } from './workers/draw.ts';
import { simulateWorkers, type WorkersSabotage } from './workers/simulate.ts';

/** Result of a search. `addResult` adds two results. */
export interface SearchResult {
  seeds: number;
  steps: number;
  processes: number;
  /** By request rate: orders while no other client used the limit, and those that the limit refused. */
  arrivals: Record<string, { orders: number; refusedByLimit: number }>;
  events: Record<string, number>;
  failures: { readonly seed: number; readonly violations: readonly Violation[] }[];
}

export function emptyResult(): SearchResult {
  return { seeds: 0, steps: 0, processes: 0, arrivals: {}, events: {}, failures: [] };
}

export interface SearchOptions {
  readonly scale?: Scale;
  readonly sabotage?: Sabotage | null;
  /** Number of failing seeds that ends the search. */
  readonly max?: number;
}

/** Runs all seeds from first to last. */
export function search(first: number, last: number, options: SearchOptions = {}): Promise<SearchResult> {
  const { scale = SMALL, sabotage = null } = options;
  return searchSeeds(first, last, options.max, async (seed, found) => {
    const scenario = drawScenario(seed, scale);
    const result = await simulate(scenario, { sabotage });
    const rate = `${scenario.requestsPerSecond}`;
    found.arrivals[rate] ??= { orders: 0, refusedByLimit: 0 };
    const sum = found.arrivals[rate];
    // A fault that lowers the limit always causes refusals, so only runs without it count.
    if (!scenario.faults.some((fault) => fault.startsWith('limit='))) {
      sum.orders += result.arrivals.orders;
      sum.refusedByLimit += result.arrivals.refusedByLimit;
    }
    return result;
  });
}

/** The same with several workers on one store. */
export function searchWorkers(
  first: number,
  last: number,
  { sabotage = null, max }: { readonly sabotage?: WorkersSabotage | null; readonly max?: number } = {},
): Promise<SearchResult> {
  return searchSeeds(first, last, max, (seed) => simulateWorkers(drawWorkers(seed), { sabotage }));
}

/** Runs seeds until `max` of them failed. @param simulated may add more than the common results */
async function searchSeeds(
  first: number,
  last: number,
  max: number = Number.POSITIVE_INFINITY,
  simulated: (
    seed: number,
    found: SearchResult,
  ) => Promise<Pick<Result, 'steps' | 'processes' | 'events' | 'violations'>>,
): Promise<SearchResult> {
  const found = emptyResult();
  for (let seed = first; seed <= last && found.failures.length < max; seed++) {
    found.seeds += 1;
    try {
      const result = await simulated(seed, found);
      found.steps += result.steps;
      found.processes += result.processes;
      for (const [kind, times] of result.events) found.events[kind] = (found.events[kind] ?? 0) + times;
      if (result.violations.length > 0) found.failures.push({ seed, violations: result.violations });
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      found.failures.push({ seed, violations: [{ law: 'faultless', detail }] });
    }
  }
  return found;
}

export function addResult(sum: SearchResult, found: SearchResult): void {
  sum.seeds += found.seeds;
  sum.steps += found.steps;
  sum.processes += found.processes;
  for (const [kind, times] of Object.entries(found.events))
    sum.events[kind] = (sum.events[kind] ?? 0) + times;
  for (const [rate, { orders, refusedByLimit }] of Object.entries(found.arrivals)) {
    sum.arrivals[rate] ??= { orders: 0, refusedByLimit: 0 };
    sum.arrivals[rate].orders += orders;
    sum.arrivals[rate].refusedByLimit += refusedByLimit;
  }
  sum.failures.push(...found.failures);
}
