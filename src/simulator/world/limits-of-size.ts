/** Limits of an instance that follow from the size of its shards. */

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
