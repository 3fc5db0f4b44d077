/**
 * Recognizes this run's own orders in the lists of billing and of the product. An order may have up to four numbers, and
 * the docs do not say how they relate (docs/provider.md P6): the answer to an order may name none that billing lists.
 *
 *     answer    DealName 20260105…100, DealId 6950001        the journal has 20260105…100
 *     billing   OrderId 20260105…110, BigDealId 20260105…100 the same order, by number
 *     billing   OrderId 20260105…157, BigDealId 20260105…147 the same order, by creator, direction and time
 */
import type { Deal } from '../../cloud/cloud.ts';
import type { Step, StepState } from '../../model.ts';
import { SECOND } from '../../units.ts';
import { fits, isForeign, type Ownership } from './judge-order-fate.ts';

/** The orders, each under the number that the journal has for it, if it has one. */
export function recognizeByNumber(deals: readonly Deal[], isRecorded: (number: string) => boolean): Deal[] {
  return deals.map((deal) => {
    const order = deal.numbers.find(isRecorded);
    return order === undefined ? deal : { ...deal, order };
  });
}

/** Lists have whole seconds, and a list and the provider's clock may differ by as much. */
const MARGIN = 2 * SECOND;

/**
 * Recognizes the orders that no number matches. Such an order was made by nobody else, in the direction of the step, between
 * its intent and its answer. The provider locks an instance while it changes, so there is one at most.
 * @param deals the orders of one instance, after `recognizeByNumber`.
 * @param own the steps of that instance.
 */
export function recognizeByTime(
  deals: readonly Deal[],
  own: readonly { readonly step: Step; readonly state: StepState }[],
  whose: Ownership,
): Deal[] {
  const found = [...deals];
  for (const { step, state } of own) {
    const between = madeBetween(state);
    const [order, ...others] = state.orders.filter((one) => !found.some((deal) => deal.order === one));
    if (between === null || order === undefined || others.length > 0) continue;
    const at = found.findLastIndex(
      (deal) =>
        !whose.known.has(deal.order) &&
        !isForeign(deal, whose) &&
        fits(step, deal) &&
        deal.createdAt >= between.from &&
        deal.createdAt <= between.to,
    );
    if (at >= 0) found[at] = { ...found[at]!, order };
  }
  return found;
}

/** When the provider made the order of the latest attempt, by its clock, ms since 1970 UTC; null: it has no answer. */
function madeBetween({ intentAt, intentProviderAt, acceptedAt, adopted }: StepState) {
  if (intentAt === null || intentProviderAt === null || acceptedAt === null || adopted) return null;
  const from = Date.parse(intentProviderAt);
  const took = Math.max(0, Date.parse(acceptedAt) - Date.parse(intentAt));
  return { from: from - MARGIN, to: from + took + MARGIN };
}
