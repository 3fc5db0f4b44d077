/** Durable journal entries per second with 200 waiting, compared with single fsyncs on the same disk. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import { EMPTY_CHAIN } from '../src/journal/chain.ts';
import { createReplay } from '../src/journal/replay.ts';
import { message } from '../src/messages/messages.ts';
import { openJournalFile } from '../src/store/folder/journal-file.ts';
import { createJournalWriter } from '../src/store/journal-writer.ts';
import { type Row, rounds, timed } from './measure.ts';

const EACH = 20_000;
const WAITING = 200;
const FSYNCS = 300;

export async function journalEntries(): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'refit-bench-'));
  try {
    let n = 0;
    const measure = async () => {
      const store = await openJournalFile(join(folder, `${n++}.jsonl`), { wholeBytes: 0, tornBytes: 0 });
      const replay = createReplay({ steps: [] });
      const journal = createJournalWriter({ store, clock: systemClock, end: EMPTY_CHAIN, replay });
      const took = await timed(() =>
        Promise.all(
          Array.from({ length: WAITING }, async (_, lane) => {
            for (let entry = 0; entry < EACH / WAITING; entry++) {
              await journal.appendDurably({
                kind: 'not-sent',
                step: `crs-bench${lane}/memoryPerShard`,
                attempt: entry,
                reason: message('run.call-failed', { error: 'measured' }),
              });
            }
          }),
        ),
      );
      await store.close();
      return (EACH / took) * 1000;
    };
    const floor = async () => {
      const file = openSync(join(folder, 'floor'), 'w');
      const line = 'x'.repeat(250);
      const took = await timed(() => {
        for (let entry = 0; entry < FSYNCS; entry++) {
          writeSync(file, line);
          fdatasyncSync(file);
        }
      });
      closeSync(file);
      return (FSYNCS / took) * 1000;
    };
    return await rounds(measure, floor, {
      name: 'journal: durable entries, 200 waiting',
      unit: '/s',
      floorName: 'one fsync after another',
      reach: { atLeast: 20 },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
