/** Is the size sold where the instance is, and has the provider the machines? Only what changes is held against the lists. */
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

/** The greatest memory x shards, MB: 8 TB. Source: docs/provider.md P130. */
const GREATEST_CAPACITY = 8 * 1024 * GIGABYTE;

/** Finds what is sold for an instance: by zone, edition and pay mode. `unknown` where the catalogue is empty. */
export type SoldFor = (instance: Instance) => Offer | null | 'unknown';

/** Indexes a catalogue. Repeated entries for one key are united. */
export function indexOffers(catalogue: Catalogue): SoldFor {
  const offers = new Map<string, Offer>();
  for (const offer of catalogue.offers) {
    const key = `${offer.region} ${offer.zone} ${offer.edition} ${offer.billing}`;
    const other = offers.get(key);
    offers.set(key, other ? united(other, offer) : offer);
  }
  return (instance) => {
    if (offers.size === 0 || instance.edition === 'unrecognised') return 'unknown';
    return offers.get(`${instance.region} ${instance.zone} ${instance.edition} ${instance.billing}`) ?? null;
  };
}

function united(a: Offer, b: Offer): Offer {
  const both = (x: readonly number[], y: readonly number[]) =>
    [...new Set([...x, ...y])].sort((p, q) => p - q);
  return {
    ...a,
    memoryPerShard: both(a.memoryPerShard, b.memoryPerShard),
    shards: both(a.shards, b.shards),
    replicas: both(a.replicas, b.replicas),
    // Sold out is what no entry sells.
    soldOut: a.soldOut && b.soldOut,
    zoneSoldOut: a.zoneSoldOut && b.zoneSoldOut,
  };
}

/** Nothing is sold for the instance, or not that number of shards or replicas. */
export const isNotSold = onChange((instance, change, { offer, placement }) => {
  if (offer === 'unknown') return null;
  const strange = placement?.added.find((one) => one.offer === null);
  if (strange) {
    return nothingSold(instance, strange.zone, placement!.open);
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

/** With the sold values nearest to the one that was asked for. */
function valueNotSold(
  { id, edition, zone }: Instance,
  { dimension, to }: Change,
  sold: readonly number[],
): Message {
  const around = [sold.find((value) => value >= to), sold.findLast((value) => value <= to)];
  const near = [...new Set(around.filter((value) => value !== undefined))];
  return message('rule.value-not-sold', { id, dimension, to, edition, zone, sold, near });
}

/** Memory below the least or above the greatest size sold. */
export const memoryIsOutOfRange = onChange((instance, change, { offer }) => {
  if (change.dimension !== 'memoryPerShard' || offer === 'unknown' || offer === null) return null;
  const least = offer.memoryPerShard[0];
  const greatest = offer.memoryPerShard.at(-1);
  if (least === undefined || greatest === undefined || (change.to >= least && change.to <= greatest))
    return null;
  const { id, edition, zone } = instance;
  return message('rule.memory-out-of-range', { id, to: change.to, edition, zone, least, greatest });
});

/** Memory between the least and the greatest, and not on the list. */
export const memoryIsNotListed = onChange((instance, change, { offer }) => {
  if (change.dimension !== 'memoryPerShard' || offer === 'unknown' || offer === null) return null;
  const list = offer.memoryPerShard;
  if (list.length === 0 || change.to < list[0]! || change.to > list.at(-1)! || list.includes(change.to))
    return null;
  return valueNotSold(instance, change, list);
});

/** More than 8 TB in all shards together. */
export const capacityIsTooGreat = onChange((instance, change) => {
  const { memoryPerShard, shards } = sizeAfter(instance.size, change);
  if (memoryPerShard * shards <= GREATEST_CAPACITY) return null;
  const limit = GREATEST_CAPACITY;
  return message('rule.capacity-too-great', { id: instance.id, memoryPerShard, shards, limit });
});

/** The catalogue was not read, so nothing says whether the size is sold. */
export const catalogueIsUnknown = onChange((instance, _, { offer }) => {
  if (offer !== 'unknown' || instance.edition === 'unrecognised') return null;
  return message('rule.catalogue-unknown', { id: instance.id });
});

/**
 * The first zone without stock in which the change needs more memory, the instance's own before those that get a replica.
 * @param soldOut what is to be sold out there: the edition, or the whole zone alone.
 */
function soldOutIn(soldOut: 'edition' | 'zone') {
  return onChange((instance, change, { offer, placement }) => {
    const before = totalMemory(instance.size);
    const after = totalMemory(sizeAfter(instance.size, change));
    if (after <= before) return null;
    for (const at of [{ zone: instance.zone, offer }, ...(placement?.added ?? [])]) {
      if (at.offer === null || at.offer === 'unknown' || !(at.offer.soldOut || at.offer.zoneSoldOut))
        continue;
      if (at.offer.soldOut !== (soldOut === 'edition')) return null;
      const edition = soldOut === 'edition' ? instance.edition : null;
      return message('rule.sold-out', { id: instance.id, before, after, zone: at.zone, edition });
    }
    return null;
  });
}

/** The edition is sold out in a zone that the change needs more memory in. */
export const editionIsSoldOut = soldOutIn('edition');

/** A whole zone is sold out that the change needs more memory in. */
export const zoneIsSoldOut = soldOutIn('zone');
