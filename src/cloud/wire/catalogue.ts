/** What is sold, and the zones it is sold in. */

import type { Offer } from '../../model.ts';
import { GIGABYTE } from '../../units.ts';
import { billingOf, editionOf } from './codes.ts';
import { ascending, type Fields, list, text, values, whole } from './fields.ts';

/** What is sold: one offer for each zone, edition and pay mode; repeated entries of one are united. */
export function decodeCatalogue(fields: Fields): Offer[] {
  const offers = new Map<string, Offer>();
  for (const region of list(fields.RegionSet)) {
    for (const zone of list(region.ZoneSet)) {
      for (const product of list(zone.ProductSet)) {
        const offer = decodeOffer(text(region.RegionId), text(zone.ZoneId), zone.IsSaleout === true, product);
        if (offer === null) continue;
        const key = [offer.region, offer.zone, offer.edition, offer.billing].join('\n');
        const other = offers.get(key);
        offers.set(key, other === undefined ? offer : united(other, offer));
      }
    }
  }
  return [...offers.values()];
}

function decodeOffer(
  region: string | null,
  zone: string | null,
  zoneSoldOut: boolean,
  product: Fields,
): Offer | null {
  const edition = editionOf(product.Type);
  const billing = billingOf(product.PayMode);
  if (region === null || zone === null || edition === null || billing === null) return null;
  // Sizes are decimal GB in text: "0.25" is 256 MB, which reading it as a whole number would lose.
  const sizes =
    values(product.ShardSize).length > 0
      ? product.ShardSize
      : edition.architecture === 'cluster'
        ? []
        : product.TotalSize;
  return {
    region,
    zone,
    edition: edition.name,
    billing,
    memoryPerShard: ascending(
      values(sizes)
        .map((gb) => gb * GIGABYTE)
        .filter((mb) => Number.isInteger(mb) && mb > 0),
    ),
    shards: ascending(values(product.ShardNum).filter((n) => Number.isInteger(n) && n > 0)),
    replicas: ascending(values(product.ReplicaNum).filter((n) => Number.isInteger(n) && n >= 0)),
    soldOut: product.Saleout === true,
    zoneSoldOut,
  };
}

function united(a: Offer, b: Offer): Offer {
  return {
    ...a,
    memoryPerShard: ascending([...a.memoryPerShard, ...b.memoryPerShard]),
    shards: ascending([...a.shards, ...b.shards]),
    replicas: ascending([...a.replicas, ...b.replicas]),
    // Sold out only where no entry sells it.
    soldOut: a.soldOut && b.soldOut,
    zoneSoldOut: a.zoneSoldOut && b.zoneSoldOut,
  };
}

/** Codes of zones by their numbers. */
export type ZoneCodes = ReadonlyMap<number, string>;

/** Zone numbers as the catalogue gives them, in one region or in all; some entries have 0, which says nothing. */
export function decodeCatalogueZones(fields: Fields, region?: string): Map<number, string> {
  return codes(catalogueZones(fields, region).map((zone) => [whole(zone.OldZoneId), text(zone.ZoneId)]));
}

/** True where the catalogue has a zone of the region without its number. */
export function lacksZoneNumbers(fields: Fields, region: string): boolean {
  return catalogueZones(fields, region).some((zone) => !((whole(zone.OldZoneId) ?? 0) > 0));
}

function catalogueZones(fields: Fields, region?: string): Fields[] {
  return list(fields.RegionSet)
    .filter(({ RegionId }) => region === undefined || RegionId === region)
    .flatMap(({ ZoneSet }) => list(ZoneSet));
}

/** Asks the region product for the zones in which this product is sold. */
export const ZONES_REQUEST: Fields = { Product: 'redis' };

/** Zone numbers as the region product gives them. */
export function decodeZones(fields: Fields): Map<number, string> {
  return codes(list(fields.ZoneSet).map((zone) => [whole(zone.ZoneId), text(zone.Zone)]));
}

function codes(pairs: (readonly [number | null, string | null])[]): Map<number, string> {
  return new Map(
    pairs.filter((pair): pair is [number, string] => pair[0] !== null && pair[0] > 0 && pair[1] !== null),
  );
}
