/**
 * What a plan costs by month. The one place that turns quotes into months.
 *
 * - A month has 730 hours: 365 days x 24 hours / 12.
 * - Postpaid: a quote is the whole new price of an hour. The price before is not known, because the provider quotes only
 *   the new one. So there is a sum after the run, and none before it.
 * - Prepaid: a quote is what to pay now for the rest of the term. Spread over that rest, it is what a month costs more.
 *   What a month costs in the next term is not known.
 *
 * Both meanings of a quote are inferences. Source: docs/provider.md P70 to P73.
 */
import type { Precondition, PriceSum, Step } from '../../model.ts';
import { money, sumPrices } from '../../money.ts';
import { HOUR } from '../../units.ts';

/** The hours that a month has on average. */
export const HOURS_IN_A_MONTH = 730;

/** The cost by month in one currency. */
export interface MonthlyCost {
  readonly currency: string;
  /** Postpaid: what a month costs after the run, all sizes of priced instances; null without any. */
  readonly after: number | null;
  /** Prepaid: what a month costs more until the end of the term, negative for refunds; null without any. */
  readonly more: number | null;
}

/** What steps cost by month. */
export interface Monthly {
  /** By currency; empty without a known month. */
  readonly costs: readonly MonthlyCost[];
  /** Prepaid steps with a quote whose term has ended or is not known: no sum has them. */
  readonly withoutTerm: number;
}

type Priced = Pick<Step, 'instance' | 'quote'>;
type Terms = ReadonlyMap<string, Pick<Precondition, 'deadline'>>;

/** The instances by id, for their terms. */
export function termsOf(preconditions: readonly Precondition[]): Terms {
  return new Map(preconditions.map((one) => [one.instance, one]));
}

/**
 * The month of one step: with the basis `hourly`, the whole new price; with `once`, the difference. Null if there is no
 * quote, or if the end of the term is not known or has passed.
 */
export function monthOf({ instance, quote }: Priced, terms: Terms): PriceSum | null {
  if (quote === null) return null;
  const { amount, currency, basis, readAt } = quote;
  if (basis === 'hourly') return { amount: money(amount * HOURS_IN_A_MONTH), currency, basis };
  const deadline = terms.get(instance)?.deadline;
  const left = deadline === undefined ? 0 : Date.parse(deadline) - Date.parse(readAt);
  if (!(left > 0)) return null;
  return { amount: money((amount / left) * HOURS_IN_A_MONTH * HOUR), currency, basis };
}

/** The cost by month of some steps, rounded to a hundredth of the unit. Pure, and linear in the steps. */
export function monthlyOf(steps: readonly Priced[], terms: Terms): Monthly {
  const months = steps.map((step) => ({ instance: step.instance, quote: monthOf(step, terms) }));
  const sums = sumPrices(months);
  return {
    costs: [...Map.groupBy(sums, ({ currency }) => currency)].map(([currency, own]) => {
      const sumOf = (basis: PriceSum['basis']) => {
        const sum = own.find((one) => one.basis === basis);
        return sum === undefined ? null : Math.round(sum.amount * 100) / 100;
      };
      return { currency, after: sumOf('hourly'), more: sumOf('once') };
    }),
    withoutTerm: steps.filter(({ quote }, at) => quote !== null && months[at]!.quote === null).length,
  };
}
