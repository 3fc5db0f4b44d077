/** What people do with a schedule without carrying it out: they read it, and enable, disable and start plans. */
import { basename, join } from 'node:path';
import { type Clock, iso } from '../clock.ts';
import { isMissing } from '../files/file-refused.ts';
import { openRegularFile, readRegularFile } from '../files/open-file.ts';
import { requestRun, switchPlan } from './control-schedule.ts';
import { createOccurrenceStore, liveHolder } from './occurrence-directory.ts';
import { isPlanName } from './plan-file.ts';
import { fileNamed, rootOf, type ScheduleSeen } from './read-schedule.ts';
import { EMPTY_STATE, type ScheduleEntry } from './schedule-log.ts';
import { readScheduleLog, SCHEDULE_LOG_FILE } from './schedule-log-file.ts';
import { type Viewing, watchFolder } from './watched-folder.ts';

/** A schedule as it was read. */
export interface ReadAccess extends ScheduleSeen {
  /** By the clock of its store, milliseconds since 1970 UTC. */
  readonly now: number;
  /** Of the schedule log, the oldest first. */
  readonly entries: readonly ScheduleEntry[];
  /** Whether a scheduler lives. */
  readonly hasScheduler: boolean;
  /** Names the run of an occurrence that started: the name of its directory, or an id in the store; null: it has none. */
  readonly placeOf: (plan: string, due: string, run: string | null) => string | null;
}

/** The schedule of a folder or of a store, for people. */
export interface ScheduleAccess {
  readonly kind: 'folder' | 'store';
  /** Where it is, for people. */
  readonly place: string;
  /** @throws RefitError if it cannot be read. */
  read(): Promise<ReadAccess>;
  /** The text of a plan of the last reading; null: it is gone. @throws RefitError if it cannot be read. */
  textOf(plan: string): Promise<string | null>;
  /** Enables or disables a plan from now on. @returns false if nothing changes. @throws RefitError `usage` without such a plan. */
  switch(plan: string, enabled: boolean, user: string): Promise<boolean>;
  /** Asks a live scheduler to start a plan now. @returns its answer. @throws RefitError `usage`, `run-silent` */
  runNow(plan: string, user: string): Promise<ScheduleEntry>;
}

/** @param viewing says which files can be plans. @param host the name of this machine. @param pid of this process. */
export function createFolderAccess(
  folder: string,
  { clock, host, pid, viewing }: { clock: Clock; host: string; pid: number; viewing: Viewing },
): ScheduleAccess {
  const root = rootOf(folder, undefined);
  const watched = watchFolder(folder, root, viewing);
  const { directoryOf } = createOccurrenceStore(root, host);
  const placeOf = (plan: string, due: string) => basename(directoryOf(plan, due));
  const readLog = createLogReader(root);
  let asked = 0;
  return {
    kind: 'folder',
    place: folder,
    async read() {
      const [view, { state, entries }] = [await watched.read(), await readLog()];
      const hasScheduler = (await liveHolder(root, host)) !== null;
      return { view, state, entries, hasScheduler, now: clock.now(), placeOf };
    },
    async textOf(plan) {
      if (!isPlanName(plan)) return null;
      const subject = /\.json$/i.test(plan) ? 'saved-plan' : 'plan';
      const read = readRegularFile(join(folder, plan), { subject });
      return await read.then(String, (error: unknown) => {
        if (isMissing(error)) return null;
        throw error;
      });
    },
    async switch(word, enabled, user) {
      const view = await watched.read();
      const { name } = fileNamed(word, view, folder);
      return await switchPlan({ root, view }, name, { enabled, at: clock.now(), by: user });
    },
    async runNow(word, user) {
      const { name } = fileNamed(word, await watched.read(), folder);
      const at = clock.now();
      const id = `${iso(at).replace(/[^0-9A-Z]/g, '')}-${pid}-${asked++}`;
      return await requestRun({ root, folder }, { id, plan: name, at, by: user }, clock);
    },
  };
}

/** Reads the schedule log of a folder again only when its file grew. */
function createLogReader(root: string): () => Promise<Pick<ReadAccess, 'state' | 'entries'>> {
  let known: { readonly stamp: string; readonly read: Pick<ReadAccess, 'state' | 'entries'> } | null = null;
  return async () => {
    const stamp = await stampOf(join(root, SCHEDULE_LOG_FILE));
    if (stamp === null) return { state: EMPTY_STATE, entries: [] };
    if (known?.stamp === stamp) return known.read;
    const { state, entries } = await readScheduleLog(root);
    known = { stamp, read: { state, entries } };
    return known.read;
  };
}

/** Which file it is, its length and its time; null: there is none. */
async function stampOf(path: string): Promise<string | null> {
  const opened = await openRegularFile(path, { subject: 'schedule-log' }).catch(() => null);
  if (opened === null) return null;
  try {
    const { ino, size, mtimeNs } = await opened.file.stat({ bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } finally {
    await opened.file.close();
  }
}
