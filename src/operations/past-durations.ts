/** How long changes took in the past, for the forecast of a plan. */
import type { Durations } from '../model.ts';
import { isLoopback } from '../store/folder/claims.ts';
import { durationsOfRuns } from '../store/folder/past-durations.ts';

/** Where `apply` makes run directories unless it is told otherwise. */
const RUNS = 'runs';

/**
 * The durations of past runs against the same kind of provider: the real one, or a simulated one on this machine.
 * @param path a folder of runs, a run or a report; left out: `runs` in this folder, where there need be none.
 * @throws RefitError `usage` where the named path holds no run.
 */
export function pastDurations(path: string | undefined, endpoint: string | undefined): Promise<Durations> {
  const simulated = endpoint !== undefined && isLoopback(endpoint);
  return durationsOfRuns(path ?? RUNS, { named: path !== undefined, simulated });
}
