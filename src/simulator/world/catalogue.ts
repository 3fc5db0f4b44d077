/**
 * The catalogue of the simulator, with all traps of the real one. Source: docs/provider.md P56 to P64.
 *
 * - Sizes are unsorted text in decimal GB. Counts are text.
 * - An edition has one entry per pay mode, and sometimes two entries with half of the list each.
 * - Lists differ by zone and pay mode. Few zones sell legacy editions.
 */
import { GIGABYTE } from '../../units.ts';
import { SIM_EDITIONS, type SimEdition } from './editions.ts';
import type { SimRegion, SimZone } from './geography.ts';

/** One entry of the provider's `ProductSet`. */
export type ProductEntry = Readonly<ReturnType<typeof entry>>;

/** Sizes and counts that can be ordered, in the units of orders. */
export interface Offer {
  /** MB of one shard. */
  readonly sizes: ReadonlySet<number>;
  readonly shards: ReadonlySet<number>;
  readonly replicas: ReadonlySet<number>;
  readonly soldOut: boolean;
}

/** The sum of all offers for one zone, type and pay mode. */
export interface Sold extends Offer {
  readonly least: number;
  readonly greatest: number;
}

/** The provider's code of the billing mode: 0 postpaid, 1 prepaid. Source: docs/provider.md P49. */
export type BillingMode = 0 | 1;

/** One sold-out edition: 4.0 standard in Guangzhou 3. */
const SOLD_OUT = { zone: 'ap-guangzhou-3', type: 6 };
const LEGACY_ZONES = new Set(['ap-guangzhou-3', 'ap-shanghai-2', 'ap-shanghai-4']);
const TRIAL_ZONES = /^ap-(guangzhou-[67]|shanghai-[2-5]|beijing-[1-7])$/;

export interface SimCatalogue {
  /** `RegionSet` of DescribeProductInfo, with Chinese names of regions. */
  readonly regionSet: readonly unknown[];
  sold(zone: string, type: number, billing: BillingMode): Sold | undefined;
}

export function createCatalogue(regions: ReadonlyMap<string, SimRegion>): SimCatalogue {
  const sold = new Map<string, Sold>();
  const regionSet = [...regions.values()].map((region) => ({
    RegionId: region.code,
    RegionName: region.city['zh-CN'],
    RegionShortName: region.short.toUpperCase(),
    Area: region.area['zh-CN'],
    ZoneSet: region.zones.map((zone, index) => {
      const products = productsOf(zone);
      for (const product of products) {
        const key = `${zone.code} ${product.Type} ${product.PayMode}`;
        sold.set(key, addOffer(sold.get(key), offerOf(product)));
      }
      return {
        ZoneId: zone.code,
        // The code and not a name: clients that others wrote compare it with the code (docs/provider.md P61).
        ZoneName: zone.code,
        IsSaleout: zone.soldOut,
        IsDefault: index === 0,
        NetWorkType: ['basenet', 'vpcnet'],
        ProductSet: products,
        OldZoneId: zone.catalogueNumber,
      };
    }),
  }));
  return { regionSet, sold: (zone, type, billing) => sold.get(`${zone} ${type} ${billing}`) };
}

function productsOf(zone: SimZone): ProductEntry[] {
  const entries: ProductEntry[] = [];
  for (const edition of SIM_EDITIONS.values()) {
    if (!edition.sold) continue;
    const legacy = edition.type <= 5;
    if (legacy && !LEGACY_ZONES.has(zone.code)) continue;
    for (const payMode of ['1', '0'] as const) {
      // Legacy CKV is prepaid only, as in the provider's sample.
      if (payMode === '0' && (edition.type === 3 || edition.type === 4)) continue;
      const whole = entry(edition, zone, payMode);
      if (edition.type === 9 && payMode === '1') entries.push(...splitInHalves(whole));
      else entries.push(whole);
    }
  }
  return entries;
}

/** Splits an entry in two, so that only both together list all sizes. */
function splitInHalves(whole: ProductEntry): ProductEntry[] {
  const half = whole.ShardSize.length >> 1;
  const part = (from: number, to?: number) => ({
    ShardSize: whole.ShardSize.slice(from, to),
    TotalSize: whole.TotalSize.slice(from, to),
  });
  return [
    { ...whole, ...part(0, half) },
    { ...whole, ...part(half), ShardNum: whole.ShardNum.slice(0, 4) },
  ];
}

function sizesOf(edition: SimEdition, zone: SimZone, payMode: '0' | '1'): string[] {
  const sizes = [...edition.gigabytes];
  if (edition.type === 2 && payMode === '1') sizes.push('0.25');
  if ((edition.type === 6 || edition.type === 8) && TRIAL_ZONES.test(zone.code)) sizes.push('0.25');
  if (edition.type === 8 && zone.code === 'ap-guangzhou-7') sizes.push('0.5');
  // The offer differs by pay mode: the largest size is prepaid only.
  if (payMode === '0' && edition.type > 5) sizes.splice(sizes.indexOf('64'), 1);
  // Unsorted on purpose, in a stable order.
  return sizes
    .map((size, index) => ({ size, key: (index * 7 + 3) % sizes.length }))
    .sort((a, b) => a.key - b.key)
    .map(({ size }) => size);
}

function entry(edition: SimEdition, zone: SimZone, payMode: '0' | '1') {
  const cluster = edition.shape === 'cluster';
  const least = Number(edition.shards[0]);
  const sizes = sizesOf(edition, zone, payMode);
  return {
    Type: edition.type,
    TypeName: `${edition.engine} ${cluster ? '集群版' : edition.shape === 'standalone' ? '单机版' : '主从版'}`,
    MinBuyNum: 1,
    MaxBuyNum: 100,
    Saleout: zone.code === SOLD_OUT.zone && edition.type === SOLD_OUT.type,
    // Display text, with more than one spelling.
    Engine: edition.type === 200 ? 'Memcached内存版' : edition.engine,
    Version: `${edition.engine}${edition.type % 2 === 0 ? ' ' : '-'}${edition.version}`,
    TotalSize: cluster ? sizes.map((size) => String(Number(size) * least)) : sizes,
    ShardSize: sizes,
    ReplicaNum: [...edition.replicas].reverse(),
    ShardNum: edition.shards,
    PayMode: payMode,
    EnableRepicaReadOnly: edition.type > 5,
    EnableReplicaReadOnly: edition.type > 5,
  };
}

function offerOf({ ShardSize, ShardNum, ReplicaNum, Saleout }: ProductEntry): Offer {
  return {
    sizes: new Set(ShardSize.map((size) => Number(size) * GIGABYTE)),
    shards: new Set(ShardNum.map(Number)),
    replicas: new Set(ReplicaNum.map(Number)),
    soldOut: Saleout,
  };
}

/** Adds an offer. The sum is sold out only if all offers are sold out. */
export function addOffer(was: Sold | undefined, offer: Offer): Sold {
  const union = (name: 'sizes' | 'shards' | 'replicas') => new Set([...(was?.[name] ?? []), ...offer[name]]);
  const sizes = union('sizes');
  return {
    sizes,
    least: Math.min(...sizes),
    greatest: Math.max(...sizes),
    shards: union('shards'),
    replicas: union('replicas'),
    soldOut: (was?.soldOut ?? true) && offer.soldOut,
  };
}
