/** What a plan will do or use, as rows: the same in every format. */
import { message, textOf } from '../../messages/messages.ts';
import type { Effect, Effects, Message, Review } from '../../model.ts';
import { effectsOf, effectsOfKind, programEffects } from '../../plan/effects.ts';
import { planOf } from './review-targets.ts';

/** One line of `This plan will …`. */
export interface EffectRow {
  readonly kind: Effect['kind'];
  /** The name of the wave that it follows; null if it belongs to no wave. */
  readonly after: string | null;
  /** What the plan does: `run command`. */
  readonly verb: string;
  readonly text: string;
}

/** The effects of a review; none where Refit only checked the plan file. */
export function effectsOfReview(review: Review): Effects {
  const plan = planOf(review);
  return plan === null ? [] : effectsOf(plan);
}

/** One row for all orders, and one for each other effect. */
export function effectRows(review: Review): EffectRow[] {
  const effects = effectsOfReview(review);
  const orders = effectsOfKind(effects, 'orders');
  const [first] = orders;
  return [
    ...(first === undefined ? [] : [rowOf(first, message('effect.orders', { scopes: orders }))]),
    ...effects.flatMap((effect) => (effect.kind === 'orders' ? [] : [describeEffect(effect)])),
  ];
}

/** One effect in words. */
export function describeEffect(effect: Effect): EffectRow {
  return effect.kind === 'orders'
    ? rowOf(effect, message('effect.orders', { scopes: [effect] }))
    : rowOf(effect, message('effect.one', { effect }));
}

/** The heading above the rows: `This plan will`. */
export function effectsHeading({ verdict }: Review): string {
  return textOf(message('effect.heading', { isBlocked: verdict === 'blocked' }));
}

/** Who runs the commands of the plan; null for a plan without commands. */
export function effectsNote(review: Review): string | null {
  return programEffects(effectsOfReview(review)).length === 0 ? null : textOf(message('effect.note'));
}

function rowOf(effect: Effect, text: Message): EffectRow {
  return {
    kind: effect.kind,
    after: 'after' in effect ? effect.after : null,
    verb: textOf(message('effect.verb', { effect })),
    text: showSpaces(textOf(text)),
  };
}

/** Writes a long run of spaces as its number. It could push the end of a command out of sight. */
function showSpaces(text: string): string {
  return text.replace(/ {4,}/g, (run) => ` [${run.length} spaces] `);
}
