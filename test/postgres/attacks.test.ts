/** What somebody achieves who has a role of a store and a keyboard, or who damages the database. */

import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Connection } from '../../src/operations/connect.ts';
import { workOnRun } from '../../src/operations/runs/work-on-run.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { NO_POLICY } from '../../src/policy/tighten.ts';
import { sendControlCommand } from '../../src/run/control/ask-run.ts';
import type { PostgresStore } from '../../src/store/postgres/open-store.ts';
import { openQueue, rebuildJobs } from '../../src/store/postgres/queue.ts';
import { openWork, type WorkerSelf } from '../../src/store/postgres/work.ts';
import { needsOf, queueOf } from '../../src/store/run-needs.ts';
import { PLANS } from '../store/contract.ts';
import { openTestStore, submissionOf } from './run-store.ts';
import { sql } from './server.ts';
import { connectTo, freshStore, loginAs, withPostgres } from './shared.ts';
import { storeDesk } from './worker-desk.ts';

const SAVED = PLANS.first;
const ENDPOINT = submissionOf(SAVED).endpoint;
const FORGED = `20261130T100000Z-${'b'.repeat(8)}`;

async function storeFor(url: string, who: 'worker' | 'submitter', host = 'here'): Promise<PostgresStore> {
  const store = await openTestStore(await loginAs(url, who), host);
  onTestFinished(() => store.close().catch(() => undefined));
  return store;
}

/** Copies the row of a run as a submitter, with other values. */
function copyRow(id: string, change: Readonly<Record<string, string>>): string {
  const values = {
    ...{ id: `'${FORGED}'`, digest: `repeat('b', 64)`, plan: 'plan', name: 'name', endpoint: 'endpoint' },
    ...{ provider: 'provider', submitted_by: 'submitted_by', approval: 'approval', queue: 'queue' },
    ...change,
  };
  const columns = Object.keys(values).join(', ');
  return `INSERT INTO refit.runs (${columns}) SELECT ${Object.values(values).join(', ')} FROM refit.runs WHERE id = '${id}'`;
}

withPostgres('a submitter who writes rows by hand', () => {
  it('gets one plan carried out once, whatever digest its row names', async () => {
    const url = await freshStore();
    const worker = await storeFor(url, 'worker');
    const id = await worker.submit(submissionOf(SAVED));
    const submitter = await connectTo(await loginAs(url, 'submitter'));
    onTestFinished(() => submitter.close());
    await submitter.execute(copyRow(id, {}));
    await expect(worker.claim(FORGED, 'refit worker')).rejects.toMatchObject({
      code: 'plan-altered',
      exitCode: 6,
    });
    await (await worker.claim(id, 'refit worker')).release();
  });

  it('holds instances for the provider that a worker orders at, whatever provider its row names', async () => {
    const url = await freshStore();
    const worker = await storeFor(url, 'worker');
    await worker.submit(submissionOf(SAVED));
    const other = PLANS.sharing;
    const submitter = await connectTo(await loginAs(url, 'submitter'));
    onTestFinished(() => submitter.close());
    const id = `20261130T100000Z-${other.digest.slice(0, 8)}`;
    await submitter.execute(
      `INSERT INTO refit.runs (id, digest, plan, name, endpoint, provider, submitted_by)
       VALUES ($1, $2, $3, 'n', $4, 'a provider of its own', '{}')`,
      [id, other.digest, encodeSavedPlan(other), ENDPOINT],
    );
    const claim = await worker.claim(id, 'refit worker');
    const shared = SAVED.steps.map(({ instance }) => instance);
    await expect(claim.claimInstances(shared)).rejects.toMatchObject({ code: 'locked' });
    await claim.release();
  });

  it.each([
    ['keys that the worker must not use', ENDPOINT, ['another-profile'], /no keys for profile default/],
    ['another provider than the worker orders at', 'http://127.0.0.1:1', ['default'], /orders at/],
  ])('gets no run carried out with %s', async (_, endpoint, profiles, reason) => {
    const url = await freshStore();
    const store = await storeFor(url, 'worker');
    const id = await store.submit({ ...submissionOf(SAVED), endpoint });
    let calls = 0;
    const refuse = async () => {
      calls += 1;
      throw new Error('a call');
    };
    const connection = {
      cloud: { endpoint: ENDPOINT, describeInstances: refuse },
      clock: systemClock,
      env: {},
      close: async () => undefined,
    } as unknown as Connection;
    const work = workOnRun({
      ...{ store, run: id, clock: systemClock, purpose: 'refit worker', connect: () => connection },
      readPolicy: async () => NO_POLICY,
      programs: 'named-by-policy',
      offers: () => ({ endpoint: ENDPOINT, profiles, programs: [] }),
      unattended: true,
      drain: new AbortController().signal,
      leave: new AbortController().signal,
    });
    await expect(work).rejects.toMatchObject({
      code: 'policy-refused',
      message: expect.stringMatching(reason),
    });
    expect(calls).toBe(0);
    // A person has to look at it: no worker tries again.
    expect(await sql(url, 'SELECT state FROM refit.runs')).toEqual(['stopped']);
  });

  it('takes no worker away from others with jobs that name no run', async () => {
    const url = await freshStore();
    const store = await storeFor(url, 'worker');
    const id = await store.submit({ ...submissionOf(SAVED), isForWorkers: true });
    const name = queueOf(needsOf(SAVED, ENDPOINT));
    const queue = await openQueue(store.database);
    onTestFinished(() => queue.close());
    await queue.prepare(name);
    const submitter = await connectTo(await loginAs(url, 'submitter'));
    onTestFinished(() => submitter.close());
    for (const data of ['null', '{}', '{"run": {"id": 1}}', '[]', '7'])
      await submitter.execute(
        `INSERT INTO refit_jobs.job (name, data, priority, policy, singleton_key)
         VALUES ($1, $2::jsonb, 1000, 'stately', $2)`,
        [name, data],
      );
    expect(await rebuildJobs(store.database, queue)).toBe(1);
    const taken = [...(await queue.take([name], 10)), ...(await queue.take([name], 10))];
    expect(taken.map(({ run }) => run)).toEqual([id]);
    expect(await sql(url, "SELECT count(*) FROM refit_jobs.job WHERE state = 'active'")).toEqual(['1']);
  });

  it.each([
    ['table_name', 'job; UPDATE refit.runs SET allow_hooks = true; --'],
    ['name', "x'; UPDATE refit.runs SET allow_hooks = true; --"],
    ['policy', "x'; SELECT 1; --"],
  ])('cannot put a statement into the %s of a queue, which workers would run', async (column, text) => {
    const submitter = await connectTo(await loginAs(await freshStore(), 'submitter'));
    onTestFinished(() => submitter.close());
    const row = { name: 'refit-a', policy: 'stately', table_name: 'job_common', [column]: text };
    const add = (queue: typeof row) =>
      submitter.execute(
        `INSERT INTO refit_jobs.queue (name, policy, table_name, retry_limit, retry_delay, retry_backoff,
           expire_seconds, retention_seconds, deletion_seconds, partition)
         VALUES ($1, $2, $3, 0, 0, false, 60, 60, 60, false)`,
        [queue.name, queue.policy, queue.table_name],
      );
    await expect(add(row)).rejects.toThrow(/refit_names/);
    expect(await add({ name: 'refit-a', policy: 'stately', table_name: 'job_common' })).toBe(1);
  });

  it('is named by the login of the database, not by the name that its program says', async () => {
    const url = await freshStore();
    const submitter = await storeFor(url, 'submitter');
    await submitter.submit({ ...submissionOf(SAVED), by: { user: 'the boss', host: 'h', pid: 1 } });
    expect(await sql(url, `SELECT submitted_by ->> 'login' FROM refit.runs`)).toEqual([
      'refit_login_submitter',
    ]);
  });

  it('cannot submit more than workers can read', async () => {
    const url = await freshStore();
    const submitter = await storeFor(url, 'submitter');
    const policy = [{ kind: 'policy' as const, file: '/p', text: 'x'.repeat(3 * 1_024 * 1_024) }];
    await expect(submitter.submit({ ...submissionOf(SAVED), policy })).rejects.toThrow(/too large/);
    const database = await connectTo(await loginAs(url, 'submitter'));
    onTestFinished(() => database.close());
    const id = await submitter.submit(submissionOf(SAVED));
    const big = "repeat('x', 70000000)";
    for (const change of [
      { plan: big },
      { name: big },
      { queue: big },
      { profiles: `ARRAY[${big}]` },
      { submitted_by: `jsonb_build_object('user', ${big})`, approval: 'NULL' },
    ])
      await expect(database.execute(copyRow(id, change))).rejects.toThrow(/too large/);
  });
});

withPostgres('an operator who writes requests by hand', () => {
  it('is on record with the login of the database', async () => {
    const url = await freshStore();
    const store = await storeFor(url, 'worker');
    const id = await store.submit(submissionOf(SAVED));
    const claim = await store.claim(id, 'refit worker');
    const heard: unknown[] = [];
    const control = await claim.openControl(async (line) => {
      heard.push((JSON.parse(line) as { by: unknown }).by);
      return '{}';
    }, systemClock);
    const operator = await openTestStore(await loginAs(url, 'operator'));
    onTestFinished(() => operator.close());
    const by = { user: 'the boss', host: 'h', pid: 1 };
    await sendControlCommand(await operator.find(id), { kind: 'pause' }, by);
    expect(heard).toEqual([{ ...by, user: 'the boss (login refit_login_operator)' }]);
    await control.close();
    await claim.release();
  });
});

withPostgres('a run that no process can work on', () => {
  it('is tried again after a pause each time, not without one', async () => {
    const url = await freshStore();
    const store = await storeFor(url, 'worker');
    await store.submit({ ...submissionOf(SAVED), isForWorkers: true });
    const queue = await openQueue(store.database);
    onTestFinished(() => queue.close());
    const self: WorkerSelf = {
      ...{ id: 'w', host: 'h', pid: 1, version: 'v', concurrency: 1 },
      offers: { endpoint: ENDPOINT, profiles: needsOf(SAVED, ENDPOINT).profiles, programs: [] },
    };
    const work = openWork(store.database, queue, () => self, systemClock);
    await rebuildJobs(store.database, queue);
    for (let failure = 0; failure < 3; failure++) {
      const [job] = await work.take(1);
      expect(job, `failure ${failure}`).toBeDefined();
      await work.finish(job!, true);
      expect(await work.take(1)).toEqual([]);
      await rebuildJobs(store.database, queue);
      expect(await work.take(1)).toEqual([]);
      // The pause passes.
      await sql(
        url,
        `UPDATE refit.runs SET wake_at = clock_timestamp() - interval '1 s';
         UPDATE refit_jobs.job SET start_after = clock_timestamp() - interval '1 s' WHERE state = 'created'`,
      );
    }
  });

  it('is taken over although its owner died before the clock of the database was set back', async () => {
    const url = await freshStore();
    const store = await storeFor(url, 'worker');
    const id = await store.submit(submissionOf(SAVED));
    const dead = await storeFor(url, 'worker', 'elsewhere');
    await dead.claim(id, 'refit worker');
    await dead.close();
    await sql(url, `UPDATE refit.runs SET owner_seen_at = clock_timestamp() + interval '1 hour'`);
    const claim = await store.claim(id, 'refit worker');
    expect(claim.takeOvers()).toHaveLength(1);
    await claim.release();
  });
});

describe('processes', { timeout: 120_000 }, () => {
  withPostgres('a store that was restored while nobody looked', () => {
    it.each([
      ['a worker', ['worker']],
      ['apply --here', ['apply', 'saved.json', '--here', '--auto-approve']],
    ])('is announced by %s at its start, before it orders', async (_, args) => {
      const { start, value, url } = await storeDesk(
        { onTestFinished },
        { instances: 1, lines: ['execution: { patience: 2s }'] },
      );
      // As a dump leaves it: the table of the journal has another number than on record.
      await sql(url, 'UPDATE refit.store SET journal_table = 1');
      const running = start(...args);
      while ((await value('SELECT count(*) FROM refit.restorations')) === '0') {
        expect(await value('SELECT count(*) FROM refit.journal')).toBe('0');
        await systemClock.sleep(50);
      }
      running.kill('SIGTERM');
      expect((await running.ended).stderr).toContain('was restored from a backup');
    });
  });

  withPostgres('reconcile of a store that was restored while nobody looked', () => {
    it('announces the restore before it claims the run, as workers do', async () => {
      const { start, value, url } = await storeDesk({ onTestFinished }, { instances: 1 });
      const submitted = await start('apply', 'saved.json', '--detach', '--auto-approve').ended;
      await sql(url, 'UPDATE refit.store SET journal_table = 1');
      const { code, stderr } = await start('reconcile', submitted.stdout.trim()).ended;
      expect([code, stderr]).toEqual([0, expect.stringContaining('was restored from a backup')]);
      expect(await value('SELECT generation FROM refit.restorations')).toBe('2');
    });
  });

  withPostgres('a person who continues the run of somebody else', () => {
    it('with --digest continues no other plan', async () => {
      const { at, start, value } = await storeDesk({ onTestFinished }, { instances: 1 });
      const submitted = await start('apply', 'saved.json', '--detach', '--auto-approve').ended;
      const run = submitted.stdout.trim();
      for (const extra of [[], ['--here'], ['--detach']]) {
        const refused = await start('apply', run, ...extra, '--digest', 'a'.repeat(64)).ended;
        expect([refused.code, refused.stderr]).toEqual([6, expect.stringContaining('another plan')]);
      }
      expect(await value('SELECT count(*) FROM refit.journal')).toBe('0');
      expect((await at.simulator.counts()).orders).toEqual({});
    });
  });
});
