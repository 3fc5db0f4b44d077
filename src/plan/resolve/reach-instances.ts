/** Which instances a target of a plan means, and what is said where it means none. */
import type { BlockedTarget, Finding, Instance, Inventory, Plan, PlanTarget, Select } from '../../model.ts';
import { check, createFinding } from '../../rules/check.ts';
import { NOTHING_KNOWN } from '../../rules/facts.ts';
import { matcher } from './match-selector.ts';
import { profileOf, regionsOf } from './scopes.ts';

const NONE: readonly Instance[] = [];

/**
 * The inventory, indexed so that a plan of many targets never walks the fleet once a target: by profile and region, and,
 * when first asked, by id and by each tag's key.
 */
export function indexFleet(inventory: Inventory) {
  const byProfile = Map.groupBy(inventory.instances, (one) => one.profile);
  const byRegion = new Map(
    [...byProfile].map(([profile, instances]) => [profile, Map.groupBy(instances, (one) => one.region)]),
  );
  const read = new Set(inventory.scopes.flatMap(({ profile, region }) => [`${profile} ${region}`, profile]));
  let ids: Groups | null = null;
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
    /** Every instance of that id: one for each profile that sees it. */
    byId,
    /** True where that region was read as that profile (null: any region). */
    wasRead: (profile: string, region: string | null): boolean =>
      read.has(region === null ? profile : `${profile} ${region}`),
    /** A short list that holds every instance which the selector can match in these regions (null: all that were read). */
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

/** Instances by what they share; null: nothing. */
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
  const instances = fleet
    .candidates(profile, regions, select)
    .filter((one) => selects(one) === null && !excludes.some((excluded) => excluded(one) === null))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  if (findings.length > 0) return { instances, missing: [], findings };
  const missing = [...new Set(select.ids ?? [])]
    .filter((id) => !fleet.byId(id).some(isHere))
    .map((id) => doesNotExist(id, where));
  const none = instances.length === 0 && missing.length === 0;
  return { instances, missing, findings: none ? [noMatch(plan, where, exclude.length > 0)] : [] };
}

/** Where a target is looked for. */
interface Where {
  readonly target: PlanTarget;
  readonly profile: string;
  /** null: in all that were read. */
  readonly regions: readonly string[] | null;
  readonly fleet: FleetIndex;
}

function noMatch({ onBlocked }: Plan, { target, profile, regions }: Where, excludes: boolean): Finding {
  const where = regions === null ? 'the inventory' : regions.join(', ') || 'any region';
  const message = `the selector matches no instance in ${where} as profile ${profile}${excludes ? ', or all of them are excluded' : ''}`;
  const fix =
    'correct the selector, or take the target out; refit explain INSTANCE PLAN tells why an instance is not selected';
  const finding = createFinding('Refit.NoMatch', { message, fix }, null, target.location);
  return onBlocked === 'skip' ? { ...finding, severity: 'warning' } : finding;
}

function notRead(target: PlanTarget, region: string | null, profile: string): Finding {
  const instance = target.match.kind === 'instance' ? target.match.instance : null;
  const message = `${region ?? 'no region'} was not read as profile ${profile}: what is there is unknown, not absent`;
  const fix = `refit inventory${region === null ? '' : ` --region ${region}`} --profile ${profile} -o FILE, or plan against the live fleet`;
  return createFinding('Refit.NotRead', { message, fix }, instance, target.location);
}

function doesNotExist(id: string, { target, profile, regions, fleet }: Where): BlockedTarget {
  const region = regions?.[0] ?? '';
  const [seen] = fleet.byId(id);
  const findings = check(
    {
      ...NOTHING_KNOWN,
      id,
      region: region === '' ? `any region that was read as profile ${profile}` : region,
      instance: null,
      change: null,
      elsewhere: seen ? `${seen.region} as profile ${seen.profile}` : null,
    },
    target.location,
  );
  return { instance: id, region, findings };
}
