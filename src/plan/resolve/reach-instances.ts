/** Finds the instances that a target of a plan names or selects. */
import { closest } from '../../closest-word.ts';
import type { UnknownUse } from '../../messages/en/plan/by-use.ts';
import { message } from '../../messages/messages.ts';
import {
  type BlockedTarget,
  type Finding,
  type FleetUse,
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
import { DAY } from '../../units.ts';
import { isUnknownUse, matcher } from './match-selector.ts';
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

/** What one target names or selects. */
interface Reached {
  readonly instances: Instance[];
  readonly missing: BlockedTarget[];
  readonly findings: Finding[];
  /** Instances about which the selector cannot decide, because their use is not known. They are left out. */
  readonly unknown: readonly Instance[];
}

/** The instances that one target names or selects. @param use figures of the history of use. */
export function reach(plan: Plan, target: PlanTarget, fleet: FleetIndex, use: FleetUse): Reached {
  const profile = profileOf(plan, target);
  const regions = regionsOf(plan, target);
  const isHere = (one: Instance) => one.profile === profile && (regions?.includes(one.region) ?? true);
  const unread = (regions ?? [null]).filter((region) => !fleet.wasRead(profile, region));
  const findings = unread.map((region) => notRead(target, region, profile));
  const where = { target, profile, regions, fleet };

  if (target.match.kind === 'instance') {
    const id = target.match.instance;
    const [found] = fleet.byId(id).filter(isHere);
    const none = { unknown: [] };
    if (found) return { instances: [found], missing: [], findings, ...none };
    const region = regions?.[0] ?? '';
    const missing = findings.length > 0 ? { instance: id, region, findings } : doesNotExist(id, where);
    return { instances: [], missing: [missing], findings: [], ...none };
  }

  const { select, exclude } = target.match;
  const sorted = sortByMatch(target.match, fleet.candidates(profile, regions, select), use);
  const { matching } = sorted;
  const unknown = [...sorted.unknown, ...sorted.unknownExcluded];
  const instances = matching.filter(({ id }) => isTargetId(id));
  findings.push(...leftOut(matching, target));
  const unclear = [
    ...useUnknown(sorted.unknown, target, { use, excluded: false }),
    ...useUnknown(sorted.unknownExcluded, target, { use, excluded: true }),
  ];
  if (unread.length > 0) return { instances, missing: [], findings: [...findings, ...unclear], unknown };
  const missing = [...new Set(select.ids ?? [])]
    .filter((id) => !fleet.byId(id).some(isHere))
    .map((id) => doesNotExist(id, where));
  const none = instances.length === 0 && missing.length === 0;
  if (none && unclear.length > 0 && plan.onBlocked === 'refuse') {
    // Nothing is selected, perhaps only because the use is not known: the command that collects it comes first.
    const errors = unclear.map((one): Finding => ({ ...one, severity: 'error' }));
    return { instances, missing, findings: [...findings, ...errors], unknown };
  }
  findings.push(...unclear);
  if (none) {
    const otherUse = unknown.length === 0 ? sorted.otherUse : 0;
    findings.push(noMatch(plan, where, exclude.length > 0, otherUse));
  }
  return { instances, missing, findings, unknown };
}

/** Which candidates a selector matches, by id, and about which it cannot decide. */
function sortByMatch(
  { select, exclude }: Extract<PlanTarget['match'], { kind: 'select' }>,
  candidates: readonly Instance[],
  use: FleetUse,
) {
  const selects = matcher(select, use);
  const excludes = exclude.map((one) => matcher(one, use));
  const matching: Instance[] = [];
  const unknown: Instance[] = [];
  const unknownExcluded: Instance[] = [];
  let otherUse = 0;
  for (const one of candidates) {
    const fails = selects(one);
    if (fails?.id === 'selector.use-differs') otherUse += 1;
    if (fails !== null && !isUnknownUse(fails)) continue;
    const exclusions = excludes.map((excluded) => excluded(one));
    if (exclusions.includes(null)) continue;
    // It may be one that must not change.
    if (exclusions.some(isUnknownUse)) unknownExcluded.push(one);
    else (fails === null ? matching : unknown).push(one);
  }
  // An inventory file usually is in this order.
  for (const list of [matching, unknown, unknownExcluded])
    if (list.some(({ id }, at) => at > 0 && list[at - 1]!.id > id))
      list.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return { matching, unknown, unknownExcluded, otherUse };
}

/** Instances that a warning holds; it names fewer. */
const MOST_UNKNOWN = 5;

/** A warning about instances whose use is not known, with the command that collects it. */
function useUnknown(
  instances: readonly Instance[],
  { match, location }: PlanTarget,
  { use, excluded }: { readonly use: FleetUse; readonly excluded: boolean },
): Finding[] {
  if (instances.length === 0 || match.kind !== 'select') return [];
  const questions = excluded ? match.exclude : [match.select];
  const hoursOf = (one: Instance): UnknownUse => {
    const fails = questions.map((select) => matcher(select, use)(one)).find(isUnknownUse);
    const { found, hours } = fails!.params as Pick<UnknownUse, 'found' | 'hours'>;
    return { id: one.id, found, hours };
  };
  const text = message('target.use-unknown-selected', {
    instances: instances.slice(0, MOST_UNKNOWN).map(hoursOf),
    all: instances.length,
    excluded,
    command: collectCommand(instances, longestOf(questions)),
  });
  return [{ ...createFinding('Refit.UsageUnknown', text, null, location), severity: 'warning' }];
}

function longestOf(selects: readonly Select[]): number {
  return Math.max(0, ...selects.flatMap(({ use = [] }) => use.map(({ over }) => over)));
}

/** Days that `refit usage collect` covers by itself, and hours that the provider still has (docs/provider.md P123). */
const [USUAL_DAYS, MOST_DAYS] = [28, 93];

/** The command that collects the history of use of instances. @param over milliseconds. */
export function collectCommand(
  instances: readonly Pick<Instance, 'region' | 'profile'>[],
  over: number,
): string {
  const regions = [...new Set(instances.map(({ region }) => region))].sort().join(',');
  const [first] = instances;
  const profile = first === undefined || first.profile === 'default' ? '' : ` --profile ${first.profile}`;
  const needed = Math.min(MOST_DAYS, Math.ceil(over / DAY));
  const days = needed > USUAL_DAYS ? ` --days ${needed}` : '';
  return `refit usage collect --region ${regions}${profile}${days}`;
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

/** @param otherUse instances that match except for their use: then finding none is a result, not a mistake. */
function noMatch(
  { onBlocked }: Plan,
  { target, profile, regions }: Where,
  excludes: boolean,
  otherUse: number,
): Finding {
  if (otherUse > 0) {
    const text = message('target.none-by-use', { others: otherUse });
    return { ...createFinding('Refit.NoMatch', text, null, target.location), severity: 'warning' };
  }
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
