import type { SavedPlan } from '../../model.ts';
import { ASSUMED_DURATIONS, uniformDurations } from '../../plan/forecast/durations.ts';
import type { Rehearsal } from '../../run/rehearse/rehearse-plan.ts';
import { VERSION } from '../../version.ts';

/** Options of a rehearsal. */
export interface RehearseOptions {
  /** Faults, in the form of `refit simulate --fault`. */
  readonly faults?: readonly string[];
  /** How many runs, each with its own seed. Default: 5. */
  readonly seeds?: number;
  /** The first seed. Default: 1. */
  readonly seed?: number;
  /** The duration of changes, milliseconds; default: as in the forecast of the plan. */
  readonly duration?: readonly [number, number];
  /** Time from an accepted order to the start of its change, milliseconds. */
  readonly startLag?: readonly [number, number];
  /** How long an instance refuses orders after a change, milliseconds. */
  readonly lockTail?: readonly [number, number];
  /** Called after each run. */
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * Runs a saved plan against the simulated provider in virtual time, with the executor of real runs. It shows when the
 * plan is likely to end, and what faults do to it. It needs only the saved plan: no network, keys or files. The same
 * seeds give the same report.
 * @throws RefitError `usage` for an unknown fault, or a fault that has no effect in a rehearsal.
 */
export async function rehearseSavedPlan(saved: SavedPlan, options: RehearseOptions = {}): Promise<Rehearsal> {
  // Loaded only for a rehearsal.
  const [{ createRehearsal }, { createGatewayClient }, { rehearsePlan }] = await Promise.all([
    import('../../simulator/rehearsal/rehearsal.ts'),
    import('../../cloud/calls/gateway-client.ts'),
    import('../../run/rehearse/rehearse-plan.ts'),
  ]);
  const { duration, faults = [], seeds = 5, seed = 1, onProgress } = options;
  const durations = duration
    ? uniformDurations(duration, 'as requested')
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
    providerFor: (run) => (clock) => createGatewayClient(rehearsal.gatewayFor(run, clock), clock),
    chanceFor: rehearsal.chanceFor,
    version: VERSION,
    ...(onProgress ? { onRun: onProgress } : {}),
  });
}
