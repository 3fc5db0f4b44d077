/** How long changes of past runs took, for forecasts. */
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import type { Durations } from '../../model.ts';
import { durationsFrom, samplesOf } from '../../plan/forecast/durations.ts';
import { durationsOfRuns } from '../../store/folder/past-durations.ts';
import { isLoopback } from '../../store/provider-of.ts';
import { meansRun } from '../runs/open-plan.ts';
import { openRuns } from '../runs/open-runs.ts';
import { reportRun } from '../runs/read-run.ts';
import type { StoreChoice } from '../runs/store-choice.ts';

/** What says which past runs count. */
export interface PastRuns extends StoreChoice {
  /** A folder of runs, a run or a report; undefined: `runs` in the current folder, which may be missing. */
  readonly durations?: string | undefined;
  /** Runs against the same kind of provider count: the real one, or a simulated one. */
  readonly endpoint?: string | undefined;
  readonly clock: Clock;
}

/**
 * Durations of changes in past runs: below a folder, or of one run, also in a store.
 * @throws RefitError `usage` if what the user named has no run with a verified change; `store-unreachable`.
 */
export async function pastDurations(past: PastRuns): Promise<Durations> {
  const { durations: named, endpoint, store, env, clock } = past;
  const simulated = endpoint !== undefined && isLoopback(endpoint);
  if (named === undefined) return await durationsOfRuns('runs', { named: false, simulated });
  const choice = { store, env, clock };
  if (!(await meansRun(named, choice))) return await durationsOfRuns(named, { named: true, simulated });
  const runs = await openRuns(choice);
  try {
    const { report } = await reportRun(await runs.find(named));
    const samples = isLoopback(report.run.endpoint ?? '') === simulated ? samplesOf(report) : [];
    if (samples.length > 0) return durationsFrom(samples, 1);
    throw new RefitError(
      'usage',
      `--durations ${named}: that run has no verified change at ${simulated ? 'a simulated provider' : 'the provider'}`,
      '--durations latest   (a run of the store that has ended, or a folder of run directories)',
    );
  } finally {
    await runs.close();
  }
}
