import type { Catalogue, Offer } from '../../model.ts';
import { indexOffers } from '../../rules/is-sold.ts';
import type { FleetInstance } from './fleet-columns.ts';

/** What the provider sells for an instance. Memory in MB of one shard. */
export interface SoldSizes extends Pick<Offer, 'memoryPerShard' | 'shards' | 'replicas'> {
  /** True if no instance can grow. */
  readonly isSoldOut: boolean;
}

/** @returns the sizes that are sold for an instance; null: none, or the catalogue does not say. */
export function soldFor(
  catalogue: Catalogue,
  { tags, nodes, window, ...one }: FleetInstance,
): SoldSizes | null {
  const offer = indexOffers(catalogue)({ ...one, tags: {}, nodes: [] });
  if (offer === null || offer === 'unknown') return null;
  const { memoryPerShard, shards, replicas, soldOut, zoneSoldOut } = offer;
  return { memoryPerShard, shards, replicas, isSoldOut: soldOut || zoneSoldOut };
}
