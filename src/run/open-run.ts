/** What every process that takes a run up does with its journal, to carry the plan out or only to settle. */
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { beginReplay, type Replay } from '../journal/replay.ts';
import { JOURNAL_FORMAT, type JournalEntry } from '../model.ts';
import { type HeldLock, takeOversOf } from '../store/folder/held-locks.ts';
import { openJournalFile } from '../store/folder/journal-file.ts';
import { RUN_FILES, type RunOnDisk } from '../store/folder/run-directory.ts';
import { type JournalWriter, openJournalWriter } from '../store/journal-writer.ts';
import type { CallCounter } from './engine/call-counter.ts';

/** A run whose journal is open for writing. */
export interface OpenRun {
  /** All of them, in order; grows as they become durable. */
  readonly entries: readonly JournalEntry[];
  readonly replay: Replay;
  readonly journal: JournalWriter;
  /** Releases the file. Never rejects. */
  close(): Promise<void>;
}

/** What a process that takes a run up says of itself. */
export interface TakingUp {
  readonly clock: Clock;
  readonly by: { readonly user: string; readonly host: string; readonly pid: number };
  readonly endpoint: string;
  readonly version: string;
}

/**
 * Opens the journal of a run after the last whole entry on the disk.
 * @param onStart told once what it holds so far. @param onEntry told each entry as it becomes durable.
 * @throws RefitError `disk-failed`
 */
export async function openRun(
  { directory, saved, journal: onDisk }: RunOnDisk,
  options: {
    readonly clock: Clock;
    readonly onStart?: (run: {
      readonly directory: string;
      readonly entries: readonly JournalEntry[];
    }) => void;
    readonly onEntry: (entry: JournalEntry) => void;
  },
): Promise<OpenRun> {
  const entries = [...onDisk.entries];
  const replay = beginReplay(saved);
  for (const entry of entries) replay.add(entry);
  options.onStart?.({ directory, entries });
  const file = await openJournalFile(join(directory, RUN_FILES.journal), onDisk);
  const journal = openJournalWriter({
    store: file,
    clock: options.clock,
    end: onDisk.end,
    replay,
    onEntry(entry) {
      entries.push(entry);
      options.onEntry(entry);
    },
  });
  return { entries, replay, journal, close: () => file.close().catch(() => undefined) };
}

/**
 * Writes down that a process takes the run up, and from which dead ones it took over.
 * @param purpose absent: to carry the plan out.
 */
export async function recordStart(
  journal: JournalWriter,
  { saved, state, journal: onDisk }: RunOnDisk,
  { by, endpoint, version }: TakingUp,
  locks: readonly HeldLock[],
  purpose?: 'reconcile',
): Promise<void> {
  await journal.record({
    kind: 'run-started',
    format: JOURNAL_FORMAT,
    plan: saved.name,
    digest: saved.digest,
    resumed: state.startedAt !== null,
    ...(purpose === undefined ? {} : { purpose }),
    cutOff: onDisk.tornBytes,
    by,
    endpoint,
    version,
  });
  for (const deed of takeOversOf(locks)) journal.tell(deed);
}

/**
 * Waits for what the process does, unless it is told to leave at once: then a call may still wait for its answer, nobody
 * waits for it, and the journal tells that it was asked.
 * @returns null where it was left.
 */
export async function unlessLeft<Value>(
  doing: Promise<Value | null>,
  leave: AbortSignal,
  journal: JournalWriter,
  calls: CallCounter,
): Promise<Value | null> {
  const left = new Promise<null>((resolve) => {
    if (leave.aborted) resolve(null);
    leave.addEventListener('abort', () => resolve(null), { once: true });
  });
  doing.catch(() => undefined);
  const end = await Promise.race([doing, left]);
  if (end === null) await journal.record({ kind: 'calls', counts: calls.take() });
  return end;
}
