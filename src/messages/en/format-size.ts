/** Formats values and changes as a plan file writes them, and memory in use as tables show it. */

import type { Change, Dimension, Threshold, UsedMemory } from '../../model.ts';
import { GIGABYTE } from '../../units.ts';
import { memory } from './quantities.ts';

/** Memory as a plan file writes it: `4GB`, `256MB`, `1.5GB` never (1536MB). @param mb MB, 1,024-based. */
export function formatMemory(mb: number): string {
  return mb !== 0 && mb % GIGABYTE === 0 ? `${mb / GIGABYTE}GB` : `${mb}MB`;
}

/** A value of a dimension as a plan file writes it. */
export function formatValue(dimension: Dimension, value: number): string {
  return dimension === 'memoryPerShard' ? formatMemory(value) : String(value);
}

/** A change: `memoryPerShard 4GB -> 8GB`. */
export function formatChange(change: Change): string {
  return `${change.dimension} ${formatValue(change.dimension, change.from)} -> ${formatValue(change.dimension, change.to)}`;
}

/** Memory in use, MB to two decimals, rounded up: it is read to the byte. */
export function upTo(mb: number): number {
  return Math.ceil(mb * 100 - 1e-6) / 100;
}

/** Memory in use, with its source and time. A reviewer needs both to judge a size that depends on it. */
export function formatUsed({ total, fullestShard, source, readAt }: UsedMemory): string {
  const fullest =
    fullestShard === null || fullestShard === total
      ? ''
      : `, ${memory(upTo(fullestShard))} in the fullest shard`;
  return `in use ${memory(total)}${fullest} (${source}, read ${readAt.replace(/\.\d+Z$/, 'Z')})`;
}

/** A number and its noun: `1 shard`, `3 shards`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A threshold as a plan file writes it: `> 2`, `<= 40% of run`. */
export function formatThreshold({ operator, value, base }: Threshold): string {
  return base === 'count' ? `${operator} ${value}` : `${operator} ${value}% of ${base}`;
}
