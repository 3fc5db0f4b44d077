/** Writes down how a step ended, and counts it. */
import { iso } from '../../clock.ts';
import type { Outcome, Step } from '../../model.ts';
import type { End } from '../decide/move.ts';
import { judgeStop } from './may-start.ts';
import type { FollowingRun } from './run.ts';

/** @param message in full: nothing in it is left to be read. */
export async function endStep(run: FollowingRun, step: Step, end: End, message: string): Promise<void> {
  const { outcome, code = null, size = null, billed = null } = end;
  const providerAt = iso(run.cloudFor(step.profile).providerNow());
  const recorded = run.journal.record({
    kind: 'step-ended',
    step: step.id,
    outcome,
    code,
    what: message,
    size,
    billed,
    providerAt,
  });
  // Counted as soon as it is told, not once it is durable: nothing may be begun past a threshold meanwhile.
  countEnd(run, step, outcome);
  await recorded;
}

function countEnd(run: FollowingRun, step: Step, outcome: Outcome): void {
  // Thresholds decide about new orders: a run that starts none has none.
  if (run.purpose === 'reconcile') return;
  run.tally.add(step, outcome);
  run.slowStart.ended(step, outcome);
  judgeStop(run);
}
