/** Renders advice about sizes; pure. */
import type { Words } from '../../messages/words.ts';
import type { Recommendations } from '../../model.ts';
import { adviceCsv } from './advice-csv.ts';
import { adviceFindings, type PipelineFormat } from './advice-findings.ts';
import { adviceHtml } from './advice-html.ts';
import { adviceJson } from './advice-json.ts';
import { adviceMarkdown } from './advice-markdown.ts';
import { adviceText } from './advice-text.ts';

/** The formats of explanations and backtests. */
export type RecommendationFormat = 'text' | 'json' | 'markdown' | 'html' | 'csv';
/** Those of advice: as those of reviews. */
export type AdviceFormat = RecommendationFormat | PipelineFormat;

/** Where and how advice is shown. */
export interface ShownWhere {
  readonly color: boolean;
  /** Terminal cells. */
  readonly width: number;
  /** Text: every row. */
  readonly all: boolean;
  /** Shows the points of an instance. */
  readonly command: string;
  /** The language of a page; absent: English. */
  readonly words?: Words;
}

const RENDERERS: Readonly<Record<AdviceFormat, (result: Recommendations, where: ShownWhere) => string>> = {
  text: adviceText,
  json: adviceJson,
  markdown: adviceMarkdown,
  html: adviceHtml,
  csv: adviceCsv,
  junit: (result) => adviceFindings(result, 'junit'),
  sarif: (result) => adviceFindings(result, 'sarif'),
  github: (result) => adviceFindings(result, 'github'),
};

/** The formats in the order of the help. */
export const RECOMMENDATION_FORMATS = Object.keys(RENDERERS) as readonly AdviceFormat[];

/** The whole text with a final line end. Equal advice gives equal bytes. */
export function renderRecommendations(
  result: Recommendations,
  format: AdviceFormat,
  where: ShownWhere,
): string {
  return RENDERERS[format](result, where);
}
