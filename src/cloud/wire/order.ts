/** What an order asks for and what it costs. */
import { iso } from '../../clock.ts';
import { given } from '../../given.ts';
import { type Billing, EDITIONS, type NodeChange, type Quote } from '../../model.ts';
import type { OrderRequest, PriceRequest } from '../cloud.ts';
import { REPLICA } from './codes.ts';
import { type Fields, identifier, number, text } from './fields.ts';

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
 * An order: the size, and for the replicas of a multi-zone instance the nodes. Source: facts §1.1, read 2026-11.
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
 * inference. Source: facts §2.3, read 2026-11.
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
