/** The mark of a run: how far the user's state knows its journal to have come. */
import type { Clock } from '../clock.ts';
import { openMark, registerRun } from '../store/folder/known-runs.ts';
import type { RunOnDisk } from '../store/folder/run-directory.ts';
import type { RunMark } from './in-directory.ts';

interface MarkInput {
  readonly stateDirectory: string;
  readonly clock: Clock;
}

/** Opens the mark of a run. The state knows a new run before its first entry, so that a crash does not make it unknown. */
export async function markOf({ saved, directory, trust }: RunOnDisk, input: MarkInput): Promise<RunMark> {
  const { stateDirectory, clock } = input;
  const { digest } = saved;
  if (trust?.kind === 'new') await registerRun(stateDirectory, { digest, directory }, clock);
  return openMark(stateDirectory, digest);
}

/** The mark of an adopted run. The state knows the run once its adoption is durable: a crash before needs another one. */
export function markOnAdoption(
  { saved, directory }: RunOnDisk,
  { stateDirectory, clock }: MarkInput,
): RunMark {
  const { digest } = saved;
  let mark: RunMark | null = null;
  return {
    async write(end) {
      if (mark !== null) return mark.write(end);
      await registerRun(stateDirectory, { digest, directory, mark: end }, clock);
      mark = await openMark(stateDirectory, digest);
    },
    close: async () => mark?.close(),
  };
}
