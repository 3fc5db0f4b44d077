/** The file of the schedule log, `schedule.jsonl`. Only the scheduler with the lock appends to it, with fsync. */
import { join } from 'node:path';
import { type Clock, iso } from '../clock.ts';
import { messageOf, RefitError } from '../errors.ts';
import { mustBeOwnFolder } from '../files/check-folder.ts';
import { readFileIfPresent } from '../files/open-file.ts';
import { fixInGeneral } from '../files/system-error.ts';
import { makeFolder } from '../files/write-file.ts';
import { shellQuote } from '../next-command.ts';
import { openJournalFile } from '../store/folder/journal-file.ts';
import { decodeScheduleLog, encodeEntry } from './schedule-entry.ts';
import {
  EMPTY_STATE,
  foldEntries,
  foldEntry,
  type ScheduleEntry,
  type ScheduleEvent,
} from './schedule-log.ts';

export const SCHEDULE_LOG_FILE = 'schedule.jsonl';

/** The schedule log as its scheduler uses it. */
export type ScheduleLog = ReturnType<typeof createScheduleLog>;

/** @param entries the entries on disk. @param onEntry receives each new entry once it is durable. */
export function createScheduleLog(
  store: Awaited<ReturnType<typeof openJournalFile>>,
  entries: readonly ScheduleEntry[],
  clock: Clock,
  onEntry: (entry: ScheduleEntry) => void = () => undefined,
) {
  let state = foldEntries(EMPTY_STATE, entries);
  let last: Promise<void> = Promise.resolve();
  let failure: unknown = null;
  return {
    /** The state after all durable entries. */
    state: () => state,
    /** Resolves once the entry is durable. @throws if that is not certain; then no further attempt may start. */
    append(event: ScheduleEvent): Promise<void> {
      const written = last.then(async () => {
        if (failure !== null) throw failure;
        const entry: ScheduleEntry = { at: iso(clock.now()), ...event };
        try {
          await store.append(encodeEntry(entry));
        } catch (error) {
          failure = unwritten(error);
          throw failure;
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

/** The error after a failed append. This process must not start anything more. */
function unwritten(error: unknown): RefitError {
  if (error instanceof RefitError) return error;
  return new RefitError(
    'disk-failed',
    `Refit cannot write the schedule log: ${messageOf(error)}`,
    `${fixInGeneral(error, 'free disk space')}, then start the scheduler again: it resumes the attempts in progress`,
    { cause: error },
  );
}

/**
 * Reads the schedule log of a folder. A missing file is an empty log. Writes nothing.
 * @throws RefitError `journal-broken` if a line is not an entry.
 */
export async function readScheduleLog(root: string) {
  const path = join(root, SCHEDULE_LOG_FILE);
  await mustBeOwnFolder(root, 'the folder of occurrences');
  const bytes = (await readFileIfPresent(path, { subject: 'schedule-log' })) ?? Buffer.alloc(0);
  const wholeBytes = bytes.lastIndexOf('\n') + 1;
  const { entries, fault } = decodeScheduleLog(bytes.toString('utf8'));
  if (fault !== null)
    throw new RefitError(
      'journal-broken',
      `${path}:${fault}: this line is not an entry of a schedule log`,
      `restore the file from a copy. Without a copy nobody can know what ran: mv ${shellQuote(path)} ${shellQuote(`${path}.broken`)} starts a new log, without earlier due times`,
    );
  return {
    entries,
    state: foldEntries(EMPTY_STATE, entries),
    wholeBytes,
    tornBytes: bytes.length - wholeBytes,
  };
}

/** Opens the schedule log for appending and cuts off a torn last line. The caller must hold the lock. */
export async function openScheduleLog(
  root: string,
  clock: Clock,
  onEntry: (entry: ScheduleEntry) => void,
): Promise<ScheduleLog> {
  await makeFolder(root);
  const read = await readScheduleLog(root);
  const store = await openJournalFile(join(root, SCHEDULE_LOG_FILE), read);
  return createScheduleLog(store, read.entries, clock, onEntry);
}
