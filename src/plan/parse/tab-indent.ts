import type { Finding } from '../../model.ts';
import { shellWord } from './decode-plan.ts';
import type { PlanText } from './plan-text.ts';

/** One finding for all the lines of a file that are indented with tabs, at the first of them. */
export function tabFinding(source: PlanText): Finding {
  const lines = [...source.text.matchAll(/^[ ]*\t[\t ]*(?=\S)/gm)];
  const { 0: indent, index } = lines[0] ?? { 0: '\t', index: Math.max(0, source.text.indexOf('\t')) };
  const more = lines.length > 1 ? `, and ${lines.length - 1} more after it` : '';
  const file = shellWord(source.file);
  return source.finding(
    {
      code: 'Refit.Yaml',
      what: `the line is indented with a tab${more}; YAML indents with spaces`,
      mend: `expand -i -t 2 ${file} > ${shellWord(`${source.file}.spaces`)}`,
    },
    { offset: index, length: indent.length },
  );
}

/**
 * Two spaces for each tab of an indentation, and the way back to the offsets of the original: what else is wrong
 * with a file can then be told in the same look.
 */
export function withoutTabs(text: string): { text: string; original: (offset: number) => number } {
  /** Offsets in the new text at which one more column was added. */
  const added: number[] = [];
  let mended = '';
  for (const part of text.split(/(?<=\n)/)) {
    const indent = /^[ \t]*/.exec(part)![0];
    for (const char of indent) {
      mended += char === '\t' ? '  ' : char;
      if (char === '\t') added.push(mended.length - 1);
    }
    mended += part.slice(indent.length);
  }
  return { text: mended, original: (offset) => offset - countUpTo(added, offset) };
}

function countUpTo(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
