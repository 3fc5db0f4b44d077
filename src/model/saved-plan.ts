/** The sealed plan: what people approve, and everything that a run orders. */
import type { Approvals } from './approval.ts';
import type { Finding, SourceLocation } from './finding.ts';
import type { Change, EditionName, Instance, NodeChange, Size, UsedMemory } from './fleet.ts';
import type { Forecast } from './forecast.ts';
import type { Message } from './message.ts';
import type { PriceShare, PriceSum, Quote } from './money.ts';
import type { Plan } from './plan.ts';
import type { Wave } from './rollout.ts';
import type { SavedWindows, Schedule } from './windows.ts';

export const SAVED_PLAN_FORMAT = 'refit.saved-plan/2';

/** A change with its id and wave: one ordering call. */
export interface Step {
  /** `<instance>/<dimension>`, unique in a saved plan. */
  readonly id: string;
  readonly instance: string;
  readonly region: string;
  readonly profile: string;
  readonly edition: EditionName;
  readonly change: Change;
  /** The nodes that it adds or removes; present only for replicas of multi-zone instances. */
  readonly nodes?: NodeChange;
  /** The whole size of the instance before this step, and after its verification. */
  readonly before: Size;
  readonly after: Size;
  /** The id of the step on the same instance that Refit must verify first. */
  readonly needs: string | null;
  /** Index into the saved plan's waves. */
  readonly wave: number;
  readonly location: SourceLocation | null;
  readonly quote: Quote | null;
}

/** Facts about an instance that must still hold when its first step starts. Only `switch: maintenance-window` has `window`. */
export interface Precondition
  extends Pick<Instance, 'name' | 'region' | 'zone' | 'profile' | 'billing' | 'size' | 'window'> {
  readonly instance: string;
  readonly edition: EditionName;
  /** The whole size after its last step. */
  readonly target: Size;
  /** Why the steps have this order, or how Refit computed a relative size; null without such a reason. */
  readonly reason: Message | null;
  /** The memory in use, where it was read; it also says whether a rollback is possible. */
  readonly used?: UsedMemory;
  /** When the paid term of a prepaid instance ends, ISO 8601 UTC; absent if it is postpaid, unknown or not priced. */
  readonly deadline?: string;
  /** The address of its resource in the Terraform state that the plan names; absent without one. */
  readonly terraform?: string;
  /** Its group under `spread`; absent when the instance is a group of its own. */
  readonly group?: string;
  /** ISO 8601 UTC. */
  readonly readAt: string;
}

/** Steps against one inventory, sealed by a digest: what people approve. */
export interface SavedPlan
  extends Pick<
    Plan,
    'name' | 'change' | 'owner' | 'finishBy' | 'execution' | 'spread' | 'source' | 'hooks' | 'notify'
  > {
  readonly format: typeof SAVED_PLAN_FORMAT;
  /** SHA-256, hex, over the canonical form of everything else in this value: meaning, not bytes. */
  readonly digest: string;
  /** The name of the plan file, for the reader. */
  readonly file: string;
  /** ISO 8601 UTC. A run may start before `expiresAt`; a run that has started may continue. */
  readonly sealedAt: string;
  readonly expiresAt: string;
  /** Where Refit read the instances (`live`, or the inventory file) and when. */
  readonly inventory: { readonly source: string; readonly readAt: string; readonly instances: number };
  /** Absent when the plan needs no signature. */
  readonly approvals?: Approvals;
  /** When steps may start; absent for any time. */
  readonly windows?: SavedWindows;
  readonly waves: readonly Wave[];
  readonly steps: readonly Step[];
  readonly preconditions: readonly Precondition[];
  /** Targets that already have the requested size, so Refit orders nothing for them. */
  readonly unchanged: readonly {
    readonly instance: string;
    readonly region: string;
    readonly reason: Message;
  }[];
  /** Targets that `onBlocked: skip` leaves out, with code and fix. */
  readonly blocked: readonly BlockedTarget[];
  /** Warnings and notes, for the reviewer. */
  readonly findings: readonly Finding[];
  /** Sums of the quotes by currency and basis; empty for a plan without prices. */
  readonly prices: readonly PriceSum[];
  /** The same sums by wave, region and account; absent for a plan without prices. */
  readonly priceShares?: readonly PriceShare[];
  readonly forecast: Forecast;
  /** When the scheduler applies the plan; absent unless the plan has `schedule` with `does: run`. */
  readonly schedule?: Schedule;
}

/** A target that did not become a step. */
export interface BlockedTarget {
  readonly instance: string;
  readonly region: string;
  readonly findings: readonly Finding[];
}
