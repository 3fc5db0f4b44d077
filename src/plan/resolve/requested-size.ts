/**
 * From a wish to a number: absolute as it stands, relative from the present size, from what is sold, or from the memory
 * in use (`atLeast: 2x used`).
 */

import { count, formatValue, upTo } from '../../messages/en/format-size.ts';
import type { Dimension, RequestedSize, Size, UsedMemory } from '../../model.ts';
import { usedAfter } from '../../rules/reduction.ts';

/**
 * The number a wish comes to, and, for a relative one, its arithmetic in words.
 * @param present the dimension's present value, MB per shard for memory.
 * @param sold what is sold of the dimension, ascending; null where that is not known or nothing is.
 * @param byUse what a wish by the memory in use comes to; for other wishes it is not looked at.
 * A relative size never turns round: what would come to less than the present is the present. `roundTo: sold` takes
 * the next size sold, or, where that is above `atMost`, the greatest sold up to it. Where nothing sold is large
 * enough the wish stands unrounded, and the rules say so.
 */
export function resolveRequestedSize(
  dimension: Dimension,
  wish: RequestedSize,
  present: number,
  sold: readonly number[] | null,
  byUse: LeastByUse | null = null,
): { readonly to: number; readonly reason: string | null } {
  if (wish.kind === 'absolute') return { to: wish.value, reason: null };
  const say = (value: number) => formatValue(dimension, value);
  const told: string[] = [];

  let wanted = present;
  if (wish.grow !== null && 'percent' in wish.grow) {
    wanted = wholeUp((present * (100 + wish.grow.percent)) / 100);
    told.push(`${say(present)} + ${wish.grow.percent}% = ${say(wanted)}`);
  } else if (wish.grow !== null) {
    wanted = wholeUp(present + wish.grow.amount);
    told.push(`${say(present)} + ${say(wish.grow.amount)} = ${say(wanted)}`);
  }
  if (typeof wish.atLeast === 'number') {
    if (wish.atLeast > wanted) {
      wanted = wholeUp(wish.atLeast);
      told.push(`at least ${say(wanted)}`);
    }
  } else if (wish.atLeast !== null) {
    if (byUse === null) throw new Error('internal error: a size by the memory in use, and it is not known');
    told.push(`at least ${byUse.reason}`);
    wanted = Math.max(wanted, byUse.least);
  }

  const most = wish.atMost ?? Number.POSITIVE_INFINITY;
  // A size that already suffices is left alone, also where it is no longer sold.
  if (wish.roundTo === 'sold' && sold !== null && wanted > present) {
    const next = sold.find((value) => value >= wanted);
    if (next !== undefined && next <= most) {
      if (next !== wanted) told.push(`the next size sold is ${say(next)}`);
      wanted = next;
    } else if (most < Number.POSITIVE_INFINITY) {
      const greatest = sold.findLast((value) => value <= most);
      told.push(
        greatest === undefined
          ? `nothing sold is at most ${say(most)}`
          : `the greatest sold up to ${say(most)} is ${say(greatest)}`,
      );
      wanted = greatest ?? present;
    } else {
      told.push(
        `no size sold is that large${sold.length > 0 ? `, the greatest is ${say(sold.at(-1)!)}` : ''}`,
      );
    }
  } else if (wanted > most) {
    wanted = Math.floor(most);
    told.push(`at most ${say(wanted)}`);
  }

  if (wanted <= present) {
    told.push(
      wanted < present ? `never below the present ${say(present)}` : `the present ${say(present)} suffices`,
    );
    wanted = present;
  }
  return { to: wanted, reason: told.join('; ') };
}

/** A least size by the memory in use, MB per shard, and its arithmetic in words. */
export interface LeastByUse {
  readonly least: number;
  readonly reason: string;
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
    return { least, reason: `${times} x ${used.total}MB in use = ${least}MB` };
  const anew = shards === present.shards ? '' : `, spread over ${count(shards, 'shard')}`;
  return byFullest >= byTotal
    ? { least, reason: `${times} x ${upTo(fullest)}MB in use in the fullest shard${anew} = ${least}MB` }
    : { least, reason: `${times} x ${used.total}MB in use / ${count(shards, 'shard')} = ${least}MB` };
}

// 10 % of 10 must be 11 and 1.1 x 1000 must be 1100, whatever the binary fractions say.
function wholeUp(value: number): number {
  return Math.max(0, Math.ceil(value - 1e-6));
}
