/** What has changed since a plan was sealed: each instance and what is sold for it, as they are now. Pure. */

import { formatSize, formatValue } from '../../messages/en/format-size.ts';
import {
  type Finding,
  type Instance,
  type Inventory,
  type Offer,
  type Precondition,
  type SavedPlan,
  type Step,
  sameSize,
  totalMemory,
} from '../../model.ts';
import { planAgain } from '../../next-command.ts';
import { createFinding } from '../../rules/check.ts';
import { indexOffers } from '../../rules/is-sold.ts';

/**
 * A finding for each instance that is no longer as the plan wants it, and for each step that asks for what is no
 * longer sold. The executor looks again by itself: this is for who reviews.
 * @param saved the sealed plan. @param file where it lies, for the command to type. @param now the fleet as it is.
 */
export function driftedSince(saved: SavedPlan, file: string, now: Inventory): Finding[] {
  const instances = new Map(now.instances.map((one) => [`${one.profile} ${one.id}`, one]));
  const sold = indexOffers(now.catalogue);
  const steps = Map.groupBy(saved.steps, ({ instance }) => instance);
  const fix = planAgain(saved, file);
  return saved.preconditions.flatMap((precondition) => {
    const { instance: id, profile } = precondition;
    const own = steps.get(id) ?? [];
    const place = own[0]?.location ?? null;
    const found = instances.get(`${profile} ${id}`) ?? null;
    const drift = driftOf(precondition, found);
    if (drift !== null)
      return [createFinding('Refit.DriftedSince', { message: `${id} ${drift}`, fix }, id, place)];
    const offer = sold(found!);
    const short = own.map((step) => notSold(step, offer)).find((one) => one !== null);
    if (!short) return [];
    return [
      createFinding('Refit.SoldOutSince', { message: `${id}: ${short} in ${found!.zone}`, fix }, id, place),
    ];
  });
}

/** In words how it differs; null where it is as it was. */
function driftOf(was: Precondition, is: Instance | null): string | null {
  if (is === null) return 'is no longer there, or not to be seen with these keys';
  if (!sameSize(was.size, is.size)) return `is ${formatSize(is.size)} now, and was ${formatSize(was.size)}`;
  if (is.edition !== was.edition) return `is of edition ${is.edition} now, and was ${was.edition}`;
  if (is.billing !== was.billing) return `is ${is.billing} now, and was ${was.billing}`;
  if (is.status !== 'running') return `is ${is.status} now, not running`;
  if (is.task !== null) return `is as it was, and ${is.task}`;
  if (is.unpaidOrder !== null) return `is as it was, and order ${is.unpaidOrder} for it waits to be paid`;
  return null;
}

function notSold({ change, before, after, edition }: Step, offer: Offer | null | 'unknown'): string | null {
  if (offer === 'unknown') return null;
  if (offer === null) return `nothing is sold for ${edition}`;
  const grows = totalMemory(after) > totalMemory(before);
  if (grows && offer.soldOut) return `${edition} is sold out`;
  if (grows && offer.zoneSoldOut) return 'everything is sold out';
  if (offer[change.dimension].includes(change.to)) return null;
  return `${change.dimension} ${formatValue(change.dimension, change.to)} is no longer sold for ${edition}`;
}
