/** The runs that completion offers. A shell waits for them, so this is short and says nothing of failures. */
import { access, readdir } from 'node:fs/promises';
import type { Clock } from '../../clock.ts';
import { databaseOf, type StoreChoice } from '../../operations/runs/store-choice.ts';
import { SECOND } from '../../units.ts';

/** A shell waits no longer, milliseconds. */
const GIVE_UP_AFTER = 1.5 * SECOND;
/** How many of the newest runs are offered. */
const MOST = 100;
/** Shells read the ids, and others write the rows of a store. */
const RUN_ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;
/** Names of run directories that need no quotes in a shell. */
const PLAIN_NAME = /^[\w.-]+$/;

type Choice = StoreChoice & { readonly clock: Clock };

/**
 * @param typed the start of the run. A path means a directory.
 * @returns the newest ids of the store, else directories below `runs/`; none if the shell should offer folders.
 */
export async function runsFor(typed: string, choice: Choice): Promise<readonly string[]> {
  const ids = typed.includes('/') ? [] : await storedRunIds(choice);
  return ids.length > 0 ? ids : await runDirectories();
}

async function runDirectories(): Promise<readonly string[]> {
  const names = (await readdir('runs').catch(() => [])).filter((name) => PLAIN_NAME.test(name));
  const newest = names.sort().reverse().slice(0, MOST);
  const found = await Promise.all(
    newest.map((name) =>
      access(`runs/${name}/journal.jsonl`).then(
        () => `runs/${name}`,
        () => null,
      ),
    ),
  );
  return found.filter((path) => path !== null);
}

/** @returns the newest ids; none without a database, or if it does not answer in time. Never rejects. */
async function storedRunIds(choice: Choice): Promise<readonly string[]> {
  if (databaseOf(choice) === null) return [];
  const late = choice.clock.sleep(GIVE_UP_AFTER).then((): readonly string[] => []);
  return await Promise.race([read(choice).catch(() => []), late]);
}

async function read(choice: Choice): Promise<readonly string[]> {
  const { openRuns } = await import('../../operations/runs/open-runs.ts');
  const runs = await openRuns(choice);
  try {
    return (await runs.list(MOST)).runs.map(({ name }) => name).filter((name) => RUN_ID.test(name));
  } finally {
    // The program ends anyway.
    void runs.close().catch(() => undefined);
  }
}
