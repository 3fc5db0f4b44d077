/**
 * Durable journal entries per second with 200 waiting, compared with single fsyncs on the same disk. Then intents, which
 * also move the mark of the run, compared with entries that do not.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import { EMPTY_CHAIN } from '../src/journal/chain.ts';
import { createReplay } from '../src/journal/replay.ts';
import { message } from '../src/messages/messages.ts';
import type { JournalEvent } from '../src/model.ts';
import { openJournalFile } from '../src/store/folder/journal-file.ts';
import { openMark, registerRun } from '../src/store/folder/known-runs.ts';
import { createJournalWriter, type JournalMark } from '../src/store/journal-writer.ts';
import { type Row, rounds, timed } from './measure.ts';

const EACH = 20_000;
const WAITING = 200;
const FSYNCS = 300;

/** An entry that no order waits for. */
function notSent(step: string, attempt: number): JournalEvent {
  return { kind: 'not-sent', step, attempt, reason: message('run.call-failed', { error: 'measured' }) };
}

/** An entry before its order: the mark is durable, too, before the order leaves. */
function intent(step: string, attempt: number): JournalEvent {
  return { kind: 'intent', step, attempt, size: { memoryPerShard: 8192, shards: 1, replicas: 1 } };
}

export async function journalEntries(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'refit-bench-'));
  let n = 0;
  /** Entries per second. `marks` counts the writes of the mark, and `groups` those of the journal. */
  const write = async (eventOf: typeof intent, count = { marks: 0, groups: 0 }): Promise<number> => {
    const file = await openJournalFile(join(folder, `${n}.jsonl`), { wholeBytes: 0, tornBytes: 0 });
    const digest = String(n++).padStart(64, '0');
    await registerRun(folder, { digest, directory: folder }, systemClock);
    const opened = await openMark(folder, digest);
    const store = { append: (text: string) => file.append(text).finally(() => count.groups++) };
    const mark: JournalMark = { write: (end) => opened.write(end).finally(() => count.marks++) };
    const replay = createReplay({ steps: [] });
    const journal = createJournalWriter({ store, mark, clock: systemClock, end: EMPTY_CHAIN, replay });
    const took = await timed(() =>
      Promise.all(
        Array.from({ length: WAITING }, async (_, lane) => {
          for (let entry = 0; entry < EACH / WAITING; entry++)
            await journal.appendDurably(eventOf(`crs-bench${lane}/memoryPerShard`, entry));
        }),
      ),
    );
    await file.close();
    await opened.close();
    return (EACH / took) * 1000;
  };
  try {
    const entries = await rounds(
      () => write(notSent),
      () => fsyncs(join(folder, 'floor')),
      {
        name: 'journal: durable entries, 200 waiting',
        unit: '/s',
        floorName: 'one fsync after another',
        reach: { atLeast: 20 },
      },
    );
    const count = { marks: 0, groups: 0 };
    const intents = await rounds(
      () => write(intent, count),
      () => write(notSent),
      {
        name: 'journal: durable intents with the mark, 200 waiting',
        unit: '/s',
        floorName: 'entries without a mark',
        reach: { atLeast: 0.4 },
      },
    );
    const perGroup = count.marks / count.groups;
    return [
      entries,
      { ...intents, beside: [{ name: 'marks for each group', value: perGroup, unit: '', atMost: 1 }] },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Single fsyncs per second. */
async function fsyncs(path: string): Promise<number> {
  const file = openSync(path, 'w');
  const line = 'x'.repeat(250);
  const took = await timed(() => {
    for (let entry = 0; entry < FSYNCS; entry++) {
      writeSync(file, line);
      fdatasyncSync(file);
    }
  });
  closeSync(file);
  return (FSYNCS / took) * 1000;
}
