/**
 * The provider through one narrow port. Reads may be retried quietly below it; an order never is.
 * A refusal is a value; only the network and our own faults throw, and an order does not throw even then.
 */

import type {
  Catalogue,
  Dimension,
  EditionName,
  Identity,
  Instance,
  MaintenanceWindow,
  MetricName,
  Money,
  NodeChange,
  Quote,
  Scope,
  Size,
  UsedMemory,
  Zone,
} from '../model.ts';
import type { Lane } from './limit/permits.ts';

/** What is priced: the whole size, of which exactly one dimension differs from the present. */
export interface PriceRequest extends Scope {
  readonly instance: string;
  readonly edition: EditionName;
  readonly size: Size;
}

/** What one ordering call asks for. */
export interface OrderRequest extends PriceRequest {
  /** The nodes to add or remove; absent for all but the replicas of multi-zone instances. */
  readonly nodes?: NodeChange;
  /** When it may begin; absent: as soon as it is accepted. */
  readonly switch?: 'maintenance-window';
}

/** An answer that is a refusal, by the provider's exact code. The message is for showing, never for deciding. */
export interface Refusal {
  readonly kind: 'refused';
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
}

/** What came of an ordering call. `sentAt` is milliseconds since 1970 UTC, just before the bytes left. */
export type OrderAnswer =
  | { readonly kind: 'accepted'; readonly order: string; readonly requestId: string; readonly sentAt: number }
  | (Refusal & { readonly sentAt: number })
  /** Asked, and no usable answer: reset, time-out, 5xx, not JSON. It may have been executed. */
  | { readonly kind: 'no-answer'; readonly reason: string; readonly sentAt: number }
  /** Nothing left this process: the guard said no in the tick that would have written the request, or no connection was made. */
  | { readonly kind: 'not-sent'; readonly reason: string };

/** A provider task on an instance, from the task list. Times are milliseconds since 1970 UTC. */
export interface Task {
  readonly id: string;
  readonly instance: string;
  /** The provider's three-digit type, such as `002`. */
  readonly type: string;
  /** What it changes by its type's name, an inference (docs/provider.md P93); null where the type tells nothing of a size. */
  readonly dimension: Dimension | null;
  readonly startedAt: number;
  readonly result: 'pending' | 'running' | 'done' | 'failed' | 'unrecognised';
}

/** An order as billing knows it. Source of the states: docs/provider.md P79. */
export interface Deal {
  readonly order: string;
  readonly instances: readonly string[];
  readonly createdAt: number;
  readonly state: 'unpaid' | 'in-progress' | 'delivered' | 'failed';
  readonly billed: Money | null;
  /** The number of who placed it; null where it is not told. */
  readonly createdBy: string | null;
  /** Whether it makes the instance larger or smaller; null where it is not told. */
  readonly direction: 'up' | 'down' | null;
}

/** Everything that plans need: reads only. A client built for planning has no more than this. */
export interface CloudReader {
  /** Shown in journals and messages: the endpoint, never a key. */
  readonly endpoint: string;
  /** The provider's time as its answers tell it, ms since 1970 UTC: by it tasks and orders are dated. */
  providerNow(): number;
  /** Every instance of the scope, or those of the given ids that exist. */
  describeInstances(scope: Scope, ids?: readonly string[]): Promise<Instance[]>;
  /** What is sold, in all regions at once. */
  describeCatalogue(scope: Scope): Promise<Omit<Catalogue, 'zones'>>;
  /** The zones of the scope's region whose numbers are known; those that nothing gives a number for are left out. */
  describeZones(scope: Scope): Promise<Zone[]>;
  /**
   * The maintenance window of one instance; null where it is not told: no right to ask, or none for this instance.
   * @param note is told why, in words.
   */
  describeWindow(
    scope: Scope,
    instance: string,
    note?: (what: string) => void,
  ): Promise<MaintenanceWindow | null>;
  /** The provider's own price for a change. */
  price(request: PriceRequest): Promise<({ readonly kind: 'quoted' } & Quote) | Refusal>;
  /**
   * Tasks that began at or after `since`, resize tasks only, optionally of one instance.
   * @param only `open`: those that are not done, failed ones among them; `failed`: those alone. Fewer pages.
   */
  describeTasks(scope: Scope, since: number, instance?: string, only?: 'open' | 'failed'): Promise<Task[]>;
  /** Tasks of any type that are pending or running now, in the whole scope. */
  describeRunningTasks(scope: Scope): Promise<Task[]>;
  /** What the account can pay; null where the identity may not ask. */
  describeBalance(scope: Scope): Promise<Money | null>;
  /** Orders created between the two times, as billing lists them, optionally of one instance. */
  findDeals(scope: Scope, since: number, until: number, instance?: string): Promise<Deal[]>;
  /**
   * Orders by their numbers, as the product itself tells them; those that it does not know are left out.
   * @param currency that of the account: the answer names none.
   */
  describeOrders(scope: Scope, orders: readonly string[], currency: string): Promise<Deal[]>;
  /**
   * Memory in use of the given instances: the maximum of the last 24 hours from the monitor product and, for clusters,
   * the fullest shard of this moment. What is refused is unknown; `onRefused` is told, once for each call.
   */
  describeMemoryInUse(
    scope: Scope,
    instances: readonly Instance[],
    onRefused?: (what: string) => void,
  ): Promise<Map<string, UsedMemory>>;
  /** The numbers by which orders name this identity as who placed them; null where that cannot be told. */
  describeCreatorIds(scope: Scope): Promise<readonly string[] | null>;
  /** Whose keys they are, for the record. @throws RefitError where it is refused or cannot be read. */
  describeIdentity(scope: Scope): Promise<Identity>;
  /**
   * The greatest figure of each instance over so many milliseconds up to now, from the monitor product; instances without
   * one are left out.
   * @throws RefitError where it is refused or cannot be read.
   */
  describeMetric(
    scope: Scope,
    instances: readonly string[],
    metric: MetricName,
    over: number,
  ): Promise<Map<string, number>>;
  /** Releases connections. */
  close(): Promise<void>;
}

/** The port of a run: reads, and the one action that spends money. */
export interface Cloud extends CloudReader {
  /** The lane in which this identity's orders are counted: what a permit is reserved for. */
  orderLane(scope: Scope): Lane;
  /**
   * Sends one order, once. `goAhead` is asked in the tick that writes the request, after connecting: false
   * means nothing is sent and the answer is `not-sent`. Never throws for anything the network or provider does.
   */
  order(request: OrderRequest, goAhead: () => boolean): Promise<OrderAnswer>;
}

/** What was sent, for counting. `at` is milliseconds since 1970 UTC. */
export interface CallRecord {
  readonly action: string;
  readonly at: number;
  readonly refusedByLimit: boolean;
}
