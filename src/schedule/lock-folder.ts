/** Locks a watched folder and makes its carrier: schedule log, occurrences and child processes. */
import { spawn } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import { sha256 } from '../digest.ts';
import { mustBeOwnFolder } from '../files/check-folder.ts';
import { makeFolder, openForAppending } from '../files/write-file.ts';
import { given } from '../given.ts';
import { type Lock, type LockOwner, takeLock } from '../store/folder/lock.ts';
import { RUN_FILES } from '../store/folder/run-files.ts';
import { createFolderCarrier } from './folder-carrier.ts';
import { createOccurrenceStore } from './occurrence-directory.ts';
import type { AttemptPorts } from './run-attempt.ts';
import type { ScheduleEntry } from './schedule-log.ts';
import { openScheduleLog } from './schedule-log-file.ts';
import type { SchedulerPorts } from './scheduler.ts';
import { dropRequest, watchFolder } from './watched-folder.ts';

/** The folder of the plans, the folder of their occurrences, and this user's state folder, which has the locks. */
interface FolderPaths {
  readonly folder: string;
  readonly root: string;
  readonly stateDirectory: string;
}

/** The folder to lock, the scheduler that locks it, and the receivers of its events. */
export interface LockFolderInput
  extends FolderPaths,
    Omit<SchedulerPorts, 'carrier'>,
    Pick<AttemptPorts, 'flags' | 'whyNotPlan' | 'environmentOf'> {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The program of the command line with its first arguments: `[node, main.js]`. */
  readonly program: readonly string[];
  /** Receives each entry of the schedule log once it is durable. */
  readonly onEntry: (entry: ScheduleEntry) => void;
}

/** Locks the folder and calls `use`. @throws RefitError `usage` if it cannot be read, `locked` if it has a scheduler. */
export async function lockFolder<T>(
  input: LockFolderInput,
  use: (ports: SchedulerPorts) => Promise<T>,
): Promise<T> {
  const { folder, root, stateDirectory, env, program, onEntry, flags, whyNotPlan, environmentOf, ...rest } =
    input;
  const { clock, log } = rest;
  const watched = watchFolder(folder, root);
  await watched.read();
  const { host } = rest.by;
  const purpose = `refit schedule of ${resolve(folder)}`;
  const lock = await takeSchedulerLock({ folder, root, stateDirectory }, { host, purpose }, clock);
  try {
    const scheduleLog = await openScheduleLog(root, clock, onEntry);
    try {
      const carrier = createFolderCarrier({
        ...{ clock, log, flags, whyNotPlan, scheduleLog },
        ...given({ environmentOf }),
        disk: createOccurrenceStore(root, host),
        launch: createLauncher(program, env),
        readFolder: watched.read,
        dropRequest: (id) => dropRequest(root, id),
        pathOf: (name) => join(resolve(folder), name),
      });
      return await use({ ...rest, carrier });
    } finally {
      await scheduleLog.close().catch(() => undefined);
    }
  } finally {
    await lock.release().catch(() => undefined);
  }
}

/**
 * Takes the two locks of a scheduler. One is beside the occurrences. The other is in the user's state folder, named after
 * the path of the plans. Together they prevent two schedulers with the same plans and occurrences in two places.
 * @throws RefitError `locked` while another scheduler watches the folder, or keeps its occurrences there.
 */
async function takeSchedulerLock(
  { folder, root, stateDirectory }: FolderPaths,
  self: LockOwner,
  clock: Clock,
): Promise<Pick<Lock, 'release'>> {
  await makeFolder(root);
  await mustBeOwnFolder(root, 'the folder of occurrences');
  await mustBeOwnFolder(stateDirectory, 'the state folder');
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
 * Starts commands of this program as child processes. If one dies, the others continue. Their output goes directly to a
 * file, so that they can outlive the scheduler.
 */
export function createLauncher(
  [program = '', ...first]: LockFolderInput['program'],
  env: LockFolderInput['env'],
): AttemptPorts['launch'] {
  return async (args, output, more) => {
    const file = await openForAppending(output, 'hooks');
    try {
      await file.write(`$ refit ${args.join(' ')}\n`);
      const child = spawn(program, [...first, ...args], {
        env: { ...env, ...more },
        stdio: ['ignore', file.fd, file.fd],
      });
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
