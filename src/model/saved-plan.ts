/** The sealed plan: what a person approves, and all that a run orders. */
import type { Approvals } from './approval.ts';
import type { Finding, SourceLocation } from './finding.ts';
import type { Change, EditionName, Instance, NodeChange, Size, UsedMemory } from './fleet.ts';
import type { Forecast } from './forecast.ts';
import type { Message } from './message.ts';
import type { PriceShare, PriceSum, Quote } from './money.ts';
import type { Plan } from './plan.ts';
import type { Wave } from './rollout.ts';
import type { SavedWindows, Schedule } from './windows.ts';

export const SAVED_PLAN_FORMAT = 'refit.saved-plan/1';

/** A change with its id and wave: one ordering call. */
export interface Step {
  /** `<instance>/<dimension>`, unique in a saved plan. */
  readonly id: string;
  readonly instance: string;
  readonly region: string;
  readonly profile: string;
  readonly edition: EditionName;
  readonly change: Change;
  /** The nodes it adds or removes; absent for all but the replicas of multi-zone instances. */
  readonly nodes?: NodeChange;
  /** The instance's whole size when this step begins, and when it is verified. */
  readonly before: Size;
  readonly after: Size;
  /** The id of the step on the same instance that must be verified first. */
  readonly needs: string | null;
  /** Index into the saved plan's waves. */
  readonly wave: number;
  readonly location: SourceLocation | null;
  readonly quote: Quote | null;
}

/** What must still hold of an instance when its first step begins; `window`: with `switch: maintenance-window` alone. */
export interface Precondition
  extends Pick<Instance, 'name' | 'region' | 'zone' | 'profile' | 'billing' | 'size' | 'window'> {
  readonly instance: string;
  readonly edition: EditionName;
  /** The whole size after its last step. */
  readonly target: Size;
  /** Why the steps have this order, or how Refit got a relative size; null if there is no reason to give. */
  readonly reason: Message | null;
  /** The memory in use that its new size was held against: a reduction, or a size by the memory in use. Else absent. */
  readonly used?: UsedMemory;
  /** With `spread` the group that it belongs to; absent: it is a group of its own. */
  readonly group?: string;
  /** ISO 8601 UTC. */
  readonly readAt: string;
}

/** Steps against one inventory, sealed by a digest; what a person approves. */
export interface SavedPlan
  extends Pick<
    Plan,
    'name' | 'change' | 'owner' | 'finishBy' | 'execution' | 'spread' | 'source' | 'hooks' | 'notify'
  > {
  readonly format: typeof SAVED_PLAN_FORMAT;
  /** SHA-256, hex, over the canonical form of everything else in this value: meaning, not bytes. */
  readonly digest: string;
  /** The plan file's name, for the reader. */
  readonly file: string;
  /** ISO 8601 UTC. A run may begin before `expiresAt`; one that has begun may go on. */
  readonly sealedAt: string;
  readonly expiresAt: string;
  /** Where the instances were read from (`live`, or the inventory file) and when. */
  readonly inventory: { readonly source: string; readonly readAt: string; readonly instances: number };
  /** Absent: nobody has to sign. */
  readonly approvals?: Approvals;
  /** When steps may begin; absent: at any time. */
  readonly windows?: SavedWindows;
  readonly waves: readonly Wave[];
  readonly steps: readonly Step[];
  readonly preconditions: readonly Precondition[];
  /** Targets that already have their size, with the reason. Refit orders nothing for them. */
  readonly unchanged: readonly {
    readonly instance: string;
    readonly region: string;
    readonly reason: Message;
  }[];
  /** Targets left out with `onBlocked: skip`, with code and fix. */
  readonly blocked: readonly BlockedTarget[];
  /** Warnings and notes, for the reviewer. */
  readonly findings: readonly Finding[];
  /** Sums of the quotes by currency and basis; empty where the plan was not priced. */
  readonly prices: readonly PriceSum[];
  /** The same by wave, region and account; absent where the plan was not priced. */
  readonly priceShares?: readonly PriceShare[];
  readonly forecast: Forecast;
  /** When a scheduler carries it out; absent: it is carried out by hand. There only where the plan is scheduled to run. */
  readonly schedule?: Schedule;
}

/** A target that did not become a step. */
export interface BlockedTarget {
  readonly instance: string;
  readonly region: string;
  readonly findings: readonly Finding[];
}
