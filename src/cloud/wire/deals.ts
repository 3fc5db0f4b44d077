/** Orders, as billing and as the product itself list them. */
import { given } from '../../given.ts';
import { SECOND } from '../../units.ts';
import type { Deal } from '../cloud.ts';
import { fromBeijing, toBeijing } from './beijing-time.ts';
import { cents, type Fields, list, type Page, page, text, texts, whole } from './fields.ts';

/** The most orders that one page holds: above 200 the provider leaves out whose they are. */
export const DEALS_A_PAGE = 200;

/** A page of orders created between two moments. The offset counts pages; without the states only delivered ones come. */
export function encodeDeals(page: number, since: number, until: number, instance?: string): Fields {
  return {
    StartTime: toBeijing(since),
    EndTime: toBeijing(Math.ceil(until / SECOND) * SECOND),
    Limit: DEALS_A_PAGE,
    Offset: page,
    StatusSet: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    ...given({ ResourceId: instance }),
  };
}

/** What an order can be that has changed no instance's size. Source: the billing SDK's list of actions, read 2026-11. */
const NO_RESIZE = new Set(
  `modifyNetworkMode modifyNetworkSize refund renew purchase preToPost preMoveIn preMoveOut postMoveIn
postMoveOut`.split(/\s+/),
);

/**
 * A page of orders that may have changed a size: those that say they are something else are left out. A state that is
 * not known counts as under way, because it proves that an order exists and not that it has ended.
 * @param instance the one that was asked for: an order without a list of instances is then its.
 */
export function decodeDeals(fields: Fields, readAt: number, instance?: string): Page<Deal> {
  return page(fields, 'Deals', (row) => {
    const order = text(row.OrderId);
    const action = text(row.Action) ?? '';
    if (order === null || NO_RESIZE.has(action)) return null;
    const named = texts(row.ResourceId);
    return {
      order,
      instances: named.length === 0 && instance !== undefined ? [instance] : named,
      createdAt: fromBeijing(row.CreateTime) ?? readAt,
      state: dealState(row.Status),
      billed: cents(row.RealTotalCost, row.Currency),
      by: text(row.Creator),
      direction: DIRECTIONS.get(action) ?? null,
    };
  });
}

/** The most orders that one call may name. */
export const ORDERS_A_CALL = 10;

/**
 * Asks for orders by number: several by the old name, which is about to go, or a single one by the new. Source: facts
 * §2.4, read 2026-11.
 */
export function encodeOrderNumbers(orders: readonly string[]): Fields {
  return orders.length === 1 ? { DealName: orders[0] } : { DealIds: orders };
}

/** Orders as this product tells them. @param currency the answer names none: that of the account. */
export function decodeOrders(fields: Fields, readAt: number, currency: string): Deal[] {
  return list(fields.DealDetails).flatMap((row) => {
    const order = text(row.DealName) ?? text(row.DealId);
    if (order === null) return [];
    return [
      {
        order,
        instances: texts(row.InstanceIds),
        createdAt: fromBeijing(row.CreatTime) ?? readAt,
        state: dealState(row.Status),
        billed: cents(row.Price, currency),
        by: text(row.Creater),
        direction: null,
      },
    ];
  });
}

/** Source: the billing SDK's list of actions, read 2026-11. */
const DIRECTIONS: ReadonlyMap<string, 'up' | 'down'> = new Map([
  ['upgrade', 'up'],
  ['downgrade', 'down'],
]);

function dealState(value: unknown): Deal['state'] {
  const status = whole(value);
  if (status === 1) return 'unpaid';
  if (status === 4) return 'delivered';
  return status !== null && status >= 5 && status <= 11 ? 'failed' : 'under-way';
}
