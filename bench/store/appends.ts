/** Durable appends to the journals of a store, compared with the same statement from `pgbench` at the same server. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../src/clock.ts';
import { EMPTY_CHAIN } from '../../src/journal/chain.ts';
import { createReplay } from '../../src/journal/replay.ts';
import { message } from '../../src/messages/messages.ts';
import type { JournalEvent } from '../../src/model.ts';
import { createJournalWriter } from '../../src/store/journal-writer.ts';
import type { Database } from '../../src/store/postgres/database.ts';
import { APPEND, openStoredJournal } from '../../src/store/postgres/runs/append.ts';
import { connectTo, makeStore } from '../../test/postgres/make-store.ts';
import { program, sql } from '../../test/postgres/server.ts';
import { type Row, rounds } from '../measure.ts';
import { checkpoint, insertRuns, withDurableServer } from './server.ts';

/** How many runs append, each on a connection, and how many entries wait in each run. */
export interface AppendShape {
  readonly connections: number;
  readonly group: number;
}

const SHAPES: readonly AppendShape[] = [1, 8].flatMap((connections) =>
  [1, 8].map((group) => ({ connections, group })),
);

/** @param seconds the length of each measurement. */
export function storeAppends(seconds = 2, times = 5, shapes = SHAPES): Promise<Row[]> {
  return withDurableServer(async (server) => {
    const rows: Row[] = [];
    for (const shape of shapes)
      rows.push(await appendsIn(await makeStore(server), shape, { seconds, times }));
    return rows;
  });
}

/** Measures in a store that exists. @param url of its superuser */
export async function appendsIn(
  url: string,
  { connections, group }: AppendShape,
  { seconds, times }: { readonly seconds: number; readonly times: number },
): Promise<Row> {
  const database = await connectTo(url, { connections });
  let made = 0;
  /** Runs of their own for each round, whose ids are numbers, because `pgbench` has no other variable by client. */
  const newRuns = async (head = EMPTY_CHAIN): Promise<readonly string[]> => {
    const ids = Array.from({ length: connections }, () => String(made++));
    await insertRuns(database, ids, head);
    await checkpoint(database);
    return ids;
  };
  try {
    return await rounds(
      async () => appendFor(database, await newRuns(), group, seconds),
      async () => {
        return group * (await pgbench(url, await newRuns(PGBENCH_HEAD), group, seconds));
      },
      {
        name: `store: durable entries, ${connections === 1 ? 'one run' : `${connections} runs`}, ${group === 1 ? 'one' : group} waiting in each`,
        unit: '/s',
        floorName: 'pgbench with the same statement',
        reach: { atLeast: 0.5 },
      },
      times,
    );
  } finally {
    await database.close();
  }
}

/** @returns entries per second of all runs together. */
async function appendFor(
  database: Database,
  ids: readonly string[],
  group: number,
  seconds: number,
): Promise<number> {
  const began = systemClock.monotonic();
  const until = began + 1000 * seconds;
  const counts = await Promise.all(
    ids.map(async (id) => {
      const store = openStoredJournal(database, { id, epoch: 1 }, EMPTY_CHAIN, systemClock);
      const replay = createReplay({ steps: [] });
      const journal = createJournalWriter({ store, clock: systemClock, end: EMPTY_CHAIN, replay });
      let entries = 0;
      await Promise.all(
        Array.from({ length: group }, async (_, lane) => {
          for (; systemClock.monotonic() < until; entries++)
            await journal.appendDurably(notSent(`crs-bench${lane}/memoryPerShard`, entries));
        }),
      );
      return entries;
    }),
  );
  const total = counts.reduce((a, b) => a + b, 0);
  return (1000 * total) / (systemClock.monotonic() - began);
}

/** An entry that changes nothing in the row of its run but the head, as most do. */
function notSent(step: string, attempt: number): JournalEvent {
  return { kind: 'not-sent', step, attempt, reason: message('run.call-failed', { error: 'measured' }) };
}

/** A script of `pgbench` cannot hash, so its heads differ by their number only. */
const PGBENCH_HEAD = { seq: 1, hash: 'f'.repeat(64) };
/** The bytes of a line of `notSent`. */
const LINE = 318;
/** The values of `APPEND` in a script. `pgbench` sends them apart from the statement, as Refit does. */
const VALUES = ['run', 'epoch', 'last', 'hash', 'next', 'hash', 'lines'];

/** @returns transactions per second of `pgbench`, with one run for each connection. */
async function pgbench(url: string, ids: readonly string[], group: number, seconds: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'refit-bench-'));
  const script = join(folder, 'append.sql');
  const statement = APPEND.text.replace(/\$(\d)/g, (_, n: string) => `:${VALUES[Number(n) - 1]}`);
  const [before, after] = ['\\set run :client_id + :first\n\\set next :last + :group', '\\set last :next'];
  writeFileSync(script, `${before}\n${statement};\n${after}\n`);
  const lines = Array.from({ length: group }, () => 'x'.repeat(LINE)).join('\n');
  const values = { first: ids[0]!, group, epoch: 1, last: PGBENCH_HEAD.seq, hash: PGBENCH_HEAD.hash, lines };
  try {
    const { stdout } = await promisify(execFile)(program('pgbench'), [
      ...['-n', '-M', 'prepared', '-f', script, '-c', String(ids.length), '-j', '1', '-T', String(seconds)],
      ...Object.entries(values).flatMap(([name, value]) => ['-D', `${name}=${value}`]),
      url,
    ]);
    await mustHaveAppended(url, ids, Number(/actually processed: (\d+)/.exec(stdout)![1]) * group);
    return Number(/tps = ([\d.]+)/.exec(stdout)![1]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A statement whose condition does not hold is fast, and appends nothing. */
async function mustHaveAppended(url: string, ids: readonly string[], entries: number): Promise<void> {
  const [appended] = await sql(
    url,
    `SELECT count(*) FROM refit.journal WHERE run IN (${ids.map((id) => `'${id}'`).join()})`,
  );
  if (Number(appended) !== entries) throw new Error(`pgbench appended ${appended} of ${entries} entries`);
}
