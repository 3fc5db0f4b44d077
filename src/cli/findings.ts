/** Formats findings as text. */
import { type Finding, remedyOf } from '../model.ts';
import { escapeControls } from '../report/document/escape.ts';
import { ink, SEVERITY_SIGNS } from '../report/document/ink.ts';

/** Formats one block for each finding: location, message, excerpt, fix or example. */
export function findingsText(findings: readonly Finding[], color: boolean): string {
  const inks = ink(color);
  return findings
    .map(({ code, severity, message, fix, example, location, excerpt }) => {
      const [sign, colour] = SEVERITY_SIGNS[severity];
      const where = location ? `${escapeControls(location.file)}:${location.line}:${location.column}: ` : '';
      const lines = [
        `${inks[colour](sign)} ${where}${inks.bold(escapeControls(message))}  ${inks.dim(escapeControls(code))}`,
      ];
      if (excerpt !== null) lines.push(...excerpt.split('\n').map((line) => `  ${escapeControls(line)}`));
      const remedy = remedyOf({ fix, example });
      if (remedy !== null)
        lines.push(`  ${remedy.label}: ${remedy.text.split('\n').map(escapeControls).join('\n        ')}`);
      return `${lines.join('\n')}\n`;
    })
    .join('\n');
}
