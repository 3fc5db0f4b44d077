/**
 * Gives runs to workers: the only file that imports `pg-boss`. There is one job for each run that is not over, and one
 * queue for the runs that need the same. A job is a hint: what is to be done stands in `refit.runs` alone, and `rebuild`
 * makes all jobs from there.
 *
 *   created ──take──► active ──finish──► completed
 *      ▲                 │
 *      └── its process is gone (`pass`), or no `beat` for 10 s (`supervise`): the next worker takes it
 *
 * While a job of a run is active, nobody gets another one of it. One more may wait behind it, so no wake is lost.
 */
import type { Db, JobAttempt, PgBoss } from 'pg-boss';
import { RefitError } from '../../errors.ts';
import { DAY, HOUR, SECOND } from '../../units.ts';
import type { Database, Queries } from './database.ts';
import { JOBS_SCHEMA } from './rights.ts';
import { sqlStateOf } from './store-error.ts';
import type { StoreTarget } from './store-target.ts';

/** The channel that says that a queue has a job now. The payload is the name of the queue, or empty. */
export const WORK_CHANNEL = 'refit_work';

/** A job that nobody has called `beat` for during this time goes to another worker, milliseconds. */
export const LEASE = 10 * SECOND;

/** A worker gives a job back before this time, milliseconds: pg-boss ends each job after at most 24 hours. */
export const LONGEST_JOB = 23 * HOUR;

const QUEUE_SETTINGS = {
  policy: 'stately',
  heartbeatSeconds: LEASE / SECOND,
  expireInSeconds: DAY / SECOND,
  // The largest number of PostgreSQL: redelivery has no limit.
  retryLimit: 2 ** 31 - 1,
  retryDelay: 0,
  retentionSeconds: (365 * DAY) / SECOND,
  deleteAfterSeconds: HOUR / SECOND,
};

/** No run has this id. */
const NO_RUN = '-';

/** The job of a run, as this process holds it. */
export interface RunJob {
  readonly run: string;
  readonly queue: string;
  readonly attempt: JobAttempt;
}

/** A run to make a job for. */
export interface QueuedRun {
  readonly run: string;
  readonly queue: string;
  /** When a worker should take it, milliseconds since 1970 UTC; null: now. */
  readonly at: number | null;
}

/** The jobs of a store. Every call throws RefitError `store-unreachable` if the database is away. */
export interface RunQueue {
  /**
   * Makes the queue of a name known. Call it before a transaction that calls `put` with that name, because it needs a
   * connection of its own.
   */
  prepare(queue: string): Promise<void>;
  /** Makes the first job of a run that is submitted, in the caller's transaction. A submitter has the right to do this. */
  add(queries: Queries, run: Omit<QueuedRun, 'at'>): Promise<void>;
  /** Makes the waiting job of a run start at the given time: a new job, or the one that waits. In the caller's transaction. */
  put(queries: Queries, run: QueuedRun): Promise<void>;
  /** Takes jobs that are due. @param most how many, over all queues. */
  take(queues: readonly string[], most: number): Promise<readonly RunJob[]>;
  /** Says that this process lives. @returns the jobs that it does not hold any more. */
  beat(jobs: readonly RunJob[]): Promise<readonly RunJob[]>;
  /** Ends a job. The transaction that calls `put` for the next time can include it. */
  finish(job: RunJob, queries?: Queries): Promise<void>;
  /** Gives a job of a process that is gone to others. */
  pass(job: RunJob): Promise<void>;
  /** Gives jobs whose holder is silent to others. One worker of a store is enough. */
  supervise(): Promise<void>;
  close(): Promise<void>;
}

/** @throws RefitError `store-unreachable` if the store has no tables of jobs, or those of another version. */
export async function openQueue(database: Database): Promise<RunQueue> {
  const boss = await createBoss(database);
  try {
    await boss.start();
  } catch (error) {
    throw jobsError(error, database.target);
  }
  const known = new Set<string>();
  const prepare = async (queue: string): Promise<void> => {
    if (known.has(queue)) return;
    if ((await boss.getQueue(queue)) === null) await boss.createQueue(queue, QUEUE_SETTINGS);
    // pg-boss now reads what it keeps of a queue, so that a transaction later needs no second connection for that.
    await boss.findJobs(queue, { key: NO_RUN, limit: 1 });
    known.add(queue);
  };
  const guarded = <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) => {
    return (...args: Args): Promise<T> =>
      work(...args).catch((error: unknown) => {
        // The tables may be new: `refit store rebuild` makes them.
        known.clear();
        throw jobsError(error, database.target);
      });
  };
  return {
    prepare: guarded(prepare),
    add: guarded(async (queries, { run, queue }) => {
      await boss.send(queue, { run }, { singletonKey: run, db: adapterOf(queries) });
      await queries.query('SELECT pg_notify($1, $2)', [WORK_CHANNEL, queue]);
    }),
    put: guarded(async (queries, { run, queue, at }) => {
      await prepare(queue);
      const startAfter = at === null ? 0 : new Date(at).toISOString();
      await boss.upsert(queue, { run }, { singletonKey: run, startAfter, db: adapterOf(queries) });
      await queries.query(
        'SELECT pg_notify($1, $2) WHERE coalesce($3::timestamptz, now()) <= clock_timestamp()',
        [WORK_CHANNEL, queue, at === null ? null : new Date(at).toISOString()],
      );
    }),
    take: guarded(async (queues, most) => {
      const taken: RunJob[] = [];
      for (const queue of queues) {
        if (taken.length >= most) break;
        await prepare(queue);
        const jobs = await boss.fetch<{ run: string }>(queue, { batchSize: most - taken.length });
        for (const { id, retryCount, data } of jobs) {
          const attempt = { id, retryCount };
          const run: unknown = (data as { readonly run?: unknown } | null)?.run;
          // Users who submit can write jobs. One that names no run must not keep others from being taken.
          if (typeof run === 'string') taken.push({ run, queue, attempt });
          else await boss.complete(queue, attempt);
        }
      }
      return taken;
    }),
    beat: guarded(async (jobs) => {
      const lost: RunJob[] = [];
      for (const [queue, own] of Map.groupBy(jobs, (job) => job.queue)) {
        if ((await touch(boss, queue, own)) === own.length) continue;
        // Seldom: one of them is lost, and the answer has only their number.
        for (const job of own) if ((await touch(boss, queue, [job])) === 0) lost.push(job);
      }
      return lost;
    }),
    finish: guarded(async ({ queue, attempt }, queries) => {
      await boss.complete(queue, attempt, null, queries === undefined ? {} : { db: adapterOf(queries) });
    }),
    pass: guarded(async ({ queue, attempt }) => {
      await boss.fail(queue, attempt, { message: 'the process of the worker is gone' });
      await database.query('SELECT pg_notify($1, $2)', [WORK_CHANNEL, queue]);
    }),
    supervise: guarded(async () => {
      await boss.supervise();
      // Nothing says which jobs it freed.
      await database.query('SELECT pg_notify($1, $2)', [WORK_CHANNEL, '']);
    }),
    close: () => boss.stop({ graceful: false }),
  };
}

/** Says that the holder of jobs of one queue lives. @returns how many of them it still holds. */
async function touch(boss: PgBoss, queue: string, jobs: readonly RunJob[]): Promise<number> {
  const attempts = jobs.map(({ attempt }) => attempt);
  const { affected } = (await boss.touch(queue, attempts)) as { readonly affected: number };
  return affected;
}

/**
 * Makes a job for each run that is not over and lacks one, from `refit.runs` alone, and brings those forward whose run was
 * woken. Workers call this all the time, so a lost job only delays its run.
 * @returns how many jobs it made or moved, at most 1,000.
 */
export async function rebuildJobs(database: Database, queue: RunQueue): Promise<number> {
  const rows = await database.query<{ id: string; queue: string }>(LACK_JOBS);
  for (const { queue: name } of rows) await queue.prepare(name);
  for (const { id } of rows)
    await database.transaction(async (queries) => {
      // Locked, so that the job has the time of the row as the last change left it.
      const [row] = await queries.query<{ queue: string; wake_at: number | null }>(
        `SELECT queue, wake_at FROM refit.runs WHERE id = $1 AND ${OPEN_RUN} FOR UPDATE`,
        [id],
      );
      if (row) await queue.put(queries, { run: id, queue: row.queue, at: row.wake_at });
    });
  return rows.length;
}

/** A run that a worker has to work on, now or at `wake_at`. A run that waits for an event only has no such time. */
export const OPEN_RUN =
  "state IN ('queued', 'running', 'waiting') AND queue IS NOT NULL AND (state <> 'waiting' OR wake_at IS NOT NULL)";

/** Milliseconds after which a claim lapses without a word of its process, and some more. Source: `LEASE` in `runs/owner.ts`. */
const CLAIM_LAPSES = 9 * SECOND;

/**
 * Runs that no process holds, without a job that starts in time. A job that somebody holds counts: its holder sees to the
 * run.
 */
const LACK_JOBS = `SELECT id, queue FROM refit.runs WHERE ${OPEN_RUN}
  AND (owner IS NULL OR abs(extract(epoch FROM clock_timestamp() - owner_seen_at)) > ${CLAIM_LAPSES / SECOND}) AND NOT EXISTS (
  SELECT FROM ${JOBS_SCHEMA}.job WHERE job.name = runs.queue AND singleton_key = runs.id AND (job.state = 'active'
    OR job.state < 'active' AND start_after <= GREATEST(runs.wake_at, clock_timestamp()) + interval '1 s'))
  ORDER BY submitted_at LIMIT 1000`;

async function createBoss(database: Database): Promise<PgBoss> {
  const { PgBoss: Boss } = await import('pg-boss');
  const boss = new Boss({
    db: adapterOf(database),
    schema: JOBS_SCHEMA,
    migrate: false,
    createSchema: false,
    schedule: false,
    supervise: false,
    registerInstance: false,
    monitorVacuum: false,
    reindex: false,
    monitorIntervalSeconds: 1,
    superviseIntervalSeconds: 1,
  });
  // Calls reject with the same errors.
  boss.on('error', () => undefined);
  return boss;
}

function adapterOf(queries: Queries): Db {
  return {
    executeSql: async (text, values) => ({
      rows: [...(await queries.query(text, values && values.length > 0 ? values : undefined))],
    }),
  };
}

/** The error for tables of jobs that are missing or have another version; another error as it is. */
function jobsError(error: unknown, { place, option }: StoreTarget): unknown {
  const isMissing = ['42P01', '3F000', '42883'].includes(sqlStateOf(error) ?? '');
  const isRefused =
    error instanceof Error && !(error instanceof RefitError) && /pg-?boss/i.test(error.message);
  if (!isMissing && !isRefused) return error;
  return new RefitError(
    'store-unreachable',
    `the store ${place} has no tables of jobs that this Refit can use`,
    `refit store rebuild${option}   as the owner of the store: it makes them again, and loses nothing`,
    { cause: error },
  );
}
