/** Use of the request limit, alone and with another client, by the real executor in virtual time. */
import type { LimitCounting } from '../src/simulator/world/request-limit.ts';
import { type Row, rowOf } from './measure.ts';
import { type VirtualRun, virtualRun } from './virtual-run.ts';

const COUNT_METHODS = ['calendar', 'bucket', 'sliding'] as const;
const SEEDS = [1, 2, 3, 4, 5, 6, 7];
const SHARED_SEEDS = [1, 2, 3, 4, 5];
/** Only the request limit bounds these runs. */
const UNBOUND = 10_000;
const MINUTE = 60_000;

/** Targets for each server: share of the rate, percent refused. */
const AT_20 = { calendar: [0.98, 1], bucket: [0.99, 0.1], sliding: [0.95, 1] } as const;
const AT_18 = [0.99, 0.1] as const;

/** 1,000 orders at 20 per second and at the default 18, at servers with each of the three counting methods. */
export async function useOfLimit(seeds: readonly number[] = SEEDS, orders = 1_000): Promise<Row[]> {
  const rows: Row[] = [];
  for (const rate of [20, 18])
    for (const counting of COUNT_METHODS) {
      const runs: VirtualRun[] = [];
      for (const seed of seeds) {
        const run = await virtualRun({
          seed,
          steps: orders,
          inFlight: UNBOUND,
          requestsPerSecond: rate,
          counting,
          duration: () => 2 * MINUTE,
        });
        if (run.exitCode !== 0) throw new Error(`a run of seed ${seed} ended with ${run.exitCode}`);
        runs.push(run);
      }
      const [atLeast, atMost] = rate === 20 ? AT_20[counting] : AT_18;
      const pairs = runs.map((run) => [acceptedPerSecond(run), rate] as const);
      rows.push(
        rowOf(pairs, {
          name: `limit: ${orders.toLocaleString('en-US')} orders at ${rate} a second, ${NAMED[counting]}`,
          unit: 'accepted/s',
          floorName: 'requestsPerSecond',
          reach: { atLeast },
          beside: [{ name: 'refused', value: percentRefused(runs), unit: ' %', atMost }],
        }),
      );
    }
  return rows;
}

/** The seconds between which the other client uses 5 requests per second. */
const STRANGER = [15, 75] as const;
const SETTLED = 10;
const LEFT = 15;

/** The same at 20 per second. For a minute another client uses 5 of them. */
export async function sharing(
  seeds: readonly number[] = SHARED_SEEDS,
  countMethods: readonly LimitCounting[] = COUNT_METHODS,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const counting of countMethods) {
    const pairs: [number, number][] = [];
    const again: [number, number][] = [];
    let [refused, all] = [0, 0];
    for (const seed of seeds) {
      const { accepted, ...run } = await virtualRun({
        seed,
        steps: 1900,
        inFlight: UNBOUND,
        requestsPerSecond: 20,
        counting,
        duration: () => 3 * MINUTE,
        stranger: STRANGER,
      });
      const [from, to] = [STRANGER[0] + SETTLED, STRANGER[1]];
      const settled = between(accepted, from, to);
      pairs.push([settled / (to - from), LEFT]);
      refused += between(run.refused, from, to);
      all += settled + between(run.refused, from, to);
      const back = STRANGER[1] + 2 * SETTLED;
      again.push([between(accepted, back, back + 5) / 5, 20]);
    }
    const name = `sharing: beside a stranger of 5 a second, ${NAMED[counting]}`;
    rows.push(
      rowOf(pairs, {
        name: `${name}: from 10 s on`,
        unit: 'accepted/s',
        floorName: 'the remaining rate',
        reach: { atLeast: 0.95 },
        beside: [{ name: 'refused', value: (100 * refused) / all, unit: ' %', atMost: 2 }],
      }),
      rowOf(again, {
        name: `${name}: 20 s after the stranger has left`,
        unit: 'accepted/s',
        floorName: 'requestsPerSecond',
        reach: { atLeast: 0.95 },
      }),
    );
  }
  return rows;
}

const NAMED = {
  calendar: 'calendar seconds counted',
  bucket: 'a bucket of 20',
  sliding: 'a sliding second',
} as const;

function acceptedPerSecond({ accepted }: VirtualRun): number {
  return (accepted.length - 1) / (accepted.at(-1)! - accepted[0]!);
}

/** Percentage over all runs. */
function percentRefused(runs: readonly VirtualRun[]): number {
  const refused = runs.reduce((sum, run) => sum + run.refused.length, 0);
  const accepted = runs.reduce((sum, run) => sum + run.accepted.length, 0);
  return (100 * refused) / (refused + accepted);
}

function between(times: readonly number[], from: number, to: number): number {
  return times.filter((time) => time >= from && time < to).length;
}
