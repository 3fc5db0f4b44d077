/** Renders where each number of one recommendation comes from; pure. */
import type { Explanation } from '../../recommend/explain.ts';
import { csvRecord, json } from '../document/escape.ts';
import { cellText, sortValueOf } from '../document/table.ts';
import { withWords } from './advice-json.ts';
import type { RecommendationFormat } from './render-recommendations.ts';
import { shownHtml, shownMarkdown, shownText, type Where } from './render-shown.ts';
import { shownExplanation } from './shown-explanation.ts';

export const EXPLANATION_FORMAT = 'refit.explanation/1';

/** The whole text with a final line end. The text shows every point. */
export function renderExplanation(
  explained: Explanation,
  format: RecommendationFormat,
  where: Where,
): string {
  switch (format) {
    case 'json':
      return json({
        format: EXPLANATION_FORMAT,
        ...explained,
        recommendation: withWords(explained.recommendation),
      });
    case 'csv':
      return csv(explained);
    case 'markdown':
      return shownMarkdown(shownExplanation(explained));
    case 'html':
      return shownHtml(shownExplanation(explained, where.words), where);
    case 'text':
      return shownText(shownExplanation(explained), where, null);
  }
}

/** A record for each value of each table. */
function csv(explained: Explanation): string {
  const records = shownExplanation(explained).tables.flatMap(({ id, columns, rows }) =>
    [...rows].flatMap((row, at) =>
      columns.map((column, n) => [id, at + 1, column.id, sortValueOf(row[n]!) ?? cellText(row[n]!)]),
    ),
  );
  return [['table', 'row', 'column', 'value'], ...records].map(csvRecord).join('');
}
