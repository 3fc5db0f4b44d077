/** How a run and its steps stand, folded from the journal. */
import type { MaintenanceWindow, Size } from './fleet.ts';
import type { Money } from './money.ts';

/** All outcomes, in the order in which they are shown. */
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
 * Why a run ended. `done`: every step has an end of its own. `not-approved`: before a wave that asks for an approval.
 * `reconciled`: its process had died, and a reconcile settled what was unknown, left the rest and has no other reason to
 * tell.
 */
export type EndedBecause =
  | 'done'
  | 'halted'
  | 'drained'
  | 'finish-by'
  | 'window-closed'
  | 'not-approved'
  | 'reconciled';

/** Where a step stands, as told by the journal alone. */
export interface StepState {
  readonly step: string;
  readonly phase: 'waiting' | 'asking' | 'asked' | 'unanswered' | 'settling' | 'ended';
  /** Attempts whose intent is on record. */
  readonly attempts: number;
  /** Those of them that are not proved to have left nothing behind: no answer, or a refusal that may hide an order. */
  readonly unresolved: number;
  readonly orders: readonly string[];
  /** Its order was found by reading: no answer told that it is its own. */
  readonly adopted: boolean;
  readonly requestIds: readonly string[];
  readonly outcome: Outcome;
  readonly code: string | null;
  readonly message: string;
  /** ISO 8601 UTC; null before its first intent, or while it has not ended. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Since when it is told `unknown`, however often it was read again meanwhile; null where it is not. */
  readonly unknownSince: string | null;
  /** When the last intent was written, by this machine's clock. */
  readonly intentAt: string | null;
  /** The same by the provider's clock: patience and what is an effect of the order count from here. */
  readonly intentProviderAt: string | null;
  readonly endedProviderAt: string | null;
  /** When the order was accepted, or found to have landed. */
  readonly acceptedAt: string | null;
  /** Accepted and not begun: the window it waits for; else null. */
  readonly waitsFor: { readonly window: MaintenanceWindow; readonly opensAt: string } | null;
  /** When it was seen to have begun, where it was told to wait for its window. */
  readonly beganAt: string | null;
  /** What a person should know of it although it may be verified; null where there is nothing. */
  readonly warning: string | null;
  readonly size: Size | null;
  readonly billed: Money | null;
}

/** A run as told by its journal: a fold, never stored. */
export interface RunState {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly endedBecause: EndedBecause | null;
  readonly exitCode: number | null;
  /** How many processes have taken it up. */
  readonly starts: number;
  readonly stopping: { readonly because: Exclude<EndedBecause, 'done'>; readonly message: string } | null;
  /** What its last process had been told: another one begins as the plan says. */
  readonly control: {
    /** Since when (ISO 8601 UTC) and by whom; null where it is not paused. */
    readonly paused: { readonly since: string; readonly by: string } | null;
    /** null: as the plan says. */
    readonly inFlight: number | null;
    readonly requestsPerSecond: number | null;
  };
  /** Its last process was told by a command to start nothing more: to drain, or to abort. */
  readonly stopCommanded: boolean;
  readonly wavesStarted: readonly number[];
  readonly wavesEnded: readonly number[];
  /** Until when waves wait for their approvals, ISO 8601 UTC, by index; none where it was not asked for yet. */
  readonly approvalsAwaited: ReadonlyMap<number, string>;
  /** When each of those that ended was settled, ISO 8601 UTC. */
  readonly waveEndedAt: ReadonlyMap<number, string>;
  /** Waves whose gate was inconclusive, and after which somebody has told the run to continue. */
  readonly gatesReleased: ReadonlySet<number>;
  /** What gates halted the run by, as `<wave> <judge>`, and it was taken up again by hand. */
  readonly gatesAcknowledged: ReadonlySet<string>;
  /** Steps that had failed or were unknown when the run halted and was taken up again by hand: they do not halt it twice. */
  readonly acknowledged: ReadonlySet<string>;
  /** Steps refused for a reason that concerns every order (no right, no money): open again when the run is taken up. */
  readonly haltingRefusals: ReadonlySet<string>;
  readonly steps: ReadonlyMap<string, StepState>;
  /** Sent and refused by limit, per action, orders included. */
  readonly calls: ReadonlyMap<string, { readonly count: number; readonly refusedByLimit: number }>;
  /** Calls by second: [unix second, action, sent, refused by limit], orders included. */
  readonly callsBySecond: readonly (readonly [number, string, number, number])[];
  /** The hash of the last entry. */
  readonly head: string;
  readonly entries: number;
}
