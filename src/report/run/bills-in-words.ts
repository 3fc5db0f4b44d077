/** What was billed, in words, the same in every format. */
import { BILLS, type Bill, type Report, type ReportStep } from '../../model.ts';
import * as show from '../quantities.ts';

const WORDS: Readonly<Record<Bill, string>> = {
  'as-quoted': 'as quoted',
  differs: 'otherwise than quoted',
  'not-read': 'not read',
  'not-quoted': 'not quoted',
  'by-the-hour': 'by the hour, nothing at once',
};

/** `¥412.00 at once; 1 step as quoted, 2 by the hour, nothing at once`; empty where nothing was priced or billed. */
export function billsInWords({ billed, bills, shares }: Report['money']): string {
  if (shares.length === 0) return '';
  const counts = BILLS.filter((bill) => bills[bill] > 0).map(
    (bill) => `${show.count(bills[bill])} ${WORDS[bill]}`,
  );
  const sums = billed.map(({ amount, currency }) => show.money(amount, currency)).join(', ');
  return [
    ...(sums === '' ? [] : [`${sums} at once`]),
    ...(counts.length === 0 ? [] : [counts.join(', ')]),
  ].join('; ');
}

/** The bill of one step: `billed ¥420.00, ¥8.00 more than quoted`; empty where there is nothing to say. */
export function billInWords({ bill, billed, quote, difference }: ReportStep): string {
  const amount = billed === null ? '' : `billed ${show.money(billed.amount, billed.currency)}`;
  switch (bill) {
    case 'as-quoted':
      return `${amount}, as quoted`;
    case 'differs': {
      const reckoned = quote?.reckoned ? ' (reckoned)' : '';
      if (difference === null) return `${amount}, quoted in ${quote?.currency}`;
      const by = show.money(Math.abs(difference), quote!.currency);
      return `${amount}, ${by} ${difference > 0 ? 'more' : 'less'} than quoted${reckoned}`;
    }
    case 'by-the-hour':
      return billed === null || billed.amount === 0 ? 'nothing at once' : amount;
    case 'not-read':
      return 'bill not read';
    default:
      return amount;
  }
}

/** What explains most differences. */
export const WHY_OTHERWISE =
  'A prepaid quote is for the term that is left: what is ordered on a later day is billed, or paid back, for fewer days.';

/** Steps billed otherwise than quoted, in the order of the plan. */
export function billedOtherwise({ steps }: Report): ReportStep[] {
  return steps.filter(({ bill }) => bill === 'differs');
}
