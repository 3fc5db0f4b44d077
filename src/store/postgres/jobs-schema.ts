/** The tables of pg-boss, in a schema of their own. The owner makes them, so that workers change no schema. */
import type { Queries } from './database.ts';
import { JOBS_SCHEMA } from './rights.ts';

/** The versions of the tables of pg-boss. */
export interface JobsSchema {
  /** That the database has; null without the tables. */
  readonly installed: number | null;
  /** That the pg-boss of this Refit works with. */
  readonly needed: number;
}

/** Reads which tables of pg-boss a database has. */
export async function readJobsSchema(queries: Queries): Promise<JobsSchema> {
  const needed = await neededVersion();
  const [{ present }] = (await queries.query<{ present: boolean }>(
    `SELECT to_regclass('${JOBS_SCHEMA}.version') IS NOT NULL AS present`,
  )) as [{ present: boolean }];
  if (!present) return { installed: null, needed };
  const rows = await queries.query<{ version: number }>(`SELECT version FROM ${JOBS_SCHEMA}.version`);
  return { installed: rows[0]?.version ?? null, needed };
}

/** Makes or changes the tables of pg-boss, in one transaction. @returns the versions before that. */
export async function migrateJobs(queries: Queries): Promise<JobsSchema> {
  const { getConstructionPlans, getMigrationPlans } = await import('pg-boss');
  const found = await readJobsSchema(queries);
  const { installed, needed } = found;
  if (installed !== null && installed >= needed) return found;
  const plan =
    installed === null ? getConstructionPlans(JOBS_SCHEMA) : getMigrationPlans(JOBS_SCHEMA, installed);
  try {
    // The plan begins and commits a transaction.
    await queries.script(plan);
  } catch (error) {
    await queries.script('ROLLBACK').catch(() => undefined);
    throw error;
  }
  return found;
}

/** pg-boss says the version of its tables only in the statements that make them. */
async function neededVersion(): Promise<number> {
  const { getConstructionPlans } = await import('pg-boss');
  const [, version] =
    /INSERT INTO \w+\.version\(version\) VALUES \('(\d+)'\)/.exec(getConstructionPlans(JOBS_SCHEMA)) ?? [];
  if (version === undefined) throw new Error('internal error: pg-boss does not say its version');
  return Number(version);
}
