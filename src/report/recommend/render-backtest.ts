/** Renders a replay of a sizing file over the past; pure. */
import type { Backtest } from '../../model.ts';
import { csvRecord, json } from '../document/escape.ts';
import type { RecommendationFormat } from './render-recommendations.ts';
import { shownHtml, shownMarkdown, shownText, type Where } from './render-shown.ts';
import { savedBy, shareOf, shownBacktest } from './shown-backtest.ts';

/** The whole text with a final line end. */
export function renderBacktest(result: Backtest, format: RecommendationFormat, where: Where): string {
  switch (format) {
    case 'json':
      return json(result);
    case 'csv':
      return csv(result);
    case 'markdown':
      return shownMarkdown(shownBacktest(result));
    case 'html':
      return shownHtml(shownBacktest(result, where.words), where);
    case 'text':
      return shownText(shownBacktest(result), where);
  }
}

const HEADER = [
  ...['strategy', 'hours', 'above_90_percent', 'beyond_percent', 'cpu_above_90_percent'],
  ...['gigabyte_days', 'saved_percent', 'saved_money', 'currency', 'changes', 'exceeded'],
];

/** A record for each strategy. */
function csv(result: Backtest): string {
  const records = result.strategies.map((one) => {
    const saved = savedBy(one, result);
    return [
      one.strategy,
      one.hours,
      shareOf(one.above90, one),
      shareOf(one.beyond, one),
      shareOf(one.cpuAbove90, one),
      one.gigabyteDays,
      saved?.percent,
      saved?.money?.amount,
      saved?.money?.currency,
      one.changes,
      one.exceeded,
    ];
  });
  return [HEADER, ...records].map(csvRecord).join('');
}
