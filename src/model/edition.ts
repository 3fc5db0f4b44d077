/** The product editions, and what can be changed of each. */
import type { Dimension } from './size.ts';

export type Architecture = 'standard' | 'cluster' | 'standalone';

/** A product edition. Source: facts §3 (type codes), read 2026-11. */
export interface Edition {
  readonly name: string;
  /** The provider's numeric type code. */
  readonly type: number;
  readonly architecture: Architecture;
  /** What can be changed by an order. */
  readonly dimensions: readonly Dimension[];
}

const memoryOnly: readonly Dimension[] = ['memoryPerShard'];
const standard: readonly Dimension[] = ['memoryPerShard', 'replicas'];
const cluster: readonly Dimension[] = ['memoryPerShard', 'shards', 'replicas'];

/** Every edition Refit knows: the closed list of the plan schema. Source: facts §3, read 2026-11. */
export const EDITIONS = [
  { name: 'redis-2.8-standard', type: 2, architecture: 'standard', dimensions: memoryOnly },
  { name: 'ckv-3.2-standard', type: 3, architecture: 'standard', dimensions: memoryOnly },
  { name: 'ckv-3.2-cluster', type: 4, architecture: 'cluster', dimensions: cluster },
  { name: 'redis-2.8-standalone', type: 5, architecture: 'standalone', dimensions: memoryOnly },
  { name: 'redis-4.0-standard', type: 6, architecture: 'standard', dimensions: standard },
  { name: 'redis-4.0-cluster', type: 7, architecture: 'cluster', dimensions: cluster },
  { name: 'redis-5.0-standard', type: 8, architecture: 'standard', dimensions: standard },
  { name: 'redis-5.0-cluster', type: 9, architecture: 'cluster', dimensions: cluster },
  { name: 'redis-6.2-standard', type: 15, architecture: 'standard', dimensions: standard },
  { name: 'redis-6.2-cluster', type: 16, architecture: 'cluster', dimensions: cluster },
  { name: 'redis-7.0-standard', type: 17, architecture: 'standard', dimensions: standard },
  { name: 'redis-7.0-cluster', type: 18, architecture: 'cluster', dimensions: cluster },
  { name: 'valkey-8.0-standard', type: 19, architecture: 'standard', dimensions: standard },
  { name: 'valkey-8.0-cluster', type: 20, architecture: 'cluster', dimensions: cluster },
  { name: 'valkey-9.0-standard', type: 21, architecture: 'standard', dimensions: standard },
  { name: 'valkey-9.0-cluster', type: 22, architecture: 'cluster', dimensions: cluster },
  { name: 'memcached-1.6-cluster', type: 200, architecture: 'cluster', dimensions: cluster },
] as const satisfies readonly Edition[];

/** The name of a known edition. */
export type EditionName = (typeof EDITIONS)[number]['name'];
