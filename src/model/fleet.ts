/** The instances of a fleet: sizes, possible changes, and the catalogue. */
import type { Money } from './money.ts';

/** All dimensions in display order. */
export const DIMENSIONS = ['memoryPerShard', 'shards', 'replicas'] as const;
/** A property that an order can change. The provider accepts exactly one of them per call. */
export type Dimension = (typeof DIMENSIONS)[number];

/** An instance's size. `memoryPerShard` is MB (1,024-based) of ONE shard, never the instance's total. */
export interface Size {
  readonly memoryPerShard: number;
  readonly shards: number;
  /** Replicas in addition to the master, each a full copy of all shards. */
  readonly replicas: number;
}

/** The total billed memory of a size, MB. It includes all shards of the master and of each replica. */
export function totalMemory(size: Size): number {
  return size.memoryPerShard * size.shards * (1 + size.replicas);
}

/** True where two sizes are equal in every dimension. */
export function sameSize(a: Size, b: Size): boolean {
  return a.memoryPerShard === b.memoryPerShard && a.shards === b.shards && a.replicas === b.replicas;
}

/** The change that one order makes: one dimension of one instance. */
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
  /** The dimensions that an order can change. */
  readonly dimensions: readonly Dimension[];
}

const memoryOnly: readonly Dimension[] = ['memoryPerShard'];
const standard: readonly Dimension[] = ['memoryPerShard', 'replicas'];
const cluster: readonly Dimension[] = ['memoryPerShard', 'shards', 'replicas'];

/** Every edition that Refit knows. The plan schema has the same list. Source: docs/provider.md P125. */
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

/** True for an id that a plan can have. The provider lists instances with other ids, too; they are never targets. */
export function isTargetId(id: string): boolean {
  return TARGET_ID.test(id);
}

/** The plan schema has the same form. */
const TARGET_ID = /^crs-[a-z0-9]{8,32}$/;

/** The status of an instance, in words of Refit. */
export type InstanceStatus =
  | 'initialising'
  | 'processing'
  | 'running'
  | 'isolated'
  | 'deleting'
  | 'unrecognised';

export type Billing = 'prepaid' | 'postpaid';

/** A zone: its code, and the number that orders use for it. */
export interface Zone {
  /** Such as `ap-shanghai-4`; the number as text where the code is unknown. */
  readonly code: string;
  readonly number: number;
}

/** A node of a multi-zone instance: the master or one replica. A replica has a full copy of all shards. */
export interface InstanceNode {
  /** The provider's number for it. Null where the node has none, such as a replica that is not added yet. */
  readonly id: number | null;
  readonly role: 'master' | 'replica';
  readonly zone: Zone;
}

/**
 * The nodes that a replica change of a multi-zone instance adds or removes. The provider needs either the added ones
 * or the removed ones. Source: docs/provider.md P12 and P13.
 */
export type NodeChange =
  /** One replica for each entry; a zone with two new replicas is listed twice. */
  | { readonly kind: 'add'; readonly zones: readonly Zone[] }
  | { readonly kind: 'remove'; readonly nodes: readonly { readonly id: number; readonly zone: Zone }[] };

/**
 * The daily hours in which the provider makes changes that wait for the maintenance window. `HH:MM`, Beijing time, the end
 * not included, never over midnight. Source: docs/provider.md P97 and P99; the time zone is an inference.
 */
export interface MaintenanceWindow {
  readonly from: string;
  readonly to: string;
}

/** One instance, as read from the provider. Names and tags are hostile text: escape them for display. */
export interface Instance {
  /** `crs-` and eight or more letters and digits. Another id is never a target: `isTargetId`. */
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** Zone code such as `ap-guangzhou-3`. The numeric id as text where the catalogue does not name it. */
  readonly zone: string;
  /** The credentials profile that reads it; `default` unless the plan names another. */
  readonly profile: string;
  /** `unrecognised` for a type code that this version does not know. Such an instance is never a target. */
  readonly edition: EditionName | 'unrecognised';
  /** The provider's type code. */
  readonly type: number;
  readonly status: InstanceStatus;
  readonly size: Size;
  readonly billing: Billing;
  readonly tags: Readonly<Record<string, string>>;
  /** Its nodes. The provider lists them for multi-zone instances only; empty for an instance in one zone. */
  readonly nodes: readonly InstanceNode[];
  /** Prepaid expiry, ISO 8601 UTC; null where there is none. */
  readonly deadline: string | null;
  /** Memory in use; null if it was not read. Refit never uses the provider's SizeUsed, which is obsolete. */
  readonly used: UsedMemory | null;
  /** The provider task in progress (backup, migration, resize), as text. Null if there was none at the read. */
  readonly task: string | null;
  /** The number of an unpaid order for it; else null. */
  readonly unpaidOrder: string | null;
  /** Its maintenance window, read only for plans with `switch: maintenance-window`; absent: not read. */
  readonly window?: MaintenanceWindow;
  /** It has the retired monitoring by the minute, whose metrics are gone; absent: the present one. Source: docs/provider.md P124. */
  readonly monitoring?: '1m';
  /** Its replicas serve reads; absent: they only wait for a failover. Source: docs/provider.md P207. */
  readonly readsFromReplicas?: true;
}

/** Memory in use, MB. */
export interface UsedMemory {
  readonly total: number;
  /** The fullest shard, where known; equal to the total on standard architecture. */
  readonly fullestShard: number | null;
  /** The source of the numbers as text: metric, statistic, time range, period, answers of the shards. */
  readonly source: string;
  /** ISO 8601 UTC. */
  readonly readAt: string;
}

export const INVENTORY_FORMAT = 'refit.inventory/1';

/** The instances of one or more regions and identities at one time. `refit inventory -o` writes it to a file. */
export interface Inventory {
  readonly format: typeof INVENTORY_FORMAT;
  /** ISO 8601 UTC. */
  readonly readAt: string;
  /** The pairs of region and profile that were read. An instance elsewhere is unknown, not absent. */
  readonly scopes: readonly Scope[];
  readonly instances: readonly Instance[];
  /** Where Refit found instances that a plan names in another region; never targets. Absent in files. */
  readonly elsewhere?: readonly (Scope & { readonly id: string })[];
  readonly catalogue: Catalogue;
  /** The balance of each profile's account, where it was read. */
  readonly balances: Readonly<Record<string, Money>>;
}

/** One region as one identity sees it. Refit reads and orders in scopes. */
export interface Scope {
  readonly region: string;
  readonly profile: string;
}

/** The sizes that the provider sells. */
export interface Catalogue {
  /** ISO 8601 UTC. */
  readonly readAt: string;
  readonly offers: readonly Offer[];
  /** The zones of the read regions whose numbers are known. Replicas can be added there. */
  readonly zones: readonly (Zone & { readonly region: string })[];
}

/** The values sold for one edition in one zone and pay mode. Lists are ascending. */
export interface Offer {
  readonly region: string;
  readonly zone: string;
  readonly edition: EditionName;
  readonly billing: Billing;
  /** MB per shard. */
  readonly memoryPerShard: readonly number[];
  readonly shards: readonly number[];
  readonly replicas: readonly number[];
  /** True where the edition is sold out in the zone. */
  readonly soldOut: boolean;
  /** True where the whole zone is sold out. */
  readonly zoneSoldOut: boolean;
}
