import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Database } from '../../src/store/postgres/database.ts';
import { migrate } from '../../src/store/postgres/migrate.ts';
import {
  openQueue,
  type RunJob,
  type RunQueue,
  rebuildJobs,
  WORK_CHANNEL,
} from '../../src/store/postgres/queue.ts';
import { readSubmission, wakeIfApproved } from '../../src/store/postgres/runs/submission.ts';
import { sql } from './server.ts';
import { connectTo, freshStore, loginAs, withPostgres } from './shared.ts';

const HOUR = 3_600_000;
const QUEUE = 'refit-000000000001';

let url: string;
let database: Database;
const queues: RunQueue[] = [];

async function open(): Promise<RunQueue> {
  const queue = await openQueue(database);
  queues.push(queue);
  return queue;
}

async function put(queue: RunQueue, run: string, at: number | null = null, name = QUEUE): Promise<void> {
  await queue.prepare(name);
  await database.transaction((queries) => queue.put(queries, { run, queue: name, at }));
}

const runsOf = (jobs: readonly RunJob[]) => jobs.map(({ run }) => run);

/** Makes the holder of every active job look dead, as if its last beat was 11 seconds ago. */
async function ageBeats(): Promise<void> {
  await sql(
    url,
    "UPDATE refit_jobs.job SET heartbeat_on = heartbeat_on - interval '11 s' WHERE state = 'active'; UPDATE refit_jobs.queue SET monitor_on = NULL, monitor_claim_on = NULL",
  );
}

withPostgres('the queue of runs', () => {
  beforeEach(async () => {
    url = await freshStore();
    database = await connectTo(await loginAs(url, 'worker'));
  });
  afterEach(async () => {
    await Promise.all(queues.splice(0).map((queue) => queue.close()));
    await database.close();
  });

  it('gives each run to one worker, and to no other while that one lives', async () => {
    const [first, second] = [await open(), await open()];
    await put(first, 'a');
    await put(first, 'b');
    const taken = await Promise.all([first.take([QUEUE], 1), second.take([QUEUE], 1)]);
    expect(taken.map(runsOf).sort()).toEqual([['a'], ['b']]);
    expect(await first.take([QUEUE], 10)).toEqual([]);
    await ageBeats();
    expect(await first.beat(taken[0])).toEqual([]);
    await first.supervise();
    const next = await second.take([QUEUE], 10);
    expect(runsOf(next)).toEqual(runsOf(taken[1]));
    expect(await second.beat(taken[1])).toEqual(taken[1]);
    expect(await second.beat(next)).toEqual([]);
  });

  it('keeps a wake that comes while the run is worked on', async () => {
    const queue = await open();
    await put(queue, 'a');
    const [job] = await queue.take([QUEUE], 1);
    await put(queue, 'a');
    await put(queue, 'a');
    expect(await queue.take([QUEUE], 10)).toEqual([]);
    await queue.finish(job!);
    expect(runsOf(await queue.take([QUEUE], 10))).toEqual(['a']);
    expect(await queue.take([QUEUE], 10)).toEqual([]);
  });

  it('ends a job and plans its next time in one transaction, or neither', async () => {
    const queue = await open();
    await put(queue, 'a');
    const [job] = await queue.take([QUEUE], 1);
    const rest = async (fails: boolean): Promise<void> => {
      await database.transaction(async (queries) => {
        await queue.finish(job!, queries);
        await queue.put(queries, { run: 'a', queue: QUEUE, at: Date.now() + HOUR });
        if (fails) throw new Error('power');
      });
    };
    await expect(rest(true)).rejects.toThrow('power');
    expect(await queue.beat([job!])).toEqual([]);
    await rest(false);
    expect(await queue.beat([job!])).toEqual([job]);
    expect(await queue.take([QUEUE], 10)).toEqual([]);
    // An event comes before the time.
    await put(queue, 'a');
    expect(runsOf(await queue.take([QUEUE], 10))).toEqual(['a']);
  });

  it('redelivers without limit, and says that work is there', async () => {
    const queue = await open();
    const heard: (string | null)[] = [];
    const listening = database.listen(WORK_CHANNEL, (payload) => heard.push(payload));
    while (heard.length === 0) await systemClock.sleep(10);
    await put(queue, 'a');
    for (let death = 0; death < 5; death++) {
      expect(runsOf(await queue.take([QUEUE], 1))).toEqual(['a']);
      await ageBeats();
      await queue.supervise();
    }
    while (!heard.includes(QUEUE)) await systemClock.sleep(10);
    listening.close();
  });

  it('loses nothing when every table of jobs is dropped', async () => {
    await sql(
      url,
      `INSERT INTO refit.runs (id, digest, plan, name, endpoint, provider, submitted_by, state, queue, wake_at) VALUES
        ('a', 'a', '', 'a', 'e', 'p', '{}', 'queued', '${QUEUE}', NULL),
        ('b', 'b', '', 'b', 'e', 'p', '{}', 'waiting', '${QUEUE}', now() + interval '1 hour'),
        ('c', 'c', '', 'c', 'e', 'p', '{}', 'ended', '${QUEUE}', NULL)`,
    );
    const queue = await open();
    expect(await rebuildJobs(database, queue)).toBe(2);
    expect(await rebuildJobs(database, queue)).toBe(0);
    await sql(url, 'DROP SCHEMA refit_jobs CASCADE');
    const error = await queue.take([QUEUE], 1).catch((one: unknown) => one);
    expect(error).toMatchObject({
      code: 'store-unreachable',
      fix: expect.stringMatching(/^refit store rebuild/),
    });
    await expect(openQueue(database)).rejects.toMatchObject({ code: 'store-unreachable' });
    const owner = await connectTo(url);
    await migrate(owner, '0.0.0-test').finally(() => owner.close());
    expect(await rebuildJobs(database, queue)).toBe(2);
    expect(runsOf(await queue.take([QUEUE], 10))).toEqual(['a']);
  });

  it('brings a job forward when its run is woken', async () => {
    const queue = await open();
    await sql(
      url,
      `INSERT INTO refit.runs (id, digest, plan, name, endpoint, provider, submitted_by, state, queue, wake_at, wakes_on)
        VALUES ('a', 'a', '', 'a', 'e', 'p', '{}', 'waiting', '${QUEUE}', now() + interval '1 hour', 'approval')`,
    );
    expect(await rebuildJobs(database, queue)).toBe(1);
    expect(await queue.take([QUEUE], 10)).toEqual([]);
    await sql(
      url,
      "INSERT INTO refit.signatures (digest, kind, name, text) VALUES ('a', 'approvals', 'alice', '{}')",
    );
    expect(await rebuildJobs(database, queue)).toBe(1);
    expect(runsOf(await queue.take([QUEUE], 10))).toEqual(['a']);
    // The holder of the job sees to it.
    expect(await rebuildJobs(database, queue)).toBe(0);
  });

  it('wakes a run whose approval came while its process was about to wait', async () => {
    const offer =
      "INSERT INTO refit.signatures (digest, kind, name, text) VALUES ('a', 'offeredApprovals', 'alice', '{}')";
    await sql(
      url,
      `INSERT INTO refit.runs (id, digest, plan, name, endpoint, provider, submitted_by, state, queue)
        VALUES ('a', 'a', '', 'a', 'e', 'p', '{}', 'running', '${QUEUE}')`,
    );
    const { readAt } = await readSubmission(database, 'a');
    await sql(url, offer);
    await sql(url, "UPDATE refit.runs SET state = 'waiting', wakes_on = 'approval'");
    const wakes = async () => (await sql(url, 'SELECT wake_at IS NOT NULL FROM refit.runs'))[0];
    await wakeIfApproved(database, 'a', readAt + HOUR);
    expect(await wakes()).toBe('f');
    await wakeIfApproved(database, 'a', readAt);
    expect(await wakes()).toBe('t');
  });

  it('creates nothing in a store without tables of jobs', async () => {
    await sql(url, 'DROP SCHEMA refit_jobs CASCADE');
    await expect(openQueue(database)).rejects.toMatchObject({ code: 'store-unreachable' });
    const rows = await database.query("SELECT to_regnamespace('refit_jobs')::text AS jobs");
    expect(rows).toEqual([{ jobs: null }]);
  });
});
