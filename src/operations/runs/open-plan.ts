/** Opens a saved plan that a command names: a file, or the plan of a run in the store. */
import { lstat } from 'node:fs/promises';
import type { Clock } from '../../clock.ts';
import type { SavedPlan } from '../../model.ts';
import { folderSignatures } from '../../store/folder/signed-files.ts';
import type { RunSignatures } from '../../store/ports.ts';
import { openRuns } from './open-runs.ts';
import { databaseOf, type StoreChoice } from './store-choice.ts';

/** A saved plan, and the texts that people signed for it. */
export interface NamedPlan {
  readonly saved: SavedPlan;
  /** The texts beside the file, and those in the store. */
  readonly signatures: RunSignatures;
  /** The texts in the store alone; null without a database. */
  readonly stored: RunSignatures | null;
}

export interface PlanChoice extends StoreChoice {
  readonly clock: Clock;
  /** Reads a saved plan from a file. */
  readonly readFile: (path: string) => Promise<SavedPlan>;
  /** True to open the store that the environment names, although the plan is a file. */
  readonly writes?: boolean;
}

/**
 * Reads a saved plan and works with it. A word means a file if there is one, if it is a path, or ends as a plan does; else a
 * run of the store.
 * @throws RefitError as `readFile` and `RunsOfStore.find` do, and what `work` throws.
 */
export async function withNamedPlan<T>(
  word: string,
  { readFile, writes = false, ...choice }: PlanChoice,
  work: (plan: NamedPlan) => Promise<T>,
): Promise<T> {
  const url = databaseOf(choice);
  const isFile = !(await meansRun(word, choice));
  // Reading a file needs no store, unless the user names one.
  const needsStore = url !== null && (!isFile || writes || choice.store !== undefined);
  if (!needsStore) return work(await openPlanFile(word, readFile, null));
  const runs = await openRuns(choice);
  try {
    if (isFile) return await work(await openPlanFile(word, readFile, runs.signaturesOf));
    const saved = await (await runs.find(word)).readPlan();
    const stored = runs.signaturesOf(saved.digest);
    return await work({ saved, signatures: stored ?? NOTHING_OFFERED, stored });
  } finally {
    await runs.close();
  }
}

/** Whether a word means a run in a database, and not the file of a plan. */
export async function meansRun(word: string, choice: StoreChoice): Promise<boolean> {
  if (databaseOf(choice) === null || word === '-' || /\/|\.(json|ya?ml)$/.test(word)) return false;
  return (await lstat(word).catch(() => null)) === null;
}

/** Opens the file of a saved plan. @param storedOf finds what the store has for it; null: no store is asked. */
export async function openPlanFile(
  path: string,
  readFile: PlanChoice['readFile'],
  storedOf: ((digest: string) => RunSignatures | null) | null,
): Promise<NamedPlan> {
  const saved = await readFile(path);
  const beside = folderSignatures(path, null);
  const stored = storedOf === null ? null : storedOf(saved.digest);
  if (stored === null) return { saved, signatures: beside, stored };
  const signatures: RunSignatures = {
    offered: async (kind) => [...(await beside.offered(kind)), ...(await stored.offered(kind))],
    offeredElsewhere: async (keys) => [
      ...((await beside.offeredElsewhere?.(keys)) ?? []),
      ...((await stored.offeredElsewhere?.(keys)) ?? []),
    ],
    keep: stored.keep,
  };
  return { saved, signatures, stored };
}

/** What a store without signatures offers. */
export const NOTHING_OFFERED: RunSignatures = {
  offered: async () => [],
  keep: async () => undefined,
};
