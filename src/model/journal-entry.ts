/** The entries of a journal: everything that can happen in a run. */
import type { Signed } from './approval.ts';
import type { ControlAttempt, Operator } from './control.ts';
import type { InstanceStatus, MaintenanceWindow, Size } from './fleet.ts';
import type { Message } from './message.ts';
import type { Money } from './money.ts';
import type { NotificationResult } from './notification.ts';
import type { PolicyUsed } from './policy.ts';
import type { GateJudge, GateOutcome } from './rollout.ts';
import type { EndedBecause, Outcome, WakesOn } from './run-state.ts';

export const JOURNAL_FORMAT = 'refit.journal/1';

/** What one process at a time holds while it carries out a plan. `instances`: those of its open steps, between plans. */
export type RunLock = 'saved-plan' | 'run-directory' | 'instances' | 'run';

/** A dead process that held a lock. */
export interface FormerHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601 UTC. */
  readonly since: string;
  readonly purpose: string;
}

/**
 * An event of a run: one fact. The journal adds `seq`, `at`, `prev` and `hash`. An `intent` is durable before its order
 * leaves. `attempt` counts from 1 for each step. Texts are messages, except those of the provider.
 */
export type JournalEvent =
  /** A process opened the run. The first entry, and again after each restart (`resumed`). */
  | {
      readonly kind: 'run-started';
      readonly format: typeof JOURNAL_FORMAT;
      readonly plan: string;
      readonly digest: string;
      readonly resumed: boolean;
      /** The process only resolves unknown steps and orders nothing; absent: it carries out the plan. */
      readonly purpose?: 'reconcile';
      /** No person started the process. It keeps what operators set in the process before, and why that one was stopping. */
      readonly unattended?: true;
      /** Bytes of a torn last line that were cut off. The previous process died while it wrote that entry. */
      readonly cutOff: number;
      readonly by: Operator;
      readonly endpoint: string;
      readonly version: string;
      /** The policy of the person who applies; absent: there was none. */
      readonly policy?: PolicyUsed;
    }
  /** The process took over the locks of a dead process. Comes directly after `run-started`. */
  | {
      readonly kind: 'lock-taken-over';
      readonly locks: readonly RunLock[];
      readonly from: FormerHolder;
    }
  /** The identity whose credentials this process uses. `identity` null: the provider did not name it; `reason` says why. */
  | ({ readonly kind: 'identity' } & IdentityOnRecord)
  /**
   * The user adopted a run that this user's state did not know, or whose journal lacks entries. Approvals before this entry
   * count no more. An order of any open step may have left since `since`; reading resolves each before Refit orders.
   */
  | {
      readonly kind: 'adopted';
      readonly by: string;
      readonly reason: Message;
      /** When the plan was sealed, ISO 8601 UTC. */
      readonly since: string;
      /** The provider's time of the adoption, ISO 8601 UTC. */
      readonly providerAt: string;
    }
  /** A person confirmed the plan: at the prompt, by `--auto-approve`, or in the web console. That is no signature. */
  | { readonly kind: 'approved'; readonly how: Confirmation; readonly by: string }
  /** The signatures that the plan requires: of the plan (wave null), or of one wave. */
  | {
      readonly kind: 'approved';
      readonly how: 'signatures';
      /** The approvers' names, separated by commas. */
      readonly by: string;
      /** Index into the plan's waves. */
      readonly wave: number | null;
      /** When Refit verified them, ISO 8601 UTC: none had expired by then. */
      readonly judgedAt: string;
      readonly signed: readonly Signed[];
    }
  /** The signatures that the policy of the person who applies requires, which the plan need not know. */
  | {
      readonly kind: 'approved';
      readonly how: 'policy';
      /** The approvers' names, separated by commas. */
      readonly by: string;
      /** When Refit verified them, ISO 8601 UTC. */
      readonly judgedAt: string;
      readonly signed: readonly Signed[];
    }
  /** The next wave waits for its approvals until then (ISO 8601 UTC). `message` names the missing ones. */
  | {
      readonly kind: 'approval-awaited';
      readonly wave: number;
      readonly name: string;
      readonly until: string;
      readonly message: Message;
    }
  | { readonly kind: 'wave-started'; readonly wave: number; readonly name: string }
  | {
      readonly kind: 'wave-ended';
      readonly wave: number;
      readonly name: string;
      /** As in `intent`. The soak counts from here, also on a host with another clock. */
      readonly providerAt?: string;
    }
  /** Refit read the instance again just before its order. */
  | {
      readonly kind: 'instance-read';
      readonly step: string;
      readonly status: InstanceStatus;
      readonly size: Size;
    }
  /** Refit is about to order. Durable before anything is sent. */
  | {
      readonly kind: 'intent';
      readonly step: string;
      readonly attempt: number;
      readonly size: Size;
      /** The provider's time, ISO 8601 UTC, if Refit knows it. Refit compares the times of tasks and orders with it. */
      readonly providerAt?: string;
    }
  /** Nothing was sent for this intent. This process knows it; it never guesses. */
  | { readonly kind: 'not-sent'; readonly step: string; readonly attempt: number; readonly reason: Message }
  | {
      readonly kind: 'accepted';
      readonly step: string;
      readonly attempt: number;
      readonly order: string;
      /** Its deprecated short number, if it is another one: the product lists several orders by these only. */
      readonly dealId?: string;
      readonly requestId: string;
      readonly sentAt: string;
    }
  /** `message` is the provider's own text. */
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
  /** The order was sent, and no usable answer came back. The step is unknown until reading resolves it. */
  | {
      readonly kind: 'no-answer';
      readonly step: string;
      readonly attempt: number;
      readonly reason: Message;
      readonly sentAt: string;
    }
  /** Reading resolved an attempt without an answer: it was executed (with its order, if found), or it was not. */
  | {
      readonly kind: 'resolved';
      readonly step: string;
      readonly attempt: number;
      readonly executed: boolean;
      readonly order: string | null;
      readonly evidence: Message;
    }
  /** The accepted change has not started: it waits for its window, which opens at `opensAt` (ISO 8601 UTC). */
  | {
      readonly kind: 'deferred';
      readonly step: string;
      readonly window: MaintenanceWindow;
      readonly opensAt: string;
    }
  /** A change that had to wait for its window has started. `warning`: it started outside the window. */
  | {
      readonly kind: 'began';
      readonly step: string;
      readonly evidence: Message;
      readonly warning: Message | null;
    }
  /** The end of a step. `size` is the size that Refit read back; null: Refit read nothing. */
  | {
      readonly kind: 'step-ended';
      readonly step: string;
      readonly outcome: Exclude<Outcome, 'not-run'>;
      readonly code: string | null;
      readonly message: Message;
      readonly size: Size | null;
      /** The bill of the order, if Refit read it. */
      readonly billed: Money | null;
      /** As in `intent`. */
      readonly providerAt?: string;
    }
  /** The bill for the orders of an ended step whose end did not include it. */
  | { readonly kind: 'billed'; readonly step: string; readonly billed: Money }
  /** One judgement of a gate after a wave, and its consequence. */
  | {
      readonly kind: 'gate';
      readonly wave: number;
      readonly name: string;
      readonly judge: GateJudge;
      readonly outcome: GateOutcome;
      readonly message: Message;
      /** Recorded, and stops nothing. */
      readonly shadow: boolean;
      readonly next: 'go-on' | 'pause' | 'halt';
    }
  /** An operator sent a command to the live run. */
  | ({ readonly kind: 'control-command' } & ControlAttempt)
  /** The notifier delivered entry `about` to a hook or webhook, or could not. The run does not depend on it. */
  | ({ readonly kind: 'notified' } & NotificationResult)
  /**
   * The run only waits, so the process ends. The next process resumes at `until` (ISO 8601 UTC), or earlier if what
   * `wakesOn` names happens. It keeps what operators set.
   */
  | {
      readonly kind: 'rested';
      readonly until: string;
      readonly wakesOn: WakesOn;
      readonly reason: Message;
    }
  /** The run left its folder: from here on only the store continues it. */
  | {
      readonly kind: 'handed-over';
      /** The id of the store, and where it is, without secrets. */
      readonly store: string;
      readonly place: string;
      /** The id of the run there. */
      readonly run: string;
      readonly by: Operator;
    }
  /** The run starts nothing new from here on. The message says why. */
  | {
      readonly kind: 'stopping';
      readonly because: Exclude<EndedBecause, 'done'>;
      readonly message: Message;
    }
  /** Calls other than orders, counted by second: [unix second, action, sent, refused by limit]. */
  | { readonly kind: 'calls'; readonly counts: readonly (readonly [number, string, number, number])[] }
  | { readonly kind: 'run-ended'; readonly because: EndedBecause; readonly exitCode: number };

/** How a person confirms a plan. `console`: `by` is signed in at the web console, which started the process. */
export type Confirmation = 'prompt' | 'auto-approve' | 'console';

/** The identity of one profile, as `GetCallerIdentity` returns it. */
export interface Identity {
  /** The account's number, as the provider writes it. */
  readonly account: string;
  /** The user's number; for a role, the provider's substitute for it. */
  readonly user: string;
  /** The provider's name for its kind: a user, a role's session. */
  readonly type: string;
  readonly arn: string;
}

/** The provider's answer to the question who a profile is. */
export interface IdentityOnRecord {
  readonly profile: string;
  readonly identity: Identity | null;
  /** Why the identity is not known; null: it is. */
  readonly reason: Message | null;
}

/** One line of the journal. */
export type JournalEntry = JournalEvent & Sealed;

/** The journal entries of one kind. */
export type EntryOf<Kind extends JournalEvent['kind']> = Extract<JournalEntry, { kind: Kind }>;

/** The members that make an event an entry of the chain. */
export interface Sealed {
  /** Counts from 1. */
  readonly seq: number;
  /** ISO 8601 UTC with milliseconds. */
  readonly at: string;
  /** The hash of the previous entry; 64 zeros for the first. */
  readonly prev: string;
  /** SHA-256, hex, over the canonical form of the rest of this entry. */
  readonly hash: string;
}

/** An order or a task of the provider, as evidence in a message. Times are ISO 8601 UTC. */
export type Trace =
  | {
      readonly kind: 'order';
      readonly order: string;
      /** The number of who placed it; null: billing does not name them. */
      readonly by: string | null;
      readonly createdAt: string;
    }
  | { readonly kind: 'task'; readonly id: string; readonly type: string; readonly startedAt: string };

/** The action name of an ordering call. Source: docs/provider.md P1. */
export const ORDER_ACTION = 'UpgradeInstance';

/** True for a refusal by a request limit: provably not executed. Source: docs/provider.md P30, P32 and P35. */
export function isLimitCode(code: string): boolean {
  return code === 'RequestLimitExceeded' || code.startsWith('RequestLimitExceeded.');
}

/** What Refit does after a refusal. One table decides it: `run/decide/after-refusal.ts`. */
export type AfterRefusal = 'try-again' | 'read-first' | 'wait' | 'skip' | 'halt';
