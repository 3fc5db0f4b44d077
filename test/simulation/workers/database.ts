/**
 * The connections of one process to the simulated store, as the `Database` that `src/store/postgres/runs/` uses. They break
 * before, during and after statements, and some statements happen after the client gave them up.
 */
import type { VirtualClock } from '../../../src/clock.ts';
import { RefitError } from '../../../src/errors.ts';
import type { Random } from '../../../src/simulator/world/random.ts';
import type { Database, Prepared, Queries } from '../../../src/store/postgres/database.ts';
import { storeError } from '../../../src/store/postgres/store-error.ts';
import type { Machine } from '../machine.ts';
import type { Watcher } from '../watcher.ts';
import type { HostScript, StoreScript } from './scenario.ts';
import { carryOut, doesNothing } from './statements.ts';
import type { Store, Transaction } from './store.ts';

/** Milliseconds after which a client gives a statement up. */
const TIMEOUT = 10_000;
/** The server ends a transaction whose client says nothing for so long, milliseconds. */
const IDLE_IN_TRANSACTION = 60_000;

const TARGET = {
  host: 'db',
  port: 5432,
  database: 'refit',
  user: 'refit',
  password: () => null,
  tls: null,
  place: 'postgres://refit@db/refit',
  option: '',
};

/** The connections of one process. */
export interface Link extends Database {
  /** Asks the server something that is no SQL: for jobs and request slots. @throws as `query` does */
  ask<T>(question: () => T | Promise<T>): Promise<T>;
}

export interface LinkInput {
  readonly time: VirtualClock;
  readonly store: Store;
  readonly script: StoreScript;
  readonly host: HostScript;
  readonly machine: Machine;
  readonly chance: Random;
  readonly watcher: Pick<Watcher, 'recordEvent'>;
  /** Times of scripts count from here, monotonic milliseconds. */
  readonly startedAt: number;
  readonly calmAt: number;
}

export function createLink(input: LinkInput): Link {
  const { time, store, script, host, machine, chance, watcher, startedAt, calmAt } = input;
  const { commit, statements } = script;
  /** The identity of the store that this process saw first. */
  let seen: number | null = null;

  const now = () => time.monotonic() - startedAt;
  const happens = (probability: number): boolean =>
    probability > 0 && now() < calmAt && chance.next() < probability;
  const travel = (): Promise<void> => time.sleep((host.trip / 2) * (0.5 + chance.next()));
  const partition = () => host.partitions.find(([from, until]) => now() >= from && now() < until);
  const lost = (why: string): unknown => {
    watcher.recordEvent(`store: ${why}`, '');
    return storeError(Object.assign(new Error(`read ECONNRESET (${why})`), { code: 'ECONNRESET' }), TARGET);
  };

  /** The server carries something out, if the connection on which it was sent still exists. */
  const happen = async <T>(act: () => T | Promise<T>, boots: number): Promise<T> => {
    if (!store.isUp || store.boots !== boots) throw lost('server gone');
    if (seen !== null && seen !== store.generation)
      throw new RefitError('store-restored', 'the store was restored', 'start the worker again');
    seen = store.generation;
    return await act();
  };
  const happenLater = (act: () => unknown, boots: number, ms: number): void => {
    void time.sleep(ms).then(async () => {
      if (!store.isUp || store.boots !== boots) return;
      watcher.recordEvent('store: late statement', '');
      try {
        await act();
      } catch {
        // Nobody waits for its answer.
      }
    });
  };

  const send = async <T>(act: () => T | Promise<T>, isWork: boolean): Promise<T> => {
    const { boots } = store;
    await travel();
    const cut = partition();
    if (cut !== undefined) {
      // The bytes may arrive when the network is back.
      if (isWork && chance.next() < 0.5) happenLater(act, boots, cut[1] - now() + 1);
      await time.sleep(TIMEOUT);
      throw lost('no connection');
    }
    if (!store.isUp) throw lost('server down');
    if (happens(statements.lost)) throw lost('connection broken before the commit');
    if (isWork && happens(statements.late)) {
      const ms = 1 + chance.next() * statements.lateUpTo;
      happenLater(act, boots, ms);
      await time.sleep(chance.next() * Math.min(TIMEOUT, 2 * ms));
      throw lost('statement given up');
    }
    const isSlow = happens(statements.slow);
    if (isSlow) watcher.recordEvent('store: slow commit', '3 s');
    await time.sleep(isSlow ? 3_000 : commit * (0.5 + chance.next()));
    const value = await happen(act, boots);
    if (happens(statements.doubtful)) throw lost('connection broken after the commit');
    await travel();
    if (partition() !== undefined) {
      await time.sleep(TIMEOUT);
      throw lost('answer lost');
    }
    return value;
  };
  /** One statement of the process, with its moments. */
  const ask = async <T>(act: () => T | Promise<T>, isWork: boolean, isIntent = false): Promise<T> => {
    if (!machine.alive) return new Promise<never>(() => {});
    machine.moment('ask');
    if (!machine.alive) return new Promise<never>(() => {});
    const answer = await send(act, isWork).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await machine.gate(isIntent && !('error' in answer) ? 'recorded' : 'answered');
    if ('error' in answer) throw answer.error;
    return answer.value;
  };

  const queriesOf = (tx: Transaction | null): Queries => {
    const carry = async (statement: string | Prepared, values: readonly unknown[] = []) => {
      const sql = typeof statement === 'string' ? statement : statement.text;
      if (doesNothing(store, sql, values)) return [];
      const act = () => carryOut(store, sql, values, tx);
      try {
        return await ask(
          act,
          tx === null,
          values.some((value) => typeof value === 'string' && value.includes('"kind":"intent"')),
        );
      } catch (error) {
        throw storeError(error, TARGET);
      }
    };
    return {
      query: async <Row>(sql: string | Prepared, values?: readonly unknown[]) =>
        (await carry(sql, values)) as readonly Row[],
      execute: async (sql, values) => (await carry(sql, values)) as number,
      script: () => Promise.reject(new Error('the simulated store knows no scripts')),
    };
  };

  const transaction = async <T>(work: (queries: Queries) => Promise<T>): Promise<T> => {
    const tx = store.begin();
    const rollback = () => store.rollback(tx);
    void machine.death.then(rollback);
    void time.sleep(IDLE_IN_TRANSACTION).then(rollback);
    const { query, execute, script: run } = queriesOf(tx);
    const inTime =
      <A extends readonly unknown[], R>(ask: (...given: A) => Promise<R>) =>
      (...given: A) => {
        if (tx.isOver) throw lost('transaction ended by the server');
        return ask(...given);
      };
    let isCommitting = false;
    try {
      const result = await work({
        query: inTime(query) as Queries['query'],
        execute: inTime(execute),
        script: run,
      });
      isCommitting = true;
      await ask(() => {
        if (tx.isOver) throw lost('transaction ended by the server');
        store.commit(tx);
      }, true);
      return result;
    } catch (error) {
      // A commit that was given up may still happen.
      if (isCommitting) void time.sleep(statements.lateUpTo + TIMEOUT).then(rollback);
      else rollback();
      throw error;
    }
  };

  const database: Link = {
    ...queriesOf(null),
    target: TARGET,
    serverVersion: 150_000,
    transaction,
    session: (work) => work(queriesOf(null)),
    // Nothing announces anything: looking into the table is enough.
    listen: () => ({ close: () => undefined }),
    keep: () => undefined,
    close: async () => undefined,
    ask: (question) => ask(question, false),
  };
  return database;
}
