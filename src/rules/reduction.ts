/** Rules about a reduction: whether the data still fits. */
import { upTo } from '../messages/en/format-size.ts';
import { message } from '../messages/messages.ts';
import type { Change, Size, UsedMemory } from '../model.ts';
import { onChange, sizeAfter } from './facts.ts';

/** True if memory or shards shrink. The provider compares these with the memory in use. */
export function reduces(change: Change): boolean {
  return change.dimension !== 'replicas' && change.to < change.from;
}

/** The size is less than 1.3 x the memory in use, in total or in the fullest shard. Source: docs/provider.md P14, P15. */
export const dataWouldNotFit = onChange((instance, change) => {
  const { id, size, used } = instance;
  if (!reduces(change) || used === null) return null;
  const short = shortOfMemory(sizeAfter(size, change), used);
  if (short === null) return null;
  const { source, readAt } = used;
  return message('rule.data-would-not-fit', {
    id,
    ...short,
    source,
    readAt,
    atLeast: leastThatFits(size, change, used),
  });
});

/** The comparison that fails, MB: the capacity of a size and 1.3 x the memory in use; null if the data fits. */
export function shortOfMemory(
  { memoryPerShard, shards }: Size,
  used: UsedMemory,
): {
  /** Whether the fullest shard is compared, not the whole instance. */
  readonly fullest: boolean;
  readonly size: number;
  readonly used: number;
  readonly needed: number;
} | null {
  const total = memoryPerShard * shards;
  if (isBelow(total, used.total))
    return { fullest: false, size: total, used: used.total, needed: required(used.total) };
  const fullest = used.fullestShard ?? 0;
  if (isBelow(memoryPerShard, fullest))
    return { fullest: true, size: memoryPerShard, used: upTo(fullest), needed: required(fullest) };
  return null;
}

/** A reduction needs the memory in use, and it is not known. With several shards, that of the fullest is needed too. */
export const usedIsUnknown = onChange(({ id, used, size }, change) => {
  if (!reduces(change) || (used !== null && (used.fullestShard !== null || size.shards <= 1))) return null;
  return message('rule.used-unknown', { id, fullest: used !== null });
});

/**
 * The memory in use after a change. If the number of shards changes, Refit assumes that the fullest shard stays fuller
 * than the mean by the same factor. This is an inference: the provider does not say how it balances data.
 */
export function usedAfter(used: UsedMemory | null, change: Change): UsedMemory | null {
  if (used === null || used.fullestShard === null || change.dimension !== 'shards') return used;
  const fullestShard = Math.min(used.total, (used.fullestShard * change.from) / change.to);
  return { ...used, fullestShard };
}

// Counts in tenths, so that 1.3 x 10 is 13 and not 13.000000000000002.
function isBelow(size: number, used: number): boolean {
  return size * 10 < used * 13;
}

function required(used: number): number {
  return Math.ceil((used * 13) / 10);
}

/** The smallest value of the dimension that holds the data. */
function leastThatFits(size: Size, { dimension }: Change, used: UsedMemory) {
  if (dimension === 'shards')
    return { dimension, value: Math.ceil(required(used.total) / size.memoryPerShard) } as const;
  const value = Math.max(Math.ceil(required(used.total) / size.shards), required(used.fullestShard ?? 0));
  return { dimension: 'memoryPerShard', value } as const;
}
