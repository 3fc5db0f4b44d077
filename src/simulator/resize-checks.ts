/**
 * Whether the provider would take a resize, and if not, with which code. The checks stand in the provider's order
 * and the first that fails gives the code. Source: docs/provider-choices.md and facts §1.3 and §1.4, read 2026-11.
 */
import { tripleOf } from './change.ts';
import { SIM_EDITIONS } from './editions.ts';
import type { FaultName } from './faults.ts';
import { footprint, quote, type Triple } from './price.ts';
import { Refusal } from './refusal.ts';
import {
  type SimChange,
  type SimDimension,
  type SimInstance,
  type SimNode,
  sum,
  type World,
} from './world.ts';

/** A node as the request names it. */
export interface NodeWish {
  readonly NodeType: number;
  readonly NodeId?: number;
  readonly ZoneId?: number;
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
  if (resize.grows) checkStock(world, instance);
  fault('pay-failed', 'FailedOperation.PayFailed', 'the payment failed');
  fault('no-balance', 'ResourceUnavailable.AccountBalanceNotEnough', 'the account balance is not enough');
  if (instance.unpaid)
    throw new Refusal('FailedOperation.PayFailed', `order ${instance.unpaid.name} waits to be paid`);
  if (instance.billing === 1 && resize.cents > world.balance) {
    throw new Refusal('ResourceUnavailable.AccountBalanceNotEnough', 'the account balance is not enough');
  }
  return resize;
}

/** @throws Refusal as the action InquiryPriceUpgradeInstance gives it: up to and including the reduction */
export function checkQuote(world: World, instance: SimInstance, wish: ResizeWish, now: number): Resize {
  if (instance.status !== 2 || instance.openTasks > 0) {
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
  if (instance.openTasks > 0) {
    throw new Refusal(
      'ResourceUnavailable.InstanceStatusError',
      `instance ${instance.id} has a task under way`,
    );
  }
  if (now < instance.lockedUntil)
    throw new Refusal('FailedOperation.SystemError', 'system error, please retry later');
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
  const nodes =
    dimension === 'replicas' && instance.nodes && withNodes
      ? nodesAfter(instance, instance.nodes, to.replicas, wish.nodes)
      : null;
  checkSold(world, instance, dimension, to, outOfRange);
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
  const sold = world.catalogue.sold(instance.zone.code, instance.type, instance.billing);
  if (!sold)
    throw new Refusal(
      'InvalidParameterValue.SpecNotExist',
      `type ${instance.type} is not sold in ${instance.zone.code}`,
    );
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

function checkStock(world: World, instance: SimInstance): void {
  if (world.catalogue.sold(instance.zone.code, instance.type, instance.billing)?.soldOut) {
    throw new Refusal(
      'ResourceUnavailable.SaleOut',
      `type ${instance.type} is sold out in ${instance.zone.code}`,
    );
  }
  if (instance.zone.soldOut)
    throw new Refusal('ResourceInsufficient', `${instance.zone.code} has no capacity left`);
}

/**
 * The nodes of a multi-zone instance after a change of its replicas. NodeSet names only the replicas to add
 * (with their zone) or only those to drop (with their node id). Source: facts §1.3, read 2026-11.
 */
function nodesAfter(
  instance: SimInstance,
  present: readonly SimNode[],
  replicas: number,
  wish: readonly NodeWish[] | undefined,
): SimNode[] {
  const wrong = (message: string): Refusal => new Refusal('InvalidParameter.InvalidParameter', message);
  if (!wish || wish.length === 0)
    throw wrong('NodeSet is required to change the replicas of a multi-zone instance');
  const more = replicas - instance.replicas;
  if (wish.length !== Math.abs(more))
    throw wrong(`NodeSet names ${wish.length} nodes, ${Math.abs(more)} change`);
  if (wish.some(({ NodeType }) => NodeType !== 1)) throw wrong('NodeSet may name replicas only');
  if (more > 0) {
    let last = Math.max(...present.map(({ id }) => id));
    return [
      ...present,
      ...wish.map(({ ZoneId }): SimNode => {
        if (!instance.region.zones.some(({ number }) => number === ZoneId))
          throw wrong('a node of NodeSet has no zone of this region');
        last += 1;
        return { id: last, kind: 1, zone: ZoneId! };
      }),
    ];
  }
  const gone = new Set(wish.map(({ NodeId }) => NodeId));
  const left = present.filter(({ id, kind }) => kind === 0 || !gone.has(id));
  if (left.length !== present.length - wish.length)
    throw wrong('NodeSet names a node that is no replica of the instance');
  return left;
}
