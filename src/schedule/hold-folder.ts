/** Holds a watched folder: its lock, its log, and all that a scheduler needs beside. */
import { join, resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import type { ScheduleEntry } from './account.ts';
import { openAccountFile } from './account-file.ts';
import { launcher } from './launch.ts';
import { openOccurrenceDisk } from './occurrence-directory.ts';
import type { SchedulerPorts } from './scheduler.ts';
import { takeSchedulerLock } from './scheduler-lock.ts';
import { dropRequest, watchFolder } from './watched-folder.ts';

/** Which folder is held, by whom, and who hears of it. */
export interface Holding
  extends Pick<SchedulerPorts, 'flags' | 'by' | 'version' | 'drain' | 'leave' | 'log'> {
  readonly folder: string;
  readonly root: string;
  readonly stateDirectory: string;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What runs the command line, and its first arguments. */
  readonly program: readonly string[];
  /** Told of each entry of the log once it is durable. */
  readonly onEntry: (entry: ScheduleEntry) => void;
}

/** @throws RefitError `usage` where the folder cannot be read, `locked` where it has a scheduler. */
export async function holdFolder<T>(
  holding: Holding,
  use: (ports: SchedulerPorts) => Promise<T>,
): Promise<T> {
  const { folder, root, stateDirectory, clock, env, program, onEntry, ...rest } = holding;
  const watched = watchFolder(folder, root);
  await watched.look();
  const { host } = holding.by;
  const purpose = `refit schedule of ${resolve(folder)}`;
  const lock = await takeSchedulerLock({ folder, root, stateDirectory }, { host, purpose }, clock);
  try {
    const account = await openAccountFile(root, clock, onEntry);
    try {
      return await use({
        ...rest,
        clock,
        account,
        disk: openOccurrenceDisk(root, host),
        launch: launcher(program, env),
        look: watched.look,
        dropRequest: (id) => dropRequest(root, id),
        pathOf: (name) => join(resolve(folder), name),
      });
    } finally {
      await account.close().catch(() => undefined);
    }
  } finally {
    await lock.release().catch(() => undefined);
  }
}
