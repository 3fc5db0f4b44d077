/**
 * One process on a run: its journal, its control, and whom it notifies, put together in one place. A real run, a
 * rehearsal, the tests and the benchmarks differ in what they hand in: the provider, the time, and where entries are kept.
 */
import type { Clock } from '../clock.ts';
import type { Cloud, CloudReader } from '../cloud/cloud.ts';
import type { Permits } from '../cloud/limit/permits.ts';
import { given } from '../given.ts';
import { type ChainEnd, EMPTY_CHAIN } from '../journal/chain.ts';
import { createReplay } from '../journal/replay.ts';
import { JOURNAL_FORMAT, type JournalEntry, type JournalEvent, type SavedPlan } from '../model.ts';
import { createJournalWriter, type JournalStore, type JournalWriter } from '../store/journal-writer.ts';
import type { CallCounter } from './call-counter.ts';
import { Control } from './control/control.ts';
import { execute } from './engine/execute.ts';
import { lastExitCode, reconcileSteps } from './engine/reconcile-steps.ts';
import type { EnginePorts, RunEnd } from './engine/run.ts';
import { Notifier, type NotifierConfig } from './notify/notifier.ts';
import { StopState } from './stop-state.ts';

/** What earlier processes left of a run. */
export interface PastEntries {
  readonly entries: readonly JournalEntry[];
  /** Where the chain ends. */
  readonly end: ChainEnd;
  /** Bytes of a last line that was not whole, and is cut off. */
  readonly tornBytes: number;
}

export const NO_PAST_ENTRIES: PastEntries = { entries: [], end: EMPTY_CHAIN, tornBytes: 0 };

/** What a process says of itself in the journal. */
export interface ProcessInfo {
  readonly by: { readonly user: string; readonly host: string; readonly pid: number };
  readonly endpoint: string;
  readonly version: string;
}

export interface ProcessInput extends ProcessInfo {
  readonly saved: SavedPlan;
  readonly past: PastEntries;
  readonly store: JournalStore;
  readonly clock: Clock;
  readonly permits: Permits;
  /** Counts what the clients send. */
  readonly calls: CallCounter;
  /** Aborted by the first signal: nothing new starts. Its reason is the exit code, 130 or 143. */
  readonly drain?: AbortSignal;
  /** Aborted by the second: leave. */
  readonly leave?: AbortSignal;
  /** Given each entry as it becomes durable. */
  readonly onEntry?: (entry: JournalEntry) => void;
  readonly notifier?: NotifierConfig;
  /** Stands between the run and its journal: for those who watch what it writes. */
  readonly watchJournal?: (journal: JournalWriter) => JournalWriter;
}

const NEVER = new AbortController().signal;

export class Process {
  /** All of the run, in order; grows as entries become durable. */
  readonly entries: JournalEntry[];
  readonly journal: JournalWriter;
  readonly stop: StopState;
  readonly control: Control;
  readonly #input: ProcessInput;
  readonly #notifier: Notifier;
  readonly #watched: JournalWriter;
  /** Whether an earlier process began the run. */
  readonly isResumed: boolean;
  /** It was told to leave, and nobody waited for what it did. */
  wasLeft = false;

  constructor(input: ProcessInput) {
    const { saved, past, clock, permits, store } = input;
    this.#input = input;
    this.entries = [...past.entries];
    const replay = createReplay(saved);
    for (const entry of past.entries) replay.add(entry);
    this.isResumed = replay.state().startedAt !== null;
    const { listeners = [], log = async () => {}, clock: own = clock } = input.notifier ?? {};
    this.#notifier = new Notifier({ saved, journal: () => this.journal, clock: own, listeners, log });
    this.journal = createJournalWriter({
      store,
      clock,
      end: past.end,
      replay,
      onEntry: (entry) => {
        this.entries.push(entry);
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
   * Writes down that this process goes on with the run, and from which dead ones it took locks over.
   * @throws RefitError `disk-failed`, as all that writes the journal.
   */
  async start(
    purpose: 'apply' | 'reconcile' = 'apply',
    tookOver: readonly JournalEvent[] = [],
  ): Promise<void> {
    const { saved, past, by, endpoint, version } = this.#input;
    await this.journal.appendDurably({
      kind: 'run-started',
      format: JOURNAL_FORMAT,
      plan: saved.name,
      digest: saved.digest,
      resumed: this.isResumed,
      ...given({ purpose: purpose === 'apply' ? null : purpose }),
      cutOff: past.tornBytes,
      by,
      endpoint,
      version,
    });
    for (const deed of tookOver) this.journal.appendSoon(deed);
  }

  /** Carries the plan out. @returns null where it was told to leave. */
  carryOut(outside: EnginePorts & { readonly cloudFor: (profile: string) => Cloud }): Promise<RunEnd | null> {
    const { saved, clock, permits, calls } = this.#input;
    const { stop, control } = this;
    return this.#unlessLeft(
      execute({ saved, clock, permits, calls, stop, control, journal: this.#watched, ...outside }),
    );
  }

  /** Resolves what is unknown by reading. @returns null where it was told to leave. */
  reconcile(cloudFor: (profile: string) => CloudReader): Promise<RunEnd | null> {
    const { saved, past, clock, calls } = this.#input;
    const exitCodeBefore = lastExitCode(past.entries);
    const { stop } = this;
    return this.#unlessLeft(
      reconcileSteps({ saved, clock, calls, stop, cloudFor, journal: this.#watched, exitCodeBefore }),
    );
  }

  /** Notifications that are on their way have so many milliseconds. */
  closeNotifier(graceMs: number): Promise<void> {
    return this.#notifier.close(graceMs);
  }

  /**
   * Waits for what the process does, unless it is told to leave: then a call may still wait for its answer, nobody waits
   * for it, and the journal tells that it was asked.
   */
  async #unlessLeft<Value>(doing: Promise<Value | null>): Promise<Value | null> {
    const { leaveRequested } = this.stop;
    const left = new Promise<null>((resolve) => {
      if (leaveRequested.aborted) resolve(null);
      leaveRequested.addEventListener('abort', () => resolve(null), { once: true });
    });
    doing.catch(() => undefined);
    const end = await Promise.race([doing, left]);
    this.wasLeft = end === null;
    if (end === null) await this.journal.appendDurably({ kind: 'calls', counts: this.#input.calls.take() });
    return end;
  }
}

/** Opens a process on a run after what earlier ones left. Nothing is written before its `start`. */
export function createProcess(input: ProcessInput): Process {
  return new Process(input);
}
