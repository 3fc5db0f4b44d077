/** A plan as JUnit XML for CI servers: one test case for each target. Blocked targets fail. */
import { type Finding, type Review, remedyOf } from '../../model.ts';
import { markup } from '../document/escape.ts';
import { locationOf } from '../finding-columns.ts';
import { type EffectRow, effectRows, effectsHeading } from './review-effects.ts';
import { reviewedTargets, titleOf } from './review-targets.ts';

export function reviewJunit(review: Review): string {
  const { name: plan } = titleOf(review);
  // Findings without an instance have their own test case. A failed guard then fails a test.
  const whole = review.findings.filter(({ instance }) => instance === null);
  const all = [
    { name: plan, group: 'plan', findings: whole, blocked: whole.some(isError) },
    ...reviewedTargets(review).map(({ instance, region, state, findings }) => ({
      name: instance,
      group: region || 'plan',
      findings,
      blocked: state === 'blocked',
    })),
  ];
  const failed = all.filter(({ blocked }) => blocked).length;
  const effects = effectRows(review);
  const elements = all.map(({ name, group, findings, blocked }, at) => {
    const notes = findings.filter((finding) => !isError(finding));
    const shown = [
      ...lines(notes),
      ...(at === 0 ? effects.map((row) => effectLine(row, effectsHeading(review))) : []),
    ];
    return markup`    <testcase classname="${group}" name="${name}">
${blocked && failure(findings.filter(isError))}${shown.length > 0 && markup`      <system-out>${shown}</system-out>\n`}    </testcase>
`;
  });
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="refit plan" tests="${all.length}" failures="${failed}">
  <testsuite name="${plan}" tests="${all.length}" failures="${failed}" errors="0" skipped="0">
${elements}  </testsuite>
</testsuites>
`.raw;
}

function effectLine({ verb, text }: EffectRow, heading: string) {
  return markup`${heading} ${verb}: ${text}\n`;
}

function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

/** The failure of a test case. CI servers show one code and message; the text has all findings. */
function failure(findings: readonly Finding[]) {
  const [first] = findings;
  return markup`      <failure type="${first?.code ?? 'Refit.Blocked'}" message="${first?.message ?? 'blocked'}">${lines(findings)}</failure>\n`;
}

function lines(findings: readonly Finding[]) {
  return findings.map((finding) => {
    const location = locationOf(finding);
    const { code, message } = finding;
    const remedy = remedyOf(finding);
    return markup`${code}: ${message}${remedy !== null && markup`\n${remedy.label}: ${remedy.text}`}${location !== '' && markup`\nat ${location}`}\n`;
  });
}
