/** The folder of one attempt of a store: the plan, the draft, the review and the output, until the store has them. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RefitError } from '../../errors.ts';
import { mustBeOwnFolder } from '../../files/check-folder.ts';
import { readTextIfPresent } from '../../files/open-file.ts';
import { makeFolder, replaceOwnFile } from '../../files/write-file.ts';
import type { HeldOccurrence } from '../../store/schedule-store.ts';
import { isPlanName } from '../plan-file.ts';
import type { AttemptFolder } from './store-attempt.ts';

/** Creates folders in the user's state. @param id of the scheduler, so that two on one host share none. */
export function createAttemptFolders(stateDirectory: string, id: string) {
  return async ({ plan, due, epoch }: HeldOccurrence): Promise<AttemptFolder> => {
    // The name is that of a folder and of a file here, and somebody else may have written the row.
    if (!isPlanName(plan))
      throw new RefitError(
        'journal-broken',
        `the store has an occurrence of a plan whose name is no name: ${JSON.stringify(plan.slice(0, 60))}`,
        'find out who wrote it: refit schedule log',
      );
    const name = `${plan}-${due.replace(/[-:.]/g, '')}-${epoch}`;
    const folder = join(stateDirectory, 'schedule', id, name);
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
