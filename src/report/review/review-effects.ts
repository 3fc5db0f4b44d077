/** What a plan will do or use, and the policy that it keeps to, as rows: the same in every format. */
import { message, textOf } from '../../messages/messages.ts';
import { english, type Words } from '../../messages/words.ts';
import type { Effect, Effects, Message, PolicyInForce, Review } from '../../model.ts';
import { effectsOf, effectsOfKind, programEffects } from '../../plan/effects.ts';
import { describePolicy } from '../describe-policy.ts';
import { planOf } from './review-targets.ts';

/** One line of `This plan will …`. */
export interface EffectRow {
  readonly kind: Effect['kind'] | 'policy';
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

/** One row for all orders, one for each other effect, then the policy. */
export function effectRows(review: Review, words: Words = english): EffectRow[] {
  const effects = effectsOfReview(review);
  const orders = effectsOfKind(effects, 'orders');
  const [first] = orders;
  return [
    ...(first === undefined ? [] : [rowOf(first, message('effect.orders', { scopes: orders }), words)]),
    ...effects.flatMap((effect) => (effect.kind === 'orders' ? [] : [describeEffect(effect, review, words)])),
    ...policyRows(review, words),
  ];
}

/** One effect in words. @param policy it may limit how long approvals count. */
export function describeEffect(
  effect: Effect,
  { policy }: Pick<Review, 'policy'> = {},
  words: Words = english,
): EffectRow {
  return effect.kind === 'orders'
    ? rowOf(effect, message('effect.orders', { scopes: [effect] }), words)
    : rowOf(
        effect,
        message('effect.one', { effect, approvalExpiry: demandsOf(policy, APPROVAL_EXPIRY) }),
        words,
      );
}

/** The rule of a policy about how long an approval counts. */
const APPROVAL_EXPIRY = 'limit.approvalExpiry';

function demandsOf(policy: PolicyInForce | null | undefined, key: string): string[] {
  return (policy?.rules ?? []).flatMap((rule) => (rule.key === key ? [rule.demands] : []));
}

/** The policy in force by digest and files, then each of its rules. Empty if nothing read the policy. */
export function policyRows({ policy }: Pick<Review, 'policy'>, words: Words = english): EffectRow[] {
  if (policy === undefined) return [];
  const { sentences } = words;
  const verb = textOf(message('policy.verb'), sentences);
  const rules = policy?.rules.map((rule) => textOf(message('policy.rule', { rule }), sentences)) ?? [];
  return [
    textOf(message('policy.in-force', { policy: describePolicy(policy, words) }), sentences),
    ...rules,
  ].map((text) => ({
    kind: 'policy',
    after: null,
    verb,
    text: showSpaces(text, words),
  }));
}

/** The heading above the rows: `This plan will`. */
export function effectsHeading({ verdict }: Review, { sentences }: Words = english): string {
  return textOf(message('effect.heading', { isBlocked: verdict === 'blocked' }), sentences);
}

/** Who runs the commands of the plan; null for a plan without commands. */
export function effectsNote(review: Review, { sentences }: Words = english): string | null {
  return programEffects(effectsOfReview(review)).length === 0
    ? null
    : textOf(message('effect.note'), sentences);
}

function rowOf(effect: Effect, text: Message, words: Words): EffectRow {
  return {
    kind: effect.kind,
    after: 'after' in effect ? effect.after : null,
    verb: textOf(message('effect.verb', { effect }), words.sentences),
    text: showSpaces(textOf(text, words.sentences), words),
  };
}

/** Writes a long run of spaces as its number. It could push the end of a command out of sight. */
function showSpaces(text: string, { frame }: Words): string {
  return text.replace(/ {4,}/g, (run) => ` ${frame.spaces(run.length)} `);
}
