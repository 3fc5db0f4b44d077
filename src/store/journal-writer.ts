/**
 * Writes a run's journal: gives each deed its place in the chain at once, in the order in which it was told, and
 * makes entries durable in groups, so that entries which wait together share one fsync. Knows no files: a
 * JournalStore does.
 */
import { type Clock, iso } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { type ChainEnd, sealLine } from '../journal/chain.ts';
import type { Replay } from '../journal/replay.ts';
import type { Deed, JournalEntry } from '../model.ts';

/** Where journal lines are kept. */
export interface JournalStore {
  /** Appends the text and returns once it would survive a power cut. @throws on any failure; what was written is then unknown. */
  append(text: string): Promise<void>;
}

/** The writing end of a run's journal. */
export interface JournalWriter {
  /**
   * Records a deed. The entry takes its place at once; the promise resolves when it is durable.
   * @throws RefitError `disk-failed` once the store has failed, for this entry and every later one.
   */
  record(deed: Deed): Promise<JournalEntry>;
  /** Records a deed that nothing waits for. A failing store shows at the next entry that is waited for. */
  tell(deed: Deed): void;
  /** Records a deed that goes with the next group there is: it never makes the store work by itself, so nothing waits for it. */
  note(deed: Deed): void;
  /** Where the run stands, everything told included, durable or not. */
  readonly replay: Replay;
  /** True once the store has failed: nothing may be ordered any more. */
  readonly failed: boolean;
  /** What was told and is not known to be on disk, once the store has failed. */
  readonly lost: readonly Deed[];
  /** The time the store lately took to make entries durable, in milliseconds. */
  readonly latency: number;
}

interface Waiting {
  readonly entry: JournalEntry;
  readonly line: string;
  /** False where nothing is to be written for its sake alone. */
  readonly urgent: boolean;
  readonly resolve: (entry: JournalEntry) => void;
  readonly reject: (failure: RefitError) => void;
}

/** A journal of any length takes its fsync latency from the last few groups. */
const LATENCY_WEIGHT = 0.3;

/**
 * Opens the writing end.
 * @param end the end of the chain on disk.
 * @param onEntry is told each entry once it is durable: the views of a live run.
 */
export function openJournalWriter(options: {
  readonly store: JournalStore;
  readonly clock: Clock;
  readonly end: ChainEnd;
  readonly replay: Replay;
  readonly onEntry?: (entry: JournalEntry) => void;
}): JournalWriter {
  const { store, clock, replay, onEntry } = options;
  let end = options.end;
  let waiting: Waiting[] = [];
  let writing = false;
  let failure: RefitError | null = null;
  let latency = 5;
  const lost: Deed[] = [];

  /** A view that throws is the caller's fault, and is told as such; whoever waits for the entry would wait for ever. */
  const show = (entry: JournalEntry): void => {
    try {
      onEntry?.(entry);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };

  const writeGroups = async (): Promise<void> => {
    // Entries told in this same turn go with the first group.
    await Promise.resolve();
    while (waiting.some(({ urgent }) => urgent) && !failure) {
      const group = waiting;
      waiting = [];
      const began = clock.monotonic();
      try {
        await store.append(group.map(({ line }) => line).join(''));
      } catch (cause) {
        failure = new RefitError(
          'disk-failed',
          `the journal cannot be written (${cause instanceof Error ? cause.message : String(cause)}); nothing more is ordered`,
          cause instanceof RefitError
            ? cause.mend
            : 'free the disk or mend its rights, then run the same refit apply command again: it goes on where the journal ends',
          { cause },
        );
        waiting = [...group, ...waiting];
        lost.push(...waiting.map(({ entry }) => entry));
        break;
      }
      latency += LATENCY_WEIGHT * (clock.monotonic() - began - latency);
      for (const { entry, resolve } of group) {
        show(entry);
        resolve(entry);
      }
    }
    writing = false;
    if (failure) for (const { reject } of waiting.splice(0)) reject(failure);
  };

  /** Many entries are of one millisecond. */
  let moment = { ms: Number.NaN, text: '' };
  const at = (): string => {
    const ms = clock.now();
    if (ms !== moment.ms) moment = { ms, text: iso(ms) };
    return moment.text;
  };

  const enqueue = (deed: Deed, urgent = true): Promise<JournalEntry> =>
    new Promise((resolve, reject) => {
      if (failure) {
        lost.push(deed);
        return reject(failure);
      }
      const { entry, line } = sealLine(end, at(), deed);
      end = { seq: entry.seq, hash: entry.hash };
      replay.add(entry);
      waiting.push({ entry, line: `${line}\n`, urgent, resolve, reject });
      if (!writing && urgent) {
        writing = true;
        void writeGroups();
      }
    });

  return {
    replay,
    get failed() {
      return failure !== null;
    },
    lost,
    get latency() {
      return latency;
    },
    record: (deed) => enqueue(deed),
    note: (deed) => void enqueue(deed, false).catch(() => {}),
    tell: (deed) => void enqueue(deed).catch(() => {}),
  };
}
