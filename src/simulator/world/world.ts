/**
 * The simulated state of the provider: instances, orders, tasks, balances and faults. The world has no clock. Callers
 * pass the time, and let `advance` run everything that is due before each call. Besides `advance`, orders (change.ts),
 * issued temporary keys, the gateway's records of requests, and a fault that strikes at a read change a world.
 */
import type { Agenda } from './agenda.ts';
import type { DailySpan } from './beijing-time.ts';
import type { BillingMode, SimCatalogue } from './catalogue.ts';
import type { Fault, FaultSet } from './faults.ts';
import type { FleetInstance } from './fleet-instance.ts';
import type { SimRegion, SimZone } from './geography.ts';
import { type OrderNumberScheme, type OrderNumbers, orderNumbers } from './order-numbers.ts';
import type { Random } from './random.ts';
import type { LimitCounting, RequestLimit } from './request-limit.ts';

/** An identity that can sign requests. */
export interface Identity {
  readonly secretId: string;
  readonly secretKey: string;
  /** Session token that every request with a temporary key needs; null for a permanent key. */
  readonly token: string | null;
  /** Number of the identity, for request limits and order records. */
  readonly uin: string;
  /** Account name; left out: the first account. */
  readonly account?: string;
  /** Denied actions; `*` means all. */
  readonly deny?: readonly string[];
  /** Role, session and lifetime of a temporary key. Times are in ms since 1970 UTC. */
  readonly session?: {
    readonly role: string;
    readonly name: string;
    /** Number of the identity that requested the keys. */
    readonly askedBy: string;
    readonly issuedAt: number;
    readonly expiresAt: number;
  };
}

/** An account with its own fleet, balance and keys, in addition to the first one. */
export interface AccountOptions {
  readonly name: string;
  /** Number of the main account. */
  readonly uin: string;
  readonly appId: number;
  /** CNY. */
  readonly balance: number;
  readonly fleet: readonly FleetInstance[];
  /** Roles with their denied actions; null: every role name exists and may call everything. */
  readonly roles: Readonly<Record<string, readonly string[]>> | null;
}

export interface SimAccount extends Pick<AccountOptions, 'name' | 'uin' | 'appId' | 'roles'> {
  /** Cents. */
  balance: number;
  /** Answered calls of GetMonitorData. */
  monitorCalls: number;
  /** Instances by region, oldest first. createWorld fills it. */
  readonly byRegion: Map<string, SimInstance[]>;
  /** The task list, oldest first. */
  readonly tasks: SimTask[];
  /** Deals in billing, in the order of their listing. */
  readonly listedDeals: SimDeal[];
}

/** Minimum and maximum in milliseconds. Each draw is in this range. */
export type Range = readonly [number, number];

export interface WorldOptions {
  readonly seed: number;
  readonly fleet: readonly FleetInstance[];
  readonly identities: readonly Identity[];
  /** More accounts. The first account is named `default` and has `fleet` and `balance`. */
  readonly accounts?: readonly AccountOptions[];
  /** Number of the first account. Default OWNER_UIN. */
  readonly uin?: string;
  /** Roles of the first account. Default: every role name exists. */
  readonly roles?: AccountOptions['roles'];
  /** Role of the metadata service; null: none. Default `refit-cvm`. */
  readonly cvmRole?: string | null;
  /** Time from an accepted order to Status 1 (processing). Tasks and billing show the order within this time. */
  readonly startLag: Range;
  /** How long an instance stays in the status processing. */
  readonly duration: Range;
  /** The same for one change, milliseconds; left out: drawn from `duration`. */
  readonly durationOf?: (job: Pick<SimJob, 'instance' | 'change'>) => number;
  /** Time after the change in which the instance reads as running and still refuses orders. */
  readonly lockTail: Range;
  /** Requests per second for each action; null: 35 for DescribeInstances, 20 for others (docs/provider.md P28). */
  readonly limit: number | null;
  readonly limitCounting: LimitCounting;
  /** How the numbers of an order relate; left out: `one`. */
  readonly orderNumbers?: OrderNumberScheme;
  /** Balance of the first account, CNY. */
  readonly balance: number;
  readonly faults: readonly Fault[];
  /** Catalogue of another world with the same zones, to create many worlds fast; left out: a new one. */
  readonly catalogue?: SimCatalogue;
  /** All regions with their zones, including those of the fleet; left out: derived from the fleet. */
  readonly regions?: ReadonlyMap<string, SimRegion>;
}

/** A node of a multi-zone instance. */
export interface SimNode {
  readonly id: number;
  /** 0 master, 1 replica. */
  readonly kind: 0 | 1;
  readonly zone: number;
}

/** Memory of one shard in MB, shards, and replicas without the master. */
export interface SimSize {
  memoryPerShard: number;
  shards: number;
  replicas: number;
}

export interface SimInstance
  extends SimSize,
    Pick<FleetInstance, 'id' | 'name' | 'type' | 'lowVersion' | 'usage'> {
  readonly account: SimAccount;
  readonly ip: string;
  readonly region: SimRegion;
  readonly zone: SimZone;
  readonly billing: BillingMode;
  tags: readonly { readonly TagKey: string; readonly TagValue: string }[];
  readonly createdAt: number;
  readonly monitorVersion: '5s' | '1m';
  readonly readsFromReplicas: boolean;
  /** When a prepaid instance expires, ms since 1970 UTC; null: postpaid. */
  readonly deadline: number | null;
  /** When an instance was isolated, ms since 1970 UTC; null: it was not. */
  readonly closedAt: number | null;
  /** The provider's state code of a data transfer (7 running, 9 done, 10 failed); null: none. */
  readonly transfer: number | null;
  readonly replicationGroup: { readonly id: string; readonly role: 'r' | 'rw' } | null;
  /** Earlier sizes, oldest first. */
  readonly past: PastSize[];
  /** Maintenance window. */
  window: DailySpan;
  status: number;
  /** MB in use at the world's start, one number for each present shard. `usedAt` (usage/memory.ts) has them at a time. */
  used: number[];
  /** Null for a single-zone instance. */
  nodes: SimNode[] | null;
  /** The instance refuses orders until this time, although it reads as running. */
  lockedUntil: number;
  /** Number of pending and running tasks in the task list. */
  openTasks: number;
  unpaid: SimDeal | null;
  /** Number of accepted orders. */
  orderCount: number;
  /** Newest last. */
  readonly tasks: SimTask[];
  /** Started orders: the first is processing, the others wait for it. */
  readonly jobs: SimJob[];
}

/** Size and use of an instance until a time in ms since 1970 UTC. */
export type PastSize = SimSize & Pick<SimInstance, 'used'> & { readonly until: number };

export interface SimChange {
  readonly dimension: keyof SimSize;
  readonly to: number;
  /**
   * Nodes that a multi-zone instance gains (by zone) or loses (by node id); one list is always empty. Or all nodes after
   * a move to other zones. Null for all other changes.
   */
  readonly nodes:
    | { readonly add: readonly SimZone[]; readonly drop: readonly number[] }
    | { readonly place: readonly SimNode[] }
    | null;
}

/** The execution of an accepted order. */
export interface SimJob {
  readonly instance: SimInstance;
  readonly change: SimChange;
  /** Null for a change without an order. */
  readonly deal: SimDeal | null;
  /** Null until the task is in the task list. */
  task: SimTask | null;
  /** True if it waits for the maintenance window. */
  readonly inWindow: boolean;
  readonly fails: boolean;
  readonly stuck: boolean;
}

/** An order in billing. The provider calls it a deal. */
export interface SimDeal {
  /** Its `DealName`. */
  readonly name: string;
  readonly numbers: OrderNumbers;
  readonly instance: SimInstance;
  readonly by: string;
  readonly createdAt: number;
  endedAt: number | null;
  /** 1 unpaid, 2 paid, 3 delivering, 4 delivered, 5 delivery failed. */
  status: 1 | 2 | 3 | 4 | 5;
  readonly action: 'upgrade' | 'downgrade';
  /** The quote, whole cents. */
  readonly price: number;
  /** Amount taken from the account, whole cents; 0 for postpaid. */
  readonly charged: number;
}

export interface SimTask {
  readonly id: number;
  readonly type: string;
  readonly instance: SimInstance;
  readonly by: string;
  /** When the task was created; for a change that waited for its window, when the change started. */
  startedAt: number;
  /** 0 pending, 1 running, 2 done, 4 failed. */
  result: 0 | 1 | 2 | 4;
  endedAt: number | null;
}

export interface World {
  readonly options: WorldOptions;
  readonly startedAt: number;
  /** Random numbers for events. */
  readonly random: Random;
  /** Separate random numbers for ids and keys: the number of reads must not change the events. */
  readonly idRandom: Random;
  readonly agenda: Agenda;
  readonly regions: ReadonlyMap<string, SimRegion>;
  readonly catalogue: SimCatalogue;
  readonly instances: Map<string, SimInstance>;
  /** By name; the first is `default`. */
  readonly accounts: ReadonlyMap<string, SimAccount>;
  /** All deals by `DealName`, including those that billing does not list yet. */
  readonly deals: Map<string, SimDeal>;
  /** The same by `DealId`. */
  readonly dealById: Map<string, SimDeal>;
  /** Deals in billing by instance id, in the order of their listing. */
  readonly billingOf: Map<string, SimDeal[]>;
  readonly taskById: Map<number, SimTask>;
  /** Identities by secret id, including those of issued temporary keys. */
  readonly identities: Map<string, Identity>;
  /** When requests with signature version 1 expire, by their signature. The gateway accepts each request only once. */
  readonly usedRequests: Map<string, number>;
  readonly limit: RequestLimit;
  readonly faults: FaultSet;
  /** Lead of the server clock over the real time, ms. */
  readonly clockSkew: number;
  /** Instances that another user changes after their next read. */
  readonly handChanges: Set<string>;
  /** Number of requests that failed authentication. They count for no identity. */
  unauthenticated: number;
  lastOrderNumber: number;
}

/** Number of the first account. */
export const OWNER_UIN = '100000000001';
/** Number of another user, who makes foreign changes. */
export const OTHER_UIN = '100000000099';

/** Name of the first account, the default of an identity. */
export const FIRST_ACCOUNT = 'default';

/** The account of an identity. */
export function accountOf(world: World, { account = FIRST_ACCOUNT }: Identity): SimAccount {
  return world.accounts.get(account)!;
}

/** Distributes `total` over shards. The first one holds `fullest`; null: evenly. */
export function spread(total: number, shards: number, fullest: number | null): number[] {
  if (shards === 1) return [total];
  const first = Math.min(total, Math.max(fullest ?? 0, total / shards));
  return [first, ...Array.from({ length: shards - 1 }, () => (total - first) / (shards - 1))];
}

/** Sum of MB over all shards. */
export function sum(parts: readonly number[]): number {
  return parts.reduce((total, part) => total + part, 0);
}

/** Adds a pending task to the task list. */
export function createTask(
  world: World,
  instance: SimInstance,
  { type, by, at }: { type: string; by: string; at: number },
): SimTask {
  const id = 700_000 + world.taskById.size + 1;
  const task: SimTask = { id, type, instance, by, startedAt: at, result: 0, endedAt: null };
  instance.openTasks += 1;
  instance.tasks.push(task);
  instance.account.tasks.push(task);
  world.taskById.set(task.id, task);
  return task;
}

/** Marks a task as running. A task that waited becomes the newest in the list. */
export function startTask(task: SimTask, waited: boolean, at: number): void {
  task.result = 1;
  if (!waited) return;
  task.startedAt = at;
  for (const list of [task.instance.account.tasks, task.instance.tasks]) {
    list.splice(list.indexOf(task), 1);
    list.push(task);
  }
}

/** Ends a task. */
export function endTask(task: SimTask, result: 2 | 4, at: number): void {
  task.result = result;
  task.endedAt = at;
  task.instance.openTasks -= 1;
}

/** Makes an order visible in billing. */
export function listDeal(world: World, deal: SimDeal): void {
  const { id, account } = deal.instance;
  account.listedDeals.push(deal);
  const own = world.billingOf.get(id);
  if (own) own.push(deal);
  else world.billingOf.set(id, [deal]);
}

/** Creates a paid order with a new number. The caller makes it visible in billing. */
export function createDeal(
  world: World,
  instance: SimInstance,
  { at, ...terms }: Pick<SimDeal, 'by' | 'action' | 'price' | 'charged'> & { at: number },
): SimDeal {
  world.lastOrderNumber += 1;
  const numbers = orderNumbers(world.options.orderNumbers ?? 'one', world.lastOrderNumber, at);
  const name = numbers.dealName;
  const deal: SimDeal = { name, numbers, instance, ...terms, createdAt: at, endedAt: null, status: 2 };
  world.deals.set(name, deal);
  world.dealById.set(numbers.dealId, deal);
  return deal;
}

/** Runs everything that is due at `now`. */
export function advance(world: World, now: number): void {
  world.faults.setTime(now);
  world.agenda.runUntil(now);
}

export type WorldCounts = ReturnType<typeof counts>;

/** Arrivals and refusals by second and action, and accepted orders by instance. */
export function counts(world: World) {
  const ordered = [...world.instances.values()].filter(({ orderCount }) => orderCount > 0);
  const orders = Object.fromEntries(ordered.map(({ id, orderCount }) => [id, orderCount]));
  return { ...world.limit.counts(), orders, unauthenticated: world.unauthenticated };
}
