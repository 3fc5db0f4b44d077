/**
 * Encodes and decodes facts that advice about sizes needs: what a size allows, and what a full instance does.
 * Source: docs/provider.md P109 and P209 to P215.
 */
import { EDITIONS, type SizeLimits } from '../../model.ts';
import type { SizeLimitsRequest } from '../cloud.ts';
import { type Fields, list, number, text, wholeNumber } from './fields.ts';

/** Requests what a size allows in theory, without an instance. */
export function encodeSizeLimits({ edition, size, readsFromReplicas }: SizeLimitsRequest): Fields {
  return {
    Type: EDITIONS.find(({ name }) => name === edition)!.type,
    ShardSize: size.memoryPerShard,
    ShardNum: size.shards,
    ReplicateNum: size.replicas,
    ReadOnlyWeight: readsFromReplicas ? 100 : 0,
  };
}

/** Bytes in one MB. That the answer is in bytes is an inference (docs/provider.md P210). */
const MEGABYTE = 1_048_576;

/** Decodes what a size allows. Null if a figure is missing, or too small for the unit that Refit expects. */
export function decodeSizeLimits(fields: Fields): SizeLimits | null {
  const bandwidth = (number(fields.Bandwidth) ?? 0) / MEGABYTE;
  const connections = wholeNumber(fields.ClientLimit) ?? 0;
  return bandwidth < 1 || connections < 1 ? null : { bandwidth, connections };
}

/** The values of `maxmemory-policy`. Source: docs/provider.md P214. */
const POLICIES: ReadonlySet<string | null> = new Set([
  ...['noeviction', 'allkeys-lru', 'allkeys-lfu', 'allkeys-random'],
  ...['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'],
]);

/** Decodes the eviction policy from the parameters of an instance; null if there is none that Refit knows. */
export function decodeEvictionPolicy(fields: Fields): string | null {
  const named = list(fields.InstanceEnumParam).filter((one) => one.ParamName === 'maxmemory-policy');
  const policy = named.length === 1 ? text(named[0]!.CurrentValue) : null;
  return POLICIES.has(policy) ? policy : null;
}
