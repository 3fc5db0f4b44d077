/** Every route checked again with its prices. */

import { count, formatChange } from '../../messages/en/format-size.ts';
import type { BlockedTarget, Finding, Money, Quote } from '../../model.ts';
import { money } from '../../money.ts';
import { check, createFinding } from '../../rules/check.ts';
import { factsOf, isRefusal } from '../../rules/facts.ts';
import type { SoldFor } from '../../rules/is-sold.ts';
import type { Route } from '../resolve/order-steps.ts';
import { priceOf, type Quotes } from './price-steps.ts';

/** A route and what each of its steps costs, where that is known. */
export interface PricedRoute {
  readonly route: Route;
  /** One for each leg. */
  readonly quotes: readonly (Quote | null)[];
}

/**
 * Checks every route again with its prices, in order: each takes its share of the money that is left. A route that is
 * refused takes nothing. @param quotes null where the plan is not priced: its routes were checked already.
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

/** What the steps of one profile cost together, of how many instances, and how many of those do not fit any more. */
interface ProfileSum {
  amount: number;
  instances: number;
  without: number;
}

const NOT_ENOUGH = 'ResourceUnavailable.AccountBalanceNotEnough';

/** What all steps of a route would be paid with at once, refunds not counted on. */
function amountDue(route: Route, quotes: Quotes, currency: string): number {
  return route.legs.reduce((sum, _, index) => {
    const { answer } = priceOf(route, index, quotes);
    const due =
      answer !== null && !isRefusal(answer) && answer.basis === 'once' && answer.currency === currency;
    return due && answer.amount > 0 ? sum + answer.amount : sum;
  }, 0);
}

/** One account that cannot pay for all: the targets that do not fit any more carry findings of their own. */
function shortfall(
  profile: string,
  { amount, instances, without }: ProfileSum,
  { amount: has, currency }: Money,
): Finding[] {
  const missing = money(amount - has);
  if (missing <= 0) return [];
  const message = `the prepaid quotes of ${count(instances, 'instance')} of profile ${profile} come to ${money(amount)} ${currency}, and its account has ${has} ${currency}: ${missing} ${currency} short, which leaves out ${count(without, 'instance')}`;
  const fix = `top up ${Math.ceil(missing)} ${currency} or more, then plan again; or fewer targets`;
  return [createFinding('Refit.BalanceShort', { message, fix })];
}

function checkRoute(route: Route, answers: Quotes, balance: Money | null, sold: SoldFor) {
  const quotes: (Quote | null)[] = [];
  const remarks: Finding[] = [];
  let left = balance;
  for (const [index, { change, instance, placement }] of route.legs.entries()) {
    const { answer, passedOver } = priceOf(route, index, answers);
    const place = route.target.locations[change.dimension] ?? route.target.location;
    const known = { offer: sold(instance), quote: answer, balance: left, placement };
    const findings = check(factsOf(instance, change, { ...known, followsOwnStep: index > 0 }), place);
    if (findings[0]?.severity === 'error') return { errors: findings, remarks, quotes, left };
    remarks.push(...findings);
    if (answer !== null && !isRefusal(answer) && answer.estimated) {
      const message = `${instance.id}: the price of ${change.dimension} is reckoned: the provider's quote for it alone, scaled by the steps before it`;
      remarks.push(createFinding('Refit.PriceReckoned', { message }, instance.id, place));
    }
    if (passedOver) {
      const message = `${instance.id}: the provider gave no price for ${formatChange(change)} from the present size: ${passedOver.code}: ${passedOver.message}; the step begins after another, so the order may be taken`;
      const fix = 'plan it alone when the step before it is done; a guards.cost refuses the plan meanwhile';
      remarks.push(createFinding('Refit.PriceRefused', { message, fix }, instance.id, place));
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
