/** Rules about the catalogue: whether the size is sold, and whether there is stock. Only the changed dimension counts. */
import { message } from '../messages/messages.ts';
import {
  type Catalogue,
  type Change,
  type Instance,
  type Message,
  type Offer,
  totalMemory,
} from '../model.ts';
import { GIGABYTE } from '../units.ts';
import { onChange, sizeAfter } from './facts.ts';

/** The largest memory x shards of one instance, in MB: 8 TB. Source: docs/provider.md P130. */
const MAX_CAPACITY = 8 * 1024 * GIGABYTE;

/** Finds the offer for an instance by zone, edition and billing mode. `unknown` if the catalogue is empty. */
export type SoldFor = (instance: Instance) => Offer | null | 'unknown';

/** Indexes a catalogue, and merges repeated entries for one key. */
export function indexOffers(catalogue: Catalogue): SoldFor {
  const offers = new Map<string, Offer>();
  for (const offer of catalogue.offers) {
    const key = `${offer.region} ${offer.zone} ${offer.edition} ${offer.billing}`;
    const other = offers.get(key);
    offers.set(key, other ? merge(other, offer) : offer);
  }
  return (instance) => {
    if (offers.size === 0 || instance.edition === 'unrecognised') return 'unknown';
    return offers.get(`${instance.region} ${instance.zone} ${instance.edition} ${instance.billing}`) ?? null;
  };
}

function merge(a: Offer, b: Offer): Offer {
  const both = (x: readonly number[], y: readonly number[]) =>
    [...new Set([...x, ...y])].sort((p, q) => p - q);
  return {
    ...a,
    memoryPerShard: both(a.memoryPerShard, b.memoryPerShard),
    shards: both(a.shards, b.shards),
    replicas: both(a.replicas, b.replicas),
    // Sold out only if every entry is.
    soldOut: a.soldOut && b.soldOut,
    zoneSoldOut: a.zoneSoldOut && b.zoneSoldOut,
  };
}

/** Nothing is sold for the instance, or this number of shards or replicas is not. */
export const isNotSold = onChange((instance, change, { offer, placement }) => {
  if (offer === 'unknown') return null;
  const unsold = placement?.added.find((one) => one.offer === null);
  if (unsold) {
    return nothingSold(instance, unsold.zone, placement!.open);
  }
  if (offer === null || offer[change.dimension].length === 0) {
    return nothingSold(instance, instance.zone, null);
  }
  if (change.dimension === 'memoryPerShard' || offer[change.dimension].includes(change.to)) return null;
  return valueNotSold(instance, change, offer[change.dimension]);
});

function nothingSold(
  { id, edition, billing }: Instance,
  zone: string,
  open: readonly string[] | null,
): Message {
  return message('rule.nothing-sold', { id, edition, zone, billing, open });
}

/** Names the sold values nearest to the requested one. */
function valueNotSold(
  { id, edition, zone }: Instance,
  { dimension, to }: Change,
  sold: readonly number[],
): Message {
  const around = [sold.find((value) => value >= to), sold.findLast((value) => value <= to)];
  const near = [...new Set(around.filter((value) => value !== undefined))];
  return message('rule.value-not-sold', { id, dimension, to, edition, zone, sold, near });
}

/** The memory is below the smallest or above the largest size sold. */
export const memoryIsOutOfRange = onChange((instance, change, { offer }) => {
  if (change.dimension !== 'memoryPerShard' || offer === 'unknown' || offer === null) return null;
  const least = offer.memoryPerShard[0];
  const greatest = offer.memoryPerShard.at(-1);
  if (least === undefined || greatest === undefined || (change.to >= least && change.to <= greatest))
    return null;
  const { id, edition, zone } = instance;
  return message('rule.memory-out-of-range', { id, to: change.to, edition, zone, least, greatest });
});

/** The memory is within the range, but is not one of the sizes sold. */
export const memoryIsNotListed = onChange((instance, change, { offer }) => {
  if (change.dimension !== 'memoryPerShard' || offer === 'unknown' || offer === null) return null;
  const list = offer.memoryPerShard;
  if (list.length === 0 || change.to < list[0]! || change.to > list.at(-1)! || list.includes(change.to))
    return null;
  return valueNotSold(instance, change, list);
});

/** All shards together are larger than 8 TB. */
export const capacityIsTooGreat = onChange((instance, change) => {
  const { memoryPerShard, shards } = sizeAfter(instance.size, change);
  if (memoryPerShard * shards <= MAX_CAPACITY) return null;
  const limit = MAX_CAPACITY;
  return message('rule.capacity-too-great', { id: instance.id, memoryPerShard, shards, limit });
});

/** The catalogue was not read, so Refit does not know whether the size is sold. */
export const catalogueIsUnknown = onChange((instance, _, { offer }) => {
  if (offer !== 'unknown' || instance.edition === 'unrecognised') return null;
  return message('rule.catalogue-unknown', { id: instance.id });
});

/**
 * Makes a rule that finds the first sold-out zone for a change that needs more memory. It checks the instance's own zone
 * before the zones that get a replica.
 * @param scope whether the edition is sold out there, or only the zone as a whole.
 */
function soldOutIn(scope: 'edition' | 'zone') {
  return onChange((instance, change, { offer, placement }) => {
    const before = totalMemory(instance.size);
    const after = totalMemory(sizeAfter(instance.size, change));
    if (after <= before) return null;
    for (const at of [{ zone: instance.zone, offer }, ...(placement?.added ?? [])]) {
      if (at.offer === null || at.offer === 'unknown' || !(at.offer.soldOut || at.offer.zoneSoldOut))
        continue;
      if (at.offer.soldOut !== (scope === 'edition')) return null;
      const edition = scope === 'edition' ? instance.edition : null;
      return message('rule.sold-out', { id: instance.id, before, after, zone: at.zone, edition });
    }
    return null;
  });
}

/** The edition is sold out in a zone where the change needs more memory. */
export const editionIsSoldOut = soldOutIn('edition');

/** A zone where the change needs more memory is sold out as a whole. */
export const zoneIsSoldOut = soldOutIn('zone');
