/** Findings about a written plan and the fleet: guards, times, maintenance windows. */
import { iso } from '../clock.ts';
import { textOfCode } from '../messages/codes.ts';
import { message } from '../messages/messages.ts';
import type { Finding, Instance, Plan, Quote, Severity, Size, SourceLocation } from '../model.ts';
import { money, sumPrices } from '../money.ts';
import { createFinding } from '../rules/check.ts';
import { compare, reached } from './parse/quantity.ts';

/** `guards.shrink: deny` blocks a target that ends with less memory x shards or with fewer replicas. */
export function shrinkDenied(
  plan: Plan,
  { id, size }: Instance,
  to: Size,
  location: SourceLocation,
): Finding[] {
  if (plan.guards.shrink === 'allow') return [];
  const capacity = to.memoryPerShard * to.shards < size.memoryPerShard * size.shards;
  if (!capacity && to.replicas >= size.replicas) return [];
  const reduces = capacity ? 'capacity' : 'replicas';
  const text = message('guard.shrink-denied', { id, from: size, to, reduces });
  return [createFinding('Refit.ShrinkDenied', text, id, location)];
}

/** `guards.targets` limits how many instances of the inventory a plan may change. */
export function tooManyTargets(plan: Plan, planned: number, instances: number): Finding[] {
  const guard = plan.guards.targets;
  if (guard === null || reached(guard, planned, { inventory: instances, wave: planned, run: planned }))
    return [];
  const text = message('guard.too-many-targets', { planned, instances, guard });
  return [createFinding('Refit.TooManyTargets', text)];
}

/** The fix for prices that were requested offline. */
export const PRICES_NEED_THE_PROVIDER = textOfCode('Refit.PriceOffline').fix;

/**
 * `guards.cost` limits the sum of the quotes, minus refunds. A postpaid instance counts with one hour at its new price.
 * @param quotes one for each step; null if the price is unknown.
 * @param source where the instances were read from: only `live` can have prices.
 */
export function costAboveGuard(
  plan: Plan,
  quotes: readonly { readonly id: string; readonly instance: string; readonly quote: Quote | null }[],
  source: string,
): Finding[] {
  const guard = plan.guards.cost;
  if (guard === null || quotes.length === 0) return [];
  const unknown = quotes.filter(({ quote }) => quote === null);
  if (unknown.length > 0 && source !== 'live')
    return [createFinding('Refit.CostUnknown', message('guard.cost-offline', { guard, source }))];
  if (unknown.length > 0) {
    const first = unknown[0]!.id;
    const numbers = { unknown: unknown.length, steps: quotes.length };
    return [createFinding('Refit.CostUnknown', message('guard.cost-unknown', { guard, ...numbers, first }))];
  }
  const other = quotes.find(({ quote }) => quote!.currency !== guard.currency);
  if (other) {
    const { currency } = other.quote!;
    const text = message('guard.cost-currency', { guard, step: other.id, currency });
    return [createFinding('Refit.CostUnknown', text)];
  }
  const sums = sumPrices(quotes);
  const sum = (basis: Quote['basis']) => sums.find((one) => one.basis === basis)?.amount ?? 0;
  const [once, hourly] = [sum('once'), sum('hourly')];
  const total = money(once + hourly);
  if (compare(total, guard.operator, guard.amount)) return [];
  return [
    createFinding('Refit.CostAboveGuard', message('guard.cost-exceeded', { guard, total, once, hourly })),
  ];
}

/** Blocks a change in an unknown maintenance window, because nobody can approve it. */
export function windowUnknown(
  { execution }: Plan,
  { id, window }: Instance,
  location: SourceLocation,
): Finding[] {
  if (execution.switch === 'now' || window !== undefined) return [];
  return [createFinding('Refit.WindowUnknown', message('plan.window-unknown', { id }), id, location)];
}

/** A plan names a Terraform state that has none of its instances: probably it is another one. */
export function notInState(
  steps: readonly { readonly instance: string }[],
  addresses: ReadonlyMap<string, string>,
): Finding[] {
  if (steps.length === 0 || steps.some(({ instance }) => addresses.has(instance))) return [];
  const instances = new Set(steps.map(({ instance }) => instance)).size;
  return [
    createFinding('Refit.TerraformNone', message('terraform.none', { instances, inState: addresses.size })),
  ];
}

/** Refuses a `finishBy` in the past. */
export function finishByPassed({ finishBy }: Plan, now: number): Finding[] {
  if (finishBy === null || Date.parse(finishBy) > now) return [];
  const text = message('plan.finish-by-passed', { finishBy, now: iso(now) });
  return [createFinding('Refit.FinishByPassed', text)];
}

/** One finding for each code that repeats over the fleet, with the number of the others. */
export function summarize(remarks: readonly Finding[]): Finding[] {
  return [...Map.groupBy(remarks, ({ code }) => code).values()].map(([one, ...others]) => {
    const { code, messageId, params, instance, location } = one!;
    if (others.length === 0) return one!;
    const first = { id: messageId, params };
    return createFinding(code, message('plan.and-more', { first, more: others.length }), instance, location);
  });
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** Sorts findings: errors first, then warnings, then notes. Otherwise the order stays. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  return SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}
