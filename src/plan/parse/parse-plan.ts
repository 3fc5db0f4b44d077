import { validatePlan } from '../../generated/validators.js';
import type { Finding, Plan } from '../../model.ts';
import { buildPlan } from './build-plan.ts';
import { checkPlan } from './check-plan.ts';
import { planText } from './plan-text.ts';
import { type ReadYaml, readYaml } from './read-yaml.ts';
import { PLAN_VERSIONS, schemaFindings } from './schema-findings.ts';

/**
 * Parses a plan's text: YAML, schema, and everything else that is decidable without the fleet. Gives every finding
 * at once, in the order of the text; the plan is null where one of them is an error. Never throws on any text.
 * @param file the plan's file name, for the places.
 */
export function parsePlan(text: string, file: string): { plan: Plan | null; findings: Finding[] } {
  const source = planText(text.replace(/^\ufeff/, ''), file);
  let read: ReadYaml;
  try {
    read = readYaml(source);
  } catch {
    // The YAML reader recurses; the limits above keep ours flat, but its own stack is not ours to bound.
    const what = 'the text is nested too deep or too tangled to be read';
    return {
      plan: null,
      findings: [
        source.finding(
          { code: 'Refit.Yaml', what, mend: 'a plan needs no more than eight levels' },
          { offset: 0, length: 1 },
        ),
      ],
    };
  }
  const { tree, findings, brokenFrom } = read;
  if (tree === null) return { plan: null, findings };

  const fits = validatePlan(tree.value);
  const errors = validatePlan.errors ?? [];
  const version = errors.filter(({ instancePath }) => instancePath === '/version');
  // Of another version of the format nothing else can be said.
  const told = versionOf(tree.value);
  // A value of any kind may stand there, and one with a `toString` of its own is not to be asked.
  const number = typeof told === 'number' || typeof told === 'string' ? Number(told) : Number.NaN;
  const other = version.length > 0 && !PLAN_VERSIONS.includes(number);
  const more = other
    ? schemaFindings(version, tree, source)
    : [...(fits ? [] : schemaFindings(errors, tree, source)), ...checkPlan(tree, source)];

  const broken = new Set(findings.map(({ place }) => `${place?.line}:${place?.column}`));
  const sure = more.filter(({ code, place }) => {
    if (place === null || broken.has(`${place.line}:${place.column}`)) return false;
    // Where the syntax broke, what follows is a guess and what is missing may only be lost.
    return brokenFrom === null || (place.line < brokenFrom && code !== 'Refit.MissingKey');
  });
  findings.push(...sure);
  findings.sort(
    (a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
  if (!fits || findings.some(({ severity }) => severity === 'error')) return { plan: null, findings };
  return {
    plan: buildPlan(tree.value, file, (path) => source.place(tree.valueAt(path).offset)),
    findings,
  };
}

function versionOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { version?: unknown }).version : undefined;
}
