/** The mark of a run: how far the user's state knows its journal to have come. */
import type { Clock } from '../clock.ts';
import type { ChainEnd } from '../journal/chain.ts';
import { openMark, type RunMark, registerRun } from '../store/folder/known-runs.ts';
import type { RunOnDisk } from '../store/folder/run-directory.ts';

/** Where the user's state keeps what it knows of one run. */
export interface RunRegister {
  /**
   * Makes the state know the run. It replaces what the state knew of the plan.
   * @param mark absent: no order left. @param isComplete as for `KnownRun`.
   */
  register(mark?: ChainEnd, isComplete?: boolean): Promise<void>;
  /** Opens the mark of the known run, for one process. */
  open(): Promise<RunMark>;
}

/** The register of a run in the state folder. */
export function registerOf(
  { saved, directory }: Pick<RunOnDisk, 'saved' | 'directory'>,
  { stateDirectory, clock }: { readonly stateDirectory: string; readonly clock: Clock },
): RunRegister {
  const { digest } = saved;
  return {
    register: (mark, isComplete = false) =>
      registerRun(stateDirectory, { digest, directory, mark, isComplete }, clock),
    open: () => openMark(stateDirectory, digest),
  };
}

/** Opens the mark of a run. The state knows a new run before its first entry, so that a crash does not make it unknown. */
export async function markOf({ trust }: Pick<RunOnDisk, 'trust'>, register: RunRegister): Promise<RunMark> {
  if (trust?.kind === 'new') await register.register();
  return register.open();
}

/** The mark of an adopted run. The state knows the run once its adoption is durable: a crash before needs another one. */
export function markOnAdoption(register: RunRegister): RunMark {
  let mark: RunMark | null = null;
  return {
    async write(end) {
      if (mark !== null) return mark.write(end);
      await register.register(end);
      mark = await register.open();
    },
    close: async (end) => mark?.close(end),
  };
}
