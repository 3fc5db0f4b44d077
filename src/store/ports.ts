/**
 * What a store does for runs. There are two stores: the run directories of a user (`folder/`), and a PostgreSQL database that
 * many hosts share (`postgres/`). Code above the stores uses these types, so it does not know which store a run is in.
 * `test/store/contract.ts` holds both stores to the same behaviour.
 */
import type { Offered } from '../approval/judge-approvals.ts';
import type { Clock } from '../clock.ts';
import type { RefitError } from '../errors.ts';
import type { ChainEnd, Decoded } from '../journal/chain.ts';
import type { Replay } from '../journal/replay.ts';
import type { JournalEntry, JournalEvent, Message, RunState, SavedPlan } from '../model.ts';
import type { JournalMark, JournalStore } from './journal-writer.ts';

/** How people and commands name a run. */
export interface RunPlace {
  readonly kind: 'folder' | 'database';
  /** The path of a run directory as the user wrote it or absolute, or the id of a run in a database. */
  readonly name: string;
}

/** The result of reading through a journal. */
export interface JournalWalk extends Omit<Decoded, 'entries'> {
  /** Bytes up to and including the last whole line. */
  readonly wholeBytes: number;
  /** Bytes after that: an entry whose write did not finish. A database has none. */
  readonly tornBytes: number;
}

/** A journal with all its entries. */
export interface WholeJournal extends JournalWalk {
  readonly entries: readonly JournalEntry[];
}

/** Where a run of a plan is that the store knows, and how far its journal had come. */
export interface KnownRun {
  /** The run directory, without links in its path. */
  readonly directory: string;
  /** When the run started here or was adopted, ISO 8601 UTC. */
  readonly at: string;
  /** The newest entry before which no order left; `seq` 0: no order left. */
  readonly mark: ChainEnd;
  /** True if the mark names the last entry: the last process ended, and did not crash. */
  readonly isComplete: boolean;
}

/** Whether the store vouches for a run, and whether its journal is whole. */
export type RunTrust =
  /** No journal, and the store knows no run of the plan that may have ordered. */
  | { readonly kind: 'new' }
  | { readonly kind: 'known' }
  /** There is a journal that the store does not know. */
  | { readonly kind: 'unknown' }
  /** The store knows the run of this plan in another directory. */
  | { readonly kind: 'elsewhere'; readonly run: KnownRun; readonly hasJournal: boolean }
  /** The journal ends before the mark. */
  | { readonly kind: 'behind'; readonly ends: number; readonly seen: number }
  /** The journal goes on after the mark of a process that ended. */
  | { readonly kind: 'extended'; readonly ends: number; readonly seen: number }
  /** The journal has another entry at the mark. */
  | { readonly kind: 'changed'; readonly seen: number }
  /** The database was restored from a backup after this run was submitted, so newer entries may be missing. */
  | { readonly kind: 'restored'; readonly generation: number };

/** A run without its entries: plan, state, and the result of checking the journal. */
export interface RunSnapshot extends RunPlace {
  readonly saved: SavedPlan;
  readonly journal: JournalWalk;
  /** The first entry; null if the run has not started. */
  readonly first: JournalEntry | null;
  readonly state: RunState;
  /** Whether the store vouches for the run; null if the reader did not ask. */
  readonly trust: RunTrust | null;
}

/** A run with all entries of its journal. */
export interface WholeRun extends RunSnapshot {
  readonly journal: WholeJournal;
}

/** A run as the process that claimed it read it. It keeps no entry, so its memory does not grow with the journal. */
export interface HeldRun extends RunSnapshot {
  /** What the entries lead to. Nobody adds to it: the process of the run works on a copy. */
  readonly replay: Replay;
  /** The last entry; null if there is none. */
  readonly last: JournalEntry | null;
}

/** The live process of a run. */
export interface RunHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601 UTC. */
  readonly since: string;
  /** The command, or `worker`. */
  readonly purpose: string;
}

/** Who could work on a run that no process has. */
export interface WorkersForRun {
  /** False: its submitter carries it out, and no worker takes it. */
  readonly isForWorkers: boolean;
  /** Where the provider is, as its submitter named it: a worker needs the same. */
  readonly endpoint: string;
  /** Whether the login of this process has the rights of a worker. */
  readonly mayWork: boolean;
  /** How many workers of the store live. */
  readonly workers: number;
  /** Those of them that cannot take the run. If none of them can, the run waits. */
  readonly unfit: readonly { readonly worker: string; readonly reason: Message }[];
}

/** What a store knows of a run besides its journal: who will carry it out, and when. A run directory has none of it. */
export type StoreState =
  /** The next worker takes it. `at`: when it was submitted, ISO 8601 UTC. */
  | ({ readonly kind: 'submitted'; readonly at: string; readonly by: string } & WorkersForRun)
  /** A process has it. `worker`: the name of the worker; null if it is another command. */
  | { readonly kind: 'claimed'; readonly holder: RunHolder; readonly worker: string | null }
  /** It gave its worker back, and waits. `until`: when it is woken at the latest, ISO 8601 UTC; null: only by an event. */
  | ({
      readonly kind: 'waiting';
      readonly reason: string;
      /** The reason as data; null: there are only the words. */
      readonly about: Message | null;
      /** What a person can do; null: nothing. */
      readonly fix: string | null;
      readonly until: string | null;
      /** Its processes die at their start, so each further one waits longer. */
      readonly diesAtStart: boolean;
    } & WorkersForRun)
  /** It has work left, and nothing wakes it: a person decides. */
  | { readonly kind: 'stopped'; readonly reason: string | null; readonly fix: string | null }
  | { readonly kind: 'ended' };

/** A signed text as a run or a store has it, under its name in a run directory: `approvals/wei.json`. */
export type KeptText = Offered;

/** Receives every entry of a run in order, and the plan of the run. */
export type EachEntry = (entry: JournalEntry, saved: SavedPlan) => void;

/** One run as anybody reads it, at any time. Nothing here needs the run, and only `keep` and `claim` write. */
export interface RunReader extends RunPlace {
  /** Its name without a path: `20261124T173000Z-1f0c2ab9`. Files that are made of the run have it. */
  readonly id: string;
  /** False if there is nothing at its place, such as a folder that was removed. */
  exists(): Promise<boolean>;
  /**
   * Reads plan and journal, in flat memory.
   * @throws RefitError `usage`: there is no such run. `plan-altered`, `format-unknown`: its plan is not trusted.
   * `journal-broken`: the chain of the journal is broken, or belongs to another plan.
   */
  read(each?: EachEntry): Promise<RunSnapshot>;
  /** Starts to read the run again and again. Absent: each reading reads the whole journal. */
  follow?(): RunFollower;
  /** The saved plan alone. Throws as `read` does. */
  readPlan(): Promise<SavedPlan>;
  /** The text of the saved plan, which nobody has checked. @throws RefitError if it cannot be read. */
  planText(): Promise<string>;
  /**
   * Walks through a journal that may have been changed, for an audit. It throws for no fault of the journal.
   * @param saved the plan of the run. @param each receives every sound entry.
   */
  walk(
    saved: SavedPlan,
    each: (entry: JournalEntry) => void,
  ): Promise<{ readonly journal: JournalWalk; readonly trust: RunTrust | null }>;
  /** The whole lines of the journal, byte by byte, in pieces of bounded size. Nobody has checked them. */
  journalPieces(): AsyncIterable<string>;
  /** A report as the run wrote it; null if there is none. @param file a name in `RUN_FILES`. */
  report(file: string): Promise<string | null>;
  /** The journal head in the newest report; null if no report has one. */
  reportedHead(): Promise<string | null>;
  /** The signed texts that the run keeps, by name. One that is no text is empty. */
  kept(kind: SignatureKind): Promise<readonly KeptText[]>;
  /** Keeps a signed text with the run, without holding it. @returns its place, for people. */
  keep(kind: SignatureKind, file: { readonly name: string; readonly text: string }): Promise<string>;
  /** The live process; null if there is none. */
  holder(): Promise<RunHolder | null>;
  /** Whether the store knows this run, by its plan alone: not how far its journal has come. */
  isKnown(): Promise<boolean>;
  /**
   * Sends one line to the live process. Somebody else's run directory may have a socket that answers anything: ask
   * `isKnown` first. @returns its answer; null if no process listens.
   * @throws RefitError `run-silent` if it does not answer.
   */
  ask(line: string): Promise<string | null>;
  /** What the store knows of it besides the journal; null for a run directory. */
  storeState(): Promise<StoreState | null>;
  /** Claims the run to read the outcome of its orders. @param endpoint the provider. @throws RefitError `locked` */
  claim(endpoint: string): Promise<ClaimedRun>;
}

/** Reads a run again and again. */
export interface RunFollower {
  /**
   * Reads what is new since the last call; the whole journal if it does not continue what was read.
   * @param each receives the new entries. @param onRestart called before them if the entries of earlier calls are void.
   * @throws as `RunReader.read` does.
   */
  read(each: (entry: JournalEntry) => void, onRestart: () => void): Promise<RunSnapshot>;
}

/** A run in a list, not yet read. */
export interface FoundRun {
  /** The last part of its path, or its id. */
  readonly name: string;
  /** null if the store has a record of the run that is damaged. */
  readonly run: RunReader | null;
  /** Whether the store vouches for it. A folder may have run directories that the user's state does not know. */
  readonly isKnown: boolean;
  /** When it started, milliseconds since 1970 UTC; only for the order, because nobody vouches for it. 0: not known. */
  readonly since: number;
  /** Another text after each change of its journal; null: there is no journal. It costs no reading of the journal. */
  readonly stamp: string | null;
}

/** The runs of a store, for reading. */
export interface RunsOfStore {
  readonly kind: RunPlace['kind'];
  /**
   * The run that a user named: an id, the start of one, `latest`, or for folders a path.
   * @throws RefitError `usage` if several runs match, or the store has none. A path may lead to no run; reading it throws.
   */
  find(typed: string): Promise<RunReader>;
  /** The newest runs first. @param most how many. @returns `more`: how many older ones there are. */
  list(most: number): Promise<{ readonly runs: readonly FoundRun[]; readonly more: number }>;
  /** The signed texts of a plan, which may have no run yet; null for folders, where they are beside the saved plan. */
  signaturesOf(digest: string): RunSignatures | null;
  /** Ends the connections, if there are any. */
  close(): Promise<void>;
}

/** Kinds of texts that belong to a run: over the plan or a wave, for a policy, by planners, over the journal, and declines. */
export type SignatureKind = 'approvals' | 'policyApprovals' | 'planSignatures' | 'signatures' | 'declines';

/** The kinds that people offer for a plan. */
export type OfferedKind = 'approvals' | 'planSignatures' | 'declines';

/** The signed texts of a run. */
export interface RunSignatures {
  /** Those that somebody offered for the plan, verified by nobody. Approvals include what a run keeps for a policy. */
  offered(kind: OfferedKind): Promise<readonly Offered[]>;
  /** The login with which this process stores texts. Absent: files have none. */
  login?(): Promise<string>;
  /**
   * Approvals of other plans that name one of these keys, verified by nobody. Absent if there is no place to look.
   * @param keys fingerprints.
   */
  offeredElsewhere?(keys: readonly string[]): Promise<readonly Offered[]>;
  /** Keeps texts that counted with the run, byte by byte. @param files names are of one path segment. */
  keep(
    kind: SignatureKind,
    files: readonly { readonly name: string; readonly text: string }[],
  ): Promise<void>;
}

/** Where the store keeps how far the journal of a run has come, apart from the journal. */
export interface RunRegister {
  /**
   * Makes the store know the run. It replaces what the store knew of the plan.
   * @param mark absent: no order left. @param isComplete as for `KnownRun`.
   */
  register(mark?: ChainEnd, isComplete?: boolean): Promise<void>;
  /** Opens the mark of the known run, for one process. */
  open(): Promise<RunMark>;
}

/** The mark of a run, as one process holds it. */
export interface RunMark extends JournalMark {
  /** @param end the last entry, if the process has ended and nothing can follow; absent: more may be on its way. */
  close(end?: ChainEnd): Promise<void>;
}

/** Counts the changes in flight of a store, for a bound that holds over all its runs. */
export interface InFlightCount {
  /**
   * Counts a step of this run, unless that many already count in its scope.
   * @param scope the account and the region, as text without a space at its end.
   * @returns true if the step counts now, or did before.
   */
  acquire(scope: string, step: string, most: number): Promise<boolean>;
  /** The step is no longer in flight. */
  release(step: string): Promise<void>;
  /** Counts exactly these steps of the run: earlier processes ordered them. */
  reset(steps: readonly { readonly scope: string; readonly step: string }[]): Promise<void>;
}

/** A run that this process holds: no other process can append to its journal meanwhile. */
export interface ClaimedRun {
  /** The run as it was when this process claimed it. */
  readonly run: HeldRun;
  /** Reads the run again, as its journal is now. Throws as `RunReader.read` does. */
  read(each?: EachEntry): Promise<RunSnapshot>;
  /** The name of the saved plan in commands: a path, or the id of the run. */
  readonly plan: string;
  readonly signatures: RunSignatures;
  readonly register: RunRegister;
  /** Resolves with the reason if another process takes the run over meanwhile. A folder notices that at the next append. */
  readonly lost?: Promise<RefitError>;
  /** Counts changes in flight over all runs of the store. Absent: the run counts its own. */
  readonly inFlight?: InFlightCount;
  /** The head in the newest report of the run, if its journal does not have it: entries are missing. */
  headAhead(): Promise<string | null>;
  /**
   * Claims instances for the run: no other live run may change them.
   * @throws RefitError `locked` if another live run has one of them.
   */
  claimInstances(instances: readonly string[]): Promise<void>;
  /** One event for each dead process from which this process took over. */
  takeOvers(): readonly JournalEvent[];
  /** Opens the journal to append. */
  openJournal(): Promise<JournalStore & { close(): Promise<void> }>;
  /** Appends to a log beside the journal. @param file a name in `RUN_FILES`. */
  log(file: string, text: string): Promise<void>;
  /**
   * Answers the requests of operators, one line each. Those that were asked while no process had the run are answered
   * before it resolves, so before the first order.
   * @throws if nobody can be answered; the run continues without. Closing waits for answers in transit, and never rejects.
   */
  openControl(answer: (line: string) => Promise<string>, clock: Clock): Promise<{ close(): Promise<void> }>;
  /** Replaces the reports. @param reports by their names in `RUN_FILES`. */
  writeReports(reports: readonly { readonly file: string; readonly text: string }[]): Promise<void>;
  /** Gives the run back. Never rejects: what cannot be given back ends with this process. */
  release(): Promise<void>;
}
