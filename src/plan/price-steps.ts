/**
 * Which prices to ask for, and what the answers say of each step. The provider prices one change of the present
 * size; a later step of the same instance is therefore asked as if it were the only one, and scaled.
 */
import type { Change, EditionName, Quote, Scope, Size } from '../model.ts';
import { totalMemory } from '../model.ts';
import type { QuoteRefusal } from '../rules/facts.ts';
import { sizeAfter } from '../rules/facts.ts';
import type { Leg, Route } from './order-steps.ts';

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

/** What the answers say of one step. */
export interface Priced {
  /** The price, or a refusal that also tells how the order would be answered; null where neither is known. */
  readonly answer: Quote | QuoteRefusal | null;
  /** The provider's quote was scaled. */
  readonly reckoned: boolean;
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
 */
export function priceOf(route: Route, index: number, quotes: Quotes): Priced {
  const leg = route.legs[index] as Leg;
  const answer = quotes.get(stepId(leg.instance.id, leg.change)) ?? null;
  if (answer === null) return { answer, reckoned: false };
  if (index === 0) return { answer: 'code' in answer ? answer : quoteOf(answer, 1), reckoned: false };
  if ('code' in answer)
    return { answer: WHATEVER_THE_SIZE.has(answer.code) ? answer : null, reckoned: false };
  const present = totalMemory(route.target.instance.size);
  if (present === 0) return { answer: null, reckoned: false };
  const factor = totalMemory(leg.instance.size) / present;
  return { answer: quoteOf(answer, factor), reckoned: factor !== 1 };
}

/** Member by member: what else came with an answer has no place in a sealed plan. */
function quoteOf({ amount, currency, basis, readAt }: Quote, factor: number): Quote {
  return { amount: money(amount * factor), currency, basis, readAt };
}

/**
 * Sums by currency and basis. Of the hourly prices of one instance only that of its last step is counted: each is
 * the whole new price an hour, not a difference.
 */
export function sumPrices(
  priced: readonly { readonly instance: string; readonly quote: Quote | null }[],
): Omit<Quote, 'readAt'>[] {
  const sums = new Map<string, Omit<Quote, 'readAt'>>();
  const lastHourly = new Map<string, Quote>();
  const add = ({ amount, currency, basis }: Quote) => {
    const key = `${currency} ${basis}`;
    sums.set(key, { amount: (sums.get(key)?.amount ?? 0) + amount, currency, basis });
  };
  for (const { instance, quote } of priced) {
    if (quote?.basis === 'once') add(quote);
    else if (quote) lastHourly.set(instance, quote);
  }
  for (const quote of lastHourly.values()) add(quote);
  return [...sums.values()]
    .map((sum) => ({ ...sum, amount: money(sum.amount) }))
    .sort((a, b) => (`${a.currency} ${a.basis}` < `${b.currency} ${b.basis}` ? -1 : 1));
}

/** Binary fractions kept out of sums: a millionth of the unit is finer than anything the provider bills. */
export function money(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}
