/** Brings the schema of a store up to date: under one lock, each migration in its own transaction. */
import { RefitError } from '../../errors.ts';
import { shellQuote } from '../../next-command.ts';
import type { Database, Queries } from './database.ts';
import { SERVER_NOW } from './identity.ts';
import { migrateJobs } from './jobs-schema.ts';
import { wrongDefinitions } from './migrations/definitions.ts';
import { checksumOf, MIGRATIONS, type Migration } from './migrations/migrations.ts';
import { createRole, grantStatements, ROLES, type Role } from './rights.ts';
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

/** What `migrate` did. */
export interface Migrated {
  /** The migrations that were applied now. */
  readonly applied: readonly Migration[];
  /** The tables of pg-boss before and after. */
  readonly jobs: { readonly from: number | null; readonly to: number };
  /** The roles that were created now. Another database of the server may have had them before. */
  readonly roles: readonly Role[];
  /** Functions and triggers that somebody had changed or removed, and that are made again. */
  readonly repaired: readonly string[];
}

/**
 * Applies the migrations that a store lacks, then makes the tables of pg-boss, the roles and their rights. Functions and
 * triggers that somebody changed are made again.
 * @param version of Refit, for the record.
 * @throws RefitError `store-unreachable` for a store whose applied migrations were edited, for a user who is not the owner
 *   of the schema, and for roles that this user may not create.
 */
export async function migrate(
  database: Database,
  version: string,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<Migrated> {
  return await database.session(async (queries) => {
    await queries.query('SELECT pg_advisory_lock($1)', [LOCK]);
    try {
      await demandUtf8(queries, database.target);
      await queries.script(BEFORE_ALL);
      await demandOwner(queries, database.target);
      const before = await readMigrations(queries);
      const edited = editedIn(before, migrations, database.target.place);
      if (edited) throw edited;
      const applied = migrations.slice(before.length);
      for (const migration of applied) await apply(queries, migration, version);
      const { installed, needed } = await migrateJobs(queries);
      const roles = await createRoles(queries, database.target);
      const repaired = isNewest(before, migrations) ? await repair(queries) : [];
      await inOneTransaction(queries, () => queries.script(grantStatements()));
      return { applied, jobs: { from: installed, to: Math.max(installed ?? 0, needed) }, roles, repaired };
    } finally {
      await queries.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => undefined);
    }
  });
}

/** False if a newer Refit has changed the schema, or a test gives other migrations. */
function isNewest(before: readonly AppliedMigration[], migrations: readonly Migration[]): boolean {
  return migrations === MIGRATIONS && before.length <= migrations.length;
}

/** Makes functions and triggers again that are not as in a fresh store. @returns their names. */
async function repair(queries: Queries): Promise<readonly string[]> {
  const wrong = (await wrongDefinitions(queries)).filter((one) => one.fault !== 'added');
  if (wrong.length === 0) return [];
  await inOneTransaction(queries, () => queries.script(wrong.map((one) => one.repair).join('\n')));
  return wrong.map(({ name }) => name);
}

async function demandUtf8(queries: Queries, { place, option }: StoreTarget): Promise<void> {
  const [row] = await queries.query<{ encoding: string }>(
    "SELECT current_setting('server_encoding') AS encoding",
  );
  if (row!.encoding === 'UTF8') return;
  throw unusable(
    place,
    `its encoding is ${row!.encoding}, and plans are UTF-8`,
    `create another database with createdb -E UTF8 -T template0 NAME, then: refit store migrate${option}`,
  );
}

async function demandOwner(queries: Queries, { place, user }: StoreTarget): Promise<void> {
  const [row] = await queries.query<{ owner: string; owns: boolean }>(
    `SELECT pg_get_userbyid(nspowner) AS owner, pg_has_role(nspowner, 'USAGE') AS owns
     FROM pg_namespace WHERE nspname = 'refit'`,
  );
  if (!row!.owns)
    throw unusable(
      place,
      `its schema belongs to ${row!.owner}, and only the owner may change it`,
      `connect as ${row!.owner} instead of ${user}`,
    );
}

/** @returns the roles that were created now. @throws RefitError if this user may not create what is missing. */
async function createRoles(queries: Queries, { place, user }: StoreTarget): Promise<readonly Role[]> {
  const missing = await missingRoles(queries);
  for (const role of missing)
    try {
      await queries.script(createRole(role));
    } catch (error) {
      // Another database of this server may be migrated at the same time.
      if (['42710', '23505'].includes(sqlStateOf(error) ?? '')) continue;
      if (sqlStateOf(error) !== '42501') throw error;
      const statements = missing.map((one) => `${createRole(one)};`).join(' ');
      throw unusable(
        place,
        `${user} may not create the roles ${missing.join(', ')}`,
        `run as an administrator, then migrate again: psql -c ${shellQuote(statements)}`,
      );
    }
  return missing;
}

/** The roles of Refit that the server does not have. */
export async function missingRoles(queries: Queries): Promise<readonly Role[]> {
  const found = await queries.query<{ name: string }>('SELECT rolname AS name FROM pg_roles');
  return ROLES.filter((role) => !found.some(({ name }) => name === role));
}

async function apply(queries: Queries, migration: Migration, version: string): Promise<void> {
  await inOneTransaction(queries, async () => {
    await queries.script(migration.sql);
    if (migration.number === 1) await queries.script(IDENTITY);
    await queries.query(
      'INSERT INTO refit.migrations (number, name, checksum, version, works_with) VALUES ($1, $2, $3, $4, $5)',
      [migration.number, migration.name, checksumOf(migration), version, migration.worksWith],
    );
  });
}

async function inOneTransaction(queries: Queries, work: () => Promise<void>): Promise<void> {
  // While a change waits for a lock of a worker, every other worker waits behind it.
  await queries.script("BEGIN; SET LOCAL lock_timeout = '5s'");
  try {
    await work();
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
