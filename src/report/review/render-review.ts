/** A plan under review in the format asked for: what `plan` and `show` print. */
import type { Review } from '../../model.ts';
import { reviewCsv } from './review-csv.ts';
import { reviewGithub } from './review-github.ts';
import { reviewHtml } from './review-html.ts';
import { reviewJson } from './review-json.ts';
import { reviewJunit } from './review-junit.ts';
import { reviewMarkdown } from './review-markdown.ts';
import { withRemarks } from './review-remarks.ts';
import { reviewSarif } from './review-sarif.ts';
import { reviewText } from './review-text.ts';

export type ReviewFormat = 'text' | 'json' | 'markdown' | 'html' | 'csv' | 'junit' | 'sarif' | 'github';

export interface ReviewOptions {
  readonly color: boolean;
  /** Cells a line of the terminal holds. */
  readonly width: number;
  /** Every finding and change; else the text is folded and says what is not shown. */
  readonly all: boolean;
  /** The text without the changes: the first screen, what needs attention, and what to type next. */
  readonly summary?: boolean;
  /** The command that shows all of it, for a format that must leave rows out. */
  readonly elsewhere?: string;
}

type Renderer = (review: Review, options: ReviewOptions) => string;

const RENDERERS: ReadonlyMap<ReviewFormat, Renderer> = new Map<ReviewFormat, Renderer>([
  ['text', reviewText],
  ['json', reviewJson],
  ['markdown', reviewMarkdown],
  ['html', reviewHtml],
  ['csv', reviewCsv],
  ['junit', reviewJunit],
  ['sarif', reviewSarif],
  ['github', reviewGithub],
]);

/** The formats of a review, in the order in which they are listed to users. */
export const REVIEW_FORMATS: readonly ReviewFormat[] = [...RENDERERS.keys()];

/** The whole text of a review, ending with a line end. Pure: the same review gives the same bytes. */
export function renderReview(review: Review, format: ReviewFormat, options: ReviewOptions): string {
  return RENDERERS.get(format)!(withRemarks(review), options);
}
