/**
 * Removes old entries of the schedule log. What decides about coming due times stays: the newest schedule, occurrence and due
 * time of each plan, every saved plan, everything that has not ended, and the newest restore.
 */
import { iso } from '../../../clock.ts';
import type { NewLine } from '../../schedule-store.ts';
import type { Database } from '../database.ts';
import { appendLine } from './log.ts';

/** What was removed. */
export interface PrunedSchedule {
  readonly entries: number;
  readonly occurrences: number;
}

/** Entries of ended occurrences that a later entry of the same kind makes dispensable. */
const OLD = `SELECT l.seq FROM refit.schedule_log AS l WHERE l.at < $1::timestamptz AND (
  kind IN ('started', 'stopped', 'put', 'switched', 'pruned')
  OR (kind IN ('scheduled', 'removed', 'skipped', 'refused', 'restored') AND EXISTS (SELECT FROM refit.schedule_log AS newer
    WHERE newer.kind = l.kind AND newer.plan IS NOT DISTINCT FROM l.plan AND newer.seq > l.seq))
  OR (kind IN ('attempt-started', 'submitted', 'postponed', 'ended') AND EXISTS (
    SELECT FROM gone WHERE gone.plan = l.plan AND position('"due":"' || gone.due || '"' IN l.line) > 0)))`;

/** True if the occurrence of a row has an `attempt-started` whose line has all of these texts. */
const started = (row: string, ...texts: readonly string[]): string =>
  `EXISTS (SELECT FROM refit.schedule_log AS s WHERE s.plan = ${row}.plan AND s.kind = 'attempt-started'
    AND position('"due":"' || ${row}.due || '"' IN s.line) > 0${texts.map((text) => ` AND s.line ~ '${text}'`).join('')})`;

/**
 * An occurrence that ended long ago, and after which the same plan had one of a later due time that has ended, too. One that
 * a person requested says nothing about due times.
 */
const GONE = `SELECT o.plan, o.due FROM refit.schedule_occurrences AS o WHERE o.ended_at < $1::timestamptz
  AND EXISTS (SELECT FROM refit.schedule_occurrences AS newer WHERE newer.plan = o.plan AND newer.due > o.due
    AND newer.started_at >= o.started_at AND newer.ended_at IS NOT NULL
    AND ${started('newer', '"reason":"(due|caught-up)"')})
  AND NOT ${started('o', '"digest":"')}`;

/**
 * Removes entries and occurrences. Only the owner of the schema may.
 * @param olderThan milliseconds. @param line the entry about it, from the number of entries and the time.
 */
export async function pruneSchedule(
  database: Database,
  olderThan: number,
  line: (entries: number, before: string) => NewLine,
): Promise<PrunedSchedule> {
  return await database.transaction(async (queries) => {
    await queries.query('SELECT FROM refit.schedule_head FOR UPDATE');
    const [row] = await queries.query<{ before: number }>(
      "SELECT clock_timestamp() - ($1 || ' milliseconds')::interval AS before",
      [olderThan],
    );
    const before = iso(row!.before);
    const [counted] = await queries.query<PrunedSchedule>(
      `WITH gone AS (${GONE}),
         lines AS (DELETE FROM refit.schedule_log WHERE seq IN (${OLD}) RETURNING seq),
         rows AS (DELETE FROM refit.schedule_occurrences AS o USING gone WHERE o.plan = gone.plan AND o.due = gone.due RETURNING o.due)
       SELECT (SELECT count(*)::int FROM lines) AS entries, (SELECT count(*)::int FROM rows) AS occurrences`,
      [before],
    );
    if (counted!.entries > 0) await appendLine(queries, line(counted!.entries, before), null);
    return counted!;
  });
}
