/**
 * Resolves a requested size to a number: absolute, relative to the present size, to the sizes sold, or to the memory in
 * use (`atLeast: 2x used`).
 */

import { message } from '../../messages/messages.ts';
import type { Dimension, Message, RequestedSize, Size, SizeByUse, UsedMemory } from '../../model.ts';
import { usedAfter } from '../../rules/reduction.ts';
import { joinReasons } from './join-reasons.ts';

/**
 * Resolves a requested size to a number. A relative size also gets its arithmetic as the reason.
 * @param present the dimension's present value, MB per shard for memory.
 * @param sold the values sold for the dimension, ascending; null if unknown or none.
 * @param byUse the least size by the memory in use; ignored for other requests.
 *
 * A relative size never shrinks: if the result is below the present size, the present size stays. `roundTo: sold` takes
 * the next size sold. If that is above `atMost`, it takes the largest size sold up to `atMost`. If no size sold is large
 * enough, the size stays unrounded, and the rules refuse it.
 */
export function resolveRequestedSize(
  dimension: Dimension,
  requested: Exclude<RequestedSize, SizeByUse>,
  present: number,
  sold: readonly number[] | null,
  byUse: LeastByUse | null = null,
): { readonly to: number; readonly reason: Message | null } {
  if (requested.kind === 'absolute') return { to: requested.value, reason: null };
  const { grow, atLeast, roundTo } = requested;
  const reasons: Message[] = [];

  let wanted = present;
  if (grow !== null && 'percent' in grow) {
    const { percent } = grow;
    wanted = wholeUp((present * (100 + percent)) / 100);
    reasons.push(message('reason.grow-by-percent', { dimension, from: present, percent, to: wanted }));
  } else if (grow !== null) {
    const { amount } = grow;
    wanted = wholeUp(present + amount);
    reasons.push(message('reason.grow-by-amount', { dimension, from: present, amount, to: wanted }));
  }
  if (typeof atLeast === 'number') {
    if (atLeast > wanted) {
      wanted = wholeUp(atLeast);
      reasons.push(message('reason.at-least', { dimension, value: wanted }));
    }
  } else if (atLeast !== null) {
    if (byUse === null) throw new Error('internal error: a size by the memory in use, and it is not known');
    reasons.push(byUse.reason);
    wanted = Math.max(wanted, byUse.least);
  }

  const most = requested.atMost ?? Number.POSITIVE_INFINITY;
  // A size that is already enough stays, even if it is no longer sold.
  if (roundTo === 'sold' && sold !== null && wanted > present) {
    const next = sold.find((value) => value >= wanted);
    if (next !== undefined && next <= most) {
      if (next !== wanted) reasons.push(message('reason.next-size-sold', { dimension, value: next }));
      wanted = next;
    } else if (most < Number.POSITIVE_INFINITY) {
      const value = sold.findLast((one) => one <= most);
      reasons.push(
        value === undefined
          ? message('reason.nothing-sold-up-to', { dimension, most })
          : message('reason.largest-sold-up-to', { dimension, most, value }),
      );
      wanted = value ?? present;
    } else {
      reasons.push(message('reason.nothing-sold-large-enough', { dimension, largest: sold.at(-1) ?? null }));
    }
  } else if (wanted > most) {
    wanted = Math.floor(most);
    reasons.push(message('reason.at-most', { dimension, value: wanted }));
  }

  if (wanted <= present) {
    reasons.push(
      wanted < present
        ? message('reason.never-below-present', { dimension, value: present })
        : message('reason.present-suffices', { dimension, value: present }),
    );
    wanted = present;
  }
  return { to: wanted, reason: joinReasons(...reasons) };
}

/** The least size by the memory in use, MB per shard, with its arithmetic. */
export interface LeastByUse {
  readonly least: number;
  readonly reason: Message;
}

/**
 * The memory per shard that holds `times` the memory in use, in total and in the fullest shard. Usually the fullest shard
 * decides. If the number of shards changes, Refit assumes that the fullest shard stays fuller by the same factor.
 * @param shards the number of shards that the target will have. @param used null if it was not read.
 * @returns null if the memory in use is not known, in total or, with several shards, in the fullest one.
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
  const fullestShard = usedAfter({ ...used, fullestShard: known }, spread)!.fullestShard!;
  const byFullest = wholeUp(times * fullestShard);
  const byTotal = wholeUp((times * used.total) / shards);
  const least = Math.max(byFullest, byTotal);
  const single = present.shards === 1 && shards === 1;
  const fullest = !single && byFullest >= byTotal;
  return {
    least,
    reason: message('reason.at-least-times-used', {
      times,
      used: fullest ? fullestShard : used.total,
      fullest,
      shards: single || (fullest && shards === present.shards) ? null : shards,
      least,
    }),
  };
}

// The tolerance makes 10% more than 10 be 11, and 1.1 x 1000 be 1100, despite binary fractions.
function wholeUp(value: number): number {
  return Math.max(0, Math.ceil(value - 1e-6));
}
