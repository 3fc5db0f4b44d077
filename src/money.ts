/** Sums quotes and bills by currency: in total, and by wave, region and account. Pure. */
import type { Money, PriceSum } from './model.ts';

/**
 * Sums prices by currency and basis. For each instance, only the hourly price of its last step counts, because each
 * hourly price is the whole new price, not a difference.
 */
export function sumPrices(
  priced: readonly { readonly instance: string; readonly quote: PriceSum | null }[],
): PriceSum[] {
  const sums = new Map<string, PriceSum>();
  const lastHourly = new Map<string, PriceSum>();
  const add = ({ amount, currency, basis }: PriceSum) => {
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
    .sort((a, b) => (inOrder(a) < inOrder(b) ? -1 : 1));
}

/** Sorts by currency, then one-time payments before hourly ones. */
function inOrder({ currency, basis }: PriceSum): string {
  return `${currency} ${basis === 'once' ? 0 : 1}`;
}

/** Sums amounts by currency. It skips null. */
export function sumMoney(amounts: readonly (Money | null)[]): Money[] {
  const sums = new Map<string, number>();
  for (const one of amounts) if (one) sums.set(one.currency, (sums.get(one.currency) ?? 0) + one.amount);
  return [...sums]
    .map(([currency, amount]) => ({ amount: money(amount), currency }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

/** Rounds to the finest part that the provider has, a `microPent` (docs/provider.md P71), so that sums show no noise. */
export function money(amount: number): number {
  return Math.round(amount * 1e8) / 1e8;
}

/** A group of items with a sum of its own: a wave, a region, or the account of a profile. */
export interface Part<Item> {
  readonly by: 'wave' | 'region' | 'account';
  readonly name: string;
  readonly items: readonly Item[];
}

/** Without the groupings that have one row: each of them would only say the total again. */
export function withoutLone<Share extends Pick<Part<unknown>, 'by'>>(shares: readonly Share[]): Share[] {
  return shares.filter(({ by }) => shares.filter((one) => one.by === by).length > 1);
}

/** Groups the items by wave in the given order, and by region and account sorted by name. */
export function partsOf<Item extends { readonly region: string; readonly profile: string }>(
  items: readonly Item[],
  waveOf: (item: Item) => string,
): Part<Item>[] {
  const parts = (by: Part<Item>['by'], nameOf: (item: Item) => string) =>
    [...Map.groupBy(items, nameOf)].map(([name, own]) => ({ by, name, items: own }));
  const byName = (a: Part<Item>, b: Part<Item>) => (a.name < b.name ? -1 : 1);
  return [
    ...parts('wave', waveOf),
    ...parts('region', ({ region }) => region).sort(byName),
    ...parts('account', ({ profile }) => profile).sort(byName),
  ];
}
