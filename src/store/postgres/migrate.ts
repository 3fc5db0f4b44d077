/** Brings the schema of a store up to date: under one lock, each migration in its own transaction. */
import { RefitError } from '../../errors.ts';
import type { Database, Queries } from './database.ts';
import { SERVER_NOW } from './identity.ts';
import { checksumOf, MIGRATIONS, type Migration } from './migrations/migrations.ts';
import { sqlStateOf } from './store-error.ts';
import type { StoreTarget } from './store-target.ts';

/** A migration that a store has. */
export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  /** Milliseconds since 1970 UTC. */
  readonly appliedAt: number;
  readonly appliedBy: string;
  /** The version of Refit that applied it. */
  readonly version: string;
  readonly worksWith: number;
}

/** The advisory lock of migrations: two processes that migrate wait for each other. The bytes of `refit`. */
const LOCK = 0x7265666974;

const BEFORE_ALL = `
CREATE SCHEMA IF NOT EXISTS refit;
CREATE TABLE IF NOT EXISTS refit.migrations (
  number int PRIMARY KEY,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  applied_by text NOT NULL DEFAULT session_user,
  version text NOT NULL,
  works_with int NOT NULL
);`;

/**
 * Applies the migrations that a store lacks.
 * @param version of Refit, for the record. @param onMigration before each one.
 * @returns the migrations that were applied now. @throws RefitError `store-unreachable` for a store of a newer Refit, or
 *   whose applied migrations were edited.
 */
export async function migrate(
  database: Database,
  version: string,
  onMigration: (migration: Migration) => void = () => undefined,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly Migration[]> {
  return await database.session(async (queries) => {
    await queries.query('SELECT pg_advisory_lock($1)', [LOCK]);
    try {
      await queries.script(BEFORE_ALL);
      const applied = await readMigrations(queries);
      demandUnedited(applied, migrations, database.target);
      const missing = migrations.slice(applied.length);
      for (const migration of missing) {
        onMigration(migration);
        await apply(queries, migration, version);
      }
      return missing;
    } finally {
      await queries.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => undefined);
    }
  });
}

async function apply(queries: Queries, migration: Migration, version: string): Promise<void> {
  await queries.script('BEGIN');
  try {
    await queries.script(migration.sql);
    if (migration.number === 1) await queries.script(IDENTITY);
    await queries.query(
      'INSERT INTO refit.migrations (number, name, checksum, version, works_with) VALUES ($1, $2, $3, $4, $5)',
      [migration.number, migration.name, checksumOf(migration), version, migration.worksWith],
    );
    await queries.script('COMMIT');
  } catch (error) {
    await queries.script('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

const IDENTITY = `INSERT INTO refit.store (system_identifier, timeline, journal_table) SELECT ${SERVER_NOW}`;

/** The migrations of a store, in order; none without the schema. */
export async function readMigrations(queries: Queries): Promise<readonly AppliedMigration[]> {
  try {
    return await queries.query<AppliedMigration>(
      `SELECT number, name, checksum, applied_at AS "appliedAt", applied_by AS "appliedBy", version,
         works_with AS "worksWith" FROM refit.migrations ORDER BY number`,
    );
  } catch (error) {
    if (sqlStateOf(error) === '42P01') return [];
    throw error;
  }
}

/**
 * Checks that this Refit can work with the schema of a store.
 * @throws RefitError `store-unreachable`: no schema, an older one, or a newer one that this version does not understand.
 */
export async function demandSchema(
  database: Database,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const fault = judgeSchema(await readMigrations(database), migrations, database.target);
  if (fault) throw fault;
}

/** The reason why this Refit cannot work with a schema; null if it can. */
export function judgeSchema(
  applied: readonly AppliedMigration[],
  migrations: readonly Migration[],
  { place, option }: Pick<StoreTarget, 'place' | 'option'>,
): RefitError | null {
  const known = migrations.length;
  const migrateNow = `refit store migrate${option}`;
  if (applied.length === 0) return unusable(place, 'the database has no Refit schema', migrateNow);
  const edited = editedIn(applied, migrations, place);
  if (edited) return edited;
  if (applied.length < known)
    return unusable(place, `its schema is ${applied.length}, and this Refit needs ${known}`, migrateNow);
  const newest = applied.at(-1)!;
  const foreign = applied.slice(known).find(({ worksWith }) => worksWith > known);
  if (foreign)
    return unusable(
      place,
      `its schema is ${newest.number}, and this Refit knows only ${known}`,
      `upgrade Refit to ${newest.version} or newer`,
    );
  return null;
}

function demandUnedited(
  applied: readonly AppliedMigration[],
  migrations: readonly Migration[],
  { place }: StoreTarget,
): void {
  const fault = editedIn(applied, migrations, place);
  if (fault) throw fault;
}

function editedIn(
  applied: readonly AppliedMigration[],
  migrations: readonly Migration[],
  place: string,
): RefitError | null {
  const edited = migrations.find(
    (migration, at) => applied[at] && applied[at].checksum !== checksumOf(migration),
  );
  if (!edited) return null;
  return unusable(
    place,
    `its migration ${edited.number} (${edited.name}) is not the one of this Refit`,
    `use the version that applied it: ${applied[edited.number - 1]!.version}`,
  );
}

function unusable(place: string, reason: string, fix: string): RefitError {
  return new RefitError('store-unreachable', `the store ${place} cannot be used: ${reason}`, fix);
}
