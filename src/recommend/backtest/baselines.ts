/** Other ways to choose sizes, to compare the advice with. They change the memory of a shard only. */
import type { Offer, Size, SizingRules } from '../../model.ts';
import { DAY } from '../../units.ts';
import { cutDemand, rescaleDemand } from '../../usage/cut-demand.ts';
import { lastHours } from '../../usage/demand.ts';
import { statisticOf } from '../../usage/statistic.ts';
import { soldValues } from '../sizes.ts';
import type { Chooser, Replaying } from './replay.ts';

/** What is sold to an instance. */
export type Sold = Offer | null | 'unknown';

/** Each day: the peak of the last 24 hours x 1.3. */
export function lastPeak(offer: Sold): Chooser {
  return ({ demand, size }) => {
    const peak = statisticOf(demand.memory, lastHours(demand, DAY), 'max');
    return peak === null ? null : leastSold(offer, size, peak * 1.3);
  };
}

/** Each day: p95 of the lookback + 15 %, as the best known open tool for containers chooses memory. */
export function percentile(offer: Sold, { over }: SizingRules): Chooser {
  return ({ demand, size }) => {
    const value = statisticOf(demand.memory, lastHours(demand, over), 'p95');
    return value === null ? null : leastSold(offer, size, value * 1.15);
  };
}

/** The least size sold in which all that came in the replayed time stays within a share. @param fit percent. */
export function inHindsight(replaying: Replaying, offer: Sold, fit: number): Size {
  const { demand, start, made, from, until } = replaying;
  const came = rescaleDemand(cutDemand(demand, { from, until }), made, start);
  const peak = statisticOf(came.memory, lastHours(came, until - from), 'max');
  return (peak === null ? null : leastSold(offer, start, (100 * peak) / fit)) ?? start;
}

/** The smallest size sold with so much memory per shard, else the largest one; null: nothing is sold. */
function leastSold(offer: Sold, size: Size, least: number): Size | null {
  const sold = soldValues(offer, 'memoryPerShard');
  const memoryPerShard = sold.find((one) => one >= least) ?? sold.at(-1);
  return memoryPerShard === undefined
    ? null
    : {
        ...size,
        memoryPerShard:
          memoryPerShard >= least ? memoryPerShard : Math.max(memoryPerShard, size.memoryPerShard),
      };
}
