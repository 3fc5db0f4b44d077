/** Decodes the catalogue and its zones. */

import type { Offer } from '../../model.ts';
import { GIGABYTE } from '../../units.ts';
import { ascending, billingOf, editionOf, type Fields, list, numbers, text, wholeNumber } from './fields.ts';

/** Decodes one offer for each zone, edition and pay mode. It merges repeated entries. */
export function decodeCatalogue(fields: Fields): Offer[] {
  const offers = new Map<string, Offer>();
  for (const region of list(fields.RegionSet)) {
    for (const zone of list(region.ZoneSet)) {
      for (const product of list(zone.ProductSet)) {
        const offer = decodeOffer(region, zone, product);
        if (offer === null) continue;
        const key = [offer.region, offer.zone, offer.edition, offer.billing].join('\n');
        const other = offers.get(key);
        offers.set(key, other === undefined ? offer : mergeOffers(other, offer));
      }
    }
  }
  return [...offers.values()];
}

function decodeOffer({ RegionId }: Fields, { ZoneId, IsSaleout }: Fields, product: Fields): Offer | null {
  const region = text(RegionId);
  const zone = text(ZoneId);
  const edition = editionOf(product.Type);
  const billing = billingOf(product.PayMode);
  if (region === null || zone === null || edition === null || billing === null) return null;
  // Sizes are decimal GB as text: "0.25" is 256 MB. Do not read it as a whole number.
  const ofShard = numbers(product.ShardSize);
  const sizes =
    ofShard.length > 0 || edition.architecture === 'cluster' ? ofShard : numbers(product.TotalSize);
  return {
    region,
    zone,
    edition: edition.name,
    billing,
    memoryPerShard: ascending(
      sizes.map((gb) => gb * GIGABYTE).filter((mb) => Number.isInteger(mb) && mb > 0),
    ),
    shards: ascending(numbers(product.ShardNum).filter((n) => Number.isInteger(n) && n > 0)),
    replicas: ascending(numbers(product.ReplicaNum).filter((n) => Number.isInteger(n) && n >= 0)),
    soldOut: product.Saleout === true,
    zoneSoldOut: IsSaleout === true,
  };
}

function mergeOffers(a: Offer, b: Offer): Offer {
  return {
    ...a,
    memoryPerShard: ascending([...a.memoryPerShard, ...b.memoryPerShard]),
    shards: ascending([...a.shards, ...b.shards]),
    replicas: ascending([...a.replicas, ...b.replicas]),
    // Sold out only if every entry is sold out.
    soldOut: a.soldOut && b.soldOut,
    zoneSoldOut: a.zoneSoldOut && b.zoneSoldOut,
  };
}

/** Codes of zones by their numbers. */
export type ZoneCodes = ReadonlyMap<number, string>;

/** Zone codes of the catalogue. `complete`: every zone of the region has a number. */
export interface CatalogueZones {
  readonly codes: ZoneCodes;
  readonly complete: boolean;
}

/** Decodes the zone numbers of all regions. 0 means no number. @param region the region of `complete`. */
export function decodeCatalogueZones(fields: Fields, region: string): CatalogueZones {
  const zones = list(fields.RegionSet).flatMap(({ RegionId, ZoneSet }) =>
    list(ZoneSet).map((zone) => ({ RegionId, number: wholeNumber(zone.OldZoneId), code: text(zone.ZoneId) })),
  );
  return {
    codes: codes(zones.map(({ number, code }) => [number, code])),
    complete: zones.every(({ RegionId, number }) => RegionId !== region || number),
  };
}

/** The request to the region product for the zones of this product. */
export const ZONES_REQUEST: Fields = { Product: 'redis' };

/** Decodes the zone numbers of the region product. */
export function decodeZones(fields: Fields): Map<number, string> {
  return codes(list(fields.ZoneSet).map((zone) => [wholeNumber(zone.ZoneId), text(zone.Zone)]));
}

function codes(pairs: (readonly [number | null, string | null])[]): Map<number, string> {
  return new Map(
    pairs.filter((pair): pair is [number, string] => pair[0] !== null && pair[0] > 0 && pair[1] !== null),
  );
}
