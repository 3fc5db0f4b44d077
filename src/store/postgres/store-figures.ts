/** Figures of a whole store, for the metrics of its workers. A process reads them now and then, and keeps the last ones. */
import type { Clock } from '../../clock.ts';
import { SECOND } from '../../units.ts';
import { type RunNeeds, whyNotOffered } from '../run-needs.ts';
import type { Database } from './database.ts';
import { OPEN_RUN } from './queue.ts';
import { LEASE } from './runs/owner.ts';
import { DIES_AT_START } from './runs/starts.ts';
import { liveWorkers } from './work.ts';

export interface StoreCounts {
  /** Live workers. */
  readonly workers: number;
  /** Open runs that no process holds and no live worker can take. */
  readonly runsWithoutWorker: number;
  /** Open runs whose processes die at their start. */
  readonly runsDyingAtStart: number;
  /** Runs by state. */
  readonly runs: Readonly<Record<string, number>>;
}

/** The last figures, and whether the store answered when they were read. */
export interface StoreFiguresKept {
  readonly isUp: boolean;
  /** Null: not known. */
  readonly workers: number | null;
  readonly runsWithoutWorker: number | null;
  readonly runsDyingAtStart: number | null;
  readonly runs: Readonly<Record<string, number>>;
}

/** Milliseconds between two readings. */
const READ_EVERY = 15 * SECOND;

/** Reads the figures. @throws RefitError `store-unreachable` */
export async function readStoreCounts(database: Database): Promise<StoreCounts> {
  const [workers, states, needs, dying] = await Promise.all([
    liveWorkers(database),
    database.query<{ state: string; count: number }>(BY_STATE),
    database.query<RunNeeds & { count: number }>(BY_NEEDS),
    database.query<{ count: number }>(DYING),
  ]);
  const unserved = needs.filter((one) => workers.every(({ offers }) => whyNotOffered(one, offers) !== null));
  return {
    workers: workers.length,
    runsWithoutWorker: unserved.reduce((sum, { count }) => sum + count, 0),
    runsDyingAtStart: dying[0]?.count ?? 0,
    runs: Object.fromEntries(states.map(({ state, count }) => [state, count])),
  };
}

const BY_STATE = 'SELECT state, count(*)::int AS count FROM refit.runs GROUP BY state ORDER BY state';

const DYING = `SELECT count(*)::int AS count FROM refit.runs
  WHERE state IN ('queued', 'running', 'waiting') AND ${DIES_AT_START}`;

const BY_NEEDS = `SELECT endpoint, profiles, programs, count(*)::int AS count FROM refit.runs WHERE ${OPEN_RUN}
  AND (owner IS NULL OR owner_seen_at < clock_timestamp() - ${LEASE / SECOND} * interval '1 s')
  GROUP BY endpoint, profiles, programs`;

/**
 * Reads the figures every 15 seconds until the signal is aborted.
 * @returns a function that gives the last ones; null before the first answer. While the store is away, its numbers are null.
 */
export function watchStoreFigures(
  database: Database,
  clock: Clock,
  signal: AbortSignal,
): () => StoreFiguresKept | null {
  let kept: StoreFiguresKept | null = null;
  const watch = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        kept = { isUp: true, ...(await readStoreCounts(database)) };
      } catch {
        // The command itself reports why the store is away.
        kept = { isUp: false, workers: null, runsWithoutWorker: null, runsDyingAtStart: null, runs: {} };
      }
      await clock.sleep(READ_EVERY, signal);
    }
  };
  void watch();
  return () => kept;
}
