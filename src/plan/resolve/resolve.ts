/** Resolves a plan and an inventory to targets: the instances, each with its new size. */

import { message } from '../../messages/messages.ts';
import {
  type BlockedTarget,
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
  type SavedPlan,
  type Size,
  type SourceLocation,
  sameSize,
  type Target,
} from '../../model.ts';
import { createFinding } from '../../rules/check.ts';
import type { SoldFor } from '../../rules/is-sold.ts';
import { joinReasons } from './join-reasons.ts';
import { NO_USE } from './match-selector.ts';
import { indexFleet, reach } from './reach-instances.ts';
import { at, type Requests, requestsOf, type Sizing, sizingOf, withTarget } from './sizing.ts';

/** A target, with the location of each requested dimension. */
export interface Resolved extends Target {
  readonly locations: Readonly<Partial<Record<Dimension, SourceLocation>>>;
  /** Its size depends on the memory in use. */
  readonly byUse: boolean;
  /** The same object for all instances of one size that the same targets reach and the same offer fits; null: no other. */
  readonly sizing: Sizing | null;
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

/** An instance that targets reach, with everything they request for it. */
interface RequestedInstance {
  readonly instance: Instance;
  readonly location: SourceLocation;
  requests: Requests;
  conflicts: readonly Finding[];
  /** The use that selected it. */
  selectedBy: readonly Message[];
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
  const nothing = requestsOf([]);
  const missing = new Map<string, BlockedTarget>();
  const findings: Finding[] = [];
  const toLookUp = new Map<string, Instance>();
  for (const target of plan.targets) {
    const found = reach(plan, target, fleet, use);
    for (const one of found.unknown) if (!use.has(one.id)) toLookUp.set(one.id, one);
    findings.push(...found.findings);
    for (const blocked of found.missing) missing.set(`${blocked.region} ${blocked.instance}`, blocked);
    for (const instance of found.instances) addTarget(requested, instance, target, { nothing, use });
  }

  const targets: Resolved[] = [];
  const unchanged: SavedPlan['unchanged'][number][] = [];
  const blocked: BlockedTarget[] = [...missing.values()];
  const toMeasure: Instance[] = [];
  for (const entry of requested.values()) {
    const { instance, location, zones, requests, selectedBy } = entry;
    const { sizing, isShared, unknown, conflicts } = sizingOf(entry, sold(instance), use);
    if (unknown.some(({ code }) => code === 'Refit.UsedUnknown')) toMeasure.push(instance);
    if (unknown.some(({ code }) => code === 'Refit.UsageUnknown') && !use.has(instance.id))
      toLookUp.set(instance.id, instance);
    const { to, locations } = sizing;
    const unclear = conflicts.length + unknown.length > 0 ? [...conflicts, ...unknown] : NONE;
    const blockers = unclear.length > 0 ? unclear : blockedByRun(entry, to);
    if (blockers.length > 0) {
      blocked.push({ instance: instance.id, region: instance.region, findings: blockers });
    } else if (sameSize(instance.size, to)) {
      unchanged.push({ instance: instance.id, region: instance.region, reason: staysReason(entry, sizing) });
    } else {
      const reason = selectedBy.length === 0 ? sizing.reason : joinReasons(...selectedBy, ...sizing.reasons);
      const { byUse } = requests;
      const shared = isShared ? sizing : null;
      targets.push({
        instance,
        to,
        location,
        reason,
        zones: zones?.codes ?? null,
        locations,
        byUse,
        sizing: shared,
      });
    }
  }
  return { targets, unchanged, blocked, toMeasure, toLookUp: [...toLookUp.values()], findings };
}

const NONE: readonly never[] = [];

/** Why an instance keeps its size. */
function staysReason({ instance, requests, selectedBy }: RequestedInstance, { to, reason }: Sizing): Message {
  const size = reason ?? message('reason.already-at-size', { size: to });
  const used = requests.byUse ? message('reason.memory-in-use', { used: instance.used! }) : null;
  return joinReasons(...selectedBy, size, used) ?? size;
}

/** Adds one target's requests for an instance to those of the targets before it. */
function addTarget(
  requested: Map<string, RequestedInstance>,
  instance: Instance,
  target: PlanTarget,
  { nothing, use }: { readonly nothing: Requests; readonly use: FleetUse },
): void {
  const { location, fromRun } = target;
  let entry = requested.get(instance.id);
  if (!entry) {
    const none = { conflicts: NONE, selectedBy: NONE, zones: null };
    entry = { instance, location, requests: nothing, ...none, fromRun };
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
    entry.conflicts = [...entry.conflicts, createFinding('Refit.Conflict', text, instance.id, location)];
    return;
  }
  for (const reason of selectedBy(instance, target, use))
    if (!entry.selectedBy.some((one) => sameMessage(one, reason)))
      entry.selectedBy = [...entry.selectedBy, reason];
  if (target.zones !== null && entry.zones !== null && !sameZones(target.zones, entry.zones.codes)) {
    const text = message('target.two-zones', {
      id: instance.id,
      first: entry.zones.codes,
      firstAt: at(entry.zones.location),
      second: target.zones,
      secondAt: at(location),
    });
    entry.conflicts = [...entry.conflicts, createFinding('Refit.Conflict', text, instance.id, location)];
  } else if (target.zones !== null) {
    entry.zones ??= { codes: target.zones, location };
  }
  entry.requests = withTarget(entry.requests, target);
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

function sameZones(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((zone, n) => zone === b[n]);
}
