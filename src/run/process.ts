/**
 * One process of a run, with its journal, control, notifier and stop state. Real runs, rehearsals, tests and benchmarks
 * use the same process. They differ only in its input: provider, clock and store.
 */
import type { Clock } from '../clock.ts';
import type { Cloud, CloudReader } from '../cloud/cloud.ts';
import type { Permits } from '../cloud/limit/permits.ts';
import type { RefitError } from '../errors.ts';
import { given } from '../given.ts';
import { type ChainEnd, EMPTY_CHAIN } from '../journal/chain.ts';
import { createReplay, type Replay } from '../journal/replay.ts';
import {
  JOURNAL_FORMAT,
  type JournalEntry,
  type JournalEvent,
  type PolicyUsed,
  type SavedPlan,
} from '../model.ts';
import {
  createJournalWriter,
  type JournalMark,
  type JournalStore,
  type JournalWriter,
} from '../store/journal-writer.ts';
import type { CallCounter } from './call-counter.ts';
import { Control } from './control/control.ts';
import { execute } from './engine/execute.ts';
import { reconcileSteps } from './engine/reconcile-steps.ts';
import type { EnginePorts, RunEnd } from './engine/run.ts';
import { Notifier, type NotifierConfig } from './notify/notifier.ts';
import { StopState } from './stop-state.ts';

/** The journal that earlier processes wrote. */
export interface Past {
  /** What its entries lead to. The process works on a copy. */
  readonly replay: Replay;
  /** The end of the chain. */
  readonly end: ChainEnd;
  /** Bytes of an incomplete last line, which are cut off. */
  readonly tornBytes: number;
}

/** The past with these entries, for runs that no store has. */
export function pastOf(saved: SavedPlan, entries: readonly JournalEntry[]): Past {
  const replay = createReplay(saved);
  for (const entry of entries) replay.add(entry);
  return { replay, end: entries.at(-1) ?? EMPTY_CHAIN, tornBytes: 0 };
}

/** How a process describes itself in the journal. */
export interface ProcessInfo {
  readonly by: { readonly user: string; readonly host: string; readonly pid: number };
  readonly endpoint: string;
  readonly version: string;
  /** The policy that the process keeps to; null: there is none. */
  readonly policy?: PolicyUsed | null;
  /** No person started the process, so it keeps what operators set. A person who runs `apply` continues a run. */
  readonly unattended?: boolean;
}

export interface ProcessInput extends ProcessInfo {
  readonly saved: SavedPlan;
  readonly past: Past;
  readonly store: JournalStore;
  /** Absent: no later process resumes the run. */
  readonly mark?: JournalMark;
  readonly clock: Clock;
  readonly permits: Permits;
  /** Counts what the clients send. */
  readonly calls: CallCounter;
  /** Aborted by the first signal, to start nothing new. Its reason is the exit code, 130 or 143. */
  readonly drain?: AbortSignal;
  /** Aborted by the second signal, to exit immediately. */
  readonly leave?: AbortSignal;
  /** Receives each entry once it is durable. */
  readonly onEntry?: (entry: JournalEntry) => void;
  /** Receives how long each group of entries took to become durable, in milliseconds. */
  readonly onAppend?: (ms: number) => void;
  readonly notifier?: NotifierConfig;
  /** Wraps the journal writer, for tests that watch what the run writes. */
  readonly watchJournal?: (journal: JournalWriter) => JournalWriter;
}

const NEVER = new AbortController().signal;

export class Process {
  readonly journal: JournalWriter;
  readonly stop: StopState;
  readonly control: Control;
  readonly #input: ProcessInput;
  readonly #notifier: Notifier;
  readonly #watched: JournalWriter;
  #end: ChainEnd;
  /** True if an earlier process started the run. */
  readonly isResumed: boolean;
  /** True if the process had to exit before its work was done. */
  wasLeft = false;

  constructor(input: ProcessInput) {
    const { saved, past, clock, permits, store } = input;
    this.#input = input;
    this.#end = past.end;
    const replay = past.replay.copy();
    this.isResumed = replay.state().startedAt !== null;
    const { listeners = [], log = async () => {}, clock: own = clock } = input.notifier ?? {};
    this.#notifier = new Notifier({ saved, journal: () => this.journal, clock: own, listeners, log });
    this.journal = createJournalWriter({
      store,
      ...given({ mark: input.mark, onAppend: input.onAppend }),
      clock,
      end: past.end,
      replay,
      onEntry: (entry) => {
        this.#end = { seq: entry.seq, hash: entry.hash };
        input.onEntry?.(entry);
        this.#notifier.entry(entry);
      },
    });
    this.#watched = input.watchJournal?.(this.journal) ?? this.journal;
    const { drain = NEVER, leave = NEVER } = input;
    this.stop = new StopState({ drain, leave });
    this.control = new Control({ saved, journal: this.#watched, permits, clock, stop: this.stop });
  }

  /**
   * Records the start of this process, and the dead processes from which it took over locks.
   * @throws RefitError `disk-failed`, like all methods that append.
   */
  async start(
    purpose: 'apply' | 'reconcile' = 'apply',
    tookOver: readonly JournalEvent[] = [],
  ): Promise<void> {
    const { saved, past, by, endpoint, version, policy, unattended } = this.#input;
    await this.journal.appendDurably({
      kind: 'run-started',
      format: JOURNAL_FORMAT,
      plan: saved.name,
      digest: saved.digest,
      resumed: this.isResumed,
      ...given({
        purpose: purpose === 'apply' ? null : purpose,
        unattended: unattended === true ? true : null,
      }),
      cutOff: past.tornBytes,
      by,
      endpoint,
      version,
      ...given({ policy }),
    });
    for (const event of tookOver) this.journal.appendSoon(event);
    if (purpose === 'apply') this.control.restore(this.journal.replay.state().control);
  }

  /** The last durable entry of the run; that of an earlier process if this one has written none. */
  get end(): ChainEnd {
    return this.#end;
  }

  /** True if the process ended because the run only waits. Its journal has no end, and says when it goes on. */
  get hasRested(): boolean {
    return this.stop.isResting;
  }

  /** Carries out the plan. @returns null if the process had to exit, or rests. */
  carryOut(ports: EnginePorts & { readonly cloudFor: (profile: string) => Cloud }): Promise<RunEnd | null> {
    const { saved, clock, permits, calls } = this.#input;
    const { stop, control } = this;
    return this.#untilLeft(
      execute({ saved, clock, permits, calls, stop, control, journal: this.#watched, ...ports }),
    );
  }

  /** Resolves unknown outcomes by reading. @returns null if the process had to exit. */
  reconcile(cloudFor: (profile: string) => CloudReader): Promise<RunEnd | null> {
    const { saved, past, clock, calls } = this.#input;
    const exitCodeBefore = past.replay.recorded.exitCode();
    const { stop } = this;
    return this.#untilLeft(
      reconcileSteps({ saved, clock, calls, stop, cloudFor, journal: this.#watched, exitCodeBefore }),
    );
  }

  /** Another process has the run now: this one orders and writes nothing more, and ends with the reason. */
  lose(reason: RefitError): void {
    this.journal.fail(reason);
    this.stop.leave();
  }

  /** Closes the notifier. @param graceMs milliseconds for notifications in progress. */
  closeNotifier(graceMs: number): Promise<void> {
    return this.#notifier.close(graceMs);
  }

  /**
   * Waits for the work of the process, or until it must exit. A call may then still wait for its answer. Its intent is
   * in the journal.
   */
  async #untilLeft<Value>(work: Promise<Value | null>): Promise<Value | null> {
    const { leaveRequested } = this.stop;
    const left = new Promise<null>((resolve) => {
      if (leaveRequested.aborted) resolve(null);
      leaveRequested.addEventListener('abort', () => resolve(null), { once: true });
    });
    work.catch(() => undefined);
    const end = await Promise.race([work, left]);
    this.wasLeft = end === null && !this.hasRested;
    if (end === null) await this.journal.appendDurably({ kind: 'calls', counts: this.#input.calls.take() });
    return end;
  }
}

/** Creates a process on a run after earlier ones. It writes nothing before `start`. */
export function createProcess(input: ProcessInput): Process {
  return new Process(input);
}
