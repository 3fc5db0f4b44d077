/**
 * What a store does for schedules: plans, a log, and occurrences that many schedulers share. Each scheduler decides from what
 * it read. The store lets it write only if nobody else decided since, so an occurrence starts once, although many are alive.
 *
 *     read ──► decide ──► claim (plan, due) ──► seal ──► submit ──► the run's workers
 *               ▲             │ one transaction with its entry in the log
 *               └── "moved" ──┘ somebody else was faster: read again
 *
 * A claim has an epoch. A process that froze, and whose claim somebody else took, can seal and submit nothing.
 */

/** Where the log is, as somebody read it. */
export interface LogHead {
  readonly seq: number;
  /** Of the store: raised by each announced restore. */
  readonly generation: number;
}

/** A line of the log. `plan` and `kind` are those of its entry, for searches. */
export interface NewLine {
  readonly kind: string;
  readonly plan: string | null;
  /** Makes the line. @param at by the store's clock, ISO 8601 UTC. */
  readonly write: (at: string) => string;
}

/** A line of the log that was appended, and its number. */
export interface AppendedLine {
  readonly seq: number;
  readonly line: string;
}

/** A plan in the store, without its text. */
export interface StoredPlan {
  readonly name: string;
  /** `folder`: a scheduler put it, and only schedulers that have its file decide about it. */
  readonly source: 'command' | 'folder';
  readonly sha256: string;
  readonly bytes: number;
  readonly enabled: boolean;
  /** Milliseconds since 1970 UTC. */
  readonly switchedAt: number;
  readonly putAt: number;
  readonly putBy: string;
}

/** What identifies an occurrence. @property due ISO 8601 UTC. */
export interface OccurrenceId {
  readonly plan: string;
  readonly due: string;
}

/** An occurrence that has not ended, as the store has it. */
export interface OpenOccurrence extends OccurrenceId {
  /** A live process works on it. */
  readonly isHeld: boolean;
  readonly run: string | null;
  /** The row of that run; null: the store does not have it. */
  readonly progress: {
    readonly state: string;
    readonly exitCode: number | null;
    /** The code of the error that stopped it; null without one. */
    readonly errorCode: string | null;
  } | null;
}

/** A request to start a plan now. */
export interface StoredRequest {
  readonly id: string;
  readonly plan: string;
  readonly at: number;
  readonly by: string;
}

/** A scheduler that lives. */
export interface LiveScheduler {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** Milliseconds since 1970 UTC. */
  readonly since: number;
  /** The folder that it watches, too. */
  readonly folder: string | null;
}

/** One reading. The log is at least as new as the head, and everything else is at least as new as the log. */
export interface StoredReading {
  readonly head: LogHead;
  /** By the store's clock, milliseconds since 1970 UTC. */
  readonly now: number;
  /** When the newest restore was announced; null: never. */
  readonly restoredAt: number | null;
  readonly lines: readonly AppendedLine[];
  readonly plans: readonly StoredPlan[];
  readonly open: readonly OpenOccurrence[];
  readonly requests: readonly StoredRequest[];
}

/** An occurrence to claim. */
export interface NewClaim extends OccurrenceId {
  readonly does: string;
  /** The plan as the scheduler has it; null: the one of the first claim counts. */
  readonly source: string | null;
  /** The occurrence is new: nobody may have claimed it before. */
  readonly isFirst: boolean;
}

/** An occurrence as its holder has it. */
export interface HeldOccurrence extends OccurrenceId {
  readonly epoch: number;
  readonly source: string | null;
  /** The sealed plan; the first one stays. */
  readonly sealed: string | null;
  readonly run: string | null;
  /** The store was restored since the first claim, so a sealed plan may be lost. */
  readonly isRestored: boolean;
}

/** What is kept of an attempt for people. Both are cut to a bounded length. */
export interface AttemptTexts {
  readonly review?: string | null;
  readonly output?: string | null;
}

/** The schedule of a store, for schedulers. Every call throws RefitError `store-unreachable` if the store is away. */
export interface ScheduleStore {
  /** Reads what there is, and the log after a line. @throws RefitError `store-restored` if the log is shorter than that. */
  read(after: number): Promise<StoredReading>;
  /** The text of a plan; null if it is another one by now, or too large to be one. */
  planText(plan: Pick<StoredPlan, 'name' | 'sha256'>): Promise<string | null>;
  /** Says that this scheduler lives, and holds these. @returns those that it does not hold any more. */
  beat(held: readonly HeldOccurrence[]): Promise<readonly HeldOccurrence[]>;
  /**
   * Appends a line. @param expected null: whatever others appended. @param closes an occurrence that ends with it.
   * @returns null: somebody else appended since, and nothing was written.
   */
  append(line: NewLine, expected: LogHead | null, closes?: OccurrenceId): Promise<AppendedLine | null>;
  /**
   * Claims an occurrence and appends its line, in one transaction.
   * @returns `moved`: as for `append`, or somebody else holds it. `on-record`: it is not new, although the log says so.
   */
  claim(
    occurrence: NewClaim,
    line: NewLine,
    expected: LogHead,
  ): Promise<{ readonly held: HeldOccurrence; readonly line: AppendedLine } | 'moved' | 'on-record'>;
  /** Keeps the sealed plan, unless there is one. @returns the one that counts; null: somebody else took the claim over. */
  seal(held: HeldOccurrence, text: string): Promise<string | null>;
  /** Makes a run that the store already has the run of the occurrence. @returns null: as for `seal`, or there is none. */
  adopt(held: HeldOccurrence, digest: string, line: (run: string) => NewLine): Promise<AppendedLine | null>;
  /** Lets the run of the occurrence go on, if it has stopped, and gives the claim back. */
  goOn(held: HeldOccurrence): Promise<void>;
  /** Appends the end of an attempt, and gives the claim back. @returns null: as for `seal`. */
  end(
    held: HeldOccurrence,
    line: NewLine,
    isOver: boolean,
    texts: AttemptTexts,
  ): Promise<AppendedLine | null>;
  /** Puts the plan of a folder. @returns false: somebody put a plan of this name by command. */
  putFromFolder(
    name: string,
    text: string,
    sha256: string,
    line: (replaces: boolean) => NewLine,
  ): Promise<boolean>;
  /** Removes the plan of a folder, if it still has this text. */
  removeFromFolder(name: string, sha256: string, line: NewLine): Promise<void>;
  /** Removes a request that is answered. */
  dropRequest(id: string): Promise<void>;
  /** Removes this scheduler from the list. */
  leave(): Promise<void>;
}
