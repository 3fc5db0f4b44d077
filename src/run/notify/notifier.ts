/**
 * Tells people of a run while it goes on: hooks and webhooks of its plan. Everything happens beside the run, in queues
 * that are bounded: nothing here can stop it, delay it, or change how it ends.
 */
import { type Clock, iso } from '../../clock.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import { RUN_FILES } from '../../store/folder/run-directory.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';
import { type NotificationFacts, notificationOf } from './notification.ts';

/** At the end of a run, how long what is still being told may take, in milliseconds. */
export const TELLING_GRACE = 10_000;

/** Notices that may wait for one listener; one more is dropped, and that is on record. */
const MOST_WAITING = 100;

/** What came of telling somebody. */
export interface Result {
  readonly ok: boolean;
  /** In words, without anything that a far end has said. */
  readonly what: string;
  /** What it wrote, where it is a command. */
  readonly output?: string;
}

/** Somebody who is told: one after the other, in the order in which things happened. */
export interface Listener {
  readonly by: 'hook' | 'webhook';
  wants(facts: NotificationFacts): boolean;
  /** Whom, for the record: never a secret. */
  to(facts: NotificationFacts): string;
  /** Never rejects, and ends at once when `signal` is aborted. */
  tell(facts: NotificationFacts, signal: AbortSignal): Promise<Result>;
}

/** Whom a process notifies. */
export interface Notified {
  readonly listeners: readonly Listener[];
  /** Appends to a file of the run. */
  readonly log: (file: string, text: string) => Promise<void>;
  /** By another clock than the run's. */
  readonly clock?: Clock;
}

type NotifierInput = Required<Notified> & {
  readonly saved: SavedPlan;
  readonly journal: () => JournalWriter;
};

export class Notifier {
  readonly #input: NotifierInput;
  readonly #queues: readonly Queue[];
  readonly #givingUp = new AbortController();
  #logged: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(input: NotifierInput) {
    this.#input = input;
    this.#queues = input.listeners.map(
      (listener) =>
        new Queue(listener, this.#givingUp.signal, (facts, result) => this.#record(listener, facts, result)),
    );
  }

  /** An entry has become durable. Never throws, never waits. */
  entry(entry: JournalEntry): void {
    if (this.#isClosed || this.#queues.length === 0) return;
    const facts = notificationOf(entry, this.#input.saved, this.#input.journal().replay);
    if (facts === null) return;
    for (const queue of this.#queues) queue.push(facts);
  }

  /** Waits for what is on its way, at most `graceMs`; what is left then is given up, and that is on record. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    const idle = Promise.all(this.#queues.map((queue) => queue.idle()));
    const enough = new AbortController();
    void idle.then(() => enough.abort());
    await Promise.race([idle, this.#input.clock.sleep(graceMs, enough.signal)]);
    this.#givingUp.abort();
    await idle;
    await this.#logged;
  }

  #record(listener: Listener, facts: NotificationFacts, { ok, what, output = '' }: Result): void {
    const { by } = listener;
    const { event, entry } = facts;
    const to = listener.to(facts);
    const line = `${iso(this.#input.clock.now())} ${event} (entry ${entry}) ${to}: ${ok ? 'told' : 'NOT TOLD'}: ${what}\n`;
    const text = output === '' || output.endsWith('\n') ? output : `${output}\n`;
    const file = by === 'hook' ? RUN_FILES.hooks : RUN_FILES.notices;
    this.#logged = this.#logged.then(() => this.#input.log(file, text + line)).catch(() => undefined);
    const journal = this.#input.journal();
    // Once the run has ended its journal is whole, and nothing is added: what comes of the last notices is in the files.
    if (this.#isClosed || journal.replay.state().endedAt !== null) return;
    journal.note({ kind: 'notified', by, event, about: entry, to, ok, message: what });
  }
}

/** The notifications of one listener, one after the other. */
class Queue {
  readonly #listener: Listener;
  readonly #givenUp: AbortSignal;
  readonly #done: (facts: NotificationFacts, result: Result) => void;
  readonly #waiting: NotificationFacts[] = [];
  #working: Promise<void> | null = null;

  constructor(
    listener: Listener,
    givenUp: AbortSignal,
    done: (facts: NotificationFacts, result: Result) => void,
  ) {
    this.#listener = listener;
    this.#givenUp = givenUp;
    this.#done = done;
  }

  push(facts: NotificationFacts): void {
    if (!this.#listener.wants(facts)) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.#done(facts, { ok: false, what: `dropped: ${MOST_WAITING} others wait already` });
      return;
    }
    this.#waiting.push(facts);
    this.#working ??= this.#work();
  }

  async idle(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    // In a turn of its own: whoever wrote the entry goes on first.
    await Promise.resolve();
    for (let facts = this.#waiting.shift(); facts !== undefined; facts = this.#waiting.shift()) {
      const result = this.#givenUp.aborted
        ? { ok: false, what: 'given up: the run is over' }
        : await this.#listener.tell(facts, this.#givenUp).catch(fault);
      this.#done(facts, result);
    }
    this.#working = null;
  }
}

function fault(error: unknown): Result {
  return { ok: false, what: `internal error: ${error instanceof Error ? error.message : String(error)}` };
}
