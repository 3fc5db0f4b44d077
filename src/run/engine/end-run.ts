/** Ends a run: its reason, its exit code, and the last entry of its process. */
import { EXIT_NOT_APPROVED, EXIT_POLICY_REFUSED } from '../../errors.ts';
import { totals } from '../../journal/replay.ts';
import type { EndedBecause, Outcome, StepState } from '../../model.ts';
import type { FollowingRun, ReconcilingRun, Run, RunEnd } from './run.ts';

/** Records the end of a run that carried out the plan. */
export async function endRun(run: Run): Promise<RunEnd> {
  const { stopping } = run.journal.replay.state();
  const open = openSteps(run);
  const because: EndedBecause =
    stopping && (open.length > 0 || stopping.because === 'halted') ? stopping.because : 'done';
  // The next process follows orders that this one leaves at the close of a window. They are not unknown.
  const followed = because === 'window-closed' ? open.filter(({ phase }) => phase === 'following').length : 0;
  const drained = run.stop.drained.reason;
  return recordEnd(run, because, followed, typeof drained === 'number' ? drained : 130);
}

/**
 * The same for a run that only read. An unfinished run keeps its reason and exit code.
 * @param before the exit code of its last end; null: it had not ended.
 */
export async function endReconciling(
  run: ReconcilingRun,
  stoppedBecause: EndedBecause | null,
  before: number | null,
): Promise<RunEnd> {
  const because = openSteps(run).length > 0 ? (stoppedBecause ?? 'reconciled') : 'done';
  return recordEnd(run, because, 0, before ?? 130);
}

function openSteps({ saved, journal }: FollowingRun): StepState[] {
  return saved.steps.map(({ id }) => journal.replay.step(id)).filter(({ phase }) => phase !== 'ended');
}

/** @param known unknown outcomes that the next process will follow. */
async function recordEnd(
  run: FollowingRun,
  because: EndedBecause,
  known: number,
  signalExitCode: number,
): Promise<RunEnd> {
  const { saved, journal, calls, stop } = run;
  const counted = totals(saved.steps.map(({ id }) => journal.replay.step(id)));
  const left = { ...counted, unknown: counted.unknown - known };
  const exitCode = exitCodeOf(left, because, stop.credentialsRefused, signalExitCode);
  const counts = calls.take();
  if (counts.length > 0) journal.appendSoon({ kind: 'calls', counts });
  await journal.appendDurably({ kind: 'run-ended', because, exitCode });
  return { because, exitCode };
}

/**
 * The first that applies of 12, 130/143, 10, 4, 8, 11, 5, 3 (docs/reference/exit-codes.md).
 * @param signalExitCode the exit code of the signal or command that drained the run.
 */
function exitCodeOf(
  totals: Readonly<Record<Outcome, number>>,
  because: EndedBecause,
  credentialsRefused: boolean,
  signalExitCode: number,
): number {
  if (credentialsRefused) return 12;
  if (because === 'drained') return signalExitCode;
  if (totals.unknown > 0) return 10;
  if (because === 'halted') return 4;
  if (because === 'finish-by' || because === 'window-closed') return 8;
  if (because === 'not-approved') return EXIT_NOT_APPROVED;
  if (because === 'policy-refused') return EXIT_POLICY_REFUSED;
  return totals.failed + totals.refused + totals.drifted + totals.skipped + totals['not-run'] > 0 ? 3 : 0;
}
