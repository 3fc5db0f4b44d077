/**
 * A target to its changes, one dimension each, in an order in which every state between is one the provider accepts.
 * Found by trying every order (at most six), so that no case can be forgotten.
 */

import { formatMemory } from '../../messages/en/format-size.ts';
import {
  type Change,
  DIMENSIONS,
  type Dimension,
  type Finding,
  type Instance,
  type Size,
  totalMemory,
} from '../../model.ts';
import { check, createFinding } from '../../rules/check.ts';
import { factsOf, sizeAfter } from '../../rules/facts.ts';
import type { SoldFor } from '../../rules/is-sold.ts';
import { usedAfter } from '../../rules/reduction.ts';
import { type ChosenNodes, chooseNodes, nodesAfter, type ZonesOf } from './choose-nodes.ts';
import type { Resolved } from './resolve.ts';

/** One step of a route: the instance as it will be when the step begins, and its size when it is verified. */
export interface Leg {
  readonly change: Change;
  readonly instance: Instance;
  readonly after: Size;
  /** Where replicas are added or removed, where that must be said. */
  readonly placement: ChosenNodes | null;
}

/** How one target is reached. */
export interface Route {
  readonly target: Resolved;
  readonly legs: readonly Leg[];
  /** Why in this order, and why these nodes are removed; null where there is nothing to say. */
  readonly reason: string | null;
  /** Errors first; with an error the target is blocked. */
  readonly findings: readonly Finding[];
}

/**
 * The best order of a target's steps: valid, then the lowest peak of memory, so that no capacity is paid for that
 * the next step gives back, then memory, shards, replicas (the terraform provider's own practice; docs/provider.md P169).
 * Where no order is valid: the findings of the one that gets furthest.
 */
export function orderSteps(target: Resolved, sold: SoldFor, zonesOf: ZonesOf = () => new Map()): Route {
  const changed = DIMENSIONS.filter((dimension) => target.to[dimension] !== target.instance.size[dimension]);
  const tried = permutations(changed).map((order) => follow(order, target, { sold, zonesOf }));
  const best = tried.reduce((a, b) => (isBetter(b, a) ? b : a));
  const nodes = best.legs.map(({ placement }) => placement?.reason ?? null);
  return {
    target,
    legs: best.legs,
    reason: [why(best, tried), ...nodes].filter((reason) => reason !== null).join('; ') || null,
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
  /** The leg that is refused; null where none is. */
  let stop: { readonly at: number; readonly findings: readonly Finding[] } | null = null;
  let instance = target.instance;
  /** The greatest total memory on the way, MB. */
  let peak = totalMemory(instance.size);
  for (const dimension of order) {
    const change = { dimension, from: instance.size[dimension], to: target.to[dimension] };
    const after = sizeAfter(instance.size, change);
    const placement = chooseNodes(instance, change, target.zones, known);
    if (stop === null) {
      const more = { offer: known.sold(instance), followsOwnStep: legs.length > 0, placement };
      const place = target.locations[dimension] ?? target.location;
      const findings = check(factsOf(instance, change, more), place);
      if (findings[0]?.severity === 'error') stop = { at: legs.length, findings };
      else remarks.push(...findings);
    }
    legs.push({ change, instance, after, placement });
    peak = Math.max(peak, totalMemory(after));
    // After its own step nothing else is under way on the instance.
    instance = {
      ...instance,
      size: after,
      nodes: nodesAfter(instance.nodes, placement?.nodes ?? null),
      used: usedAfter(instance.used, change),
    };
  }
  return { legs, stopsAt: stop?.at ?? null, findings: stop?.findings ?? remarks, peak };
}

function why(best: Tried, tried: readonly Tried[]): string | null {
  if (tried.length === 1 || best.stopsAt !== null) return null;
  const order = formatOrder(best);
  const usual = tried[0]!;
  if (best === usual) return `${order}: the usual order`;
  if (usual.stopsAt !== null)
    return `${order}: ${formatOrder(usual)} would be refused: ${usual.findings[0]!.code}: ${usual.findings[0]!.message}`;
  return `${order}: at most ${formatMemory(best.peak)} on the way, ${formatMemory(usual.peak)} with ${formatOrder(usual)}`;
}

/** Said where the orders fail at different things, so that none of the findings alone tells the whole. */
function noOrder(best: Tried, tried: readonly Tried[], target: Resolved): Finding[] {
  if (best.stopsAt === null || tried.length === 1) return [];
  const obstacle = (one: Tried) => `${one.findings[0]!.code} at ${one.legs[one.stopsAt!]!.change.dimension}`;
  if (new Set(tried.map((one) => one.findings[0]!.message)).size === 1) return [];
  const told = tried.map((one) => `${formatOrder(one)}: ${obstacle(one)}`).join('; ');
  const message = `${target.instance.id}: no order of its steps is valid (${told})`;
  const fix = `change one of ${best.legs.map(({ change }) => change.dimension).join(', ')} now and the rest in a later plan, or choose another size`;
  return [createFinding('Refit.NoOrder', { message, fix }, target.instance.id, target.location)];
}

function formatOrder({ legs }: Tried): string {
  return legs.map(({ change }) => change.dimension).join(', then ');
}

/** Every order, the given one first. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
