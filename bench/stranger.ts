/**
 * Another client of the same request limit, and the best that a client with one constant rate reaches beside it. Times are
 * seconds since the start of a run. A seed always gives the same calls.
 */

import { seededRandom } from '../src/simulator/world/random.ts';
import { createRequestLimit, type LimitCounting } from '../src/simulator/world/request-limit.ts';

const MEDIAN_TRIP_MS = 25;
const SIGMA = 0.6;

/** The network between a client and the provider. */
export function networkOf(seed: number) {
  const chance = seededRandom(seed ^ 0x62656e63);
  const normal = () => Math.sqrt(-2 * Math.log(1 - chance.next())) * Math.cos(2 * Math.PI * chance.next());
  /** Half a round trip, ms. */
  const halfTrip = () => (MEDIAN_TRIP_MS / 2) * Math.exp(SIGMA * normal());
  return { chance, normal, halfTrip };
}

/** A client that calls between two moments. */
export interface Stranger {
  readonly from: number;
  readonly to: number;
  readonly perSecond: number;
  /** `random`: the pauses are exponential, so that the calls are a Poisson process. */
  readonly pauses: 'even' | 'random';
}

/** When the calls of a stranger arrive, ascending. */
export function arrivalsOf({ from, to, perSecond, pauses }: Stranger, seed: number): number[] {
  const { chance, halfTrip } = networkOf(seed * 7919 + 13);
  const arrivals: number[] = [];
  for (let at = from; at < to; at += (pauses === 'even' ? 1 : -Math.log(1 - chance.next())) / perSecond)
    arrivals.push(at + halfTrip() / 1000);
  return arrivals.sort((a, b) => a - b);
}

/** A client with evenly spaced calls beside the same stranger. */
interface Constant {
  /** Calls a second. */
  readonly rate: number;
  /** Accepted calls a second, for each seed. */
  readonly accepted: readonly number[];
  readonly percentRefused: number;
}

/** The client with the highest constant rate of which the limit refuses less than `atMostPercent`, over all seeds. */
export function highestConstant(
  stranger: Stranger,
  { counting, seeds, settled }: { counting: LimitCounting; seeds: readonly number[]; settled: number },
  atMostPercent: number,
): Constant {
  let [low, high] = [1, 20];
  while (high - low > 0.01) {
    const rate = (low + high) / 2;
    if (constant(rate, stranger, { counting, seeds, settled }).percentRefused < atMostPercent) low = rate;
    else high = rate;
  }
  return constant(low, stranger, { counting, seeds, settled });
}

function constant(
  rate: number,
  stranger: Stranger,
  { counting, seeds, settled }: { counting: LimitCounting; seeds: readonly number[]; settled: number },
): Constant {
  let refused = 0;
  const seconds = stranger.to - stranger.from - settled;
  const accepted = seeds.map((seed) => {
    const { chance, halfTrip } = networkOf(seed);
    const start = chance.whole(0, 999);
    const calls = arrivalsOf(stranger, seed).map((at) => ({ at, isOwn: false }));
    for (let at = stranger.from; at < stranger.to; at += 1 / rate)
      calls.push({ at: at + halfTrip() / 1000, isOwn: true });
    calls.sort((a, b) => a.at - b.at);
    const limit = createRequestLimit(counting, () => 20);
    let passed = 0;
    for (const { at, isOwn } of calls) {
      const isRefused = limit.arrive('owner', 'order', start + at * 1000) !== null;
      if (!isOwn || at < stranger.from + settled || at >= stranger.to) continue;
      if (isRefused) refused += 1;
      else passed += 1;
    }
    return passed / seconds;
  });
  const all = refused + accepted.reduce((sum, one) => sum + one * seconds, 0);
  return { rate, accepted, percentRefused: (100 * refused) / all };
}
