/** `refit store migrate` and `check`, as processes. */
import { expect, it } from 'vitest';
import { startRefit } from '../cli/refit.ts';
import { sql, urlOf } from './server.ts';
import { freshDatabase, freshStore, loginAs, sharedServer, withPostgres } from './shared.ts';

const refit = (url: string, ...args: string[]) =>
  startRefit(['store', ...args], { env: { REFIT_STORE: url } }).ended;

interface Checked {
  readonly healthy: boolean;
  readonly identity: { readonly recorded: { readonly generation: number } } | null;
  readonly checks: readonly {
    readonly subject: string;
    state: string;
    message: string;
    fix: string | null;
  }[];
}

async function check(url: string): Promise<Checked & { readonly code: number | null }> {
  const { code, stdout, stderr } = await refit(url, 'check', '--json');
  expect(stderr).not.toContain(new URL(url).password);
  return { ...(JSON.parse(stdout) as Checked), code };
}

withPostgres('refit store', () => {
  it('migrate makes a store once, and check finds it healthy', async () => {
    const url = await freshDatabase();
    const place = `postgres://postgres@127.0.0.1:${sharedServer().port}/${new URL(url).pathname.slice(1)}`;
    const before = await refit(url, 'check');
    expect(before.code).toBe(1);
    expect(before.stdout).toContain('the database has no Refit schema');
    expect(before.stdout).toContain('fix: refit store migrate\n');
    const first = await startRefit(['store', 'migrate', '--store', url]).ended;
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain(`store    ${place}\n`);
    expect(first.stdout).toContain('applied  1 first tables');
    expect(first.stdout).toMatch(/jobs {5}created, version \d+/);
    expect(first.stdout).toContain(`next     refit store check --store ${place}\n`);
    const again = await refit(url, 'migrate');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('schema   up to date\njobs     up to date\nroles    up to date\n');
    const found = await check(url);
    expect(found).toMatchObject({ code: 0, healthy: true, identity: { recorded: { generation: 1 } } });
    expect(found.checks.map(({ subject, state }) => `${subject} ${state}`)).toEqual([
      // This server has fsync off, and the tests are its superuser.
      ...['server warning', 'tls ok', 'schema ok', 'identity ok', 'roles ok', 'rights ok', 'journal ok'],
      'functions ok',
      ...['user warning', 'jobs ok', 'schedule ok', 'runs ok', 'clock ok'],
    ]);
  });

  const faults: [title: string, change: string, subject: string, message: string | RegExp, fix: string][] = [
    [
      'a right that is missing',
      'REVOKE INSERT ON refit.journal FROM refit_worker',
      ...(['rights', 'missing: INSERT ON refit.journal for refit_worker', 'refit store migrate'] as const),
    ],
    [
      'a right of columns that is missing',
      'REVOKE UPDATE (epoch) ON refit.runs FROM refit_worker',
      ...([
        'rights',
        'missing: UPDATE (epoch) ON refit.runs for refit_worker',
        'refit store migrate',
      ] as const),
    ],
    [
      'a right that everybody got',
      'GRANT DELETE ON refit.journal TO PUBLIC',
      ...([
        'journal',
        'DELETE ON refit.journal for PUBLIC',
        'REVOKE DELETE ON refit.journal FROM PUBLIC;',
      ] as const),
    ],
    [
      'a trigger that is disabled',
      'ALTER TABLE refit.journal DISABLE TRIGGER keep_journal',
      ...(['journal', 'missing or disabled', 'ALTER TABLE refit.journal ENABLE ALWAYS TRIGGER ALL'] as const),
    ],
    [
      'a trigger of another table that is disabled',
      'ALTER TABLE refit.runs DISABLE TRIGGER keep_state',
      ...(['functions', 'disabled: trigger keep_state ON refit.runs', 'refit store migrate'] as const),
    ],
    [
      'a trigger that fires less often',
      `DROP TRIGGER keep_state ON refit.runs; CREATE TRIGGER keep_state BEFORE INSERT ON refit.runs
         FOR EACH ROW EXECUTE FUNCTION refit.keep_state()`,
      ...(['functions', 'changed: trigger keep_state ON refit.runs', 'refit store migrate'] as const),
    ],
    [
      'a function with another body',
      `CREATE OR REPLACE FUNCTION refit.keep_instances() RETURNS trigger LANGUAGE plpgsql
         SET search_path = pg_catalog AS 'BEGIN RETURN NEW; END'`,
      ...(['functions', 'changed: function refit.keep_instances', 'refit store migrate'] as const),
    ],
    [
      'a function with the rights of the owner',
      'ALTER FUNCTION refit.keep_state() SECURITY DEFINER',
      ...(['functions', 'changed: function refit.keep_state', 'refit store migrate'] as const),
    ],
    [
      'a trigger that nobody of Refit made',
      `CREATE FUNCTION refit.skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       REVOKE ALL ON FUNCTION refit.skip() FROM PUBLIC;
       CREATE TRIGGER skip BEFORE INSERT ON refit.control FOR EACH ROW EXECUTE FUNCTION refit.skip()`,
      ...([
        'functions',
        'added: function refit.skip; added: trigger skip ON refit.control',
        'DROP TRIGGER skip ON refit.control;',
      ] as const),
    ],
    [
      'a function that everybody may call',
      'GRANT EXECUTE ON FUNCTION refit.prune_run(text) TO refit_operator',
      ...([
        'journal',
        'EXECUTE ON FUNCTION refit.prune_run(text) for refit_operator',
        'REVOKE EXECUTE ON FUNCTION refit.prune_run(text) FROM refit_operator;',
      ] as const),
    ],
    [
      'the tables of pg-boss are lost',
      'DROP SCHEMA refit_jobs CASCADE',
      ...(['jobs', 'the tables of pg-boss are missing', 'refit store migrate'] as const),
    ],
    [
      'older tables of pg-boss',
      'UPDATE refit_jobs.version SET version = 45',
      ...(['jobs', /version 45, and Refit needs \d+/, 'refit store migrate'] as const),
    ],
    [
      'a schedule log without its end',
      'UPDATE refit.schedule_head SET seq = 7',
      ...([
        'schedule',
        'its log ends at entry 0, and its head is 7',
        'UPDATE refit.schedule_head SET seq = 0',
      ] as const),
    ],
    [
      'a line of the schedule log that contradicts its row',
      `INSERT INTO refit.schedule_log (seq, kind, plan, line) VALUES (1, 'ended', 'p', '{"kind":"put","plan":"p"}');
       UPDATE refit.schedule_head SET seq = 1`,
      ...(['schedule', 'entry 1 of its log is not one that Refit wrote', 'WHERE seq = 1'] as const),
    ],
    [
      'a dump on another server',
      "UPDATE refit.store SET system_identifier = '1'",
      ...(['identity', 'its server is another one', 'refit store restored --reason TEXT'] as const),
    ],
    [
      'a restore to an earlier moment',
      'UPDATE refit.store SET timeline = 7',
      ...([
        'identity',
        'its server is on timeline 1, and it was on 7',
        'refit store restored --reason TEXT',
      ] as const),
    ],
  ];
  it.each(faults)('check finds %s', async (_, change, subject, message, fix) => {
    const url = await freshStore();
    await sql(url, change);
    const { code, healthy, checks } = await check(url);
    expect({ code, healthy }).toEqual({ code: 1, healthy: false });
    const wrong = checks.filter(({ state }) => state === 'fault');
    expect(wrong).toMatchObject([{ subject, fix: expect.stringContaining(fix) }]);
    expect(wrong[0]!.message).toMatch(message);
  });

  it('migrate makes functions and triggers again that somebody changed, and check agrees', async () => {
    const url = await freshStore();
    await sql(
      url,
      `DROP FUNCTION refit.wake_approved() CASCADE; ALTER TABLE refit.journal DISABLE TRIGGER keep_journal;
       ALTER FUNCTION refit.keep_state() SECURITY DEFINER`,
    );
    const migrated = await refit(url, 'migrate');
    expect(migrated.stdout).toContain('repaired trigger wake_approved ON refit.signatures\n');
    expect(migrated.stdout).toContain('repaired function refit.keep_state\n');
    expect(await check(url)).toMatchObject({ code: 0, healthy: true });
    expect((await refit(url, 'migrate')).stdout).not.toContain('repaired');
  });

  it('check says what the user may do, and migrate refuses everybody but the owner', async () => {
    const url = await freshStore();
    const user = 'refit_test_commands';
    await sql(url, `CREATE ROLE ${user} LOGIN PASSWORD 'Secret1'`);
    const own = urlOf(sharedServer(), new URL(url).pathname.slice(1), user, 'Secret1');
    const stranger = await refit(own, 'check');
    expect(stranger.code).toBe(1);
    expect(stranger.stdout).toContain(`${user} has none of Refit's roles`);
    expect(stranger.stdout).toContain(`fix: as an administrator: psql -c 'GRANT refit_submitter TO ${user}'`);
    await sql(url, `GRANT refit_worker TO ${user}`);
    const worker = await check(own);
    expect(worker.code).toBe(0);
    expect(worker.checks.find(({ subject }) => subject === 'user')).toEqual({
      ...{ subject: 'user', state: 'ok', fix: null },
      message: `${user}: refit_worker (carries out runs)`,
    });
    const migrated = await refit(own, 'migrate');
    expect(migrated.code).toBe(1);
    expect(migrated.stderr).toMatch(/permission denied|belongs to postgres/);
    expect(migrated.stderr).not.toContain('Secret1');
    await sql(url, `DROP OWNED BY ${user}; DROP ROLE ${user}`);
  });

  it('migrate needs no superuser: the owner of the database is enough if the server has the roles', async () => {
    const url = await freshDatabase();
    const name = new URL(url).pathname.slice(1);
    const user = 'refit_test_owner';
    await sql(url, `CREATE ROLE ${user} LOGIN PASSWORD 'Secret1'; ALTER DATABASE ${name} OWNER TO ${user}`);
    // Another test may be the first on this server.
    await freshStore();
    const migrated = await refit(urlOf(sharedServer(), name, user, 'Secret1'), 'migrate');
    expect(migrated).toMatchObject({ code: 0, stderr: '' });
    expect(migrated.stdout).toContain('roles    up to date');
    await sql(url, `REASSIGN OWNED BY ${user} TO postgres; DROP OWNED BY ${user}; DROP ROLE ${user}`);
  });

  it('check works for every role', async () => {
    const url = await freshStore();
    for (const who of ['auditor', 'submitter', 'worker', 'operator'] as const) {
      const { code, checks } = await check(await loginAs(url, who));
      expect({ who, code }).toEqual({ who, code: 0 });
      expect(checks.find(({ subject }) => subject === 'user')!.message).toContain(`refit_${who} (`);
    }
  });

  it('names the statement for a user who may not connect', async () => {
    const url = await freshStore();
    const name = new URL(url).pathname.slice(1);
    await sql(url, `REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
    const { code, stderr } = await refit(await loginAs(url, 'worker'), 'check');
    expect(code).toBe(1);
    expect(stderr).toContain(`refit_login_worker may not connect to the database ${name}`);
    expect(stderr).toContain(`psql -c 'GRANT CONNECT ON DATABASE ${name} TO refit_login_worker'`);
  });

  it('demands a store', async () => {
    for (const env of [{}, { REFIT_STORE: 'folder' }, { REFIT_STORE: '' }]) {
      const { code, stderr } = await startRefit(['store', 'check'], { env }).ended;
      expect(code).toBe(64);
      expect(stderr).toContain('no store is named');
    }
  });
});
