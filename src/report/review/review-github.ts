/**
 * The findings of a plan as GitHub workflow annotations. The runner shows each one at its line of the plan file.
 * Source: "Workflow commands for GitHub Actions", read 2026-11; a step shows ten annotations of each kind.
 */

import * as show from '../../messages/en/quantities.ts';
import { type Finding, type Review, remedyOf, type Severity } from '../../model.ts';
import { clip, clipMiddle } from '../document/columns.ts';
import { sanitize } from '../document/escape.ts';
import { verdictOfReview } from '../verdict.ts';
import { type EffectRow, effectRows, effectsHeading } from './review-effects.ts';
import { severityCounts, titleOf } from './review-targets.ts';

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };
/** GitHub shows this many annotations of a kind. If there are more, the last one counts the rest. */
const SHOWN = 10;
const LONGEST = 1000;

export function reviewGithub(
  hostile: Review,
  { elsewhere = 'refit show SAVED --all' }: { readonly elsewhere?: string } = {},
): string {
  const review = sanitize(hostile);
  const { findings } = review;
  const { file, digest } = titleOf(review);
  const { word, sentence } = verdictOfReview(review);
  const effects = sanitize(effectRows(hostile));
  const lines = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const own = findings.filter((finding) => finding.severity === severity);
    // All effects share one annotation.
    const most = severity === 'note' && effects.length > 0 ? SHOWN - 1 : SHOWN;
    const shown = own.length <= most ? own : own.slice(0, most - 1);
    const rest = own.slice(shown.length);
    return [
      ...shown.map((finding) => annotation(finding, file)),
      ...rest.slice(0, 1).map(({ location }) => {
        const message = `${severityCounts(rest)} more in this plan are not shown`;
        const code = `${show.count(rest.length)} more`;
        return annotation({ severity, code, message, fix: elsewhere, example: null, location }, file);
      }),
    ];
  });
  const counts =
    findings.length === 0 || ['blocked', 'invalid'].includes(review.verdict)
      ? ''
      : `; ${severityCounts(findings)}`;
  const sealed = digest === null ? '' : `, digest ${digest}`;
  const first = `${word}: ${data(sentence)}${counts}${sealed}`;
  return `${[first, ...effectsAnnotation(effects, effectsHeading(review), file), ...lines].join('\n')}\n`;
}

/** One annotation for all effects, because the runner shows few of each kind. */
function effectsAnnotation(effects: readonly EffectRow[], heading: string, file: string): string[] {
  if (effects.length === 0) return [];
  const rows = effects.map(
    ({ verb, text }) => `${verb}: ${clipMiddle(text, LONGEST, 'the JSON format has them')}`,
  );
  const properties = [`file=${property(clip(fileOf(file), LONGEST))}`, 'line=1', 'col=1'];
  return [`::notice ${properties.join(',')},title=${property(heading)}::${data(rows.join('\n'))}`];
}

function fileOf(file: string): string {
  return file.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
}

/** One annotation. A finding without a location is shown at line 1, because GitHub needs a file and a line. */
function annotation(
  finding: Pick<Finding, 'severity' | 'code' | 'message' | 'fix' | 'example' | 'location'>,
  planFile: string,
): string {
  const { severity, code, message, location } = finding;
  const remedy = remedyOf(finding);
  const file = fileOf(location?.file ?? planFile);
  const properties = [
    `file=${property(clip(file, LONGEST))}`,
    `line=${location?.line ?? 1}`,
    `col=${location?.column ?? 1}`,
    `title=${property(clip(code, 100))}`,
  ];
  const text =
    remedy === null ? message : `${clip(message, LONGEST)}\n${remedy.label}: ${clip(remedy.text, LONGEST)}`;
  return `::${COMMANDS[severity]} ${properties.join(',')}::${data(text)}`;
}

/** Escapes data of a command. `##[` anywhere in a line would start a command of the runner's older form. */
function data(text: string): string {
  return text
    .replaceAll('##[', '## [')
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
