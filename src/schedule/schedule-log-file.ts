/** The account's file, `schedule.jsonl`: appended with fsync by the one scheduler that holds the lock, read by anybody. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, iso } from '../clock.ts';
import { messageOf, RefitError } from '../errors.ts';
import { shellQuote } from '../next-command.ts';
import { openJournalFile } from '../store/folder/journal-file.ts';
import {
  decodeAccount,
  EMPTY_STATE,
  encodeEntry,
  foldEntry,
  type ScheduleEntry,
  type ScheduleEvent,
} from './schedule-log.ts';

export const ACCOUNT_FILE = 'schedule.jsonl';

/** The account in the hands of a scheduler. */
export type ScheduleLog = ReturnType<typeof createScheduleLog>;

/** @param entries as they were read. @param onEntry told of each entry once it is durable. */
export function createScheduleLog(
  store: Awaited<ReturnType<typeof openJournalFile>>,
  entries: readonly ScheduleEntry[],
  clock: Clock,
  onEntry: (entry: ScheduleEntry) => void = () => undefined,
) {
  let state = entries.reduce(foldEntry, EMPTY_STATE);
  let last: Promise<void> = Promise.resolve();
  let broken: unknown = null;
  return {
    /** What is on disk, folded. */
    state: () => state,
    /** Resolves once the entry is durable. @throws where it is not known to be: then nothing more may be begun. */
    record(deed: ScheduleEvent): Promise<void> {
      const written = last.then(async () => {
        if (broken !== null) throw broken;
        const entry: ScheduleEntry = { at: iso(clock.now()), ...deed };
        try {
          await store.append(encodeEntry(entry));
        } catch (error) {
          broken = unwritten(error);
          throw broken;
        }
        state = foldEntry(state, entry);
        onEntry(entry);
      });
      last = written.catch(() => undefined);
      return written;
    },
    async close() {
      await last;
      await store.close();
    },
  };
}

/** The account ends here: nothing more may be begun by this process. */
function unwritten(error: unknown): RefitError {
  if (error instanceof RefitError) return error;
  return new RefitError(
    'disk-failed',
    `the account of the schedule cannot be written: ${messageOf(error)}`,
    'free the disk, then start the scheduler again: it goes on with what is under way',
    { cause: error },
  );
}

/**
 * Reads an account as it lies on disk; there need not be one. Writes nothing.
 * @throws RefitError `journal-broken` where a line of it is no entry.
 */
export async function readAccount(root: string) {
  const path = join(root, ACCOUNT_FILE);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const wholeBytes = bytes.lastIndexOf('\n') + 1;
  const { entries, fault } = decodeAccount(bytes.toString('utf8'));
  if (fault !== null)
    throw new RefitError(
      'journal-broken',
      `${path}:${fault}: this line is no entry of a schedule's account`,
      `restore it from a copy. Without it nobody can tell what was carried out: mv ${shellQuote(path)} ${shellQuote(`${path}.broken`)} begins anew, and owes nothing from before`,
    );
  return {
    entries,
    state: entries.reduce(foldEntry, EMPTY_STATE),
    wholeBytes,
    tornBytes: bytes.length - wholeBytes,
  };
}

/** Opens the account for writing, a torn last line cut off. The lock must be held. */
export async function openScheduleLog(
  root: string,
  clock: Clock,
  onEntry: (entry: ScheduleEntry) => void,
): Promise<ScheduleLog> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const read = await readAccount(root);
  const store = await openJournalFile(join(root, ACCOUNT_FILE), read);
  return createScheduleLog(store, read.entries, clock, onEntry);
}
