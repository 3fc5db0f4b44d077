/** Plans, saved plans and inventories of the folder, as the console shows them. Times are ISO 8601 UTC. */
import type { FolderListing, ListedSavedPlan } from '../../operations/plans/list-plans.ts';
import type { ShownFinding, ShownReview } from '../../operations/reviews/show-review.ts';
import type { RunRow } from './runs.ts';
import type { DuePlanView } from './schedule.ts';

/** `GET /api/plans`. */
export interface PlanList {
  /** The folder of `--plans`; null: the console was started without it, and the rest is empty. */
  readonly folder: string | null;
  readonly plans: FolderListing['plans'];
  readonly saved: readonly SavedPlanRow[];
  readonly inventories: FolderListing['inventories'];
  readonly others: FolderListing['others'];
  /** Those of the folder that are on schedule, the next first. */
  readonly due: readonly DuePlanView[];
}

export interface SavedPlanRow extends ListedSavedPlan {
  /** The newest run of this plan among the latest runs of the store; null: there is none. */
  readonly run: (Pick<RunRow, 'status' | 'totals'> & { readonly id: string }) | null;
}

/** `GET /api/plans/:name`: a plan in the editor. */
export interface PlanFile {
  readonly name: string;
  readonly text: string;
  /** Names this very text. The editor sends it back when it saves. */
  readonly version: string;
  /** A free file name for a saved plan. */
  readonly saveAs: string;
  /** True: the policy demands that the planner signs, which only a terminal can. */
  readonly mustBeSigned: boolean;
}

/** `POST /api/plans/starter`: a first plan, which is not saved. */
export interface StarterRequest {
  /** A file name of the folder; null or absent: none. */
  readonly inventory?: string | null;
  readonly region?: string | null;
  readonly profile?: string | null;
  readonly ids?: readonly string[];
  /** A selector as YAML. */
  readonly select?: string | null;
  /** The day of the person, `2026-12-01`, for the name; absent: the day in UTC. */
  readonly day?: string;
}

export interface StarterText {
  /** A file name that the folder does not have. */
  readonly name: string;
  readonly text: string;
}

/** `POST /api/plans/validate`. */
export interface ValidateRequest {
  readonly name: string;
  readonly text: string;
  /** Of the answer. */
  readonly language: 'en' | 'zh';
}

export interface ValidateAnswer {
  readonly isValid: boolean;
  /** In the order of the text. */
  readonly findings: readonly EditorFinding[];
  /** How many there are in all. */
  readonly found: number;
}

/** A finding with the part of its line that it is about. */
export interface EditorFinding extends ShownFinding {
  /** Code units from `column`, at least 1. */
  readonly length: number;
  /** A text that replaces that part and makes it right; null: the fix is not that simple. */
  readonly replacement: string | null;
}

/** `POST /api/plans/dry-run`. A newer request of the same person ends the older one. */
export interface DryRunRequest extends ValidateRequest {
  /** A file name of the folder, or the live fleet. */
  readonly inventory: string | 'live';
  readonly price: boolean;
}

export interface DryRunAnswer {
  /** null: the text is no valid plan. */
  readonly review: ShownReview | null;
  readonly findings: readonly ShownFinding[];
  /** A run that has changed instances of the inventory after somebody read it; null: there is none, or the fleet is live. */
  readonly changedSince: { readonly run: string; readonly plan: string; readonly at: string | null } | null;
  /** Milliseconds. */
  readonly took: number;
}

/** `POST /api/plans/save`. */
export interface SaveRequest {
  readonly name: string;
  readonly text: string;
  /** The version that the editor opened, or that the person has decided to overwrite; null: a new plan. */
  readonly base: string | null;
}

/** `POST /api/plans/remove`. Saving the text again undoes it. */
export interface RemoveRequest {
  readonly name: string;
  readonly version: string;
}

/** `POST /api/plans/seal`. */
export interface SealRequest {
  readonly name: string;
  /** The version of the plan that the person sees. */
  readonly version: string;
  readonly saveAs: string;
  /** The version of the saved plan that the person has decided to replace; null: the name must be free. */
  readonly replaces: string | null;
  readonly price: boolean;
  readonly language: 'en' | 'zh';
}

export interface SealAnswer {
  /** null: the plan is blocked, and nothing was written. */
  readonly saved: string | null;
  readonly digest: string | null;
  readonly review: ShownReview | null;
  readonly findings: readonly ShownFinding[];
}

/** `GET /api/plans/saved-version?name=NAME`: what sealing under this name would replace. */
export interface SavedVersion {
  /** null: the name is free. */
  readonly version: string | null;
  /** Runs of the saved plan among the latest runs of the store. */
  readonly runs: readonly string[];
  /** How many texts of approvals are beside it. */
  readonly approvals: number;
}

/** `GET /api/inventories/:name/instances`: what the editor completes. */
export interface InventoryNames {
  readonly regions: readonly string[];
  readonly instances: readonly { readonly id: string; readonly name: string; readonly about: string }[];
}
