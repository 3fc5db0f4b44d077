/** Advice about sizes as Markdown for a ticket or a comment. Tables are shown as far as they fit. */
import { english } from '../../messages/words.ts';
import type { Recommendations } from '../../model.ts';
import { sanitize } from '../document/escape.ts';
import { markdownDocument, markdownHead } from '../document/markdown-document.ts';
import { changedTable, factsOfAdvice, keptTable, verdictOfAdvice } from './advice-tables.ts';

export function adviceMarkdown(hostile: Recommendations): string {
  const result = sanitize(hostile);
  const { recommendations, at } = result;
  const verdict = verdictOfAdvice(result, english);
  return markdownDocument(
    markdownHead(english.recommend.kind, [english.show.instant(at)], verdict, factsOfAdvice(result, english)),
    [
      { table: changedTable(recommendations, english) },
      { table: keptTable('blocked', recommendations, english) },
      { table: keptTable('insufficient-data', recommendations, english), folded: true },
    ],
    [],
    'The HTML, CSV and JSON formats show all rows.',
  );
}
