/** The stores that this user has worked with. A restored database cannot restore this record, so it shows the restore. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RefitError } from '../../errors.ts';
import { mustBeOwnFolder } from '../../files/check-folder.ts';
import { readTextIfPresent } from '../../files/open-file.ts';
import { makeFolder, replaceOwnFile } from '../../files/write-file.ts';
import type { Database } from '../../store/postgres/database.ts';
import { type IdentitySeen, readIdentity, type StoreIdentity } from '../../store/postgres/identity.ts';
import { announceRestore, judgeStore } from '../../store/postgres/restored.ts';
import { userName } from '../machine.ts';

/**
 * Creates the check of a process that may order: it compares the database with the user's record. A restore that nobody has
 * announced is announced now, so that every unfinished run reads its open steps before it orders.
 * @param onNotice receives what was found, once.
 */
export function checkOfStores(
  stateDirectory: string,
  onNotice: (notice: string) => void,
): (seen: IdentitySeen, database: Database) => Promise<void> {
  return async (seen, database) => {
    const known = await readKnownStore(stateDirectory, seen.now.id);
    const verdict = judgeStore(known, seen);
    if (verdict.kind === 'restored') {
      const { place } = database.target;
      const announced = await announceRestore(database, {
        reason: verdict.reason,
        by: userName(),
        host: hostname(),
        seen: known?.generation ?? 0,
        unless: seen.recorded.generation,
      });
      onNotice(
        announced === null
          ? `the store ${place} was restored from a backup; somebody else has announced it`
          : `the store ${place} was restored from a backup (${verdict.reason}): ${announced.runs} unfinished runs read every open step before they order`,
      );
    }
    await writeKnownStore(stateDirectory, (await readIdentity(database)).now);
  };
}

function pathOf(stateDirectory: string, id: string): string {
  if (!/^[0-9a-f-]{36}$/.test(id))
    throw new RefitError(
      'store-unreachable',
      'the id of the store is not a UUID, so this is no store of Refit',
      'refit store check',
    );
  return join(stateDirectory, 'stores', `${id}.json`);
}

/** The identity that the user's state has; null: none, or a damaged file. */
export async function readKnownStore(stateDirectory: string, id: string): Promise<StoreIdentity | null> {
  const path = pathOf(stateDirectory, id);
  await mustBeOwnFolder(stateDirectory, 'the state folder');
  const text = await readTextIfPresent(path, { subject: 'state', isTrusted: true });
  try {
    const known = JSON.parse(text ?? '') as StoreIdentity;
    return known.id === id && Number.isInteger(known.generation) ? known : null;
  } catch {
    return null;
  }
}

async function writeKnownStore(stateDirectory: string, identity: StoreIdentity): Promise<void> {
  const path = pathOf(stateDirectory, identity.id);
  await makeFolder(join(stateDirectory, 'stores'));
  await replaceOwnFile(path, `${JSON.stringify(identity)}\n`);
}
