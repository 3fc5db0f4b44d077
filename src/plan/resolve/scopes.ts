/** Which regions must be read, as which identity, before a plan can be resolved. */
import type { Finding, Plan, PlanTarget, Scope } from '../../model.ts';
import { createFinding } from '../../rules/check.ts';

/** The plan with the command line's region and profile where it names none itself. */
export function withDefaults(plan: Plan, { region, profile }: Plan['defaults']): Plan {
  return {
    ...plan,
    defaults: { region: plan.defaults.region ?? region, profile: plan.defaults.profile ?? profile },
  };
}

/** The regions a target is looked for in; null where nothing names one. */
export function regionsOf(plan: Pick<Plan, 'defaults'>, target: PlanTarget): readonly string[] | null {
  const selected = target.match.kind === 'select' ? target.match.select.regions : null;
  if (selected !== null)
    return target.region === null ? selected : selected.filter((one) => one === target.region);
  const region = target.region ?? plan.defaults.region;
  return region === null ? null : [region];
}

/** The profile a target is read and ordered with: the target's, the plan's, else `default`. */
export function profileOf(plan: Pick<Plan, 'defaults'>, target: PlanTarget): string {
  return target.profile ?? plan.defaults.profile ?? 'default';
}

/**
 * Every region and profile that the plan's targets need, each once; a target that names no region is a finding.
 * @param defaults what the command line says where the plan says nothing.
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
      const message = 'nothing says which region this target is in';
      const fix = 'defaults: { region: ap-guangzhou } in the plan, region: in the target, or --region';
      findings.push(createFinding('Refit.NoRegion', { message, fix }, null, target.location));
      continue;
    }
    const profile = profileOf(filled, target);
    for (const region of regions) scopes.set(`${region} ${profile}`, { region, profile });
  }
  return { scopes: [...scopes.values()], findings };
}
