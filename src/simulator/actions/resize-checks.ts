/**
 * Whether the provider would take a resize, and if not, with which code. The checks stand in the provider's order
 * and the first that fails gives the code. Source: docs/provider-choices.md and facts §1.3 and §1.4, read 2026-11.
 */

import type { Sold } from '../world/catalogue.ts';
import { tripleOf } from '../world/change.ts';
import { SIM_EDITIONS } from '../world/editions.ts';
import type { FaultName } from '../world/faults.ts';
import { TRANSFER_ENDED } from '../world/fleet.ts';
import type { SimZone } from '../world/geography.ts';
import { footprint, quote, type Triple } from '../world/price.ts';
import {
  type NodeChange,
  type SimChange,
  type SimDimension,
  type SimInstance,
  sum,
  type World,
} from '../world/world.ts';
import { Refusal } from './refusal.ts';

/** A node as the request names it. */
export interface NodeWish {
  readonly NodeType: number;
  readonly NodeId?: number;
  readonly ZoneId?: number;
  readonly ZoneName?: string;
}

/** What a resize asks for; a count left out means the present one. */
export interface ResizeWish {
  readonly memoryPerShard: number;
  readonly shards: number | undefined;
  readonly replicas: number | undefined;
  readonly nodes: readonly NodeWish[] | undefined;
}

/** A resize that may be ordered. */
export interface Resize {
  readonly from: Triple;
  readonly to: Triple;
  readonly change: SimChange;
  /** The quote, cents. */
  readonly cents: number;
  /** All copies together take more memory than before. */
  readonly grows: boolean;
}

/** 8 TB in MB. Source: facts §4. */
const GREATEST_TOTAL = 8 * 1024 * 1024;

/** @throws Refusal as the action UpgradeInstance gives it */
export function checkOrder(world: World, instance: SimInstance, wish: ResizeWish, now: number): Resize {
  const fault = (name: FaultName, code: string, message: string): void => {
    if (world.faults.take(name, 'UpgradeInstance', instance.id)) throw new Refusal(code, message);
  };
  checkStatus(instance, now);
  fault('low-version', 'UnsupportedOperation.LowVersion', 'the minor version of the instance is too low');
  if (instance.lowVersion)
    throw new Refusal('UnsupportedOperation.LowVersion', 'the minor version of the instance is too low');
  const resize = checkSpecification(
    world,
    instance,
    wish,
    now,
    'InvalidParameterValue.MemSizeNotInRange',
    true,
  );
  fault('quota', 'LimitExceeded', 'the quota of the account is exceeded');
  fault('sold-out', 'ResourceUnavailable.SaleOut', 'the product is sold out');
  fault('insufficient', 'ResourceInsufficient', 'resources are insufficient');
  if (resize.grows) {
    checkStock(world, instance, instance.zone);
    for (const zone of resize.change.nodes?.add ?? []) checkStock(world, instance, zone);
  }
  fault('pay-failed', 'FailedOperation.PayFailed', 'the payment failed');
  fault('no-balance', 'ResourceUnavailable.AccountBalanceNotEnough', 'the account balance is not enough');
  if (instance.unpaid)
    throw new Refusal('FailedOperation.PayFailed', `order ${instance.unpaid.name} waits to be paid`);
  if (instance.billing === 1 && resize.cents > instance.account.balance) {
    throw new Refusal('ResourceUnavailable.AccountBalanceNotEnough', 'the account balance is not enough');
  }
  return resize;
}

/** @throws Refusal as the action InquiryPriceUpgradeInstance gives it: up to and including the reduction */
export function checkQuote(world: World, instance: SimInstance, wish: ResizeWish, now: number): Resize {
  if (instance.status !== 2 || instance.openTasks > 0 || isTiedUp(instance)) {
    throw new Refusal(
      'ResourceUnavailable.InstanceStatusError',
      `instance ${instance.id} is in a wrong status`,
    );
  }
  return checkSpecification(world, instance, wish, now, 'LimitExceeded.MemSizeNotInRange', false);
}

function checkStatus(instance: SimInstance, now: number): void {
  if (instance.status !== 2) {
    throw new Refusal(
      'ResourceUnavailable.InstanceStatusAbnormal',
      `the status of instance ${instance.id} is ${instance.status}`,
    );
  }
  if (instance.openTasks > 0 || isTiedUp(instance)) {
    throw new Refusal(
      'ResourceUnavailable.InstanceStatusError',
      `instance ${instance.id} has a task under way`,
    );
  }
  if (now < instance.lockedUntil)
    throw new Refusal('FailedOperation.SystemError', 'system error, please retry later');
}

/** A data transfer that has not ended, or membership in a replication group. */
function isTiedUp({ transfer, replicationGroup }: SimInstance): boolean {
  return replicationGroup !== null || (transfer !== null && !TRANSFER_ENDED.includes(transfer));
}

function checkSpecification(
  world: World,
  instance: SimInstance,
  wish: ResizeWish,
  now: number,
  outOfRange: string,
  withNodes: boolean,
): Resize {
  const edition = SIM_EDITIONS.get(instance.type)!;
  const parameter = (message: string): Refusal => new Refusal('InvalidParameter.InvalidParameter', message);
  if (edition.shape === 'cluster' && wish.shards === undefined)
    throw parameter('RedisShardNum is required for clusters');
  const from = tripleOf(instance);
  const to: Triple = {
    memoryPerShard: wish.memoryPerShard,
    shards: wish.shards ?? from.shards,
    replicas: wish.replicas ?? from.replicas,
  };
  const differing = (['memoryPerShard', 'shards', 'replicas'] as const).filter(
    (one) => from[one] !== to[one],
  );
  const dimension = differing[0];
  if (dimension === undefined || differing.length > 1) {
    throw parameter(`exactly one of memory, shards and replicas may change, ${differing.length} do`);
  }
  if (
    (dimension === 'shards' && edition.shape !== 'cluster') ||
    (dimension === 'replicas' && !edition.replicasChange)
  ) {
    throw new Refusal(
      'InvalidParameterValue.UnSupportedType',
      `type ${instance.type} does not support a change of ${dimension}`,
    );
  }
  const nodes = withNodes ? nodeChange(instance, dimension, to.replicas, wish.nodes) : null;
  checkSold(world, instance, dimension, to, outOfRange);
  for (const zone of nodes?.add ?? []) soldIn(world, instance, zone);
  const reduced = to.memoryPerShard < from.memoryPerShard || to.shards < from.shards;
  if (reduced) {
    // Compared in tenths, so that a size exactly 1.3 times what is used is not lost to rounding.
    const tooSmall = (size: number, used: number): boolean => size * 10 < used * 13;
    if (
      tooSmall(to.memoryPerShard * to.shards, sum(instance.used)) ||
      tooSmall(to.memoryPerShard, Math.max(...instance.used))
    ) {
      throw new Refusal(
        'InvalidParameterValue.ReduceCapacityNotAllowed',
        'the requested capacity is too small',
      );
    }
  }
  return {
    from,
    to,
    change: { dimension, to: to[dimension], nodes },
    cents: quote(instance.billing, from, to, instance.deadline, now),
    grows: footprint(to) > footprint(from),
  };
}

function checkSold(
  world: World,
  instance: SimInstance,
  dimension: SimDimension,
  to: Triple,
  outOfRange: string,
): void {
  const sold = soldIn(world, instance, instance.zone);
  if (dimension === 'memoryPerShard') {
    if (to.memoryPerShard < sold.least || to.memoryPerShard > sold.greatest) {
      throw new Refusal(
        outOfRange,
        `memory ${to.memoryPerShard} is out of range [${sold.least}, ${sold.greatest}]`,
      );
    }
    if (!sold.sizes.has(to.memoryPerShard)) {
      throw new Refusal(
        'LimitExceeded.InvalidMemSize',
        `memory ${to.memoryPerShard} is not in the capacity specifications`,
      );
    }
  } else if (!(dimension === 'shards' ? sold.shards : sold.replicas).has(to[dimension])) {
    throw new Refusal('InvalidParameterValue.SpecNotExist', `${to[dimension]} ${dimension} are not sold`);
  }
  if (to.memoryPerShard * to.shards > GREATEST_TOTAL)
    throw new Refusal('LimitExceeded', 'the total capacity exceeds 8 TB');
}

function soldIn(world: World, { type, billing }: SimInstance, zone: SimZone): Sold {
  const sold = world.catalogue.sold(zone.code, type, billing);
  if (!sold)
    throw new Refusal('InvalidParameterValue.SpecNotExist', `type ${type} is not sold in ${zone.code}`);
  return sold;
}

function checkStock(world: World, { type, billing }: SimInstance, zone: SimZone): void {
  if (world.catalogue.sold(zone.code, type, billing)?.soldOut)
    throw new Refusal('ResourceUnavailable.SaleOut', `type ${type} is sold out in ${zone.code}`);
  if (zone.soldOut) throw new Refusal('ResourceInsufficient', `${zone.code} has no capacity left`);
}

/**
 * What becomes of the nodes of a multi-zone instance. NodeSet names only the replicas to add (with their zone, by
 * number or name) or only those to drop (with their node id); adding and dropping are two calls, so the change of the
 * count says which it is. Source: facts §1.3, read 2026-11; the codes are docs/provider-choices.md's.
 */
function nodeChange(
  instance: SimInstance,
  dimension: SimDimension,
  replicas: number,
  wish: readonly NodeWish[] | undefined,
): NodeChange | null {
  const wrong = (message: string): Refusal => new Refusal('InvalidParameter.InvalidParameter', message);
  const given = wish !== undefined && wish.length > 0;
  if (dimension !== 'replicas' || instance.nodes === null) {
    if (given) throw wrong('NodeSet belongs to a change of the replicas of a multi-zone instance');
    return null;
  }
  if (!given) throw wrong('NodeSet is required to change the replicas of a multi-zone instance');
  const more = replicas - instance.replicas;
  if (wish.length !== Math.abs(more))
    throw wrong(`NodeSet names ${wish.length} nodes, ${Math.abs(more)} change`);
  if (wish.some(({ NodeType }) => NodeType !== 1)) throw wrong('NodeSet may name replicas only');
  if (more > 0) return { add: wish.map((node) => zoneToAdd(instance, node, wrong)), drop: [] };
  const present = instance.nodes;
  const drop = wish.map(({ NodeId, ZoneId, ZoneName }) => {
    const node = present.find(({ id, kind }) => id === NodeId && kind === 1);
    const zone = instance.region.zones.find(({ number }) => number === node?.zone);
    if (!node || (ZoneId ?? node.zone) !== node.zone || (ZoneName || zone?.code) !== zone?.code)
      throw wrong(`NodeSet names a node that is no replica of ${instance.id}`);
    return node.id;
  });
  if (new Set(drop).size !== drop.length) throw wrong('NodeSet names a node twice');
  return { add: [], drop };
}

function zoneToAdd(
  { region }: SimInstance,
  { NodeId, ZoneId, ZoneName }: NodeWish,
  wrong: (message: string) => Refusal,
): SimZone {
  if (NodeId) throw wrong('a replica that is added has no NodeId yet');
  // Answers leave ZoneName empty, so an empty one in a request says nothing.
  const zone = region.zones.find(({ code, number }) => (ZoneName ? code === ZoneName : number === ZoneId));
  if (!zone || (ZoneId !== undefined && ZoneId !== zone.number))
    throw wrong('a node of NodeSet has no zone of this region');
  return zone;
}
