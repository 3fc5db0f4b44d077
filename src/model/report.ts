/** The audit report of a run. */
import type { Signed } from './approval.ts';
import type { ControlAttempt, Operator } from './control.ts';
import type { Change, MaintenanceWindow, Size } from './fleet.ts';
import type { EntryOf, FormerHolder, IdentityOnRecord } from './journal-entry.ts';
import type { Bill, Money, PriceShare, PriceSum } from './money.ts';
import type { NotificationResult } from './notification.ts';
import type { Rehearsed } from './rehearsal.ts';
import type { Outcome, RunState, StepState } from './run-state.ts';
import type { BlockedTarget, SavedPlan, Step } from './saved-plan.ts';

export const REPORT_FORMAT = 'refit.report/1';

/** The audit report: a pure function of saved plan and journal. Its file: `report.json`. */
export interface Report extends Pick<RunState, 'callsBySecond' | 'head' | 'entries'> {
  readonly format: typeof REPORT_FORMAT;
  /** Its findings are the warnings and notes with which it was approved. */
  readonly plan: Pick<SavedPlan, 'name' | 'digest' | 'change' | 'owner' | 'file' | 'sealedAt' | 'findings'>;
  /** `endedBecause`: null while the run is live, or after a crash. */
  readonly run: Pick<RunState, 'startedAt' | 'endedAt' | 'endedBecause' | 'exitCode' | 'starts'> & {
    readonly message: string | null;
    readonly user: string | null;
    readonly host: string | null;
    readonly endpoint: string | null;
    readonly approved: { readonly how: string; readonly by: string; readonly at: string } | null;
    /** Whose keys were used, as the provider told it, in order; absent where it was never asked. */
    readonly identities?: readonly ReportIdentity[];
    /** Times in which the whole run waited, in order; absent where it never did. */
    readonly waits?: readonly RunWait[];
    /** The signatures by which it, or one of its waves, was approved; absent where none was needed. */
    readonly signatures?: readonly ReportSignature[];
    readonly requestsPerSecond: number;
    readonly inFlight: number;
    /** Every process that took it up, in order. */
    readonly processes: readonly RunProcess[];
    /** What it was told while it was live, in order; absent where nobody told it anything. */
    readonly controlCommands?: readonly ReportControlCommand[];
    /** Who was told of it while it was live, and could not be, in order; absent where nobody was to be told. */
    readonly notifications?: readonly ReportNotification[];
    /** Present where the changes were to wait for the maintenance windows. */
    readonly switch?: 'maintenance-window';
  };
  /** One count per outcome, every outcome present; they add up to the number of steps. */
  readonly totals: Readonly<Record<Outcome, number>>;
  readonly calls: Readonly<Record<string, { readonly count: number; readonly refusedByLimit: number }>>;
  /** Memory of all planned instances, MB, replicas included: before, planned, and as read back. */
  readonly memory: { readonly before: number; readonly planned: number; readonly now: number };
  readonly money: {
    readonly quoted: readonly PriceSum[];
    /** Sums over the verified steps only. */
    readonly verified: readonly PriceSum[];
    /** Sums of what was billed, over the steps where that was read. */
    readonly billed: readonly Money[];
    /** Verified steps by how the bill stands to the quote. */
    readonly bills: Readonly<Record<Bill, number>>;
    /** The same sums by wave, region and account; empty where nothing was priced or billed. */
    readonly shares: readonly MoneyShare[];
  };
  readonly waves: readonly {
    readonly name: string;
    readonly startedAt: string | null;
    readonly endedAt: string | null;
    readonly steps: number;
    /** What its gate judged, in order; absent where nothing was. */
    readonly gate?: readonly ReportGate[];
  }[];
  readonly steps: readonly ReportStep[];
  readonly unchanged: SavedPlan['unchanged'];
  readonly blocked: readonly BlockedTarget[];
  /** Nothing of it happened: the plan was rehearsed against a simulated provider. Absent: an audit report. */
  readonly rehearsal?: true;
  /** What all runs of the rehearsal came to; this report is of the first of them. */
  readonly rehearsed?: Rehearsed;
}

/** When something was told, as its journal entry has it. */
interface Dated {
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** Whose keys a process used. */
export type ReportIdentity = IdentityOnRecord & Dated;

/** What a whole run can wait for. `no-process`: nobody carried it out, after an end, or after a death. */
export const RUN_WAITS = ['paused', 'soak', 'no-process'] as const;

/** A time in which the whole run waited. */
export interface RunWait {
  readonly for: (typeof RUN_WAITS)[number];
  /** ISO 8601 UTC; `to` null: it lasts, as far as the journal tells. */
  readonly from: string;
  readonly to: string | null;
  /** Who paused it, the wave that soaked, why the process before had ended. */
  readonly reason: string;
}

/** The signature of an approver, with when it was judged and taken, and the wave that it approves; null: the plan. */
export type ReportSignature = Signed & Dated & { readonly wave: string | null };

/** One thing that a gate judged. */
export type ReportGate = Pick<EntryOf<'gate'>, 'at' | 'judge' | 'outcome' | 'what' | 'shadow'>;

/** A command to a live run. */
export type ReportControlCommand = ControlAttempt & Dated;

/** A notice of a run, or the lack of it. */
export type ReportNotification = NotificationResult & Dated;

/** A process that took a run up. */
export interface RunProcess
  extends Dated,
    Operator,
    Pick<EntryOf<'run-started'>, 'cutOff' | 'version' | 'purpose'> {
  /** The dead whose locks it took over; absent where there were none. */
  readonly tookOverFrom?: readonly FormerHolder[];
  /** Why it began nothing new from a moment on and left the rest to the next; absent: nothing stopped it, or none followed. */
  readonly stopped?: Pick<EntryOf<'stopping'>, 'at' | 'because' | 'what'>;
}

/** What the steps of one wave, region or account were quoted and billed at. */
export interface MoneyShare extends Pick<PriceShare, 'by' | 'name' | 'steps'> {
  readonly quoted: readonly PriceSum[];
  readonly verified: readonly PriceSum[];
  readonly billed: readonly Money[];
}

/**
 * What a step can wait for, beside the change itself (`change`): its own order to be sent, the request limit, something
 * else under way on its instance, what became of an attempt without an answer, its maintenance window.
 */
export const STEP_WAITS = ['sending', 'limit', 'busy', 'settling', 'window', 'change'] as const;

/** How long a step waited for one thing, in milliseconds, and how often. */
export interface StepWait {
  readonly for: (typeof STEP_WAITS)[number];
  readonly ms: number;
  readonly times: number;
}

/** One attempt to order: what was asked when, and what came of it. */
export interface ReportAttempt {
  readonly attempt: number;
  /** When it was written down, ISO 8601 UTC. */
  readonly at: string;
  /** When it left; null where it is not known to have. */
  readonly sentAt: string | null;
  /** `none-yet`: the journal ends before it, or its process died. */
  readonly answer: 'accepted' | 'refused' | 'no-answer' | 'not-sent' | 'none-yet';
  readonly order: string | null;
  readonly requestId: string | null;
  /** The provider's code and message of a refusal, or why there is no answer. */
  readonly code: string | null;
  readonly message: string | null;
  /** What reading proved of it; absent where nothing had to be settled. */
  readonly resolved?: Pick<EntryOf<'settled'>, 'at' | 'executed' | 'evidence'>;
}

/** One step of a report: as it was planned, and how it ended. */
export interface ReportStep
  extends Change,
    Pick<Step, 'id' | 'instance' | 'region' | 'profile' | 'edition' | 'nodes' | 'before' | 'after' | 'quote'>,
    Pick<StepState, 'outcome' | 'code' | 'what' | 'orders' | 'requestIds' | 'attempts' | 'billed'>,
    Pick<StepState, 'startedAt' | 'acceptedAt' | 'endedAt'> {
  readonly name: string;
  readonly wave: string;
  /** Why this size, or these steps, as the plan says it; absent where there is nothing to say. */
  readonly because?: string;
  /** As read just before its order; null where nothing was read. */
  readonly readBefore: Pick<EntryOf<'looked'>, 'at' | 'status' | 'size'> | null;
  /** As read back at the end; null where nothing was read. */
  readonly readBack: Size | null;
  /** Every attempt, in order. */
  readonly attemptDetails: readonly ReportAttempt[];
  /** What it waited for, in the order of `STEP_WAITS`. */
  readonly waits: readonly StepWait[];
  /** The window it was to wait for, when it was seen to begin, and what was wrong with that; absent elsewhere. */
  readonly window?: MaintenanceWindow;
  readonly beganAt?: string;
  readonly warning?: string;
  /** How the bill stands to the quote; null unless verified. */
  readonly bill: Bill | null;
  /** Billed less quoted, in the quote's currency, where the two can be compared: above zero where more was billed. */
  readonly difference: number | null;
}
