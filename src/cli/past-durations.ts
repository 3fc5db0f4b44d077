/** How long changes took in the past, for the forecast of a plan: by `--durations`, else from `runs/` in this folder. */

import type { Durations } from '../model.ts';
import { isLoopback } from '../store/folder/claims.ts';
import { durationsOfRuns } from '../store/folder/past-durations.ts';
import type { GlobalOptions } from './options.ts';

/** Where `apply` makes run directories unless it is told otherwise. */
const RUNS = 'runs';

export interface DurationsOption {
  readonly durations?: string;
}

/** @throws RefitError `usage` where the named path holds no run. */
export function pastDurations({ durations, endpoint }: GlobalOptions & DurationsOption): Promise<Durations> {
  const simulated = endpoint !== undefined && isLoopback(endpoint);
  return durationsOfRuns(durations ?? RUNS, { named: durations !== undefined, simulated });
}
