/** The instances of a fleet: how large they are, what can be changed of them, and what is sold. */
import type { Money } from './money.ts';

/** All dimensions, in the order in which they are shown. */
export const DIMENSIONS = ['memoryPerShard', 'shards', 'replicas'] as const;
/** What one ordering call can change. The provider accepts exactly one of them per call. */
export type Dimension = (typeof DIMENSIONS)[number];

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

export type Architecture = 'standard' | 'cluster' | 'standalone';

/** A product edition. Source: docs/provider.md P125. */
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

/** Every edition Refit knows: the closed list of the plan schema. Source: docs/provider.md P125. */
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

export type InstanceStatus =
  | 'initialising'
  | 'processing'
  | 'running'
  | 'isolated'
  | 'deleting'
  | 'unrecognised';

export type Billing = 'prepaid' | 'postpaid';

/** A zone: its code, and the number by which an order names it. */
export interface Zone {
  /** Such as `ap-shanghai-4`; the number as text where nothing names it. */
  readonly code: string;
  readonly number: number;
}

/** A node of a multi-zone instance: the master, or one replica with a full copy of all shards. */
export interface InstanceNode {
  /** The provider's number for it; null where it has none on record, as a replica that is yet to be added. */
  readonly id: number | null;
  readonly role: 'master' | 'replica';
  readonly zone: Zone;
}

/**
 * Which nodes a change of the replicas of a multi-zone instance is about: the provider wants only the added ones named,
 * or only the removed ones. Source: docs/provider.md P12 and P13.
 */
export type NodeChange =
  /** One replica in each of these zones, a zone as often as it is to get one. */
  | { readonly kind: 'add'; readonly zones: readonly Zone[] }
  | { readonly kind: 'remove'; readonly nodes: readonly { readonly id: number; readonly zone: Zone }[] };

/**
 * The hours of each day in which the provider changes an instance that is told to wait for them: `HH:MM`, Beijing time,
 * the end not included, never over midnight. Source: docs/provider.md P97 and P99; the time zone is an inference.
 */
export interface MaintenanceWindow {
  readonly from: string;
  readonly to: string;
}

/** One instance, as read from the provider. Names and tags are hostile text: escape before showing. */
export interface Instance {
  /** `crs-` and eight or more letters and digits. */
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** Zone code such as `ap-guangzhou-3`, or the numeric id as text where the catalogue does not name it. */
  readonly zone: string;
  /** Which credentials see it: a named profile, `default` unless the plan says otherwise. */
  readonly profile: string;
  /** `unrecognised` for a type code newer than this program: such an instance is never a target. */
  readonly edition: EditionName | 'unrecognised';
  /** The provider's type code. */
  readonly type: number;
  readonly status: InstanceStatus;
  readonly size: Size;
  readonly billing: Billing;
  readonly tags: Readonly<Record<string, string>>;
  /** Its nodes, which the provider lists for multi-zone instances only: empty = it is in one zone. */
  readonly nodes: readonly InstanceNode[];
  /** Prepaid expiry, ISO 8601 UTC; null where there is none. */
  readonly deadline: string | null;
  /** Memory in use, where it has been read. The provider's own SizeUsed is obsolete and never used. */
  readonly used: UsedMemory | null;
  /** A provider task that was under way on it when it was read (backup, migration, resize), in words; else null. */
  readonly task: string | null;
  /** The number of an order for it that waits to be paid; else null. */
  readonly unpaidOrder: string | null;
  /** Read only for plans with `switch: maintenance-window`; absent: not read. */
  readonly window?: MaintenanceWindow;
}

/** Memory in use, MB. */
export interface UsedMemory {
  readonly total: number;
  /** The fullest shard, where known; equal to the total on standard architecture. */
  readonly fullestShard: number | null;
  /** What was asked, in words: the metric with its statistic, time range and period, and what the shards said. */
  readonly source: string;
  /** ISO 8601 UTC. */
  readonly readAt: string;
}

export const INVENTORY_FORMAT = 'refit.inventory/1';

/** The instances of one or more regions and identities, as read at one moment. Its file: `refit inventory -o`. */
export interface Inventory {
  readonly format: typeof INVENTORY_FORMAT;
  /** ISO 8601 UTC. */
  readonly readAt: string;
  /** The region and profile pairs that were read: an instance elsewhere is unknown, not absent. */
  readonly scopes: readonly Scope[];
  readonly instances: readonly Instance[];
  readonly catalogue: Catalogue;
  /** What each profile's account can pay, where it has been read. */
  readonly balances: Readonly<Record<string, Money>>;
}

/** Where instances are read and orders are placed: one region as seen by one identity. */
export interface Scope {
  readonly region: string;
  readonly profile: string;
}

/** What the provider sells. */
export interface Catalogue {
  /** ISO 8601 UTC. */
  readonly readAt: string;
  readonly offers: readonly Offer[];
  /** The zones of the regions that were read, as far as their numbers are known: where a replica can be put. */
  readonly zones: readonly (Zone & { readonly region: string })[];
}

/** What is sold of one edition in one zone under one pay mode. Lists are sorted ascending. */
export interface Offer {
  readonly region: string;
  readonly zone: string;
  readonly edition: EditionName;
  readonly billing: Billing;
  /** MB per shard. */
  readonly memoryPerShard: readonly number[];
  readonly shards: readonly number[];
  readonly replicas: readonly number[];
  /** The edition is sold out here. */
  readonly soldOut: boolean;
  /** The whole zone is sold out. */
  readonly zoneSoldOut: boolean;
}
