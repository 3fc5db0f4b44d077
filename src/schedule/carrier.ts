/**
 * What carries a schedule: its plans, its log and its occurrences. There are two carriers, a folder and a store. One loop
 * (`scheduler.ts`) and one decision (`decide.ts`) serve both.
 */
import type { Message } from '../model.ts';
import type { AttemptStart, FolderView, RunProgress } from './decide.ts';
import type { ScheduleEvent, ScheduleState } from './schedule-log.ts';

/** A child process. */
export interface Child {
  /** Its exit code; null if a signal ended it. Never rejects. */
  readonly ended: Promise<number | null>;
  /** Sends a signal. The first drains the process, the second makes it exit immediately. */
  stop(): void;
}

/** One reading of a schedule. */
export interface ScheduleReading {
  readonly view: FolderView;
  /** Milliseconds since 1970 UTC, by the clock that due times go by. */
  readonly now: number;
  /** Plans with an attempt in another process. */
  readonly elsewhere: ReadonlySet<string>;
  /** Plans that only other schedulers see. They are not removed. */
  readonly others: ReadonlySet<string>;
  /** The runs of open occurrences, by their ids. */
  readonly runs: ReadonlyMap<string, RunProgress>;
}

/** How attempts start commands on this host. */
export interface AttemptCommands {
  /** Starts `refit ARGS` and appends its output to the file. @param env further variables. @throws if it cannot start. */
  readonly launch: (
    args: readonly string[],
    output: string,
    env: Readonly<Record<string, string>>,
  ) => Promise<Child>;
  /** Further environment variables for the commands of a plan; absent: none. */
  readonly environmentOf?: (plan: string) => Readonly<Record<string, string>>;
  /** Why the policy would refuse each plan that the scheduler makes; null: it would not, as far as is known. */
  readonly whyNotPlan: () => Promise<Message | null>;
}

/** What an attempt gets from its scheduler. */
export interface AttemptControl {
  /** Aborted when the scheduler stops: it starts no process, and an attempt that stops with it has not ended. */
  readonly drain: AbortSignal;
  /** Receives each process, to send signals to it. */
  readonly onChild: (child: Child) => void;
}

export interface ScheduleCarrier {
  /** Reads what is scheduled now. @throws if that is not possible now. The loop tries again, except after `STOPS`. */
  read(): Promise<ScheduleReading>;
  /** The state after all entries that this process knows. */
  state(): ScheduleState;
  /**
   * Appends an entry that was decided from the last reading. Durable when it resolves.
   * @returns false: somebody else decided since that reading, so nothing was appended. Read again.
   * @throws if it is not certain whether it is durable; then this process starts nothing more from this reading.
   */
  append(event: ScheduleEvent): Promise<boolean>;
  /** Appends an entry whatever others decided: that this scheduler started or stopped. Throws as `append` does. */
  record(event: ScheduleEvent): Promise<void>;
  /** Removes a request that is answered. */
  dropRequest(id: string): Promise<void>;
  /**
   * Runs one attempt, from its entry in the log to its end.
   * @returns the entry at its end; null if the attempt was stopped before, or belongs to somebody else.
   * @throws what `append` throws. The state on disk is then unknown, and no further attempt may start.
   */
  attempt(start: AttemptStart, control: AttemptControl): Promise<ScheduleEvent | null>;
}
