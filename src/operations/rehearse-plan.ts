import type { SavedPlan } from '../model.ts';
import { ASSUMED_DURATIONS, evenDurations } from '../plan/forecast/durations.ts';
import type { Rehearsal } from '../run/rehearse/rehearse-plan.ts';
import { VERSION } from '../version.ts';

/** How a saved plan is rehearsed. */
export interface RehearseOptions {
  /** What goes wrong, as `refit simulate --fault` takes it. */
  readonly faults?: readonly string[];
  /** How many runs, each from a seed of its own: 5. */
  readonly seeds?: number;
  /** The first of them: 1. */
  readonly seed?: number;
  /** How long changes take, milliseconds; left out: as the plan's forecast has it. */
  readonly duration?: readonly [number, number];
  /** From an accepted order to its begin, and how long after its end an instance refuses orders, milliseconds. */
  readonly startLag?: readonly [number, number];
  readonly lockTail?: readonly [number, number];
  /** Told after each run. */
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * The same saved plan by the same executor against the simulated provider in virtual time: when it is likely to end, and
 * what faults do to it. From the saved plan alone: no network, no keys, no files. The same seeds give the same report.
 * @throws RefitError `usage` for a fault that nobody knows, or of which a rehearsal has nothing to strike.
 */
export async function rehearseSavedPlan(saved: SavedPlan, options: RehearseOptions = {}): Promise<Rehearsal> {
  // Loaded only where somebody rehearses.
  const [{ createRehearsal }, { apiClientOver }, { rehearsePlan }] = await Promise.all([
    import('../simulator/rehearsal/rehearsal.ts'),
    import('../cloud/calls/gateway-client.ts'),
    import('../run/rehearse/rehearse-plan.ts'),
  ]);
  const { duration, faults = [], seeds = 5, seed = 1, onProgress } = options;
  const durations = duration
    ? evenDurations(duration, 'as it was asked for')
    : (saved.forecast.time?.durations ?? ASSUMED_DURATIONS);
  const rehearsal = createRehearsal(saved, {
    ...options,
    faults,
    durations,
    durationsMeasured: duration === undefined,
  });
  return rehearsePlan({
    saved,
    faults,
    seeds: { first: seed, count: seeds },
    durations,
    assumed: rehearsal.assumed,
    providerFor: (run) => (clock) => apiClientOver(rehearsal.gatewayFor(run, clock), clock),
    chanceFor: rehearsal.chanceFor,
    version: VERSION,
    ...(onProgress ? { onRun: onProgress } : {}),
  });
}
