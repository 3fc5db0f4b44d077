import { validatePlan } from '../../generated/validators.js';
import type { Finding, Plan } from '../../model.ts';
import { buildPlan } from './build-plan.ts';
import { checkPlan } from './check-plan.ts';
import { createPlanText } from './plan-text.ts';
import { type ReadYaml, readYaml } from './read-yaml.ts';
import { PLAN_VERSIONS, schemaFindings } from './schema-findings.ts';

/**
 * Parses a plan's text: YAML, schema, and everything else that is decidable without the fleet. Gives every finding
 * at once, in the order of the text; the plan is null where one of them is an error. Never throws on any text.
 * @param file the plan's file name, for the places.
 */
export function parsePlan(text: string, file: string): { plan: Plan | null; findings: Finding[] } {
  const source = createPlanText(text.replace(/^\ufeff/, ''), file);
  let read: ReadYaml;
  try {
    read = readYaml(source);
  } catch {
    // The YAML reader recurses; the limits keep our own reading flat, but its stack is not ours to bound.
    const message = 'the text is nested too deep or too tangled to be read';
    const remark = { code: 'Refit.Yaml', message, fix: 'a plan needs no more than eight levels' };
    return { plan: null, findings: [source.finding(remark, { offset: 0, length: 1 })] };
  }
  const { tree, findings, brokenFrom } = read;
  if (tree === null) return { plan: null, findings };

  const fits = validatePlan(tree.value);
  const errors = validatePlan.errors ?? [];
  const version = errors.filter(({ instancePath }) => instancePath === '/version');
  // Of another version of the format nothing else can be said.
  const other =
    version.length > 0 &&
    !PLAN_VERSIONS.includes(numberOf((tree.value as { version?: unknown } | null)?.version));
  const bySchema = fits ? [] : schemaFindings(other ? version : errors, tree, source);
  const byMeaning = other ? [] : checkPlan(tree, source);
  const first = notAlready(findings, bySchema);
  const sure = [...first, ...notAlready([...findings, ...first], byMeaning)].filter(
    // Where the syntax broke, what follows is a guess and what is missing may only be lost.
    ({ code, location }) =>
      brokenFrom === null || (location!.line < brokenFrom && code !== 'Refit.MissingKey'),
  );
  findings.push(...sure);
  findings.sort((a, b) => a.location!.line - b.location!.line || a.location!.column - b.location!.column);
  if (!fits || findings.some(({ severity }) => severity === 'error')) return { plan: null, findings };
  return {
    plan: buildPlan(tree.value, file, (path) => source.locationAt(tree.valueAt(path).offset)),
    findings,
  };
}

/** Those at whose place nothing was said before. */
function notAlready(before: readonly Finding[], findings: readonly Finding[]): Finding[] {
  const told = new Set(before.map(({ location }) => `${location!.line}:${location!.column}`));
  return findings.filter(({ location }) => !told.has(`${location!.line}:${location!.column}`));
}

/** A value of any kind may stand there, and one with a `toString` of its own is not to be asked. */
function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
}
