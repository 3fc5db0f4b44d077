/** Reviews of saved plans, as the console shows them. Times are ISO 8601 UTC. */
import type { Fault } from '../../messages/refit-error.ts';
import type { Decline, PlannedBy } from '../../model.ts';
import type { ApprovalState } from '../../operations/approvals/approval-state.ts';
import type { PlanComparison } from '../../operations/reviews/compare-plans.ts';
import type { PageTable } from '../../operations/reviews/page-tables.ts';
import type { PlannedWave, ReviewPage } from '../../operations/reviews/review-page.ts';
import type { ReviewStage } from '../../operations/reviews/review-saved-plan.ts';
import type { ShownFinding } from '../../operations/reviews/show-review.ts';

export type { PageTable, PlanComparison, PlannedWave, ReviewStage, ShownFinding };

/**
 * `GET /api/reviews/:name` and `GET /api/runs/:id/review`, both with `?language=zh` for Chinese. A page that asks again names
 * what it shows: `&shown=DIGEST.STAGE`. Then `page` is null if neither has changed.
 */
export type ReviewAnswer = Omit<ReviewView, 'page'> & Readonly<Record<'page', ReviewPage | null>>;

/** The name of what a page shows, for `shown`. */
export const shownReview = ({
  plan,
  stage,
}: {
  readonly plan: { readonly digest: string };
  readonly stage: ReviewStage;
}): string => `${plan.digest}.${stage}`;

/** A whole review. */
export interface ReviewView {
  readonly plan: {
    readonly name: string;
    readonly change: string | null;
    readonly owner: string | null;
    /** What people approve. Every request that approves or declines names it. */
    readonly digest: string;
    readonly sealedAt: string;
    readonly expiresAt: string;
    /** The written plan. */
    readonly from: string;
    /** Its name in the folder of plans; null: it is not there. */
    readonly fromHere: string | null;
  };
  /** How commands name the saved plan. */
  readonly file: string;
  /** The id of the run whose plan it is; null: a file of the folder of plans. */
  readonly run: string | null;
  readonly page: ReviewPage;
  readonly stage: ReviewStage;
  /** What comes next, to type at a terminal; null: nothing, or not at a terminal. */
  readonly next: string | null;
  /** The plan first, then each wave that needs its own approval. */
  readonly approvals: readonly ApprovalView[];
  /** The oldest first, with those that were withdrawn. */
  readonly declines: readonly DeclineView[];
  /** Texts that hold as declines because nobody can read them. */
  readonly damaged: readonly string[];
  /** Who signed the plan as its planner. */
  readonly plannedBy: readonly PlannedBy[];
  /** Why signatures and withdrawals do not count. */
  readonly notes: readonly string[];
  /** The most hours for which an approval may count. */
  readonly mostHours: number;
}

/** The approvals of the plan or of a wave, and what the person who asks can do about it. */
export interface ApprovalView extends Omit<ApprovalState, 'rejected'> {
  readonly rejected: readonly { readonly file: string; readonly reason: string }[];
  /** Whose approvals the journal of the run has; null: none yet, or no run. */
  readonly recordedBy: string | null;
  /** For people with SSH keys. */
  readonly command: string;
  /** Whether the person who asks can approve here with a passkey; if not, why. */
  readonly you: /** Fingerprints of the passkeys of this person that count here, at least one. */
  { readonly may: true; readonly passkeys: readonly string[] } | ({ readonly may: false } & Fault);
}

export interface DeclineView extends Decline {
  /** Whether the person who asks may withdraw it here. */
  readonly isYours: boolean;
}

/** `GET …/others`: what a saved plan can be compared with. */
export interface ComparableView {
  readonly plans: readonly string[];
  readonly runs: readonly { readonly id: string; readonly plan: string }[];
}

/** `POST …/approval`: asks for the text to sign. */
export interface ApprovalRequest {
  readonly digest: string;
  /** null: the whole plan. */
  readonly wave: string | null;
  /** Hours for which the approval counts. */
  readonly hours: number;
  /** The fingerprint of one of several passkeys of this person; absent: the first. */
  readonly key?: string;
}

/** The text, before anybody signs. */
export interface ApprovalTextView {
  /** Exactly what is signed. It goes back as it is. */
  readonly text: string;
  readonly by: string;
  readonly expiresAt: string;
  /** Such as: it expires before a run can start. */
  readonly warnings: readonly string[];
  /** For `PublicKeyCredential.parseRequestOptionsFromJSON`. */
  readonly options: unknown;
}

/** `POST …/approved`: the answer of the passkey. */
export interface ApprovalAnswer extends Pick<ApprovalRequest, 'digest' | 'wave'> {
  readonly text: string;
  readonly credential: unknown;
}

/** The approval that was kept. */
export interface ApprovedView {
  readonly by: string;
  /** The fingerprint of the passkey. */
  readonly key: string;
  readonly expiresAt: string;
  /** The file, or the name in the store. */
  readonly place: string;
}

/** `POST …/decline`. */
export interface DeclineRequest {
  readonly digest: string;
  readonly reason: string;
}

/** `POST …/withdraw`. */
export interface WithdrawRequest {
  readonly digest: string;
  /** The id of the decline. */
  readonly id: string;
}
