/** Targets for which Refit orders nothing, with the reason as text. */
import { textOf } from '../messages/messages.ts';
import { english, type Words } from '../messages/words.ts';
import type { Report, UnsealedPlan } from '../model.ts';

/** The unchanged targets of a plan, as a report lists them. */
export function unchangedTargets(
  { unchanged }: Pick<UnsealedPlan, 'unchanged'>,
  { sentences }: Words = english,
): Report['unchanged'] {
  return unchanged.map(({ instance, region, reason }) => ({
    instance,
    region,
    reason: textOf(reason, sentences),
  }));
}
