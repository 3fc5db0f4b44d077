/** What an overview says, as plain data. Times are ISO 8601 UTC. */
import type { Message, Outcome, SavedWindows } from '../../model.ts';
import type { RunPicture } from '../picture/run-picture.ts';
import type { FailureGroup, MonthOrders } from './summarize-run.ts';
import type { Waiting } from './what-waits.ts';

/** A run for people. */
export interface RunName {
  readonly id: string;
  readonly plan: string;
  readonly change: string | null;
}

/** A run that a process carries out now. */
export interface RunningRun
  extends RunName,
    Pick<RunPicture, 'steps' | 'outcomes' | 'rate' | 'timeLeft' | 'condition'> {
  readonly startedAt: string | null;
  /** The wave that started last; null: none has. `at` counts from 1. */
  readonly wave: { readonly name: string; readonly at: number; readonly of: number } | null;
}

/** Something that waits: a run, or a saved plan of the folder. */
export interface WaitingItem {
  readonly run: RunName | null;
  /** The file in the folder of plans; null: it is a run. */
  readonly file: string | null;
  /** The name of the plan. */
  readonly plan: string;
  readonly waits: Waiting;
  /** When the windows of a saved plan open next, ISO 8601 UTC. Absent: they are open, or nothing limits the start. */
  readonly opensAt?: string;
}

/** Something that waits, with its windows. */
export interface WaitingWindows {
  readonly item: WaitingItem;
  /** null: nothing limits when its steps start. */
  readonly windows: SavedWindows | null;
  /** A plan starts no later, milliseconds since 1970 UTC; null: it is a run. */
  readonly startsBy: number | null;
}

/** A run with steps that did not end as planned, or that stopped early. */
export interface FailedRun extends RunName {
  /** When its last failure was, ISO 8601 UTC. */
  readonly at: string;
  /** Why the whole run stopped; null: it did not. */
  readonly stopped: Message | null;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly groups: readonly FailureGroup[];
}

/** Everything of an overview that comes from runs and plans. */
export interface Overview {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly running: readonly RunningRun[];
  readonly waiting: readonly WaitingItem[];
  readonly failed: readonly FailedRun[];
  readonly money: MonthOrders & {
    /** In UTC: `2026-11`. */
    readonly month: string;
    /** How many runs ordered in it. */
    readonly runs: number;
  };
  /** How many of the newest runs it is about, how many older ones there are, and how many cannot be read. */
  readonly runs: { readonly seen: number; readonly more: number; readonly unreadable: number };
}
