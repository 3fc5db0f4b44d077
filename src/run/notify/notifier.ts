/**
 * Tells people of a run while it goes on: hooks and webhooks of its plan. Everything happens beside the run, in queues
 * that are bounded: nothing here can stop it, delay it, or change how it ends.
 */
import type { Clock } from '../../clock.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import { RUN_FILES } from '../../store/folder/run-directory.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';
import { type ToldFacts, toldFacts } from './notification.ts';

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
  wants(facts: ToldFacts): boolean;
  /** Whom, for the record: never a secret. */
  to(facts: ToldFacts): string;
  /** Never rejects, and ends at once when `signal` is aborted. */
  tell(facts: ToldFacts, signal: AbortSignal): Promise<Result>;
}

export interface Telling {
  /** An entry has become durable. Never throws, never waits. */
  entry(entry: JournalEntry): void;
  /** Waits for what is still being told, at most `graceMs`; what is left then is given up and on record. */
  close(graceMs: number): Promise<void>;
}

/** @param log appends to a file of the run directory. */
export function openTelling(options: {
  readonly saved: SavedPlan;
  readonly journal: () => JournalWriter | null;
  readonly clock: Clock;
  readonly listeners: readonly Listener[];
  readonly log: (file: string, text: string) => Promise<void>;
}): Telling {
  const { saved, clock, listeners } = options;
  const givingUp = new AbortController();
  let logged: Promise<void> = Promise.resolve();
  let closed = false;

  const record = (listener: Listener, facts: ToldFacts, { ok, what, output = '' }: Result): void => {
    const { by } = listener;
    const { event, entry } = facts;
    const to = listener.to(facts);
    const stamp = new Date(clock.now()).toISOString();
    const line = `${stamp} ${event} (entry ${entry}) ${to}: ${ok ? 'told' : 'NOT TOLD'}: ${what}\n`;
    const text = output === '' || output.endsWith('\n') ? output : `${output}\n`;
    const file = by === 'hook' ? RUN_FILES.hooks : RUN_FILES.notices;
    logged = logged.then(() => options.log(file, text + line)).catch(() => undefined);
    const journal = options.journal();
    // Once the run has ended its journal is whole, and nothing is added: what comes of the last notices is in the files.
    if (closed || journal === null || journal.replay.state().endedAt !== null) return;
    journal.note({ kind: 'told', by, event, about: entry, to, ok, what });
  };

  const queues = listeners.map((listener) => {
    const waiting: ToldFacts[] = [];
    let working: Promise<void> | null = null;
    const work = async (): Promise<void> => {
      // In a turn of its own: whoever wrote the entry goes on first.
      await Promise.resolve();
      for (let facts = waiting.shift(); facts !== undefined; facts = waiting.shift()) {
        const result = givingUp.signal.aborted
          ? { ok: false, what: 'given up: the run is over' }
          : await listener.tell(facts, givingUp.signal).catch(fault);
        record(listener, facts, result);
      }
      working = null;
    };
    return {
      push(facts: ToldFacts): void {
        if (waiting.length >= MOST_WAITING) {
          record(listener, facts, { ok: false, what: `dropped: ${MOST_WAITING} others wait already` });
          return;
        }
        waiting.push(facts);
        working ??= work();
      },
      idle: async (): Promise<void> => {
        await working;
      },
      wants: (facts: ToldFacts) => listener.wants(facts),
    };
  });

  return {
    entry(entry) {
      const journal = options.journal();
      if (closed || journal === null || queues.length === 0) return;
      const facts = toldFacts(entry, saved, journal.replay);
      if (facts === null) return;
      for (const queue of queues) if (queue.wants(facts)) queue.push(facts);
    },
    async close(graceMs) {
      closed = true;
      const idle = Promise.all(queues.map((queue) => queue.idle()));
      const enough = new AbortController();
      void idle.then(() => enough.abort());
      await Promise.race([idle, clock.sleep(graceMs, enough.signal)]);
      givingUp.abort();
      await idle;
      await logged;
    },
  };
}

function fault(error: unknown): Result {
  return { ok: false, what: `internal error: ${error instanceof Error ? error.message : String(error)}` };
}
