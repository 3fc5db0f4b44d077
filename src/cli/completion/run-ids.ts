/** The ids of runs in a store, for completion. A shell waits for them, so this is short and says nothing of failures. */
import { openRuns } from '../../operations/runs/open-runs.ts';
import { databaseOf } from '../../operations/runs/store-choice.ts';
import { SECOND } from '../../units.ts';
import type { Options } from '../options.ts';
import type { Terminal } from '../terminal.ts';

/** A shell waits no longer, milliseconds. */
const GIVE_UP_AFTER = 1.5 * SECOND;
/** How many of the newest runs are offered. */
const MOST = 100;
/** Shells read the ids, and others write the rows of a store. */
const RUN_ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;

/** @returns the newest ids; none without a database, or if it does not answer in time. Never rejects. */
export async function storedRunIds({ store }: Options, { env, clock }: Terminal): Promise<readonly string[]> {
  const late = clock.sleep(GIVE_UP_AFTER).then((): readonly string[] => []);
  return await Promise.race([read({ store, env, clock }).catch(() => []), late]);
}

async function read(choice: Parameters<typeof openRuns>[0]): Promise<readonly string[]> {
  if (databaseOf(choice) === null) return [];
  const runs = await openRuns(choice);
  try {
    return (await runs.list(MOST)).runs.map(({ name }) => name).filter((name) => RUN_ID.test(name));
  } finally {
    // The program ends anyway.
    void runs.close().catch(() => undefined);
  }
}
