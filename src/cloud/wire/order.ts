/** What an order asks for, what it costs, and how billing and the product itself list it. */
import { iso } from '../../clock.ts';
import { given } from '../../given.ts';
import { type Billing, EDITIONS, type NodeChange, type Quote } from '../../model.ts';
import { SECOND } from '../../units.ts';
import type { Deal, OrderRequest, PriceRequest } from '../cloud.ts';
import { fromBeijing, toBeijing } from './beijing-time.ts';
import {
  cents,
  type Fields,
  identifier,
  list,
  number,
  page,
  REPLICA,
  text,
  texts,
  wholeNumber,
} from './fields.ts';

/**
 * The size of an order or a price inquiry: the whole size, as much of it as the edition takes. Legacy editions have
 * memory alone, standard architecture no shard number, a cluster needs all three. A price does not depend on nodes.
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
 * An order: the size, and for the replicas of a multi-zone instance the nodes. Source: docs/provider.md P2 and P3.
 * A change that may begin at once says nothing of it: that is the default, and where the option is not rolled out yet
 * naming it may be refused.
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

/** Replicas by the numbers of their zones; those to remove by their own number too, so that a moved one is refused. */
function encodeNodes(change: NodeChange): Fields[] {
  return change.kind === 'add'
    ? change.zones.map(({ number }) => ({ NodeType: REPLICA, ZoneId: number }))
    : change.nodes.map(({ id, zone }) => ({ NodeType: REPLICA, NodeId: id, ZoneId: zone.number }));
}

const IN_WINDOW = 1;

/** The order number of an accepted order, or null. The new name first; the old one is about to go. */
export function decodeOrder(fields: Fields): string | null {
  for (const value of [fields.DealName, fields.DealId]) {
    const order = identifier(value);
    if (order !== null && order !== '0') return order;
  }
  return null;
}

/** How many of its smallest parts a unit of currency has, by the provider's word for the part. */
const PARTS: Readonly<Record<string, number>> = { pent: 100, microPent: 100_000_000 };

/**
 * A price in units of its currency, or null where amount or unit cannot be read. Without a unit it is cents, as the
 * page said until 2025-05. That prepaid means the difference to pay now and postpaid the new price an hour is an
 * inference. Source: docs/provider.md P70, P71 and P73.
 */
export function decodePrice(fields: Fields, paid: Billing, readAt: number): Quote | null {
  const parts = PARTS[text(fields.AmountUnit) ?? 'pent'];
  const price = number(fields.Price);
  if (parts === undefined || price === null) return null;
  return {
    amount: price / parts,
    currency: text(fields.Currency) ?? 'CNY',
    basis: paid === 'prepaid' ? 'once' : 'hourly',
    readAt: iso(readAt),
  };
}

/** The most orders that one page holds: above 200 the provider leaves out whose they are. */
export const DEALS_PER_PAGE = 200;

/** A page of orders created between two moments. The offset counts pages; without the states only delivered ones come. */
export function encodeDeals(page: number, since: number, until: number, instance?: string): Fields {
  return {
    StartTime: toBeijing(since),
    EndTime: toBeijing(Math.ceil(until / SECOND) * SECOND),
    Limit: DEALS_PER_PAGE,
    Offset: page,
    StatusSet: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    ...given({ ResourceId: instance }),
  };
}

/** What an order can be that has changed no instance's size. Source: docs/provider.md P85. */
const NO_RESIZE = new Set(
  `modifyNetworkMode modifyNetworkSize refund renew purchase preToPost preMoveIn preMoveOut postMoveIn
postMoveOut`.split(/\s+/),
);

/**
 * A page of orders that may have changed a size: those that say they are something else are left out. A state that is
 * not known counts as under way, because it proves that an order exists and not that it has ended.
 * @param instance the one that was asked for: an order without a list of instances is then its.
 */
export function decodeDeals(fields: Fields, readAt: number, instance?: string) {
  return page<Deal>(fields, 'Deals', (row) => {
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
      createdBy: text(row.Creator),
      direction: action === 'upgrade' ? 'up' : action === 'downgrade' ? 'down' : null,
    };
  });
}

/** The most orders that one call may name. */
export const ORDERS_PER_CALL = 10;

/**
 * Asks for orders by number: several by the old name, which is about to go, or a single one by the new. Source: docs/provider.md P77.
 */
export function encodeOrderNumbers(orders: readonly string[]): Fields {
  return orders.length === 1 ? { DealName: orders[0] } : { DealIds: orders };
}

/** Orders as this product tells them. @param currency the answer names none: that of the account. */
export function decodeOrders(fields: Fields, readAt: number, currency: string): Deal[] {
  return list(fields.DealDetails).flatMap((row) => {
    const order = text(row.DealName) ?? text(row.DealId);
    const deal = {
      instances: texts(row.InstanceIds),
      createdAt: fromBeijing(row.CreatTime) ?? readAt,
      state: dealState(row.Status),
      billed: cents(row.Price, currency),
      createdBy: text(row.Creater),
      direction: null,
    };
    return order === null ? [] : [{ order, ...deal }];
  });
}

function dealState(value: unknown): Deal['state'] {
  const status = wholeNumber(value);
  if (status === 1) return 'unpaid';
  if (status === 4) return 'delivered';
  return status !== null && status >= 5 && status <= 11 ? 'failed' : 'in-progress';
}
