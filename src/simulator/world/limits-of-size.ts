/** Limits of an instance that follow from its size. */
import type { SimSize } from './world.ts';

/** Bandwidth of one shard in MB/s, from its size in MB. Source: docs/provider.md P132. */
export function bandwidth(size: number): number {
  if (size < 1024) return 10;
  if (size < 2048) return 16;
  if (size < 12_288) return 24;
  if (size < 20_480) return 32;
  return size < 40_960 ? 48 : 64;
}

/** Connection limit of one shard, from its size in MB. Source: docs/provider.md P131 and P133. */
export function clientLimit(size: number): number {
  return size < 1024 ? 3000 : 10_000;
}

/** Bandwidth of all shards in MB/s. Replicas that serve reads have it once each. Source: docs/provider.md P211. */
export function bandwidthOf(
  { memoryPerShard, shards, replicas }: SimSize,
  readsFromReplicas: boolean,
): number {
  return bandwidth(memoryPerShard) * shards * (readsFromReplicas ? Math.max(1, replicas) : 1);
}

/** Connection limit of all shards. */
export function clientLimitOf({ memoryPerShard, shards }: Omit<SimSize, 'replicas'>): number {
  return clientLimit(memoryPerShard) * shards;
}
