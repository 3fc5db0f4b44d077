/**
 * Splits a target into changes of one dimension, in a valid order. The provider then accepts every state in between.
 * Refit tries every order (at most six), so it misses no case.
 */

import { message } from '../../messages/messages.ts';
import {
  type Change,
  DIMENSIONS,
  type Dimension,
  type Finding,
  type Instance,
  type Message,
  type Size,
  totalMemory,
} from '../../model.ts';
import { check, createFinding } from '../../rules/check.ts';
import { factsOf, sizeAfter } from '../../rules/facts.ts';
import type { SoldFor } from '../../rules/is-sold.ts';
import { usedAfter } from '../../rules/reduction.ts';
import { type ChosenNodes, chooseNodes, nodesAfter, type ZonesOf } from './choose-nodes.ts';
import { joinReasons } from './join-reasons.ts';
import type { Resolved } from './resolve.ts';
import type { Sizing } from './sizing.ts';

/** One step of a route, with the instance at its start and the size at its end. */
export interface Leg {
  readonly change: Change;
  readonly instance: Instance;
  readonly after: Size;
  /** Where replicas are added or removed; null if the order does not need it. */
  readonly placement: ChosenNodes | null;
}

/** The steps that take one instance to its target. */
export interface Route {
  readonly target: Resolved;
  readonly legs: readonly Leg[];
  /** The reason for the order and for the removed nodes; null if there is no choice. */
  readonly reason: Message | null;
  /** Errors first. An error blocks the target. */
  readonly findings: readonly Finding[];
}

/**
 * Finds routes as `orderSteps` does. A fleet has few sizes: targets that the rules cannot tell apart share the only step of
 * the first one.
 */
export function createRouter(sold: SoldFor, zonesOf: ZonesOf): (target: Resolved) => Route {
  const known = new Map<Sizing, Leg>();
  return (target) => {
    const { instance, zones } = target;
    const sizing = zones === null && isPlain(instance) ? target.sizing : null;
    const like = sizing && known.get(sizing);
    if (like) return { target, legs: [{ ...like, instance }], reason: null, findings: NONE };
    const route = orderSteps(target, sold, zonesOf);
    const { legs, findings } = route;
    if (sizing && legs.length === 1 && findings.length === 0) known.set(sizing, legs[0]!);
    return route;
  };
}

const NONE: readonly never[] = [];

/** True if only the size and the offer of an instance decide what the provider accepts. */
function isPlain({ status, nodes, used, task, unpaidOrder }: Instance): boolean {
  return status === 'running' && nodes.length === 0 && used === null && task === null && unpaidOrder === null;
}

/**
 * Finds the best order of a target's steps. If no order is valid, the result has the findings of the one that gets
 * furthest. The criteria, in this order:
 *
 * 1. Every step is valid.
 * 2. The peak of memory is lowest, so that nobody pays for capacity which the next step gives back.
 * 3. Memory, then shards, then replicas, as the terraform provider does it (docs/provider.md P169).
 */
export function orderSteps(target: Resolved, sold: SoldFor, zonesOf: ZonesOf = () => new Map()): Route {
  const changed = DIMENSIONS.filter((dimension) => target.to[dimension] !== target.instance.size[dimension]);
  const tried = permutations(changed).map((order) => follow(order, target, { sold, zonesOf }));
  const best = tried.reduce((a, b) => (isBetter(b, a) ? b : a));
  const nodes = best.legs.map(({ placement }) => placement?.reason ?? null);
  return {
    target,
    legs: best.legs,
    reason: joinReasons(reasonOf(best, tried), ...nodes),
    findings: [...best.findings, ...noOrder(best, tried, target)],
  };
}

function isBetter(a: Tried, b: Tried): boolean {
  const reachA = a.stopsAt ?? a.legs.length;
  const reachB = b.stopsAt ?? b.legs.length;
  return reachA !== reachB ? reachA > reachB : a.peak < b.peak;
}

type Tried = ReturnType<typeof follow>;

function follow(
  order: readonly Dimension[],
  target: Resolved,
  known: { readonly sold: SoldFor; readonly zonesOf: ZonesOf },
) {
  const legs: Leg[] = [];
  const remarks: Finding[] = [];
  /** The leg that is refused; null if none is. */
  let stop: { readonly at: number; readonly findings: readonly Finding[] } | null = null;
  let instance = target.instance;
  /** The largest total memory between steps, MB. */
  let peak = totalMemory(instance.size);
  for (const dimension of order) {
    const change = { dimension, from: instance.size[dimension], to: target.to[dimension] };
    const after = sizeAfter(instance.size, change);
    const placement = chooseNodes(instance, change, target.zones, known);
    if (stop === null) {
      const more = { offer: known.sold(instance), followsOwnStep: legs.length > 0, placement };
      const location = target.locations[dimension] ?? target.location;
      const findings = check(factsOf(instance, change, more), location);
      if (findings[0]?.severity === 'error') stop = { at: legs.length, findings };
      else remarks.push(...findings);
    }
    legs.push({ change, instance, after, placement });
    peak = Math.max(peak, totalMemory(after));
    // Few instances have a next step.
    if (legs.length === order.length) break;
    instance = {
      ...instance,
      size: after,
      nodes: nodesAfter(instance.nodes, placement?.nodes ?? null),
      used: usedAfter(instance.used, change),
    };
  }
  return { legs, stopsAt: stop?.at ?? null, findings: stop?.findings ?? remarks, peak };
}

function reasonOf(best: Tried, tried: readonly Tried[]): Message | null {
  if (tried.length === 1 || best.stopsAt !== null) return null;
  const order = orderOf(best);
  const usual = tried[0]!;
  if (best === usual) return message('reason.usual-order', { order });
  const orders = { order, usual: orderOf(usual) };
  if (usual.stopsAt !== null) {
    const { code, messageId, params } = usual.findings[0]!;
    return message('reason.usual-order-refused', { ...orders, code, refusal: { id: messageId, params } });
  }
  return message('reason.lower-peak', { ...orders, peak: best.peak, usualPeak: usual.peak });
}

/** A finding for orders that fail for different reasons, because no single finding then says everything. */
function noOrder(best: Tried, tried: readonly Tried[], target: Resolved): Finding[] {
  if (best.stopsAt === null || tried.length === 1) return [];
  if (new Set(tried.map((one) => one.findings[0]!.message)).size === 1) return [];
  const { id } = target.instance;
  const text = message('target.no-order-is-valid', {
    id,
    tried: tried.map((one) => ({
      order: orderOf(one),
      code: one.findings[0]!.code,
      at: one.legs[one.stopsAt!]!.change.dimension,
    })),
  });
  return [createFinding('Refit.NoSequence', text, id, target.location)];
}

function orderOf({ legs }: Tried): Dimension[] {
  return legs.map(({ change }) => change.dimension);
}

/** Every order, the given one first. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
