/** Everything that can happen in a run, as the journal records it. */
import type { Signed } from './approval.ts';
import type { ControlAttempt, Operator } from './control.ts';
import type { InstanceStatus, MaintenanceWindow, Size } from './fleet.ts';
import type { Money } from './money.ts';
import type { NotificationResult } from './notification.ts';
import type { GateJudge, GateOutcome } from './rollout.ts';
import type { EndedBecause, Outcome } from './run-state.ts';

export const JOURNAL_FORMAT = 'refit.journal/1';

/** What a process holds alone while it carries a plan out. `instances`: those of its open steps, between plans. */
export type RunLock = 'saved-plan' | 'run-directory' | 'instances';

/** A dead process that had held a lock. */
export interface FormerHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601 UTC. */
  readonly since: string;
  readonly purpose: string;
}

/**
 * Everything that can happen in a run, each entry one fact. The journal adds `seq`, `at`, `prev` and `hash`.
 * An `intent` is durable before its order leaves; `attempt` counts from 1 per step.
 */
export type JournalEvent =
  /** A process took the run up: the first entry, and again after each restart (`resumed`). */
  | {
      readonly kind: 'run-started';
      readonly format: typeof JOURNAL_FORMAT;
      readonly plan: string;
      readonly digest: string;
      readonly resumed: boolean;
      /** Only to settle by reading what is unknown, ordering nothing; absent: to carry the plan out. */
      readonly purpose?: 'reconcile';
      /** Bytes of a torn last line that were cut off: an entry being written when the process before this one died. */
      readonly cutOff: number;
      readonly by: Operator;
      readonly endpoint: string;
      readonly version: string;
    }
  /** Locks whose holder was dead were taken over: which, and from whom. Comes right after `run-started`. */
  | {
      readonly kind: 'lock-taken-over';
      readonly locks: readonly RunLock[];
      readonly from: FormerHolder;
    }
  /** Whose keys this process uses, as the provider told it; `caller` null: it did not, and `why`. */
  | ({ readonly kind: 'caller' } & IdentityOnRecord)
  /** Approval as it was given: at the prompt, or by `--auto-approve`. */
  | { readonly kind: 'approved'; readonly how: 'prompt' | 'auto-approve'; readonly by: string }
  /** Signatures of the approvers, as many as the plan wants: of the plan (wave null), or of one wave. */
  | {
      readonly kind: 'approved';
      readonly how: 'signatures';
      /** Their names, with commas. */
      readonly by: string;
      /** Index into the plan's waves. */
      readonly wave: number | null;
      /** When they were found good, ISO 8601 UTC: none had expired by then. */
      readonly judgedAt: string;
      readonly signed: readonly Signed[];
    }
  /** The wave is to begin, and waits for its approvals until then (ISO 8601 UTC); `what`: which are missing. */
  | {
      readonly kind: 'approval-awaited';
      readonly wave: number;
      readonly name: string;
      readonly until: string;
      readonly message: string;
    }
  | { readonly kind: 'wave-started'; readonly wave: number; readonly name: string }
  | { readonly kind: 'wave-ended'; readonly wave: number; readonly name: string }
  /** The instance was looked at again just before its order. */
  | { readonly kind: 'looked'; readonly step: string; readonly status: InstanceStatus; readonly size: Size }
  /** About to order. Durable before anything is sent. */
  | {
      readonly kind: 'intent';
      readonly step: string;
      readonly attempt: number;
      readonly size: Size;
      /** The provider's time, ISO 8601 UTC, as far as it is known: what began since then is told by that clock. */
      readonly providerAt?: string;
    }
  /** Nothing was sent for this intent: its slot or its freshness was lost. Known by this process, never guessed. */
  | { readonly kind: 'not-sent'; readonly step: string; readonly attempt: number; readonly reason: string }
  | {
      readonly kind: 'accepted';
      readonly step: string;
      readonly attempt: number;
      readonly order: string;
      readonly requestId: string;
      readonly sentAt: string;
    }
  | {
      readonly kind: 'refused';
      readonly step: string;
      readonly attempt: number;
      readonly code: string;
      readonly message: string;
      readonly requestId: string | null;
      readonly sentAt: string;
      readonly next: AfterRefusal;
    }
  /** Asked, and no usable answer came back. The step is unknown until it is settled by reading. */
  | {
      readonly kind: 'no-answer';
      readonly step: string;
      readonly attempt: number;
      readonly reason: string;
      readonly sentAt: string;
    }
  /** An attempt without an answer was settled by reading: it had landed (with its order, where found), or it had not. */
  | {
      readonly kind: 'settled';
      readonly step: string;
      readonly attempt: number;
      readonly executed: boolean;
      readonly order: string | null;
      readonly evidence: string;
    }
  /** Accepted, and seen not to have begun: it waits for its window, which opens at `opensAt` (ISO 8601 UTC). */
  | {
      readonly kind: 'deferred';
      readonly step: string;
      readonly window: MaintenanceWindow;
      readonly opensAt: string;
    }
  /** A change that was told to wait for its window has begun. `warning`: it began outside of it, in words. */
  | {
      readonly kind: 'began';
      readonly step: string;
      readonly evidence: string;
      readonly warning: string | null;
    }
  /** The end of a step. `size` is what was read back, null where nothing was read. */
  | {
      readonly kind: 'step-ended';
      readonly step: string;
      readonly outcome: Exclude<Outcome, 'not-run'>;
      readonly code: string | null;
      readonly message: string;
      readonly size: Size | null;
      /** What the order was billed at, where it was read. */
      readonly billed: Money | null;
      /** As in `intent`. */
      readonly providerAt?: string;
    }
  /** What the orders of a step that had ended were billed at, where its end did not tell. */
  | { readonly kind: 'billed'; readonly step: string; readonly billed: Money }
  /** One thing that a gate judged after a wave, and what comes of it. */
  | {
      readonly kind: 'gate';
      readonly wave: number;
      readonly name: string;
      readonly judge: GateJudge;
      readonly outcome: GateOutcome;
      readonly message: string;
      /** Told, and stops nothing. */
      readonly shadow: boolean;
      readonly next: 'go-on' | 'pause' | 'halt';
    }
  /** Somebody told the live run something: what, who, and whether it was taken. */
  | ({ readonly kind: 'steered' } & ControlAttempt)
  /** Somebody was told of entry `about` as the plan says, or could not be. Nothing of the run depends on it. */
  | ({ readonly kind: 'told' } & NotificationResult)
  /** Why nothing new is started from here on: a threshold, a stop-the-run code, a signal, the end of the time. */
  | { readonly kind: 'stopping'; readonly because: Exclude<EndedBecause, 'done'>; readonly message: string }
  /** Calls other than orders, counted by second: [unix second, action, sent, refused by limit]. */
  | { readonly kind: 'calls'; readonly counts: readonly (readonly [number, string, number, number])[] }
  | { readonly kind: 'run-ended'; readonly because: EndedBecause; readonly exitCode: number };

/** Whose keys one profile's are, as `GetCallerIdentity` tells it. */
export interface Identity {
  /** The account's number, as the provider writes it. */
  readonly account: string;
  /** The user's number, or what stands in its place for a role. */
  readonly user: string;
  /** The provider's name of what it is: a user, a role's session. */
  readonly type: string;
  readonly arn: string;
}

/** What came of asking whose keys they are. */
export interface IdentityOnRecord {
  readonly profile: string;
  readonly identity: Identity | null;
  /** Why it is not known; null where it is. */
  readonly reason: string | null;
}

/** One line of the journal. */
export type JournalEntry = JournalEvent & Sealed;

/** The journal entries of one kind. */
export type EntryOf<Kind extends JournalEvent['kind']> = Extract<JournalEntry, { kind: Kind }>;

/** What makes an event an entry of the chain. */
export interface Sealed {
  /** Counts from 1. */
  readonly seq: number;
  /** ISO 8601 UTC with milliseconds. */
  readonly at: string;
  /** The hash of the entry before; 64 zeros for the first. */
  readonly prev: string;
  /** SHA-256, hex, over the canonical form of the rest of this entry. */
  readonly hash: string;
}

/** The action an ordering call counts under. Source: docs/provider.md P1. */
export const ORDER_ACTION = 'UpgradeInstance';

/** A refusal by one of the request limits: provably not executed. Source: docs/provider.md P30, P32 and P35. */
export function isLimitCode(code: string): boolean {
  return code === 'RequestLimitExceeded' || code.startsWith('RequestLimitExceeded.');
}

/** What the program does after a refusal. One table decides it: `run/decide/after-refusal.ts`. */
export type AfterRefusal = 'try-again' | 'read-first' | 'wait' | 'skip' | 'halt';
