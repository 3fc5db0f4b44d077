/**
 * Writes the journal of a run. Each event gets its position in the chain immediately. Entries become durable in groups, so
 * that entries which wait together share one fsync. Where a write is dear, an entry that no order waits for may wait a moment
 * for others:
 *
 *     intent 1 ─ write │ order 1 leaves ─ accepted 1 ···· intent 2 ─ write of both │ order 2 leaves
 *
 * After a failure of the store, the writer keeps the unwritten entries for the
 * error message. A `JournalStore` does the file work.
 */
import { type Clock, iso } from '../clock.ts';
import { type ErrorCode, messageOf, RefitError } from '../errors.ts';
import { fixInGeneral } from '../files/system-error.ts';
import { type ChainEnd, sealLine } from '../journal/chain.ts';
import { describeStepEvent } from '../journal/describe-event.ts';
import type { Replay } from '../journal/replay.ts';
import { message, textOf } from '../messages/messages.ts';
import type { JournalEntry, JournalEvent } from '../model.ts';

/** The storage of journal lines. */
export interface JournalStore {
  /**
   * Appends whole lines, and returns once they survive a power cut.
   * @param end the last of these entries. @throws on any failure; the stored text is then unknown.
   */
  append(text: string, end: ChainEnd): Promise<void>;
  /** How long an entry that no order waits for may wait for others, ms. Absent: not at all. */
  readonly gathers?: number;
}

/**
 * How far a journal has come, kept outside of its run directory. It shows when the journal was cut or replaced. A mark
 * follows its entry to disk, so that it never names an entry which a crash can lose.
 */
export interface JournalMark {
  /** Writes the end of the chain. Returns once it survives a power cut. @throws on any failure. */
  write(end: ChainEnd): Promise<void>;
}

/**
 * The entries that the mark names before the run continues: an order leaves after its intent. Other entries need no mark,
 * because a run without them reads the provider again.
 *
 *     fsync of the group in the journal → fsync of the mark → the orders of the group leave
 */
const MARKED: ReadonlySet<JournalEvent['kind']> = new Set([
  'intent',
  'adopted',
  'wave-ended',
  'rested',
  'handed-over',
  'run-ended',
]);

/**
 * What the provider answered to an order. No order waits for these. If a crash comes before they are durable, the next process
 * finds the order by reading, as after a crash before the answer.
 */
const ANSWERS: ReadonlySet<JournalEvent['kind']> = new Set(['accepted', 'refused', 'no-answer']);

interface Waiting {
  readonly entry: JournalEntry;
  readonly line: string;
  /** From when on this entry starts a write, by the clock's `monotonic`. Infinity: another entry starts it. */
  readonly due: number;
  readonly resolve: (entry: JournalEntry) => void;
  readonly reject: (failure: RefitError) => void;
}

/** The weight of the newest group in the average latency. */
const LATENCY_WEIGHT = 0.3;

export interface JournalWriterInput {
  readonly store: JournalStore;
  /** Absent: a run that no later process resumes, such as a rehearsal. */
  readonly mark?: JournalMark;
  readonly clock: Clock;
  /** The end of the chain on disk. */
  readonly end: ChainEnd;
  readonly replay: Replay;
  /** Receives each entry once it is durable, for the views of a live run. */
  readonly onEntry?: (entry: JournalEntry) => void;
  /** Receives how long each group took to become durable, in milliseconds. */
  readonly onAppend?: (ms: number) => void;
}

export function createJournalWriter(input: JournalWriterInput): JournalWriter {
  return new Writer(input);
}

/** Appends events to the journal of a run. */
export type JournalWriter = Pick<Writer, keyof Writer>;

class Writer {
  /** The state of the run with all appended events, durable or not. */
  readonly replay: Replay;
  /** Events that may not be on disk. Empty until the store fails. */
  readonly unwritten: JournalEvent[] = [];
  /** The recent time to make entries durable, in milliseconds. */
  latency = 5;
  readonly #input: JournalWriterInput;
  #end: ChainEnd;
  #waiting: Waiting[] = [];
  #isWriting = false;
  /** The wait for the first entry that is due later; null: there is none. */
  #pause: AbortController | null = null;
  #failure: RefitError | null = null;
  /** The last time as text, because many entries share one millisecond. */
  #moment = { ms: Number.NaN, text: '' };

  constructor(input: JournalWriterInput) {
    this.#input = input;
    this.#end = input.end;
    this.replay = input.replay;
  }

  /** True once the store has failed. Then Refit must not order. */
  get failed(): boolean {
    return this.#failure !== null;
  }

  /**
   * Appends an event. Its entry gets its position immediately. The promise resolves once it is durable.
   * @throws RefitError `disk-failed`, `fenced`, `store-unreachable` or `store-restored` after a failure of the store, for this
   * event and all later ones.
   */
  appendDurably(event: JournalEvent): Promise<JournalEntry> {
    return this.#enqueue(event, ANSWERS.has(event.kind) ? this.#gathers : 0);
  }

  /** Appends an event and writes it soon. Nothing waits for it; the next awaited event shows a failure. */
  appendSoon(event: JournalEvent): void {
    void this.#enqueue(event, this.#gathers).catch(() => {});
  }

  /** Appends an event that becomes durable with the next group. It never starts a write, so nothing waits for it. */
  appendWithNextGroup(event: JournalEvent): void {
    void this.#enqueue(event, Number.POSITIVE_INFINITY).catch(() => {});
  }

  get #gathers(): number {
    return this.#input.store.gathers ?? 0;
  }

  #enqueue(event: JournalEvent, after: number): Promise<JournalEntry> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        this.unwritten.push(event);
        return reject(this.#failure);
      }
      const { entry, line } = sealLine(this.#end, this.#at(), event);
      this.#end = { seq: entry.seq, hash: entry.hash };
      this.replay.add(entry);
      const due = this.#input.clock.monotonic() + after;
      this.#waiting.push({ entry, line: `${line}\n`, due, resolve, reject });
      this.#writeWhenDue();
    });
  }

  /** Starts to write if an entry is due, else waits for the first one that will be. */
  #writeWhenDue(): void {
    if (this.#isWriting || this.#failure) return;
    const first = this.#waiting.reduce((least, { due }) => Math.min(least, due), Number.POSITIVE_INFINITY);
    const left = first - this.#input.clock.monotonic();
    if (left <= 0) {
      this.#isWriting = true;
      this.#pause?.abort();
      this.#pause = null;
      void this.#writeGroups();
    } else if (left < Number.POSITIVE_INFINITY && this.#pause === null) {
      const pause = new AbortController();
      this.#pause = pause;
      void this.#input.clock.sleep(left, pause.signal).then(() => {
        if (pause.signal.aborted) return;
        this.#pause = null;
        this.#writeWhenDue();
      });
    }
  }

  #at(): string {
    const ms = this.#input.clock.now();
    if (ms !== this.#moment.ms) this.#moment = { ms, text: iso(ms) };
    return this.#moment.text;
  }

  async #writeGroups(): Promise<void> {
    // Events of this same turn go with the first group.
    await Promise.resolve();
    while (this.#waiting.some(({ due }) => due <= this.#input.clock.monotonic()) && !this.#failure) {
      const group = this.#waiting;
      this.#waiting = [];
      const startedAt = this.#input.clock.monotonic();
      try {
        const { seq, hash } = group.at(-1)!.entry;
        await this.#input.store.append(group.map(({ line }) => line).join(''), { seq, hash });
      } catch (cause) {
        this.#fail(cause, group);
        break;
      }
      for (const { entry } of group) this.#notifyView(entry);
      if (group.some(({ entry }) => MARKED.has(entry.kind)) && !(await this.#writeMark(group))) break;
      const took = this.#input.clock.monotonic() - startedAt;
      this.latency += LATENCY_WEIGHT * (took - this.latency);
      this.#input.onAppend?.(took);
      for (const { entry, resolve } of group) resolve(entry);
    }
    this.#isWriting = false;
    this.#writeWhenDue();
    if (this.#failure) for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }

  /** @returns false if the mark cannot be written: the group is durable, and nothing may follow. */
  async #writeMark(group: readonly Waiting[]): Promise<boolean> {
    const { seq, hash } = group.at(-1)!.entry;
    try {
      await this.#input.mark?.write({ seq, hash });
      return true;
    } catch (cause) {
      this.#failure = new RefitError(
        'disk-failed',
        `Refit cannot write the mark of the journal (${messageOf(cause)}), so it orders nothing more`,
        `for the state folder: ${fixInGeneral(cause, 'free disk space or fix the permissions')}, then run the same refit apply command again`,
        { cause },
      );
      this.unwritten.push(...this.#waiting.map(({ entry }) => entry));
      this.#waiting = [...group, ...this.#waiting];
      return false;
    }
  }

  /** Stops writing for a reason that is not the store's: each event from now on is refused with it. */
  fail(failure: RefitError): void {
    this.#failure ??= failure;
    const waiting = this.#waiting.splice(0);
    this.unwritten.push(...waiting.map(({ entry }) => entry));
    for (const { reject } of waiting) reject(this.#failure);
  }

  #fail(cause: unknown, group: readonly Waiting[]): void {
    this.#failure ??= failureOf(cause);
    this.#waiting = [...group, ...this.#waiting];
    this.unwritten.push(...this.#waiting.map(({ entry }) => entry));
  }

  /** Calls the view. An exception of the view is rethrown later, so that the waiting caller still gets its entry. */
  #notifyView(entry: JournalEntry): void {
    try {
      this.#input.onEntry?.(entry);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

/** The failures after which a process stops writing a journal. What it could not write is listed with them. */
const FAILURES: readonly ErrorCode[] = ['disk-failed', 'fenced', 'store-unreachable', 'store-restored'];

/** The error after an append that failed. A store that knows the reason keeps its code and its fix. */
function failureOf(cause: unknown): RefitError {
  const isOfStore = cause instanceof RefitError;
  if (isOfStore && (cause.code === 'fenced' || cause.code === 'store-restored')) return cause;
  return new RefitError(
    isOfStore ? cause.code : 'disk-failed',
    `Refit cannot write the journal (${messageOf(cause)}), so it orders nothing more`,
    isOfStore
      ? cause.fix
      : `${fixInGeneral(cause, 'free disk space or fix the permissions')}, then run the same refit apply command again: it resumes at the end of the journal`,
    { cause },
  );
}

/** How many lost entries an error lists; it counts the others. It lists every order: each may be the only trace of money. */
const MOST_LISTED = 20;

/** Adds the entries that are in memory and not on disk to the failure. Other errors stay as they are. */
export function withUnwrittenEntries(error: unknown, lost: readonly JournalEvent[]): unknown {
  if (!(error instanceof RefitError) || !FAILURES.includes(error.code)) return error;
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
  return new RefitError(error.code, lines.join('\n'), error.fix, { cause: error });
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
