/** A store, a simulated provider and the built command as processes, for benchmarks. Everything ends with the work. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import type { SavedPlan } from '../../src/model.ts';
import { connect } from '../../src/operations/connect.ts';
import { planFleet } from '../../src/operations/plans/plan-fleet.ts';
import type { SimulateOptions } from '../../src/simulator/simulate.ts';
import type { Database } from '../../src/store/postgres/database.ts';
import { openStore } from '../../src/store/postgres/open-store.ts';
import { resolveStore } from '../../src/store/postgres/store-target.ts';
import { connectTo, makeStore } from '../../test/postgres/make-store.ts';
import { type ChildServer, childServer } from '../child-server.ts';
import { withDurableServer } from './server.ts';

const COMMAND = join(import.meta.dirname, '../../dist/cli/main.js');
/** How much of what a process wrote to stderr is kept for an error, characters. */
const KEPT = 4_000;

/** A process of the built command. */
export interface Running {
  readonly pid: number;
  /** Its exit code; null: a signal ended it. */
  readonly ended: Promise<number | null>;
  stdout(): string;
  stderr(): string;
}

export interface Desk {
  /** Of the store, as the superuser. */
  readonly url: string;
  readonly database: Database;
  readonly simulator: ChildServer;
  readonly folder: string;
  /** Starts `refit ARGS` with the keys of every account, on the store. */
  start(...args: string[]): Running;
  /** Starts a worker, and waits until it is in the list of workers. */
  worker(...args: string[]): Promise<Running>;
  /** Ends processes that this desk has started. Workers hand their runs over. */
  end(...running: Running[]): Promise<void>;
  /** Plans the growth of all instances of an account, or of some by their numbers. @param execution in YAML. */
  plan(account: string, execution: string, instances?: readonly number[]): Promise<SavedPlan>;
  /** Submits a plan for the workers. @returns the id of its run. */
  submit(saved: SavedPlan): Promise<string>;
}

/** @param accounts how many instances each account has, by name. Ids are `crs-ACCOUNT000000` and so on. */
export function withDesk<T>(
  accounts: Readonly<Record<string, number>>,
  options: Omit<SimulateOptions, 'fleet'>,
  work: (desk: Desk) => Promise<T>,
): Promise<T> {
  return withDurableServer(async (server) => {
    const url = await makeStore(server);
    const folder = mkdtempSync(join(tmpdir(), 'refit-bench-'));
    const simulator = await childServer({ kind: 'simulator', ...options, fleet: fleetOf(accounts) });
    const database = await connectTo(url);
    const children = new Set<ChildProcess>();
    try {
      return await work(createDesk({ url, folder, simulator, database, children }));
    } finally {
      for (const child of children) child.kill('SIGKILL');
      await database.close();
      simulator.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function fleetOf(accounts: Readonly<Record<string, number>>): string {
  const fleet = (name: string, count: number) =>
    Array.from({ length: count }, (_, n) => ({
      id: instanceOf(name, n),
      edition: 'redis-6.2-standard',
      memoryPerShard: 4096,
    }));
  const all = Object.entries({ default: 0, ...accounts });
  return JSON.stringify({ accounts: all.map(([name, count]) => ({ name, fleet: fleet(name, count) })) });
}

function instanceOf(account: string, n: number): string {
  return `crs-${account}${String(n).padStart(6, '0')}`;
}

type Parts = Pick<Desk, 'url' | 'folder' | 'simulator' | 'database'> & {
  readonly children: Set<ChildProcess>;
};

function createDesk({ url, folder, simulator, database, children }: Parts): Desk {
  mkdirSync(join(folder, '.tencentcloud'));
  const sections = simulator.keys.map(
    ({ account, secretId, secretKey }) =>
      `[${account}]\nsecret_id = ${secretId}\nsecret_key = ${secretKey}\n`,
  );
  writeFileSync(join(folder, '.tencentcloud/credentials'), sections.join('\n'));
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CACHE_HOME: join(folder, 'compiled'),
  };
  const connection = () => connect({ endpoint: simulator.url, env });
  const start: Desk['start'] = (...args) => {
    const child = spawn(process.execPath, [COMMAND, ...args, '--endpoint', simulator.url], {
      cwd: folder,
      env: { ...env, REFIT_STORE: url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    const written = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      written.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      written.stderr = (written.stderr + chunk).slice(-KEPT);
    });
    return {
      pid: child.pid!,
      ended: new Promise((resolve) => {
        child.on('close', (code) => {
          children.delete(child);
          resolve(code);
        });
      }),
      stdout: () => written.stdout,
      stderr: () => written.stderr,
    };
  };
  return {
    ...{ url, folder, simulator, database, start },
    async worker(...args) {
      const worker = start('worker', ...args);
      let code: number | null = null;
      void worker.ended.then((ended) => {
        code = ended ?? -1;
      });
      for (;;) {
        const listed = await database.query('SELECT FROM refit.workers WHERE pid = $1', [worker.pid]);
        if (listed.length > 0) return worker;
        if (code !== null) throw new Error(`the worker ended with ${code}: ${worker.stderr()}`);
        await systemClock.sleep(20);
      }
    },
    async end(...running) {
      for (const { pid } of running) process.kill(pid, 'SIGTERM');
      await Promise.all(running.map(({ ended }) => ended));
    },
    async plan(account, execution, instances) {
      const { cloud, close } = connection();
      const targets = instances?.map((n) => `instance: ${instanceOf(account, n)}`) ?? [
        'select: { all: true }',
      ];
      const text = [
        ...['version: 1', `name: ${account}`, `defaults: { region: ap-guangzhou, profile: ${account} }`],
        'targets:',
        ...targets.map((target) => `  - { ${target}, memoryPerShard: 8GB }`),
        `execution: ${execution}`,
      ].join('\n');
      try {
        const { review } = await planFleet(text, join(folder, 'plan.yaml'), { from: cloud });
        if (review?.verdict !== 'ready') throw new Error(JSON.stringify(review?.findings));
        return review.plan;
      } finally {
        await close();
      }
    },
    async submit(saved) {
      const options = { clock: systemClock, application: 'refit bench', host: 'bench', worker: null };
      const store = await openStore(await resolveStore(url, {}), options);
      try {
        return await store.submit({
          saved,
          endpoint: simulator.url,
          by: { user: 'bench', host: 'bench', pid: process.pid },
          approval: { how: 'auto-approve', by: 'bench' },
          allowHooks: false,
          policy: [],
          isForWorkers: true,
        });
      } finally {
        await store.close();
      }
    },
  };
}
