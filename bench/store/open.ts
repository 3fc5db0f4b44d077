/** A long journal of a store read, and claimed for work, each compared with a plain cursor over the same rows. */
import { join } from 'node:path';
import { type ChainEnd, EMPTY_CHAIN } from '../../src/journal/chain.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import type { Database } from '../../src/store/postgres/database.ts';
import { connectTo, makeStore } from '../../test/postgres/make-store.ts';
import { journalPieces, longPlan } from '../long-journal.ts';
import { median, type Row, rounds } from '../measure.ts';
import { type Spent, spentBy } from '../replay.ts';
import { insertRuns, withDurableServer } from './server.ts';

const SCRIPT = join(import.meta.dirname, 'open-journal.ts');

/** @param entries length of the long journal. The short one, for comparing memory, has a tenth. */
export function storeOpen(entries = 1_000_000, times = 3): Promise<readonly Row[]> {
  return withDurableServer(async (server) => {
    const url = await makeStore(server);
    const database = await connectTo(url);
    try {
      await insertJournal(database, 'long', entries);
      await insertJournal(database, 'short', entries / 10);
      await database.script('VACUUM (ANALYZE) refit.journal');
    } finally {
      await database.close();
    }
    return [await opened('read', url, entries, times), await opened('claim', url, entries, times)];
  });
}

async function opened(mode: 'read' | 'claim', url: string, entries: number, times: number): Promise<Row> {
  const spent: Spent[] = [];
  const flat = spentBy(SCRIPT, mode, url, 'short').megabytes;
  const row = await rounds(
    () => {
      const one = spentBy(SCRIPT, mode, url, 'long');
      spent.push(one);
      return one.ms;
    },
    () => spentBy(SCRIPT, 'cursor', url, 'long').ms,
    {
      name: `store: ${entries.toLocaleString('en')} entries ${mode === 'read' ? 'opened' : 'claimed for work'}`,
      unit: 'ms',
      floorName: 'a plain cursor over the same rows',
    },
    times,
  );
  const growth = Math.max(0, median(spent.map(({ megabytes }) => megabytes)) - flat);
  return {
    ...row,
    beside: [
      { name: 'in seconds', value: row.measured / 1000, unit: ' s', atMost: 10 },
      { name: 'peak memory beyond that of a tenth of the entries', value: growth, unit: ' MB', atMost: 50 },
    ],
  };
}

/** Makes a run whose journal has so many entries. */
async function insertJournal(database: Database, id: string, entries: number): Promise<void> {
  const saved = longPlan(id);
  await insertRuns(database, [id]);
  let head: ChainEnd = EMPTY_CHAIN;
  for (const { text, end } of journalPieces(entries, saved)) {
    await database.execute(
      `INSERT INTO refit.journal (run, seq, epoch, line)
       SELECT $1, $2 + number, 1, line FROM unnest(string_to_array($3, E'\\n')) WITH ORDINALITY AS added (line, number)`,
      [id, head.seq, text.slice(0, -1)],
    );
    head = end;
  }
  // Nobody holds it, so it can be claimed.
  await database.execute(
    `UPDATE refit.runs SET head_seq = $2, head_hash = $3, plan = $4, digest = $5, owner = NULL WHERE id = $1`,
    [id, head.seq, head.hash, encodeSavedPlan(saved), saved.digest],
  );
}
