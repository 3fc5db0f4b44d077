/** Checks every route again, now with its prices. */

import { message } from '../../messages/messages.ts';
import type { BlockedTarget, Finding, Money, Quote } from '../../model.ts';
import { money } from '../../money.ts';
import { check, createFinding } from '../../rules/check.ts';
import { factsOf, isRefusal } from '../../rules/facts.ts';
import type { SoldFor } from '../../rules/is-sold.ts';
import type { Route } from '../resolve/order-steps.ts';
import { priceOf, type Quotes } from './price-steps.ts';

/** A route with the quote of each step, null if unknown. */
export interface PricedRoute {
  readonly route: Route;
  /** One for each leg. */
  readonly quotes: readonly (Quote | null)[];
}

/**
 * Checks every route again with its prices, in order. Each route takes its cost from the balance that is left. A refused
 * route takes nothing.
 * @param quotes null if the plan is not priced. Its routes are then already checked.
 */
export function checkPrices(
  draft: { readonly routes: readonly Route[]; readonly sold: SoldFor },
  quotes: Quotes | null,
  balances: Readonly<Record<string, Money>>,
): { routes: PricedRoute[]; blocked: BlockedTarget[]; remarks: Finding[]; shortfalls: Finding[] } {
  if (quotes === null) {
    const routes = draft.routes.map((route) => ({ route, quotes: route.legs.map(() => null) }));
    const remarks = draft.routes.flatMap(({ findings }) => findings);
    return { routes, blocked: [], remarks, shortfalls: [] };
  }
  const left = new Map(Object.entries(balances));
  const asked = new Map<string, ProfileSum>();
  const routes: PricedRoute[] = [];
  const blocked: BlockedTarget[] = [];
  const remarks: Finding[] = [];
  for (const route of draft.routes) {
    const { id, region, profile } = route.target.instance;
    const checked = checkRoute(route, quotes, left.get(profile) ?? null, draft.sold);
    const short = checked.errors[0]?.code === NOT_ENOUGH;
    const balance = balances[profile];
    const cost = balance ? amountDue(route, quotes, balance.currency) : 0;
    if (cost > 0 && (short || checked.errors.length === 0)) {
      const sum = asked.get(profile) ?? { amount: 0, instances: 0, without: 0 };
      sum.amount += cost;
      sum.instances += 1;
      sum.without += Number(short);
      asked.set(profile, sum);
    }
    if (checked.errors.length > 0) {
      blocked.push({ instance: id, region, findings: checked.errors });
      continue;
    }
    if (checked.left) left.set(profile, checked.left);
    remarks.push(...checked.remarks);
    routes.push({ route, quotes: checked.quotes });
  }
  const shortfalls = [...asked].flatMap(([profile, sum]) => shortfall(profile, sum, balances[profile]!));
  return { routes, blocked, remarks, shortfalls };
}

/** The cost of all steps of one profile. `without` counts the instances that the balance does not cover. */
interface ProfileSum {
  amount: number;
  instances: number;
  without: number;
}

const NOT_ENOUGH = 'ResourceUnavailable.AccountBalanceNotEnough';

/** What all steps of a route cost once, without refunds. */
function amountDue(route: Route, quotes: Quotes, currency: string): number {
  return route.legs.reduce((sum, _, index) => {
    const { answer } = priceOf(route, index, quotes);
    const due =
      answer !== null && !isRefusal(answer) && answer.basis === 'once' && answer.currency === currency;
    return due && answer.amount > 0 ? sum + answer.amount : sum;
  }, 0);
}

/** A finding if an account cannot pay for all steps. The blocked targets have findings of their own. */
function shortfall(
  profile: string,
  { amount, instances, without }: ProfileSum,
  { amount: balance, currency }: Money,
): Finding[] {
  const missing = money(amount - balance);
  if (missing <= 0) return [];
  const text = message('price.balance-short', {
    instances,
    profile,
    amount: money(amount),
    balance,
    missing,
    currency,
    blocked: without,
  });
  return [createFinding('Refit.BalanceShort', text)];
}

function checkRoute(route: Route, answers: Quotes, balance: Money | null, sold: SoldFor) {
  const quotes: (Quote | null)[] = [];
  const remarks: Finding[] = [];
  let left = balance;
  for (const [index, { change, instance, placement }] of route.legs.entries()) {
    const { answer, inapplicable } = priceOf(route, index, answers);
    const { id } = instance;
    const location = route.target.locations[change.dimension] ?? route.target.location;
    const known = { offer: sold(instance), quote: answer, balance: left, placement };
    const findings = check(factsOf(instance, change, { ...known, followsOwnStep: index > 0 }), location);
    if (findings[0]?.severity === 'error') return { errors: findings, remarks, quotes, left };
    remarks.push(...findings);
    if (inapplicable) {
      const { code, message: answer } = inapplicable;
      const text = message('price.later-step-refused', { id, change, code, answer });
      remarks.push(createFinding('Refit.PriceRefused', text, id, location));
    }
    const quote = isRefusal(answer) ? null : answer;
    quotes.push(quote);
    // Refit does not count on a refund, because the provider does not say when it pays it back.
    if (left !== null && quote?.basis === 'once' && quote.currency === left.currency && quote.amount > 0) {
      left = { ...left, amount: left.amount - quote.amount };
    }
  }
  return { errors: [], remarks, quotes, left };
}
