/** Runs, as the console shows them. Times are ISO 8601 UTC, durations milliseconds. */
import type { Fault } from '../../messages/refit-error.ts';
import type { Change, EndedBecause, Message, Outcome, Size, StepState, Threshold } from '../../model.ts';
import type { WaveBoundary } from '../../operations/picture/gate-facts.ts';
import type { RateHistory } from '../../operations/picture/rate-history.ts';
import type { RunPicture } from '../../operations/picture/run-picture.ts';
import type { StartPreview } from '../../operations/runs/preview-start.ts';
import type { ListedRun } from '../../operations/runs/read-run.ts';

/** `GET /api/runs`: the newest first. */
export interface RunList {
  readonly runs: readonly RunRow[];
  /** How many older ones there are. */
  readonly more: number;
}

export interface RunRow
  extends Pick<ListedRun, 'name' | 'status' | 'plan' | 'startedAt' | 'endedAt' | 'exitCode' | 'totals'> {
  /** For addresses: `20261124T173000Z-1f0c2ab9`; null: the record of the run is damaged. */
  readonly id: string | null;
  /** Why the run cannot be read, or why the store does not vouch for it. */
  readonly message: string | null;
}

/** One run as it is now. The server sends a new one with each change. */
export interface RunView {
  readonly id: string;
  readonly plan: { readonly name: string; readonly digest: string; readonly change: string | null };
  readonly status: RunStatusName;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly endedBecause: EndedBecause | null;
  readonly exitCode: number | null;
  /** Why it stops or stopped, with what to do. */
  readonly stopping: Message | null;
  /** The process that has the run. */
  readonly holder: { readonly pid: number; readonly host: string; readonly purpose: string } | null;
  /** How many processes have opened it. */
  readonly starts: number;
  /** Who started it, as user and host; null: nobody has. */
  readonly startedBy: string | null;
  /** How many targets its plan leaves out, and how many need no change. */
  readonly leftOut: { readonly blocked: number; readonly unchanged: number };
  /** Why the store does not vouch for it; null: it does. */
  readonly notTrusted: Message | null;
  /** Until when it waits without a process, and why. */
  readonly waiting: {
    readonly reason: string;
    readonly fix: string | null;
    /** The reason as data; null: there are only the English words. */
    readonly about: Message | null;
    readonly until: string | null;
  } | null;
  readonly picture: RunPicture;
  /** Soaks, gates and awaited approvals, by wave. */
  readonly boundaries: readonly WaveBoundary[];
  /** When the run halts: over all its steps, and in waves with thresholds of their own. */
  readonly halts: RunHalts;
  /** Accepted orders over the time of the run. */
  readonly orders: RateHistory;
  /** How many hooks and gate commands run programs, which somebody must allow again to continue. */
  readonly programs: number;
  /** What a person at a terminal would type next. */
  readonly next: string;
  /** The hash of the last entry. */
  readonly head: string;
}

export interface RunHalts {
  readonly run: Thresholds;
  readonly waves: readonly (Thresholds & { readonly wave: number })[];
}

interface Thresholds {
  readonly failed: Threshold | null;
  readonly unknown: Threshold | null;
}

export type RunStatusName =
  | 'not-started'
  | 'running'
  | 'stopping'
  | 'paused'
  | 'waiting'
  | 'interrupted'
  | 'ended'
  | 'work-left';

/** A step of a run, with everything that changes. */
export interface StepRow {
  /** Its place in the plan, from 0. */
  readonly at: number;
  readonly id: string;
  readonly instance: string;
  readonly name: string;
  readonly region: string;
  readonly wave: number;
  readonly change: Change;
  readonly before: Size;
  readonly after: Size;
  readonly phase: StepState['phase'];
  /** null while it has not ended. */
  readonly outcome: Outcome | null;
  readonly code: string | null;
  /** Why it ended so, or what it waits for; null while it waits for its turn. */
  readonly message: Message | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly orders: readonly string[];
  readonly requestIds: readonly string[];
  /** When the maintenance window opens that it waits for. */
  readonly opensAt: string | null;
}

/** `GET /api/runs/:id`, with `?first=60` only its first steps and failures: all of a run. `seq` is the number of the last entry that it contains. */
export interface WholeRunView {
  readonly seq: number;
  readonly run: RunView;
  readonly steps: readonly StepRow[];
}

/**
 * The events of `GET /api/runs/:id/events?after=SEQ`. The id of each is the number of the last journal entry in it, so a
 * browser that connects again gets what it missed.
 */
export interface RunEvents {
  /** Also every second without a change, so that a page knows that what it shows is fresh. */
  readonly run: RunView;
  /** The steps that changed. */
  readonly steps: readonly StepRow[];
  /** Everything before is void: the journal was replaced. Read the run again. */
  readonly restart: null;
  /** The store or the run cannot be read. */
  readonly fault: Fault;
}

/** `POST /api/runs/:id/control`. */
export type ControlRequest =
  | { readonly command: 'pause' | 'continue' | 'drain' | 'abort' }
  | { readonly command: 'set'; readonly setting: 'inFlight' | 'requestsPerSecond'; readonly value: number };

/** The answer of the run. */
export interface ControlAnswerView {
  readonly accepted: boolean;
  readonly message: Message;
}

/** Milliseconds without an event after which what a page shows is stale. */
export const STALE_AFTER = 12_000;

/** `GET /api/runs/:id/steps/:at`: what happened to one step, the oldest first. */
export interface StepTimeline {
  readonly entries: readonly StepTimelineRow[];
}

export interface StepTimelineRow {
  readonly seq: number;
  readonly at: string;
  readonly message: Message;
  readonly order: string | null;
  readonly requestId: string | null;
}

/** The formats of `GET /api/runs/:id/report?format=`. `html` is shown; the others are saved. */
export const REPORT_FILES = ['html', 'json', 'csv', 'markdown'] as const;
export type ReportFile = (typeof REPORT_FILES)[number];

/** `GET /api/runs/:id/verify`: whether a run is whole, as `refit audit verify` finds. */
export interface VerifiedRun {
  readonly sound: boolean;
  /** The hash of the last entry: compare it with one that was kept elsewhere. */
  readonly head: string;
  readonly entries: number;
  readonly ended: boolean;
  readonly digest: string;
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
  /** Why the store does not vouch for the run; null: it does. */
  readonly notTrusted: Message | null;
  /** Who signed heads of the journal. */
  readonly signed: readonly string[];
}

/** `POST /api/runs/:id/plan`: a plan that undoes or repeats a run. */
export interface PlanAgainRequest {
  readonly kind: 'rollback' | 'retry';
}

export interface PlannedAgain {
  /** The saved plan in the folder of plans; null: it is blocked, or changes nothing. */
  readonly saved: string | null;
  readonly verdict: 'ready' | 'no-change' | 'blocked';
  readonly steps: number;
  /** What blocks it, or an instance of it. */
  readonly reasons: readonly Message[];
}

/** `GET /api/starts/:name`: what starting a saved plan of the folder would do, and what keeps it from starting. */
export interface StartView extends StartPreview {
  /** Where it would run. */
  readonly store: 'folder' | 'database';
  /** Why it cannot start. */
  readonly blocking: readonly Message[];
  /** The approvals that are missing before it may start. */
  readonly missing: readonly {
    readonly need: number;
    readonly have: number;
    readonly open: readonly string[];
  }[];
}

/** `POST /api/runs`: the yes of a person. */
export interface StartRequest {
  /** The file in the folder of plans. */
  readonly saved: string;
  /** What the page showed. */
  readonly digest: string;
  /** Whether hooks and gate commands may run. */
  readonly allowHooks: boolean;
}

export interface StartedRun {
  /** null: its process lives, and its run is not in the list yet. */
  readonly run: string | null;
}

/** `POST /api/runs/:id/go-on`. */
export type GoOnRequest = Pick<StartRequest, 'allowHooks'>;
