/** A plan under review for programs: `schemas/review.schema.json`. */
import type { Review, SavedPlan } from '../../model.ts';
import { json } from '../document/escape.ts';

export const REVIEW_FORMAT = 'refit.review/1';

/** A plan that was not sealed has an empty digest. */
export function reviewJson(review: Review): string {
  const { verdict, next, findings } = review;
  return json({ format: REVIEW_FORMAT, verdict, next, findings, ...planKey(review) });
}

function planKey(review: Review): { readonly plan?: SavedPlan } {
  switch (review.verdict) {
    case 'ready':
    case 'no-change':
      return { plan: review.plan };
    case 'blocked':
      return { plan: { ...review.plan, digest: '' } };
    default:
      return {};
  }
}
