/** Renders a plan review in any format, for `refit plan` and `refit show`. */
import { given } from '../../given.ts';
import { textOf } from '../../messages/messages.ts';
import type { Words } from '../../messages/words.ts';
import type { Review } from '../../model.ts';
import { costStateOf } from '../../plan/price/cost-state.ts';
import { HOURS_IN_A_MONTH, monthlyOf, termsOf } from '../../plan/price/monthly.ts';
import { rollbacksOf } from '../../plan/rollbacks.ts';
import { json } from '../document/escape.ts';
import { reviewCsv } from './review-csv.ts';
import { describeEffect, effectsOfReview } from './review-effects.ts';
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
  /** Width of the terminal in cells. */
  readonly width: number;
  /** True to show every finding and change. Otherwise the text is shortened and says how many are hidden. */
  readonly all: boolean;
  /** The text without the changes: facts, findings, next command. */
  readonly summary?: boolean;
  /** The command that shows everything, for formats that must leave rows out. */
  readonly elsewhere?: string;
  /** The language of the page; English by default. Only HTML uses it. */
  readonly words?: Words;
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

/** A format of reviews: one of REVIEW_FORMATS. */
export type ReviewFormat = keyof typeof RENDERERS;

/** The formats of a review in the order of the help. */
export const REVIEW_FORMATS = Object.keys(RENDERERS) as readonly ReviewFormat[];

/** The whole text of a review with a final line end. Pure: equal reviews give equal bytes. */
export function renderReview(review: Review, format: ReviewFormat, options: ReviewOptions): string {
  return RENDERERS[format](withRemarks(review), options);
}

/** The review by `schemas/review.schema.json`. A plan that was not sealed has an empty digest. */
function reviewJson(review: Review): string {
  const { verdict, next, findings, policy } = review;
  const plan = review.verdict === 'blocked' ? { ...review.plan, digest: '' } : planOf(review);
  const plannedBy = 'plannedBy' in review ? review.plannedBy : undefined;
  const declines = 'declines' in review ? review.declines : undefined;
  const rollbacks =
    plan === null
      ? []
      : rollbacksOf(plan).map((one) => ({ ...one, reason: one.reason && textOf(one.reason) }));
  const monthly = plan && {
    hours: HOURS_IN_A_MONTH,
    ...monthlyOf(plan.steps, termsOf(plan.preconditions)),
  };
  const effects = effectsOfReview(review).map((effect) => ({
    ...effect,
    message: describeEffect(effect, review).text,
  }));
  return json({
    format: REVIEW_FORMAT,
    verdict,
    next,
    findings,
    ...given({ plannedBy, declines, effects: plan && effects }),
    ...given({ cost: plan && costStateOf(plan, findings), monthly, rollbacks: plan && rollbacks, plan }),
    ...(policy === undefined ? {} : { policy }),
  });
}
