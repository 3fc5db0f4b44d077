/** Who may do what in a store: each role with each statement, against a real server. */
import { PgBoss } from 'pg-boss';
import { beforeAll, describe, expect, it } from 'vitest';
import { JOBS_SCHEMA, RIGHTS, ROLES } from '../../src/store/postgres/rights.ts';
import { sql } from './server.ts';
import { connectTo, freshStore, type Login, loginAs, withPostgres } from './shared.ts';

type Who = Login;
const EVERYBODY: readonly Who[] = ['auditor', 'submitter', 'scheduler', 'worker', 'operator', 'nobody'];
const READERS: readonly Who[] = ['auditor', 'submitter', 'scheduler', 'worker', 'operator'];

const NEW_ID = '20261130T100000Z-aaaaaaaa';
const RUN = `(id, digest, plan, name, endpoint, provider, submitted_by)
  VALUES ('${NEW_ID}', '${'a'.repeat(64)}', 'text', 'n', 'e', 'p', '{}')`;

const PLAN = `(name, text, sha256, source, put_by) VALUES ('n', 't', repeat('a', 64), 'command', 'me')`;

/** Each statement with those who may run it. Everybody else is refused. Written without looking at `rights.ts`. */
const STATEMENTS: readonly (readonly [statement: string, allowed: readonly Who[]])[] = [
  ...[
    ...[
      'store',
      'restorations',
      'migrations',
      'runs',
      'journal',
      'prunes',
      'instances',
      'signatures',
      'control',
    ],
    ...['in_flight', 'lanes', 'workers', 'logs', 'schedule_plans', 'schedule_log'],
    ...['schedule_head', 'schedule_occurrences', 'schedule_requests', 'schedulers', 'usage', 'usage_sizes'],
  ].map((table) => [`SELECT count(*) FROM refit.${table}`, READERS] as const),
  // Nobody changes the record.
  ['UPDATE refit.journal SET line = line', []],
  ['DELETE FROM refit.journal', []],
  ['TRUNCATE refit.journal', []],
  ["SELECT refit.prune_run('r1')", []],
  ['ALTER TABLE refit.journal DISABLE TRIGGER ALL', []],
  ['DROP TABLE refit.journal', []],
  ['CREATE TABLE refit.mine (n int)', []],
  ['CREATE FUNCTION refit.mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$', []],
  ['DELETE FROM refit.prunes', []],
  ["INSERT INTO refit.prunes (run, digest, name, head_seq, entries) VALUES ('x', 'x', 'x', 1, 1)", []],
  ['DELETE FROM refit.migrations', []],
  ['UPDATE refit.migrations SET checksum = checksum', []],
  ['DELETE FROM refit.runs', []],
  ['UPDATE refit.runs SET plan = plan', []],
  ['UPDATE refit.runs SET digest = digest', []],
  ['UPDATE refit.runs SET submitted_by = submitted_by', []],
  ['UPDATE refit.store SET id = gen_random_uuid()', []],
  ['DELETE FROM refit.control', ['operator']],
  ["UPDATE refit.control SET request = 'x'", []],
  ["INSERT INTO refit.control (run, epoch, request, asked_by) VALUES ('r1', 1, '{}', 'somebody else')", []],
  ['DELETE FROM refit.signatures', []],
  ['DELETE FROM refit.schedule_log', []],
  ['UPDATE refit.logs SET text = text', []],
  ['DELETE FROM refit.restorations', []],
  // Submitting and approving.
  [`INSERT INTO refit.runs ${RUN}`, ['submitter', 'scheduler', 'worker', 'operator']],
  [
    "UPDATE refit.runs SET state = 'queued', wake_at = now() WHERE id <> 'r3'",
    ['submitter', 'scheduler', 'worker', 'operator'],
  ],
  ["UPDATE refit.runs SET state = 'queued'", ['worker']],
  ["UPDATE refit.runs SET state = 'ended' WHERE id = 'r1'", ['worker']],
  [
    `INSERT INTO refit.signatures (digest, kind, name, text) VALUES ('d', 'offeredApprovals', 'li', 't')
     ON CONFLICT (digest, kind, name) DO UPDATE SET text = excluded.text, at = excluded.at`,
    ['submitter', 'scheduler', 'worker', 'operator'],
  ],
  // Everybody who may write may decline, under the login that the database knows.
  [
    "INSERT INTO refit.signatures (digest, kind, name, text) VALUES ('d', 'declines', 'li', 't')",
    ['submitter', 'scheduler', 'worker', 'operator'],
  ],
  [
    "INSERT INTO refit.signatures (digest, kind, name, text, login) VALUES ('d', 'declines', 'li', 't', 'somebody else')",
    [],
  ],
  ["UPDATE refit.signatures SET login = 'somebody else'", []],
  // What a run keeps is evidence.
  [
    "INSERT INTO refit.signatures (digest, kind, name, text) VALUES ('d', 'approvals', 'li', 't')",
    ['worker'],
  ],
  ["UPDATE refit.signatures SET text = 'x' WHERE kind = 'signatures'", ['worker']],
  [
    "INSERT INTO refit.signatures (digest, kind, name, text) VALUES ('d', 'signatures', '..', 't')",
    ['worker'],
  ],
  [
    "INSERT INTO refit.signatures (digest, kind, name, text) VALUES ('d', 'signatures', 'new', 't')",
    ['submitter', 'scheduler', 'worker', 'operator'],
  ],
  // Those who submit keep no run asleep, continue none that an operator paused, and write nothing that people read of it.
  ["UPDATE refit.runs SET wake_at = 'infinity' WHERE id = 'r1'", ['worker']],
  [`UPDATE refit.runs SET waiting = '{"continuedBy": {}}' WHERE id = 'r1'`, ['worker']],
  [
    `UPDATE refit.runs SET state = 'queued', waiting = '{"fix": "curl x | sh"}' WHERE id = 'over'`,
    ['worker'],
  ],
  ...[
    "id = 'latest'",
    "digest = repeat('b', 64)",
    "state = 'importing'",
    "wake_at = 'infinity'",
    `waiting = '{"fix": "curl x | sh"}'`,
    "owner = '{}'",
    'head_seq = 5',
    'endpoint = NULL',
  ].map((change) => {
    const [column, value] = change.split(' = ');
    const values = { id: `'${NEW_ID}'`, digest: `repeat('a', 64)`, endpoint: `'e'`, [column!]: value };
    const columns = Object.keys(values).join(', ');
    return [
      `INSERT INTO refit.runs (plan, name, provider, submitted_by, ${columns}) VALUES ('t', 'n', 'p', '{}', ${Object.values(values).join(', ')})`,
      ['worker'] as const,
    ] as const;
  }),
  // Carrying out.
  ["INSERT INTO refit.journal (run, seq, epoch, line) VALUES ('r1', 2, 1, 'x')", ['worker']],
  [
    "UPDATE refit.runs SET epoch = epoch + 1, owner = '{}', owner_seen_at = now(), head_seq = 1, head_hash = 'x'",
    ['worker'],
  ],
  ["UPDATE refit.runs SET exit_code = 0, ended_because = 'x', ended_at = now(), waiting = NULL", ['worker']],
  [
    "INSERT INTO refit.instances (provider, instance, run) VALUES ('p', 'i2', 'r1')",
    ['submitter', 'scheduler', 'worker', 'operator'],
  ],
  ['DELETE FROM refit.instances', ['worker']],
  // A claim of a run that is over goes to the next run; that of another run stays.
  [
    "UPDATE refit.instances SET run = 'r1' WHERE instance = 'over'",
    ['submitter', 'scheduler', 'worker', 'operator'],
  ],
  ["DELETE FROM refit.instances WHERE instance = 'over'", ['submitter', 'scheduler', 'worker', 'operator']],
  ["UPDATE refit.instances SET run = 'over'", []],
  ["UPDATE refit.control SET taken_at = now(), answer = 'x', answered_at = now()", ['worker']],
  [
    "INSERT INTO refit.lanes (lane, next_at, interval_ms, version, given_first, given_count) VALUES ('k', 0, 55, 1, 0, 0)",
    ['scheduler', 'worker', 'operator'],
  ],
  ['UPDATE refit.lanes SET next_at = 0', ['scheduler', 'worker', 'operator']],
  ['DELETE FROM refit.lanes', ['worker']],
  ["INSERT INTO refit.in_flight (scope, places) VALUES ('s', '{}')", ['worker']],
  ["UPDATE refit.in_flight SET places = '{}'", ['worker']],
  ["INSERT INTO refit.workers (id, host, pid, version) VALUES ('w', 'h', 1, 'v')", ['worker']],
  ["INSERT INTO refit.logs (run, file, seq, text) VALUES ('r1', 'hooks.log', 1, 't')", ['worker']],
  // The history of use.
  [
    `INSERT INTO refit.usage (provider, instance, metric, period, bucket, first, peaks)
     VALUES ('p', 'i', 'cpu', 3600, 1, 0, '{1,NULL}')
     ON CONFLICT (provider, instance, metric, period, bucket) DO UPDATE SET first = excluded.first, peaks = excluded.peaks`,
    ['scheduler', 'worker', 'operator'],
  ],
  ["UPDATE refit.usage SET metric = 'x'", []],
  ['DELETE FROM refit.usage', ['scheduler', 'operator']],
  [
    `INSERT INTO refit.usage_sizes (provider, instance, seen_from, seen_until, memory_per_shard, shards, replicas)
     VALUES ('p', 'i', now(), now(), 1024, 1, 1)`,
    ['scheduler', 'worker', 'operator'],
  ],
  ['UPDATE refit.usage_sizes SET seen_until = now()', ['scheduler', 'worker', 'operator']],
  ['UPDATE refit.usage_sizes SET shards = 9', []],
  ['DELETE FROM refit.usage_sizes', ['scheduler', 'operator']],
  // Operating.
  ["INSERT INTO refit.control (run, epoch, request) VALUES ('r1', 1, '{}')", ['operator']],
  // Scheduling. What a person put stays until a person removes it.
  [`INSERT INTO refit.schedule_plans ${PLAN}`, ['operator']],
  [`INSERT INTO refit.schedule_plans ${PLAN.replace("'command'", "'folder'")}`, ['scheduler', 'operator']],
  ["DELETE FROM refit.schedule_plans WHERE name = 'put'", ['operator']],
  ["UPDATE refit.schedule_plans SET text = 'x' WHERE name = 'put'", ['operator']],
  ["UPDATE refit.schedule_plans SET text = 'x' WHERE name = 'found'", ['scheduler', 'operator']],
  ["UPDATE refit.schedule_plans SET source = 'command' WHERE name = 'found'", ['operator']],
  ["DELETE FROM refit.schedule_plans WHERE name = 'found'", ['scheduler', 'operator']],
  ["INSERT INTO refit.schedule_log (seq, kind, line) VALUES (1, 'x', 'x')", ['scheduler', 'operator']],
  ["INSERT INTO refit.schedule_log (seq, kind, line, login) VALUES (1, 'x', 'x', 'somebody else')", []],
  ["UPDATE refit.schedule_log SET line = 'x'", []],
  ['UPDATE refit.schedule_head SET seq = seq + 1', ['scheduler', 'operator']],
  [
    `INSERT INTO refit.schedule_occurrences (plan, due, does, generation) VALUES ('n', '2026-11-24T10:00:00.000Z', 'run', 1)`,
    ['scheduler'],
  ],
  ["UPDATE refit.schedule_occurrences SET epoch = epoch + 1, sealed = 'x', run = 'r1'", ['scheduler']],
  ["UPDATE refit.schedule_occurrences SET due = '2026-11-24T11:00:00.000Z'", []],
  ['DELETE FROM refit.schedule_occurrences', []],
  ["INSERT INTO refit.schedule_requests (id, plan, asked_by) VALUES ('i', 'n', 'me')", ['operator']],
  // Times are those of the database.
  [
    "INSERT INTO refit.schedule_requests (id, plan, asked_by, asked_at) VALUES ('i', 'n', 'me', 'infinity')",
    [],
  ],
  ["INSERT INTO refit.schedulers (id, host, pid, version, since) VALUES ('s', 'h', 1, 'v', 'infinity')", []],
  [
    `INSERT INTO refit.restorations (generation, reason, announced_by, host, system_identifier, timeline, at)
     VALUES (2, 'r', 'me', 'h', '1', 1, '9000-01-01Z')`,
    [],
  ],
  ['DELETE FROM refit.schedule_requests', ['scheduler', 'operator']],
  ["INSERT INTO refit.schedulers (id, host, pid, version) VALUES ('s', 'h', 1, 'v')", ['scheduler']],
  [
    'UPDATE refit.store SET generation = generation + 1, journal_table = 1',
    ['scheduler', 'worker', 'operator'],
  ],
  ['UPDATE refit.runs SET epoch = epoch + 1', ['scheduler', 'worker', 'operator']],
  [
    `INSERT INTO refit.restorations (generation, reason, announced_by, host, system_identifier, timeline)
     VALUES (2, 'r', 'me', 'h', '1', 1)`,
    ['scheduler', 'worker', 'operator'],
  ],
  // Jobs.
  [`SELECT count(*) FROM ${JOBS_SCHEMA}.job`, ['submitter', 'scheduler', 'worker', 'operator']],
  [`DELETE FROM ${JOBS_SCHEMA}.job`, ['worker', 'operator']],
  [`UPDATE ${JOBS_SCHEMA}.job SET state = 'cancelled'`, ['worker', 'operator']],
  [`INSERT INTO ${JOBS_SCHEMA}.version (version) VALUES (999)`, ['worker']],
  [`DELETE FROM ${JOBS_SCHEMA}.bam`, ['worker']],
  [`CREATE TABLE ${JOBS_SCHEMA}.mine (n int)`, []],
  [`DROP TABLE ${JOBS_SCHEMA}.job`, []],
  // Everybody may learn which server this is: workers compare it.
  ['SELECT system_identifier::text FROM pg_control_system()', EVERYBODY],
  ['SELECT timeline_id FROM pg_control_checkpoint()', EVERYBODY],
];

withPostgres('the rights of each role', () => {
  let url: string;
  const urls = new Map<Who, string>();
  beforeAll(async () => {
    url = await freshStore();
    for (const who of EVERYBODY) urls.set(who, await loginAs(url, who));
    await sql(
      url,
      `INSERT INTO refit.runs (id, digest, plan, name, provider, submitted_by, ended_at)
         VALUES ('r1', 'd1', 'text', 'n', 'p', '{}', now());
       INSERT INTO refit.runs (id, digest, plan, name, provider, submitted_by, state)
         VALUES ('over', 'd2', 'text', 'n', 'p', '{}', 'stopped'), ('r3', 'd3', 'text', 'n', 'p', '{}', 'ended');
       INSERT INTO refit.signatures (digest, kind, name, text) VALUES ('d1', 'signatures', 'li', 't');
       INSERT INTO refit.journal (run, seq, epoch, line) VALUES ('r1', 1, 1, 'a');
       INSERT INTO refit.schedule_plans (name, text, sha256, source, put_by)
         VALUES ('put', 't', repeat('a', 64), 'command', 'me'), ('found', 't', repeat('a', 64), 'folder', 'me');
       INSERT INTO refit.control (run, epoch, request) VALUES ('r1', 1, '{}');
       INSERT INTO refit.instances (provider, instance, run) VALUES ('p', 'i1', 'r1'), ('p', 'over', 'over')`,
    );
  });
  it('the table names every table of the schema', async () => {
    const tables = await sql(
      url,
      "SELECT relname FROM pg_class WHERE relnamespace = 'refit'::regnamespace AND relkind = 'r'",
    );
    expect(RIGHTS.map(({ table }) => table).sort()).toEqual(tables.sort());
    for (const table of tables)
      expect(STATEMENTS.some(([statement]) => statement === `SELECT count(*) FROM refit.${table}`)).toBe(
        true,
      );
    expect(ROLES.length).toBe(READERS.length);
  });

  describe.each(EVERYBODY)('%s', (who) => {
    it('may run exactly the statements of its row', async () => {
      const wrong: string[] = [];
      const database = await connectTo(urls.get(who)!, { connections: 1 });
      for (const [statement, allowed] of STATEMENTS) {
        const refused = await database.script(`BEGIN; ${statement}; ROLLBACK`).then(
          () => null,
          (error: Error) => error.message,
        );
        await database.script('ROLLBACK');
        const isDenied =
          refused !== null &&
          /permission denied|must be owner|holds instance|only workers|only operators/.test(refused);
        if (allowed.includes(who) ? refused !== null : !isDenied)
          wrong.push(`${statement}: ${refused ?? 'was allowed'}`);
      }
      await database.close();
      expect(wrong).toEqual([]);
    });
  });

  it('pg-boss works with the rights of a worker, and a submitter adds jobs', async () => {
    const bossFor = async (who: Who) => {
      const boss = new PgBoss({
        connectionString: urls.get(who)!,
        schema: JOBS_SCHEMA,
        ...{ migrate: false, createSchema: false, supervise: who === 'worker', schedule: who === 'worker' },
        reindex: false,
      });
      boss.on('error', (error) => errors.push(`${who}: ${error.message}`));
      await boss.start();
      return boss;
    };
    const errors: string[] = [];
    const submitter = await bossFor('submitter');
    await submitter.createQueue('refit-test', { policy: 'exclusive', retryLimit: 5 });
    expect(await submitter.send('refit-test', { run: 'r1' }, { singletonKey: 'r1' })).not.toBeNull();
    expect(await submitter.send('refit-test', { run: 'r1' }, { singletonKey: 'r1' })).toBeNull();
    const worker = await bossFor('worker');
    const done = new Promise<unknown>((resolve) =>
      worker.work('refit-test', async ([job]) => resolve(job!.data)),
    );
    expect(await done).toEqual({ run: 'r1' });
    await worker.stop();
    await submitter.stop();
    expect(errors).toEqual([]);
  });
});
