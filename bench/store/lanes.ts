/** Many lanes at their full rate: workers as processes on one store, with the simulated provider over HTTP. */
import { systemClock } from '../../src/clock.ts';
import type { WorldCounts } from '../../src/simulator/world/world.ts';
import type { Database } from '../../src/store/postgres/database.ts';
import { type Row, rowOf } from '../measure.ts';
import { cpuOf, cpuOfServer } from './cpu-of.ts';
import { type Desk, type Running, withDesk } from './desk.ts';

const RATE = 18;
/** How long the runs order before and after the counted time, milliseconds. */
const MARGIN = 3_000;

export interface LanesSettings {
  readonly lanes?: number;
  readonly workers?: number;
  /** How long each lane orders. */
  readonly seconds?: number;
}

/**
 * Each lane is an account of its own, with one run. Every worker has as many runs as the others. A change takes minutes, as
 * at the real provider, so that all lanes order before the first ends.
 */
export async function storeLanes({
  lanes = 25,
  workers = 5,
  seconds = 50,
}: LanesSettings = {}): Promise<Row> {
  const accounts = Array.from({ length: lanes }, (_, n) => `a${String(n).padStart(2, '0')}`);
  const fleet = Object.fromEntries(accounts.map((name) => [name, RATE * seconds]));
  const times = {
    startLag: [200, 600],
    duration: [120_000, 180_000],
    lockTail: [1_000, 2_000],
  } as const;
  return await withDesk(fleet, times, async (desk) => {
    const cpuOfPostgres = await cpuOfServer(desk.url);
    for (const account of accounts)
      await desk.submit(await desk.plan(account, `{ inFlight: 1000, requestsPerSecond: ${RATE} }`));
    const running = await Promise.all(
      Array.from({ length: workers }, () => desk.worker('--concurrency', String(lanes / workers))),
    );
    const cpu = async () => ({
      workers: cpuOf(running.map(({ pid }) => pid)),
      postgres: cpuOfPostgres(),
      simulator: await desk.simulator.cpu(),
    });
    const samples: Sample[] = [];
    await allEnded(desk, running, async () => void samples.push({ at: systemClock.now(), ...(await cpu()) }));
    await desk.end(...running);
    const refused = await mustBeOrderedOnce(desk, lanes * RATE * seconds);
    const { from, until, slowest } = await rateOfLanes(desk.database);
    const [first, last] = [samples.find(({ at }) => at >= from)!, samples.findLast(({ at }) => at <= until)!];
    const cores = (of: keyof Cpu) => (last[of] - first[of]) / (last.at - first.at);
    return rowOf([[slowest, RATE]], {
      name: `store: the slowest of ${lanes} lanes at ${RATE} orders a second each, ${workers} workers`,
      unit: '/s',
      floorName: 'requestsPerSecond',
      reach: { atLeast: 0.95 },
      beside: [
        { name: 'refused', value: refused, unit: '', atMost: 0 },
        { name: 'workers', value: cores('workers'), unit: ' cores', atMost: 1.4 },
        { name: 'PostgreSQL', value: cores('postgres'), unit: ' cores', atMost: 0.8 },
        // Far from one core, so that the simulator is not the bottleneck.
        { name: 'simulator', value: cores('simulator'), unit: ' cores', atMost: 0.5 },
      ],
    });
  });
}

/** CPU time, milliseconds. */
type Cpu = Readonly<Record<'workers' | 'postgres' | 'simulator', number>>;
type Sample = Cpu & { readonly at: number };

/** Waits until every run has ended well. @param each called about once a second */
async function allEnded(
  { database }: Desk,
  workers: readonly Running[],
  each: () => Promise<void>,
): Promise<void> {
  for (;;) {
    const rows = await database.query<{ state: string; code: number | null; runs: number }>(
      'SELECT state, exit_code AS code, count(*)::int AS runs FROM refit.runs GROUP BY 1, 2',
    );
    await each();
    if (rows.some(({ state, code }) => state === 'stopped' || (code ?? 0) !== 0))
      throw new Error(`${JSON.stringify(rows)}: ${workers.map(({ stderr }) => stderr()).join('\n')}`);
    if (rows.every(({ state }) => state === 'ended')) return;
    await systemClock.sleep(1_000);
  }
}

/** The rate of the slowest lane while all lanes ordered, by the times at which the orders left. */
async function rateOfLanes(
  database: Database,
): Promise<{ readonly from: number; readonly until: number; readonly slowest: number }> {
  const rows = await database.query<{ run: string; at: number }>(
    `SELECT run, (line::jsonb ->> 'sentAt')::timestamptz AS at FROM refit.journal
     WHERE line LIKE '%"kind":"accepted"%' ORDER BY 2`,
  );
  const lanes = [...Map.groupBy(rows, ({ run }) => run).values()].map((orders) => orders.map(({ at }) => at));
  const from = Math.max(...lanes.map((times) => times[0]!)) + MARGIN;
  const until = Math.min(...lanes.map((times) => times.at(-1)!)) - MARGIN;
  if (until <= from) throw new Error('the runs are too short: no moment has all of them at full rate');
  const orders = lanes.map((times) => times.filter((at) => at >= from && at < until).length);
  return { from, until, slowest: (1000 * Math.min(...orders)) / (until - from) };
}

/** @returns how many calls the simulated provider refused because of its limit. */
async function mustBeOrderedOnce({ simulator }: Desk, instances: number): Promise<number> {
  const counts = (await (await fetch(`${simulator.url}/_refit/counts`)).json()) as WorldCounts;
  const orders = Object.values(counts.orders);
  if (orders.length !== instances || orders.some((count) => count !== 1))
    throw new Error(
      `${orders.length} of ${instances} instances ordered, at most ${Math.max(...orders)} times`,
    );
  return Object.values(counts.actions).reduce((sum, { refused }) => sum + refused, 0);
}
