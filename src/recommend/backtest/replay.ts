/**
 * Replays a strategy day by day. It sees what an operator would have seen: memory up to the size that the strategy gave, and
 * evictions where the data had no room. What it says at the end of a day is done immediately.
 *
 *   day        1        2        3
 *   needed    60 MB    90 MB   120 MB
 *   size     100 MB   100 MB   100 MB      in the third day it needs more than it has
 *   seen      60 MB    90 MB   100 MB      the advice of day 4 starts from this
 */
import { type ObservedChange, type Size, sameSize } from '../../model.ts';
import { DAY, HOUR } from '../../units.ts';
import { cutDemand, type LimitsOf, rescaleDemand } from '../../usage/cut-demand.ts';
import type { Demand } from '../../usage/demand.ts';
import type { Timeline } from './outcome.ts';

/** The need of an instance over the lookback and the replayed time. */
export interface Replaying {
  /** For the size `made`. It may begin before the lookback. */
  readonly demand: Demand;
  readonly made: Size;
  /** The size at the start of the replayed time. */
  readonly start: Size;
  /** The replayed time, milliseconds since 1970 UTC. Whole hours. */
  readonly from: number;
  readonly until: number;
  /** True: without room it evicts keys. False: it refuses writes. */
  readonly evicts: boolean;
  /** What sizes allow; null: not known. */
  readonly limitsOf: LimitsOf | null;
}

/** What a strategy knows on a day. */
export interface DayView {
  /** Up to now, as if it always had the size of now. It ends at the present hour. */
  readonly demand: Demand;
  readonly size: Size;
}

/** Says the size of an instance; null: it stays. */
export type Chooser = (view: DayView) => Size | null;

const HOURS = DAY / HOUR;

/**
 * The sizes that a strategy gives an instance. Days begin at the start; the first advice comes at the start, the last one 24
 * hours before the end at the latest.
 * @param lookback how much history the strategy sees, milliseconds.
 */
export function replay(replaying: Replaying, lookback: number, choose: Chooser): Timeline {
  const { demand, made, from, until, limitsOf } = replaying;
  const seen = {
    ...demand,
    memory: demand.memory.slice(),
    evicted: demand.evicted.slice(),
    throttled: demand.throttled.slice(),
    // What really changed later did not change here.
    changes: demand.changes.filter(({ by }) => by <= from),
  };
  const timeline: { hour: number; size: Size }[] = [{ hour: 0, size: replaying.start }];
  let size = replaying.start;
  for (let hour = 0; hour * HOUR < until - from; hour += HOURS) {
    const now = from + hour * HOUR;
    const view = cutDemand(seen, { from: now - lookback, until: now });
    const chosen = choose({ demand: rescaleDemand(view, made, size, limitsOf), size });
    if (chosen !== null && !sameSize(chosen, size)) {
      seen.changes.push(changeAt(now, size, chosen));
      forgetCounts(seen, now);
      if (hour === 0) timeline.pop();
      timeline.push({ hour, size: chosen });
      size = chosen;
    }
    seeDay(seen, replaying, { size, now });
  }
  return timeline;
}

function changeAt(now: number, from: Size, to: Size): ObservedChange {
  return { after: now, by: now, from, to };
}

/** Counts of another size say nothing about the size of now. */
function forgetCounts({ from, evicted, throttled }: Demand, now: number): void {
  const end = Math.max(0, (now - from) / HOUR);
  evicted.fill(Number.NaN, 0, end);
  throttled.fill(Number.NaN, 0, end);
}

/** What is seen of the next 24 hours: no more memory than there is, and evictions instead. */
function seeDay(
  { from, memory, evicted }: Demand,
  { made, evicts }: Replaying,
  { size, now }: { readonly size: Size; readonly now: number },
): void {
  const first = (now - from) / HOUR;
  const most = (size.memoryPerShard * size.shards) / made.shards;
  const isSmaller = size.memoryPerShard * size.shards < made.memoryPerShard * made.shards;
  for (let hour = first; hour < first + HOURS; hour++) {
    if (Number.isNaN(memory[hour])) continue;
    if (!(memory[hour]! > most)) {
      // A larger size may have had room for them.
      if (!isSmaller && !sameTotal(size, made)) evicted[hour] = 0;
      continue;
    }
    memory[hour] = most;
    if (evicts && !(evicted[hour]! > 0)) evicted[hour] = 1;
  }
}

function sameTotal(a: Size, b: Size): boolean {
  return a.memoryPerShard * a.shards === b.memoryPerShard * b.shards;
}
