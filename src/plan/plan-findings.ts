/** What is said of a plan: its author's own limits, its times, its windows, whom a run of it tells. */
import { iso } from '../clock.ts';
import { count, formatSize } from '../messages/en/format-size.ts';
import type {
  Finding,
  Forecast,
  Instance,
  Inventory,
  Plan,
  Quote,
  Severity,
  Size,
  SourceLocation,
} from '../model.ts';
import { money, sumPrices } from '../money.ts';
import { createFinding } from '../rules/check.ts';
import { MINUTE, SECOND } from '../units.ts';
import { compare, formatThreshold, reached } from './parse/quantity.ts';

/** `shrink: deny` blocks a target that ends with less memory x shards, or with fewer replicas. */
export function shrinkDenied(plan: Plan, { id, size }: Instance, to: Size, place: SourceLocation): Finding[] {
  if (plan.guards.shrink === 'allow') return [];
  const capacity = to.memoryPerShard * to.shards < size.memoryPerShard * size.shards;
  if (!capacity && to.replicas >= size.replicas) return [];
  const message = `${id}: ${formatSize(size)} to ${formatSize(to)} reduces ${capacity ? 'capacity' : 'replicas'}, and guards.shrink is deny`;
  return [createFinding('Refit.ShrinkDenied', { message }, id, place)];
}

/** `targets`: how many instances may be changed, of those in the inventory. */
export function tooManyTargets(plan: Plan, planned: number, inventory: number): Finding[] {
  const guard = plan.guards.targets;
  if (guard === null || reached(guard, planned, { inventory, wave: planned, run: planned })) return [];
  const share = inventory === 0 ? '' : `, ${((planned * 100) / inventory).toFixed(2)}%`;
  const message = `${planned} of ${inventory} instances would be changed${share}, and guards.targets is ${formatThreshold(guard)}`;
  return [createFinding('Refit.TooManyTargets', { message })];
}

/** What to do about prices that were asked for offline. */
export const PRICES_NEED_THE_PROVIDER = 'refit plan PLAN --price without --inventory';

/**
 * `cost`: the sum of the quotes, refunds taken off. Of a postpaid instance it counts one hour at its new price.
 * @param quotes one for each step; null where the price is not known.
 * @param source where the instances were read from: without the provider there are no prices.
 */
export function costAboveGuard(
  plan: Plan,
  quotes: readonly { readonly id: string; readonly instance: string; readonly quote: Quote | null }[],
  source: string,
): Finding[] {
  const guard = plan.guards.cost;
  if (guard === null || quotes.length === 0) return [];
  const limit = `guards.cost is ${guard.operator} ${guard.amount} ${guard.currency}`;
  const unknown = quotes.filter(({ quote }) => quote === null);
  if (unknown.length > 0 && source !== 'live') {
    const message = `${limit}, and this plan is made offline from ${source}: prices come from the provider alone, and an unknown price refuses the plan`;
    return [createFinding('Refit.CostUnknown', { message, fix: PRICES_NEED_THE_PROVIDER })];
  }
  if (unknown.length > 0) {
    const message = `${limit}, and the price of ${unknown.length} of ${count(quotes.length, 'step')} is not known, the first ${unknown[0]!.id}`;
    return [createFinding('Refit.CostUnknown', { message })];
  }
  const other = quotes.find(({ quote }) => quote!.currency !== guard.currency);
  if (other) {
    const { currency } = other.quote!;
    const message = `${limit}, and ${other.id} is priced in ${currency}`;
    return [createFinding('Refit.CostUnknown', { message, fix: `write guards.cost in ${currency}` })];
  }
  const sums = sumPrices(quotes);
  const sum = (basis: Quote['basis']) => sums.find((one) => one.basis === basis)?.amount ?? 0;
  const total = money(sum('once') + sum('hourly'));
  if (compare(total, guard.operator, guard.amount)) return [];
  const message = `the quotes come to ${total} ${guard.currency} (${sum('once')} to pay once, ${sum('hourly')} for the first hour), and ${limit}`;
  return [createFinding('Refit.CostAboveGuard', { message })];
}

/** Nobody approves a change in a window whose hours nobody knows. */
export function windowUnknown(
  { execution }: Plan,
  { id, window }: Instance,
  place: SourceLocation,
): Finding[] {
  if (execution.switch === 'now' || window !== undefined) return [];
  const message = `${id} is to be changed in its maintenance window, and that is not known`;
  return [createFinding('Refit.WindowUnknown', { message }, id, place)];
}

/** What waits for one window begins when the provider opens it: nothing here holds the changes apart then. */
export function startTogetherFinding({ execution }: Plan, instances: readonly Instance[]): Finding[] {
  if (execution.switch === 'now' || instances.length === 0) return [];
  const windows = [...Map.groupBy(instances, ({ window }) => `${window!.from}-${window!.to}`)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([hours, { length }]) => `${hours} (${length})`);
  const message = `each instance is changed in its own maintenance window, Beijing time: ${windows.join(', ')}; what waits for one window begins together when it opens, and inFlight does not hold it apart`;
  return [createFinding('Refit.InWindows', { message })];
}

export function timeFindings(plan: Plan, inventory: Inventory, now: number): Finding[] {
  const findings: Finding[] = [];
  if (plan.finishBy !== null && Date.parse(plan.finishBy) <= now) {
    const message = `finishBy is ${plan.finishBy}, and it is ${iso(now)}: nothing would be ordered`;
    findings.push(createFinding('Refit.FinishByPassed', { message }));
  }
  if (now - Date.parse(inventory.readAt) > plan.expires) {
    const message = `the inventory was read at ${inventory.readAt}, longer ago than a saved plan may be old`;
    findings.push(createFinding('Refit.InventoryOld', { message }));
  }
  return findings;
}

/** Milliseconds within which what was ordered has shown somewhere; the provider's own order samples are slower than that. */
const LEAST_PATIENCE = MINUTE;

export function shortPatience({ execution: { patience } }: Plan): Finding[] {
  if (patience >= LEAST_PATIENCE) return [];
  const message = `patience is ${patience / SECOND} s: an order without an answer that shows later than that would be asked again`;
  return [
    createFinding('Refit.ShortPatience', {
      message,
      fix: 'execution: { patience: 3m }, or 60s at the least',
    }),
  ];
}

/** Whether what it takes at the least, or is likely to take, fits before `finishBy`. @param soak all soaks, seconds. */
export function finishByTooSoon(
  { finishBy }: Plan,
  now: number,
  { leastSeconds, time }: Forecast,
  soak: number,
): Finding[] {
  const left = finishBy === null ? 0 : Date.parse(finishBy) - now;
  if (left <= 0) return [];
  const leaves = `finishBy leaves ${Math.floor(left / SECOND)} s`;
  const least = leastSeconds + soak;
  if (left < least * SECOND) {
    const takes = soak === 0 ? 'the request rate alone takes' : 'request rate and soak times alone take';
    return [createFinding('Refit.FinishByTooSoon', { message: `${takes} ${least} s, and ${leaves}` })];
  }
  if (!time || left >= time.total.p50 * SECOND) return [];
  const message = `the plan is likely to take ${time.total.p50} s (${time.durations.what}), and ${leaves}`;
  return [
    createFinding('Refit.FinishByTooSoon', {
      message,
      fix: 'a later finishBy, fewer targets, or a greater inFlight',
    }),
  ];
}

/** What the plan's hooks would run on the machine of whoever applies, and which addresses would be told. */
export function notificationFindings({ hooks, notify }: Plan): Finding[] {
  const findings: Finding[] = [];
  if (hooks !== undefined) {
    const told = Object.entries(hooks).map(([phase, command]) => `${phase}: ${JSON.stringify(command)}`);
    const message = `the plan runs commands on the machine where it is applied, as whoever applies it: ${told.join(', ')}`;
    findings.push(createFinding('Refit.Hooks', { message }));
  }
  if (notify !== undefined) {
    const told = notify.map(
      ({ url, urlEnv, form, on, secretEnv }) =>
        `${url ?? `$${urlEnv}`} (${form}${secretEnv === null ? ', unsigned' : `, signed with $${secretEnv}`}) on ${on.join(', ')}`,
    );
    const names = notify
      .flatMap(({ urlEnv, secretEnv }) => [urlEnv, secretEnv])
      .filter((one) => one !== null);
    const message = `a run of the plan is told to ${told.join('; ')}`;
    const fix =
      names.length === 0 ? 'nothing to do' : `where it is applied, export ${[...new Set(names)].join(', ')}`;
    findings.push(createFinding('Refit.Notify', { message, fix }));
  }
  return findings;
}

/** Remarks that repeat over the fleet, told once each with their number. */
export function summarize(remarks: readonly Finding[]): Finding[] {
  return [...Map.groupBy(remarks, ({ code }) => code).values()].map(([first, ...others]) =>
    others.length === 0
      ? first!
      : { ...first!, message: `${first!.message} (and ${others.length} more like it)` },
  );
}

const WEIGHTS: readonly Severity[] = ['error', 'warning', 'note'];

/** Those that block first; otherwise in the order they were found. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  return WEIGHTS.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}
