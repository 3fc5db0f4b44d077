/** Opens the store whose runs a command reads: run directories, or the database of `--store` and `REFIT_STORE`. */
import { hostname } from 'node:os';
import { type Clock, systemClock } from '../../clock.ts';
import { folderRuns, readerOfDirectory } from '../../store/folder/folder-runs.ts';
import type { RunReader, RunsOfStore } from '../../store/ports.ts';
import { shortPath, stateDirectoryOf } from '../machine.ts';
import { databaseOf, type StoreChoice } from './store-choice.ts';

export type { RunReader, RunsOfStore };

/** How a command opens a store. */
interface RunsChoice extends StoreChoice {
  readonly clock: Clock;
  /**
   * For a command that claims a run: receives that the database was restored from a backup, which is announced first, as by
   * a worker. Absent: the command reads, or sends to the process of a run.
   */
  readonly onRestored?: (notice: string) => void;
}

/**
 * Opens the runs of the store. @param word as for `databaseOf`.
 * @throws RefitError `store-unreachable` if the database cannot be used, `usage` for a URL that Refit refuses.
 */
export async function openRuns(choice: RunsChoice, word?: string): Promise<RunsOfStore> {
  const { env, clock, onRestored } = choice;
  if (databaseOf(choice, word) !== null) {
    const { storeFrom } = await import('./store-from.ts');
    const { openStored } = await import('./open-stored.ts');
    const target = await storeFrom(choice, word);
    if (target !== null) {
      if (onRestored === undefined) return await openStored(target, { clock, purpose: 'read' });
      const stateDirectory = stateDirectoryOf(env);
      return await openStored(target, { clock, purpose: 'claim', stateDirectory, onNotice: onRestored });
    }
  }
  return folderRuns(
    { stateDirectory: stateDirectoryOf(env), clock, host: hostname() },
    { folder: 'runs', shorten: shortPath },
  );
}

/** A run directory, for functions of the library that take its path. @param env says where the user's state is. */
export function readerAt(
  directory: string,
  { stateDirectory = stateDirectoryOf(process.env), clock = systemClock }: ReaderOptions = {},
): RunReader {
  return readerOfDirectory(directory, { stateDirectory, clock, host: hostname() });
}

interface ReaderOptions {
  /** null: do not judge whether the state knows the run. */
  readonly stateDirectory?: string | null;
  readonly clock?: Clock;
}
