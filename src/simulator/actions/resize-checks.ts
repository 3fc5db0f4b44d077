/**
 * Decides whether the provider accepts a resize, and with which code it refuses. The checks run in the provider's
 * order, and the first failure gives the code. Source: docs/provider-choices.md and docs/provider.md P7 to P27.
 */

import { GIGABYTE } from '../../units.ts';
import type { Sold } from '../world/catalogue.ts';
import { SIM_EDITIONS } from '../world/editions.ts';
import type { FaultName } from '../world/faults.ts';
import { TRANSFER_ENDED } from '../world/fleet-instance.ts';
import type { SimRegion, SimZone } from '../world/geography.ts';
import { footprint, quote } from '../world/price.ts';
import { usedAt } from '../world/usage/memory.ts';
import { type SimChange, type SimInstance, type SimSize, sum, type World } from '../world/world.ts';
import { Refusal, wrongParameter } from './refusal.ts';

/** One element of NodeSet. */
export interface RequestedNode {
  readonly NodeType: number;
  readonly NodeId?: number;
  readonly ZoneId?: number;
  readonly ZoneName?: string;
}

/** The requested size. A missing count means the present one. */
export interface RequestedResize {
  readonly memoryPerShard: number;
  readonly shards: number | undefined;
  readonly replicas: number | undefined;
  readonly nodes: readonly RequestedNode[] | undefined;
}

/** 8 TB in MB. Source: docs/provider.md P130. */
const MAX_TOTAL = 8 * 1024 * GIGABYTE;

/**
 * Checks an order.
 * @returns the change, its quote in cents, and whether all copies together need more memory than before
 * @throws Refusal with a code of the action UpgradeInstance
 */
export function checkOrder(world: World, instance: SimInstance, requested: RequestedResize, now: number) {
  const strikes = (name: FaultName): boolean =>
    world.faults.strike(name, 'UpgradeInstance', instance.id) !== null;
  const fault = (name: FaultName, code: string, message: string): void => {
    if (strikes(name)) throw new Refusal(code, message);
  };
  checkStatus(
    instance,
    now,
    requested.nodes?.length ? 'FailedOperation.Unknown' : 'FailedOperation.SystemError',
  );
  if (strikes('low-version') || instance.lowVersion)
    throw new Refusal('UnsupportedOperation.LowVersion', 'the minor version of the instance is too low');
  const resize = requestedSizeOf(instance, requested);
  const { dimension, to } = resize;
  const nodes = nodeChange(instance, dimension, to.replicas, requested.nodes);
  checkSold(world, instance, resize, 'InvalidParameterValue.MemSizeNotInRange');
  for (const zone of nodes?.add ?? []) offerIn(world, instance, zone);
  checkReduction(instance, to, usedAt(world, instance, now));
  fault('quota', 'LimitExceeded', 'the quota of the account is exceeded');
  fault('sold-out', 'ResourceUnavailable.SaleOut', 'the product is sold out');
  fault('insufficient', 'ResourceInsufficient', 'resources are insufficient');
  const grows = footprint(to) > footprint(instance);
  if (grows) for (const zone of [instance.zone, ...(nodes?.add ?? [])]) checkStock(world, instance, zone);
  fault('pay-failed', 'FailedOperation.PayFailed', 'the payment failed');
  fault('no-balance', 'ResourceUnavailable.AccountBalanceNotEnough', 'the account balance is not enough');
  if (instance.unpaid)
    throw new Refusal('FailedOperation.PayFailed', `order ${instance.unpaid.name} waits to be paid`);
  const cents = quote(instance, to, now);
  if (instance.billing === 1 && cents > instance.account.balance)
    throw new Refusal('ResourceUnavailable.AccountBalanceNotEnough', 'the account balance is not enough');
  const change: SimChange = { dimension, to: to[dimension], nodes };
  return { change, cents, grows };
}

/**
 * Checks a quote, up to and including the check of a reduction.
 * @returns the quote in cents
 * @throws Refusal with a code of the action InquiryPriceUpgradeInstance
 */
export function checkQuote(
  world: World,
  instance: SimInstance,
  requested: RequestedResize,
  now: number,
): number {
  if (instance.status !== 2 || isBusy(instance))
    throw statusError(`instance ${instance.id} is in a wrong status`);
  const resize = requestedSizeOf(instance, requested);
  checkSold(world, instance, resize, 'LimitExceeded.MemSizeNotInRange');
  checkReduction(instance, resize.to, usedAt(world, instance, now));
  return quote(instance, resize.to, now);
}

/**
 * Checks that the instance can change now.
 * @param locked the code while no read shows that it is locked. It depends on the request (docs/provider.md P23, P24).
 * @throws Refusal
 */
export function checkStatus(instance: SimInstance, now: number, locked: string): void {
  if (instance.status !== 2) {
    throw new Refusal(
      'ResourceUnavailable.InstanceStatusAbnormal',
      `the status of instance ${instance.id} is ${instance.status}`,
    );
  }
  if (isBusy(instance)) throw statusError(`instance ${instance.id} has a task in progress`);
  if (now < instance.lockedUntil) throw new Refusal(locked, 'system error, please retry later');
}

function statusError(message: string): Refusal {
  return new Refusal('ResourceUnavailable.InstanceStatusError', message);
}

/** True with a visible task, an unfinished data transfer, or membership in a replication group. */
function isBusy({ openTasks, transfer, replicationGroup }: SimInstance): boolean {
  return (
    openTasks > 0 || replicationGroup !== null || (transfer !== null && !TRANSFER_ENDED.includes(transfer))
  );
}

/** The requested size, and the one dimension that it changes. @throws Refusal */
function requestedSizeOf(instance: SimInstance, requested: RequestedResize) {
  const edition = SIM_EDITIONS.get(instance.type)!;
  const isCluster = edition.shape === 'cluster';
  // The live service answered like this, although the counts are parameters (docs/provider.md P11).
  const lacksShards = isCluster && requested.shards === undefined;
  if (lacksShards || (edition.replicasChange && requested.replicas === undefined))
    throw new Refusal('FailedOperation.SystemError', 'TypeId need RedisShardNum and RedisReplicasNum');
  const { memoryPerShard, shards = instance.shards, replicas = instance.replicas } = requested;
  const to: SimSize = { memoryPerShard, shards, replicas };
  const differing = DIMENSIONS.filter((one) => instance[one] !== to[one]);
  const [dimension] = differing;
  if (dimension === undefined || differing.length > 1)
    throw wrongParameter(`exactly one of memory, shards and replicas may change, ${differing.length} do`);
  if ((dimension === 'shards' && !isCluster) || (dimension === 'replicas' && !edition.replicasChange)) {
    throw new Refusal(
      'InvalidParameterValue.UnSupportedType',
      `type ${instance.type} does not support a change of ${dimension}`,
    );
  }
  return { dimension, to };
}

const DIMENSIONS: readonly (keyof SimSize)[] = ['memoryPerShard', 'shards', 'replicas'];

/** Checks a reduction. The new size must hold 1.3 times the used memory, in total and per shard. @throws Refusal */
function checkReduction(instance: SimInstance, to: SimSize, inUse: readonly number[]): void {
  if (to.memoryPerShard >= instance.memoryPerShard && to.shards >= instance.shards) return;
  // In tenths, so that rounding does not refuse a size of exactly 1.3 times the used memory.
  const tooSmall = (size: number, used: number): boolean => size * 10 < used * 13;
  if (
    tooSmall(to.memoryPerShard * to.shards, sum(inUse)) ||
    tooSmall(to.memoryPerShard, Math.max(...inUse))
  ) {
    throw new Refusal(
      'InvalidParameterValue.ReduceCapacityNotAllowed',
      'the requested capacity is too small',
    );
  }
}

/** Checks the catalogue. `outOfRange` is the code for memory outside the sold range. @throws Refusal */
function checkSold(
  world: World,
  instance: SimInstance,
  { dimension, to }: ReturnType<typeof requestedSizeOf>,
  outOfRange: string,
): void {
  const sold = offerIn(world, instance, instance.zone);
  if (dimension === 'memoryPerShard') {
    const { memoryPerShard: memory } = to;
    if (memory < sold.least || memory > sold.greatest)
      throw new Refusal(outOfRange, `memory ${memory} is out of range [${sold.least}, ${sold.greatest}]`);
    if (!sold.sizes.has(memory)) {
      throw new Refusal(
        'LimitExceeded.InvalidMemSize',
        `memory ${memory} is not in the capacity specifications`,
      );
    }
  } else if (!(dimension === 'shards' ? sold.shards : sold.replicas).has(to[dimension])) {
    throw new Refusal('InvalidParameterValue.SpecNotExist', `${to[dimension]} ${dimension} are not sold`);
  }
  if (to.memoryPerShard * to.shards > MAX_TOTAL)
    throw new Refusal('LimitExceeded', 'the total capacity exceeds 8 TB');
}

function offerIn(world: World, { type, billing }: SimInstance, zone: SimZone): Sold {
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
 * Reads the node changes of a multi-zone instance from NodeSet. One call either adds replicas or removes them, and the
 * new replica count decides which. Source: docs/provider.md P12 and P13; codes: docs/provider-choices.md.
 *
 *   add      each node has a zone, by number or by name
 *   remove   each node has a node id
 */
function nodeChange(
  instance: SimInstance,
  dimension: keyof SimSize,
  replicas: number,
  requested: readonly RequestedNode[] | undefined,
): { add: readonly SimZone[]; drop: readonly number[] } | null {
  const given = requested !== undefined && requested.length > 0;
  if (dimension !== 'replicas' || instance.nodes === null) {
    if (given) throw wrongParameter('NodeSet belongs to a change of the replicas of a multi-zone instance');
    return null;
  }
  if (!given) throw wrongParameter('NodeSet is required to change the replicas of a multi-zone instance');
  const more = replicas - instance.replicas;
  if (requested.length !== Math.abs(more))
    throw wrongParameter(`NodeSet names ${requested.length} nodes, ${Math.abs(more)} change`);
  if (requested.some(({ NodeType }) => NodeType !== 1))
    throw wrongParameter('NodeSet may name replicas only');
  if (more > 0) return { add: requested.map((node) => zoneToAdd(instance, node)), drop: [] };
  const present = instance.nodes;
  const drop = requested.map(({ NodeId, ZoneId, ZoneName }) => {
    const node = present.find(({ id, kind }) => id === NodeId && kind === 1);
    const zone = instance.region.zones.find(({ number }) => number === node?.zone);
    if (!node || (ZoneId ?? node.zone) !== node.zone || (ZoneName || zone?.code) !== zone?.code)
      throw wrongParameter(`NodeSet names a node that is no replica of ${instance.id}`);
    return node.id;
  });
  if (new Set(drop).size !== drop.length) throw wrongParameter('NodeSet names a node twice');
  return { add: [], drop };
}

function zoneToAdd({ region }: SimInstance, node: RequestedNode): SimZone {
  if (node.NodeId) throw wrongParameter('a replica that is added has no NodeId yet');
  return zoneOfNode(region, node);
}

/** The zone of an element of NodeSet. @throws Refusal */
export function zoneOfNode(region: SimRegion, { ZoneId, ZoneName }: RequestedNode): SimZone {
  // Responses have an empty ZoneName, so an empty ZoneName in a request has no meaning.
  const zone = region.zones.find(({ code, number }) => (ZoneName ? code === ZoneName : number === ZoneId));
  if (!zone || (ZoneId !== undefined && ZoneId !== zone.number))
    throw wrongParameter('a node of NodeSet has no zone of this region');
  return zone;
}
