/**
 * The log of schedules in a database. Each line moves the row of its end, within the transaction of what it says. So nobody
 * decides twice from one reading, and every transaction locks that row first.
 */
import { iso } from '../../../clock.ts';
import { RefitError } from '../../../errors.ts';
import type { AppendedLine, LogHead, NewLine } from '../../schedule-store.ts';
import type { Queries } from '../database.ts';

/** Lines of one page. */
const PAGE = 2_000;

/** Moves the end of the log, and locks it until the transaction ends. */
const MOVE = `UPDATE refit.schedule_head SET seq = seq + 1
  WHERE $1::bigint IS NULL OR (seq = $1 AND $2 = (SELECT generation FROM refit.store))
  RETURNING seq, clock_timestamp() AS now`;

/**
 * Appends a line. @param expected null: whatever others appended.
 * @returns null: somebody else appended since, or a restore was announced.
 */
export async function appendLine(
  queries: Queries,
  { kind, plan, write }: NewLine,
  expected: LogHead | null,
): Promise<AppendedLine | null> {
  const [moved] = await queries.query<{ seq: number; now: number }>(MOVE, [
    expected?.seq ?? null,
    expected?.generation ?? null,
  ]);
  if (moved === undefined) return null;
  const { seq, now } = moved;
  const line = write(iso(now));
  await queries.execute(
    'INSERT INTO refit.schedule_log (seq, kind, plan, line, at) VALUES ($1, $2, $3, $4, $5::timestamptz)',
    [seq, kind, plan, line, iso(now)],
  );
  return { seq, line };
}

/** The end of the log, the time, and the newest restore. */
export async function readLogHead(
  queries: Queries,
): Promise<{ readonly head: LogHead; readonly now: number; readonly restoredAt: number | null }> {
  const [row] = await queries.query<{
    seq: number;
    generation: number;
    now: number;
    restoredAt: number | null;
  }>(
    `SELECT seq, generation, clock_timestamp() AS now,
       (SELECT at FROM refit.restorations WHERE restorations.generation = store.generation) AS "restoredAt"
     FROM refit.schedule_head, refit.store`,
  );
  const { seq, generation, now, restoredAt } = row!;
  return { head: { seq, generation }, now, restoredAt };
}

/**
 * The lines after one, up to a head, in pages. @throws RefitError `store-restored` if the log ends before the first of them.
 */
export async function readLines(
  queries: Queries,
  after: number,
  { seq: until }: Pick<LogHead, 'seq'>,
): Promise<readonly AppendedLine[]> {
  if (until < after)
    throw new RefitError(
      'store-restored',
      `the schedule log of the store ends at entry ${until}, and this process has read entry ${after}: it was restored`,
      'start the command again; it announces the restore, and then goes on',
    );
  const lines: AppendedLine[] = [];
  for (let from = after; from < until; ) {
    const page = await queries.query<AppendedLine>(
      'SELECT seq, line FROM refit.schedule_log WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3',
      [from, until, PAGE],
    );
    lines.push(...page);
    if (page.length < PAGE) break;
    from = page.at(-1)!.seq;
  }
  return lines;
}
