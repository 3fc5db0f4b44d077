/** Checks a store: its server, schema, identity, roles, rights, jobs and clock. Each fault has its own fix. It only reads. */
import type { Clock } from '../../clock.ts';
import { counted } from '../../messages/en/quantities.ts';
import { shellQuote } from '../../next-command.ts';
import { SECOND } from '../../units.ts';
import type { Database } from './database.ts';
import { differenceOf, type IdentitySeen, readIdentity } from './identity.ts';
import { readJobsSchema } from './jobs-schema.ts';
import { judgeRights, type StoreRights } from './judge-rights.ts';
import { judgeSchema, missingRoles, readMigrations } from './migrate.ts';
import { type WrongDefinition, wrongDefinitions } from './migrations/definitions.ts';
import { MIGRATIONS } from './migrations/migrations.ts';
import { JOBS_SCHEMA, PURPOSES, ROLES, type Role } from './rights.ts';
import { DIES_AT_START, describeDeaths } from './runs/starts.ts';
import { examineSchedule } from './schedules/examine.ts';
import { quoted } from './store-error.ts';

/** One thing that was checked. */
export interface StoreCheck {
  readonly subject:
    | 'server'
    | 'tls'
    | 'schema'
    | 'identity'
    | 'roles'
    | 'rights'
    | 'journal'
    | 'functions'
    | 'user'
    | 'jobs'
    | 'schedule'
    | 'runs'
    | 'clock';
  /** A warning does not keep anybody from working. */
  readonly state: 'ok' | 'warning' | 'fault';
  readonly message: string;
  /** What to type or change; null if all is well. */
  readonly fix: string | null;
}

/** Everything that was checked, in the order of the report. */
export interface StoreExamination {
  readonly place: string;
  readonly checks: readonly StoreCheck[];
  /** Null without a schema. */
  readonly identity: IdentitySeen | null;
}

/** A larger difference of the clocks is worth a warning, milliseconds. Refit itself does not depend on it. */
const NOTICED = 30 * SECOND;

/** @throws RefitError `store-unreachable` if the connection is lost meanwhile. */
export async function checkStore(database: Database, clock: Clock): Promise<StoreExamination> {
  const { target } = database;
  const migrateNow = `refit store migrate${target.option}`;
  if (!(await mayRead(database, 'refit'))) {
    const checks = [await checkServer(database), checkTls(database), await checkUser(database)];
    return { place: target.place, checks, identity: null };
  }
  const schemaFault = judgeSchema(await readMigrations(database), MIGRATIONS, target);
  const before = [await checkServer(database), checkTls(database), checkSchema(schemaFault)];
  if (schemaFault !== null)
    return { place: target.place, checks: [...before, await checkClock(database, clock)], identity: null };
  const identity = await readIdentity(database);
  const rights = await judgeRights(database);
  return {
    place: target.place,
    identity,
    checks: [
      ...before,
      checkIdentity(identity, target.option),
      await checkRoles(database, migrateNow),
      ...checkRights(rights, migrateNow),
      await checkDefinitions(database, rights, migrateNow),
      await checkUser(database),
      await checkJobs(database, migrateNow),
      await checkSchedule(database),
      await checkRuns(database),
      await checkClock(database, clock),
    ],
  };
}

const ok = (subject: StoreCheck['subject'], message: string): StoreCheck => ({
  ...{ subject, state: 'ok', message, fix: null },
});
const fault = (subject: StoreCheck['subject'], message: string, fix: string): StoreCheck => ({
  ...{ subject, state: 'fault', message, fix },
});
const warning = (subject: StoreCheck['subject'], message: string, fix: string): StoreCheck => ({
  ...{ subject, state: 'warning', message, fix },
});

async function checkServer(database: Database): Promise<StoreCheck> {
  const names = ['server_version', 'server_encoding', 'fsync', 'full_page_writes'] as const;
  const [row] = await database.query<Record<(typeof names)[number], string>>(
    `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`,
  );
  const { server_version, server_encoding, fsync, full_page_writes } = row!;
  const version = `PostgreSQL ${server_version}`;
  if (server_encoding !== 'UTF8')
    return fault(
      'server',
      `${version}; the database has the encoding ${server_encoding}, and plans are UTF-8`,
      'create the database again: createdb -E UTF8 -T template0 NAME',
    );
  if (fsync === 'off' || full_page_writes === 'off')
    return warning(
      'server',
      `${version}; ${fsync === 'off' ? 'fsync' : 'full_page_writes'} is off, so a power failure can lose intents of orders`,
      'set fsync = on and full_page_writes = on in postgresql.conf',
    );
  return ok('server', version);
}

function checkTls({ target }: Database): StoreCheck {
  return ok(
    'tls',
    target.tls === null ? 'none: the server is on this machine' : `verified for ${target.host}`,
  );
}

function checkSchema(found: ReturnType<typeof judgeSchema>): StoreCheck {
  if (found !== null) return fault('schema', found.message, found.fix);
  return ok('schema', `version ${MIGRATIONS.length}`);
}

function checkIdentity({ recorded, now }: IdentitySeen, option: string): StoreCheck {
  const name = `${recorded.id}, generation ${recorded.generation}`;
  const difference = differenceOf(recorded, now);
  if (difference === null) return ok('identity', name);
  return fault('identity', `${name}; ${difference}`, `refit store restored --reason TEXT${option}`);
}

async function checkRoles(database: Database, migrateNow: string): Promise<StoreCheck> {
  const missing = await missingRoles(database);
  if (missing.length === 0) return ok('roles', ROLES.join(', '));
  return fault('roles', `missing: ${missing.join(', ')}`, migrateNow);
}

function checkRights({ missing, extra, isJournalKept }: StoreRights, migrateNow: string): StoreCheck[] {
  const some = (list: readonly string[]) =>
    list.length > 3 ? `${list.slice(0, 3).join('; ')}; and ${list.length - 3} more` : list.join('; ');
  const rights =
    missing.length > 0
      ? fault('rights', `missing: ${some(missing.map((one) => `${one.right} for ${one.role}`))}`, migrateNow)
      : ok('rights', 'every role has its rights');
  const journal = !isJournalKept
    ? fault(
        'journal',
        'its triggers are missing or disabled',
        'ALTER TABLE refit.journal ENABLE ALWAYS TRIGGER ALL',
      )
    : extra.length > 0
      ? fault(
          'journal',
          `more rights than Refit gives: ${some(extra.map((one) => `${one.right} for ${one.role}`))}`,
          extra.map(({ role, right }) => `REVOKE ${right} FROM ${role};`).join(' '),
        )
      : ok('journal', 'nobody can change it');
  return [rights, journal];
}

/** Compares functions and triggers with those that a fresh migration makes. */
async function checkDefinitions(
  database: Database,
  { isJournalKept }: StoreRights,
  migrateNow: string,
): Promise<StoreCheck> {
  if ((await readMigrations(database)).length > MIGRATIONS.length)
    return ok('functions', 'not compared: a newer Refit has changed the schema');
  // The check of the journal names its triggers.
  const isKnown = ({ name, fault: kind }: WrongDefinition) =>
    !isJournalKept && name.startsWith('trigger keep_journal') && kind !== 'changed';
  const wrong = (await wrongDefinitions(database)).filter((one) => !isKnown(one));
  const added = wrong.filter((one) => one.fault === 'added');
  const names = wrong.map((one) => `${one.fault}: ${one.name}`);
  if (wrong.length === 0) return ok('functions', 'functions and triggers are those of a fresh store');
  const more = names.length > 3 ? `; and ${names.length - 3} more` : '';
  return fault(
    'functions',
    `${names.slice(0, 3).join('; ')}${more}`,
    added.length === wrong.length
      ? added
          .map(({ repair }) => repair)
          .reverse()
          .join(' ')
      : migrateNow,
  );
}

/** False if there is a schema that this user may not even look into. */
async function mayRead(database: Database, schema: string): Promise<boolean> {
  const [row] = await database.query<{ may: boolean }>(
    `SELECT COALESCE(has_schema_privilege(to_regnamespace($1), 'USAGE'), true) AS may`,
    [schema],
  );
  return row!.may;
}

async function checkUser(database: Database): Promise<StoreCheck> {
  const [row] = await database.query<{
    name: string;
    isSuperuser: boolean;
    isOwner: boolean;
    roles: string[];
  }>(
    `SELECT current_user::text AS name, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "isSuperuser",
       (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'refit') AS "isOwner",
       ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname = ANY ($1) AND pg_has_role(oid, 'USAGE')
         ORDER BY rolname) AS roles`,
    [ROLES],
  );
  const { name, isSuperuser, isOwner, roles } = row!;
  if (isSuperuser)
    return warning(
      'user',
      `${name} is a superuser, who can change everything`,
      'use it to migrate only; for work, use a login role of its own',
    );
  const may = roles.map((role) => `${role} (${PURPOSES[role as Role]})`);
  if (isOwner) return ok('user', [`${name}, the owner of the schema`, ...may].join('; '));
  if (roles.length > 0) return ok('user', `${name}: ${may.join('; ')}`);
  const grant = `GRANT refit_submitter TO ${quoted(name)}`;
  return fault(
    'user',
    `${name} has none of Refit's roles`,
    `as an administrator: psql -c ${shellQuote(grant)}`,
  );
}

async function checkJobs(database: Database, migrateNow: string): Promise<StoreCheck> {
  if (!(await mayRead(database, JOBS_SCHEMA))) return ok('jobs', 'not visible to this user, who needs none');
  const { installed, needed } = await readJobsSchema(database);
  if (installed === null) return fault('jobs', 'the tables of pg-boss are missing', migrateNow);
  if (installed < needed)
    return fault(
      'jobs',
      `the tables of pg-boss are version ${installed}, and Refit needs ${needed}`,
      migrateNow,
    );
  return ok('jobs', `pg-boss, version ${installed}`);
}

/** The rows of schedules that contradict each other. Only somebody with SQL rights can write them. */
async function checkSchedule(database: Database): Promise<StoreCheck> {
  const found = await examineSchedule(database);
  if (found.fault !== null) return fault('schedule', found.fault, found.fix);
  const { plans, open, schedulers } = found;
  return ok(
    'schedule',
    `${counted(plans, 'plan')}, ${counted(open, 'open occurrence')}, ${counted(schedulers, 'live scheduler')}`,
  );
}

async function checkRuns(database: Database): Promise<StoreCheck> {
  const rows = await database.query<{ id: string; starts: number; endpoint: string | null; all: number }>(
    `SELECT id, starts, endpoint, (count(*) OVER ())::int AS all FROM refit.runs
     WHERE state IN ('queued', 'running', 'waiting') AND ${DIES_AT_START} ORDER BY starts DESC, id LIMIT 1`,
  );
  const [worst] = rows;
  if (worst === undefined) return ok('runs', 'none dies at its start');
  const { reason, fix } = describeDeaths(worst, database.target.option);
  const others = worst.all === 1 ? '' : `, and ${worst.all - 1} more`;
  return warning('runs', `${worst.id}${others}: ${reason}`, fix);
}

async function checkClock(database: Database, clock: Clock): Promise<StoreCheck> {
  const from = clock.now();
  const [row] = await database.query<{ now: number }>('SELECT clock_timestamp() AS now');
  const uncertain = (clock.now() - from) / 2;
  const ahead = from + uncertain - row!.now;
  const words = `${(Math.abs(ahead) / SECOND).toFixed(1)} s ${ahead > 0 ? 'ahead of' : 'behind'} the server`;
  if (Math.abs(ahead) > NOTICED + uncertain)
    return warning(
      'clock',
      `this machine is ${words}; its journal entries have wrong times`,
      'synchronize the clocks',
    );
  return ok('clock', `this machine is ${words}`);
}
