/** A plan under review in the format asked for: what `plan` and `show` print. */
import type { Review } from '../model.ts';
import { json } from './escape.ts';
import { reviewCsv } from './review-csv.ts';
import { reviewHtml } from './review-html.ts';
import { reviewJunit } from './review-junit.ts';
import { reviewMarkdown } from './review-markdown.ts';
import { reviewSarif } from './review-sarif.ts';
import { reviewText } from './review-text.ts';

export type ReviewFormat = 'text' | 'json' | 'markdown' | 'html' | 'csv' | 'junit' | 'sarif';

export interface ReviewOptions {
  readonly color: boolean;
  /** Cells a line of the terminal holds. */
  readonly width: number;
  /** Every finding and change; else the text is capped and says what is not shown. */
  readonly all: boolean;
}

const RENDERERS: ReadonlyMap<ReviewFormat, (review: Review, options: ReviewOptions) => string> = new Map([
  ['text', reviewText],
  ['json', json],
  ['markdown', reviewMarkdown],
  ['html', reviewHtml],
  ['csv', reviewCsv],
  ['junit', reviewJunit],
  ['sarif', reviewSarif],
]);

/** The formats of a review, in the order in which they are listed to users. */
export const REVIEW_FORMATS: readonly ReviewFormat[] = [...RENDERERS.keys()];

/** The whole text of a review, ending with a line end. Pure: the same review gives the same bytes. */
export function renderReview(review: Review, format: ReviewFormat, options: ReviewOptions): string {
  return RENDERERS.get(format)!(review, options);
}
