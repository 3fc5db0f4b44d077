/** A plan under review in the format asked for: what `plan` and `show` print. */
import { given } from '../../given.ts';
import type { Review } from '../../model.ts';
import { json } from '../document/escape.ts';
import { reviewCsv } from './review-csv.ts';
import { reviewGithub } from './review-github.ts';
import { reviewHtml } from './review-html.ts';
import { reviewJunit } from './review-junit.ts';
import { reviewMarkdown } from './review-markdown.ts';
import { withRemarks } from './review-remarks.ts';
import { reviewSarif } from './review-sarif.ts';
import { planOf } from './review-targets.ts';
import { reviewText } from './review-text.ts';

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

const REVIEW_FORMAT = 'refit.review/1';

const RENDERERS = {
  text: reviewText,
  json: reviewJson,
  markdown: reviewMarkdown,
  html: reviewHtml,
  csv: reviewCsv,
  junit: reviewJunit,
  sarif: reviewSarif,
  github: reviewGithub,
};

export type ReviewFormat = keyof typeof RENDERERS;

/** The formats of a review, in the order in which they are listed to users. */
export const REVIEW_FORMATS = Object.keys(RENDERERS) as readonly ReviewFormat[];

/** The whole text of a review, ending with a line end. Pure: the same review gives the same bytes. */
export function renderReview(review: Review, format: ReviewFormat, options: ReviewOptions): string {
  return RENDERERS[format](withRemarks(review), options);
}

/** For programs: `schemas/review.schema.json`. A plan that was not sealed has an empty digest. */
function reviewJson(review: Review): string {
  const { verdict, next, findings } = review;
  const plan = review.verdict === 'blocked' ? { ...review.plan, digest: '' } : planOf(review);
  return json({ format: REVIEW_FORMAT, verdict, next, findings, ...given({ plan }) });
}
