/** Looks for a seed whose run breaks a law, and adds up what befell all of them. */

import { drawScenario, type Scale, SMALL } from './draw-scenario.ts';
import { type Sabotage, simulate } from './simulate.ts';
import type { Violation } from './watcher.ts';

/** What a search found; sums of several add up by `addTo`. */
export interface Found {
  seeds: number;
  steps: number;
  lives: number;
  /** Orders that arrived while nobody else shared the limit, and those refused by it, by orders a second. */
  arrivals: Record<string, { orders: number; refusedByLimit: number }>;
  befallen: Record<string, number>;
  failures: { readonly seed: number; readonly violations: readonly Violation[] }[];
}

export function nothingFound(): Found {
  return { seeds: 0, steps: 0, lives: 0, arrivals: {}, befallen: {}, failures: [] };
}

export interface SearchOptions {
  readonly scale?: Scale;
  readonly sabotage?: Sabotage | null;
  /** Stop at so many failing seeds. */
  readonly most?: number;
}

/** Runs the seeds from the first to the last, both included. */
export async function search(first: number, last: number, options: SearchOptions = {}): Promise<Found> {
  const { scale = SMALL, sabotage = null, most = Number.POSITIVE_INFINITY } = options;
  const found = nothingFound();
  for (let seed = first; seed <= last && found.failures.length < most; seed++) {
    const scenario = drawScenario(seed, scale);
    found.seeds += 1;
    try {
      const told = await simulate(scenario, { sabotage });
      found.steps += told.steps;
      found.lives += told.lives;
      for (const [kind, times] of told.befallen) found.befallen[kind] = (found.befallen[kind] ?? 0) + times;
      const rate = `${scenario.requestsPerSecond}`;
      found.arrivals[rate] ??= { orders: 0, refusedByLimit: 0 };
      const sum = found.arrivals[rate];
      // A fault that lowers the limit is met by being refused: only the provider's own is counted.
      if (!scenario.faults.some((fault) => fault.startsWith('limit='))) {
        sum.orders += told.arrivals.orders;
        sum.refusedByLimit += told.arrivals.refusedByLimit;
      }
      if (told.violations.length > 0) found.failures.push({ seed, violations: told.violations });
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      found.failures.push({ seed, violations: [{ law: 'faultless', what }] });
    }
  }
  return found;
}

export function addTo(sum: Found, found: Found): void {
  sum.seeds += found.seeds;
  sum.steps += found.steps;
  sum.lives += found.lives;
  for (const [kind, times] of Object.entries(found.befallen))
    sum.befallen[kind] = (sum.befallen[kind] ?? 0) + times;
  for (const [rate, { orders, refusedByLimit }] of Object.entries(found.arrivals)) {
    sum.arrivals[rate] ??= { orders: 0, refusedByLimit: 0 };
    sum.arrivals[rate].orders += orders;
    sum.arrivals[rate].refusedByLimit += refusedByLimit;
  }
  sum.failures.push(...found.failures);
}
