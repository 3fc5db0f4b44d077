/** Stores of runs on the server of the tests. */
import { type Clock, systemClock } from '../../src/clock.ts';
import type { SavedPlan } from '../../src/model.ts';
import { openStore, type PostgresStore } from '../../src/store/postgres/open-store.ts';
import type { Submission } from '../../src/store/postgres/runs/submit.ts';
import { resolveStore } from '../../src/store/postgres/store-target.ts';

/** Opens a store as a process on a host does. The test closes it. */
export async function openTestStore(
  url: string,
  host = 'here',
  clock: Clock = systemClock,
): Promise<PostgresStore> {
  const target = await resolveStore(url, {});
  return await openStore(target, { clock, application: 'refit test', host, worker: null });
}

/** A submission that no worker takes. */
export function submissionOf(saved: SavedPlan): Submission {
  return {
    saved,
    endpoint: 'redis.tencentcloudapi.com',
    by: { user: 'dba', host: 'here', pid: process.pid },
    approval: { how: 'auto-approve', by: 'dba' },
    allowHooks: false,
    policy: [],
    isForWorkers: false,
  };
}

/** The id of the run of a plan; null if the store has none. */
export async function idOf({ database }: PostgresStore, { digest }: SavedPlan): Promise<string | null> {
  const [row] = await database.query<{ id: string }>('SELECT id FROM refit.runs WHERE digest = $1', [digest]);
  return row?.id ?? null;
}
