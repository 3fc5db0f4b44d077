/**
 * The prices to request, and the price of each step from the answers. The provider prices one change of the present size.
 * For a later step of an instance, Refit therefore asks as if it were the only step, and scales the answer.
 */
import {
  type Change,
  type EditionName,
  type Quote,
  type Scope,
  type Size,
  totalMemory,
} from '../../model.ts';
import { money } from '../../money.ts';
import { type QuoteRefusal, sizeAfter } from '../../rules/facts.ts';
import type { Route } from '../resolve/order-steps.ts';

/** One price request: the step and the whole size after it, in the form of an order. */
export interface PriceQuestion extends Scope {
  /** The step's id. */
  readonly step: string;
  readonly instance: string;
  readonly edition: EditionName;
  readonly size: Size;
}

/** The answers by step id. */
export type Quotes = ReadonlyMap<string, Quote | QuoteRefusal>;

/** The id of a step. It is unique in a plan, because a plan changes each dimension of an instance once. */
export function stepId(instance: string, change: Pick<Change, 'dimension'>): string {
  return `${instance}/${change.dimension}`;
}

/** The price requests of a route, one for each step. */
export function questionsOf({ target, legs }: Route): PriceQuestion[] {
  const { id, region, profile, edition, size } = target.instance;
  if (edition === 'unrecognised') return [];
  return legs.map(({ change }) => ({
    step: stepId(id, change),
    instance: id,
    region,
    profile,
    edition,
    size: sizeAfter(size, change),
  }));
}

/** Refusals that do not depend on the present size of the instance. */
const FOR_ANY_SIZE: ReadonlySet<string> = new Set([
  'InvalidParameter.PermissionDenied',
  'UnauthorizedOperation.NoCAMAuthed',
  'UnsupportedOperation.LowVersion',
]);

/**
 * The price of the leg at `index`. The first leg takes the answer as it is. For a later leg, Refit scales the quote by the
 * memory that the earlier legs add or remove. This is an inference: the price follows the memory. A refusal counts only
 * if it does not depend on the size.
 * @returns in `answer` the price, or a refusal that also predicts the answer to the order; null if neither is known. In
 * `inapplicable` a refusal that holds only for the present size and predicts nothing about this leg.
 */
export function priceOf(
  { target, legs }: Route,
  index: number,
  quotes: Quotes,
): { readonly answer: Quote | QuoteRefusal | null; readonly inapplicable: QuoteRefusal | null } {
  const { instance, change } = legs[index]!;
  const answer = quotes.get(stepId(instance.id, change)) ?? null;
  if (answer === null) return { answer, inapplicable: null };
  if ('code' in answer)
    return index === 0 || FOR_ANY_SIZE.has(answer.code)
      ? { answer, inapplicable: null }
      : { answer: null, inapplicable: answer };
  const present = totalMemory(target.instance.size);
  if (index > 0 && present === 0) return { answer: null, inapplicable: null };
  const factor = index === 0 ? 1 : totalMemory(instance.size) / present;
  return { answer: quoteOf(answer, factor), inapplicable: null };
}

/** Copies only the known members: other members of an answer must not enter a sealed plan. */
function quoteOf({ amount, currency, basis, readAt }: Quote, factor: number): Quote {
  const quote = { amount: money(amount * factor), currency, basis, readAt };
  return factor === 1 ? quote : { ...quote, estimated: true };
}
