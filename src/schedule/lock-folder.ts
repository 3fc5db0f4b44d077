/** Holds a watched folder: its locks, its log, the commands that it starts, and all that a scheduler needs beside. */
import { spawn } from 'node:child_process';
import { mkdir, open, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import { sha256 } from '../digest.ts';
import { type Lock, type LockOwner, takeLock } from '../store/folder/lock.ts';
import { RUN_FILES } from '../store/folder/run-files.ts';
import type { Carrier } from './carry-out.ts';
import { createOccurrenceStore } from './occurrence-directory.ts';
import type { ScheduleEntry } from './schedule-log.ts';
import { openScheduleLog } from './schedule-log-file.ts';
import type { SchedulerPorts } from './scheduler.ts';
import { dropRequest, watchFolder } from './watched-folder.ts';

/** Where the plans are, where their occurrences are, and where all locks of this user lie. */
interface Places {
  readonly folder: string;
  readonly root: string;
  readonly stateDirectory: string;
}

/** Which folder is held, by whom, and who hears of it. */
export interface Holding
  extends Places,
    Pick<SchedulerPorts, 'flags' | 'by' | 'version' | 'clock' | 'drain' | 'leave' | 'log'> {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What runs the command line, and its first arguments: `[node, main.js]`. */
  readonly program: readonly string[];
  /** Told of each entry of the log once it is durable. */
  readonly onEntry: (entry: ScheduleEntry) => void;
}

/** @throws RefitError `usage` where the folder cannot be read, `locked` where it has a scheduler. */
export async function lockFolder<T>(
  holding: Holding,
  use: (ports: SchedulerPorts) => Promise<T>,
): Promise<T> {
  const { folder, root, stateDirectory, env, program, onEntry, ...rest } = holding;
  const { clock } = rest;
  const watched = watchFolder(folder, root);
  await watched.look();
  const { host } = rest.by;
  const purpose = `refit schedule of ${resolve(folder)}`;
  const lock = await takeSchedulerLock({ folder, root, stateDirectory }, { host, purpose }, clock);
  try {
    const account = await openScheduleLog(root, clock, onEntry);
    try {
      return await use({
        ...rest,
        account,
        disk: createOccurrenceStore(root, host),
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

/**
 * One scheduler a folder: its lock lies with the occurrences, and another one, by the folder's own path, where all locks
 * of this user lie, so that the same plans are not watched twice with occurrences in two places.
 * @throws RefitError `locked` while another scheduler watches the folder, or keeps its occurrences there.
 */
async function takeSchedulerLock(
  { folder, root, stateDirectory }: Places,
  self: LockOwner,
  clock: Clock,
): Promise<Pick<Lock, 'release'>> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const path = await realpath(folder).catch(() => resolve(folder));
  const ofFolder = join(stateDirectory, 'locks', `schedule-${sha256(path).slice(0, 32)}.json`);
  const first = await takeLock(ofFolder, self, clock);
  try {
    const second = await takeLock(join(root, RUN_FILES.lock), self, clock);
    return {
      async release() {
        await second.release();
        await first.release();
      },
    };
  } catch (error) {
    await first.release();
    throw error;
  }
}

/**
 * Starts commands of this program as processes of their own: one that dies takes no other along, and what it writes goes
 * straight to a file, so that it outlives the scheduler.
 */
function launcher([program = '', ...first]: Holding['program'], env: Holding['env']): Carrier['launch'] {
  return async (args, output) => {
    const file = await open(output, 'a', 0o600);
    try {
      await file.write(`$ refit ${args.join(' ')}\n`);
      const child = spawn(program, [...first, ...args], { env, stdio: ['ignore', file.fd, file.fd] });
      const ended = new Promise<number | null>((resolve) => {
        child.once('error', () => resolve(null));
        child.once('exit', (code) => resolve(code));
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      return { ended, stop: () => void child.kill('SIGTERM') };
    } finally {
      await file.close();
    }
  };
}
