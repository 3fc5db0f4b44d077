import type { LimitFunction } from 'p-limit';
import type { Clock } from '../../clock.ts';
import type { Cloud, CloudReader } from '../../cloud/cloud.ts';
import type { Permits } from '../../cloud/limit/permits.ts';
import type { UrlAnswer } from '../../cloud/network/ask-url.ts';
import type { EndedBecause, Outcome, SavedPlan, Step } from '../../model.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';
import type { Steering } from '../control/control-run.ts';
import type { CommandEnd } from '../decide/judge-gate.ts';
import type { Demanded } from '../demand-approvals.ts';
import type { Waits } from '../waits.ts';
import type { CallCounter } from './call-counter.ts';
import type { SpreadKeeper } from './spread.ts';
import type { Watch } from './watch.ts';

/** What a run needs of the outside. */
export interface RunInput {
  readonly saved: SavedPlan;
  /** Taken up: its `run-started` entry is written. */
  readonly journal: JournalWriter;
  readonly cloudFor: (profile: string) => Cloud;
  readonly permits: Permits;
  /** Counts what the clients behind `cloudFor` send. */
  readonly calls: CallCounter;
  readonly clock: Clock;
  /** Aborted by the first signal: nothing new starts. Its reason is the exit code, 130 or 143. */
  readonly drain: AbortSignal;
  /** Aborted by the second: leave at once. */
  readonly leave: AbortSignal;
  /** Judges the approvals of a wave that asks for its own, as it is to begin; without it no such wave begins. */
  readonly approvalOf?: (wave: number) => Promise<Demanded>;
  /** What the live run can be told by command; without it nobody can tell it anything. */
  readonly steering?: Steering;
  /** How gates ask outside; what is missing is inconclusive. */
  readonly gates?: GateDoors;
}

/** What the parts of one run share. */
export interface Run extends RunInput {
  readonly steering: Steering;
  readonly watch: Watch;
  readonly waits: Waits;
  /**
   * Learned as the run goes on, in milliseconds: what a change usually takes (null until one has ended), and how long
   * a changed instance is best left alone before its next order; and since when the first is followed, monotonic.
   */
  readonly pace: { usual: number | null; tail: number; firstSince: number | null };
  /** Whether a step waits for the place of one that is under way. */
  isPlaceWanted(): boolean;
  /** Whether changes that are told to wait for their windows do, by profile and region. */
  readonly waiting: Waiting;
  /** Holds groups of instances apart. */
  readonly spread: SpreadKeeper;
  readonly limitRefusals: LimitRefusals;
  /** Orders between their reservation and their send. */
  readonly placing: LimitFunction;
  /** A step needs no look any more: it is ordered, or is not going to be. */
  looked(step: Step): void;
  /** Aborted once nothing new may start. */
  readonly stopped: AbortSignal;
  /** Tells, once, why nothing new starts from here on. `code` is the provider's, where a refusal is the reason. */
  stop(because: Exclude<EndedBecause, 'done'>, what: string, code?: string): void;
  /** Whether new orders may still start in this process, now or after a pause. */
  goesOn(): boolean;
  /** Instances that are under way, as whoever takes a run up finds them, and wait for a place to be followed in. */
  readonly unplaced: Set<string>;
  /** Whether a new order may start now; to be asked directly before each. */
  mayStart(): boolean;
  /**
   * Waits while the run is paused. `give-way`: fewer resizes may be under way than have places; one that has not begun
   * gives its place back.
   */
  turn(): Promise<'go' | 'give-way' | 'stopped'>;
  /** Counts the end of a step against the thresholds. */
  ended(step: Step, outcome: Outcome): void;
}

/** How a run ended. */
export interface RunEnd {
  readonly because: EndedBecause;
  readonly exitCode: number;
}

/** What settling needs of a run. With nothing of it can anything be ordered, nor does settling ever start a step. */
export interface SettlingRun
  extends Pick<
    Run,
    | 'saved'
    | 'journal'
    | 'clock'
    | 'drain'
    | 'leave'
    | 'watch'
    | 'waits'
    | 'pace'
    | 'isPlaceWanted'
    | 'waiting'
    | 'stop'
    | 'ended'
  > {
  readonly cloudFor: (profile: string) => CloudReader;
}

export function scopeOf({ region, profile }: Step) {
  return { region, profile };
}

/** How a gate asks outside. Neither throws for what is asked; both give up when the signal is aborted. */
export interface GateDoors {
  /** Runs a program of the plan's; absent: whoever carries the plan out has not allowed it. */
  readonly runCommand?: (
    command: readonly string[],
    options: { readonly input: string; readonly timeout: number; readonly signal: AbortSignal },
  ) => Promise<CommandEnd>;
  readonly askUrl?: (url: string, timeout: number) => Promise<UrlAnswer>;
}

/** Orders refused by the limit without one between that was not, by profile and region. */
export type LimitRefusals = Map<string, { readonly since: number; times: number }>;

/** Whether a scope's provider lets changes wait, as far as this process has seen. */
export type Waiting = Map<string, 'kept' | 'overlooked'>;
