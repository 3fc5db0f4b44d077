/** The folder of one attempt of a store: the plan, the draft, the review and the output, until the store has them. */
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { mustBeOwnFolder } from '../../files/check-folder.ts';
import { readTextIfPresent } from '../../files/open-file.ts';
import { makeFolder, replaceOwnFile } from '../../files/write-file.ts';
import type { HeldOccurrence } from '../../store/schedule-store.ts';
import { DAY } from '../../units.ts';
import { isPlanName } from '../plan-file.ts';
import type { AttemptFolder } from './store-attempt.ts';

/** What a scheduler that was killed left is removed after this time. No attempt takes so long. */
const LEFT_FOR = 2 * DAY;

/** The folder of a scheduler: host, process and a part of the time of its start. */
const OF_SCHEDULER = /-\d+-[0-9a-z]+$/;

/** Creates folders in the user's state. @param id of the scheduler, so that two on one host share none. */
export function createAttemptFolders(stateDirectory: string, id: string, clock: Pick<Clock, 'now'>) {
  const all = join(stateDirectory, 'schedule');
  let isClean = false;
  return async ({ plan, due, epoch }: HeldOccurrence): Promise<AttemptFolder> => {
    // The name is that of a folder and of a file here, and somebody else may have written the row.
    if (!isPlanName(plan))
      throw new RefitError(
        'journal-broken',
        `the store has an occurrence of a plan whose name is no name: ${JSON.stringify(plan.slice(0, 60))}`,
        'find out who wrote it: refit schedule log',
      );
    const name = `${plan}-${due.replace(/[-:.]/g, '')}-${epoch}`;
    if (!isClean) await removeLeft(all, clock.now() - LEFT_FOR);
    isClean = true;
    const folder = join(all, id, name);
    await rm(folder, { recursive: true, force: true });
    await makeFolder(folder);
    await mustBeOwnFolder(folder, 'the folder of the attempt');
    const pathOf = (file: string) => join(folder, file);
    return {
      pathOf,
      write: (file, text) => replaceOwnFile(pathOf(file), text),
      // A saved plan is the largest of them.
      read: (file) => readTextIfPresent(pathOf(file), { subject: 'saved-plan' }),
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  };
}

/** Removes the folders of schedulers in which nothing was made since then. A live one makes its folder again. */
async function removeLeft(all: string, before: number): Promise<void> {
  for (const name of await readdir(all).catch(() => [])) {
    if (!OF_SCHEDULER.test(name)) continue;
    const path = join(all, name);
    const there = await lstat(path).catch(() => null);
    if (there !== null && there.mtimeMs < before)
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
