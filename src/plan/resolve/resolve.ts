/** Resolves a plan and an inventory to targets: the instances, each with its new size. */

import { message } from '../../messages/messages.ts';
import {
  type BlockedTarget,
  DIMENSIONS,
  type Dimension,
  type Finding,
  type FleetUse,
  type Instance,
  type Inventory,
  isKnown,
  type Message,
  type Plan,
  type PlanTarget,
  questionKey,
  type RequestedSize,
  type SavedPlan,
  type Size,
  type SourceLocation,
  sameSize,
  type Target,
  type UseFigure,
  type UseQuestion,
} from '../../model.ts';
import { check, createFinding } from '../../rules/check.ts';
import { factsOf } from '../../rules/facts.ts';
import type { SoldFor } from '../../rules/is-sold.ts';
import { joinReasons } from './join-reasons.ts';
import { NO_USE } from './match-selector.ts';
import { collectCommand, indexFleet, reach } from './reach-instances.ts';
import { leastByUse, resolveRequestedSize } from './requested-size.ts';
import { sizeByUse } from './size-by-use.ts';

/** A target, with the location of each requested dimension. */
export interface Resolved extends Target {
  readonly locations: Readonly<Partial<Record<Dimension, SourceLocation>>>;
  /** Its size depends on the memory in use. */
  readonly byUse: boolean;
}

/** Every instance that the plan reaches is in exactly one of the lists. */
export interface Resolution {
  /** In the order of the plan's targets; instances of one selector by id. */
  readonly targets: readonly Resolved[];
  readonly unchanged: SavedPlan['unchanged'];
  readonly blocked: readonly BlockedTarget[];
  /** Instances whose size depends on the memory in use, which is not known. They are blocked until then. */
  readonly toMeasure: readonly Instance[];
  /** Instances whose use the plan asks for, and which `use` does not have. */
  readonly toLookUp: readonly Instance[];
  /** Findings about no single instance. */
  readonly findings: readonly Finding[];
}

interface Asked {
  readonly to: number;
  readonly reason: Message | null;
  readonly location: SourceLocation;
}

type Sizes = Partial<Record<Dimension, Asked>>;

/** An instance that targets reach, with everything they request for it, in the order of the plan. */
interface RequestedInstance {
  readonly instance: Instance;
  readonly location: SourceLocation;
  readonly requests: {
    readonly dimension: Dimension;
    readonly requested: RequestedSize;
    readonly location: SourceLocation;
  }[];
  readonly conflicts: Finding[];
  /** The use that selected it. */
  readonly selectedBy: Message[];
  zones: { readonly codes: readonly string[]; readonly location: SourceLocation } | null;
  readonly fromRun: PlanTarget['fromRun'];
}

/**
 * Resolves every target.
 * @param sold finds the sizes sold for an instance, for `roundTo: sold`. @param use figures of the history of use.
 */
export function resolve(plan: Plan, inventory: Inventory, sold: SoldFor, use: FleetUse = NO_USE): Resolution {
  const fleet = indexFleet(inventory);
  const requested = new Map<string, RequestedInstance>();
  const missing = new Map<string, BlockedTarget>();
  const findings: Finding[] = [];
  const toLookUp = new Map<string, Instance>();
  for (const target of plan.targets) {
    const found = reach(plan, target, fleet, use);
    for (const one of found.unknown) if (!use.has(one.id)) toLookUp.set(one.id, one);
    findings.push(...found.findings);
    for (const blocked of found.missing) missing.set(`${blocked.region} ${blocked.instance}`, blocked);
    for (const instance of found.instances) addTarget(requested, instance, target, use);
  }

  const targets: Resolved[] = [];
  const unchanged: SavedPlan['unchanged'][number][] = [];
  const blocked: BlockedTarget[] = [...missing.values()];
  const toMeasure: Instance[] = [];
  for (const entry of requested.values()) {
    const { instance, location, zones } = entry;
    const { asked, unknown, conflicts } = sizesOf(entry, sold(instance), use);
    const byUse = entry.requests.some(({ requested: one }) => isByUse(one));
    if (unknown.some(({ code }) => code === 'Refit.UsedUnknown')) toMeasure.push(instance);
    if (unknown.some(({ code }) => code === 'Refit.UsageUnknown') && !use.has(instance.id))
      toLookUp.set(instance.id, instance);
    const to = { ...instance.size, ...valuesOf(asked, (one) => one.to) };
    const unclear = [...conflicts, ...unknown];
    const blockers = unclear.length > 0 ? unclear : blockedByRun(entry, to);
    if (blockers.length > 0) {
      blocked.push({ instance: instance.id, region: instance.region, findings: blockers });
      continue;
    }
    const sizes = DIMENSIONS.map((dimension) => asked[dimension]?.reason ?? null);
    const reason = joinReasons(...entry.selectedBy, ...sizes);
    if (sameSize(instance.size, to)) {
      const size = joinReasons(...sizes) ?? message('reason.already-at-size', { size: to });
      const used = byUse ? message('reason.memory-in-use', { used: instance.used! }) : null;
      unchanged.push({
        instance: instance.id,
        region: instance.region,
        reason: joinReasons(...entry.selectedBy, size, used) ?? size,
      });
    } else {
      const locations = valuesOf(asked, (one) => one.location);
      targets.push({ instance, to, location, reason, zones: zones?.codes ?? null, locations, byUse });
    }
  }
  return { targets, unchanged, blocked, toMeasure, toLookUp: [...toLookUp.values()], findings };
}

/** Adds one target's requests for an instance to those of the targets before it. */
function addTarget(
  requested: Map<string, RequestedInstance>,
  instance: Instance,
  target: PlanTarget,
  use: FleetUse,
): void {
  const { location, fromRun } = target;
  let entry = requested.get(instance.id);
  if (!entry) {
    entry = { instance, location, requests: [], conflicts: [], selectedBy: [], zones: null, fromRun };
    requested.set(instance.id, entry);
  }
  if (entry.instance.profile !== instance.profile) {
    const text = message('target.two-profiles', {
      id: instance.id,
      first: entry.instance.profile,
      firstAt: at(entry.location),
      second: instance.profile,
      secondAt: at(location),
    });
    entry.conflicts.push(createFinding('Refit.Conflict', text, instance.id, location));
    return;
  }
  for (const reason of selectedBy(instance, target, use))
    if (!entry.selectedBy.some((one) => sameMessage(one, reason))) entry.selectedBy.push(reason);
  if (target.zones !== null && entry.zones !== null && !sameZones(target.zones, entry.zones.codes)) {
    const text = message('target.two-zones', {
      id: instance.id,
      first: entry.zones.codes,
      firstAt: at(entry.zones.location),
      second: target.zones,
      secondAt: at(location),
    });
    entry.conflicts.push(createFinding('Refit.Conflict', text, instance.id, location));
  } else if (target.zones !== null) {
    entry.zones ??= { codes: target.zones, location };
  }
  for (const dimension of DIMENSIONS) {
    const one = target.requested[dimension];
    if (one) entry.requests.push({ dimension, requested: one, location });
  }
}

/** The figures by which a selector chose an instance, for the reviewer. */
function selectedBy({ id }: Instance, { match }: PlanTarget, use: FleetUse): Message[] {
  const conditions = match.kind === 'select' ? (match.select.use ?? []) : [];
  return conditions.flatMap((condition) => {
    const figure = use.get(id)?.get(questionKey(condition));
    if (!isKnown(figure)) return [];
    const { value: limit, operator } = condition;
    return [message('reason.selected-by-use', { ...figure, operator, limit })];
  });
}

function sameMessage(a: Message, b: Message): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Resolves all requests for one instance to numbers. Shards come first, because a size by the memory in use depends on
 * their number.
 * @returns in `unknown` why such a size cannot be computed; empty if all can.
 */
function sizesOf(
  { instance, requests, conflicts }: RequestedInstance,
  sold: ReturnType<SoldFor>,
  use: FleetUse,
) {
  const asked: Sizes = {};
  const found = [...conflicts];
  const unknown: Finding[] = [];
  const shardsFirst = [...requests].sort(
    (a, b) => Number(b.dimension === 'shards') - Number(a.dimension === 'shards'),
  );
  const lists = sold === 'unknown' || sold === null ? null : sold;
  for (const request of shardsFirst) {
    const { dimension, location } = request;
    const list = lists?.[dimension] ?? null;
    const beside = { ...instance.size, ...absoluteSizes(requests), ...valuesOf(asked, ({ to }) => to) };
    const one = sizeOf(instance, request, { list, beside, use });
    if ('code' in one) {
      if (!unknown.some(({ code }) => code === one.code)) unknown.push(one);
      continue;
    }
    const before = asked[dimension];
    if (before && before.to !== one.to) {
      const { id } = instance;
      const text = message('target.two-sizes', {
        id,
        dimension,
        first: before.to,
        firstAt: at(before.location),
        second: one.to,
        secondAt: at(location),
      });
      found.push(createFinding('Refit.Conflict', text, id, location));
    } else {
      asked[dimension] ??= one;
    }
  }
  return { asked, unknown, conflicts: found };
}

/** The sizes that need no present size. */
function absoluteSizes(requests: RequestedInstance['requests']): Partial<Size> {
  return Object.fromEntries(
    requests.flatMap(({ dimension, requested }) =>
      requested.kind === 'absolute' ? [[dimension, requested.value] as const] : [],
    ),
  );
}

/** The size of one request, or why it cannot be computed. @param is.beside the size in the other dimensions. */
function sizeOf(
  instance: Instance,
  { dimension, requested, location }: RequestedInstance['requests'][number],
  is: { readonly list: readonly number[] | null; readonly beside: Size; readonly use: FleetUse },
): Asked | Finding {
  const { list, beside, use } = is;
  if (requested.kind === 'by-use') {
    const { question } = requested;
    const figure = use.get(instance.id)?.get(questionKey(question));
    const refusal = noSizeByUse(instance, dimension, question, figure, location);
    if (refusal !== null || !isKnown(figure)) return refusal!;
    const fit = { dimension, present: instance.size, beside, sold: list };
    return { ...sizeByUse(requested, figure, fit), location };
  }
  const byUse = isByUse(requested)
    ? leastByUse(requested.atLeast.timesUsed, instance.used, instance.size, beside.shards)
    : null;
  if (isByUse(requested) && byUse === null)
    return usedUnknown(instance, requested.atLeast.timesUsed, location);
  return {
    ...resolveRequestedSize(dimension, requested, instance.size[dimension], list, byUse),
    location,
  };
}

/** Why a plan made from a run must not change an instance. */
function blockedByRun({ instance, location, fromRun }: RequestedInstance, to: Size): Finding[] {
  if (fromRun === undefined) return [];
  const { id, size } = instance;
  const { leftAt, unresolved } = fromRun;
  if (unresolved !== null) {
    const text = message('target.outcome-unknown', { id, step: unresolved });
    return [createFinding('Refit.OutcomeUnknown', text, id, location)];
  }
  if (leftAt === null || sameSize(size, leftAt) || sameSize(size, to)) return [];
  const text = message('target.not-as-run-left-it', { id, size, leftAt });
  return [createFinding('Refit.NotAsLeft', text, id, location)];
}

function isByUse(
  one: RequestedSize,
): one is RequestedSize & { readonly atLeast: { readonly timesUsed: number } } {
  return one.kind === 'relative' && typeof one.atLeast === 'object' && one.atLeast !== null;
}

/**
 * The finding for a size that depends on unknown memory in use. If the provider would refuse every size, that refusal
 * comes instead, because then Refit need not read the memory in use.
 */
function usedUnknown(instance: Instance, times: number, location: SourceLocation): Finding {
  const refusal = refusedForAnySize(instance, location);
  if (refusal !== null) return refusal;
  const { id, used } = instance;
  const text = message('target.used-unknown', { id, times, fullest: used !== null });
  return createFinding('Refit.UsedUnknown', text, id, location);
}

/** The finding for a size by the history of use that cannot be computed; null if it can. */
function noSizeByUse(
  instance: Instance,
  dimension: Dimension,
  { of, over }: UseQuestion,
  figure: UseFigure | undefined,
  location: SourceLocation,
): Finding | null {
  const refusal = refusedForAnySize(instance, location);
  if (refusal !== null) return refusal;
  const { id } = instance;
  if (dimension === 'replicas' && instance.readsFromReplicas !== true)
    return createFinding('Refit.NoReplicaReads', message('target.no-replica-reads', { id }), id, location);
  if (isKnown(figure)) return null;
  const { found = 0, hours = null } = figure ?? {};
  const command = collectCommand([instance], over);
  const text = message('target.use-unknown', { id, dimension, of, over, found, hours, command });
  return createFinding('Refit.UsageUnknown', text, id, location);
}

/** The provider's refusal of every change of an instance; null if there is none. */
function refusedForAnySize(instance: Instance, location: SourceLocation): Finding | null {
  const present = instance.size.memoryPerShard;
  const change = { dimension: 'memoryPerShard', from: present, to: present + 1 } as const;
  const [first] = check(factsOf(instance, change), location);
  return first && FOR_ANY_SIZE.has(first.code) ? first : null;
}

const FOR_ANY_SIZE: ReadonlySet<string> = new Set([
  'ResourceUnavailable.InstanceStatusAbnormal',
  'ResourceUnavailable.InstanceStatusError',
  'Refit.UnknownEdition',
]);

function sameZones(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((zone, n) => zone === b[n]);
}

function valuesOf<Value>(asked: Sizes, value: (one: Asked) => Value): Partial<Record<Dimension, Value>> {
  return Object.fromEntries(Object.entries(asked).map(([dimension, one]) => [dimension, value(one)]));
}

function at(location: SourceLocation): string {
  return `${location.file}:${location.line}`;
}
