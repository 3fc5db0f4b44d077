/**
 * The interface to the provider. The client retries reads without a message, and never an order.
 * A refusal is a value. Reads throw for network faults and Refit's own faults; an order never throws.
 */

import type {
  Catalogue,
  Dimension,
  EditionName,
  Identity,
  Instance,
  MaintenanceWindow,
  Message,
  MetricName,
  Money,
  NodeChange,
  Quote,
  Scope,
  Size,
  SizeLimits,
  UsageMetric,
  UsagePeriod,
  UsedMemory,
  Zone,
} from '../model.ts';
import type { Lane } from './limit/permits.ts';

/** A price inquiry: the whole size, with exactly one dimension changed. */
export interface PriceRequest extends Scope {
  readonly instance: string;
  readonly edition: EditionName;
  readonly size: Size;
}

/** The content of one order. */
export interface OrderRequest extends PriceRequest {
  /** The nodes to add or remove. Only for the replicas of multi-zone instances. */
  readonly nodes?: NodeChange;
  /** When the change may begin. Absent: as soon as the provider accepts it. */
  readonly switch?: 'maintenance-window';
}

/** A refusal by the provider. Code may decide by `code` only; `message` is only shown. */
export interface Refusal {
  readonly kind: 'refused';
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
}

/** The number of an order. `dealId`: its deprecated short number, if it is another one (docs/provider.md P5 and P6). */
export interface OrderNumber {
  readonly order: string;
  readonly dealId?: string;
}

/** The result of sending an order. `sentAt` is the moment just before the bytes left, ms since 1970 UTC. */
export type OrderAnswer =
  | (OrderNumber & { readonly kind: 'accepted'; readonly requestId: string; readonly sentAt: number })
  | (Refusal & { readonly sentAt: number })
  /** Sent without a usable answer: reset, time-out, 5xx, not JSON. The provider may have executed it. */
  | { readonly kind: 'no-answer'; readonly reason: string; readonly sentAt: number }
  /** Nothing left this process: the guard returned false, or there was no connection. */
  | { readonly kind: 'not-sent'; readonly reason: string };

/** A task of the provider on an instance. Times are milliseconds since 1970 UTC. */
export interface Task {
  readonly id: string;
  readonly instance: string;
  /** The provider's three-digit type, such as `002`. */
  readonly type: string;
  /** The dimension that the type's name suggests, an inference (docs/provider.md P93). Null: not a resize. */
  readonly dimension: Dimension | null;
  readonly startedAt: number;
  readonly result: 'pending' | 'running' | 'done' | 'failed' | 'unrecognised';
}

/** An order as billing lists it. Source of the states: docs/provider.md P79. */
export interface Deal {
  readonly order: string;
  /** Every number of the order that the answer has, `order` included (docs/provider.md P6). */
  readonly numbers: readonly string[];
  readonly instances: readonly string[];
  readonly createdAt: number;
  readonly state: 'unpaid' | 'in-progress' | 'delivered' | 'failed';
  readonly billed: Money | null;
  /** The number (uin) of its creator; null if the answer has none. */
  readonly createdBy: string | null;
  /** Whether the instance grows or shrinks; null if the answer does not say. */
  readonly direction: 'up' | 'down' | null;
}

/** A metric as the provider describes it. */
export interface MetricFacts {
  readonly metric: UsageMetric;
  /** From the provider's unit to that of the model; null: a unit that Refit does not know. */
  readonly factor: number | null;
  /** The provider's own word. */
  readonly unit: string;
  /** The periods, seconds, in which it has the maximum as its only statistic, so `Values` are maxima. */
  readonly onlyMaximum: readonly number[];
  /** The periods, seconds, whose statistics are listed without the maximum. */
  readonly withoutMaximum: readonly number[];
}

/** Which peaks to ask for. */
export interface SeriesRequest {
  readonly facts: MetricFacts;
  readonly instances: readonly string[];
  readonly period: UsagePeriod;
  /** Results of `periodStart`, ms since 1970 UTC. The period that starts at `until` is not wanted. */
  readonly from: number;
  readonly until: number;
}

/** A size of an edition, in theory. */
export interface SizeLimitsRequest {
  readonly edition: EditionName;
  readonly size: Size;
  readonly readsFromReplicas: boolean;
}

/** The reads, which are all that a client for planning has. */
export interface CloudReader {
  /** The endpoint for journals and messages. It never contains a key. */
  readonly endpoint: string;
  /** The provider's time, ms since 1970 UTC. Tasks and orders are dated by it. */
  providerNow(): number;
  /** Reads every instance of the scope, or those of the given ids that exist. */
  describeInstances(scope: Scope, ids?: readonly string[]): Promise<Instance[]>;
  /**
   * Reads every instance of the scope page by page, and keeps none. @param take receives each instance once, as it was first read. One
   * that is deleted meanwhile can be among them. Throws as `describeInstances` does, also after some pages.
   */
  eachInstance(scope: Scope, take: (instances: readonly Instance[]) => void): Promise<void>;
  /** Reads the sizes that the provider sells in all regions. */
  describeCatalogue(scope: Scope): Promise<Omit<Catalogue, 'zones'>>;
  /** Reads the zones of the scope's region. It leaves out zones without a known number. */
  describeZones(scope: Scope): Promise<Zone[]>;
  /**
   * Reads the maintenance window of one instance. Null: no permission, no window, or unreadable times.
   * @param note gets the reason for null.
   */
  describeWindow(
    scope: Scope,
    instance: string,
    note?: (message: Message) => void,
  ): Promise<MaintenanceWindow | null>;
  /** Asks the provider for the price of a change. */
  price(request: PriceRequest): Promise<({ readonly kind: 'quoted' } & Quote) | Refusal>;
  /**
   * Reads the resize tasks that began at or after `since`, optionally of one instance.
   * @param only saves pages. `open`: tasks that are not done, failed ones included. `failed`: failed tasks.
   */
  describeTasks(scope: Scope, since: number, instance?: string, only?: 'open' | 'failed'): Promise<Task[]>;
  /** Reads the tasks of any type that are pending or running in the scope. */
  describeRunningTasks(scope: Scope): Promise<Task[]>;
  /** Reads the amount that the account can pay; null without the permission. */
  describeBalance(scope: Scope): Promise<Money | null>;
  /** Searches billing for orders created between two times, optionally of one instance. */
  findDeals(scope: Scope, since: number, until: number, instance?: string): Promise<Deal[]>;
  /**
   * Reads orders by number from the product itself, and gives each the number that it was asked by. Unknown numbers are
   * left out.
   * @param currency the account's, because the answer has none.
   */
  describeOrders(scope: Scope, orders: readonly OrderNumber[], currency: string): Promise<Deal[]>;
  /**
   * Reads the memory in use of the given instances. The monitor product gives the maximum of the last 24 hours.
   * For clusters, another call gives the fullest shard now. A refused value stays unknown.
   * @param onRefused gets a message for each refused call.
   */
  describeMemoryInUse(
    scope: Scope,
    instances: readonly Instance[],
    onRefused?: (message: Message) => void,
  ): Promise<Map<string, UsedMemory>>;
  /** Reads the creator numbers of this identity's orders; null if they are not known. */
  describeCreatorIds(scope: Scope): Promise<readonly string[] | null>;
  /** Reads the identity behind the keys, for the journal. @throws RefitError if refused or unreadable. */
  describeIdentity(scope: Scope): Promise<Identity>;
  /**
   * Reads each instance's maximum of a metric from the monitor product. Instances without a figure are left out.
   * @param over milliseconds up to now.
   * @throws RefitError if refused or unreadable.
   */
  describeMetric(
    scope: Scope,
    instances: readonly string[],
    metric: MetricName,
    over: number,
  ): Promise<Map<string, number>>;
  /** Reads what the monitor product says about the metrics of use. Those that it does not have are missing. */
  describeUsageMetrics(scope: Scope): Promise<readonly MetricFacts[] | Refusal>;
  /**
   * Reads peaks of one metric with one call, within the limits of docs/provider.md P116. The factor of the
   * metric is known.
   * @returns for each instance one value for each period; null where the provider has none.
   */
  describeUsage(
    scope: Scope,
    request: SeriesRequest,
  ): Promise<ReadonlyMap<string, readonly (number | null)[]> | Refusal>;
  /** Reads what a size allows in theory, without an instance. Null: the answer is in no form that Refit knows. */
  describeSizeLimits(scope: Scope, request: SizeLimitsRequest): Promise<SizeLimits | null | Refusal>;
  /**
   * Reads what an instance does when it is full: `maxmemory-policy`, such as `noeviction` or `allkeys-lru`. Null: the answer
   * has no policy that Refit knows, as for Memcached.
   */
  describeEvictionPolicy(scope: Scope, instance: string): Promise<string | null | Refusal>;
  /** Releases connections. */
  close(): Promise<void>;
}

/** The interface of a run: the reads, and the order, which spends money. */
export interface Cloud extends CloudReader {
  /** The lane of this identity's orders. A permit is reserved for it. */
  orderLane(scope: Scope): Lane;
  /**
   * Sends one order, once. It never throws for a fault of the network or the provider.
   * @param goAhead is called after connecting, in the tick that writes the request. False: nothing is sent, and the
   *   answer is `not-sent`.
   */
  order(request: OrderRequest, goAhead: () => boolean): Promise<OrderAnswer>;
}

/** One call that was sent, for counting and for traces. `at` and `until` are milliseconds since 1970 UTC. */
export interface CallRecord {
  readonly action: string;
  readonly at: number;
  /** When its answer was there, or Refit stopped waiting. */
  readonly until: number;
  readonly refusedByLimit: boolean;
  /** `limited`: refused by the request limit. `unusable`: no answer, or one that proves nothing. */
  readonly result: 'ok' | 'refused' | 'limited' | 'unusable';
  /** The code of a refusal; null otherwise. */
  readonly code: string | null;
  readonly requestId: string | null;
}
