/** The least memory per shard by the memory in use: `atLeast: 2x used`. */
import type { Size, UsedMemory } from '../../model.ts';
import { usedAfter } from '../../rules/reduction.ts';
import { count, upTo } from '../../rules/say-size.ts';

/** A least size by the memory in use, MB per shard, and its arithmetic in words. */
export interface LeastByUse {
  readonly least: number;
  readonly because: string;
}

/**
 * Room for `times` what is in use, in all and in the fullest shard: the fullest one decides as a rule. With another
 * number of shards the data is spread anew, the fullest shard keeping its lead over the mean.
 * @param shards the number of shards that the target is to have. @param used null where it has not been read.
 * @returns null where the memory in use is not known, in all or, with several shards, in the fullest.
 */
export function leastByUse(
  times: number,
  used: UsedMemory | null,
  present: Size,
  shards: number,
): LeastByUse | null {
  const known = used?.fullestShard ?? (present.shards === 1 ? used?.total : null);
  if (used === null || known === null || known === undefined) return null;
  const spread = { dimension: 'shards', from: present.shards, to: shards } as const;
  const fullest = usedAfter({ ...used, fullestShard: known }, spread)!.fullestShard!;
  const byFullest = wholeUp(times * fullest);
  const byTotal = wholeUp((times * used.total) / shards);
  const least = Math.max(byFullest, byTotal);
  if (present.shards === 1 && shards === 1)
    return { least, because: `${times} x ${used.total}MB in use = ${least}MB` };
  const anew = shards === present.shards ? '' : `, spread over ${count(shards, 'shard')}`;
  return byFullest >= byTotal
    ? { least, because: `${times} x ${upTo(fullest)}MB in use in the fullest shard${anew} = ${least}MB` }
    : { least, because: `${times} x ${used.total}MB in use / ${count(shards, 'shard')} = ${least}MB` };
}

// 1.1 x 1000 must be 1100, whatever the binary fractions say.
function wholeUp(value: number): number {
  return Math.max(0, Math.ceil(value - 1e-6));
}
