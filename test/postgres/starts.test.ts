/** A run that kills its process at every start: it waits longer each time, is never lost, and people see it. */
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { JournalEvent } from '../../src/model.ts';
import { checkStore } from '../../src/store/postgres/check-store.ts';
import type { PostgresStore } from '../../src/store/postgres/open-store.ts';
import { openQueue } from '../../src/store/postgres/queue.ts';
import { claimStoredRun, type StoredClaim } from '../../src/store/postgres/runs/claim.ts';
import { MOST_STARTS } from '../../src/store/postgres/runs/starts.ts';
import { readRunRow } from '../../src/store/postgres/runs/tail.ts';
import { readStoreCounts } from '../../src/store/postgres/store-figures.ts';
import { openWork } from '../../src/store/postgres/work.ts';
import { until } from '../cli/refit.ts';
import { openWriter, PLANS, started } from '../store/contract.ts';
import { openTestStore, submissionOf } from './run-store.ts';
import { sql } from './server.ts';
import { freshStore, withPostgres } from './shared.ts';
import { storeDesk } from './worker-desk.ts';

const SAVED = PLANS.first;

interface Stage {
  readonly url: string;
  readonly store: PostgresStore;
  readonly id: string;
}

async function stage(): Promise<Stage> {
  const url = await freshStore();
  const store = await openTestStore(url);
  onTestFinished(() => store.close());
  return { url, store, id: await store.submit({ ...submissionOf(SAVED), isForWorkers: true }) };
}

const claimAs = ({ store, id }: Stage, worker: string | null): Promise<StoredClaim> =>
  claimStoredRun(store.database, id, 'refit worker', { host: 'other', worker, clock: systemClock });

/** The process dies: nothing says any more that it lives. `ago`: since when, in SQL. */
const die = ({ url }: Stage, ago = '20 s') =>
  sql(url, `UPDATE refit.runs SET owner_seen_at = clock_timestamp() - interval '${ago}'`);

/** Claims that die at their start. */
async function deaths(at: Stage, count: number): Promise<void> {
  for (let death = 0; death < count; death++) {
    await claimAs(at, 'w');
    await die(at);
  }
}

/** Minutes until the run is due. */
const pauseOf = async ({ url }: Stage): Promise<number> =>
  Number(
    (await sql(url, 'SELECT round(extract(epoch FROM wake_at - clock_timestamp()) / 60) FROM refit.runs'))[0],
  );

/** The pause is over: the run is due since 40 seconds, and its last process is dead for longer. */
async function passPause(at: Stage): Promise<void> {
  await sql(
    at.url,
    "UPDATE refit.runs SET wake_at = clock_timestamp() - interval '40 s', owner_seen_at = clock_timestamp() - interval '1 hour'",
  );
}

const refused = (at: Stage, worker: string | null = 'w') =>
  claimAs(at, worker).then(
    () => null,
    (error: unknown) => error,
  );

withPostgres('a run whose processes die at their start', () => {
  it('waits before each further start, longer each time, and is never given up', async () => {
    const at = await stage();
    await deaths(at, MOST_STARTS);
    const pauses: number[] = [];
    for (let start = 0; start < 8; start++) {
      expect(await refused(at)).toMatchObject({ code: 'locked', message: expect.stringContaining(at.id) });
      pauses.push(await pauseOf(at));
      // Asking again does not start it, and does not move its time.
      expect(await refused(at)).toMatchObject({ code: 'locked' });
      expect(await pauseOf(at)).toBe(pauses.at(-1));
      await passPause(at);
      await deaths(at, 1);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it('keeps nobody waiting who wants to see the error, and records from whom the run was taken over', async () => {
    const at = await stage();
    await deaths(at, MOST_STARTS);
    expect(await refused(at)).toMatchObject({ code: 'locked' });
    const claim = await claimAs(at, null);
    expect(claim.takeOvers()).toHaveLength(1);
    await claim.release();
  });

  it.each<[string, (claim: StoredClaim, at: Stage) => Promise<unknown>, number]>([
    ['an entry of its progress', (claim) => append(claim, further), 0],
    ['no entry but that of its start', (claim) => append(claim), 4],
    [
      'a word how it goes on',
      (claim) => claim.settle({ state: 'waiting', wakeAt: null, wakesOn: 'approval', waiting: null }),
      0,
    ],
    ['nothing', async () => undefined, 4],
  ])('counts a start that left %s', async (_, work, counted) => {
    const at = await stage();
    await deaths(at, 3);
    await work(await claimAs(at, 'w'), at);
    expect(await sql(at.url, 'SELECT starts FROM refit.runs')).toEqual([String(counted)]);
  });

  it('waits as long if its processes end before they can say why', async () => {
    const at = await stage();
    const queue = await openQueue(at.store.database);
    onTestFinished(() => queue.close());
    const self = { id: 'w', host: 'h', pid: 1, version: '0', concurrency: 1 };
    const offers = { endpoint: 'redis.tencentcloudapi.com', profiles: ['default'], programs: [] };
    const work = openWork(at.store.database, queue, () => ({ ...self, offers }), systemClock);
    for (const state of ['queued', 'waiting']) {
      await sql(at.url, `UPDATE refit.runs SET starts = 7, state = '${state}', wake_at = clock_timestamp()`);
      await work.lead();
      const [job] = await work.take(1);
      expect(job).toMatchObject({ run: at.id });
      await work.finish(job!, true);
      expect(await pauseOf(at)).toBe(4);
      expect(await work.take(1)).toEqual([]);
    }
  });

  it('is shown to those who follow it, in the figures of the store, and by its check', async () => {
    const at = await stage();
    const { database } = at.store;
    await deaths(at, MOST_STARTS - 1);
    const last = await claimAs(at, 'w');
    expect(await readStoreCounts(database)).toMatchObject({ runsDyingAtStart: 0 });
    expect((await readRunRow(database, at.id)).deaths).toBeNull();
    await die(at);
    await last.release();
    const fix = expect.stringContaining(`refit apply ${at.id} --here`);
    expect(await readStoreCounts(database)).toMatchObject({ runsDyingAtStart: 1 });
    expect((await readRunRow(database, at.id)).deaths).toMatchObject({ fix });
    const { checks } = await checkStore(database, systemClock);
    expect(checks.find(({ subject }) => subject === 'runs')).toMatchObject({ state: 'warning', fix });
    expect(await (await at.store.find(at.id)).storeState()).toMatchObject({
      kind: 'waiting',
      diesAtStart: true,
      reason: expect.stringContaining('5 processes in a row'),
      fix,
    });
  });

  it('is explained by status, and continues when its time comes', async (test) => {
    const desk = await storeDesk(test, { instances: 2 });
    const submitted = await desk.start('apply', 'saved.json', '--auto-approve', '--detach').ended;
    const run = submitted.stdout.trim();
    const dead = JSON.stringify({
      pid: 1,
      host: 'gone',
      since: '',
      purpose: 'refit worker',
      worker: 'w',
      token: 't',
    });
    await desk.value(
      `UPDATE refit.runs SET starts = 5, owner = '${dead}', owner_seen_at = clock_timestamp() - interval '1 hour' RETURNING ''`,
    );
    const worker = await desk.worker();
    const follower = desk.start('apply', run);
    await until('the notice', () => follower.stderr().includes('5 processes in a row'));
    const status = await desk.start('status', run).ended;
    expect(status.stdout).toMatch(/because {2}5 processes in a row.*fix: refit apply/);
    expect(status.stdout).toContain(`next: refit apply ${run} --endpoint ${desk.at.simulator.url} --here`);
    expect(await desk.orders()).toEqual([]);
    await until('the pause', () => worker.stderr().includes('the next one is at'));
    await desk.value("UPDATE refit.runs SET wake_at = clock_timestamp() - interval '1 s' RETURNING ''");
    expect((await follower.ended).code, follower.stderr()).toBe(0);
    expect(await desk.kinds()).toContain('lock-taken-over');
  });
});

const further: JournalEvent = { kind: 'wave-ended', wave: 1, name: 'all' };

async function append(claim: StoredClaim, ...more: JournalEvent[]): Promise<void> {
  const { journal } = await openWriter(claim);
  for (const event of [started(SAVED), ...more]) await journal.appendDurably(event);
}
