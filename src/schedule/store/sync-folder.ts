/**
 * Puts the plans of a watched folder into the store. Several hosts may watch copies of one folder. The table of the store has
 * one text for each name. Only schedulers that have a file of this name decide about it. A scheduler puts a file when it
 * starts and when the file changes, never because another copy differs. So copies that differ for a while do not fight.
 */
import type { Clock } from '../../clock.ts';
import { sha256 } from '../../digest.ts';
import { messageOf, RefitError } from '../../errors.ts';
import { FileRefused } from '../../files/file-refused.ts';
import { shellQuote } from '../../next-command.ts';
import type { ScheduleStore, StoredPlan } from '../../store/schedule-store.ts';
import { type FolderView, REMOVED_AFTER } from '../decide.ts';
import type { FileReading } from '../plan-file.ts';
import type { ScheduledBy } from '../schedule-log.ts';
import { lineOf } from './stored-log.ts';
import { readStoredPlan } from './stored-plan.ts';

/** A watched folder. `watchFolder` fits. */
export interface PlanFolder {
  read(): Promise<FolderView>;
  /** The text of a file as it was read last. */
  textOf(name: string): string | null;
  pathOf(name: string): string;
}

/** What a folder contributes to a reading. */
export interface FolderShare {
  /** Files with a schedule: this scheduler decides about their names. */
  readonly names: ReadonlySet<string>;
  /** Files that cannot be scheduled, for people. */
  readonly faults: readonly FileReading[];
}

const NOTHING: FolderShare = { names: new Set(), faults: [] };

interface FileSeen {
  /** The text that this process put, as its digest. */
  readonly put: string;
  /** Since when the file is missing, by the clock's `monotonic`; null: it is there. */
  missingSince: number | null;
}

/** What a folder needs to be brought into a store. */
interface FolderSyncPorts {
  /** Null: this scheduler watches none. */
  readonly folder: PlanFolder | null;
  readonly store: Pick<ScheduleStore, 'putFromFolder' | 'removeFromFolder'>;
  readonly by: ScheduledBy;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Keeps the signed texts beside a saved plan in the store. People may sign at any time. */
  readonly offer: (saved: string, path: string) => Promise<void>;
}

/** Creates what brings the store up to date with a folder. */
export function createFolderSync({ folder, store, by, clock, offer }: FolderSyncPorts) {
  const seen = new Map<string, FileSeen>();

  const put = async (reading: FileReading): Promise<FileReading> => {
    const { name } = reading;
    const text = folder?.textOf(name) ?? null;
    const stored = reading.kind === 'scheduled' ? readStoredPlan(name, text) : reading;
    if (folder === null || stored.kind !== 'scheduled' || text === null) return stored;
    if (stored.plan.saved !== null)
      try {
        await offer(text, folder.pathOf(name));
      } catch (error) {
        if (!(error instanceof FileRefused)) throw error;
        return {
          kind: 'invalid',
          name,
          message: `a signed file beside it is refused: ${error.reason}`,
          fix: error.fix,
        };
      }
    const digest = sha256(text);
    const before = seen.get(name);
    if (before?.put === digest) {
      before.missingSince = null;
      return stored;
    }
    const line = (replaces: boolean) =>
      lineOf({ kind: 'put', plan: name, by, from: 'folder', sha256: digest, replaces });
    if (!(await store.putFromFolder(name, text, digest, line))) return taken(name);
    seen.set(name, { put: digest, missingSince: null });
    return stored;
  };

  const removeMissing = async (present: ReadonlySet<string>): Promise<void> => {
    for (const [name, file] of seen) {
      if (present.has(name)) continue;
      file.missingSince ??= clock.monotonic();
      if (clock.monotonic() - file.missingSince < REMOVED_AFTER) continue;
      await store.removeFromFolder(name, file.put, lineOf({ kind: 'removed', plan: name, by }));
      seen.delete(name);
    }
  };

  return {
    /** Brings the store up to date with the folder, unless it cannot be read. @throws errors of the store. */
    async sync(): Promise<FolderShare> {
      if (folder === null) return NOTHING;
      const readings: FileReading[] = [];
      const read = await folder.read().catch(unreadable(folder));
      // The plans of the store do not wait for a folder that somebody will mount again.
      if ('fault' in read) return { names: new Set(), faults: [read.fault] };
      for (const file of read.files) readings.push(await put(file));
      await removeMissing(new Set(readings.map(({ name }) => name)));
      return {
        names: new Set(readings.flatMap((one) => (one.kind === 'scheduled' ? [one.name] : []))),
        faults: readings.filter(({ kind }) => kind !== 'scheduled'),
      };
    },
  };
}

function unreadable(folder: PlanFolder) {
  return (error: unknown): { readonly fault: FileReading } => ({
    fault: {
      ...{ kind: 'invalid', name: folder.pathOf('.'), message: messageOf(error) },
      fix: error instanceof RefitError ? error.fix : 'make the folder readable; Refit tries again',
    },
  });
}

function taken(name: string): FileReading {
  return {
    kind: 'invalid',
    name,
    message: 'a person put another plan of this name into the store',
    fix: `rename the file, or: refit schedule remove ${shellQuote(name)}`,
  };
}

/** A plan of the folder that the store does not have any more, although the file is there. */
export function removedElsewhere(names: ReadonlySet<string>, plans: readonly StoredPlan[]): FileReading[] {
  const present = new Set(plans.map(({ name }) => name));
  return [...names].flatMap((name): FileReading[] =>
    present.has(name)
      ? []
      : [
          {
            ...{ kind: 'invalid', name },
            message: 'another scheduler or a person removed it from the store',
            fix: 'remove the file, or change it: then this scheduler puts it again',
          },
        ],
  );
}
