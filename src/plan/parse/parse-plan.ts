import { validatePlan } from '../../generated/validators.js';
import type { Finding, Plan } from '../../model.ts';
import { buildPlan } from './build-plan.ts';
import { checkPlan } from './check-plan.ts';
import { createPlanText } from './plan-text.ts';
import { certain, readYaml } from './read-yaml.ts';
import { PLAN_VERSIONS, schemaFindings } from './schema-findings.ts';
import { typedFindings } from './typed-findings.ts';

/**
 * Parses the text of a plan: YAML, schema, and every check that needs no fleet. Never throws on any text.
 * @param file the plan's file name, for locations.
 * @returns all findings in the order of the text; the plan is null when one of them is an error.
 */
export function parsePlan(text: string, file: string): { plan: Plan | null; findings: Finding[] } {
  const source = createPlanText(text.replace(/^\ufeff/, ''), file);
  const { tree, findings, brokenFrom } = readYaml(source);
  if (tree === null) return { plan: null, findings };

  const fits = validatePlan(tree.value);
  const errors = validatePlan.errors ?? [];
  const version = errors.filter(({ instancePath }) => instancePath === '/version');
  // For a plan of another format version, the version is the only finding.
  const isOtherVersion =
    version.length > 0 &&
    !PLAN_VERSIONS.includes(numberOf((tree.value as { version?: unknown } | null)?.version));
  const bySchema = fits ? [] : schemaFindings(isOtherVersion ? version : errors, tree, source);
  const isValid = () => validatePlan(tree.value) || (validatePlan.errors ?? []).length <= errors.length;
  const first = atNewLocations(findings, bySchema);
  if (!isOtherVersion) {
    first.push(...atNewLocations([...findings, ...first], typedFindings(tree, source, isValid, first)));
    first.push(...atNewLocations([...findings, ...first], checkPlan(tree, source)));
  }
  findings.push(...certain(first, brokenFrom));
  findings.sort((a, b) => a.location!.line - b.location!.line || a.location!.column - b.location!.column);
  if (!fits || findings.some(({ severity }) => severity === 'error')) return { plan: null, findings };
  return {
    plan: buildPlan(tree.value, file, (path) => source.locationAt(tree.valueAt(path).offset)),
    findings,
  };
}

/** The findings at locations that have no finding yet. */
function atNewLocations(before: readonly Finding[], findings: readonly Finding[]): Finding[] {
  const taken = new Set(before.map(({ location }) => `${location!.line}:${location!.column}`));
  return findings.filter(({ location }) => !taken.has(`${location!.line}:${location!.column}`));
}

/** Reads numbers and texts only: `Number` would call an object's own `toString`. */
function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
}
