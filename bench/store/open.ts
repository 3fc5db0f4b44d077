/** A long journal of a store opened, compared with a plain cursor over the same rows. */
import { join } from 'node:path';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import type { Database } from '../../src/store/postgres/database.ts';
import { connectTo, makeStore } from '../../test/postgres/make-store.ts';
import { journalPieces, longPlan } from '../long-journal.ts';
import { median, type Row, rounds } from '../measure.ts';
import { type Spent, spentBy } from '../replay.ts';
import { insertRuns, withDurableServer } from './server.ts';

const SCRIPT = join(import.meta.dirname, 'open-journal.ts');

/** @param entries length of the long journal. The short one, for comparing memory, has a tenth. */
export function storeOpen(entries = 1_000_000, times = 3): Promise<Row> {
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
    const spent: Spent[] = [];
    const flat = spentBy(SCRIPT, 'read', url, 'short').megabytes;
    const row = await rounds(
      () => {
        const one = spentBy(SCRIPT, 'read', url, 'long');
        spent.push(one);
        return one.ms;
      },
      () => spentBy(SCRIPT, 'cursor', url, 'long').ms,
      {
        name: `store: ${entries.toLocaleString('en')} entries opened`,
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
  });
}

/** Makes a run whose journal has so many entries. */
async function insertJournal(database: Database, id: string, entries: number): Promise<void> {
  const saved = longPlan();
  await insertRuns(database, [id]);
  let seq = 0;
  for (const { text, end } of journalPieces(entries, saved)) {
    await database.execute(
      `INSERT INTO refit.journal (run, seq, epoch, line)
       SELECT $1, $2 + number, 1, line FROM unnest(string_to_array($3, E'\\n')) WITH ORDINALITY AS added (line, number)`,
      [id, seq, text.slice(0, -1)],
    );
    seq = end.seq;
    await database.execute('UPDATE refit.runs SET head_seq = $2, head_hash = $3, plan = $4 WHERE id = $1', [
      ...[id, seq, end.hash, encodeSavedPlan(saved)],
    ]);
  }
}
