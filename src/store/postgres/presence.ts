/**
 * How a database notices within seconds that the process of a worker has died. The process holds an advisory lock on the
 * connection that listens, and its system closes that connection when the process ends. A host without power or network
 * closes nothing, so the leases count as well. A live process can lose this connection, so the epoch of a claim decides
 * who may write, as always.
 */
import { sha256 } from '../../digest.ts';
import { SECOND } from '../../units.ts';

/** The first number of the advisory locks of workers. The second one is the number of a worker. */
const LOCKS = 1_380_271_689;

/** A worker without its lock is dead after so long without a word, milliseconds by the database's clock: two beats. */
export const GONE_AFTER: number = 4 * SECOND;

/** The number of a worker. Two workers that share one are only noticed later. */
export const presenceOf = (worker: string): number => Number.parseInt(sha256(worker).slice(0, 7), 16);

/** SQL: takes the lock of a worker, for the session that runs it. Shared, so nobody waits for it. */
export const holdPresence = (presence: number): string =>
  `SELECT pg_try_advisory_lock_shared(${LOCKS}, ${presence})`;

const LOCK_OF_WORKER = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = ${LOCKS} AND objsubid = 2
  AND objid = workers.presence::oid AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** SQL: whether the process of a row of `refit.workers` is gone. */
export const IS_GONE = `(workers.seen_at < clock_timestamp() - interval '${GONE_AFTER} ms' AND workers.presence IS NOT NULL
  AND NOT EXISTS (${LOCK_OF_WORKER}))`;
