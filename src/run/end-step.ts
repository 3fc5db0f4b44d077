/** Writes down how a step ended, and counts it. */
import type { Money, Outcome, Size, Step } from '../model.ts';
import type { Run } from './execute.ts';

/** @param found what else is known of the end: the code, the size as read back, what was billed. */
export async function endStep(
  run: Pick<Run, 'journal' | 'ended'>,
  step: Step,
  outcome: Exclude<Outcome, 'not-run'>,
  what: string,
  found: { readonly code?: string; readonly size?: Size | null; readonly billed?: Money | null },
): Promise<void> {
  const { code = null, size = null, billed = null } = found;
  await run.journal.record({ kind: 'step-ended', step: step.id, outcome, code, what, size, billed });
  run.ended(step, outcome);
}
