/**
 * The directory of an occurrence, `<file>/<due, UTC>/`: the run directory of what it carries out, with the reviews, the
 * draft that planning made and the output of its processes beside.
 */
import { link, mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Report, SavedPlan } from '../model.ts';
import { readSavedPlan } from '../plan/seal.ts';
import { type Holder, isAlive, readHolder } from '../store/folder/lock.ts';
import { RUN_FILES, readStanding, readText, replaceFile } from '../store/folder/run-directory.ts';
import { syncDirectory } from '../store/folder/run-files.ts';

/** The live process that holds the lock of a folder; null where there is none. @param host this host's name. */
export async function liveHolder(folder: string, host: string): Promise<Holder | null> {
  const holder = await readHolder(join(folder, RUN_FILES.lock));
  return holder !== null && (await isAlive(holder, host)) ? holder : null;
}

/** What an occurrence has on disk. */
export type OccurrenceDisk = ReturnType<typeof createOccurrenceStore>;

/** @param root the folder that holds all occurrences. @param host this host's name. */
export function createOccurrenceStore(root: string, host: string) {
  /** Seals a text, unless something is sealed already. Durable when it resolves. */
  const seal = async (directory: string, text: string): Promise<void> => {
    const draft = join(directory, 'sealing.json');
    await replaceFile(draft, text);
    await linkOnce(draft, directory);
  };
  return {
    /** `<plan>/20261124T173000Z`, with milliseconds where there are some. @param due ISO 8601 UTC. */
    directoryOf: (plan: string, due: string) =>
      join(resolve(root), plan, due.replace(/[-:]/g, '').replace(/\.000Z$/, 'Z')),
    fileIn: (directory: string, name: string) => join(directory, name),
    async prepare(directory: string): Promise<void> {
      await mkdir(directory, { recursive: true, mode: 0o700 });
    },
    /** The live process that carries its run out, in words; null: none does. */
    async heldBy(directory: string): Promise<string | null> {
      const holder = await liveHolder(directory, host);
      return holder && `process ${holder.pid}${holder.host === host ? '' : ` on ${holder.host}`}`;
    },
    /**
     * How far its run's journal goes, and how the run ended where that is the last of it; null where there is no run.
     * `byCommand`: it was told to drain or to leave by a command of its own.
     */
    async run(directory: string) {
      if ((await readText(join(directory, RUN_FILES.journal))) === null) return null;
      const { entries, exitCode, stopCommanded: toldToStop } = (await readStanding(directory)).state;
      return { entries, end: exitCode === null ? null : { exitCode, byCommand: toldToStop } };
    },
    /** What it carries out; null where nothing is sealed yet. */
    async sealed(directory: string): Promise<SavedPlan | null> {
      const text = await readText(join(directory, RUN_FILES.plan));
      return text === null ? null : readSavedPlan(text);
    },
    seal,
    /** Seals what planning left in a file. @throws RefitError where that is no saved plan. */
    async sealDraft(directory: string, draft: string): Promise<void> {
      const text = await readFile(draft, 'utf8');
      readSavedPlan(text);
      await seal(directory, text);
      await rm(draft, { force: true });
    },
    /** The outcomes in its run's report; null where there is none. */
    async totals(directory: string): Promise<Report['totals'] | null> {
      const text = await readText(join(directory, RUN_FILES.report));
      return text === null ? null : ((JSON.parse(text) as Report).totals ?? null);
    },
  };
}

/** Exactly one text becomes the plan of a run: a name that is taken stays as it is. */
async function linkOnce(draft: string, directory: string): Promise<void> {
  try {
    await link(draft, join(directory, RUN_FILES.plan));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  await syncDirectory(directory);
  await rm(draft, { force: true });
}
