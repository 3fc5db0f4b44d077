/**
 * The work of a store, as one worker sees it: which runs to take, who else works, and what has to be woken. Every time here
 * is the database's, so the clocks of hosts do not matter.
 */
import type { Clock } from '../../clock.ts';
import { MINUTE, SECOND } from '../../units.ts';
import { type RunNeeds, type WorkerOffers, whyNotOffered } from '../run-needs.ts';
import type { Database, Prepared } from './database.ts';
import { GONE_AFTER, holdPresence, IS_GONE, presenceOf } from './presence.ts';
import { OPEN_RUN, type RunJob, type RunQueue, rebuildJobs, WORK_CHANNEL } from './queue.ts';
import { JOBS_SCHEMA } from './rights.ts';
import { MOST_STARTS, PAUSE } from './runs/starts.ts';

/** A worker as others see it. */
export interface WorkerSelf {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly offers: WorkerOffers;
  /** How many runs it works on at the same time. */
  readonly concurrency: number;
}

/** A worker that lives. */
export interface LiveWorker extends WorkerSelf {
  /** Milliseconds since 1970 UTC. */
  readonly since: number;
  /** The ids of the runs that it works on. */
  readonly running: readonly string[];
}

/** A worker counts as dead after this time without a beat, milliseconds. It beats every `BEAT_EVERY`. */
export const DEAD_AFTER = 10 * SECOND;
export const BEAT_EVERY = 2 * SECOND;
/** Another worker leads after this time without a beat of the leader, milliseconds. */
const LEADS_FOR = 5 * SECOND;

/** pg-boss removes old jobs this often, milliseconds. */
const SUPERVISE_EVERY = MINUTE;
/** The pause after an error that left nothing in the row of the run, milliseconds. */
const FAILED_PAUSE = 30 * SECOND;

/** The work of a store. Every call throws RefitError `store-unreachable` if the database is away. */
export interface Work {
  /**
   * Says that this worker and its jobs live.
   * @returns the jobs that it does not hold any more, whether this worker leads, and `ahead`: how far its wall clock is
   * ahead of the database's, milliseconds; negative: behind.
   */
  beat(
    jobs: readonly RunJob[],
  ): Promise<{ readonly lost: readonly RunJob[]; readonly leads: boolean; readonly ahead: number }>;
  /** What one worker does for all: it frees the jobs of dead workers, and makes jobs for runs that lack one. */
  lead(): Promise<void>;
  /** Takes runs that are due and that this worker can work on. */
  take(most: number): Promise<readonly RunJob[]>;
  /**
   * Gives a job back. Whether and when another one follows stands in the row of the run.
   * @param hasFailed the work ended with an error: nobody tries again for a while, unless the row says when.
   */
  finish(job: RunJob, hasFailed: boolean): Promise<void>;
  /** Calls back when there may be something to take. */
  onWork(call: () => void): { close(): void };
  /** Removes this worker from the list. */
  leave(): Promise<void>;
}

/** Opens the work of a store for a worker. @param self as it is now. It is in the list of workers from its first beat on. */
export function openWork(
  database: Database,
  queue: RunQueue,
  self: () => WorkerSelf,
  clock: Pick<Clock, 'now'>,
): Work {
  let turn = 0;
  let supervisedAt = 0;
  const presence = presenceOf(self().id);
  database.keep(holdPresence(presence));
  return {
    async beat(jobs) {
      const { id, host, pid, version, offers, concurrency } = self();
      const about = { ...offers, concurrency, running: jobs.map(({ run }) => run) };
      const asked = clock.now();
      const [row] = await database.query<{ leads: boolean; now: number }>(BEAT, [
        ...[id, host, pid, version, offers.profiles, JSON.stringify(about)],
        LEADS_FOR / SECOND,
        presence,
      ]);
      const ahead = (asked + clock.now()) / 2 - row!.now;
      return { lost: jobs.length === 0 ? [] : await queue.beat(jobs), leads: row!.leads, ahead };
    },
    async lead() {
      for (const { run, queue: name, ...attempt } of await database.query<GoneJob>(JOBS_OF_THE_GONE))
        await queue.pass({ run, queue: name, attempt });
      const [row] = await database.query<{ now: number; stale: boolean }>(STALE);
      if (row!.stale || row!.now - supervisedAt > SUPERVISE_EVERY) {
        await queue.supervise();
        await database.execute(FORGET_WORKERS);
        supervisedAt = row!.now;
      }
      await rebuildJobs(database, queue);
    },
    async take(most) {
      const due = await database.query<RunNeeds & { queue: string }>(DUE);
      const names = due
        .filter((needs) => whyNotOffered(needs, self().offers) === null)
        .map((one) => one.queue);
      if (names.length === 0) return [];
      // Another queue is first each time, so none of them starves.
      const first = turn++ % names.length;
      return queue.take([...names.slice(first), ...names.slice(0, first)], most);
    },
    async finish(job, hasFailed) {
      await database.transaction(async (queries) => {
        if (hasFailed) await queries.execute(POSTPONE, [job.run, FAILED_PAUSE / SECOND]);
        const [row] = await queries.query<{ wake_at: number | null }>(
          `SELECT wake_at FROM refit.runs WHERE id = $1 AND ${OPEN_RUN} AND owner IS NULL FOR UPDATE`,
          [job.run],
        );
        await queue.finish(job, queries);
        // A run that another process holds needs no job. The leader makes one if that process dies.
        if (row !== undefined) await queue.put(queries, { run: job.run, queue: job.queue, at: row.wake_at });
      });
    },
    onWork(call) {
      const channels = [WORK_CHANNEL, 'refit_signatures', 'refit_control'];
      const all = channels.map((channel) => database.listen(channel, call));
      return {
        close() {
          for (const one of all) one.close();
        },
      };
    },
    async leave() {
      await database.execute('DELETE FROM refit.workers WHERE id = $1', [self().id]);
    },
  };
}

/** The workers that live, in the order of their start. */
export async function liveWorkers(database: Database): Promise<readonly LiveWorker[]> {
  const rows = await database.query<{
    readonly id: string;
    readonly host: string;
    readonly pid: number;
    readonly version: string;
    readonly since: number;
    readonly about: WorkerOffers & { readonly concurrency: number; readonly running: readonly string[] };
  }>(
    `SELECT id, host, pid, version, since, about FROM refit.workers
     WHERE seen_at > clock_timestamp() - $1 * interval '1 s' ORDER BY since, id`,
    [DEAD_AFTER / SECOND],
  );
  return rows.map(({ about, ...worker }) => {
    const { endpoint, profiles, programs, concurrency, running } = about;
    return { ...worker, offers: { endpoint, profiles, programs }, concurrency, running };
  });
}

/** Registers or renews, and names the leader: the oldest worker that has said something lately and is not gone. */
const BEAT: Prepared = {
  name: 'beat',
  text: `WITH beat AS (
    INSERT INTO refit.workers AS w (id, host, pid, version, profiles, about, presence)
    VALUES ($1, $2, $3, $4, $5::text[], $6::jsonb, $8::int)
    ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp(), about = excluded.about RETURNING w.id, w.since)
  SELECT NOT EXISTS (SELECT FROM refit.workers, beat WHERE workers.id <> beat.id
    AND (workers.since, workers.id) < (beat.since, beat.id)
    AND workers.seen_at > clock_timestamp() - $7 * interval '1 s' AND NOT ${IS_GONE}) AS leads, clock_timestamp() AS now FROM beat`,
};

type GoneJob = Omit<RunJob, 'attempt'> & RunJob['attempt'];

/** The jobs of runs that a process held which is gone. One that another worker has got since then has a fresh heartbeat. */
const JOBS_OF_THE_GONE = `SELECT runs.id AS run, job.name AS queue, job.id, job.retry_count AS "retryCount"
  FROM refit.workers JOIN (SELECT id, queue, owner FROM refit.runs WHERE ${OPEN_RUN}) AS runs ON runs.owner ->> 'worker' = workers.id
    JOIN ${JOBS_SCHEMA}.job ON job.name = runs.queue AND job.singleton_key = runs.id
  WHERE job.state = 'active' AND ${IS_GONE}
    AND job.heartbeat_on < clock_timestamp() - interval '${GONE_AFTER} ms' LIMIT 1000`;

/** Workers that died long ago. */
const FORGET_WORKERS = "DELETE FROM refit.workers WHERE seen_at < clock_timestamp() - interval '1 day'";

/** Whether somebody holds a job and has not said so for too long. Looking costs less than a whole pass of pg-boss. */
const STALE = `SELECT clock_timestamp() AS now, EXISTS (SELECT FROM ${JOBS_SCHEMA}.job
  WHERE state = 'active' AND heartbeat_on < clock_timestamp() - heartbeat_seconds * interval '1 s') AS stale`;

const POSTPONE = `UPDATE refit.runs SET wake_at = clock_timestamp()
    + CASE WHEN starts < ${MOST_STARTS} THEN $2 * interval '1 s' ELSE ${PAUSE} END
  WHERE id = $1 AND owner IS NULL AND (state IN ('queued', 'running') OR state = 'waiting' AND wake_at IS NOT NULL)
    AND (wake_at IS NULL OR wake_at <= clock_timestamp())`;

/** The needs of runs that can be taken now. A run whose process died has its queue here when its claim has lapsed. */
const DUE: Prepared = {
  name: 'due',
  text: `SELECT DISTINCT queue, endpoint, profiles, programs FROM refit.runs WHERE ${OPEN_RUN}
  AND (wake_at IS NULL OR wake_at <= clock_timestamp())`,
};
