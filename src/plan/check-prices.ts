/** Every route checked again with its prices. */
import type { BlockedTarget, Finding, Money, Quote } from '../model.ts';
import { check, say } from '../rules/check.ts';
import { isRefusal } from '../rules/facts.ts';
import type { SoldFor } from '../rules/is-sold.ts';
import type { Route } from './order-steps.ts';
import { priceOf, type Quotes } from './price-steps.ts';

/** A route and what each of its steps costs, where that is known. */
export interface PricedRoute {
  readonly route: Route;
  /** One for each leg. */
  readonly quotes: readonly (Quote | null)[];
}

/**
 * Checks every route again with its prices, in order: each takes its share of the money that is left. A route that is
 * refused takes nothing. @param quotes null where the plan is not priced.
 */
export function checkPrices(
  draft: { readonly routes: readonly Route[]; readonly sold: SoldFor },
  quotes: Quotes | null,
  balances: Readonly<Record<string, Money>>,
): { routes: PricedRoute[]; blocked: BlockedTarget[]; remarks: Finding[] } {
  const left = new Map(Object.entries(balances));
  const routes: PricedRoute[] = [];
  const blocked: BlockedTarget[] = [];
  const remarks: Finding[] = [];
  for (const route of draft.routes) {
    const asked =
      quotes === null
        ? null
        : checkRoute(route, quotes, left.get(route.target.instance.profile) ?? null, draft.sold);
    if (asked?.errors.length) {
      const { id, region } = route.target.instance;
      blocked.push({ instance: id, region, findings: asked.errors });
      continue;
    }
    if (asked?.left) left.set(route.target.instance.profile, asked.left);
    for (const finding of asked?.remarks ?? route.findings) remarks.push(finding);
    routes.push({ route, quotes: asked?.quotes ?? route.legs.map(() => null) });
  }
  return { routes, blocked, remarks };
}

function checkRoute(route: Route, answers: Quotes, balance: Money | null, sold: SoldFor) {
  const quotes: (Quote | null)[] = [];
  const remarks: Finding[] = [];
  let left = balance;
  for (const [index, { change, instance }] of route.legs.entries()) {
    const { answer, reckoned } = priceOf(route, index, answers);
    const place = route.target.places[change.dimension] ?? route.target.place;
    const findings = check(
      {
        id: instance.id,
        region: instance.region,
        instance,
        change,
        elsewhere: null,
        offer: sold(instance),
        quote: answer,
        balance: left,
        followsOwnStep: index > 0,
      },
      place,
    );
    if (findings[0]?.severity === 'error') return { errors: findings, remarks, quotes, left };
    remarks.push(...findings);
    if (reckoned) {
      const what = `${instance.id}: the price of ${change.dimension} is reckoned: the provider's quote for it alone, scaled by the steps before it`;
      remarks.push(say('Refit.PriceReckoned', { what, mend: 'nothing to do' }, instance.id, place));
    }
    const quote = isRefusal(answer) ? null : answer;
    quotes.push(quote);
    // A refund is not counted on: nobody says when it is paid back.
    if (left !== null && quote?.basis === 'once' && quote.currency === left.currency && quote.amount > 0) {
      left = { ...left, amount: left.amount - quote.amount };
    }
  }
  return { errors: [], remarks, quotes, left };
}
