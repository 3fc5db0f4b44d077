/**
 * Which prices to ask for, and what the answers say of each step. The provider prices one change of the present
 * size; a later step of the same instance is therefore asked as if it were the only one, and scaled.
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

/** One price question: the step it is for, and the whole size to ask about. Its shape is that of an order. */
export interface PriceQuestion extends Scope {
  /** The step's id. */
  readonly step: string;
  readonly instance: string;
  readonly edition: EditionName;
  readonly size: Size;
}

/** Answers by step id. */
export type Quotes = ReadonlyMap<string, Quote | QuoteRefusal>;

/** The id of a step: unique in a plan, since a plan changes each dimension of an instance once. */
export function stepId(instance: string, change: Pick<Change, 'dimension'>): string {
  return `${instance}/${change.dimension}`;
}

/** The questions of a route, one for each step. */
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

/** Refusals that do not depend on the size the instance has when it is asked. */
const WHATEVER_THE_SIZE: ReadonlySet<string> = new Set([
  'InvalidParameter.PermissionDenied',
  'UnauthorizedOperation.NoCAMAuthed',
  'UnsupportedOperation.LowVersion',
]);

/**
 * Reads the answer for the leg at `index`. A first leg takes it as it is. For a later one a quote is scaled by the
 * memory that the earlier legs add or remove (price is by memory: an inference), and a refusal counts only where it
 * would also stand after them.
 * @returns in `answer` the price, or a refusal that also tells how the order would be answered; null where neither is
 * known. In `passedOver` a refusal that says nothing of this step: it holds for the present size alone.
 */
export function priceOf(
  { target, legs }: Route,
  index: number,
  quotes: Quotes,
): { readonly answer: Quote | QuoteRefusal | null; readonly passedOver: QuoteRefusal | null } {
  const { instance, change } = legs[index]!;
  const answer = quotes.get(stepId(instance.id, change)) ?? null;
  if (answer === null) return { answer, passedOver: null };
  if ('code' in answer)
    return index === 0 || WHATEVER_THE_SIZE.has(answer.code)
      ? { answer, passedOver: null }
      : { answer: null, passedOver: answer };
  const present = totalMemory(target.instance.size);
  if (index > 0 && present === 0) return { answer: null, passedOver: null };
  const factor = index === 0 ? 1 : totalMemory(instance.size) / present;
  return { answer: quoteOf(answer, factor), passedOver: null };
}

/** Member by member: what else came with an answer has no place in a sealed plan. */
function quoteOf({ amount, currency, basis, readAt }: Quote, factor: number): Quote {
  const quote = { amount: money(amount * factor), currency, basis, readAt };
  return factor === 1 ? quote : { ...quote, estimated: true };
}
