import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock, VirtualClock } from '../../src/clock.ts';
import type { Database } from '../../src/store/postgres/database.ts';
import { readStoreCounts, watchStoreFigures } from '../../src/store/postgres/store-figures.ts';
import { sql } from './server.ts';
import { connectTo, freshStore, loginAs, withPostgres } from './shared.ts';

let url: string;
let database: Database;

/** A row of a run, with what its work needs. */
async function addRun(
  id: string,
  state: string,
  profiles: readonly string[],
  owner: 'none' | 'alive' | 'silent' = 'none',
) {
  const claim =
    owner === 'none'
      ? 'NULL, NULL'
      : `'{"host": "h"}', clock_timestamp() - interval '${owner === 'alive' ? 1 : 60} s'`;
  await sql(
    url,
    `INSERT INTO refit.runs (id, digest, plan, name, endpoint, provider, profiles, queue, submitted_by, state, owner, owner_seen_at)
     VALUES ('${id}', '${id}', '{}', 'p', 'cloud', 'cloud', '{${profiles.join(',')}}', 'refit-000000000001', '{}', '${state}', ${claim})`,
  );
}

async function addWorker(id: string, profiles: readonly string[], secondsAgo = 1, endpoint = 'cloud') {
  const about = JSON.stringify({ endpoint, profiles, programs: [], concurrency: 2, running: [] });
  await sql(
    url,
    `INSERT INTO refit.workers (id, host, pid, version, profiles, about, seen_at)
     VALUES ('${id}', 'h', 1, '0', '{${profiles.join(',')}}', '${about}', clock_timestamp() - interval '${secondsAgo} s')`,
  );
}

withPostgres('the figures of a store', () => {
  beforeEach(async () => {
    url = await freshStore();
    database = await connectTo(await loginAs(url, 'worker'));
  });
  afterEach(() => database.close());

  it('are zero without runs and workers', async () => {
    expect(await readStoreCounts(database)).toEqual({
      workers: 0,
      runsWithoutWorker: 0,
      runsDyingAtStart: 0,
      runs: {},
    });
  });

  it('count runs by state, live workers, and runs that none of them can take', async () => {
    await addRun('a', 'queued', ['retail']);
    await addRun('b', 'queued', ['retail', 'bank']);
    await addRun('c', 'running', ['bank'], 'alive');
    await addRun('d', 'running', ['bank'], 'silent');
    await addRun('e', 'ended', ['bank']);
    await addRun('f', 'stopped', ['bank']);
    const runs = { ended: 1, queued: 2, running: 2, stopped: 1 };
    expect(await readStoreCounts(database)).toEqual({
      workers: 0,
      runsWithoutWorker: 3,
      runsDyingAtStart: 0,
      runs,
    });
    await addWorker('1', ['retail']);
    await addWorker('2', ['retail', 'bank'], 60);
    await addWorker('3', ['retail', 'bank'], 1, 'elsewhere');
    expect(await readStoreCounts(database)).toEqual({
      workers: 2,
      runsWithoutWorker: 2,
      runsDyingAtStart: 0,
      runs,
    });
    await addWorker('4', ['bank', 'retail']);
    expect(await readStoreCounts(database)).toEqual({
      workers: 3,
      runsWithoutWorker: 0,
      runsDyingAtStart: 0,
      runs,
    });
  });

  it('can be read by an auditor', async () => {
    const auditor = await connectTo(await loginAs(url, 'auditor'));
    expect(await readStoreCounts(auditor).finally(() => auditor.close())).toMatchObject({ workers: 0 });
  });

  it('are kept between two readings, and say when the store is away', async () => {
    const clock = new VirtualClock(undefined, () => systemClock.sleep(20));
    const over = new AbortController();
    const figures = watchStoreFigures(database, clock, over.signal);
    expect(figures()).toBeNull();
    await expect
      .poll(figures)
      .toEqual({ isUp: true, workers: 0, runsWithoutWorker: 0, runsDyingAtStart: 0, runs: {} });
    await addRun('a', 'queued', ['retail']);
    expect(figures()).toMatchObject({ runs: {} });
    await clock.run(() => clock.sleep(16_000));
    await expect.poll(figures).toMatchObject({ runsWithoutWorker: 1, runs: { queued: 1 } });
    await database.close();
    await clock.run(() => clock.sleep(16_000));
    await expect
      .poll(figures)
      .toEqual({ isUp: false, workers: null, runsWithoutWorker: null, runsDyingAtStart: null, runs: {} });
    over.abort();
    database = await connectTo(url);
  });

  it('a connection reports how long each statement took, also one that failed', async () => {
    const times: number[] = [];
    const timed = await connectTo(url, { onRequest: (ms) => times.push(ms) });
    times.length = 0;
    await timed.query('SELECT pg_sleep(0.05)');
    await timed.query('SELECT no_such_column').catch(() => undefined);
    await timed.close();
    expect(times).toHaveLength(2);
    expect(times[0]).toBeGreaterThan(45);
  });
});
