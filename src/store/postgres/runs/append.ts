/**
 * Appends to the journal of a run, and is the fence. One statement inserts the lines and moves the head. It does so only
 * while the claim and the head are those of this process. A process that lost its claim appends nothing, so it orders nothing,
 * because each order needs its intent in the journal first.
 *
 *     process A, claim 1:  append 5 ✓ ─ frozen ─────────────── append 6 ✗ fenced
 *     process B, claim 2:               claim ✓ ─ append 6 ✓
 */
import type { Clock } from '../../../clock.ts';
import { RefitError } from '../../../errors.ts';
import { type ChainEnd, GENESIS } from '../../../journal/chain.ts';
import type { JournalStore } from '../../journal-writer.ts';
import type { Database, Prepared } from '../database.ts';
import { whileConnectionIsLost } from '../retry.ts';
import { sqlStateOf } from '../store-error.ts';
import { fencedError, type RunOwner } from './owner.ts';
import { progressOf } from './progress.ts';
import { getsFurther } from './starts.ts';

/** A run that a process holds, and the number of its claim. */
export interface Fence {
  readonly id: string;
  readonly epoch: number;
}

const CONDITION = `id = $1 AND epoch = $2 AND head_seq = $3 AND head_hash IS NOT DISTINCT FROM $4`;
const INSERT = `INSERT INTO refit.journal (run, seq, epoch, line)
  SELECT moved.id, $3 + added.number, $2, added.line
  FROM moved, unnest(string_to_array($7, E'\\n')) WITH ORDINALITY AS added (line, number)`;

/** An append also renews the lease. */
const HEAD = 'head_seq = $5, head_hash = $6, owner_seen_at = clock_timestamp()';
/** Values: id, epoch, seq and hash of the head, seq and hash of the new head, the lines. */
export const APPEND: Prepared = {
  name: 'append',
  text: `WITH moved AS (UPDATE refit.runs SET ${HEAD} WHERE ${CONDITION} RETURNING id) ${INSERT}`,
};
/** The first append of a claim that gets the run further. */
const FURTHER = `${HEAD}, starts = 0`;
const APPEND_FURTHER = `WITH moved AS (UPDATE refit.runs SET ${FURTHER} WHERE ${CONDITION} RETURNING id) ${INSERT}`;
const appendWithProgress = (head: string) => `WITH moved AS (UPDATE refit.runs SET ${head}, state = $8,
    started_at = coalesce(started_at, $9::timestamptz), ended_at = $10::timestamptz, ended_because = $11,
    exit_code = $12::int, wake_at = $13::timestamptz, wakes_on = $14
  WHERE ${CONDITION} RETURNING id) ${INSERT}`;

/** Less than the distance of two request slots: an answer then shares the commit of the next order's intent. */
const GATHERS_MS = 40;

/** Opens the journal of a run after its head. @param head the last entry that this process has read. */
export function openStoredJournal(
  database: Database,
  { id, epoch }: Fence,
  head: ChainEnd,
  clock: Clock,
): JournalStore & { close(): Promise<void> } {
  let last = head;
  let hasGotFurther = false;
  return {
    gathers: GATHERS_MS,
    async append(text, end) {
      const lines = text.slice(0, -1);
      const count = end.seq - last.seq;
      const progress = progressOf(text);
      const isFurther = !hasGotFurther && getsFurther(text);
      const values = [id, epoch, last.seq, hashOrNull(last), end.seq, end.hash, lines];
      await whileConnectionIsLost(clock, async () => {
        const inserted = await (progress === null
          ? database.execute(isFurther ? APPEND_FURTHER : APPEND, values)
          : database.execute(appendWithProgress(isFurther ? FURTHER : HEAD), [...values, ...progress])
        ).catch((error: unknown) => {
          throw sqlStateOf(error) === '23505' ? entriesAfterHead(id, error) : error;
        });
        if (inserted === count) return;
        if (inserted !== 0) throw new Error(`internal error: ${inserted} of ${count} entries were inserted`);
        await mustHaveHappened(database, { id, epoch }, end);
      });
      last = end;
      hasGotFurther ||= isFurther;
    },
    close: async () => undefined,
  };
}

function hashOrNull({ seq, hash }: ChainEnd): string | null {
  return seq === 0 || hash === GENESIS ? null : hash;
}

/**
 * Called when nothing was appended. That is success if the connection of an earlier try was lost after its commit. Then
 * the head is the end of these entries, and the claim is still this one.
 */
async function mustHaveHappened(database: Database, { id, epoch }: Fence, end: ChainEnd): Promise<void> {
  const [run] = await database.query<{
    epoch: number;
    seq: number;
    hash: string | null;
    owner: RunOwner | null;
  }>('SELECT epoch, head_seq AS seq, head_hash AS hash, owner FROM refit.runs WHERE id = $1', [id]);
  if (run?.epoch === epoch && run.seq === end.seq && run.hash === end.hash) return;
  const { option } = database.target;
  if (run !== undefined && run.epoch > epoch) throw fencedError(id, run.owner, option);
  throw new RefitError(
    'store-restored',
    run === undefined
      ? `${id}: the run is no longer in the store, so this process orders nothing more`
      : `${id}: the store has another journal than this process wrote (it ends at entry ${run.seq}), so this process orders nothing more`,
    `if the database was restored from a backup: refit store restored${option}`,
  );
}

function entriesAfterHead(id: string, cause: unknown): RefitError {
  return new RefitError(
    'journal-broken',
    `${id}: the journal has entries after its head, which no process of Refit wrote`,
    'restore the database from a backup, then announce it: refit store restored',
    { cause },
  );
}
