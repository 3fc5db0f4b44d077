/** Reads a run from a database: its row, and its journal in pages of bounded size. Every byte is checked as that of a file. */
import type { RefitError } from '../../../errors.ts';
import { type ChainEnd, type ChainFault, createDecoder, EMPTY_CHAIN } from '../../../journal/chain.ts';
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import type { JournalEntry, SavedPlan } from '../../../model.ts';
import { readSavedPlan } from '../../../plan/saved/read-saved-plan.ts';
import type { EachEntry, HeldRun, JournalWalk, RunFollower, RunSnapshot, RunTrust } from '../../ports.ts';
import { createRunReading, type RunReading } from '../../run-reading.ts';
import type { Queries } from '../database.ts';
import type { StoredState } from './progress.ts';

/** Entries of one page, and its most bytes. A longer line has a page of its own. */
const PAGE = 4_000;
const PAGE_BYTES = 4 * 1_024 * 1_024;

/** Bytes of the longest line, as in a file. */
const LONGEST_LINE = 64 * 1_024 * 1_024;

/** What the row of a run says about its journal. */
export interface StoredHead {
  readonly id: string;
  readonly head: ChainEnd;
  /** The generation that the run belongs to, and that of the store. They differ after a restore. */
  readonly generation: number;
  readonly storeGeneration: number;
  readonly state: StoredState;
}

interface HeadRow {
  readonly id: string;
  readonly seq: number;
  readonly hash: string | null;
  readonly generation: number;
  readonly storeGeneration: number;
  readonly state: StoredState;
}

/** The columns of `StoredHead`. */
export const HEAD = `id, state, head_seq AS seq, head_hash AS hash, generation,
  (SELECT store.generation FROM refit.store) AS "storeGeneration"`;

/** Makes a head of its columns. */
export function headOf({ id, seq, hash, generation, storeGeneration, state }: HeadRow): StoredHead {
  return { id, head: hash === null ? EMPTY_CHAIN : { seq, hash }, generation, storeGeneration, state };
}

/** @throws RefitError `usage` if the store has no such run. */
export async function readHead(queries: Pick<Queries, 'query'>, id: string): Promise<StoredHead> {
  const [row] = await queries.query<HeadRow>(`SELECT ${HEAD} FROM refit.runs WHERE id = $1`, [id]);
  if (row === undefined) throw noSuchRun(id);
  return headOf(row);
}

/** The text of a run's plan, which nobody has checked. @throws RefitError `usage` if there is none. */
export async function readPlanText(queries: Pick<Queries, 'query'>, id: string): Promise<string> {
  const [row] = await queries.query<{ plan: string; state: string }>(
    'SELECT plan, state FROM refit.runs WHERE id = $1',
    [id],
  );
  if (row === undefined) throw noSuchRun(id);
  if (row.state !== 'pruned') return row.plan;
  throw refitError('usage', message('error.run-removed', { run: id }));
}

export function noSuchRun(typed: string): RefitError {
  return refitError('usage', message('error.no-such-run', { typed: JSON.stringify(typed.slice(0, 80)) }));
}

/** Reads a run. Throws as `RunReader.read` does. */
export async function readStoredRun(
  queries: Pick<Queries, 'query'>,
  id: string,
  each?: EachEntry,
): Promise<RunSnapshot> {
  // The head first: entries up to it never change.
  const stored = await readHead(queries, id);
  const saved = readSavedPlan(await readPlanText(queries, id));
  return await readStoredJournal(queries, stored, saved, each);
}

/** The same, with a head and a plan that were read already. */
export async function readStoredJournal(
  queries: Pick<Queries, 'query'>,
  stored: StoredHead,
  saved: SavedPlan,
  each?: EachEntry,
): Promise<HeldRun> {
  const place = { kind: 'database', name: stored.id } as const;
  const reading = createRunReading(place, saved, stored.head.seq, each);
  const journal = await walkStoredJournal(queries, stored, (entry) => reading.add(entry));
  const { hashAtMark: _, ...folded } = reading.end(journal);
  return { ...place, saved, journal, ...folded, trust: trustOf(stored) };
}

/** Follows a run: reads its plan once, and each entry once, as long as the head in the row continues what was read. */
export function followStoredRun(queries: Queries, id: string): RunFollower {
  let known: { readonly saved: SavedPlan; readonly reading: RunReading; walk: JournalWalk } | null = null;
  let each: (entry: JournalEntry) => void = () => undefined;
  const place = { kind: 'database', name: id } as const;
  return {
    async read(onEntry, onRestart) {
      each = onEntry;
      const stored = await readHead(queries, id);
      if (known !== null) {
        const { reading, walk: earlier } = known;
        // A head that is behind, or beside, ends the walk with a fault.
        const walk = await walkStoredJournal(queries, stored, reading.add, earlier);
        if (walk.fault === null) known.walk = walk;
        else {
          known = null;
          onRestart();
        }
      }
      if (known === null) {
        const saved = readSavedPlan(await readPlanText(queries, id));
        const reading = createRunReading(place, saved, 0, (entry) => each(entry));
        const walk = await walkStoredJournal(queries, stored, reading.add);
        // Throws for a journal with a fault, which the next call reads as a whole again.
        reading.end(walk);
        known = { saved, reading, walk };
      }
      const { saved, reading, walk } = known;
      const { first, state } = reading.end(walk);
      return { ...place, saved, journal: walk, first, state, trust: trustOf(stored) };
    },
  };
}

/** Whether the store vouches for a run. Its head is in the same database, so only a restore takes entries away unseen. */
export function trustOf({ head, generation, storeGeneration, state }: StoredHead): RunTrust {
  // Nothing can follow the end of a run, so a restore takes nothing from it.
  if (generation !== storeGeneration && state !== 'ended')
    return { kind: 'restored', generation: storeGeneration };
  return { kind: head.seq === 0 ? 'new' : 'known' };
}

/**
 * As one text, so that a page costs one value. The next page is on its way while this one is checked. The range is bounded
 * on both sides: with LIMIT, a server without statistics sorts the whole rest of the journal for each page.
 */
const NEXT_PAGE = `SELECT string_agg(line, E'\\n' ORDER BY seq) AS text, count(*)::int AS lines, max(seq) AS last,
    coalesce(sum(octet_length(line)), 0) AS bytes
  FROM (SELECT seq, line, sum(octet_length(line)::bigint) OVER (ORDER BY seq) AS until FROM (
    SELECT seq, line FROM refit.journal
    WHERE run = $1 AND seq > $2 AND seq <= least($3::bigint, $2::bigint + ${PAGE})) AS page
  ) AS counted WHERE until <= ${PAGE_BYTES} OR (seq = $2::bigint + 1 AND until <= ${LONGEST_LINE})`;

interface Page {
  readonly text: string | null;
  readonly lines: number;
  readonly last: number | null;
  readonly bytes: number;
}

/**
 * Walks through the journal up to its head, in flat memory, and checks it. It throws for no fault of the journal.
 * @param each receives every sound entry, in order. @param from an earlier walk without a fault, to continue it.
 */
export async function walkStoredJournal(
  queries: Pick<Queries, 'query'>,
  { id, head }: StoredHead,
  each: (entry: JournalEntry) => void,
  from: Pick<JournalWalk, 'end' | 'wholeBytes'> = { end: EMPTY_CHAIN, wholeBytes: 0 },
): Promise<JournalWalk> {
  const decoding = createDecoder(each, from.end);
  let rowFault: ChainFault | null = null;
  let { wholeBytes } = from;
  const pageAfter = async (seq: number): Promise<Page> =>
    (await queries.query<Page>(NEXT_PAGE, [id, seq, head.seq]))[0]!;
  const faultAfter = (message: string): ChainFault => ({ line: decoding.end.seq + 1, message });
  let coming = head.seq <= from.end.seq ? null : pageAfter(from.end.seq);
  while (coming !== null) {
    const { text, lines, last, bytes } = await coming;
    coming = null;
    if (text === null || last === null) {
      rowFault = faultAfter(
        `the entry is missing or longer than ${LONGEST_LINE / 1_024 / 1_024} MB, and the head is entry ${head.seq}`,
      );
      break;
    }
    if (last < head.seq) coming = pageAfter(last);
    coming?.catch(() => undefined);
    const before = decoding.end.seq;
    decoding.read(`${text}\n`);
    wholeBytes += Number(bytes) + lines;
    if (decoding.fault !== null) break;
    if (decoding.end.seq !== last || decoding.end.seq - before !== lines) {
      rowFault = faultAfter('its row has another number than its entry');
      break;
    }
  }
  await coming?.catch(() => undefined);
  const { end } = decoding;
  const fault = decoding.fault ?? rowFault;
  const isAtHead = end.seq === head.seq && end.hash === head.hash;
  const headFault =
    fault === null && !isAtHead
      ? {
          line: end.seq,
          message: `the run's head is entry ${head.seq} (${head.hash.slice(0, 8)}), not this one`,
        }
      : null;
  return { end, fault: fault ?? headFault, torn: null, wholeBytes, tornBytes: 0 };
}

/** The whole lines of a journal up to its head, byte by byte, in pieces. */
export async function* storedJournalText(
  queries: Pick<Queries, 'query'>,
  { id, head }: Pick<StoredHead, 'id' | 'head'>,
): AsyncGenerator<string> {
  for (let seq = 0; seq < head.seq; ) {
    const [page] = await queries.query<Page>(NEXT_PAGE, [id, seq, head.seq]);
    if (page?.text == null) return;
    yield `${page.text}\n`;
    seq = page.last!;
  }
}

/** True if the journal has entries after its head: then it cannot be continued. */
export async function hasEntriesAfter(
  queries: Pick<Queries, 'query'>,
  { id, head }: StoredHead,
): Promise<boolean> {
  const [row] = await queries.query<{ there: boolean }>(
    'SELECT EXISTS (SELECT FROM refit.journal WHERE run = $1 AND seq > $2) AS there',
    [id, head.seq],
  );
  return row!.there;
}
