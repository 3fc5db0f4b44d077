/** Workers and submitters as processes, on a store and a simulator of their own. */
import type { TestContext } from 'vitest';
import { expect } from 'vitest';
import {
  BRISK,
  type Desk,
  type DeskOptions,
  desk,
  growPlan,
  plainFleet,
  type Running,
  until,
} from '../cli/refit.ts';
import { sql } from './server.ts';
import { freshStore } from './shared.ts';

export interface StoreDesk {
  readonly at: Desk;
  /** Of the superuser, for `sql`. */
  readonly url: string;
  /** Starts a worker. It resolves when the worker is in the list. */
  worker(...args: string[]): Promise<Running>;
  /** Starts `refit ARGS` on the store. */
  start(...args: string[]): Running;
  /** One value of the database, as text. */
  value(statement: string): Promise<string>;
  /** The kinds of entries in the journal of the only run, in order. */
  kinds(): Promise<readonly string[]>;
  /** Orders at the simulator, one number for each instance that was ordered. */
  orders(): Promise<readonly number[]>;
}

/** Creates a desk with a saved plan `saved.json` that grows instances. */
export async function storeDesk(
  test: Pick<TestContext, 'onTestFinished'>,
  {
    lines = ['execution: { inFlight: 6, requestsPerSecond: 20, patience: 2s }'],
    instances = 12,
    simulator = BRISK,
    files = {},
    ...options
  }: Omit<DeskOptions, 'simulator'> & {
    lines?: readonly string[];
    instances?: number;
    simulator?: readonly string[];
    /** More files of the desk, by name. */
    files?: Readonly<Record<string, string>>;
  } = {},
): Promise<StoreDesk> {
  const at = await desk(test, { ...options, simulator, fleet: plainFleet(instances) });
  const url = await freshStore();
  for (const [name, text] of Object.entries(files)) await at.write(name, text);
  await at.write('plan.yaml', growPlan(lines));
  const planned = await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json']);
  expect(planned.code, planned.stdout + planned.stderr).toBe(0);
  const value = async (statement: string) => (await sql(url, statement))[0] ?? '';
  const start = (...args: string[]) => at.start(args, { env: { REFIT_STORE: url } });
  return {
    ...{ at, url, start, value },
    async worker(...args) {
      const one = start('worker', ...args);
      await until('the worker is in the list', async () => {
        expect(one.stderr()).not.toMatch(/error/i);
        return Number(await value(`SELECT count(*) FROM refit.workers WHERE pid = ${one.pid}`)) > 0;
      });
      return one;
    },
    kinds: async () =>
      (await sql(url, 'SELECT line FROM refit.journal ORDER BY run, seq')).map(
        (line) => (JSON.parse(line) as { kind: string }).kind,
      ),
    orders: async () => Object.values((await at.simulator.counts()).orders),
  };
}
