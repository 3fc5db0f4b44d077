/**
 * Notifies people of a live run through the hooks and webhooks of its plan. Each listener has a bounded queue beside the
 * run. No listener can stop the run, delay it, or change its end.
 */
import { type Clock, iso } from '../../clock.ts';
import { message, textOf } from '../../messages/messages.ts';
import type { JournalEntry, Message, SavedPlan } from '../../model.ts';
import { RUN_FILES } from '../../store/folder/run-directory.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';
import { escapeControls, escapeLines } from '../../text.ts';
import { type NotificationFacts, notificationOf } from './notification.ts';

/** Milliseconds that notifications may still take after the end of a run. */
export const NOTIFY_GRACE = 10_000;

/** Notifications that may wait for one listener. Refit drops further ones and records that. */
const MOST_WAITING = 100;

/** The result of one notification. */
export interface NotifyResult {
  readonly ok: boolean;
  /** Holds no text of the far end. */
  readonly message: Message;
  /** The output of a command. */
  readonly output?: string;
}

/** A receiver of notifications. It gets them one at a time, in the order of the events. */
export interface Listener {
  readonly by: 'hook' | 'webhook';
  accepts(facts: NotificationFacts): boolean;
  /** The address for the records. It never holds a secret. */
  destination(facts: NotificationFacts): string;
  /** Never rejects, and ends immediately when `signal` is aborted. */
  notify(facts: NotificationFacts, signal: AbortSignal): Promise<NotifyResult>;
}

/** The listeners of a process, and the files for their results. */
export interface NotifierConfig {
  readonly listeners: readonly Listener[];
  /** Appends to a file of the run. */
  readonly log: (file: string, text: string) => Promise<void>;
  /** A clock other than the run's. */
  readonly clock?: Clock;
}

type NotifierInput = Required<NotifierConfig> & {
  readonly saved: SavedPlan;
  readonly journal: () => JournalWriter;
};

export class Notifier {
  readonly #input: NotifierInput;
  readonly #queues: readonly Queue[];
  readonly #giveUp = new AbortController();
  #logged: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(input: NotifierInput) {
    this.#input = input;
    this.#queues = input.listeners.map(
      (listener) =>
        new Queue(listener, this.#giveUp.signal, (facts, result) => this.#record(listener, facts, result)),
    );
  }

  /** Receives an entry once it is durable. Never throws, never waits. */
  entry(entry: JournalEntry): void {
    if (this.#isClosed || this.#queues.length === 0) return;
    const facts = notificationOf(entry, this.#input.saved, this.#input.journal().replay);
    if (facts === null) return;
    for (const queue of this.#queues) queue.push(facts);
  }

  /** Waits at most `graceMs` for notifications, then gives up the rest and records that. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    const idle = Promise.all(this.#queues.map((queue) => queue.idle()));
    const enough = new AbortController();
    void idle.then(() => enough.abort());
    await Promise.race([idle, this.#input.clock.sleep(graceMs, enough.signal)]);
    this.#giveUp.abort();
    await idle;
    await this.#logged;
  }

  #record(
    listener: Listener,
    facts: NotificationFacts,
    { ok, message: reason, output = '' }: NotifyResult,
  ): void {
    const { by } = listener;
    const { event, entry } = facts;
    const to = listener.destination(facts);
    const text = textOf(reason);
    const line = `${iso(this.#input.clock.now())} ${event} (entry ${entry}) ${to}: ${ok ? 'sent' : 'NOT SENT'}: ${text}`;
    // A log is read in a terminal, and the output of a command may quote what others wrote.
    const written = output === '' || output.endsWith('\n') ? output : `${output}\n`;
    const logged = `${escapeLines(written)}${escapeControls(line)}\n`;
    const file = by === 'hook' ? RUN_FILES.hooks : RUN_FILES.notifications;
    this.#logged = this.#logged.then(() => this.#input.log(file, logged)).catch(() => undefined);
    const journal = this.#input.journal();
    // After the end of the run its journal is complete. Only the log files hold later results.
    if (this.#isClosed || journal.replay.state().endedAt !== null) return;
    journal.appendWithNextGroup({ kind: 'notified', by, event, about: entry, to, ok, message: reason });
  }
}

/** The notifications of one listener, one after the other. */
class Queue {
  readonly #listener: Listener;
  readonly #gaveUp: AbortSignal;
  readonly #done: (facts: NotificationFacts, result: NotifyResult) => void;
  readonly #waiting: NotificationFacts[] = [];
  #working: Promise<void> | null = null;

  constructor(
    listener: Listener,
    gaveUp: AbortSignal,
    done: (facts: NotificationFacts, result: NotifyResult) => void,
  ) {
    this.#listener = listener;
    this.#gaveUp = gaveUp;
    this.#done = done;
  }

  push(facts: NotificationFacts): void {
    if (!this.#listener.accepts(facts)) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.#done(facts, { ok: false, message: message('notify.dropped', { limit: MOST_WAITING }) });
      return;
    }
    this.#waiting.push(facts);
    this.#working ??= this.#work();
  }

  async idle(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    // In a later turn, so that the writer of the entry continues first.
    await Promise.resolve();
    for (let facts = this.#waiting.shift(); facts !== undefined; facts = this.#waiting.shift()) {
      const result = this.#gaveUp.aborted
        ? { ok: false, message: message('notify.run-over') }
        : await this.#listener.notify(facts, this.#gaveUp).catch(internalError);
      this.#done(facts, result);
    }
    this.#working = null;
  }
}

function internalError(error: unknown): NotifyResult {
  const text = error instanceof Error ? error.message : String(error);
  return { ok: false, message: message('notify.internal-error', { error: text }) };
}
