/**
 * Twelve runs on three worker processes that share one PostgreSQL store, against the simulator over HTTP. Each kind of storm
 * breaks something in the middle. Afterwards the simulator's own counts and states are compared with the store's reports.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { isLimitCode, type JournalEntry, type Report } from '../../src/model.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import type { WorldCounts } from '../../src/simulator/world/world.ts';
import type { WorldState } from '../../src/simulator/world/world-state.ts';
import { startCutProxy } from './cut-proxy.ts';
import { isCountedLate, stallsIn } from './note-stalls.ts';
import { dump, type PostgresServer, restore } from './server.ts';

/** What breaks. */
export const STORMS = {
  calm: 'nothing',
  kill: 'workers are killed after an order was sent and before its answer is recorded',
  freeze: 'a worker stops for some time after the record of an order and before it is sent, then goes on',
  crash: 'PostgreSQL is killed and started again',
  cut: 'the connections of one worker are cut, again and again',
  twice: 'two processes submit each saved plan at the same time',
  restore: 'the database is restored from a dump that was taken in the middle',
  pause: 'every run is paused for some seconds',
} as const;

export type Storm = keyof typeof STORMS;

export interface StormOptions {
  /** The built command. */
  readonly command: string;
  readonly postgres: PostgresServer;
  readonly seed: number;
  /** Runs, a multiple of four: two accounts with two regions each. */
  readonly runs?: number;
  readonly stepsPerRun?: number;
  /** How many workers die in a storm of kills; default 4. */
  readonly kills?: number;
  /** Runs whose exported evidence is verified and replayed; default 3. */
  readonly audited?: number;
  /** How long a frozen worker stands still, ms. */
  readonly freezeMs?: number;
  readonly log?: (text: string) => void;
}

/** What was measured. A storm that broke a promise throws instead. */
export interface StormResult {
  readonly orders: number;
  readonly seconds: number;
  /** The largest number of orders of an account that left within a second, by their own times. */
  readonly most: number;
  /** Orders that were refused as the 21st of a second, because the simulator stood still and counted others late. */
  readonly countedLate: number;
  readonly processes: number;
  /** The longest time from the death of an owner until the next one had opened the journal, ms; null without a death. */
  readonly takeoverMs: number | null;
}

const ACCOUNTS = ['alpha', 'beta'] as const;
const REGIONS = ['ap-guangzhou', 'ap-shanghai'] as const;
/** Longer than guard, request timeout and read lag together. */
const PATIENCE = '15s';

/** Carries out one storm. @throws Error that names the seed and the broken promise. */
export async function storm(kind: Storm, options: StormOptions): Promise<StormResult> {
  const field = await openField(options);
  try {
    await field.submit(kind === 'twice');
    const trouble = await makeTrouble(kind, field);
    await field.untilEnded();
    await trouble.end();
    return await field.judge(trouble.deaths);
  } catch (error) {
    throw new Error(`storm ${kind}, seed ${options.seed}: ${String(error)}\n${field.output()}`, {
      cause: error,
    });
  } finally {
    await field.close();
  }
}

type Field = Awaited<ReturnType<typeof openField>>;

/** A worker that died or froze: its process, and the moment, ms since 1970 UTC. */
interface Death {
  readonly pid: number;
  readonly at: number;
}

async function openField({
  command,
  postgres,
  seed,
  runs = 12,
  stepsPerRun = 100,
  audited = 3,
  kills = 4,
  freezeMs = 30_000,
  log = () => undefined,
}: StormOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'refit-storm-'));
  const children = new Set<ChildProcess>();
  const outputs: string[] = [];
  const chance = seededRandom(seed);
  const startedAt = performance.now();

  const start = (args: readonly string[], env: Readonly<Record<string, string>>, name: string) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, TZ: 'UTC', HOME: join(folder, 'home'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    const written = { stdout: '', stderr: '' };
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      written.stdout += text;
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      written.stderr += text;
    });
    const ended = once(child, 'close').then(([code]) => {
      children.delete(child);
      outputs.push(`--- ${name} (${child.pid}) ended with ${code}:\n${written.stderr.slice(-2_000)}`);
      return { code: code as number | null, ...written };
    });
    return { child, ended, pid: child.pid!, stderr: () => written.stderr };
  };

  await mkdir(join(folder, 'home/.tencentcloud'), { recursive: true });
  const fleetOf = (account: string) =>
    REGIONS.flatMap((region) =>
      Array.from({ length: (runs / 4) * stepsPerRun }, (_, index) => ({
        id: idOf(account, region, index),
        region,
        edition: 'redis-6.2-standard',
        memoryPerShard: 4096,
      })),
    );
  await writeFile(
    join(folder, 'fleet.json'),
    JSON.stringify({
      accounts: [
        { name: 'default', fleet: [] },
        ...ACCOUNTS.map((name) => ({
          name,
          fleet: fleetOf(name),
          secretId: `AKIDstorm${name}`.padEnd(36, '0'),
          secretKey: `storm${name}`.padEnd(32, '0'),
        })),
      ],
    }),
  );
  await writeFile(
    join(folder, 'home/.tencentcloud/credentials'),
    ACCOUNTS.map(
      (name) =>
        `[${name}]\nsecret_id = ${`AKIDstorm${name}`.padEnd(36, '0')}\nsecret_key = ${`storm${name}`.padEnd(32, '0')}\n`,
    ).join('\n'),
    { mode: 0o600 },
  );
  const simulator = start(
    [
      ...['simulate', '-q', '--fleet', 'fleet.json', '--seed', String(seed), '--limit-counting', 'sliding'],
      ...['--start-lag', '20ms..100ms', '--duration', '150ms..800ms', '--lock-tail', '100ms..300ms'],
    ],
    { NODE_OPTIONS: preload('note-stalls.ts'), REFIT_NOTE_STALLS: '' },
    'simulator',
  );
  const [line] = (await once(createInterface({ input: simulator.child.stdout! }), 'line')) as [string];
  preferToAll(simulator.pid);
  const { url } = JSON.parse(line) as { url: string };

  const database = await postgres.createDatabase();
  const refit = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    start(
      args,
      { REFIT_STORE: database, XDG_STATE_HOME: join(folder, 'operator'), ...env },
      `refit ${args[0]}`,
    ).ended;
  const must = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const since = performance.now();
    const end = await refit(args, env);
    log(`${Math.round(performance.now() - since)} ms: refit ${args.join(' ')}`);
    if (end.code !== 0)
      throw new Error(`refit ${args.join(' ')} ended with ${end.code}: ${end.stdout}${end.stderr}`);
    return end.stdout;
  };
  await must(['store', 'migrate']);

  const plans: string[] = [];
  for (const account of ACCOUNTS)
    for (const region of REGIONS)
      for (let nth = 0; nth < runs / 4; nth++) {
        const name = `${account}-${region}-${nth}`;
        const targets = Array.from(
          { length: stepsPerRun },
          (_, index) =>
            `  - { instance: ${idOf(account, region, nth * stepsPerRun + index)}, memoryPerShard: 8GB }`,
        );
        await writeFile(
          join(folder, `${name}.yaml`),
          [
            ...['version: 1', `name: ${name}`, `defaults: { region: ${region}, profile: ${account} }`],
            `execution: { inFlight: 40, requestsPerSecond: 20, patience: ${PATIENCE} }`,
            ...['targets:', ...targets, ''],
          ].join('\n'),
        );
        await must(['plan', `${name}.yaml`, '-q', '-o', `${name}.json`, '--endpoint', url]);
        plans.push(name);
      }

  const workers = new Map<string, ReturnType<typeof start>>();
  const startWorker = (name: string, env: Readonly<Record<string, string>> = {}) => {
    const worker = start(
      ['worker', '--profile', 'alpha', '--profile', 'beta', '--concurrency', String(runs), '--endpoint', url],
      { REFIT_STORE: database, XDG_STATE_HOME: join(folder, name), ...env },
      name,
    );
    workers.set(name, worker);
    return worker;
  };

  const counts = async () => (await (await fetch(`${url}/_refit/counts`)).json()) as WorldCounts;
  const orderCount = async () =>
    Object.values((await counts()).orders).reduce((sum, count) => sum + count, 0);
  const listed = async () => JSON.parse(await must(['runs', '--all', '--format', 'json'])).runs as StormRun[];

  return {
    ...{
      folder,
      chance,
      freezeMs,
      kills,
      database,
      postgres,
      log,
      must,
      refit,
      startWorker,
      workers,
      orderCount,
      listed,
    },
    total: runs * stepsPerRun,
    output: () => outputs.join('\n'),
    async submit(twice: boolean): Promise<void> {
      for (const name of ['worker-a', 'worker-b', 'worker-c']) startWorker(name);
      const submit = (plan: string) =>
        refit(['apply', `${plan}.json`, '--auto-approve', '--detach', '--endpoint', url]);
      for (const plan of plans) {
        const codes = (await Promise.all(twice ? [submit(plan), submit(plan)] : [submit(plan)])).map(
          ({ code }) => code,
        );
        const wanted = twice ? [0, 6] : [0];
        if (JSON.stringify(codes.sort()) !== JSON.stringify(wanted))
          throw new Error(
            `submitting ${plan} ended with ${codes.join(' and ')} instead of ${wanted.join(' and ')}`,
          );
      }
    },
    async untilEnded(): Promise<void> {
      const limit = performance.now() + 600_000;
      while ((await orderCount()) < runs * stepsPerRun && performance.now() < limit) await pause(300);
      for (;;) {
        // The database may be away for a moment.
        const all = await listed().catch(() => []);
        if (all.length === runs && all.every(({ status }) => status === 'ended')) return;
        if (performance.now() > limit)
          throw new Error(
            `runs have not ended: ${all.map(({ name, status }) => `${name} ${status}`).join(', ')}`,
          );
        await pause(1_000);
      }
    },
    async judge(deaths: readonly Death[]): Promise<StormResult> {
      const { orders, actions } = await counts();
      const doubled = Object.entries(orders).filter(([, count]) => count !== 1);
      demand(doubled.length === 0, `instances not ordered exactly once: ${JSON.stringify(doubled)}`);
      demand(
        Object.keys(orders).length === runs * stepsPerRun,
        `${Object.keys(orders).length} instances ordered`,
      );
      const refused = actions.UpgradeInstance?.refused ?? 0;
      const { instances, deals } = (await (await fetch(`${url}/_refit/state`)).json()) as WorldState;
      const world = new Map(instances.map((one) => [one.id, one]));
      let processes = 0;
      let takeoverMs: number | null = null;
      /** When the orders of each account left, by the clock of this machine. */
      const sent = new Map<string, number[]>();
      const refusals: number[] = [];
      for (const [nth, { run }] of (await listed()).entries()) {
        await must(['store', 'export', run, '-o', `exported/${run}`]);
        const exported = (file: string) => readFile(join(folder, 'exported', run, file), 'utf8');
        const report = JSON.parse(await exported('report.json')) as Report;
        demand(report.totals.verified === stepsPerRun, `${run}: ${JSON.stringify(report.totals)}`);
        for (const step of report.steps) {
          const own = deals.filter(({ instance }) => instance === step.instance).map(({ name }) => name);
          demand(world.get(step.instance)?.memoryPerShard === 8192, `${step.instance} is not resized`);
          demand(
            step.orders.every((order) => own.includes(order)),
            `${step.instance}: orders ${step.orders}`,
          );
        }
        if (nth < audited) {
          await must(['audit', 'verify', `exported/${run}`]);
          await must(['audit', 'replay', `exported/${run}`]);
        }
        const journal = (await exported('journal.jsonl'))
          .trimEnd()
          .split('\n')
          .map((text) => JSON.parse(text) as JournalEntry);
        const starts = journal.filter((entry) => entry.kind === 'run-started');
        const account = ACCOUNTS.find((one) => report.steps[0]!.instance.startsWith(`crs-${one}`))!;
        for (const entry of journal) {
          if (entry.kind !== 'accepted' && entry.kind !== 'refused' && entry.kind !== 'no-answer') continue;
          const at = Date.parse(entry.sentAt);
          sent.set(account, [...(sent.get(account) ?? []), at]);
          if (entry.kind === 'refused' && isLimitCode(entry.code)) refusals.push(at);
        }
        processes += starts.length;
        for (const { pid, at } of deaths) {
          const before = starts.findLast((entry) => Date.parse(entry.at) <= at);
          const next = starts.find((entry) => Date.parse(entry.at) > at);
          const isEnded = journal.some((entry) => entry.kind === 'run-ended' && Date.parse(entry.at) <= at);
          if (before?.by.pid !== pid || isEnded) continue;
          demand(next !== undefined, `${run}: nobody went on after process ${pid} died`);
          takeoverMs = Math.max(takeoverMs ?? 0, Date.parse(next!.at) - at);
        }
      }
      const most = Math.max(...[...sent.values()].map(mostInASecond));
      demand(most <= 20, `${most} orders left within a second`);
      const stalls = stallsIn(simulator.stderr());
      const countedLate = refusals.filter((at) => isCountedLate(at, stalls)).length;
      demand(
        refused === countedLate,
        `${refused} orders arrived as the 21st or later within a second, and the simulator stood still before ${countedLate} of them; by their own times, at most ${most} left in one`,
      );
      const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
      return { orders: Object.keys(orders).length, seconds, most, countedLate, processes, takeoverMs };
    },
    async close(): Promise<void> {
      for (const child of children) {
        child.kill('SIGCONT');
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A row of `refit runs --format json`. */
interface StormRun {
  readonly name: string;
  readonly run: string;
  readonly status: string;
}

/** Starts what breaks. `end` waits for what is still to come and stops it. */
async function makeTrouble(
  kind: Storm,
  field: Field,
): Promise<{ readonly deaths: readonly Death[]; end(): Promise<void> }> {
  const { chance, total, workers, startWorker, orderCount, postgres, database, must } = field;
  const deaths: Death[] = [];
  let isOver = false;
  const atOrder = async (count: number) => {
    while (!isOver && (await orderCount()) < count) await pause(50);
  };
  const going = (work: () => Promise<void>) => {
    const done = work();
    done.catch(() => undefined);
    return {
      deaths,
      async end() {
        isOver = true;
        await done;
      },
    };
  };
  switch (kind) {
    case 'calm':
    case 'twice':
      return going(async () => {});
    case 'kill':
      return going(async () => {
        const names = ['worker-a', 'worker-b', 'worker-c', 'worker-a'].slice(0, field.kills);
        for (const [nth, name] of names.entries()) {
          await atOrder(Math.floor((total * (nth + 1)) / 6));
          const dying = workers.get(name)!;
          // Its replacement strikes itself between an order's answer and the record of it.
          dying.child.kill('SIGKILL');
          deaths.push({ pid: dying.pid, at: Date.now() });
          await dying.ended;
          startWorker(
            name,
            nth === 0 ? struckBy({ kind: 'accepted', nth: chance.whole(1, 20), effect: 'die' }) : {},
          );
        }
      });
    case 'freeze':
      return going(async () => {
        await atOrder(Math.floor(total / 8));
        const struck = startWorker(
          'worker-frozen',
          struckBy({ kind: 'intent', nth: chance.whole(5, 20), effect: 'freeze' }),
        );
        // The other workers end, so that it gets runs.
        for (const name of ['worker-a', 'worker-b']) workers.get(name)!.child.kill('SIGTERM');
        while (!isOver && !struck.stderr().includes('frozen by the test')) await pause(20);
        deaths.push({ pid: struck.pid, at: Date.now() });
        startWorker('worker-a');
        startWorker('worker-b');
        await pause(field.freezeMs);
        struck.child.kill('SIGCONT');
      });
    case 'crash':
      return going(async () => {
        for (const share of [0.2, 0.5]) {
          await atOrder(Math.floor(total * share));
          await postgres.kill();
          await pause(chance.whole(500, 3_000));
          await postgres.start();
        }
      });
    case 'cut':
      return going(async () => {
        const proxy = await startCutProxy(database);
        try {
          workers.get('worker-a')!.child.kill('SIGTERM');
          startWorker('worker-cut', { REFIT_STORE: proxy.url });
          while (!isOver) {
            await pause(chance.whole(500, 4_000));
            proxy.close();
            await pause(chance.whole(0, 4_000));
            proxy.open();
          }
        } finally {
          await proxy.stop();
        }
      });
    case 'restore':
      return going(async () => {
        const file = join(field.folder, 'dump');
        await atOrder(Math.floor(total * 0.3));
        await dump(database, file);
        await atOrder(Math.floor(total * 0.5));
        // Orders that left after the dump are in no record any more.
        for (const worker of workers.values()) worker.child.kill('SIGKILL');
        await Promise.all([...workers.values()].map(({ ended }) => ended));
        await restore(database, file);
        await must(['store', 'restored', '--reason', 'the database was lost']);
        for (const name of ['worker-a', 'worker-b', 'worker-c']) startWorker(name);
      });
    case 'pause':
      return going(async () => {
        await atOrder(Math.floor(total * 0.3));
        const paused: string[] = [];
        for (const { run } of await field.listed())
          if ((await field.refit(['pause', run])).code === 0) paused.push(run);
        const all = (await field.listed()).length === paused.length;
        const before = await orderCount();
        await pause(6_000);
        const during = (await orderCount()) - before;
        demand(during === 0 || !all, `${during} orders left in a pause of 6 s`);
        // A run whose orders had all left may have ended meanwhile.
        for (const run of paused) await field.refit(['continue', run]);
      });
  }
}

/** Preloads a strike into a worker, at an append of its journal. */
function struckBy(strike: { kind: string; nth: number; effect: 'die' | 'freeze' }): Record<string, string> {
  return { NODE_OPTIONS: preload('strike-store.ts'), REFIT_STORE_STRIKE: JSON.stringify(strike) };
}

/** The option that loads a file of this folder into a process before its program. */
function preload(file: string): string {
  return `--import ${pathToFileURL(join(import.meta.dirname, file)).href}`;
}

/**
 * The real provider counts a call when it arrives. A simulator without a processor counts it later, together with others.
 * A nice value counts only among the processes of one session, so the simulator becomes a real-time process. Only root
 * may do this. Without the right, `note-stalls.ts` tells which counts prove nothing.
 */
function preferToAll(pid: number): void {
  const { status } = spawnSync('chrt', ['--all-tasks', '--fifo', '--pid', '1', String(pid)]);
  if (status === 0) return;
  try {
    setPriority(pid, -10);
  } catch {
    // It keeps its priority, and its stalls are noted.
  }
}

/** The largest number of these times within a second. */
function mostInASecond(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let [most, first] = [0, 0];
  for (const [at, time] of sorted.entries()) {
    while (time - sorted[first]! >= 1_000) first++;
    most = Math.max(most, at - first + 1);
  }
  return most;
}

function idOf(account: string, region: string, index: number): string {
  return `crs-${account}${region.slice(3, 5)}${String(index).padStart(5, '0')}`;
}

function demand(isSo: boolean, broken: string): void {
  if (!isSo) throw new Error(broken);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
