/**
 * One scheduler a folder: its lock lies with the occurrences, and another one, by the folder's own path, where all locks
 * of this user lie, so that the same plans are not watched twice with occurrences in two places.
 */
import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import { sha256 } from '../digest.ts';
import { type Holder, isAlive, type Lock, readHolder, type Taker, takeLock } from '../store/folder/lock.ts';

const LOCK_FILE = 'lock.json';

/** @throws RefitError `locked` while another scheduler watches the folder, or keeps its occurrences there. */
export async function takeSchedulerLock(
  where: { readonly folder: string; readonly root: string; readonly stateDirectory: string },
  self: Taker,
  clock: Clock,
): Promise<Lock> {
  const { folder, root, stateDirectory } = where;
  await mkdir(root, { recursive: true, mode: 0o700 });
  const path = await realpath(folder).catch(() => resolve(folder));
  const ofFolder = join(stateDirectory, 'locks', `schedule-${sha256(path).slice(0, 32)}.json`);
  const first = await takeLock(ofFolder, self, clock);
  try {
    const second = await takeLock(join(root, LOCK_FILE), self, clock);
    return {
      tookOverFrom: second.tookOverFrom ?? first.tookOverFrom,
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

/** The live scheduler that keeps its occurrences there; null where there is none. */
export async function schedulerOf(root: string, host: string): Promise<Holder | null> {
  const holder = await readHolder(join(root, LOCK_FILE));
  return holder !== null && (await isAlive(holder, host)) ? holder : null;
}
