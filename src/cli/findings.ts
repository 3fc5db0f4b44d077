/** Findings of a plan that could not be reviewed, as text and JSON. */
import type { Finding } from '../model.ts';
import { visible } from '../report/document/escape.ts';
import { ink, SEVERITY_SIGNS } from '../report/document/ink.ts';

/** One block a finding: place, what, excerpt, mend. */
export function findingsText(findings: readonly Finding[], color: boolean): string {
  const inks = ink(color);
  return findings
    .map(({ code, severity, what, mend, place, excerpt }) => {
      const [sign, colour] = SEVERITY_SIGNS[severity];
      const where = place ? `${visible(place.file)}:${place.line}:${place.column}: ` : '';
      const lines = [`${inks[colour](sign)} ${where}${inks.bold(visible(what))}  ${inks.dim(visible(code))}`];
      if (excerpt !== null) lines.push(...excerpt.split('\n').map((line) => `  ${visible(line)}`));
      if (mend !== '') lines.push(`  mend: ${mend.split('\n').map(visible).join('\n        ')}`);
      return `${lines.join('\n')}\n`;
    })
    .join('\n');
}
