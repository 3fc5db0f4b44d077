/** A plan under review for programs: `schemas/review.schema.json`. */
import type { Review } from '../../model.ts';
import { json } from '../document/escape.ts';

export const REVIEW_FORMAT = 'refit.review/1';

export function reviewJson({ verdict, plan, findings, next }: Review): string {
  return json({ format: REVIEW_FORMAT, verdict, next, findings, plan });
}
