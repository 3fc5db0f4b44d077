/** The review of a plan. */
import type { PlannedBy } from './approval.ts';
import type { Decline } from './decline.ts';
import type { Finding } from './finding.ts';
import type { PolicyInForce } from './policy.ts';
import type { SavedPlan } from './saved-plan.ts';

/** A plan without its digest. */
export type UnsealedPlan = Omit<SavedPlan, 'digest'>;

/** The result of `plan`, `show` and `validate` for a reviewer. */
export type Review = PlanReview | TextReview;

export type PlanReview = SealedReview | RefusedReview;

interface Reviewed {
  /** Every finding, errors first, including those of blocked targets and of the saved plan. */
  readonly findings: readonly Finding[];
  /** The next command, ready to type; null where there is none. */
  readonly next: string | null;
  /** The policy that holds today; null: there is none; absent: nothing was read. */
  readonly policy?: PolicyInForce | null;
}

/** `no-change`: every target already has the requested size, and there is nothing to apply. */
export interface SealedReview extends Reviewed {
  readonly verdict: 'ready' | 'no-change';
  readonly plan: SavedPlan;
  /** Who signed it as its planner; absent if nobody did. */
  readonly plannedBy?: readonly PlannedBy[];
  /** Who declined it, the oldest first, also what was withdrawn; absent: nothing was read. */
  readonly declines?: readonly Decline[];
}

/** The plan was not sealed. */
export interface RefusedReview extends Reviewed {
  readonly verdict: 'blocked';
  /** The plan that was not sealed, for display only. */
  readonly plan: UnsealedPlan;
  /** Absent: something stops the plan. True: every target with a change is blocked, and `onBlocked: skip` leaves it out. */
  readonly nothingLeft?: true;
}

/** Refit only checked the plan file and planned nothing. */
export interface TextReview extends Reviewed {
  readonly verdict: 'valid' | 'invalid';
  /** The plan file, or several. */
  readonly file: string;
}
