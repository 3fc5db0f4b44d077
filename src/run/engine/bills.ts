/** Reads the bills of orders for steps that ended without one. Permission for orders does not include billing. */
import type { Deal, OrderNumber } from '../../cloud/cloud.ts';
import { RefitError } from '../../errors.ts';
import { given } from '../../given.ts';
import type { Step } from '../../model.ts';
import { money } from '../../money.ts';
import { type FollowingRun, scopeKey, scopeOf } from './run.ts';

type BillsRun = Pick<FollowingRun, 'saved' | 'journal' | 'cloudFor' | 'stop'>;

/**
 * Reads the missing bills of one wave and records them. Postpaid orders have none, because nothing is paid immediately.
 * A bill that Refit cannot read stays unknown: bills never decide anything in a run.
 */
export async function readBills(run: BillsRun, wave: number): Promise<void> {
  const { saved, journal } = run;
  const prepaid = new Set(
    saved.preconditions.filter(({ billing }) => billing === 'prepaid').map(({ instance }) => instance),
  );
  const unbilled = saved.steps.filter(({ id, wave: own, instance }) => {
    const { outcome, orders, billed } = journal.replay.step(id);
    const isMissing = outcome === 'verified' && billed === null && orders.length > 0;
    return own === wave && isMissing && prepaid.has(instance);
  });
  const scopes = Map.groupBy(unbilled, (step) => `${scopeKey(step)} ${currencyOf(step)}`);
  await Promise.all([...scopes.values()].map((steps) => readOf(run, steps)));
}

async function readOf({ journal, cloudFor, stop }: BillsRun, steps: readonly Step[]): Promise<void> {
  if (stop.left.aborted) return;
  const [first] = steps as [Step];
  const numbersOf = (step: Step): OrderNumber[] => {
    const { orders, dealIds } = journal.replay.step(step.id);
    return orders.map((order) => ({
      order,
      ...given({ dealId: dealIds.find((one) => one.order === order)?.dealId }),
    }));
  };
  let deals: Deal[];
  try {
    const orders = steps.flatMap(numbersOf);
    deals = await cloudFor(first.profile).describeOrders(scopeOf(first), orders, currencyOf(first));
  } catch (error) {
    if (error instanceof RefitError) return;
    throw error;
  }
  const billed = new Map(
    deals.flatMap(({ order, billed: amount }) => (amount ? [[order, amount] as const] : [])),
  );
  for (const step of steps) {
    const own = numbersOf(step);
    const amounts = own.flatMap(({ order }) => billed.get(order) ?? []);
    const [paid] = amounts;
    if (paid === undefined || amounts.length < own.length) continue;
    const amount = money(amounts.reduce((sum, one) => sum + one.amount, 0));
    journal.appendSoon({ kind: 'billed', step: step.id, billed: { amount, currency: paid.currency } });
  }
}

function currencyOf({ quote }: Step): string {
  return quote?.currency ?? 'CNY';
}
