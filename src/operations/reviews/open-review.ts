/** Opens the saved plan that a review is about: a file of the folder of plans, or the plan of a run. */
import { join } from 'node:path';
import type { SavedPlan } from '../../model.ts';
import { folderSignatures } from '../../store/folder/signed-files.ts';
import { RUN_FILES } from '../../store/run-files.ts';
import { shortPath } from '../machine.ts';
import type { PlanFolder } from '../plans/plan-folder.ts';
import { readSavedPlanFile } from '../plans/saved-plan-file.ts';
import { type NamedPlan, NOTHING_OFFERED, openPlanFile } from '../runs/open-plan.ts';
import type { RunReader, RunsOfStore } from '../runs/open-runs.ts';

/** A saved plan with its name in commands. */
export interface OpenedPlan {
  readonly plan: NamedPlan;
  /** A path, short if it is below the current folder, or the id of the run that has the plan. */
  readonly file: string;
}

/**
 * Opens a saved plan of the folder. What people signed goes to the store, if that is a database.
 * @param name a name of `PlanFolder.files`. @throws RefitError as `PlanFolder.pathOf` and `readSavedPlanFile` do.
 */
export async function openSavedPlan(
  folder: PlanFolder,
  name: string,
  runs: Pick<RunsOfStore, 'signaturesOf'>,
  read: typeof readSavedPlanFile = readSavedPlanFile,
): Promise<OpenedPlan> {
  const file = shortPath(folder.pathOf(name));
  return { plan: await openPlanFile(file, read, runs.signaturesOf), file };
}

/** Opens the plan of a run. @throws RefitError as `RunReader.readPlan` does. */
export async function openPlanOfRun(
  run: RunReader,
  runs: Pick<RunsOfStore, 'signaturesOf'>,
): Promise<OpenedPlan> {
  return planOfRun(run, await run.readPlan(), runs);
}

/** The plan of a run that was read. */
export function planOfRun(
  run: RunReader,
  saved: SavedPlan,
  runs: Pick<RunsOfStore, 'signaturesOf'>,
): OpenedPlan {
  if (run.kind === 'database') {
    const stored = runs.signaturesOf(saved.digest);
    return { plan: { saved, signatures: stored ?? NOTHING_OFFERED, stored }, file: run.id };
  }
  const file = join(run.name, RUN_FILES.plan);
  return { plan: { saved, signatures: folderSignatures(file, run.name), stored: null }, file };
}
