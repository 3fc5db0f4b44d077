/** What the administrator of a store does: makes its schema, and checks it. */
import { hostname } from 'node:os';
import { systemClock } from '../clock.ts';
import { checkStore as check, type StoreExamination } from '../store/postgres/check-store.ts';
import { type Database, openDatabase } from '../store/postgres/database.ts';
import { readJobsSchema } from '../store/postgres/jobs-schema.ts';
import { type Migrated, migrate } from '../store/postgres/migrate.ts';

import { type PrunedRun, type Pruning, pruneRuns } from '../store/postgres/prune.ts';
import { openQueue, rebuildJobs } from '../store/postgres/queue.ts';
import { type Announced, announceRestore } from '../store/postgres/restored.ts';
import { type PrunedSchedule, pruneSchedule } from '../store/postgres/schedules/prune.ts';
import type { StoreTarget } from '../store/postgres/store-target.ts';
import type { NewLine } from '../store/schedule-store.ts';
import { HOUR } from '../units.ts';
import { VERSION } from '../version.ts';

export type { Announced, Migrated, PrunedRun, PrunedSchedule, StoreExamination };

/** Brings the schema, the tables of pg-boss, the roles and their rights up to date. @throws RefitError as `migrate` does. */
export async function migrateStore(target: StoreTarget): Promise<Migrated> {
  return await using(target, 'migrate', (database) => migrate(database, VERSION), HOUR);
}

/**
 * Makes the jobs of all runs again, from the table of runs alone. If the tables of jobs are missing, the owner of the schema
 * makes them first.
 * @returns how many jobs were missing or late. @throws RefitError `store-unreachable`
 */
export async function rebuildStore(target: StoreTarget): Promise<number> {
  return await using(
    target,
    'rebuild',
    async (database) => {
      const { installed } = await readJobsSchema(database);
      if (installed === null) await migrate(database, VERSION);
      const queue = await openQueue(database);
      try {
        let all = 0;
        for (let made = 1; made > 0; all += made) made = await rebuildJobs(database, queue);
        return all;
      } finally {
        await queue.close();
      }
    },
    HOUR,
  );
}

/** Checks a store without changing it. @throws RefitError `store-unreachable` without a connection. */
export async function checkStore(target: StoreTarget): Promise<StoreExamination> {
  return await using(target, 'check', (database) => check(database, systemClock));
}

/** Connects, works, and ends the connections. @param longest time of one statement, milliseconds. */
async function using<T>(
  target: StoreTarget,
  purpose: string,
  work: (database: Database) => Promise<T>,
  longest?: number,
): Promise<T> {
  const database = await openDatabase(target, {
    clock: systemClock,
    application: `refit ${VERSION} ${purpose}`,
    connections: 2,
    ...(longest === undefined ? {} : { statementTimeout: longest }),
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/**
 * Says that the database was restored from a backup: every run that has not ended reads its open steps before it orders.
 * @throws RefitError `store-unreachable` without a connection or the right.
 */
export async function announceRestoredStore(
  target: StoreTarget,
  { reason, by }: { readonly reason: string; readonly by: string },
): Promise<Announced> {
  const announced = await using(target, 'restored', (database) =>
    announceRestore(database, { reason, by, host: hostname(), seen: 0, unless: null }),
  );
  if (announced === null) throw new Error('internal error: nobody announced the restore');
  return announced;
}

/**
 * Removes the journals of runs that ended long ago, and old entries of the schedule log. Throws as `pruneRuns` does.
 * @param onRun receives each run. @param line the entry of the schedule log about it. @returns what was removed of the schedule.
 */
export async function pruneStore(
  target: StoreTarget,
  pruning: Pruning,
  onRun: (run: PrunedRun) => void,
  line: (entries: number, before: string) => NewLine,
): Promise<PrunedSchedule> {
  return await using(
    target,
    'prune',
    async (database) => {
      await pruneRuns(database, pruning, onRun);
      return await pruneSchedule(database, pruning.olderThan, line);
    },
    HOUR,
  );
}
