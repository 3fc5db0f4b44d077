/** Finds what has changed since a plan was sealed: each instance, and the sizes sold for it. Pure. */

import { editionText } from '../../messages/en/quantities.ts';
import { message } from '../../messages/messages.ts';
import {
  type Finding,
  type Instance,
  type Inventory,
  type Message,
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
 * Finds the instances that differ from the plan, and those whose new size is no longer sold. These findings are for
 * reviewers: the run reads every instance again before its order.
 * @param saved the sealed plan. @param file its path, for the command to type. @param now the fleet as it is now.
 */
export function driftedSince(saved: SavedPlan, file: string, now: Inventory): Finding[] {
  const instances = new Map(now.instances.map((one) => [`${one.profile} ${one.id}`, one]));
  const sold = indexOffers(now.catalogue);
  const steps = Map.groupBy(saved.steps, ({ instance }) => instance);
  const command = planAgain(saved, file);
  return saved.preconditions.flatMap((precondition) => {
    const { instance: id, profile } = precondition;
    const own = steps.get(id) ?? [];
    const location = own[0]?.location ?? null;
    const found = instances.get(`${profile} ${id}`) ?? null;
    const drift = driftOf(precondition, found, command);
    if (drift !== null) return [createFinding('Refit.DriftedSince', drift, id, location)];
    const offer = sold(found!);
    const unsold = own.map((step) => notSold(step, offer, found!.zone, command)).find((one) => one !== null);
    return unsold ? [createFinding('Refit.SoldOutSince', unsold, id, location)] : [];
  });
}

/** How an instance differs from the plan; null if it does not. */
function driftOf(was: Precondition, is: Instance | null, command: string): Message | null {
  const id = was.instance;
  if (is === null) return message('drift.gone', { id, command });
  if (!sameSize(was.size, is.size)) return message('drift.size', { id, is: is.size, was: was.size, command });
  if (is.edition !== was.edition)
    return message('drift.edition', { id, is: editionText(is), was: was.edition, command });
  if (is.billing !== was.billing)
    return message('drift.billing', { id, is: is.billing, was: was.billing, command });
  if (is.status !== 'running') return message('drift.status', { id, status: is.status, command });
  if (is.task !== null) return message('drift.task', { id, task: is.task, command });
  if (is.unpaidOrder !== null) return message('drift.order-unpaid', { id, order: is.unpaidOrder, command });
  return null;
}

function notSold(
  { instance: id, change, before, after, edition }: Step,
  offer: Offer | null | 'unknown',
  zone: string,
  command: string,
): Message | null {
  if (offer === 'unknown') return null;
  if (offer === null) return message('drift.nothing-sold', { id, edition, zone, command });
  const grows = totalMemory(after) > totalMemory(before);
  if (grows && (offer.soldOut || offer.zoneSoldOut))
    return message('drift.sold-out', { id, edition: offer.soldOut ? edition : null, zone, command });
  const { dimension, to: value } = change;
  if (offer[dimension].includes(value)) return null;
  return message('drift.value-not-sold', { id, dimension, value, edition, zone, command });
}
