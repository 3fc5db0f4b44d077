/** The sizes sold, and shares of them. */
import type { Dimension, Offer, Size } from '../model.ts';

/** The values sold for a dimension, ascending; empty if nothing is known. */
export function soldValues(offer: Offer | null | 'unknown', dimension: Dimension): readonly number[] {
  return offer === null || offer === 'unknown' ? [] : offer[dimension];
}

/** The next value sold below and above a value; null without one. */
export function nextTo(sold: readonly number[], value: number) {
  return {
    smaller: sold.findLast((one) => one < value) ?? null,
    larger: sold.find((one) => one > value) ?? null,
  };
}

/** MB of the fullest shard as a share of a size, percent. @param present the size that the need is for. */
export function memoryShare(need: number, present: Size, size: Size): number {
  return (100 * need * present.shards) / (size.shards * size.memoryPerShard);
}
