/** Finds the instances that a target of a plan names or selects. */
import { closest } from '../../closest-word.ts';
import { message } from '../../messages/messages.ts';
import {
  type BlockedTarget,
  type Finding,
  type Instance,
  type Inventory,
  isTargetId,
  type Plan,
  type PlanTarget,
  type Scope,
  type Select,
} from '../../model.ts';
import { check, createFinding } from '../../rules/check.ts';
import { NOTHING_KNOWN } from '../../rules/facts.ts';
import { matcher } from './match-selector.ts';
import { profileOf, regionsOf } from './scopes.ts';

const NONE: readonly Instance[] = [];

/**
 * Indexes the inventory. A plan with many targets must not walk the fleet for each target. The index is by profile and
 * region. On first use, Refit also indexes by id and by the key of each tag.
 */
export function indexFleet(inventory: Inventory) {
  const byProfile = Map.groupBy(inventory.instances, (one) => one.profile);
  const byRegion = new Map(
    [...byProfile].map(([profile, instances]) => [profile, Map.groupBy(instances, (one) => one.region)]),
  );
  const read = new Set(inventory.scopes.flatMap(({ profile, region }) => [`${profile} ${region}`, profile]));
  let ids: Groups | null = null;
  let searches = 0;
  const byId = (id: string): readonly Instance[] => {
    ids ??= Map.groupBy(inventory.instances, (one) => one.id);
    return ids.get(id) ?? NONE;
  };
  const byTag = new Map<string, Groups>();
  const tagged = (key: string, value: string): readonly Instance[] => {
    let values = byTag.get(key);
    if (!values) {
      values = Map.groupBy(inventory.instances, ({ tags }) => (Object.hasOwn(tags, key) ? tags[key]! : null));
      byTag.set(key, values);
    }
    return values.get(value) ?? NONE;
  };
  return {
    /** Where an instance is that was not read as a target; null: not known. */
    seenIn: (id: string): Scope | null =>
      byId(id)[0] ?? inventory.elsewhere?.find((one) => one.id === id) ?? null,
    /** Every instance with that id: one for each profile that sees it. */
    byId,
    /** True if that region was read as that profile (null: any region). */
    wasRead: (profile: string, region: string | null): boolean =>
      read.has(region === null ? profile : `${profile} ${region}`),
    /** The id that a missing one most likely misspells. Only the first ones are looked up, because each costs a search. */
    nearest: (id: string, profile: string, regions: readonly string[] | null): string | null => {
      searches += 1;
      if (searches > MOST_SEARCHES) return null;
      const ids = inventory.instances
        .filter((one) => one.profile === profile && (regions?.includes(one.region) ?? true))
        .map((one) => one.id);
      return closest(id, ids, 2);
    },
    /** A short list with every instance that the selector can match in these regions (null: all regions). */
    candidates: (profile: string, regions: readonly string[] | null, select: Select): readonly Instance[] => {
      const inScope = (one: Instance) => one.profile === profile && (regions?.includes(one.region) ?? true);
      if (select.ids !== null) return [...new Set(select.ids)].flatMap(byId).filter(inScope);
      let fewest =
        regions === null
          ? (byProfile.get(profile) ?? NONE)
          : [...new Set(regions)].flatMap((region) => byRegion.get(profile)?.get(region) ?? NONE);
      for (const [key, values] of Object.entries(select.tags ?? {})) {
        const lists = [...new Set(values)].map((value) => tagged(key, value));
        if (lists.reduce((sum, list) => sum + list.length, 0) < fewest.length) fewest = lists.flat();
      }
      return fewest.filter(inScope);
    },
  };
}

/** Missing ids for which Refit looks for a similar one. */
const MOST_SEARCHES = 20;

/** Instances by a shared value; null for instances without one. */
type Groups = ReadonlyMap<string | null, readonly Instance[]>;

type FleetIndex = ReturnType<typeof indexFleet>;

/** The instances that one target names or selects. */
export function reach(
  plan: Plan,
  target: PlanTarget,
  fleet: FleetIndex,
): { instances: Instance[]; missing: BlockedTarget[]; findings: Finding[] } {
  const profile = profileOf(plan, target);
  const regions = regionsOf(plan, target);
  const isHere = (one: Instance) => one.profile === profile && (regions?.includes(one.region) ?? true);
  const unread = (regions ?? [null]).filter((region) => !fleet.wasRead(profile, region));
  const findings = unread.map((region) => notRead(target, region, profile));
  const where = { target, profile, regions, fleet };

  if (target.match.kind === 'instance') {
    const id = target.match.instance;
    const [found] = fleet.byId(id).filter(isHere);
    if (found) return { instances: [found], missing: [], findings };
    const region = regions?.[0] ?? '';
    const missing = findings.length > 0 ? { instance: id, region, findings } : doesNotExist(id, where);
    return { instances: [], missing: [missing], findings: [] };
  }

  const { select, exclude } = target.match;
  const selects = matcher(select);
  const excludes = exclude.map(matcher);
  const matching = fleet
    .candidates(profile, regions, select)
    .filter((one) => selects(one) === null && !excludes.some((excluded) => excluded(one) === null))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const instances = matching.filter(({ id }) => isTargetId(id));
  findings.push(...leftOut(matching, target));
  if (unread.length > 0) return { instances, missing: [], findings };
  const missing = [...new Set(select.ids ?? [])]
    .filter((id) => !fleet.byId(id).some(isHere))
    .map((id) => doesNotExist(id, where));
  const none = instances.length === 0 && missing.length === 0;
  return {
    instances,
    missing,
    findings: none ? [...findings, noMatch(plan, where, exclude.length > 0)] : findings,
  };
}

/** A warning about matching instances whose ids no plan can have. */
function leftOut(matching: readonly Instance[], { location }: PlanTarget): Finding[] {
  const ids = matching.flatMap(({ id }) => (isTargetId(id) ? [] : [id]));
  return ids.length === 0
    ? []
    : [createFinding('Refit.OtherId', message('target.other-ids', { ids }), null, location)];
}

/** Where Refit looks for a target. */
interface Where {
  readonly target: PlanTarget;
  readonly profile: string;
  /** Null: in all regions that were read. */
  readonly regions: readonly string[] | null;
  readonly fleet: FleetIndex;
}

function noMatch({ onBlocked }: Plan, { target, profile, regions }: Where, excludes: boolean): Finding {
  const text = message('target.no-match', { regions, profile, excludes });
  const finding = createFinding('Refit.NoMatch', text, null, target.location);
  return onBlocked === 'skip' ? { ...finding, severity: 'warning' } : finding;
}

function notRead(target: PlanTarget, region: string | null, profile: string): Finding {
  const instance = target.match.kind === 'instance' ? target.match.instance : null;
  const text = message('target.not-read', { region, profile });
  return createFinding('Refit.NotRead', text, instance, target.location);
}

function doesNotExist(id: string, { target, profile, regions, fleet }: Where): BlockedTarget {
  const region = regions?.[0] ?? '';
  const seen = fleet.seenIn(id);
  const findings = check(
    {
      ...NOTHING_KNOWN,
      id,
      region: region === '' ? `any region that was read as profile ${profile}` : region,
      instance: null,
      change: null,
      near: seen ? null : fleet.nearest(id, profile, regions),
      elsewhere: seen ? `${seen.region} as profile ${seen.profile}` : null,
    },
    target.location,
  );
  return { instance: id, region, findings };
}
