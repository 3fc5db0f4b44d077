/** Reads runs in run directories, for `RunReader` and `RunsOfStore`. */
import { lstat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { readRegularFile, readTextIfPresent } from '../../files/open-file.ts';
import type { RunReader, RunsOfStore } from '../ports.ts';
import { LATEST } from '../run-id.ts';
import { ambiguousRun } from '../run-reading.ts';
import { claimExistingDirectory } from './claim-run.ts';
import { askRunProcess } from './control-client.ts';
import { type FoundFolder, findRuns, runsNamed } from './find-runs.ts';
import { followRunDirectory } from './follow-run.ts';
import { journalFilePieces, walkJournalFile } from './journal-file.ts';
import { findKnownRun, judgeTrust, realPathOf } from './known-runs.ts';
import { isAlive, readHolder } from './lock.ts';
import { readRunPlan, readRunSnapshot, reportedHead } from './run-directory.ts';
import { RUN_FILES } from './run-files.ts';
import { keepSigned, keptSigned } from './signed-files.ts';

/** The user and machine that read. */
export interface FolderReading {
  /** The user's state, which may know a run; null: do not judge that. */
  readonly stateDirectory: string | null;
  readonly clock: Clock;
  /** The name of this machine: Refit sees only its processes. */
  readonly host: string;
}

/** @param directory a run directory as the user named it; nobody has looked whether it is one. */
export function readerOfDirectory(
  directory: string,
  { stateDirectory, clock, host }: FolderReading,
): RunReader {
  const path = (file: string) => join(directory, file);
  return {
    kind: 'folder',
    name: directory,
    id: basename(resolve(directory)),
    exists: async () => (await lstat(directory).catch(() => null)) !== null,
    read: (each) => readRunSnapshot(directory, stateDirectory, each),
    follow: () => followRunDirectory(directory, stateDirectory),
    readPlan: () => readRunPlan(directory),
    planText: async () => String(await readRegularFile(path(RUN_FILES.plan), { subject: 'saved-plan' })),
    async walk(saved, each) {
      // Before the journal: a live run writes the mark after its entry.
      const known = stateDirectory === null ? null : await findKnownRun(stateDirectory, saved.digest);
      let hashAtMark: string | null = null;
      const journal = await walkJournalFile(path(RUN_FILES.journal), (entry) => {
        if (entry.seq === known?.mark.seq) hashAtMark = entry.hash;
        each(entry);
      });
      if (stateDirectory === null) return { journal, trust: null };
      const seen = { entries: journal.end.seq, tornBytes: journal.tornBytes, hashAtMark };
      return { journal, trust: judgeTrust(known, await realPathOf(directory), seen) };
    },
    journalPieces: () => journalFilePieces(path(RUN_FILES.journal)),
    report: (file) => readTextIfPresent(path(file), { subject: 'report' }),
    reportedHead: () => reportedHead(directory),
    kept: (kind) => keptSigned(directory, kind),
    async keep(kind, file) {
      await keepSigned(directory, kind, [file]);
      return join(directory, RUN_FILES[kind], file.name);
    },
    async holder() {
      const holder = await readHolder(path(RUN_FILES.lock));
      return holder && (await isAlive(holder, host)) ? holder : null;
    },
    async isKnown() {
      if (stateDirectory === null) return false;
      const known = await findKnownRun(stateDirectory, (await readRunPlan(directory)).digest);
      return known?.directory === (await realPathOf(directory));
    },
    ask: (line) => askRunProcess(directory, line, clock),
    storeState: async () => null,
    claim(endpoint) {
      if (stateDirectory === null) throw new Error('internal error: a claim needs the state of the user');
      return claimExistingDirectory(directory, { stateDirectory, clock, endpoint, host });
    },
  };
}

/** Which file it is, its length and its time. */
async function stampOf(journal: string): Promise<string | null> {
  const there = await lstat(journal, { bigint: true }).catch(() => null);
  return there && `${there.ino} ${there.size} ${there.mtimeNs}`;
}

/**
 * The runs that the state of a user knows, and those in a folder.
 * @param folder a folder of run directories; it may be missing. @param shorten makes a path short for people.
 */
export function folderRuns(
  reading: FolderReading & { readonly stateDirectory: string },
  { folder, shorten }: { readonly folder: string; readonly shorten: (path: string) => string },
): RunsOfStore {
  const { stateDirectory } = reading;
  const of = (directory: string) => readerOfDirectory(directory, reading);
  return {
    kind: 'folder',
    async find(typed) {
      const isPath = typed.includes('/') || typed === '.' || typed === '..' || typed === '';
      if (isPath || (typed !== LATEST && (await lstat(typed).catch(() => null)) !== null)) return of(typed);
      const [run, ...others] = runsNamed(typed, await findRuns(stateDirectory, folder));
      if (run !== undefined && others.length === 0) return of(shorten(run.directory));
      if (run !== undefined) {
        const places = [run, ...others].map(({ directory }) => shorten(directory));
        throw ambiguousRun('folder', typed, places);
      }
      if (typed !== LATEST) return of(typed);
      throw new RefitError(
        'usage',
        "no run is the latest: this user's state knows none",
        'refit runs   lists the runs in ./runs; give the folder of one',
      );
    },
    async list(most) {
      const found = await findRuns(stateDirectory, folder);
      const runs = await Promise.all(
        found.slice(0, most).map(async ({ name, directory, isKnown, since }: FoundFolder) => ({
          name,
          run: directory === '' ? null : of(directory),
          isKnown,
          since,
          stamp: directory === '' ? null : await stampOf(join(directory, RUN_FILES.journal)),
        })),
      );
      return { runs, more: found.length - runs.length };
    },
    signaturesOf: () => null,
    close: async () => undefined,
  };
}
