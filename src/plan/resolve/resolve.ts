/** Plan and inventory to targets: which instances, and which size each. */

import { formatSize, formatUsed, formatValue } from '../../messages/en/format-size.ts';
import {
  type BlockedTarget,
  DIMENSIONS,
  type Dimension,
  type Finding,
  type Instance,
  type Inventory,
  type Plan,
  type PlanTarget,
  type RequestedSize,
  type SavedPlan,
  type Size,
  type SourceLocation,
  sameSize,
  type Target,
} from '../../model.ts';
import { check, createFinding } from '../../rules/check.ts';
import { factsOf } from '../../rules/facts.ts';
import type { SoldFor } from '../../rules/is-sold.ts';
import { indexFleet, reach } from './reach-instances.ts';
import { leastByUse, resolveRequestedSize } from './requested-size.ts';

/** A target, and where each of its dimensions was asked for. */
export interface Resolved extends Target {
  readonly locations: Readonly<Partial<Record<Dimension, SourceLocation>>>;
  /** Its size was asked for by the memory in use. */
  readonly byUse: boolean;
}

/** Every instance that the plan reaches is in exactly one of the lists. */
export interface Resolution {
  /** In the order of the plan's targets; instances of one selector by id. */
  readonly targets: readonly Resolved[];
  readonly unchanged: SavedPlan['unchanged'];
  readonly blocked: readonly BlockedTarget[];
  /** Instances whose size is asked for by the memory in use, which is not known. They are blocked meanwhile. */
  readonly toMeasure: readonly Instance[];
  /** Those that concern no single instance. */
  readonly findings: readonly Finding[];
}

interface Asked {
  readonly to: number;
  readonly reason: string | null;
  readonly location: SourceLocation;
}

type Sizes = Partial<Record<Dimension, Asked>>;

/** An instance that targets reach, with all that they wish for it in the order of the plan. */
interface RequestedInstance {
  readonly instance: Instance;
  readonly location: SourceLocation;
  readonly wishes: {
    readonly dimension: Dimension;
    readonly wish: RequestedSize;
    readonly location: SourceLocation;
  }[];
  readonly conflicts: Finding[];
  zones: { readonly codes: readonly string[]; readonly location: SourceLocation } | null;
  readonly fromRun: PlanTarget['fromRun'];
}

/** Resolves every target. @param sold what is sold for an instance, for sizes rounded to what is sold. */
export function resolve(plan: Plan, inventory: Inventory, sold: SoldFor): Resolution {
  const fleet = indexFleet(inventory);
  const wanted = new Map<string, RequestedInstance>();
  const missing = new Map<string, BlockedTarget>();
  const findings: Finding[] = [];
  for (const target of plan.targets) {
    const found = reach(plan, target, fleet);
    findings.push(...found.findings);
    for (const blocked of found.missing) missing.set(`${blocked.region} ${blocked.instance}`, blocked);
    for (const instance of found.instances) addTarget(wanted, instance, target);
  }

  const targets: Resolved[] = [];
  const unchanged: SavedPlan['unchanged'][number][] = [];
  const blocked: BlockedTarget[] = [...missing.values()];
  const toMeasure: Instance[] = [];
  for (const entry of wanted.values()) {
    const { instance, location, zones } = entry;
    const { asked, unknown, conflicts } = sizesOf(entry, sold(instance));
    const byUse = entry.wishes.some(({ wish }) => isByUse(wish));
    if (unknown?.code === 'Refit.UsedUnknown') toMeasure.push(instance);
    const to = { ...instance.size, ...valuesOf(asked, (one) => one.to) };
    const reasons = unknown === null ? conflicts : [...conflicts, unknown];
    const against = reasons.length > 0 ? reasons : blockedByRun(entry, to);
    if (against.length > 0) {
      blocked.push({ instance: instance.id, region: instance.region, findings: against });
      continue;
    }
    const reason = DIMENSIONS.flatMap((dimension) => asked[dimension]?.reason ?? []).join('; ') || null;
    if (sameSize(instance.size, to)) {
      const reasons = [reason ?? `already ${formatSize(to)}`, ...(byUse ? [formatUsed(instance.used!)] : [])];
      unchanged.push({ instance: instance.id, region: instance.region, reason: reasons.join('; ') });
    } else {
      const locations = valuesOf(asked, (one) => one.location);
      targets.push({ instance, to, location, reason, zones: zones?.codes ?? null, locations, byUse });
    }
  }
  return { targets, unchanged, blocked, toMeasure, findings };
}

/** Adds one target's wishes for an instance to those of the targets before it. */
function addTarget(wanted: Map<string, RequestedInstance>, instance: Instance, target: PlanTarget): void {
  const { location, fromRun } = target;
  let entry = wanted.get(instance.id);
  if (!entry) {
    entry = { instance, location, wishes: [], conflicts: [], zones: null, fromRun };
    wanted.set(instance.id, entry);
  }
  if (entry.instance.profile !== instance.profile) {
    const both = `is reached as profile ${entry.instance.profile} at ${at(entry.location)} and as ${instance.profile} at ${at(location)}`;
    entry.conflicts.push(conflict(instance, both, location));
    return;
  }
  if (target.zones !== null && entry.zones !== null && !sameZones(target.zones, entry.zones.codes)) {
    const both = `is to have its replicas in ${entry.zones.codes.join(', ')} at ${at(entry.zones.location)} and in ${target.zones.join(', ')} at ${at(location)}`;
    entry.conflicts.push(conflict(instance, both, location));
  } else if (target.zones !== null) {
    entry.zones ??= { codes: target.zones, location };
  }
  for (const dimension of DIMENSIONS) {
    const wish = target.wishes[dimension];
    if (wish) entry.wishes.push({ dimension, wish, location });
  }
}

/** Two targets ask for different things of one instance. */
function conflict({ id }: Instance, both: string, location: SourceLocation): Finding {
  const fix = `exclude: [${id}] in one of the two`;
  return createFinding('Refit.Conflict', { message: `${id} ${both}`, fix }, id, location);
}

/**
 * All wishes for one instance as numbers. Shards come first: a size by the memory in use depends on how many of them
 * the data will be spread over. @returns in `unknown` why such a size cannot be told; null where it can.
 */
function sizesOf({ instance, wishes, conflicts }: RequestedInstance, sold: ReturnType<SoldFor>) {
  const asked: Sizes = {};
  const found = [...conflicts];
  let unknown: Finding | null = null;
  const inTurn = [...wishes].sort(
    (a, b) => Number(b.dimension === 'shards') - Number(a.dimension === 'shards'),
  );
  for (const { dimension, wish, location } of inTurn) {
    const list = sold === 'unknown' || sold === null ? null : sold[dimension];
    const shards = asked.shards?.to ?? instance.size.shards;
    const byUse = isByUse(wish)
      ? leastByUse(wish.atLeast.timesUsed, instance.used, instance.size, shards)
      : null;
    if (isByUse(wish) && byUse === null) {
      unknown ??= useUnknown(instance, wish.atLeast.timesUsed, location);
      continue;
    }
    const one: Asked = {
      ...resolveRequestedSize(dimension, wish, instance.size[dimension], list, byUse),
      location,
    };
    const before = asked[dimension];
    if (before && before.to !== one.to) {
      const both = `is to have ${dimension} ${formatValue(dimension, before.to)} at ${at(before.location)} and ${formatValue(dimension, one.to)} at ${at(one.location)}`;
      found.push(conflict(instance, both, location));
    } else {
      asked[dimension] ??= one;
    }
  }
  return { asked, unknown, conflicts: found };
}

/** Why an instance must not be changed by a plan made from a run. */
function blockedByRun({ instance, location, fromRun }: RequestedInstance, to: Size): Finding[] {
  if (fromRun === undefined) return [];
  const { leftAt, unsettled } = fromRun;
  if (unsettled !== null) {
    const message = `${instance.id}: the outcome of ${unsettled} is unknown, its order may still be carried out`;
    const fix = 'the same refit apply again, which settles it by reading; then make this plan again';
    return [createFinding('Refit.Unsettled', { message, fix }, instance.id, location)];
  }
  if (leftAt === null || sameSize(instance.size, leftAt) || sameSize(instance.size, to)) return [];
  const message = `${instance.id} is at ${formatSize(instance.size)}, and the run left it at ${formatSize(leftAt)}: somebody has changed it since`;
  const fix = `refit explain ${instance.id}, and a plan of its own where it is to be changed`;
  return [createFinding('Refit.NotAsLeft', { message, fix }, instance.id, location)];
}

function isByUse(
  wish: RequestedSize,
): wish is RequestedSize & { readonly atLeast: { readonly timesUsed: number } } {
  return wish.kind === 'relative' && typeof wish.atLeast === 'object' && wish.atLeast !== null;
}

/** What would be refused whatever the size is told instead: for that nobody needs to read the memory in use. */
function useUnknown(instance: Instance, times: number, location: SourceLocation): Finding {
  const present = instance.size.memoryPerShard;
  const change = { dimension: 'memoryPerShard', from: present, to: present + 1 } as const;
  const [first] = check(factsOf(instance, change), location);
  if (first && WHATEVER_THE_SIZE.has(first.code)) return first;
  const which = instance.used === null ? 'its memory in use' : 'the memory in use in its fullest shard';
  const message = `${instance.id}: memoryPerShard is to be at least ${times} x what is in use, and ${which} is not known`;
  return createFinding('Refit.UsedUnknown', { message }, instance.id, location);
}

const WHATEVER_THE_SIZE: ReadonlySet<string> = new Set([
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
