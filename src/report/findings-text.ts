/** The findings of a plan for a terminal. */
import type { Finding } from '../model.ts';
import { wrap } from './columns.ts';
import type { Ink } from './ink.ts';
import { SEVERITY_SIGNS } from './ink.ts';
import * as show from './quantities.ts';
import { placeOf } from './review-targets.ts';

/** Findings that are shown unless all are asked for. */
const SHOWN_FINDINGS = 10;

/** Findings with code, instance, what, mend and place, in the order given, as lines after an empty one. They are legible already. */
export function findingsSection(
  findings: readonly Finding[],
  all: boolean,
  width: number,
  inks: Ink,
): string[] {
  if (findings.length === 0) return [];
  const shown = all ? findings : findings.slice(0, SHOWN_FINDINGS);
  const rest = findings.slice(shown.length);
  const tally = (['error', 'warning', 'note'] as const)
    .map(
      (severity) => [severity, findings.filter((finding) => finding.severity === severity).length] as const,
    )
    .filter(([, number]) => number > 0)
    .map(([severity, number]) => show.counted(number, severity));
  return [
    '',
    inks.bold(`Attention: ${tally.join(', ')}`),
    ...shown.flatMap((finding) => findingLines(finding, width, inks)),
    ...(rest.length === 0
      ? []
      : [inks.dim(`  ${show.counted(rest.length, 'more finding')} not shown; --all shows all`)]),
  ];
}

/** One finding as lines: code and instance, what, mend, place, and the source line where it is at hand. */
function findingLines(finding: Finding, width: number, inks: Ink): string[] {
  const [sign, colour] = SEVERITY_SIGNS[finding.severity];
  const place = placeOf(finding);
  return [
    `  ${inks[colour](`${sign} ${finding.code}`)}${finding.instance === null ? '' : `  ${finding.instance}`}`,
    ...wrap(finding.what, width, '    '),
    ...(finding.mend === '' ? [] : hang('mend: ', finding.mend, width, inks)),
    ...(place === '' ? [] : [inks.dim(`    ${place}`)]),
    ...(finding.excerpt === null ? [] : finding.excerpt.split('\n').map((line) => `      ${line}`.trimEnd())),
  ];
}

function hang(label: string, text: string, width: number, inks: Ink): string[] {
  const [first, ...rest] = wrap(text, width, ' '.repeat(4 + label.length));
  return [`    ${inks.dim(label)}${first!.trimStart()}`, ...rest];
}
