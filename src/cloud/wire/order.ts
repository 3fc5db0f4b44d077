/** Encodes and decodes orders, prices, and the orders that billing and the product list. */
import { iso } from '../../clock.ts';
import { given } from '../../given.ts';
import { type Billing, EDITIONS, type NodeChange, type Quote } from '../../model.ts';
import { money } from '../../money.ts';
import { SECOND } from '../../units.ts';
import type { Deal, OrderNumber, OrderRequest, PriceRequest } from '../cloud.ts';
import { fromBeijing, toBeijing } from './beijing-time.ts';
import {
  cents,
  type Fields,
  identifier,
  list,
  number,
  page,
  REPLICA,
  type RowRange,
  text,
  texts,
  wholeNumber,
} from './fields.ts';

/**
 * Encodes the size for an order or a price inquiry, as the edition takes it. Legacy editions take only
 * memory, standard architecture takes no shards, and a cluster takes all three. A price does not depend on nodes.
 */
export function encodePrice({ instance, edition, size }: PriceRequest): Fields {
  const { architecture, dimensions } = EDITIONS.find((one) => one.name === edition)!;
  return {
    InstanceId: instance,
    MemSize: size.memoryPerShard,
    ...given({
      RedisShardNum: architecture === 'cluster' ? size.shards : null,
      RedisReplicasNum: dimensions.includes('replicas') ? size.replicas : null,
    }),
  };
}

/**
 * Encodes an order: the size, and the nodes for replicas of a multi-zone instance. Source: docs/provider.md P2 and P3.
 * `SwitchOption` is sent only for a maintenance window. An immediate change is the default, and a front end without the
 * option may refuse its name.
 */
export function encodeOrder(request: OrderRequest): Fields {
  return {
    ...encodePrice(request),
    ...given({
      NodeSet: request.nodes && encodeNodes(request.nodes),
      SwitchOption: request.switch && IN_WINDOW,
    }),
  };
}

/** Encodes replicas by zone. Replicas to remove also have their id, so the provider refuses a moved one. */
function encodeNodes(change: NodeChange): Fields[] {
  return change.kind === 'add'
    ? change.zones.map(({ number }) => ({ NodeType: REPLICA, ZoneId: number }))
    : change.nodes.map(({ id, zone }) => ({ NodeType: REPLICA, NodeId: id, ZoneId: zone.number }));
}

const IN_WINDOW = 1;

/** Real order numbers are digits. Anything that fits into a table is accepted. */
const ORDER_NUMBER = /^[\w.:-]{1,64}$/;

/** The number of an accepted order; null if the answer has none. `DealName` comes first, because `DealId` is deprecated. */
export function decodeOrder(fields: Fields): OrderNumber | null {
  const [order, dealId] = orderNumbers(fields.DealName, fields.DealId);
  return order === undefined ? null : { order, ...given({ dealId }) };
}

/** The values that are order numbers, each once. */
function orderNumbers(...values: readonly unknown[]): string[] {
  const found = values.flatMap((value) => {
    const order = identifier(value);
    return order !== null && order !== '0' && ORDER_NUMBER.test(order) ? [order] : [];
  });
  return [...new Set(found)];
}

/** How many parts a unit of currency has, by the provider's name of the part. */
const PARTS: Readonly<Record<string, number>> = { pent: 100, microPent: 100_000_000 };

/**
 * Decodes a price in units of its currency; null without a known amount and unit. Without a unit it is cents, as the
 * page said until 2025-05. An inference: for prepaid it is the difference to pay now, for postpaid the new price
 * an hour. Source: docs/provider.md P70, P71 and P73.
 */
export function decodePrice(fields: Fields, paid: Billing, readAt: number): Quote | null {
  const parts = PARTS[text(fields.AmountUnit) ?? 'pent'];
  const price = exactPrice(fields);
  if (parts === undefined || price === null) return null;
  return {
    amount: money(price / parts),
    currency: text(fields.Currency) ?? 'CNY',
    basis: paid === 'prepaid' ? 'once' : 'hourly',
    readAt: iso(readAt),
  };
}

/**
 * The exact price, where the answer has one: `Price` is whole, and an hourly price of 0.4111 is then 0. An exact price that
 * does not round to it is not believed. Source: docs/provider.md P72.
 */
function exactPrice(fields: Fields): number | null {
  const [price, exact] = [number(fields.Price), number(fields.HighPrecisionPrice)];
  return exact !== null && (price === null || Math.abs(exact - price) <= 1) ? exact : price;
}

/** The number of orders on one page. Above 200 the provider leaves out their instances. */
export const DEALS_PER_PAGE = 200;

/** Requests a page of orders created between two moments. `Offset` counts pages. `StatusSet` adds undelivered ones. */
export function encodeDeals(
  { limit, offset }: RowRange,
  since: number,
  until: number,
  instance?: string,
): Fields {
  return {
    StartTime: toBeijing(since),
    EndTime: toBeijing(Math.ceil(until / SECOND) * SECOND),
    Limit: limit,
    Offset: Math.floor(offset / limit),
    StatusSet: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    ...given({ ResourceId: instance }),
  };
}

/** The actions of orders that do not change a size. Source: docs/provider.md P85. */
const NO_RESIZE = new Set(
  `modifyNetworkMode modifyNetworkSize refund renew purchase preToPost preMoveIn preMoveOut postMoveIn
postMoveOut`.split(/\s+/),
);

/**
 * Decodes a page of orders that may change a size. Orders with another action are left out. An unknown state counts as
 * in progress: it proves that the order exists, but not that it has ended.
 * @param instance the instance of the request. An order without a list of instances belongs to it.
 */
export function decodeDeals(fields: Fields, readAt: number, instance?: string) {
  return page<Deal>(fields, 'Deals', (row) => {
    const order = text(row.OrderId);
    const action = text(row.Action) ?? '';
    if (order === null || NO_RESIZE.has(action)) return null;
    const numbers = [...new Set([order, ...orderNumbers(row.BigDealId)])];
    const named = texts(row.ResourceId);
    return {
      order,
      numbers,
      instances: named.length === 0 && instance !== undefined ? [instance] : named,
      createdAt: fromBeijing(row.CreateTime) ?? readAt,
      state: dealState(row.Status),
      billed: cents(row.RealTotalCost, row.Currency),
      createdBy: text(row.Creator),
      direction: action === 'upgrade' ? 'up' : action === 'downgrade' ? 'down' : null,
    };
  });
}

/** The maximum of orders in one call. */
export const ORDERS_PER_CALL = 10;

/** Requests orders by number: several by the deprecated number, one by the new one. Source: docs/provider.md P77. */
export function encodeOrderNumbers(orders: readonly OrderNumber[]): Fields {
  return orders.length === 1
    ? { DealName: orders[0]!.order }
    : { DealIds: orders.map(({ order, dealId }) => dealId ?? order) };
}

/** Decodes orders of this product. @param currency the account's, because the answer has none. */
export function decodeOrders(fields: Fields, readAt: number, currency: string): Deal[] {
  return list(fields.DealDetails).flatMap((row) => {
    const numbers = orderNumbers(row.DealName, row.DealId);
    const [order] = numbers;
    const deal = {
      numbers,
      instances: texts(row.InstanceIds),
      createdAt: fromBeijing(row.CreatTime) ?? readAt,
      state: dealState(row.Status),
      billed: cents(row.Price, currency),
      createdBy: text(row.Creater),
      direction: null,
    };
    return order === undefined ? [] : [{ order, ...deal }];
  });
}

function dealState(value: unknown): Deal['state'] {
  const status = wholeNumber(value);
  if (status === 1) return 'unpaid';
  if (status === 4) return 'delivered';
  return status !== null && status >= 5 && status <= 11 ? 'failed' : 'in-progress';
}
