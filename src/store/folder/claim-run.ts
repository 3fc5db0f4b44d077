/** Claims a run directory for this process: finds or makes it, takes the locks, and reads the run. */
import { join, resolve } from 'node:path';
import type { RefitError } from '../../errors.ts';
import { appendText, replaceOwnFile } from '../../files/write-file.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { SavedPlan } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import type { ClaimedRun, HeldRun, KnownRun } from '../ports.ts';
import { runIdOf } from '../run-id.ts';
import { watchReportedHead } from '../run-reading.ts';
import { openControlSocket } from './control-socket.ts';
import { openJournalFile } from './journal-file.ts';
import { findKnownRun, openMark, realPathOf, registerRun } from './known-runs.ts';
import { Locks, type LocksInput } from './locks.ts';
import {
  findUnfinishedRun,
  hasJournal,
  prepareRunDirectory,
  readRunSnapshot,
  reportedHead,
} from './run-directory.ts';
import { RUN_FILES } from './run-files.ts';
import { folderSignatures } from './signed-files.ts';

/** Where the run of a saved plan is, or will be. */
export interface FolderOfRun {
  readonly saved: SavedPlan;
  /** The path of the saved plan. Refit looks for approvals beside it, and always in the run directory. */
  readonly savedFile: string | null;
  /** The folder of new run directories. */
  readonly runsRoot: string;
  /** The run directory, if the user names one. */
  readonly runDirectory: string | null;
}

/**
 * Claims the run of a saved plan: in the named directory, else the newest unfinished run, else a new one.
 * @throws RefitError `locked`, `already-carried-out`, `file-refused`, and what reading a run directory throws.
 */
export async function claimRunDirectory(where: FolderOfRun, input: LocksInput): Promise<ClaimedRun> {
  const { saved, savedFile, runsRoot, runDirectory } = where;
  const { stateDirectory, clock } = input;
  const directory = resolve(
    runDirectory ??
      (await findUnfinishedRun(runsRoot, saved.digest, stateDirectory)) ??
      join(runsRoot, runIdOf(clock.now(), saved.digest)),
  );
  const locks = new Locks(input, `refit apply in ${directory}`);
  return orRelease(locks, async () => {
    await locks.takePlan(saved.digest);
    await mustNotBeElsewhere(saved, directory, stateDirectory);
    await prepareRunDirectory(directory, saved);
    await locks.takeDirectory(directory);
    return claimed(mustBeHere, directory, { input, locks, savedFile });
  });
}

/** Claims an existing run directory, to read the outcomes of its orders. Throws as `claimRunDirectory` does. */
export async function claimExistingDirectory(directory: string, input: LocksInput): Promise<ClaimedRun> {
  return await claimToHandOver(directory, input, 'reconcile', mustBeHere);
}

/**
 * The same for a run that a store takes over, which may have it already.
 * @param word the command, for other processes that meet the locks.
 */
export async function claimToHandOver(
  directory: string,
  input: LocksInput,
  word = 'store import',
  check: (run: HeldRun) => HeldRun = (run) => run,
): Promise<ClaimedRun> {
  const { saved, name } = await readRunSnapshot(directory);
  const locks = new Locks(input, `refit ${word} ${name}`);
  return orRelease(locks, async () => {
    await locks.takePlan(saved.digest);
    await locks.takeDirectory(name);
    return claimed(check, directory, { input, locks, savedFile: null });
  });
}

/** Refuses a run that a store continues. @throws RefitError `already-carried-out` */
function mustBeHere(run: HeldRun): HeldRun {
  const { handedOver } = run.state;
  if (handedOver === null) return run;
  const { place, run: id } = handedOver;
  throw refitError(
    'already-carried-out',
    message('error.handed-over', {
      ...{ name: run.name, place, run: id },
      command: `refit status ${shellQuote(id)} --store ${shellQuote(place)}`,
    }),
  );
}

async function orRelease(locks: Locks, claim: () => Promise<ClaimedRun>): Promise<ClaimedRun> {
  try {
    return await claim();
  } catch (error) {
    await locks.release();
    throw error;
  }
}

/** Refuses a new run of a plan that was carried out elsewhere, before Refit makes its directory. */
async function mustNotBeElsewhere(saved: SavedPlan, directory: string, state: string): Promise<void> {
  const known = await findKnownRun(state, saved.digest);
  const isThere = await hasJournal(directory);
  if (known === null || known.mark.seq === 0 || isThere) return;
  if (known.directory !== (await realPathOf(directory))) throw carriedOutElsewhere(saved, known);
}

/** The refusal to carry out a plan a second time. */
export function carriedOutElsewhere({ digest }: Pick<SavedPlan, 'digest'>, known: KnownRun): RefitError {
  return refitError(
    'already-carried-out',
    message('error.carried-out', {
      ...{ digest, directory: known.directory, at: known.at },
      command: `refit status ${shellQuote(known.directory)}`,
    }),
  );
}

/** Reads the run under its locks. @param check refuses a run that is not to be claimed. */
async function claimed(
  check: (run: HeldRun) => HeldRun,
  folder: string,
  { input, locks, savedFile }: { input: LocksInput; locks: Locks; savedFile: string | null },
): Promise<ClaimedRun> {
  const { stateDirectory, clock } = input;
  const watch = watchReportedHead(await reportedHead(folder));
  const run = check(await readRunSnapshot(folder, stateDirectory, watch.add));
  const { saved, name: directory } = run;
  const { digest } = saved;
  const read: ClaimedRun['read'] = (each) => readRunSnapshot(directory, stateDirectory, each);
  return {
    run,
    read,
    plan: savedFile ?? join(directory, RUN_FILES.plan),
    signatures: folderSignatures(savedFile, directory),
    register: {
      register: (mark, isComplete = false) =>
        registerRun(stateDirectory, { digest, directory, mark, isComplete }, clock),
      open: () => openMark(stateDirectory, digest),
    },
    headAhead: async () => watch.ahead(await reportedHead(directory), read),
    claimInstances: (instances) => locks.takeInstances(digest, instances),
    takeOvers: () => locks.takeOvers(),
    openJournal: () => openJournalFile(join(directory, RUN_FILES.journal), run.journal),
    log: (file, text) => appendText(join(directory, file), text, 'hooks'),
    openControl: (answer, controlClock) => openControlSocket(directory, answer, controlClock),
    async writeReports(reports) {
      for (const { file, text } of reports) await replaceOwnFile(join(directory, file), text);
    },
    release: () => locks.release(),
  };
}
