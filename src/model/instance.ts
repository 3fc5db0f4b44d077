/** One instance as the provider shows it, with its nodes, its maintenance window and its memory in use. */
import type { EditionName } from './edition.ts';
import type { Size } from './size.ts';

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
 * or only the removed ones. Source: facts §1.3, read 2026-11.
 */
export type NodeChange =
  /** One replica in each of these zones, a zone as often as it is to get one. */
  | { readonly kind: 'add'; readonly zones: readonly Zone[] }
  | { readonly kind: 'remove'; readonly nodes: readonly { readonly id: number; readonly zone: Zone }[] };

/**
 * The hours of each day in which the provider changes an instance that is told to wait for them: `HH:MM`, Beijing time,
 * the end not included, never over midnight. Source: facts §2.6, read 2026-11; the time zone is an inference.
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
