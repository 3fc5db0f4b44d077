/** Which instances a target of a plan means, and what is said where it means none. */
import type { BlockedTarget, Finding, Instance, Plan, PlanTarget } from '../../model.ts';
import { check, say } from '../../rules/check.ts';
import { NOTHING_KNOWN } from '../../rules/facts.ts';
import type { FleetIndex } from './fleet-index.ts';
import { matcher } from './match-selector.ts';
import { profileOf, regionsOf } from './scopes.ts';

interface Reached {
  readonly instances: readonly Instance[];
  readonly missing: readonly BlockedTarget[];
  readonly findings: readonly Finding[];
}

/** The instances that one target names or selects. */
export function reach(plan: Plan, target: PlanTarget, fleet: FleetIndex): Reached {
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
  const what = `the selector matches no instance in ${where} as profile ${profile}${excludes ? ', or all of them are excluded' : ''}`;
  const mend =
    'correct the selector, or take the target out; refit explain INSTANCE PLAN tells why an instance is not selected';
  const finding = say('Refit.NoMatch', { what, mend }, null, target.place);
  return onBlocked === 'skip' ? { ...finding, severity: 'warning' } : finding;
}

function notRead(target: PlanTarget, region: string | null, profile: string): Finding {
  const instance = target.match.kind === 'instance' ? target.match.instance : null;
  const what = `${region ?? 'no region'} was not read as profile ${profile}: what is there is unknown, not absent`;
  const mend = `refit inventory${region === null ? '' : ` --region ${region}`} --profile ${profile} -o FILE, or plan against the live fleet`;
  return say('Refit.NotRead', { what, mend }, instance, target.place);
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
    target.place,
  );
  return { instance: id, region, findings };
}
