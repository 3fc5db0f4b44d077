/** What a reviewer is shown of a plan. */
import type { Finding } from './finding.ts';
import type { SavedPlan } from './saved-plan.ts';

/** A plan as it would be sealed: all of it but the digest. */
export type UnsealedPlan = Omit<SavedPlan, 'digest'>;

/** What `plan`, `show` and `validate` put before a reviewer. */
export type Review = PlanReview | TextReview;

export type PlanReview = SealedReview | RefusedReview;

interface Reviewed {
  /** Every finding: those that block first. Includes those of the blocked targets and those of the saved plan. */
  readonly findings: readonly Finding[];
  /** The exact command to type next; null where there is none. */
  readonly next: string | null;
}

/** `no-change`: everything already fits, and there is nothing to apply. */
export interface SealedReview extends Reviewed {
  readonly verdict: 'ready' | 'no-change';
  readonly plan: SavedPlan;
}

/** Nothing was sealed. */
export interface RefusedReview extends Reviewed {
  readonly verdict: 'blocked';
  /** What would have been sealed, for showing only. */
  readonly plan: UnsealedPlan;
}

/** Only the text was looked at, and nothing was planned. */
export interface TextReview extends Reviewed {
  readonly verdict: 'valid' | 'invalid';
  /** The plan file, or several. */
  readonly file: string;
}
