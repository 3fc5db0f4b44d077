/** The occurrences of plans in a database: one row for each due time that started, held by one scheduler at a time. */
import { RefitError } from '../../../errors.ts';
import { SECOND } from '../../../units.ts';
import type {
  AppendedLine,
  AttemptTexts,
  HeldOccurrence,
  LogHead,
  NewClaim,
  NewLine,
  OccurrenceId,
  OpenOccurrence,
} from '../../schedule-store.ts';
import type { Database, Queries } from '../database.ts';
import { continueStopped } from '../runs/tail.ts';
import { appendLine } from './log.ts';

/** Another scheduler takes an occurrence over after this time without a word, milliseconds by the database's clock. */
export const CLAIM_LEASE: number = 10 * SECOND;
/** The longest texts of an attempt that are kept, characters. A character has four bytes at most. */
const MOST_REVIEW = 1_000_000;
const MOST_OUTPUT = 100_000;

/** Whether the owner of a row lives. A word from the future is from before the clock of the database was set back. */
const isHeld = (row: string): string =>
  `(${row}.owner IS NOT NULL AND abs(extract(epoch FROM clock_timestamp() - ${row}.owner_seen_at)) <= ${CLAIM_LEASE / SECOND})`;

interface OpenRow extends OccurrenceId {
  readonly isHeld: boolean;
  readonly run: string | null;
  readonly state: string | null;
  readonly exitCode: number | null;
  readonly errorCode: string | null;
}

/** The occurrences that have not ended. */
export async function listOpen(queries: Queries): Promise<readonly OpenOccurrence[]> {
  const rows = await queries.query<OpenRow>(
    `SELECT o.plan, o.due, ${isHeld('o')} AS "isHeld", o.run, r.state, r.exit_code AS "exitCode",
       r.waiting ->> 'code' AS "errorCode"
     FROM refit.schedule_occurrences AS o LEFT JOIN refit.runs AS r ON r.id = o.run WHERE o.ended_at IS NULL`,
  );
  return rows.map(({ state, exitCode, errorCode, ...occurrence }) => ({
    ...occurrence,
    progress: state === null ? null : { state, exitCode, errorCode },
  }));
}

interface HeldRow {
  readonly epoch: number;
  readonly source: string | null;
  readonly sealed: string | null;
  readonly run: string | null;
  readonly isRestored: boolean;
}

const HELD = `epoch, source, sealed, run, generation <> (SELECT store.generation FROM refit.store) AS "isRestored"`;

const CLAIM_FIRST = `INSERT INTO refit.schedule_occurrences (plan, due, does, source, owner, owner_seen_at, generation)
  SELECT $1, $2, $3, $4, $5, clock_timestamp(), generation FROM refit.store
  ON CONFLICT (plan, due) DO NOTHING RETURNING ${HELD}`;

/** A further attempt. An occurrence that a request resumes may have ended, or its row may have been pruned. */
const CLAIM_AGAIN = `INSERT INTO refit.schedule_occurrences AS o (plan, due, does, source, owner, owner_seen_at, generation)
  SELECT $1, $2, $3, $4, $5, clock_timestamp(), generation FROM refit.store
  ON CONFLICT (plan, due) DO UPDATE SET epoch = o.epoch + 1, owner = excluded.owner, ended_at = NULL,
    source = coalesce(o.source, excluded.source), owner_seen_at = excluded.owner_seen_at
    WHERE NOT ${isHeld('o')}
  RETURNING ${HELD}`;

/** Claims an occurrence for a scheduler. @returns as `ScheduleStore.claim`. */
export async function claimOccurrence(
  database: Database,
  owner: string,
  { plan, due, does, source, isFirst }: NewClaim,
  line: NewLine,
  expected: LogHead,
): Promise<{ readonly held: HeldOccurrence; readonly line: AppendedLine } | 'moved' | 'on-record'> {
  let onRecord = false;
  try {
    return await database.transaction(async (queries) => {
      const appended = await appendLine(queries, line, expected);
      if (appended === null) throw NOT_OURS;
      const [row] = await queries.query<HeldRow>(isFirst ? CLAIM_FIRST : CLAIM_AGAIN, [
        ...[plan, due, does, source, owner],
      ]);
      onRecord = row === undefined && isFirst;
      if (row === undefined) throw NOT_OURS;
      return { held: { plan, due, ...row }, line: appended };
    });
  } catch (error) {
    if (error !== NOT_OURS) throw error;
    return onRecord ? 'on-record' : 'moved';
  }
}

/** Rolls a transaction back. */
const NOT_OURS = new Error('another scheduler was faster');

/** Says that a scheduler holds these. @returns those that it does not hold any more. */
export async function renewClaims(
  queries: Queries,
  owner: string,
  held: readonly HeldOccurrence[],
): Promise<readonly HeldOccurrence[]> {
  if (held.length === 0) return [];
  const kept = await queries.query<OccurrenceId>(
    `UPDATE refit.schedule_occurrences AS o SET owner_seen_at = clock_timestamp()
     FROM unnest($1::text[], $2::text[], $3::bigint[]) AS mine (plan, due, epoch)
     WHERE o.plan = mine.plan AND o.due = mine.due AND o.epoch = mine.epoch AND o.owner = $4 RETURNING o.plan, o.due`,
    [held.map(({ plan }) => plan), held.map(({ due }) => due), held.map(({ epoch }) => epoch), owner],
  );
  const names = new Set(kept.map(({ plan, due }) => `${plan} ${due}`));
  return held.filter(({ plan, due }) => !names.has(`${plan} ${due}`));
}

/** The occurrence, as its holder knows it. A process that lost it changes nothing. */
const MINE = 'plan = $1 AND due = $2 AND epoch = $3 AND owner IS NOT NULL';

const idOf = ({ plan, due, epoch }: HeldOccurrence): readonly unknown[] => [plan, due, epoch];

/** Keeps the sealed plan, unless there is one. @returns the one that counts; null: the claim is lost. */
export async function sealOccurrence(
  queries: Queries,
  held: HeldOccurrence,
  text: string,
): Promise<string | null> {
  const [row] = await queries.query<{ sealed: string }>(
    `UPDATE refit.schedule_occurrences SET sealed = coalesce(sealed, $4) WHERE ${MINE} RETURNING sealed`,
    [...idOf(held), text],
  );
  return row?.sealed ?? null;
}

/**
 * Makes a run the run of an occurrence, in the transaction that makes the run, and gives the claim back.
 * @throws RefitError `fenced` if somebody else took the claim over: then no run may be made.
 */
export async function linkRun(
  queries: Queries,
  held: HeldOccurrence,
  run: string,
  line: NewLine,
): Promise<AppendedLine> {
  const appended = await appendLine(queries, line, null);
  const linked = await queries.execute(
    `UPDATE refit.schedule_occurrences SET run = $4, owner = NULL, owner_seen_at = NULL
     WHERE ${MINE} AND run IS NULL AND sealed IS NOT NULL`,
    [...idOf(held), run],
  );
  if (linked === 1 && appended !== null) return appended;
  throw new RefitError(
    'fenced',
    `${held.plan}: another scheduler took over the occurrence due at ${held.due}; nothing was submitted`,
    'refit schedule list   shows its run',
  );
}

/** Makes the run of a digest that the store has the run of the occurrence. @returns null: there is none, or it is not ours. */
export async function adoptRun(
  database: Database,
  held: HeldOccurrence,
  digest: string,
  line: (run: string) => NewLine,
): Promise<AppendedLine | null> {
  return await database.transaction(async (queries) => {
    const [row] = await queries.query<{ id: string }>('SELECT id FROM refit.runs WHERE digest = $1', [
      digest,
    ]);
    return row === undefined ? null : await linkRun(queries, held, row.id, line(row.id));
  });
}

/** Lets the run of an occurrence go on, if it has stopped, and gives the claim back. */
export async function continueOccurrence(
  database: Database,
  held: HeldOccurrence,
  by: { readonly user: string; readonly host: string; readonly pid: number },
): Promise<void> {
  await database.transaction(async (queries) => {
    const released = await queries.execute(
      `UPDATE refit.schedule_occurrences SET owner = NULL, owner_seen_at = NULL WHERE ${MINE}`,
      idOf(held),
    );
    if (released > 0 && held.run !== null) await continueStopped(queries, held.run, by);
  });
}

/** Appends the end of an attempt, and gives the claim back. @returns null: the claim is lost, and nothing was written. */
export async function endAttempt(
  database: Database,
  held: HeldOccurrence,
  line: NewLine,
  isOver: boolean,
  { review, output }: AttemptTexts,
): Promise<AppendedLine | null> {
  return await database
    .transaction(async (queries) => {
      const appended = await appendLine(queries, line, null);
      const ended = await queries.execute(
        `UPDATE refit.schedule_occurrences SET owner = NULL, owner_seen_at = NULL, review = coalesce($4, review),
           output = coalesce($5, output), ${isOver ? OVER : 'ended_at = NULL'} WHERE ${MINE}`,
        [...idOf(held), cut(review, MOST_REVIEW), cut(output, MOST_OUTPUT)],
      );
      if (ended === 0) throw NOT_OURS;
      return appended;
    })
    .catch((error: unknown) => {
      if (error === NOT_OURS) return null;
      throw error;
    });
}

/** Long texts go with the end: the run has the sealed plan. */
const OVER = 'ended_at = clock_timestamp(), source = NULL, sealed = NULL';

/** Ends an occurrence whose run is over, in the transaction of its line. */
export async function closeOccurrence(queries: Queries, { plan, due }: OccurrenceId): Promise<void> {
  await queries.execute(`UPDATE refit.schedule_occurrences SET ${OVER} WHERE plan = $1 AND due = $2`, [
    plan,
    due,
  ]);
}

/** The texts that the newest attempt of an occurrence left; null without such an occurrence. */
export async function readAttemptTexts(
  queries: Queries,
  { plan, due }: OccurrenceId,
): Promise<{ readonly review: string | null; readonly output: string | null } | null> {
  const [row] = await queries.query<{ review: string | null; output: string | null }>(
    'SELECT review, output FROM refit.schedule_occurrences WHERE plan = $1 AND due = $2',
    [plan, due],
  );
  return row ?? null;
}

/** The end of a text is what people need: the last error. PostgreSQL keeps no character 0. */
function cut(text: string | null | undefined, most: number): string | null {
  return text == null ? null : text.slice(-most).replaceAll('\u0000', '');
}
