/**
 * The SQL of `src/store/postgres/runs/` on the tables of a simulated store. Each row of `STATEMENTS` knows a statement by
 * its first words. A statement that is not in the table is an error of the simulation: add it here.
 */
import { EMPTY_CHAIN, GENESIS } from '../../../src/journal/chain.ts';
import type { JournalEntry } from '../../../src/model.ts';
import { MOST_STARTS } from '../../../src/store/postgres/runs/starts.ts';
import { MINUTE } from '../../../src/units.ts';
import type { ControlRow, RunRow, Store, Transaction } from './store.ts';

type Rows = readonly object[];
// biome-ignore lint/suspicious/noExplicitAny: the values of statements have all types
type Values = readonly any[];

interface Statement {
  /** The first words, with single spaces. */
  readonly starts: string;
  /** The position of the run whose row it changes or locks; absent: none. */
  readonly locks?: number;
  readonly run: (store: Store, values: Values, tx: Transaction | null) => Rows | number;
}

const rowOf = (store: Store, id: string): RunRow | undefined => store.tables.runs.get(id);

/** Changes the row of a run where the epoch is this one. */
function update(store: Store, [id, epoch]: Values, change: (row: RunRow) => void): number {
  const row = rowOf(store, id);
  if (row?.epoch !== epoch) return 0;
  change(row!);
  return 1;
}

const owns = ({ owner }: RunRow, silentFrom: number, now: number) =>
  owner === null ? null : now - silentFrom;

const head = (store: Store, row: RunRow) => ({
  id: row.id,
  digest: row.saved.digest,
  state: row.state,
  seq: row.head.seq,
  hash: row.head.seq === 0 ? null : row.head.hash,
  // biome-ignore format: one fact
  generation: store.sabotage.hidesRestore ? store.generation : row.generation,
  storeGeneration: store.generation,
});

const STATEMENTS: readonly Statement[] = [
  {
    starts: 'SELECT gen_random_uuid()',
    run: (store) => [{ token: `token-${store.next()}` }],
  },
  {
    starts: 'SELECT id, state, head_seq AS seq, head_hash AS hash, generation,',
    locks: 0,
    run(store, [id]) {
      const row = rowOf(store, id);
      if (row === undefined) return [];
      const silentFor = owns(row, row.ownerSeenAt, store.monotonic());
      return [
        {
          ...head(store, row),
          epoch: row.epoch,
          provider: 'simulated',
          folder: null,
          owner: row.owner,
          silentFor,
          isGone: false,
          starts: row.starts,
          hasPaused: row.pausedUntil > row.ownerSeenAt,
          isPaused: row.pausedUntil > store.monotonic(),
        },
      ];
    },
  },
  {
    starts: 'UPDATE refit.runs SET epoch = $2, owner = $3',
    locks: 0,
    run(store, [id, epoch, owner], tx) {
      const row = rowOf(store, id)!;
      const before = { ...row };
      tx?.undo.push(() => Object.assign(row, before));
      Object.assign(row, {
        epoch,
        owner: JSON.parse(owner),
        ownerSeenAt: store.monotonic(),
        starts: row.starts + 1,
      });
      tx?.done.push(() => store.watcher.claimed(row));
      return 1;
    },
  },
  {
    starts: 'SELECT plan, state FROM refit.runs',
    run(store, [id]) {
      const row = rowOf(store, id);
      return row === undefined ? [] : [{ plan: row.plan, state: row.state }];
    },
  },
  {
    starts: "SELECT string_agg(line, E'\\n' ORDER BY seq) AS text",
    run(store, [id, after, until]) {
      const lines = rowOf(store, id)!.lines.slice(after, until);
      if (lines.length === 0) return [{ text: null, lines: 0, last: null, bytes: 0 }];
      const text = lines.join('\n');
      const bytes = Buffer.byteLength(text) - lines.length + 1;
      return [{ text, lines: lines.length, last: after + lines.length, bytes }];
    },
  },
  {
    starts: 'SELECT EXISTS (SELECT FROM refit.journal WHERE run = $1 AND seq > $2) AS there',
    run: (store, [id, seq]) => [{ there: rowOf(store, id)!.lines.length > seq }],
  },
  {
    starts: "SELECT report ->> 'head' AS head",
    run: (store, [id]) => [{ head: rowOf(store, id)?.report?.head ?? null }],
  },
  {
    starts: 'SELECT owner FROM refit.runs',
    run: (store, [id]) => [{ owner: rowOf(store, id)?.owner ?? null }],
  },
  {
    starts: 'UPDATE refit.runs SET generation = $3 WHERE id = $1 AND epoch = $2',
    locks: 0,
    run: (store, values) =>
      update(store, values, (row) => {
        row.generation = values[2];
        store.watcher.registered(row);
      }),
  },
  {
    starts: 'UPDATE refit.runs SET report = $3 WHERE id = $1 AND epoch = $2',
    locks: 0,
    run: (store, values) =>
      update(store, values, (row) => {
        row.report = JSON.parse(values[2]);
      }),
  },
  {
    starts:
      'UPDATE refit.runs SET state = $3, wake_at = $4::timestamptz, wakes_on = $5, waiting = $6::jsonb, starts = 0 WHERE id = $1 AND epoch = $2',
    locks: 0,
    run: (store, values) =>
      update(store, values, (row) => {
        const [, , state, wakeAt, wakesOn, waiting] = values;
        Object.assign(row, {
          state,
          wakeAt: wakeAt === null ? null : Date.parse(wakeAt),
          wakesOn,
          waiting: waiting && JSON.parse(waiting),
          starts: 0,
        });
      }),
  },
  {
    starts: 'SELECT FROM refit.runs WHERE id = $1 AND epoch = $2 FOR SHARE',
    locks: 0,
    run: (store, [id, epoch]) => (rowOf(store, id)?.epoch === epoch ? [{}] : []),
  },
  {
    starts: 'SELECT FROM refit.runs WHERE id = $1 AND epoch = $2',
    run: (store, [id, epoch]) => (rowOf(store, id)?.epoch === epoch ? [{}] : []),
  },
  {
    starts: 'DELETE FROM refit.instances WHERE run = $1 AND instance <> ALL',
    run(store, [id, wanted], tx) {
      const { instances } = store.tables;
      for (const [instance, run] of instances) {
        if (run !== id || wanted.includes(instance)) continue;
        instances.delete(instance);
        tx?.undo.push(() => instances.set(instance, run));
      }
      return 0;
    },
  },
  {
    starts: 'INSERT INTO refit.instances (provider, instance, run)',
    run(store, [, id, wanted], tx) {
      const { instances } = store.tables;
      const claimed = (wanted as string[]).filter((instance) => {
        const run = instances.get(instance);
        return run === undefined || run === id;
      });
      for (const instance of claimed) {
        if (instances.has(instance)) continue;
        instances.set(instance, id);
        tx?.undo.push(() => instances.delete(instance));
      }
      return claimed.length;
    },
  },
  {
    starts:
      'WITH moved AS (UPDATE refit.runs SET head_seq = $5, head_hash = $6, owner_seen_at = clock_timestamp(), starts = 0',
    locks: 0,
    run(store, values) {
      const added = append(store, values);
      if (added > 0) rowOf(store, values[0])!.starts = 0;
      return added;
    },
  },
  {
    starts:
      'WITH moved AS (UPDATE refit.runs SET head_seq = $5, head_hash = $6, owner_seen_at = clock_timestamp()',
    locks: 0,
    run: append,
  },
  {
    starts: 'SELECT epoch, head_seq AS seq, head_hash AS hash, owner FROM refit.runs',
    run(store, [id]) {
      const row = rowOf(store, id);
      return row === undefined ? [] : [{ ...head(store, row), epoch: row.epoch, owner: row.owner }];
    },
  },
  {
    starts: 'UPDATE refit.runs SET owner_seen_at = clock_timestamp() WHERE id = $1 AND epoch = $2',
    locks: 0,
    run: (store, values) =>
      update(store, values, (row) => {
        row.ownerSeenAt = store.monotonic();
      }),
  },
  {
    starts:
      'UPDATE refit.runs SET owner_seen_at = clock_timestamp(), starts = 0 WHERE id = $1 AND epoch = $2',
    locks: 0,
    run: (store, values) =>
      update(store, values, (row) => Object.assign(row, { ownerSeenAt: store.monotonic(), starts: 0 })),
  },
  {
    starts: 'UPDATE refit.runs SET wake_at = clock_timestamp() + LEAST',
    locks: 0,
    run(store, [id], tx) {
      const row = rowOf(store, id)!;
      const before = { ...row };
      tx?.undo.push(() => Object.assign(row, before));
      const pause = Math.min(30, 2 ** (row.starts - MOST_STARTS)) * MINUTE;
      Object.assign(row, { wakeAt: store.now() + pause, pausedUntil: store.monotonic() + pause });
      return 1;
    },
  },
  {
    starts: 'SELECT wake_at AS at FROM refit.runs',
    run: (store, [id]) => [{ at: rowOf(store, id)!.wakeAt }],
  },
  {
    starts: 'WITH released AS (',
    locks: 0,
    run: (store, values) =>
      update(store, values, (row) => {
        Object.assign(row, { owner: null, state: row.state === 'running' ? 'queued' : row.state });
        store.ring();
        if (row.state !== 'stopped' && row.state !== 'ended') return;
        for (const [instance, run] of store.tables.instances)
          if (run === row.id) store.tables.instances.delete(instance);
      }),
  },
  {
    starts: 'UPDATE refit.control SET taken_at = clock_timestamp()',
    run(store, values) {
      const asked = untaken(store, values);
      for (const one of asked) one.isTaken = true;
      return asked.map(({ id: number, request }) => ({ id: number, request }));
    },
  },
  {
    starts: 'UPDATE refit.control SET answer = $2',
    run(store, [id, answer]) {
      const asked = store.tables.control.get(id);
      if (asked !== undefined) asked.answer = answer;
      return asked === undefined ? 0 : 1;
    },
  },
  {
    starts: 'UPDATE refit.runs SET owner = owner ||',
    locks: 0,
    run: (store, values) => update(store, values, () => undefined),
  },
  // No policy of the simulation bounds the changes of all runs.
  { starts: 'SELECT scope FROM refit.in_flight', run: () => [] },
  { starts: 'INSERT INTO refit.in_flight AS f', run: () => 1 },
  { starts: "SELECT kind || '/' || name AS file, text, login FROM refit.signatures", run: () => [] },
];

function append(store: Store, values: Values): number {
  const [id, epoch, seq, hash, endSeq, endHash, text, state, , , , , wakeAt, wakesOn] = values;
  const { ignoresEpoch, ignoresHead } = store.sabotage;
  const row = rowOf(store, id);
  if (row === undefined || (row.epoch !== epoch && !ignoresEpoch)) return 0;
  const isAtHead =
    row.head.seq === seq && (row.head.seq === 0 ? GENESIS : row.head.hash) === (hash ?? GENESIS);
  if (!isAtHead && !ignoresHead) return 0;
  const lines = (text as string).split('\n');
  const fresh = lines.map((line) => JSON.parse(line) as JournalEntry);
  row.lines = [...row.lines, ...lines];
  row.entries = [...row.entries, ...fresh];
  row.head = endSeq === 0 ? EMPTY_CHAIN : { seq: endSeq, hash: endHash };
  row.ownerSeenAt = store.monotonic();
  if (state !== undefined)
    Object.assign(row, { state, wakeAt: wakeAt === null ? null : Date.parse(wakeAt), wakesOn });
  store.watcher.appended(row, fresh, epoch);
  return lines.length;
}

const known = new Map<string, Statement>();

/** Finds a statement. @throws Error if the simulation does not know it */
function statementOf(sql: string): Statement {
  const found = known.get(sql);
  if (found !== undefined) return found;
  const words = sql.replaceAll(/\s+/g, ' ').trim();
  const statement = STATEMENTS.find(({ starts }) => words.startsWith(starts));
  if (statement === undefined) throw new Error(`the simulated store does not know this statement: ${words}`);
  known.set(sql, statement);
  return statement;
}

/** How long a statement waits for a lock, milliseconds. */
const LOCK_TIMEOUT = 30_000;

/** Carries out a statement. @returns its rows, or the number of changed rows. @throws like `pg` */
export async function carryOut(
  store: Store,
  sql: string,
  values: Values,
  tx: Transaction | null,
): Promise<Rows | number> {
  const { locks, run } = statementOf(sql);
  if (locks !== undefined && !(await store.lock(values[locks], tx, store.monotonic() + LOCK_TIMEOUT)))
    throw Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' });
  return run(store, values, tx);
}

/** True for a statement that would do nothing: a look for requests when there are none. */
export function doesNothing(store: Store, sql: string, values: Values): boolean {
  if (!sql.startsWith('UPDATE refit.control SET taken_at')) return false;
  return untaken(store, values).length === 0;
}

/** The requests that a claim may take. */
function untaken(store: Store, [id, epoch, own, earlier]: Values): ControlRow[] {
  return [...store.tables.control.values()].filter(
    (one) =>
      one.run === id &&
      one.epoch <= Number(epoch) &&
      !one.isTaken &&
      store.now() - one.askedAt < Number(one.epoch === epoch ? own : earlier),
  );
}
