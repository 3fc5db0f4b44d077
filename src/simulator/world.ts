/**
 * The provider's state in small: instances, orders, tasks, money and what was told to go wrong. It has no time of
 * its own; whoever asks says what time it is, and everything due by then happens first. Changed only by `advance`,
 * by orders (change.ts) and by the counting of requests.
 */
import type { Agenda } from './agenda.ts';
import { beijingDate } from './beijing-time.ts';
import type { BillingMode, SimCatalogue } from './catalogue.ts';
import type { Arsenal, Fault } from './faults.ts';
import type { FleetInstance } from './fleet.ts';
import type { SimRegion, SimZone } from './geography.ts';
import type { Random } from './random.ts';
import type { Counts, LimitCounting, RequestLimit } from './request-limit.ts';

/** Who may sign requests. */
export interface Identity {
  readonly secretId: string;
  readonly secretKey: string;
  /** A temporary key's session token, which must come with every request; null for a lasting key. */
  readonly token: string | null;
  readonly uin: string;
}

/** Least and greatest, milliseconds; each draw falls between. */
export type Range = readonly [number, number];

export interface WorldOptions {
  readonly seed: number;
  readonly fleet: readonly FleetInstance[];
  readonly identities: readonly Identity[];
  /** From an accepted order to Status 1. The order shows in tasks and in billing somewhere within it. */
  readonly startLag: Range;
  /** How long an instance is in process. */
  readonly duration: Range;
  /** How long after its end an instance still refuses orders while reading as running. */
  readonly lockTail: Range;
  /** Requests a second for every action; null: 35 for DescribeInstances, else 20 (facts §2). */
  readonly limit: number | null;
  readonly limitCounting: LimitCounting;
  /** What the account holds, CNY. */
  readonly balance: number;
  readonly faults: readonly Fault[];
}

/** A node of a multi-zone instance. */
export interface SimNode {
  readonly id: number;
  /** 0 master, 1 replica. */
  readonly kind: 0 | 1;
  readonly zone: number;
}

export interface SimInstance {
  readonly id: string;
  readonly name: string;
  readonly region: SimRegion;
  readonly zone: SimZone;
  readonly type: number;
  readonly billing: BillingMode;
  readonly tags: readonly { readonly TagKey: string; readonly TagValue: string }[];
  readonly createdAt: number;
  readonly deadline: number | null;
  readonly closedAt: number | null;
  readonly lowVersion: boolean;
  memoryPerShard: number;
  shards: number;
  replicas: number;
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

/** What an order changes. */
export type SimDimension = 'memoryPerShard' | 'shards' | 'replicas';

export interface SimChange {
  readonly dimension: SimDimension;
  readonly to: number;
  /** The nodes of a multi-zone instance after a change of its replicas; null elsewhere. */
  readonly nodes: SimNode[] | null;
}

/** An accepted order being carried out. */
export interface SimJob {
  readonly instance: SimInstance;
  readonly change: SimChange;
  readonly deal: SimDeal;
  /** Null until the task list shows it. */
  task: SimTask | null;
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
  readonly startedAt: number;
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
  readonly instances: ReadonlyMap<string, SimInstance>;
  /** By creation, oldest first. */
  readonly byRegion: ReadonlyMap<string, readonly SimInstance[]>;
  /** Every deal by number, also those billing does not list yet. */
  readonly deals: Map<string, SimDeal>;
  /** What billing lists, in the order in which it came to list them. */
  readonly billing: SimDeal[];
  /** What the task list shows, oldest first. */
  readonly tasks: SimTask[];
  readonly taskById: Map<number, SimTask>;
  readonly identities: ReadonlyMap<string, Identity>;
  readonly limit: RequestLimit;
  readonly faults: Arsenal;
  /** How far the server's clock is ahead of the truth, ms. */
  readonly clockSkew: number;
  /** Instances that somebody else changes once they have been read. */
  readonly handChanges: Set<string>;
  /** Requests that failed authentication: they count for nobody. */
  unauthenticated: number;
  /** Cents. */
  balance: number;
  lastNumber: number;
}

/** The main account of every identity, and the one who changes things by hand. */
export const OWNER_UIN = '100000000001';
export const SOMEBODY_ELSE = '100000000099';

/** `total` over `shards` parts of which the first holds `fullest`; null spreads it evenly. */
export function spread(total: number, shards: number, fullest: number | null): number[] {
  if (shards === 1) return [total];
  const first = Math.min(total, Math.max(fullest ?? 0, total / shards));
  return [first, ...Array.from({ length: shards - 1 }, () => (total - first) / (shards - 1))];
}

/** MB in use over all shards. */
export function sum(parts: readonly number[]): number {
  let total = 0;
  for (const part of parts) total += part;
  return total;
}

/** A new task that the list shows from now on, pending. */
export function openTask(world: World, instance: SimInstance, type: string, by: string, at: number): SimTask {
  const task: SimTask = {
    id: 700_000 + world.taskById.size + 1,
    type,
    instance,
    by,
    startedAt: at,
    result: 0,
    endedAt: null,
  };
  instance.openTasks += 1;
  instance.tasks.push(task);
  world.tasks.push(task);
  world.taskById.set(task.id, task);
  return task;
}

/** Ends a task for good. */
export function closeTask(task: SimTask, result: 2 | 4, at: number): void {
  task.result = result;
  task.endedAt = at;
  task.instance.openTasks -= 1;
}

/** A new order under a number of its own, paid. Whoever calls lists it in billing. */
export function makeDeal(
  world: World,
  instance: SimInstance,
  {
    by,
    at,
    action,
    price,
    charged,
  }: { by: string; at: number; action: SimDeal['action']; price: number; charged: number },
): SimDeal {
  world.lastNumber += 1;
  const deal: SimDeal = {
    name: `${beijingDate(at)}${String(world.lastNumber).padStart(15, '0')}`,
    instance,
    by,
    createdAt: at,
    endedAt: null,
    status: 2,
    action,
    price,
    charged,
  };
  world.deals.set(deal.name, deal);
  return deal;
}

/** Lets everything happen that is due by `now`. */
export function advance(world: World, now: number): void {
  world.agenda.runUntil(now);
}

/** What a world has been asked and has done. */
export interface WorldCounts extends Counts {
  /** Accepted orders by instance; those with none are left out. */
  readonly orders: Readonly<Record<string, number>>;
  readonly unauthenticated: number;
}

/** Arrivals and refusals by second and action, and accepted orders by instance. */
export function counts(world: World): WorldCounts {
  const orders: Record<string, number> = {};
  for (const instance of world.instances.values())
    if (instance.orders > 0) orders[instance.id] = instance.orders;
  return { ...world.limit.counts(), orders, unauthenticated: world.unauthenticated };
}
