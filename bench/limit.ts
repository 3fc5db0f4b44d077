/** Use of the request limit, alone and with another client, by the real executor in virtual time. */
import type { LimitCounting } from '../src/simulator/world/request-limit.ts';
import { type Row, rowOf } from './measure.ts';
import { highestConstant, type Stranger } from './stranger.ts';
import { type VirtualRun, virtualRun } from './virtual-run.ts';

const COUNT_METHODS = ['calendar', 'bucket', 'sliding'] as const;
const SEEDS = [1, 2, 3, 4, 5, 6, 7];
const SHARED_SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
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

/** The other client: 5 requests per second for a minute. */
const STRANGER = { from: 15, to: 75, perSecond: 5 } as const;
const SETTLED = 10;
const LEFT = 15;
const AT_MOST_REFUSED = 2;

/** The same at 20 per second. For a minute another client uses 5 of them, evenly or at random. */
export async function sharing(
  seeds: readonly number[] = SHARED_SEEDS,
  countMethods: readonly LimitCounting[] = COUNT_METHODS,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const pauses of ['even', 'random'] as const)
    for (const counting of countMethods) {
      const stranger = { ...STRANGER, pauses };
      const found =
        pauses === 'random'
          ? highestConstant(stranger, { counting, seeds, settled: SETTLED }, AT_MOST_REFUSED)
          : null;
      const { settled, again, percentRefused: refused } = await beside(stranger, counting, seeds);
      const name = `sharing: beside a stranger of 5 a second${found ? ' at random' : ''}, ${NAMED[counting]}`;
      rows.push(
        rowOf(
          settled.map((rate, n) => [rate, found?.accepted[n] ?? LEFT]),
          {
            name: `${name}: from 10 s on`,
            unit: 'accepted/s',
            floorName: found
              ? `the highest constant rate below 2 % refused: ${found.rate.toFixed(1)} sent/s`
              : 'the remaining rate',
            reach: { atLeast: found ? 0.97 : 0.95 },
            beside: [{ name: 'refused', value: refused, unit: ' %', atMost: AT_MOST_REFUSED }],
          },
        ),
        rowOf(
          again.map((rate) => [rate, 20]),
          {
            name: `${name}: 20 s after the stranger has left`,
            unit: 'accepted/s',
            floorName: 'requestsPerSecond',
            reach: { atLeast: 0.95 },
          },
        ),
      );
    }
  return rows;
}

/** Whole runs beside a stranger: accepted orders a second when settled, and after it has left, for each seed. */
async function beside(stranger: Stranger, counting: LimitCounting, seeds: readonly number[]) {
  const [from, to] = [stranger.from + SETTLED, stranger.to];
  const back = stranger.to + 2 * SETTLED;
  const [settled, again]: [number[], number[]] = [[], []];
  let refused = 0;
  for (const seed of seeds) {
    const run = await virtualRun({
      seed,
      steps: 1900,
      inFlight: UNBOUND,
      requestsPerSecond: 20,
      counting,
      duration: () => 3 * MINUTE,
      stranger,
    });
    settled.push(between(run.accepted, from, to) / (to - from));
    again.push(between(run.accepted, back, back + 5) / 5);
    refused += between(run.refused, from, to);
  }
  const all = refused + settled.reduce((sum, rate) => sum + rate * (to - from), 0);
  return { settled, again, percentRefused: (100 * refused) / all };
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
