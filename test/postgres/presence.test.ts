/** How a store notices that the process of a worker is gone: by the connection that closes with it. */
import { expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Database } from '../../src/store/postgres/database.ts';
import { openQueue } from '../../src/store/postgres/queue.ts';
import { claimStoredRun } from '../../src/store/postgres/runs/claim.ts';
import { openWork } from '../../src/store/postgres/work.ts';
import { sql } from './server.ts';
import { connectTo, freshStore, loginAs, withPostgres } from './shared.ts';

const QUEUE = 'refit-000000000001';
const SELF = { pid: 1, version: '0.0.0-test', concurrency: 1 };

/** A worker, as far as the tables of the store know one. */
async function workerOf(database: Database, id: string) {
  const queue = await openQueue(database);
  const offers = { endpoint: 'e', profiles: [], programs: [] };
  const work = openWork(database, queue, () => ({ ...SELF, id, host: id, offers }), systemClock);
  await work.beat([]);
  return { queue, work };
}

const lockCount = `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

withPostgres('a worker whose run has a job', () => {
  it.each<[string, number, number, boolean, boolean]>([
    ['loses it soon after its process is gone', 5, 5, false, true],
    ['keeps it for two beats', 0, 0, false, false],
    ['keeps it while its process is there, however busy', 5, 5, true, false],
    ['has no claim on what another worker has got since', 5, 0, false, false],
  ])('%s', async (_, silentFor, beat, lives, isPassed) => {
    const url = await freshStore();
    const login = await loginAs(url, 'worker');
    const [first, second] = [await connectTo(login), await connectTo(login)];
    try {
      await sql(
        url,
        `INSERT INTO refit.runs (id, digest, plan, name, endpoint, provider, submitted_by, state, queue)
             VALUES ('a', 'a', '', 'a', 'e', 'p', '{}', 'queued', '${QUEUE}')`,
      );
      const dying = await workerOf(first, 'db-1');
      while ((await sql(url, lockCount))[0] !== '1') await systemClock.sleep(10);
      const other = await workerOf(second, 'db-2');
      await other.work.lead();
      expect(await dying.work.take(1)).toHaveLength(1);
      if (!lives) {
        await first.close();
        while ((await sql(url, lockCount))[0] !== '1') await systemClock.sleep(10);
      }
      await sql(
        url,
        `UPDATE refit.runs SET owner = '{"worker": "db-1", "host": "db-1"}', owner_seen_at = clock_timestamp() - interval '${silentFor} s'`,
      );
      await sql(
        url,
        `UPDATE refit.workers SET seen_at = clock_timestamp() - interval '${silentFor} s' WHERE id = 'db-1';
           UPDATE refit_jobs.job SET heartbeat_on = clock_timestamp() - interval '${beat} s'`,
      );
      await other.work.lead();
      expect(await other.work.take(1)).toHaveLength(isPassed ? 1 : 0);
      const self = { host: 'db-2', worker: 'db-2', clock: systemClock };
      // The run of this test has no plan to read, so a claim that is free fails there.
      await expect(claimStoredRun(second, 'a', 'refit worker', self)).rejects.toMatchObject({
        code: lives || silentFor < 4 ? 'locked' : 'format-unknown',
      });
    } finally {
      await second.close();
      await first.close().catch(() => undefined);
    }
  });
});

withPostgres('a worker that leads', () => {
  it.each<[string, number, boolean, boolean]>([
    ['is replaced two beats after its process is gone', 4.2, false, true],
    ['leads for two beats, although its process is gone', 0, false, false],
    ['leads while its process is there', 1, true, false],
    ['is replaced when it says nothing for 5 s, although its process is there', 5, true, true],
  ])('%s', async (_, silentFor, lives, isReplaced) => {
    const url = await freshStore();
    const login = await loginAs(url, 'worker');
    const [first, second] = [await connectTo(login), await connectTo(login)];
    try {
      const leader = await workerOf(first, 'db-1');
      while ((await sql(url, lockCount))[0] !== '1') await systemClock.sleep(10);
      const { work } = await workerOf(second, 'db-2');
      expect(await leader.work.beat([])).toMatchObject({ leads: true });
      expect(await work.beat([])).toMatchObject({ leads: false });
      while ((await sql(url, lockCount))[0] !== '2') await systemClock.sleep(10);
      if (!lives) {
        await first.close();
        while ((await sql(url, lockCount))[0] !== '1') await systemClock.sleep(10);
      }
      await sql(
        url,
        `UPDATE refit.workers SET seen_at = clock_timestamp() - interval '${silentFor} s' WHERE id = 'db-1'`,
      );
      expect(await work.beat([])).toMatchObject({ leads: isReplaced });
    } finally {
      await second.close();
      await first.close().catch(() => undefined);
    }
  });
});
