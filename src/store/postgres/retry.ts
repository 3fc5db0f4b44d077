/** Repeats a statement after its connection was lost. Only for work that may be repeated. */
import type { Clock } from '../../clock.ts';
import { SECOND } from '../../units.ts';
import type { Queries } from './database.ts';
import { isConnectionLost } from './store-error.ts';

/** How long a statement is repeated, milliseconds. A server that restarts is back within a few seconds. */
export const REPEAT_FOR: number = 10 * SECOND;

/** Waits between two tries, milliseconds; the last one repeats. */
const PAUSES = [50, 100, 250, 500, SECOND];

/**
 * Does work until its connection holds. @param work must give the same result when an earlier try happened unnoticed.
 * @throws what the work throws, and the last loss of the connection after `within` milliseconds.
 */
export async function whileConnectionIsLost<T>(
  clock: Clock,
  work: () => Promise<T>,
  within: number = REPEAT_FOR,
): Promise<T> {
  const since = clock.monotonic();
  for (let failures = 0; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (!isConnectionLost(error) || clock.monotonic() - since >= within) throw error;
      await clock.sleep(PAUSES[Math.min(failures, PAUSES.length - 1)]!);
    }
  }
}

/** A text that no other process of any host has. With it, a process recognizes its own work after a lost connection. */
export async function uniqueToken(queries: Queries, clock: Clock): Promise<string> {
  const [row] = await whileConnectionIsLost(clock, () =>
    queries.query<{ token: string }>('SELECT gen_random_uuid()::text AS token'),
  );
  return row!.token;
}
