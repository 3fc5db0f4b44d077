/** A PostgreSQL for benchmarks of the store, durable as in operation, and runs without history in it. */
import { systemClock } from '../../src/clock.ts';
import { type ChainEnd, EMPTY_CHAIN } from '../../src/journal/chain.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import type { Database } from '../../src/store/postgres/database.ts';
import { type PostgresServer, startPostgres } from '../../test/postgres/server.ts';
import { savedPlanOf } from '../saved-plan.ts';

/** Starts a server that waits for the disk at each commit, does the work, and stops it. */
export async function withDurableServer<T>(work: (server: PostgresServer) => Promise<T>): Promise<T> {
  const server = await startPostgres({ fsync: true });
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

/** Waits until the server has written what earlier work left, so that each round begins alike. */
export async function checkpoint(database: Database): Promise<void> {
  await database.script('CHECKPOINT');
}

/** The text of a plan of 200 steps, because each append writes the row of its run again. */
const PLAN = encodeSavedPlan(savedPlanOf(200));

/** Makes rows of runs that a process holds. They have the given head. */
export async function insertRuns(
  database: Database,
  ids: readonly string[],
  { seq, hash }: ChainEnd = EMPTY_CHAIN,
): Promise<void> {
  const now = new Date(systemClock.now()).toISOString();
  for (const id of ids)
    await database.execute(
      `INSERT INTO refit.runs (id, digest, plan, name, provider, submitted_by, epoch, owner, owner_seen_at, state,
         started_at, head_seq, head_hash)
       VALUES ($1, $1, $2, 'bench', 'bench', '{}', 1, $3, $4::timestamptz, 'running', $4::timestamptz, $5, $6)`,
      [id, PLAN, JSON.stringify({ host: 'bench', pid: 1 }), now, seq, seq === 0 ? null : hash],
    );
}
