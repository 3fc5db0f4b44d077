/** Sums the prices of a plan by wave, region and account. */
import type { PriceShare, Step, Wave } from '../../model.ts';
import { partsOf, sumPrices } from '../../money.ts';

/** The prices by wave, region and account; null if no price is known. */
export function sharesOf(steps: readonly Step[], waves: readonly Pick<Wave, 'name'>[]): PriceShare[] | null {
  if (steps.every(({ quote }) => quote === null)) return null;
  return partsOf(steps, ({ wave }) => waves[wave]!.name).map(({ by, name, items }) => ({
    by,
    name,
    steps: items.length,
    unpriced: items.filter(({ quote }) => quote === null).length,
    sums: sumPrices(items),
  }));
}
