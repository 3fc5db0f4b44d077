/** Findings about prices and what they cost together, in English. */
import type { Change, Dimension, Plan } from '../../../model.ts';
import type { Text } from '../../text.ts';
import { count, formatChange } from '../format-size.ts';
import { money } from '../quantities.ts';
import { refitCodes } from '../refit-codes.ts';

type CostGuard = NonNullable<Plan['guards']['cost']>;

const formatGuard = ({ operator, amount, currency }: CostGuard): string =>
  `guards.cost is ${operator} ${amount} ${currency}`;

export const prices = {
  'price.balance-short': ({
    instances,
    profile,
    amount,
    balance,
    missing,
    currency,
    blocked,
  }: {
    instances: number;
    profile: string;
    amount: number;
    balance: number;
    missing: number;
    currency: string;
    /** Instances that the account cannot pay for. */
    blocked: number;
  }): Text => ({
    message: `the prepaid quotes of ${count(instances, 'instance')} of profile ${profile} are ${money(amount, currency)} in total, and the account has ${money(balance, currency)}: ${money(missing, currency)} short, which blocks ${count(blocked, 'instance')}`,
    fix: `top up ${Math.ceil(missing)} ${currency} or more, then plan again; or plan fewer targets`,
  }),
  'price.estimated': ({ id, dimension }: { id: string; dimension: Dimension }): Text =>
    `${id}: the price of ${dimension} is estimated: it is the provider's quote for this step alone, scaled to the size that the earlier steps leave`,
  'price.later-step-refused': ({
    id,
    change,
    code,
    answer,
  }: {
    id: string;
    change: Change;
    code: string;
    /** The provider's own text. */
    answer: string;
  }): Text => ({
    message: `${id}: the provider gave no price for ${formatChange(change)} from the present size: ${code}: ${answer}; it may still accept the order, because the step starts after another one`,
    fix: 'plan it alone after the step before it is done; guards.cost refuses the plan until a price is known',
  }),
  'guard.cost-offline': ({ guard, source }: { guard: CostGuard; source: string }): Text => ({
    message: `${formatGuard(guard)}, and this plan is made offline from ${source}: only the provider gives prices, and an unknown price refuses the plan`,
    fix: refitCodes['Refit.PriceOffline'].fix,
  }),
  'guard.cost-unknown': ({
    guard,
    unknown,
    steps,
    first,
  }: {
    guard: CostGuard;
    unknown: number;
    steps: number;
    first: string;
  }): Text =>
    `${formatGuard(guard)}, and the price of ${unknown} of ${count(steps, 'step')} is not known, first of ${first}`,
  'guard.cost-currency': ({
    guard,
    step,
    currency,
  }: {
    guard: CostGuard;
    step: string;
    currency: string;
  }): Text => ({
    message: `${formatGuard(guard)}, and the price of ${step} is in ${currency}`,
    fix: `write guards.cost in ${currency}`,
  }),
  'guard.cost-exceeded': ({
    guard,
    total,
    once,
    hourly,
  }: {
    guard: CostGuard;
    total: number;
    once: number;
    hourly: number;
  }): Text => {
    const of = (amount: number) => money(amount, guard.currency);
    return `the quotes are ${of(total)} in total (${of(once)} once, ${of(hourly)} for the first hour), and ${formatGuard(guard)}`;
  },
};
