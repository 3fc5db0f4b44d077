/** Run directories: saved plan, journal and reports. Folders have mode 0700. */

import { lstat, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RefitError } from '../../errors.ts';
import { mustBeOwnFolder } from '../../files/check-folder.ts';
import { currentLedger } from '../../files/file-ledger.ts';
import { FileRefused } from '../../files/file-refused.ts';
import { readTextIfPresent } from '../../files/open-file.ts';
import { makeFolder, makePrivate, replaceOwnFile } from '../../files/write-file.ts';
import { isFinished } from '../../journal/replay.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { SavedPlan } from '../../model.ts';
import { readSavedPlan } from '../../plan/saved/read-saved-plan.ts';
import { encodeSavedPlan } from '../../plan/saved/seal-plan.ts';
import type { EachEntry, HeldRun, WholeRun } from '../ports.ts';
import { createRunReading, headInReport, readWhole } from '../run-reading.ts';
import { walkJournalFile } from './journal-file.ts';
import { findKnownRun, judgeTrust, realPathOf } from './known-runs.ts';
import { RUN_FILES } from './run-files.ts';

export { RUN_FILES };

/**
 * Reads a run directory. Writes nothing.
 * @param stateDirectory the user's state, which may know the run; null: do not judge that.
 * @throws RefitError `usage` if there is none, `plan-altered` or `format-unknown` if its plan is not trusted,
 * `journal-broken` if the chain of the journal is broken or belongs to another plan.
 */
export async function readRun(directory: string, stateDirectory: string | null = null): Promise<WholeRun> {
  return readWhole({ read: (each) => readRunSnapshot(directory, stateDirectory, each) });
}

/** Reads a run without keeping its entries. Throws as `readRun` does. */
export async function readRunSnapshot(
  directory: string,
  stateDirectory: string | null = null,
  each: EachEntry = () => undefined,
): Promise<HeldRun> {
  const path = resolve(directory);
  const saved = await readRunPlan(directory);
  const known = stateDirectory === null ? null : await findKnownRun(stateDirectory, saved.digest);
  const place = { kind: 'folder', name: directory } as const;
  const reading = createRunReading(place, saved, known?.mark.seq ?? 0, each);
  const journal = await walkJournalFile(join(path, RUN_FILES.journal), reading.add);
  const { hashAtMark, ...folded } = reading.end(journal);
  const seen = { entries: journal.end.seq, tornBytes: journal.tornBytes, hashAtMark };
  const trust = stateDirectory === null ? null : judgeTrust(known, await realPathOf(path), seen);
  return { kind: 'folder', name: path, saved, journal, ...folded, trust };
}

/** Reads the saved plan of a run directory, in its own function so that its text can be freed. */
export async function readRunPlan(directory: string): Promise<SavedPlan> {
  const path = resolve(directory);
  const planText = await readTextIfPresent(join(path, RUN_FILES.plan), { subject: 'saved-plan' });
  if (planText === null) {
    throw refitError('usage', message('error.no-run-directory', { directory, file: RUN_FILES.plan }));
  }
  return readSavedPlan(planText);
}

/** True if there is something at the path of the journal. */
export async function hasJournal(directory: string): Promise<boolean> {
  return lstat(join(directory, RUN_FILES.journal)).then(
    () => true,
    () => false,
  );
}

/** The journal head in the run's report; null if there is no readable report with one. */
export async function reportedHead(directory: string): Promise<string | null> {
  return headInReport(await readTextIfPresent(join(directory, RUN_FILES.report), { subject: 'report' }));
}

/**
 * Makes a run directory for a plan, or checks that an existing one belongs to the plan and to this user.
 * @throws FileRefused if others can write to it, or if it holds other files.
 * @throws RefitError `usage` if an output of the command is a file of the run.
 */
export async function prepareRunDirectory(directory: string, saved: SavedPlan): Promise<void> {
  await currentLedger()?.reserve(directory, Object.values(RUN_FILES));
  await makeFolder(directory);
  await mustBeRunOrEmpty(directory);
  const path = join(directory, RUN_FILES.plan);
  const present = await readTextIfPresent(path, { subject: 'saved-plan' });
  if (present === null) {
    if ((await lstat(join(directory, RUN_FILES.journal)).catch(() => null)) !== null) {
      throw new RefitError(
        'journal-broken',
        `${directory} has a journal but no plan`,
        'give another run directory with --run-dir',
      );
    }
    await replaceOwnFile(path, encodeSavedPlan(saved));
  } else if (readSavedPlan(present).digest !== saved.digest) {
    throw new RefitError(
      'plan-altered',
      `${directory} is the run directory of another plan (${readSavedPlan(present).digest.slice(0, 8)})`,
      'remove --run-dir, or give an empty folder',
    );
  }
}

/** What one directory may hold before its run has a plan: files of the scheduler, and of a start that failed. */
const BEFORE_A_RUN = /^(\.refit-.+\.tmp|sealing\.json|review\..+|draft.*\.json|output\.log|lock\.json.*)$/;

/** Makes a run directory private. A folder with other files may be a mistake, so it is refused. */
async function mustBeRunOrEmpty(directory: string): Promise<void> {
  const subject = 'the run directory';
  const names = await readdir(directory);
  // Nobody has placed a file in an empty folder, so its mode can be corrected.
  if (names.length === 0) await makePrivate(directory);
  await mustBeOwnFolder(directory, subject);
  if (names.length > 0) await makePrivate(directory);
  const other = (await readdir(directory)).find((name) => !BEFORE_A_RUN.test(name));
  const records: readonly string[] = [RUN_FILES.plan, RUN_FILES.journal];
  if (other === undefined || names.some((name) => records.includes(name))) return;
  throw new FileRefused(subject, directory, {
    reason: `it is not empty and not a run: it has ${other}`,
    fix: 'give another folder with --run-dir, or remove --run-dir',
    isFolder: true,
  });
}

/**
 * The unfinished run of a digest in `root`: the one that the user's state knows, else the newest; null if there is none.
 */
export async function findUnfinishedRun(
  root: string,
  digest: string,
  stateDirectory: string,
): Promise<string | null> {
  const names = await readdir(root).catch((): string[] => []);
  const ours = names.filter((name) => name.endsWith(`-${digest.slice(0, 8)}`)).sort();
  const known = await findKnownRun(stateDirectory, digest);
  const isKnown = async (name: string) => (await realPathOf(join(root, name))) === known?.directory;
  let newest: string | null = null;
  for (const name of ours.reverse()) {
    const directory = join(root, name);
    const run = await readRunSnapshot(directory).catch((error: unknown) => {
      // Do not skip a broken run of this plan, because it may have ordered.
      if (error instanceof RefitError && error.code === 'usage') return null;
      throw error;
    });
    if (run === null || run.saved.digest !== digest || isFinished(run.state)) continue;
    if (await isKnown(name)) return directory;
    newest ??= directory;
  }
  return newest;
}
