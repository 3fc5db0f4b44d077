/** Does the data still fit after a reduction? */
import type { Change, Instance, UsedMemory } from '../model.ts';
import { onChange, sizeAfter } from './facts.ts';
import { sayMemory, upTo } from './say-size.ts';

/** The room that must stay above the memory in use. Source: facts §1.3.4, read 2026-11. */
export const ROOM = 1.3;

/** True where memory or shards get fewer: what the provider measures against the memory in use. */
export function reduces(change: Change): boolean {
  return change.dimension !== 'replicas' && change.to < change.from;
}

/** Less than 1.3 x the memory in use, in total or in the fullest shard. */
export const dataWouldNotFit = onChange((instance, change) => {
  const used = instance.used;
  if (!reduces(change) || used === null) return null;
  const { memoryPerShard, shards } = sizeAfter(instance.size, change);
  const total = memoryPerShard * shards;
  if (falls(total, used.total)) {
    return {
      what: `${instance.id}: ${sayMemory(total)} in all is less than 1.3 x the ${used.total}MB in use (${atLeast(used.total)}MB), by ${used.source}, read ${used.readAt}`,
      mend: mend(instance, change, used),
    };
  }
  if (used.fullestShard !== null && falls(memoryPerShard, used.fullestShard)) {
    return {
      what: `${instance.id}: ${sayMemory(memoryPerShard)} per shard is less than 1.3 x the ${upTo(used.fullestShard)}MB in use in its fullest shard (${atLeast(used.fullestShard)}MB), by ${used.source}, read ${used.readAt}`,
      mend: mend(instance, change, used),
    };
  }
  return null;
});

/** What to do where the memory in use is not known. */
export const USED_UNKNOWN_MEND =
  'plan against the live fleet, or from refit inventory --used, as an identity that may call GetMonitorData and DescribeInstanceShards';

/** A reduction of an instance whose memory in use is not known, in total or, with several shards, in the fullest. */
export const usedIsUnknown = onChange((instance, change) => {
  if (!reduces(change)) return null;
  const which =
    instance.used === null
      ? 'its memory in use is not known'
      : instance.used.fullestShard === null && instance.size.shards > 1
        ? 'the memory in use in its fullest shard is not known'
        : null;
  return which === null
    ? null
    : {
        what: `${instance.id}: a reduction needs 1.3 x the memory in use, and ${which}`,
        mend: USED_UNKNOWN_MEND,
      };
});

/**
 * Memory in use after a change. With another number of shards the data is spread anew: the fullest shard is
 * taken to keep its lead over the mean. An inference: the provider does not say how it balances.
 */
export function usedAfter(used: UsedMemory | null, change: Change): UsedMemory | null {
  if (used === null || used.fullestShard === null || change.dimension !== 'shards') return used;
  const fullestShard = Math.min(used.total, (used.fullestShard * change.from) / change.to);
  return { ...used, fullestShard };
}

// In tenths, so that 1.3 x 10 is 13 and not 13.000000000000002.
function falls(size: number, used: number): boolean {
  return size * 10 < used * 13;
}

function atLeast(used: number): number {
  return Math.ceil((used * 13) / 10);
}

function mend(instance: Instance, change: Change, used: UsedMemory): string {
  if (change.dimension === 'shards') {
    return `shards: at least ${Math.ceil(atLeast(used.total) / instance.size.memoryPerShard)}, or free memory first`;
  }
  const least = Math.max(
    Math.ceil(atLeast(used.total) / instance.size.shards),
    atLeast(used.fullestShard ?? 0),
  );
  return `memoryPerShard: { atLeast: ${least}MB, roundTo: sold }, or free memory first`;
}
