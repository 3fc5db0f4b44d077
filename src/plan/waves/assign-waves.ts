/** Routes to steps: ids, waves, what each must wait for, and what must still hold when they begin. */
import type { Finding, Instance, Plan, Precondition, Quote, Step, Wave } from '../../model.ts';
import { reduces } from '../../rules/reduction.ts';
import { sayUsed } from '../../rules/say-size.ts';
import type { PricedRoute } from '../price/check-prices.ts';
import { stepId } from '../price/price-steps.ts';
import type { Route } from '../resolve/order-steps.ts';
import { groupOf } from './spread.ts';
import { conductFindings, conductOf, shareOut } from './waves.ts';

/** Steps in the order they are carried out, all those of one instance in one wave. */
export function layOutSteps(
  plan: Plan,
  routes: readonly PricedRoute[],
): { steps: Step[]; waves: Wave[]; findings: readonly Finding[] } {
  const { shares, findings } = shareOut(
    plan.waves,
    routes.map(({ route }) => route.target.instance),
  );
  const steps: Step[] = [];
  const waves = shares.map(({ name, members, wave: written }, wave) => {
    const first = steps.length;
    for (const member of members) {
      const { route, quotes } = routes[member]!;
      for (const [index, leg] of route.legs.entries())
        steps.push(stepOf(route, leg, index, wave, quotes[index] ?? null));
    }
    return { name, steps: steps.slice(first).map(({ id }) => id), ...conductOf(written) };
  });
  return { steps, waves, findings: [...findings, ...conductFindings(waves)] };
}

function stepOf(
  { target, legs }: Route,
  leg: Route['legs'][number],
  index: number,
  wave: number,
  quote: Quote | null,
): Step {
  const { id, region, profile } = target.instance;
  const before = legs[index - 1];
  return {
    id: stepId(id, leg.change),
    instance: id,
    region,
    profile,
    edition: known(target.instance),
    change: leg.change,
    ...(leg.placement?.nodes ? { nodes: leg.placement.nodes } : {}),
    before: leg.instance.size,
    after: leg.after,
    needs: before ? stepId(id, before.change) : null,
    wave,
    place: target.places[leg.change.dimension] ?? target.place,
    quote,
  };
}

/** What must still hold of the instance when its first step begins. */
export function preconditionOf(
  { target, legs, because }: Route,
  { execution, spread }: Pick<Plan, 'execution' | 'spread'>,
  readAt: string,
): Precondition {
  const { id, name, region, zone, profile, billing, size, window } = target.instance;
  const used = target.byUse || legs.some(({ change }) => reduces(change)) ? target.instance.used : null;
  const group = spread ? groupOf(spread, target.instance) : null;
  const reasons = [target.because, used && sayUsed(used), because].filter((reason) => reason !== null);
  return {
    instance: id,
    name,
    region,
    zone,
    profile,
    edition: known(target.instance),
    billing,
    size,
    target: target.to,
    because: reasons.length > 0 ? reasons.join('; ') : null,
    ...(used ? { used } : {}),
    ...(window && execution.switch === 'maintenance-window' ? { window } : {}),
    ...(group === null ? {} : { group }),
    readAt,
  };
}

function known({ edition, id }: Instance) {
  if (edition === 'unrecognised')
    throw new Error(`internal error: ${id} of an unknown edition became a step`);
  return edition;
}

/**
 * The least time the request rate allows for the orders, in seconds. The limit is per identity and front end, so
 * profiles do not wait for each other. Source: facts §6, read 2026-11.
 */
export function leastSeconds(steps: readonly Step[], perSecond: number): number {
  const byProfile = new Map<string, number>();
  for (const { profile } of steps) byProfile.set(profile, (byProfile.get(profile) ?? 0) + 1);
  return Math.ceil(Math.max(0, ...byProfile.values()) / perSecond);
}
