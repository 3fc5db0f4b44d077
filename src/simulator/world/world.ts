/**
 * The provider's state in small: instances, orders, tasks, money and what was told to go wrong. It has no time of
 * its own; whoever asks says what time it is, and everything due by then happens first. Changed only by `advance`,
 * by orders (change.ts) and by the counting of requests.
 */
import type { Agenda } from './agenda.ts';
import { beijingDate, type DailySpan } from './beijing-time.ts';
import type { BillingMode, SimCatalogue } from './catalogue.ts';
import type { Fault, FaultSet } from './faults.ts';
import type { FleetInstance } from './fleet-instance.ts';
import type { SimRegion, SimZone } from './geography.ts';
import type { Random } from './random.ts';
import type { LimitCounting, RequestLimit } from './request-limit.ts';

/** Who may sign requests. */
export interface Identity {
  readonly secretId: string;
  readonly secretKey: string;
  /** A temporary key's session token, which must come with every request; null for a lasting key. */
  readonly token: string | null;
  /** Who it is: requests are counted by it, and orders are made by it. */
  readonly uin: string;
  /** The name of its account; left out: the first one. */
  readonly account?: string;
  /** Actions that it has no right to; `*` is every one. */
  readonly deny?: readonly string[];
  /** Set for a temporary key: of which role, in whose session, and its life in ms since 1970 UTC. */
  readonly session?: {
    readonly role: string;
    readonly name: string;
    /** Whose keys asked for it. */
    readonly askedBy: string;
    readonly issuedAt: number;
    readonly expiresAt: number;
  };
}

/** An account beside the first: a fleet, money and keys of its own. */
export interface AccountOptions {
  readonly name: string;
  /** The main account's number. */
  readonly uin: string;
  readonly appId: number;
  /** CNY. */
  readonly balance: number;
  readonly fleet: readonly FleetInstance[];
  /** Roles that can be assumed, each with the actions it has no right to; null: any name will do, with every right. */
  readonly roles: Readonly<Record<string, readonly string[]>> | null;
}

export interface SimAccount extends Pick<AccountOptions, 'name' | 'uin' | 'appId' | 'roles'> {
  /** Cents. */
  balance: number;
  /** Its instances by creation, oldest first; filled when the world is made. */
  readonly byRegion: Map<string, SimInstance[]>;
}

/** Least and greatest, milliseconds; each draw falls between. */
export type Range = readonly [number, number];

export interface WorldOptions {
  readonly seed: number;
  readonly fleet: readonly FleetInstance[];
  readonly identities: readonly Identity[];
  /** Beside the first, which is named `default` and has `fleet` and `balance`. */
  readonly accounts?: readonly AccountOptions[];
  /** The first account's number; left out: OWNER_UIN. */
  readonly uin?: string;
  /** Roles of the first account; left out: any name will do. */
  readonly roles?: AccountOptions['roles'];
  /** The role that the metadata service hands out keys for; null: none is bound. Left out: `refit-cvm`. */
  readonly cvmRole?: string | null;
  /** From an accepted order to Status 1. The order shows in tasks and in billing somewhere within it. */
  readonly startLag: Range;
  /** How long an instance is in process. */
  readonly duration: Range;
  /** The same by what is changed, milliseconds; left out: drawn from `duration`. */
  readonly durationOf?: (job: Pick<SimJob, 'instance' | 'change'>) => number;
  /** How long after its end an instance still refuses orders while reading as running. */
  readonly lockTail: Range;
  /** Requests a second for every action; null: 35 for DescribeInstances, else 20 (docs/provider.md P28). */
  readonly limit: number | null;
  readonly limitCounting: LimitCounting;
  /** What the first account holds, CNY. */
  readonly balance: number;
  readonly faults: readonly Fault[];
  /** That of another world with the same zones, where many worlds are made; left out: made anew. */
  readonly catalogue?: SimCatalogue;
  /** Every region with its zones, those of the fleet among them; left out: made from the fleet. */
  readonly regions?: ReadonlyMap<string, SimRegion>;
}

/** A node of a multi-zone instance. */
export interface SimNode {
  readonly id: number;
  /** 0 master, 1 replica. */
  readonly kind: 0 | 1;
  readonly zone: number;
}

/** MB of one shard, shards, and replicas beside the master. */
export interface SimSize {
  memoryPerShard: number;
  shards: number;
  replicas: number;
}

export interface SimInstance extends SimSize, Pick<FleetInstance, 'id' | 'name' | 'type' | 'lowVersion'> {
  readonly account: SimAccount;
  readonly ip: string;
  readonly region: SimRegion;
  readonly zone: SimZone;
  readonly billing: BillingMode;
  readonly tags: readonly { readonly TagKey: string; readonly TagValue: string }[];
  readonly createdAt: number;
  readonly deadline: number | null;
  readonly closedAt: number | null;
  /** The state of its data transfer job, as the wire numbers it (7 running, 9 done, 10 failed); null: none. */
  readonly transfer: number | null;
  readonly replicationGroup: { readonly id: string; readonly role: 'r' | 'rw' } | null;
  /** What it was before each change that ended, oldest first. */
  readonly past: PastSize[];
  /** When changes that wait for it may begin. */
  window: DailySpan;
  status: number;
  /** MB in use, one number a shard. */
  used: number[];
  /** Null on a single-zone instance. */
  nodes: SimNode[] | null;
  /** Orders are refused until then although it reads as running. */
  lockedUntil: number;
  /** Tasks pending or running that the task list shows. */
  openTasks: number;
  unpaid: SimDeal | null;
  /** Orders accepted over the wire. */
  orders: number;
  /** Newest last. */
  readonly tasks: SimTask[];
  /** Orders that have begun: the first is in process, the others wait for it. */
  readonly jobs: SimJob[];
}

/** Size and use of an instance until a moment, ms since 1970 UTC. */
type PastSize = Pick<SimInstance, 'memoryPerShard' | 'shards' | 'used'> & { readonly until: number };

export interface SimChange {
  readonly dimension: keyof SimSize;
  readonly to: number;
  /**
   * What happens to the nodes of a multi-zone instance when its replicas change: some are added, by zone, or dropped,
   * by node id, so that one of the lists is empty. Null elsewhere.
   */
  readonly nodes: { readonly add: readonly SimZone[]; readonly drop: readonly number[] } | null;
}

/** An accepted order being carried out. */
export interface SimJob {
  readonly instance: SimInstance;
  readonly change: SimChange;
  readonly deal: SimDeal;
  /** Null until the task list shows it. */
  task: SimTask | null;
  /** It waits for the maintenance window. */
  readonly inWindow: boolean;
  readonly fails: boolean;
  readonly stuck: boolean;
}

export interface SimDeal {
  /** About 23 digits, beginning with the Beijing date. */
  readonly name: string;
  readonly instance: SimInstance;
  readonly by: string;
  readonly createdAt: number;
  endedAt: number | null;
  /** 1 unpaid, 2 paid, 3 delivering, 4 delivered, 5 delivery failed. */
  status: 1 | 2 | 3 | 4 | 5;
  readonly action: 'upgrade' | 'downgrade';
  /** The quote, whole cents. */
  readonly price: number;
  /** What was taken from the account, whole cents: nothing for postpaid. */
  readonly charged: number;
}

export interface SimTask {
  readonly id: number;
  readonly type: string;
  readonly instance: SimInstance;
  readonly by: string;
  /** When it was made; once a change that waited for its window begins, when that was. */
  startedAt: number;
  /** 0 pending, 1 running, 2 done, 4 failed. */
  result: 0 | 1 | 2 | 4;
  endedAt: number | null;
}

export interface World {
  readonly options: WorldOptions;
  readonly startedAt: number;
  /** Chance of what happens. */
  readonly random: Random;
  /** Chance of request ids, apart: how often somebody looks must not change what happens. */
  readonly names: Random;
  readonly agenda: Agenda;
  readonly regions: ReadonlyMap<string, SimRegion>;
  readonly catalogue: SimCatalogue;
  readonly instances: Map<string, SimInstance>;
  /** By name; the first is `default`. */
  readonly accounts: ReadonlyMap<string, SimAccount>;
  /** Every deal by number, also those billing does not list yet. */
  readonly deals: Map<string, SimDeal>;
  /** What billing lists, in the order in which it came to list them; the same by instance id. */
  readonly billing: SimDeal[];
  readonly billingOf: Map<string, SimDeal[]>;
  /** What the task list shows, oldest first. */
  readonly tasks: SimTask[];
  readonly taskById: Map<number, SimTask>;
  /** By secret id. Temporary keys are added as they are issued. */
  readonly identities: Map<string, Identity>;
  /** Requests signed by v1 within the last minutes: each is taken once. By what identifies it, until when it matters. */
  readonly usedRequests: Map<string, number>;
  readonly limit: RequestLimit;
  readonly faults: FaultSet;
  /** How far the server's clock is ahead of the truth now, ms. */
  readonly clockSkew: number;
  /** Instances that somebody else changes once they have been read. */
  readonly handChanges: Set<string>;
  /** Requests that failed authentication: they count for nobody. */
  unauthenticated: number;
  lastOrderNumber: number;
}

/** The main account's number of the first account, and the one who changes things by hand. */
export const OWNER_UIN = '100000000001';
export const OTHER_UIN = '100000000099';

/** The account that first was, unless an identity says otherwise. */
export const FIRST_ACCOUNT = 'default';

/** Whose fleet and money an identity sees. */
export function accountOf(world: World, { account = FIRST_ACCOUNT }: Identity): SimAccount {
  return world.accounts.get(account)!;
}

/** `total` over `shards` parts of which the first holds `fullest`; null spreads it evenly. */
export function spread(total: number, shards: number, fullest: number | null): number[] {
  if (shards === 1) return [total];
  const first = Math.min(total, Math.max(fullest ?? 0, total / shards));
  return [first, ...Array.from({ length: shards - 1 }, () => (total - first) / (shards - 1))];
}

/** MB in use over all shards. */
export function sum(parts: readonly number[]): number {
  return parts.reduce((total, part) => total + part, 0);
}

/** A new task that the list shows from now on, pending. */
export function createTask(
  world: World,
  instance: SimInstance,
  { type, by, at }: { type: string; by: string; at: number },
): SimTask {
  const id = 700_000 + world.taskById.size + 1;
  const task: SimTask = { id, type, instance, by, startedAt: at, result: 0, endedAt: null };
  instance.openTasks += 1;
  instance.tasks.push(task);
  world.tasks.push(task);
  world.taskById.set(task.id, task);
  return task;
}

/** Marks a task as running. One that had waited begins only now, and is the newest. */
export function startTask(world: World, task: SimTask, waited: boolean, at: number): void {
  task.result = 1;
  if (!waited) return;
  task.startedAt = at;
  for (const list of [world.tasks, task.instance.tasks]) {
    list.splice(list.indexOf(task), 1);
    list.push(task);
  }
}

/** Ends a task for good. */
export function endTask(task: SimTask, result: 2 | 4, at: number): void {
  task.result = result;
  task.endedAt = at;
  task.instance.openTasks -= 1;
}

/** Lists an order in billing. */
export function listDeal(world: World, deal: SimDeal): void {
  const { id } = deal.instance;
  world.billing.push(deal);
  const own = world.billingOf.get(id);
  if (own) own.push(deal);
  else world.billingOf.set(id, [deal]);
}

/** A new order under a number of its own, paid. The caller lists it in billing. */
export function createDeal(
  world: World,
  instance: SimInstance,
  { at, ...terms }: Pick<SimDeal, 'by' | 'action' | 'price' | 'charged'> & { at: number },
): SimDeal {
  world.lastOrderNumber += 1;
  const name = `${beijingDate(at)}${String(world.lastOrderNumber).padStart(15, '0')}`;
  const deal: SimDeal = { name, instance, ...terms, createdAt: at, endedAt: null, status: 2 };
  world.deals.set(deal.name, deal);
  return deal;
}

/** Lets everything happen that is due by `now`. */
export function advance(world: World, now: number): void {
  world.faults.setTime(now);
  world.agenda.runUntil(now);
}

export type WorldCounts = ReturnType<typeof counts>;

/** Arrivals and refusals by second and action, and accepted orders by instance; those with none are left out. */
export function counts(world: World) {
  const ordered = [...world.instances.values()].filter(({ orders }) => orders > 0);
  const orders = Object.fromEntries(ordered.map(({ id, orders }) => [id, orders]));
  return { ...world.limit.counts(), orders, unauthenticated: world.unauthenticated };
}
