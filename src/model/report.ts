/** The audit report of a run. Its texts are in English; the journal has their messages. */
import type { Signed } from './approval.ts';
import type { ControlAttempt, Operator } from './control.ts';
import type { Change, MaintenanceWindow, Size } from './fleet.ts';
import type { EntryOf, FormerHolder, IdentityOnRecord } from './journal-entry.ts';
import type { Message } from './message.ts';
import type { Bill, Money, PriceShare, PriceSum } from './money.ts';
import type { NotificationResult } from './notification.ts';
import type { PolicyUsed } from './policy.ts';
import type { Rehearsed } from './rehearsal.ts';
import type { Outcome, RunState, StepState, WakesOn } from './run-state.ts';
import type { BlockedTarget, SavedPlan, Step } from './saved-plan.ts';

export const REPORT_FORMAT = 'refit.report/1';

/** A pure function of saved plan and journal. Its file is `report.json`. */
export interface Report extends Pick<RunState, 'callsBySecond' | 'head' | 'entries'> {
  readonly format: typeof REPORT_FORMAT;
  /** Its findings are the warnings and notes that people approved. */
  readonly plan: Pick<SavedPlan, 'name' | 'digest' | 'change' | 'owner' | 'file' | 'sealedAt' | 'findings'>;
  /** `endedBecause` null: the run is live or rests, or its process crashed. */
  readonly run: Pick<RunState, 'startedAt' | 'endedAt' | 'endedBecause' | 'exitCode' | 'starts'> & {
    /** Why the run stopped; null: nothing stopped it. */
    readonly message: string | null;
    /** What the run only waits for, without a process, and until when (ISO 8601 UTC); absent: it does not. */
    readonly resting?: { readonly until: string; readonly wakesOn: WakesOn; readonly reason: string };
    readonly user: string | null;
    readonly host: string | null;
    readonly endpoint: string | null;
    /** Who started it: at the prompt or with `--auto-approve`. That is no signature, and approves nothing. */
    readonly confirmed: { readonly how: string; readonly by: string; readonly at: string } | null;
    /** The adoptions of the run, in order; absent: its journal was never in doubt. */
    readonly adoptions?: readonly ReportAdoption[];
    /** The identities that the processes used, in order; absent: Refit never asked. */
    readonly identities?: readonly ReportIdentity[];
    /** The waits of the whole run, in order; absent: it never waited. */
    readonly waits?: readonly RunWait[];
    /** The signatures that approved it or one of its waves; absent: none was needed. */
    readonly signatures?: readonly ReportSignature[];
    readonly requestsPerSecond: number;
    readonly inFlight: number;
    /** Every process that opened it, in order. */
    readonly processes: readonly RunProcess[];
    /** The control commands that it received, in order; absent: none. */
    readonly controlCommands?: readonly ReportControlCommand[];
    /** Deliveries to hooks and webhooks, in order; absent: none. */
    readonly notifications?: readonly ReportNotification[];
    /** Present if the changes had to wait for maintenance windows. */
    readonly switch?: 'maintenance-window';
  };
  /** One count for each outcome; they add up to the number of steps. */
  readonly totals: Readonly<Record<Outcome, number>>;
  readonly calls: Readonly<Record<string, { readonly count: number; readonly refusedByLimit: number }>>;
  /** Memory of all planned instances, MB, replicas included: before, planned, and as read back. */
  readonly memory: { readonly before: number; readonly planned: number; readonly now: number };
  readonly money: {
    readonly quoted: readonly PriceSum[];
    /** Sums over the verified steps only. */
    readonly verified: readonly PriceSum[];
    /** Sums of the bills that Refit read. */
    readonly billed: readonly Money[];
    /** Verified steps by the comparison of bill and quote. */
    readonly bills: Readonly<Record<Bill, number>>;
    /** The same sums by wave, region and account; empty: nothing was priced or billed. */
    readonly shares: readonly MoneyShare[];
  };
  readonly waves: readonly {
    readonly name: string;
    readonly startedAt: string | null;
    readonly endedAt: string | null;
    readonly steps: number;
    /** The judgements of its gate, in order; absent: none. */
    readonly gate?: readonly ReportGate[];
  }[];
  readonly steps: readonly ReportStep[];
  readonly unchanged: readonly {
    readonly instance: string;
    readonly region: string;
    readonly reason: string;
  }[];
  readonly blocked: readonly BlockedTarget[];
  /** The plan was rehearsed against a simulated provider, and nothing was ordered. Absent: an audit report. */
  readonly rehearsal?: true;
  /** The results of all runs of the rehearsal; this report shows the first of them. */
  readonly rehearsed?: Rehearsed;
}

/** The time of a journal entry. */
interface Dated {
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** A member that holds a message in the journal, as a sentence. */
type InWords<Of, Key extends keyof Of> = Omit<Of, Key> & {
  readonly [Name in Key]: Message extends Of[Name] ? string | Exclude<Of[Name], Message> : Of[Name];
};

/** Somebody continued a run that the user's state did not know, or whose journal lacked entries. */
export type ReportAdoption = InWords<Pick<EntryOf<'adopted'>, 'at' | 'seq' | 'by' | 'reason'>, 'reason'> & {
  /** How many entries were there before. Who wrote them is not known. */
  readonly adopted: number;
};

/** The identity that a process used. */
export type ReportIdentity = InWords<IdentityOnRecord, 'reason'> & Dated;

/** What a whole run can wait for. `no-process`: no process carried it out, after an end or a crash. */
export const RUN_WAITS = ['paused', 'soak', 'no-process'] as const;

/** A wait of the whole run. */
export interface RunWait {
  readonly for: (typeof RUN_WAITS)[number];
  /** ISO 8601 UTC; `to` null: it has not ended yet. */
  readonly from: string;
  readonly to: string | null;
  /** Who paused it, which wave soaked, or why the previous process ended. */
  readonly reason: string;
}

/** The signature of an approver, with the time of its check and the wave that it approves; null: the plan. */
export type ReportSignature = Signed &
  Dated & {
    readonly wave: string | null;
    /** The policy of the person who applied required it; absent: the plan did. */
    readonly for?: 'policy';
  };

/** One judgement of a gate. */
export type ReportGate = InWords<
  Pick<EntryOf<'gate'>, 'at' | 'judge' | 'outcome' | 'message' | 'shadow'>,
  'message'
>;

/** A command to a live run. */
export type ReportControlCommand = InWords<ControlAttempt, 'message'> & Dated;

/** A delivery to a hook or webhook, or its failure. */
export type ReportNotification = InWords<NotificationResult, 'message'> & Dated;

/** A process that opened a run. */
export interface RunProcess
  extends Dated,
    Operator,
    Pick<EntryOf<'run-started'>, 'cutOff' | 'version' | 'purpose'> {
  /** The policy that it kept to; null: there was none, or it only resolved unknown steps. */
  readonly policy: PolicyUsed | null;
  /** The dead processes whose locks it took over; absent: none. */
  readonly tookOverFrom?: readonly FormerHolder[];
  /** Why it stopped and left the rest to the next process; absent: nothing stopped it, or none followed. */
  readonly stopped?: InWords<Pick<EntryOf<'stopping'>, 'at' | 'because' | 'message'>, 'message'>;
}

/** The quotes and bills of one wave, region or account. */
export interface MoneyShare extends Pick<PriceShare, 'by' | 'name' | 'steps'> {
  readonly quoted: readonly PriceSum[];
  readonly verified: readonly PriceSum[];
  readonly billed: readonly Money[];
}

/**
 * What a step can wait for. `sending`: its own order. `limit`: the request limit. `busy`: another task on its instance.
 * `resolving`: an order without an answer. `window`: its maintenance window. `change`: the change itself.
 */
export const STEP_WAITS = ['sending', 'limit', 'busy', 'resolving', 'window', 'change'] as const;

/** How long a step waited for one reason, ms, and how often. */
export interface StepWait {
  readonly for: (typeof STEP_WAITS)[number];
  readonly ms: number;
  readonly times: number;
}

/** One attempt to order, with its times and its answer. */
export interface ReportAttempt {
  readonly attempt: number;
  /** When its intent was written, ISO 8601 UTC. */
  readonly at: string;
  /** When it was sent; null: Refit does not know that it was. */
  readonly sentAt: string | null;
  /** `none-yet`: the journal ends before the answer, or the process died. */
  readonly answer: 'accepted' | 'refused' | 'no-answer' | 'not-sent' | 'none-yet';
  readonly order: string | null;
  readonly requestId: string | null;
  /** The provider's code and text of a refusal, or why there is no answer. */
  readonly code: string | null;
  readonly message: string | null;
  /** The proof that reading found; absent: nothing had to be resolved. */
  readonly resolved?: InWords<Pick<EntryOf<'resolved'>, 'at' | 'executed' | 'evidence'>, 'evidence'>;
}

/** One step of a report: its plan and its end. */
export interface ReportStep
  extends Change,
    Pick<Step, 'id' | 'instance' | 'region' | 'profile' | 'edition' | 'nodes' | 'before' | 'after' | 'quote'>,
    Pick<StepState, 'outcome' | 'code' | 'orders' | 'requestIds' | 'attempts' | 'billed'>,
    Pick<StepState, 'startedAt' | 'acceptedAt' | 'endedAt'> {
  readonly message: string;
  readonly name: string;
  readonly wave: string;
  /** Why this size, or these steps, as the plan says it; absent where there is nothing to say. */
  readonly reason?: string;
  /** The address of the instance in the Terraform state that the plan names; absent without one. */
  readonly terraform?: string;
  /** As read just before its order; null where nothing was read. */
  readonly readBefore: Pick<EntryOf<'instance-read'>, 'at' | 'status' | 'size'> | null;
  /** As read back at the end; null where nothing was read. */
  readonly readBack: Size | null;
  /** Every attempt, in order. */
  readonly attemptDetails: readonly ReportAttempt[];
  /** Its waits, in the order of `STEP_WAITS`. */
  readonly waits: readonly StepWait[];
  /** The window that its change waits for. */
  readonly window?: MaintenanceWindow;
  /** When Refit saw the change start, if it had to wait. */
  readonly beganAt?: string;
  readonly warning?: string;
  /** The comparison of bill and quote; null unless verified. */
  readonly bill: Bill | null;
  /** Billed minus quoted, in the quote's currency; null: they cannot be compared. */
  readonly difference: number | null;
}
