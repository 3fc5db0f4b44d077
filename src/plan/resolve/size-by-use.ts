/**
 * Sizes from the history of use: the smallest size sold in which a figure is at most a share of what the size allows.
 *
 *   memoryPerShard  need = figure x present memory of a shard; in other shards: x present shards / new shards
 *   shards          present shards x figure / fit
 *   replicas        nodes that serve reads = 1 + replicas: (1 + present replicas) x figure / fit - 1
 *
 * Example: the fullest of 4 shards of 4 GB was 91 % full. With `fit: 65%` it needs 3,727 MB / 0.65 = 5,734 MB, so 6 GB.
 * More shards share the load as the present ones do: the fullest one stays fuller by the same factor.
 */
import { message } from '../../messages/messages.ts';
import type { Dimension, KnownFigure, Message, Size, SizeByUse } from '../../model.ts';
import { joinReasons } from './join-reasons.ts';

/** What an instance has, and what else the target changes. */
export interface FitFor {
  readonly dimension: Dimension;
  readonly present: Size;
  /** The size in the other dimensions after the change. */
  readonly beside: Size;
  /** The values sold for the dimension, ascending; null if unknown or none. */
  readonly sold: readonly number[] | null;
}

/**
 * @param figure the answer to the question of the request.
 * @returns the size, with its arithmetic. If no size sold is large enough, the size stays unrounded, and the rules refuse it.
 */
export function sizeByUse(
  { question: { of }, fit, atLeast, atMost }: SizeByUse,
  figure: KnownFigure,
  { dimension, present, beside, sold }: FitFor,
): { readonly to: number; readonly reason: Message } {
  const needed = neededFor(figure, fit, { dimension, present, beside });
  const { statistic, over, value, found, hours } = figure;
  const reasons = [
    message('reason.fits-use', {
      ...{ dimension, of, statistic, over, value, found, hours, fit, needed },
      size: present,
      shards: beside.shards,
    }),
  ];
  let wanted = needed;
  if (atLeast !== null && atLeast > wanted) {
    wanted = atLeast;
    reasons.push(message('reason.at-least', { dimension, value: wanted }));
  }
  const most = atMost ?? Number.POSITIVE_INFINITY;
  const now = present[dimension];
  const next = sold?.find((value) => value >= wanted);
  if (now >= wanted && now <= most && (next === undefined || next >= now)) {
    // A size that is already right stays, even if it is no longer sold.
    if (wanted !== now) reasons.push(message('reason.present-suffices', { dimension, value: now }));
    wanted = now;
  } else if (sold === null) {
    wanted = Math.min(wanted, most);
  } else if (next !== undefined && next <= most) {
    if (next !== wanted) reasons.push(message('reason.next-size-sold', { dimension, value: next }));
    wanted = next;
  } else if (most < Number.POSITIVE_INFINITY) {
    const value = sold.findLast((one) => one <= most);
    reasons.push(
      value === undefined
        ? message('reason.nothing-sold-up-to', { dimension, most })
        : message('reason.largest-sold-up-to', { dimension, most, value }),
    );
    // Too small already: `atMost` makes it no smaller.
    if (value === undefined || value < now)
      reasons.push(message('reason.never-below-present', { dimension, value: now }));
    wanted = Math.max(value ?? now, now);
  } else {
    reasons.push(message('reason.nothing-sold-large-enough', { dimension, largest: sold.at(-1) ?? null }));
  }
  return { to: wanted, reason: joinReasons(...reasons)! };
}

/** The least value that fits: MB of a shard, or a number. @param fit percent. */
export function neededFor(
  { of, value }: Pick<KnownFigure, 'of' | 'value'>,
  fit: number,
  { dimension, present, beside }: Omit<FitFor, 'sold'>,
): number {
  const load = value / fit;
  if (dimension === 'memoryPerShard')
    return atLeast(1, (load * present.memoryPerShard * present.shards) / beside.shards);
  if (dimension === 'replicas') return atLeast(1, load * (1 + present.replicas)) - 1;
  const memory = of === 'memory' ? present.memoryPerShard / beside.memoryPerShard : 1;
  return atLeast(1, load * present.shards * memory);
}

// The tolerance hides the noise of binary fractions.
function atLeast(least: number, value: number): number {
  return Math.max(least, Math.ceil(value - 1e-6));
}
