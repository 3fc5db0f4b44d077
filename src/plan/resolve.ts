/** Plan and inventory to targets: which instances, and which size each. */
import type {
  BlockedTarget,
  Dimension,
  Finding,
  Instance,
  Inventory,
  Place,
  Plan,
  PlanTarget,
  SavedPlan,
  Size,
  Target,
} from '../model.ts';
import { DIMENSIONS, sameSize } from '../model.ts';
import { check, say } from '../rules/check.ts';
import type { SoldFor } from '../rules/is-sold.ts';
import { saySize, sayValue } from '../rules/say-size.ts';
import type { FleetIndex } from './fleet-index.ts';
import { indexFleet } from './fleet-index.ts';
import { matcher } from './matches.ts';
import { profileOf, regionsOf } from './scopes.ts';
import { sizeWish } from './size-wish.ts';

/** A target, and where each of its dimensions was asked for. */
export interface Resolved extends Target {
  readonly places: Readonly<Partial<Record<Dimension, Place>>>;
}

/** Every instance that the plan reaches is in exactly one of the lists. */
export interface Resolution {
  /** In the order of the plan's targets; instances of one selector by id. */
  readonly targets: readonly Resolved[];
  readonly unchanged: SavedPlan['unchanged'];
  readonly blocked: readonly BlockedTarget[];
  /** Those that concern no single instance. */
  readonly findings: readonly Finding[];
}

interface Asked {
  readonly to: number;
  readonly because: string | null;
  readonly place: Place;
}

interface Wanted {
  readonly instance: Instance;
  readonly place: Place;
  readonly asked: Partial<Record<Dimension, Asked>>;
  readonly conflicts: Finding[];
}

/** Resolves every target. @param sold what is sold for an instance, for sizes rounded to what is sold. */
export function resolve(plan: Plan, inventory: Inventory, sold: SoldFor): Resolution {
  const fleet = indexFleet(inventory);
  const wanted = new Map<string, Wanted>();
  const missing = new Map<string, BlockedTarget>();
  const findings: Finding[] = [];
  for (const target of plan.targets) {
    const found = reach(plan, target, fleet);
    findings.push(...found.findings);
    for (const blocked of found.missing) missing.set(`${blocked.region} ${blocked.instance}`, blocked);
    for (const instance of found.instances) want(wanted, instance, target, sold(instance));
  }

  const targets: Resolved[] = [];
  const unchanged: SavedPlan['unchanged'][number][] = [];
  const blocked: BlockedTarget[] = [...missing.values()];
  for (const { instance, place, asked, conflicts } of wanted.values()) {
    const to = wantedSize(instance.size, asked);
    const because = DIMENSIONS.flatMap((dimension) => asked[dimension]?.because ?? []).join('; ') || null;
    if (conflicts.length > 0) {
      blocked.push({ instance: instance.id, region: instance.region, findings: conflicts });
    } else if (sameSize(instance.size, to)) {
      const why = because ?? `already ${saySize(to)}`;
      unchanged.push({ instance: instance.id, region: instance.region, why });
    } else {
      targets.push({ instance, to, place, because, places: placesOf(asked) });
    }
  }
  return { targets, unchanged, blocked, findings };
}

interface Reached {
  readonly instances: readonly Instance[];
  readonly missing: readonly BlockedTarget[];
  readonly findings: readonly Finding[];
}

/** The instances that one target names or selects. */
function reach(plan: Plan, target: PlanTarget, fleet: FleetIndex): Reached {
  const profile = profileOf(plan, target);
  const regions = regionsOf(plan, target);
  const unread = (regions ?? [null]).filter((region) => !fleet.wasRead(profile, region));
  const findings: Finding[] = unread.map((region) => notRead(target, region, profile));

  if (target.match.kind === 'instance') {
    const id = target.match.instance;
    const all = fleet.byId(id);
    const here = all.filter((one) => one.profile === profile && (regions?.includes(one.region) ?? true));
    if (here.length > 0) return { instances: here.slice(0, 1), missing: [], findings };
    const region = regions?.[0] ?? '';
    if (findings.length > 0)
      return { instances: [], missing: [{ instance: id, region, findings }], findings: [] };
    return { instances: [], missing: [doesNotExist(target, id, region, profile, all)], findings };
  }

  const { select, exclude } = target.match;
  const selects = matcher(select);
  const excludes = exclude.map(matcher);
  const instances = fleet
    .candidates(profile, regions, select)
    .filter((one) => selects(one) === null && !excludes.some((excluded) => excluded(one) === null))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const missing =
    findings.length > 0
      ? []
      : [...new Set(select.ids ?? [])]
          .filter(
            (id) =>
              !fleet
                .byId(id)
                .some((one) => one.profile === profile && (regions?.includes(one.region) ?? true)),
          )
          .map((id) => doesNotExist(target, id, regions?.[0] ?? '', profile, fleet.byId(id)));
  if (instances.length > 0 || findings.length > 0 || missing.length > 0)
    return { instances, missing, findings };
  const where = regions === null ? 'the inventory' : regions.join(', ') || 'any region';
  const what = `the selector matches no instance in ${where} as profile ${profile}${exclude.length > 0 ? ', or all of them are excluded' : ''}`;
  const finding = say('Refit.NoMatch', { what, mend: noMatchMend }, null, target.place);
  return {
    instances,
    missing,
    findings: [plan.onBlocked === 'skip' ? { ...finding, severity: 'warning' } : finding],
  };
}

const noMatchMend =
  'correct the selector, or take the target out; refit explain INSTANCE PLAN tells why an instance is not selected';

function notRead(target: PlanTarget, region: string | null, profile: string): Finding {
  const instance = target.match.kind === 'instance' ? target.match.instance : null;
  const what = `${region ?? 'no region'} was not read as profile ${profile}: what is there is unknown, not absent`;
  const mend = `refit inventory${region === null ? '' : ` --region ${region}`} --profile ${profile} -o FILE, or plan against the live fleet`;
  return say('Refit.NotRead', { what, mend }, instance, target.place);
}

function doesNotExist(
  target: PlanTarget,
  id: string,
  region: string,
  profile: string,
  all: readonly Instance[],
): BlockedTarget {
  const seen = all[0];
  const findings = check(
    {
      id,
      region: region === '' ? `any region that was read as profile ${profile}` : region,
      instance: null,
      change: null,
      elsewhere: seen ? `${seen.region} as profile ${seen.profile}` : null,
      offer: 'unknown',
      quote: null,
      balance: null,
      followsOwnStep: false,
    },
    target.place,
  );
  return { instance: id, region, findings };
}

/** Adds one target's wishes for an instance to those of the targets before it. */
function want(
  wanted: Map<string, Wanted>,
  instance: Instance,
  target: PlanTarget,
  sold: ReturnType<SoldFor>,
): void {
  let entry = wanted.get(instance.id);
  if (!entry) {
    entry = { instance, place: target.place, asked: {}, conflicts: [] };
    wanted.set(instance.id, entry);
  }
  if (entry.instance.profile !== instance.profile) {
    const what = `${instance.id} is reached as profile ${entry.instance.profile} at ${at(entry.place)} and as ${instance.profile} at ${at(target.place)}`;
    const mend = `exclude: [${instance.id}] in one of the two`;
    entry.conflicts.push(say('Refit.Conflict', { what, mend }, instance.id, target.place));
    return;
  }
  for (const dimension of DIMENSIONS) {
    const wish = target.wishes[dimension];
    if (!wish) continue;
    const list = sold === 'unknown' || sold === null ? null : sold[dimension];
    const asked: Asked = {
      ...sizeWish(dimension, wish, instance.size[dimension], list),
      place: target.place,
    };
    const before = entry.asked[dimension];
    if (before && before.to !== asked.to) {
      const what = `${instance.id} is to have ${dimension} ${sayValue(dimension, before.to)} at ${at(before.place)} and ${sayValue(dimension, asked.to)} at ${at(asked.place)}`;
      const mend = `exclude: [${instance.id}] in one of the two`;
      entry.conflicts.push(say('Refit.Conflict', { what, mend }, instance.id, target.place));
    } else {
      entry.asked[dimension] ??= asked;
    }
  }
}

function wantedSize(present: Size, asked: Wanted['asked']): Size {
  return {
    memoryPerShard: asked.memoryPerShard?.to ?? present.memoryPerShard,
    shards: asked.shards?.to ?? present.shards,
    replicas: asked.replicas?.to ?? present.replicas,
  };
}

function placesOf(asked: Wanted['asked']): Resolved['places'] {
  const places: Partial<Record<Dimension, Place>> = {};
  for (const dimension of DIMENSIONS) {
    const one = asked[dimension];
    if (one) places[dimension] = one.place;
  }
  return places;
}

function at(place: Place): string {
  return `${place.file}:${place.line}`;
}
