/** From when on tasks and orders count as effects of a step's order. */
import type { Step, StepState } from '../../model.ts';
import { SECOND } from '../../units.ts';

/** The provider's clock and ours differ by less than this: what began that much before the intent may be its effect. */
const CLOCK_MARGIN = 30 * SECOND;

/**
 * Never those of the step before. The provider tells whole seconds, so what began within the second in which the step
 * before ended must not be lost: its own task and order began earlier than that.
 * @param intentAt ms since 1970 UTC by the provider's clock, as all here.
 */
export function factsSince(
  step: Step,
  earlier: { readonly state: StepState } | null,
  intentAt: number,
): number {
  const before = step.needs === null ? null : (earlier?.state.endedProviderAt ?? null);
  if (before === null) return intentAt - CLOCK_MARGIN;
  return Math.max(intentAt - CLOCK_MARGIN, Math.floor(Date.parse(before) / SECOND) * SECOND);
}
