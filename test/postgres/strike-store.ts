/**
 * Strikes a worker at an exact append to the journal of a run. Tests preload it (`node --import`); it is never shipped. It
 * watches the queries of `pg`. `die`: the worker is killed before the entry is sent, when the answer of its order has arrived.
 * `freeze`: it stops when the entry is durable, before its order leaves.
 */
import { writeSync } from 'node:fs';
import pg from 'pg';

interface Strike {
  readonly kind: string;
  /** Which entry of this kind: 1 is the first of this process. */
  readonly nth: number;
  readonly effect: 'die' | 'freeze';
}

const { kind, nth, effect } = JSON.parse(process.env.REFIT_STORE_STRIKE!) as Strike;
const mark = `"kind":"${kind}"`;
let met = 0;

/** How often the entry is in the values of a query. Text of a query never holds one. */
function entriesIn(value: unknown): number {
  if (typeof value === 'string') return value.split(mark).length - 1;
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + entriesIn(one), 0);
  if (typeof value === 'object' && value !== null && 'values' in value) return entriesIn(value.values);
  return 0;
}

const query = pg.Client.prototype.query as (this: unknown, ...args: unknown[]) => unknown;
pg.Client.prototype.query = function struck(this: unknown, ...args: unknown[]): unknown {
  const before = met;
  met += args.reduce((sum: number, one) => sum + entriesIn(one), 0);
  if (before >= nth || met < nth) return query.apply(this, args);
  if (effect === 'die') {
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  }
  const freeze = () => {
    writeSync(2, 'frozen by the test\n');
    process.kill(process.pid, 'SIGSTOP');
  };
  const done = query.apply(this, args) as Promise<unknown>;
  return done.then((result) => {
    freeze();
    return result;
  });
} as typeof pg.Client.prototype.query;
