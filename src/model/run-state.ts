/** The state of a run and its steps, computed from the journal. */
import type { MaintenanceWindow, Size } from './fleet.ts';
import type { Message } from './message.ts';
import type { Money } from './money.ts';

/** All outcomes, in display order. */
export const OUTCOMES = [
  'verified',
  'failed',
  'refused',
  'drifted',
  'skipped',
  'unknown',
  'not-run',
] as const;
/** How a step ended. Every step of a saved plan has exactly one in every report. */
export type Outcome = (typeof OUTCOMES)[number];

/**
 * Why a run ended.
 * `done`: every step has an end of its own. `not-approved`: before a wave that lacks an approval.
 * `policy-refused`: before a wave, the policy of the person who applies refused the plan.
 * `reconciled`: the process died, and a reconcile resolved the unknown steps; there is no other reason.
 */
export type EndedBecause =
  | 'done'
  | 'halted'
  | 'drained'
  | 'finish-by'
  | 'window-closed'
  | 'not-approved'
  | 'policy-refused'
  | 'reconciled';

/** What a run that only waits is waiting for: a time, the approval of a wave, or a control command. */
export type WakesOn = 'time' | 'approval' | 'control';

/** The state of a step, from the journal alone. */
export interface StepState {
  readonly step: string;
  /** `ordering`: an intent without an answer on record. `following`: an accepted order. */
  readonly phase: 'waiting' | 'ordering' | 'unanswered' | 'following' | 'ended';
  /** Attempts whose intent is on record. */
  readonly attempts: number;
  /** Attempts that may still have left an order: no answer, or a refusal that may hide one. */
  readonly unresolved: number;
  readonly orders: readonly string[];
  /** The deprecated short numbers of those orders that have another one. */
  readonly dealIds: readonly { readonly order: string; readonly dealId: string }[];
  /** Refit found its order by reading. No answer confirmed that the order is its own. */
  readonly adopted: boolean;
  readonly requestIds: readonly string[];
  readonly outcome: Outcome;
  readonly code: string | null;
  readonly message: Message;
  /** ISO 8601 UTC; null before its first intent, or while it has not ended. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** When it first ended as `unknown`, however often Refit read it again since; null: it is not unknown. */
  readonly unknownSince: string | null;
  /** When the last intent was written, by this machine's clock. */
  readonly intentAt: string | null;
  /** The same by the provider's clock. Patience and the effects of the order count from here. */
  readonly intentProviderAt: string | null;
  readonly endedProviderAt: string | null;
  /**
   * The run was adopted while the step was open, so an order that is not in the journal may exist. It left after `since`
   * and before `providerAt`, by the provider's clock. It stays when reading finds the order. Null: the journal has all
   * orders of the step.
   */
  readonly hiddenOrder: { readonly since: string; readonly providerAt: string } | null;
  /** When the provider accepted the order, or Refit found that it was executed. */
  readonly acceptedAt: string | null;
  /** The window that the accepted change waits for; null: it has started, or waits for none. */
  readonly waitsFor: { readonly window: MaintenanceWindow; readonly opensAt: string } | null;
  /** When Refit saw the change start, if it had to wait for its window. */
  readonly beganAt: string | null;
  /** What a person should know even of a verified step; null: nothing. */
  readonly warning: Message | null;
  readonly size: Size | null;
  readonly billed: Money | null;
}

/** The state of a run. Refit computes it from the journal and never stores it. */
export interface RunState {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly endedBecause: EndedBecause | null;
  readonly exitCode: number | null;
  /** How many processes have opened it. */
  readonly starts: number;
  readonly stopping: { readonly because: Exclude<EndedBecause, 'done'>; readonly message: Message } | null;
  /** The store that continues the run, and the run's id there; null: nobody handed it over, or the store has continued it. */
  readonly handedOver: { readonly place: string; readonly run: string } | null;
  /** Its last process ended because the run only waits, until then (ISO 8601 UTC); null: it did not. */
  readonly resting: { readonly until: string; readonly wakesOn: WakesOn; readonly reason: Message } | null;
  /**
   * What operators changed in its last process. The next process starts with the plan's values, unless the run rested or
   * no person started that process.
   */
  readonly control: {
    /** Since when (ISO 8601 UTC) and by whom; null: not paused. */
    readonly paused: { readonly since: string; readonly by: string } | null;
    /** null: as in the plan. */
    readonly inFlight: number | null;
    readonly requestsPerSecond: number | null;
  };
  /** An operator drained or aborted its last process. */
  readonly stopCommanded: boolean;
  readonly wavesStarted: readonly number[];
  readonly wavesEnded: readonly number[];
  /** Until when waves wait for their approvals, ISO 8601 UTC, by index. Absent: not requested yet. */
  readonly approvalsAwaited: ReadonlyMap<number, string>;
  /** When each ended wave ended, ISO 8601 UTC, by index. */
  readonly waveEndedAt: ReadonlyMap<number, string>;
  /** The same by the provider's clock. Absent: not recorded. */
  readonly waveEndedProviderAt: ReadonlyMap<number, string>;
  /** Waves with an inconclusive gate after which an operator continued the run. */
  readonly gatesReleased: ReadonlySet<number>;
  /**
   * Judgements of gates that did not halt the run, as `<wave> <judge>`. A process that keeps what operators set does not
   * repeat them.
   */
  readonly gatesJudged: ReadonlySet<string>;
  /** Gates that halted the run before an operator resumed it, as `<wave> <judge>`. */
  readonly gatesAcknowledged: ReadonlySet<string>;
  /** Failed and unknown steps of a halted run that an operator resumed. They do not halt it again. */
  readonly acknowledged: ReadonlySet<string>;
  /** Steps refused for a reason that affects every order (no permission, no money). Resuming opens them again. */
  readonly haltingRefusals: ReadonlySet<string>;
  readonly steps: ReadonlyMap<string, StepState>;
  /** Calls sent and refused by limit, by action, orders included. */
  readonly calls: ReadonlyMap<string, { readonly count: number; readonly refusedByLimit: number }>;
  /** Calls by second: [unix second, action, sent, refused by limit], orders included. */
  readonly callsBySecond: readonly (readonly [number, string, number, number])[];
  /** The hash of the last entry. */
  readonly head: string;
  readonly entries: number;
}
