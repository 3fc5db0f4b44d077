/** Removes the journals of runs that ended long ago. Their last heads stay on record, so no plan is carried out again. */
import type { Database } from './database.ts';

/** Which runs to remove. */
export interface Pruning {
  /** Those that ended longer ago than this, milliseconds. */
  readonly olderThan: number;
  /** Keep those that did not exit with 0. */
  readonly keepsFailed: boolean;
}

/** A run whose journal was removed. */
export interface PrunedRun {
  readonly run: string;
  readonly name: string;
  readonly head: string | null;
  readonly entries: number;
  /** ISO 8601 UTC. */
  readonly endedAt: string;
}

/**
 * Removes runs, each in a transaction of its own. Only the owner of the schema may. A run with work left stays.
 * @param onRun receives each one. @returns how many. @throws RefitError `store-unreachable` without the right.
 */
export async function pruneRuns(
  database: Database,
  { olderThan, keepsFailed }: Pruning,
  onRun: (run: PrunedRun) => void,
): Promise<number> {
  const runs = await database.query<{ id: string }>(
    `SELECT id FROM refit.runs WHERE state = 'ended' AND ended_at < clock_timestamp() - ($1 || ' milliseconds')::interval
       AND (exit_code = 0 OR NOT $2::boolean) ORDER BY ended_at`,
    [olderThan, keepsFailed],
  );
  for (const { id } of runs) {
    await database.query('SELECT refit.prune_run($1)', [id]);
    const [pruned] = await database.query<Omit<PrunedRun, 'endedAt'> & { endedAt: number }>(
      'SELECT run, name, head_hash AS head, entries, ended_at AS "endedAt" FROM refit.prunes WHERE run = $1',
      [id],
    );
    onRun({ ...pruned!, endedAt: new Date(pruned!.endedAt).toISOString() });
  }
  return runs.length;
}
