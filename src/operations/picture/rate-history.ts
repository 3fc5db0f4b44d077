/** How many orders a run sent over its time, in flat memory. */
import type { JournalEntry } from '../../model.ts';
import { SECOND } from '../../units.ts';

/** Orders that the provider accepted, by time. */
export interface RateHistory {
  /** When the first bucket starts, ms since 1970 UTC; null: no order yet. */
  readonly from: number | null;
  /** The length of a bucket, milliseconds. */
  readonly bucket: number;
  /** Accepted orders in each bucket, without gaps. */
  readonly counts: readonly number[];
}

/** With more buckets, each two become one: 1 s, 2 s, 4 s … */
const MOST_BUCKETS = 240;

/** Counts accepted orders by the time they were sent. */
export function gatherRate(): { add(entry: JournalEntry): void; history(): RateHistory } {
  let from: number | null = null;
  let bucket = SECOND;
  let counts: number[] = [];
  const placeOf = (at: number): number => Math.max(0, Math.floor((at - (from ?? at)) / bucket));
  return {
    add(entry) {
      if (entry.kind !== 'accepted') return;
      const at = Date.parse(entry.sentAt);
      from ??= Math.floor(at / SECOND) * SECOND;
      while (placeOf(at) >= MOST_BUCKETS) {
        bucket *= 2;
        counts = halved(counts);
      }
      const place = placeOf(at);
      while (counts.length <= place) counts.push(0);
      counts[place]! += 1;
    },
    history: () => ({ from, bucket, counts: [...counts] }),
  };
}

/** Each two become one: `[1, 2, 3]` becomes `[3, 3]`. */
function halved(counts: readonly number[]): number[] {
  const half: number[] = [];
  for (let at = 0; at < counts.length; at += 2) half.push(counts[at]! + (counts[at + 1] ?? 0));
  return half;
}
