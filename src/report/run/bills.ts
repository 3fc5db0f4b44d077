/** Compares quotes with bills. */
import {
  BILLS,
  type Bill,
  type Money,
  type OrderBills,
  type PriceSum,
  type Report,
  type ReportStep,
  type SavedPlan,
  type Step,
  type StepState,
} from '../../model.ts';
import { money, partsOf, sumMoney, sumPrices } from '../../money.ts';

/** Compares the bill of a step with its quote. @param postpaid true where the instance is billed by the hour. */
export function billOf(
  step: Pick<Step, 'quote'>,
  { outcome, billed }: Pick<StepState, 'outcome' | 'billed'>,
  postpaid: boolean,
): Pick<ReportStep, 'bill' | 'difference'> {
  const { quote } = step;
  if (outcome !== 'verified') return { bill: null, difference: null };
  if (quote?.basis === 'hourly' || (quote === null && postpaid))
    return { bill: 'by-the-hour', difference: null };
  if (billed === null) return { bill: 'not-read', difference: null };
  if (quote === null) return { bill: 'not-quoted', difference: null };
  if (quote.currency !== billed.currency) return { bill: 'differs', difference: null };
  const difference = money(billed.amount - quote.amount);
  // Bills are in whole cents; quotes can have more decimals.
  return { bill: Math.abs(difference) < 0.01 ? 'as-quoted' : 'differs', difference };
}

/** All sums of quotes and bills in a report. */
export function moneyOf(saved: SavedPlan, steps: readonly ReportStep[]): Report['money'] {
  const isPriced = steps.some(({ quote, billed }) => quote !== null || billed !== null);
  const shares = isPriced ? partsOf(steps, ({ wave }) => wave) : [];
  return {
    quoted: saved.prices.map(({ amount, currency, basis }) => ({ amount, currency, basis })),
    verified: verifiedOf(steps),
    billed: sumBills(steps),
    bills: Object.fromEntries(
      BILLS.map((bill) => [bill, steps.filter((step) => step.bill === bill).length]),
    ) as Record<Bill, number>,
    shares: shares.map(({ by, name, items }) => ({
      by,
      name,
      steps: items.length,
      quoted: sumPrices(items),
      verified: verifiedOf(items),
      billed: sumBills(items),
    })),
  };
}

/** Counts accepted orders by how they are billed. Reports and overviews say it with one sentence, `billedFact`. */
export function countBills(ordered: readonly Pick<ReportStep, 'outcome' | 'bill' | 'billed'>[]): OrderBills {
  const countOf = (bill: Bill) =>
    ordered.filter((one) => one.bill === bill && oneTimeBill(one) !== null).length;
  const hasNone = ordered.filter((one) => oneTimeBill(one) === null);
  return {
    once: ordered.length - hasNone.length,
    asQuoted: countOf('as-quoted'),
    differs: countOf('differs'),
    notQuoted: countOf('not-quoted'),
    hourly: hasNone.filter(({ bill }) => bill === 'by-the-hour').length,
    notRead: hasNone.filter(({ bill }) => bill === 'not-read').length,
    none: hasNone.filter(({ bill }) => bill === null).length,
  };
}

/** The sum of what is billed once. */
export function sumBills(ordered: readonly Pick<ReportStep, 'bill' | 'billed'>[]): Money[] {
  return sumMoney(ordered.map(oneTimeBill));
}

function verifiedOf(steps: readonly ReportStep[]): PriceSum[] {
  return sumPrices(steps.filter(({ outcome }) => outcome === 'verified'));
}

/** The one-time bill of a step. Null for a postpaid order, which is billed at zero. */
function oneTimeBill({ bill, billed }: Pick<ReportStep, 'bill' | 'billed'>) {
  return bill === 'by-the-hour' && billed?.amount === 0 ? null : billed;
}
