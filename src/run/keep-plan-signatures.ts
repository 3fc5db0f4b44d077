/** Copies the signatures of planners to the run directory, so that the evidence of a run has them. */
import { judgePlanners } from '../approval/judge-planners.ts';
import type { SavedPlan } from '../model.ts';
import { offeredPlanSignatures, savePlanSignatures } from '../store/folder/signed-files.ts';

/** @param savedFile the path of the saved plan; null if it is only in the run directory. */
export async function keepPlanSignatures(
  { digest }: SavedPlan,
  savedFile: string | null,
  directory: string,
): Promise<void> {
  const { planned } = judgePlanners(digest, await offeredPlanSignatures(savedFile, directory), []);
  await savePlanSignatures(
    directory,
    planned.map(({ signature }) => signature),
  );
}
