/** How large an instance is, and what of that one order can change. */

/** What one ordering call can change. The provider accepts exactly one of them per call. */
export type Dimension = 'memoryPerShard' | 'shards' | 'replicas';

/** All dimensions, in the order in which they are shown. */
export const DIMENSIONS: readonly Dimension[] = ['memoryPerShard', 'shards', 'replicas'];

/** An instance's size. `memoryPerShard` is MB (1,024-based) of ONE shard, never the instance's total. */
export interface Size {
  readonly memoryPerShard: number;
  readonly shards: number;
  /** Replicas beside the master, each a full copy of all shards. */
  readonly replicas: number;
}

/** The total memory an instance of this size is billed for, MB: every shard, the master and each replica. */
export function totalMemory(size: Size): number {
  return size.memoryPerShard * size.shards * (1 + size.replicas);
}

/** True where two sizes are the same in every dimension. */
export function sameSize(a: Size, b: Size): boolean {
  return a.memoryPerShard === b.memoryPerShard && a.shards === b.shards && a.replicas === b.replicas;
}

/** One dimension of one instance, from -> to: what one ordering call does. */
export interface Change {
  readonly dimension: Dimension;
  /** Whole numbers in the dimension's unit; MB for memoryPerShard. */
  readonly from: number;
  readonly to: number;
}
