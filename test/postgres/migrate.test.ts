import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { RefitError } from '../../src/errors.ts';
import type { Database } from '../../src/store/postgres/database.ts';
import { demandSchema, migrate, readMigrations } from '../../src/store/postgres/migrate.ts';
import { MIGRATIONS, type Migration } from '../../src/store/postgres/migrations/migrations.ts';
import { ROLES } from '../../src/store/postgres/rights.ts';
import { type PostgresServer, sql, startPostgres, urlOf } from './server.ts';
import { connectTo, freshDatabase, freshStore, withPostgres } from './shared.ts';

const opened: Database[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
});

async function open(url: string): Promise<Database> {
  const database = await connectTo(url);
  opened.push(database);
  return database;
}

const next = (more: Partial<Migration> = {}): Migration => ({
  number: MIGRATIONS.length + 1,
  name: 'more',
  sql: 'CREATE TABLE refit.more (n int)',
  worksWith: MIGRATIONS.length + 1,
  ...more,
});

withPostgres('the migrations of a store', () => {
  it('make the schema once, and name the store by its server', async () => {
    const url = await freshDatabase();
    const database = await open(url);
    const first = await migrate(database, '0.1.0');
    expect(first).toMatchObject({ applied: MIGRATIONS, jobs: { from: null } });
    const { to } = first.jobs;
    expect(await migrate(database, '0.1.0')).toEqual({
      applied: [],
      jobs: { from: to, to },
      roles: [],
      repaired: [],
    });
    await demandSchema(database);
    const [identifier] = await sql(url, 'SELECT system_identifier FROM pg_control_system()');
    const rows = await database.query(
      'SELECT generation, timeline, system_identifier AS system FROM refit.store',
    );
    expect(rows).toEqual([{ generation: 1, timeline: 1, system: identifier }]);
  });

  it('are applied once by two processes at the same time', async () => {
    const url = await freshDatabase();
    const [one, other] = [await open(url), await open(url)];
    const applied = await Promise.all([migrate(one, '0.1.0'), migrate(other, '0.1.0')]);
    expect(applied.flatMap((one) => one.applied)).toEqual(MIGRATIONS);
  });

  it('leave nothing of one that fails, and apply it the next time', async () => {
    const database = await open(await freshDatabase());
    const failing = next({ sql: 'CREATE TABLE refit.half (n int); SELECT 1/0' });
    await expect(migrate(database, '0.1.0', [...MIGRATIONS, failing])).rejects.toThrow('division');
    expect(await readMigrations(database)).toHaveLength(MIGRATIONS.length);
    expect(await migrate(database, '0.1.0', [...MIGRATIONS, next()])).toMatchObject({ applied: [next()] });
    await expect(database.query('SELECT * FROM refit.half')).rejects.toThrow('half');
  });

  const cases: [title: string, change: (url: string) => Promise<unknown>, reason: string, fix: string][] = [
    [
      'no schema',
      (url) => sql(url, 'DROP SCHEMA refit CASCADE'),
      'the database has no Refit schema',
      'refit store migrate --store postgres://postgres@127.0.0.1',
    ],
    [
      'an edited migration',
      (url) => sql(url, "UPDATE refit.migrations SET checksum = 'x', version = '0.0.9'"),
      'its migration 1 (first tables) is not the one of this Refit',
      'use the version that applied it: 0.0.9',
    ],
    [
      'a newer schema that this Refit does not understand',
      async (url) => {
        await migrate(await open(url), '9.0.0', [...MIGRATIONS, next()]);
      },
      `its schema is ${MIGRATIONS.length + 1}, and this Refit knows only ${MIGRATIONS.length}`,
      'upgrade Refit to 9.0.0 or newer',
    ],
  ];
  it.each(cases)('%s: the store is not used', async (_, change, reason, fix) => {
    const url = await freshDatabase();
    const database = await open(url);
    await migrate(database, '0.1.0');
    await change(url);
    await expect(demandSchema(database)).rejects.toMatchObject({
      code: 'store-unreachable',
      message: expect.stringContaining(reason),
      fix: expect.stringContaining(fix),
    });
  });

  it('an edited migration is refused by migrate, too', async () => {
    const database = await open(await freshDatabase());
    await migrate(database, '0.1.0');
    const edited = MIGRATIONS.map((one) => ({ ...one, sql: `${one.sql} ` }));
    await expect(migrate(database, '0.1.0', edited)).rejects.toThrow('is not the one of this Refit');
  });

  it('a newer schema that older versions can live with is used', async () => {
    const database = await open(await freshDatabase());
    await migrate(database, '9.0.0', [...MIGRATIONS, next({ worksWith: MIGRATIONS.length })]);
    await demandSchema(database);
  });

  it('an older schema is not used', async () => {
    const database = await open(await freshDatabase());
    await migrate(database, '0.1.0');
    await expect(demandSchema(database, [...MIGRATIONS, next()])).rejects.toMatchObject({
      message: expect.stringContaining(`this Refit needs ${MIGRATIONS.length + 1}`),
      fix: expect.stringContaining('refit store migrate'),
    });
  });

  it('are numbered from 1 without gaps', () => {
    expect(MIGRATIONS.map(({ number }) => number)).toEqual(MIGRATIONS.map((_, at) => at + 1));
  });
});

withPostgres('a migration that waits for a lock of a worker', () => {
  it('gives up before the workers behind it do, and changes nothing', async () => {
    const url = await freshStore();
    const [worker, owner] = [await open(url), await open(url)];
    await worker.transaction(async (queries) => {
      await queries.query('SELECT count(*) FROM refit.runs');
      const change = next({ sql: 'ALTER TABLE refit.runs ADD COLUMN more int' });
      await expect(migrate(owner, '0.1.0', [...MIGRATIONS, change])).rejects.toMatchObject({
        code: 'store-unreachable',
        message: expect.stringContaining('another connection holds a lock for too long'),
      });
    });
    expect(await readMigrations(owner)).toHaveLength(MIGRATIONS.length);
  });
});

withPostgres('the roles of a store', () => {
  let own: PostgresServer;
  beforeAll(async () => {
    own = await startPostgres();
  });
  afterAll(() => own?.stop());

  it('are created by who may, and else migrate says what an administrator runs', async () => {
    const url = await own.createDatabase();
    const name = new URL(url).pathname.slice(1);
    await sql(url, `CREATE ROLE owner LOGIN PASSWORD 'Secret1'; ALTER DATABASE ${name} OWNER TO owner`);
    const database = await open(urlOf(own, name, 'owner', 'Secret1'));
    const error: RefitError = await migrate(database, '0.1.0').then(
      () => expect.unreachable('no error'),
      (thrown) => thrown,
    );
    expect(error.message).toContain(`owner may not create the roles ${ROLES.join(', ')}`);
    const [, statements] = /psql -c '([^']+)'$/.exec(error.fix)!;
    await sql(url, statements!);
    expect(await migrate(database, '0.1.0')).toMatchObject({ applied: [], roles: [] });
    await sql(url, `DROP OWNED BY refit_worker; DROP ROLE refit_worker; ALTER ROLE owner CREATEROLE`);
    expect(await migrate(database, '0.1.0')).toMatchObject({ roles: ['refit_worker'] });
    await demandSchema(database);
  });

  it('a database whose encoding is not UTF-8 gets no schema', async () => {
    await sql(
      urlOf(own, 'postgres'),
      "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0",
    );
    const database = await open(urlOf(own, 'latin'));
    await expect(migrate(database, '0.1.0')).rejects.toThrow('its encoding is LATIN1, and plans are UTF-8');
    expect(await readMigrations(database)).toEqual([]);
  });
});

withPostgres('the journal in the database', () => {
  const RUN = `INSERT INTO refit.runs (id, digest, plan, name, provider, submitted_by, head_seq, head_hash, ended_at)
    VALUES ('r1', 'd1', 'text', 'n', 'p', '{}', 2, 'h2', now()), ('r2', 'd2', 'text', 'n', 'p', '{}', 1, 'h1', NULL);
    INSERT INTO refit.journal (run, seq, epoch, line) VALUES ('r1', 1, 1, 'a'), ('r1', 2, 1, 'b'), ('r2', 1, 1, 'c')`;
  const attacks = [
    'DELETE FROM refit.journal',
    "UPDATE refit.journal SET line = 'x' WHERE seq = 1",
    'UPDATE refit.journal SET seq = seq + 10',
    'TRUNCATE refit.journal',
    'TRUNCATE refit.runs, refit.journal CASCADE',
    "SET refit.prunes = 'on'; DELETE FROM refit.journal",
    "SET refit.prunes = 'r1'; DELETE FROM refit.journal WHERE run = 'r1'",
    'SET session_replication_role = replica; DELETE FROM refit.journal',
    "INSERT INTO refit.journal (run, seq, epoch, line) VALUES ('r1', 1, 9, 'x') ON CONFLICT (run, seq) DO UPDATE SET line = 'x'",
    // The permission that prune gives itself ends with its run.
    "BEGIN; SELECT refit.prune_run('r1'); DELETE FROM refit.journal WHERE run = 'r2'; COMMIT",
    // A run that has not ended keeps its journal.
    "SELECT refit.prune_run('r2')",
  ];
  let url: string;
  beforeAll(async () => {
    url = await freshStore();
    await sql(url, RUN);
  });
  it.each(attacks)('even the superuser is refused: %s', async (statement) => {
    await expect(sql(url, statement)).rejects.toThrow(/never changed|has not ended/);
    expect(await sql(url, 'SELECT run, seq, line FROM refit.journal ORDER BY run, seq')).toEqual([
      ...['r1|1|a', 'r1|2|b', 'r2|1|c'],
    ]);
  });

  it('prune removes an ended run and keeps its head on record', async () => {
    expect(await sql(url, "SELECT refit.prune_run('r1')")).toEqual(['2']);
    expect(await sql(url, 'SELECT run, seq FROM refit.journal')).toEqual(['r2|1']);
    expect(
      await sql(url, 'SELECT run, digest, head_seq, head_hash, entries, pruned_by FROM refit.prunes'),
    ).toEqual(['r1|d1|2|h2|2|postgres']);
    expect(await sql(url, 'SELECT id, plan, state FROM refit.runs ORDER BY id')).toEqual([
      'r1||pruned',
      'r2|text|queued',
    ]);
  });
});
