/**
 * Writes a run's journal: gives each deed its place in the chain at once, in the order in which it was told, and
 * makes entries durable in groups, so that entries which wait together share one fsync. What a failed disk did not take is
 * told on the way out. Knows no files: a JournalStore does.
 */
import { type Clock, iso } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { type ChainEnd, sealLine } from '../journal/chain.ts';
import { describeStepEvent } from '../journal/describe-event.ts';
import type { Replay } from '../journal/replay.ts';
import { message, textOf } from '../messages/messages.ts';
import type { JournalEntry, JournalEvent } from '../model.ts';

/** Where journal lines are kept. */
export interface JournalStore {
  /** Appends the text and returns once it would survive a power cut. @throws on any failure; what was written is then unknown. */
  append(text: string): Promise<void>;
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

export interface JournalWriterInput {
  readonly store: JournalStore;
  readonly clock: Clock;
  /** The end of the chain on disk. */
  readonly end: ChainEnd;
  readonly replay: Replay;
  /** Given each entry once it is durable: the views of a live run. */
  readonly onEntry?: (entry: JournalEntry) => void;
}

/** Opens the writing end. */
export function createJournalWriter(input: JournalWriterInput): JournalWriter {
  return new Writer(input);
}

/** The writing end of a run's journal. */
export type JournalWriter = Pick<Writer, keyof Writer>;

class Writer {
  /** Where the run stands, everything told included, durable or not. */
  readonly replay: Replay;
  /** What was told and is not known to be on disk, once the store has failed. */
  readonly lost: JournalEvent[] = [];
  /** The time the store lately took to make entries durable, in milliseconds. */
  latency = 5;
  readonly #input: JournalWriterInput;
  #end: ChainEnd;
  #waiting: Waiting[] = [];
  #isWriting = false;
  #failure: RefitError | null = null;
  /** Many entries are of one millisecond. */
  #moment = { ms: Number.NaN, text: '' };

  constructor(input: JournalWriterInput) {
    this.#input = input;
    this.#end = input.end;
    this.replay = input.replay;
  }

  /** True once the store has failed: nothing may be ordered any more. */
  get failed(): boolean {
    return this.#failure !== null;
  }

  /**
   * Records a deed. The entry takes its place at once; the promise resolves when it is durable.
   * @throws RefitError `disk-failed` once the store has failed, for this entry and every later one.
   */
  record(deed: JournalEvent): Promise<JournalEntry> {
    return this.#enqueue(deed, true);
  }

  /** Records a deed that nothing waits for. A failing store shows at the next entry that is waited for. */
  tell(deed: JournalEvent): void {
    void this.#enqueue(deed, true).catch(() => {});
  }

  /** Records a deed that goes with the next group there is: it never makes the store work by itself, so nothing waits for it. */
  note(deed: JournalEvent): void {
    void this.#enqueue(deed, false).catch(() => {});
  }

  #enqueue(deed: JournalEvent, urgent: boolean): Promise<JournalEntry> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        this.lost.push(deed);
        return reject(this.#failure);
      }
      const { entry, line } = sealLine(this.#end, this.#at(), deed);
      this.#end = { seq: entry.seq, hash: entry.hash };
      this.replay.add(entry);
      this.#waiting.push({ entry, line: `${line}\n`, urgent, resolve, reject });
      if (!this.#isWriting && urgent) {
        this.#isWriting = true;
        void this.#writeGroups();
      }
    });
  }

  #at(): string {
    const ms = this.#input.clock.now();
    if (ms !== this.#moment.ms) this.#moment = { ms, text: iso(ms) };
    return this.#moment.text;
  }

  async #writeGroups(): Promise<void> {
    // Entries told in this same turn go with the first group.
    await Promise.resolve();
    while (this.#waiting.some(({ urgent }) => urgent) && !this.#failure) {
      const group = this.#waiting;
      this.#waiting = [];
      const began = this.#input.clock.monotonic();
      try {
        await this.#input.store.append(group.map(({ line }) => line).join(''));
      } catch (cause) {
        this.#fail(cause, group);
        break;
      }
      this.latency += LATENCY_WEIGHT * (this.#input.clock.monotonic() - began - this.latency);
      for (const { entry, resolve } of group) {
        this.#show(entry);
        resolve(entry);
      }
    }
    this.#isWriting = false;
    if (this.#failure) for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }

  #fail(cause: unknown, group: readonly Waiting[]): void {
    this.#failure = new RefitError(
      'disk-failed',
      `the journal cannot be written (${cause instanceof Error ? cause.message : String(cause)}); nothing more is ordered`,
      cause instanceof RefitError
        ? cause.fix
        : 'free the disk or fix its rights, then run the same refit apply command again: it goes on where the journal ends',
      { cause },
    );
    this.#waiting = [...group, ...this.#waiting];
    this.lost.push(...this.#waiting.map(({ entry }) => entry));
  }

  /** A view that throws is the caller's fault, and is told as such; whoever waits for the entry would wait for ever. */
  #show(entry: JournalEntry): void {
    try {
      this.#input.onEntry?.(entry);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

/** How many lost entries an error lists; it counts the others. It lists every order: each may be the only trace of money. */
const MOST_LISTED = 20;

/** Adds the entries that are in memory and not on disk to the failure. Other errors stay as they are. */
export function withUnwrittenEntries(error: unknown, lost: readonly JournalEvent[]): unknown {
  if (!(error instanceof RefitError) || error.code !== 'disk-failed') return error;
  const [orders, others] = [true, false].map((isOrder) =>
    lost.filter(({ kind }) => (kind === 'accepted') === isOrder).flatMap((event) => lineOf(event) ?? []),
  ) as [string[], string[]];
  const count = orders.length + others.length;
  if (count === 0) return error;
  const listed = [...orders, ...others.slice(0, Math.max(0, MOST_LISTED - orders.length))];
  const more = count - listed.length;
  const lines = [
    error.message,
    textOf(message('event.unwritten', { entries: count })),
    ...listed.map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
  return new RefitError('disk-failed', lines.join('\n'), error.fix, { cause: error });
}

/** Null for events without a step, and for those that the next process makes again. */
function lineOf(event: JournalEvent): string | null {
  switch (event.kind) {
    case 'intent':
    case 'accepted':
    case 'refused':
    case 'no-answer':
    case 'resolved':
    case 'step-ended': {
      const text = describeStepEvent(event, event.step);
      return text && textOf(text);
    }
    default:
      return null;
  }
}
