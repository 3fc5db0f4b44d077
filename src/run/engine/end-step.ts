/** Writes down how a step ended, and counts it. */
import { iso } from '../../clock.ts';
import type { Money, Outcome, Size, Step } from '../../model.ts';
import type { SettlingRun } from './run.ts';

/** @param found what else is known of the end: the code, the size as read back, what was billed. */
export async function endStep(
  run: Pick<SettlingRun, 'journal' | 'ended' | 'cloudFor'>,
  step: Step,
  outcome: Exclude<Outcome, 'not-run'>,
  what: string,
  found: { readonly code?: string; readonly size?: Size | null; readonly billed?: Money | null },
): Promise<void> {
  const { code = null, size = null, billed = null } = found;
  const providerAt = iso(run.cloudFor(step.profile).providerNow());
  const recorded = run.journal.record({
    kind: 'step-ended',
    step: step.id,
    outcome,
    code,
    what,
    size,
    billed,
    providerAt,
  });
  // Counted as soon as it is told, not once it is durable: nothing may be begun past a threshold meanwhile.
  run.ended(step, outcome);
  await recorded;
}
