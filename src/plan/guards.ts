/** The author's own limits on a plan: how many, how much, and whether anything may get smaller. */
import type { Finding, Instance, Place, Plan, Quote, Size } from '../model.ts';
import { money, sumPrices } from '../money.ts';
import { say } from '../rules/check.ts';
import { count, saySize } from '../rules/say-size.ts';
import { compare, reached, sayThreshold } from './parse/threshold.ts';

/** `shrink: deny` blocks a target that ends with less memory x shards, or with fewer replicas. */
export function shrinkDenied(plan: Plan, instance: Instance, to: Size, place: Place): Finding | null {
  if (plan.guards.shrink === 'allow') return null;
  const { size } = instance;
  const capacity = to.memoryPerShard * to.shards < size.memoryPerShard * size.shards;
  if (!capacity && to.replicas >= size.replicas) return null;
  const what = `${instance.id}: ${saySize(size)} to ${saySize(to)} reduces ${capacity ? 'capacity' : 'replicas'}, and guards.shrink is deny`;
  return say(
    'Refit.ShrinkDenied',
    { what, mend: 'guards: { shrink: allow }, or a greater size' },
    instance.id,
    place,
  );
}

/** What to do about prices that were asked for offline. */
export const PRICES_NEED_THE_PROVIDER = 'refit plan PLAN --price without --inventory';

/** `targets`: how many instances may be changed, of those in the inventory. */
export function tooManyTargets(plan: Plan, planned: number, inventory: number): Finding | null {
  const guard = plan.guards.targets;
  if (guard === null || reached(guard, planned, { inventory, wave: planned, run: planned })) return null;
  const share = inventory === 0 ? '' : `, ${((planned * 100) / inventory).toFixed(2)}%`;
  const what = `${planned} of ${inventory} instances would be changed${share}, and guards.targets is ${sayThreshold(guard)}`;
  return say('Refit.TooManyTargets', { what, mend: 'a narrower selector, or another guards.targets' });
}

/**
 * `cost`: the sum of the quotes, refunds taken off. Of a postpaid instance it counts one hour at its new price.
 * @param quotes one for each step; null where the price is not known.
 * @param source where the instances were read from: without the provider there are no prices.
 */
export function costRefused(
  plan: Plan,
  quotes: readonly { readonly id: string; readonly instance: string; readonly quote: Quote | null }[],
  source = 'live',
): Finding | null {
  const guard = plan.guards.cost;
  if (guard === null) return null;
  const limit = `${guard.operator} ${guard.amount} ${guard.currency}`;
  const unknown = quotes.filter(({ quote }) => quote === null);
  if (unknown.length > 0) {
    if (source !== 'live') {
      const what = `guards.cost is ${limit}, and this plan is made offline from ${source}: prices come from the provider alone, and an unknown price refuses the plan`;
      return say('Refit.CostUnknown', { what, mend: PRICES_NEED_THE_PROVIDER });
    }
    const what = `guards.cost is ${limit}, and the price of ${unknown.length} of ${count(quotes.length, 'step')} is not known, the first ${unknown[0]!.id}`;
    const mend = 'refit plan PLAN --price, with an identity that may call InquiryPriceUpgradeInstance';
    return say('Refit.CostUnknown', { what, mend });
  }
  const other = quotes.find(({ quote }) => quote!.currency !== guard.currency);
  if (other) {
    const what = `guards.cost is ${limit}, and ${other.id} is priced in ${other.quote!.currency}`;
    return say('Refit.CostUnknown', { what, mend: `write guards.cost in ${other.quote!.currency}` });
  }
  const sums = sumPrices(quotes);
  const sum = (basis: Quote['basis']) => sums.find((one) => one.basis === basis)?.amount ?? 0;
  const total = money(sum('once') + sum('hourly'));
  if (compare(total, guard.operator, guard.amount)) return null;
  const what = `the quotes come to ${total} ${guard.currency} (${sum('once')} to pay once, ${sum('hourly')} for the first hour), and guards.cost is ${limit}`;
  return say('Refit.CostAboveGuard', { what, mend: 'fewer or smaller targets, or another guards.cost' });
}
