/** The schedulers of a store, as people see them. No decision depends on this list. */
import { SECOND } from '../../../units.ts';
import type { LiveScheduler } from '../../schedule-store.ts';
import type { Queries } from '../database.ts';

/** A scheduler counts as dead after this time without a word, seconds. */
const DEAD_AFTER: number = (10 * SECOND) / SECOND;
/** A dead one is forgotten after this time. */
const FORGOTTEN_AFTER = "interval '1 day'";

/** Says that a scheduler lives. */
export async function beatScheduler(queries: Queries, self: Omit<LiveScheduler, 'since'>): Promise<void> {
  const { id, host, pid, version, folder } = self;
  await queries.execute(
    `INSERT INTO refit.schedulers (id, host, pid, version, folder) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()`,
    [id, host, pid, version, folder],
  );
}

/** Removes a scheduler from the list, and those that died long ago. */
export async function leaveScheduler(queries: Queries, id: string): Promise<void> {
  await queries.execute(
    `DELETE FROM refit.schedulers WHERE id = $1 OR seen_at < clock_timestamp() - ${FORGOTTEN_AFTER}`,
    [id],
  );
}

/** The schedulers that live, in the order of their start. */
export function liveSchedulers(queries: Queries): Promise<readonly LiveScheduler[]> {
  return queries.query<LiveScheduler>(
    `SELECT id, host, pid, version, since, folder FROM refit.schedulers
     WHERE seen_at > clock_timestamp() - ${DEAD_AFTER} * interval '1 s' ORDER BY since, id LIMIT 1000`,
  );
}
