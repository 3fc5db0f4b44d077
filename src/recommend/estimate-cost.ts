/** Estimates what advice costs, by the price of a sizing file. */
import type { Money, Recommendation } from '../model.ts';
import { money } from '../money.ts';
import { GIGABYTE } from '../units.ts';

/** The advice with the cost of its change a month, by billed memory. Advice without a change costs nothing. @param price of 1 GB. */
export function withEstimate(one: Recommendation, price: Money | null): Recommendation {
  if (price === null || one.advised === null) return one;
  const amount = money((one.billedMemory / GIGABYTE) * price.amount);
  return { ...one, monthly: { amount: { amount, currency: price.currency }, source: 'sizing-file' } };
}
