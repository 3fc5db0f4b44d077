/**
 * The directory of an occurrence, `<file>/<due, UTC>/`. It is the run directory, and also holds the reviews, the draft of
 * the plan and the output of the commands.
 */
import { link, lstat, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { mustBeOwnFolder } from '../files/check-folder.ts';
import { readRegularFile, readTextIfPresent } from '../files/open-file.ts';
import { makeFolder, replaceOwnFile, syncDirectory } from '../files/write-file.ts';
import type { Report, SavedPlan } from '../model.ts';
import { readSavedPlan } from '../plan/saved/read-saved-plan.ts';
import { type Holder, isAlive, readHolder } from '../store/folder/lock.ts';
import { RUN_FILES, readRunSnapshot } from '../store/folder/run-directory.ts';
import { folderSignatures } from '../store/folder/signed-files.ts';
import { keepPlanSignatures } from '../store/plan-signatures.ts';

/** The live process that holds the lock of a folder; null if there is none. @param host the name of this host. */
export async function liveHolder(folder: string, host: string): Promise<Holder | null> {
  const holder = await readHolder(join(folder, RUN_FILES.lock));
  return holder !== null && (await isAlive(holder, host)) ? holder : null;
}

/** The files of occurrences. */
export type OccurrenceDisk = ReturnType<typeof createOccurrenceStore>;

/** @param root the folder that holds all occurrences. @param host the name of this host. */
export function createOccurrenceStore(root: string, host: string) {
  /**
   * Makes a text the sealed plan, unless there is one, and keeps the signatures beside its file first. Durable when it
   * resolves.
   */
  const seal = async (directory: string, text: string, file: string): Promise<void> => {
    await keepPlanSignatures(readSavedPlan(text), folderSignatures(file, directory));
    const draft = join(directory, 'sealing.json');
    await replaceOwnFile(draft, text);
    await linkOnce(draft, directory);
  };
  return {
    /** `<plan>/20261124T173000Z`, with milliseconds if they are not zero. @param due ISO 8601 UTC. */
    directoryOf: (plan: string, due: string) =>
      join(resolve(root), plan, due.replace(/[-:]/g, '').replace(/\.000Z$/, 'Z')),
    fileIn: (directory: string, name: string) => join(directory, name),
    async prepare(directory: string): Promise<void> {
      await makeFolder(directory);
      await mustBeOwnFolder(directory, 'the folder of the occurrence');
    },
    /** The live process that runs in the directory, as text; null if there is none. */
    async holderOf(directory: string): Promise<string | null> {
      const holder = await liveHolder(directory, host);
      return holder && `process ${holder.pid}${holder.host === host ? '' : ` on ${holder.host}`}`;
    },
    /**
     * The number of journal entries of its run, and the end of the run if it is the last entry; null if there is no run.
     * `byCommand`: a control command stopped the run.
     */
    async run(directory: string) {
      if ((await lstat(join(directory, RUN_FILES.journal)).catch(() => null)) === null) return null;
      const { entries, exitCode, stopCommanded } = (await readRunSnapshot(directory)).state;
      return { entries, end: exitCode === null ? null : { exitCode, byCommand: stopCommanded } };
    },
    /** The sealed plan; null if there is none yet. */
    async sealed(directory: string): Promise<SavedPlan | null> {
      const text = await readTextIfPresent(join(directory, RUN_FILES.plan), { subject: 'saved-plan' });
      return text === null ? null : readSavedPlan(text);
    },
    seal,
    /** Makes the draft in a file the sealed plan. @throws RefitError if it is not a saved plan. */
    async sealDraft(directory: string, draft: string): Promise<void> {
      await seal(directory, String(await readRegularFile(draft, { subject: 'saved-plan' })), draft);
      for (const { file } of await folderSignatures(draft, null).offered('planSignatures'))
        await rm(file, { force: true });
      await rm(draft, { force: true });
    },
    /** The outcomes in the report of its run; null if there is no report. */
    async totals(directory: string): Promise<Report['totals'] | null> {
      const text = await readTextIfPresent(join(directory, RUN_FILES.report), { subject: 'report' });
      return text === null ? null : ((JSON.parse(text) as Report).totals ?? null);
    },
  };
}

/** Links the draft to the plan of a run. An existing plan stays as it is. */
async function linkOnce(draft: string, directory: string): Promise<void> {
  try {
    await link(draft, join(directory, RUN_FILES.plan));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  await syncDirectory(directory);
  await rm(draft, { force: true });
}
