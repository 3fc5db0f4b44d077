/**
 * What a fleet is made of before it becomes a world. `refit simulate --fleet FILE` reads a JSON array of these
 * (fleet/read-fleet.ts says which members may be left out and what they then are).
 */

/** One instance of a fleet to be made. */
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
  /** MB in use in the fullest shard; null spreads the total evenly. */
  readonly usedFullestShard: number | null;
  /** Days from the world's start until a prepaid instance expires. */
  readonly daysLeft: number;
  /** Zones of the replicas, one each. Any other than `zone` makes it a multi-zone instance; empty: all in `zone`. */
  readonly replicaZones: readonly string[];
  /** Its nodes where their numbers matter, the master first; left out: numbered anew. It is a multi-zone instance then. */
  readonly nodes?: readonly { readonly id: number; readonly kind: 0 | 1; readonly zone: string }[];
  /** The type of a task that runs on it as long as the world stands (`012` is a backup), or null. */
  readonly task: string | null;
  /** An order for it waits to be paid. */
  readonly unpaidOrder: boolean;
  /** Its kernel is too old for a resize. */
  readonly lowVersion: boolean;
  /** Its maintenance window, minutes since midnight in Beijing; 03:00 to 06:00 where none is given. */
  readonly window?: readonly [number, number];
  /** The state of a data transfer job of it, as the wire numbers it (7 running, 9 done, 10 failed); left out: none. */
  readonly transfer?: number | null;
  /** Its part in a replication group: `rw` the primary, `r` a secondary; left out: none. */
  readonly replicationRole?: 'r' | 'rw' | null;
}

/** States of a data transfer that has ended: done and failed. Source: docs/provider.md P110. */
export const TRANSFER_ENDED: readonly number[] = [9, 10];

/** The wire's numbers. Source: docs/provider.md P46. */
export const STATUS_NUMBER = {
  initialising: 0,
  processing: 1,
  running: 2,
  isolated: -2,
  deleting: -3,
} as const;

export type FleetStatus = keyof typeof STATUS_NUMBER;
