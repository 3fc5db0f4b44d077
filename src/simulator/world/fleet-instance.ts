/**
 * An instance of a fleet, the input of a world. `refit simulate --fleet FILE` reads a JSON array of these.
 * fleet/read-fleet.ts has the defaults.
 */
import type { UsageOptions } from './usage/patterns.ts';

export interface FleetInstance {
  /** `crs-` and eight or more lower-case letters or digits. */
  readonly id: string;
  readonly name: string;
  /** `ap-guangzhou` */
  readonly region: string;
  /** `ap-guangzhou-3` */
  readonly zone: string;
  /** The provider's type code. */
  readonly type: number;
  /** MB of one shard. */
  readonly memoryPerShard: number;
  readonly shards: number;
  readonly replicas: number;
  readonly billing: 'prepaid' | 'postpaid';
  readonly status: FleetStatus;
  readonly tags: Readonly<Record<string, string>>;
  /** MB in use over all shards. */
  readonly usedTotal: number;
  /** MB in use in the fullest shard; null: evenly distributed. */
  readonly usedFullestShard: number | null;
  /** Days from the world's start until a prepaid instance expires. */
  readonly daysLeft: number;
  /** Zone of each replica. A zone other than `zone` makes the instance multi-zone. Empty: all in `zone`. */
  readonly replicaZones: readonly string[];
  /** Nodes of a multi-zone instance with fixed numbers, the master first; left out: new numbers. */
  readonly nodes?: readonly { readonly id: number; readonly kind: 0 | 1; readonly zone: string }[];
  /** Type of a task that runs the whole time (`012` is a backup), or null. */
  readonly task: string | null;
  /** True if it has an unpaid order. */
  readonly unpaidOrder: boolean;
  /** True if the kernel is too old for a resize. */
  readonly lowVersion: boolean;
  /** Maintenance window, minutes since midnight in Beijing. Default 03:00 to 06:00. */
  readonly window?: readonly [number, number];
  /** The provider's state code of a data transfer (7 running, 9 done, 10 failed); left out: none. */
  readonly transfer?: number | null;
  /** Role in a replication group: `rw` primary, `r` secondary; left out: none. */
  readonly replicationRole?: 'r' | 'rw' | null;
  /** Days since the instance was created. Default 400. */
  readonly daysOld?: number;
  /** `1m`: it has only the retired metrics (docs/provider.md P124). Default `5s`. */
  readonly monitorVersion?: '5s' | '1m';
  /** True if its replicas serve reads (docs/provider.md P207). Default false. */
  readonly readsFromReplicas?: boolean;
  /** How its use goes on; left out: its memory stays as it is, and the time before comes from the seed and the id. */
  readonly usage?: UsageOptions;
  /** Sizes before the present one, the oldest first. Default: none. */
  readonly pastSizes?: readonly FormerSize[];
}

/** A size that an instance had before the world's start. */
export interface FormerSize {
  /** Days before the world's start. */
  readonly untilDaysAgo: number;
  /** MB of one shard. */
  readonly memoryPerShard: number;
  readonly shards: number;
  readonly replicas: number;
}

/** Final states of a data transfer: done and failed. Source: docs/provider.md P110. */
export const TRANSFER_ENDED: readonly number[] = [9, 10];

/** The provider's status codes. Source: docs/provider.md P46. */
export const STATUS_NUMBER = {
  initialising: 0,
  processing: 1,
  running: 2,
  isolated: -2,
  deleting: -3,
} as const;

export type FleetStatus = keyof typeof STATUS_NUMBER;
