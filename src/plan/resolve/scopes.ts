/** The regions that Refit must read, and the profiles, before it can resolve a plan. */
import { message } from '../../messages/messages.ts';
import type { Finding, Plan, PlanTarget, Scope } from '../../model.ts';
import { createFinding } from '../../rules/check.ts';

/** The plan with the region and profile of the command line, if it names none itself. */
export function withDefaults(plan: Plan, { region, profile }: Plan['defaults']): Plan {
  return {
    ...plan,
    defaults: { region: plan.defaults.region ?? region, profile: plan.defaults.profile ?? profile },
  };
}

/** The regions in which Refit looks for a target; null if none is named. */
export function regionsOf(plan: Pick<Plan, 'defaults'>, target: PlanTarget): readonly string[] | null {
  const selected = target.match.kind === 'select' ? target.match.select.regions : null;
  if (selected !== null)
    return target.region === null ? selected : selected.filter((one) => one === target.region);
  const region = target.region ?? plan.defaults.region;
  return region === null ? null : [region];
}

/** The profile that reads and orders a target: the target's, else the plan's, else `default`. */
export function profileOf(plan: Pick<Plan, 'defaults'>, target: PlanTarget): string {
  return target.profile ?? plan.defaults.profile ?? 'default';
}

/**
 * Every region and profile that the plan's targets need, each once. A target without a region is a finding.
 * @param defaults the region and profile of the command line, for plans that name none.
 */
export function scopesOf(
  plan: Plan,
  defaults: Plan['defaults'],
): { readonly scopes: readonly Scope[]; readonly findings: readonly Finding[] } {
  const filled = withDefaults(plan, defaults);
  const scopes = new Map<string, Scope>();
  const findings: Finding[] = [];
  for (const target of plan.targets) {
    const regions = regionsOf(filled, target);
    if (regions === null) {
      findings.push(createFinding('Refit.NoRegion', message('target.no-region'), null, target.location));
      continue;
    }
    const profile = profileOf(filled, target);
    for (const region of regions) scopes.set(`${region} ${profile}`, { region, profile });
  }
  return { scopes: [...scopes.values()], findings };
}
