/** Advice about sizes for a terminal: what should change first, then what is blocked or not known. Optimal ones are counted. */
import { english } from '../../messages/words.ts';
import type { Recommendations } from '../../model.ts';
import { sanitize } from '../document/escape.ts';
import { ink } from '../document/ink.ts';
import { factLines, textTable, verdictLines } from '../document/text-document.ts';
import { changedTable, factsOfAdvice, keptTable, verdictOfAdvice } from './advice-tables.ts';

/** Rows of each table that are shown without `--all`. */
const SHOWN = 40;

/** The advice as text. @param all true for every row, also of optimal instances. */
export function adviceText(
  hostile: Recommendations,
  { color, width, all }: { readonly color: boolean; readonly width: number; readonly all: boolean },
): string {
  const result = sanitize(hostile);
  const { recommendations } = result;
  const inks = ink(color);
  const terminal = { width, inks };
  const most = all ? {} : { most: SHOWN, elsewhere: '--all shows them' };
  const verdict = verdictOfAdvice(result, english);
  const lines = [
    ...verdictLines(verdict, width, inks),
    '',
    ...factLines(factsOfAdvice(result, english), width, inks),
    ...textTable(changedTable(recommendations, english), terminal, most),
    ...(['blocked', 'insufficient-data'] as const).flatMap((kept) =>
      textTable(keptTable(kept, recommendations, english), terminal, most),
    ),
    ...(all ? textTable(keptTable('optimal', recommendations, english), terminal) : []),
  ];
  return `${lines.join('\n')}\n`;
}
