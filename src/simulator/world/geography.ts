/**
 * The simulated regions and zones. Region numbers: docs/provider.md P67. Undocumented zone numbers follow
 * docs/provider.md P68, which no code may depend on.
 */

export interface SimZone {
  /** `ap-guangzhou-3`. */
  readonly code: string;
  /** Zone number in instances. */
  readonly number: number;
  readonly name: string;
  /** Zone number in the catalogue. It is 0 for one zone, as in the provider's sample. */
  readonly catalogueNumber: number;
  readonly soldOut: boolean;
}

export interface SimRegion {
  readonly code: string;
  readonly number: number;
  readonly name: string;
  readonly area: string;
  readonly zones: readonly SimZone[];
}

const REGIONS: readonly (readonly [string, number, string, string])[] = [
  ['ap-guangzhou', 1, '华南地区(广州)', '华南地区'],
  ['ap-shanghai', 4, '华东地区(上海)', '华东地区'],
  ['ap-hongkong', 5, '港澳台地区(中国香港)', '港澳台地区'],
  ['ap-beijing', 8, '华北地区(北京)', '华北地区'],
  ['ap-singapore', 9, '亚太东南(新加坡)', '亚太东南'],
  ['na-siliconvalley', 15, '美国西部(硅谷)', '美国西部'],
  ['ap-chengdu', 16, '西南地区(成都)', '西南地区'],
  ['eu-frankfurt', 17, '欧洲地区(法兰克福)', '欧洲地区'],
  ['ap-seoul', 18, '亚太东北(首尔)', '亚太东北'],
  ['ap-chongqing', 19, '西南地区(重庆)', '西南地区'],
  ['ap-tokyo', 25, '亚太东北(东京)', '亚太东北'],
  ['ap-nanjing', 33, '华东地区(南京)', '华东地区'],
];

/** Regions that exist only if the fleet uses them. */
const FURTHER_REGIONS: typeof REGIONS = [
  ['ap-shanghai-fsi', 7, '华东地区(上海金融)', '华东地区'],
  ['ap-shenzhen-fsi', 11, '华南地区(深圳金融)', '华南地区'],
  ['na-ashburn', 22, '美国东部(弗吉尼亚)', '美国东部'],
  ['ap-bangkok', 23, '亚太东南(曼谷)', '亚太东南'],
  ['ap-beijing-fsi', 46, '华北地区(北京金融)', '华北地区'],
  ['ap-jakarta', 72, '亚太东南(雅加达)', '亚太东南'],
  ['sa-saopaulo', 74, '南美地区(圣保罗)', '南美地区'],
];

const ZONES: Readonly<Record<string, readonly number[]>> = {
  'ap-guangzhou': [3, 4, 6, 7],
  'ap-shanghai': [2, 4, 5],
  'ap-beijing': [3, 5],
};

/** The zone with number 0 in the catalogue. Only the region product has its real number. */
export const UNNUMBERED_ZONE = 'ap-guangzhou-6';
/** The zone where everything is sold out. */
export const SOLD_OUT_ZONE = 'ap-shanghai-2';

function zoneNumber(region: number, ordinal: number): number {
  if (region === 4) return 200_000 + ordinal;
  if (region === 5) return 300_000 + ordinal;
  return (region < 10 ? region * 100_000 : region * 10_000) + ordinal;
}

/**
 * Creates all regions with their zones. Regions without a number in docs/provider.md P67 get numbers from 900.
 * @param extra more zone codes (`<region>-<number>`) of a fleet
 */
export function createRegions(extra: Iterable<string>): ReadonlyMap<string, SimRegion> {
  const ordinals = new Map<string, Set<number>>(
    REGIONS.map(([code]) => [code, new Set(ZONES[code] ?? [1, 2])]),
  );
  for (const zone of extra) {
    const split = zone.lastIndexOf('-');
    const region = zone.slice(0, split);
    const set = ordinals.get(region) ?? new Set<number>();
    set.add(Number(zone.slice(split + 1)));
    ordinals.set(region, set);
  }
  const known = new Map([...REGIONS, ...FURTHER_REGIONS].map((row) => [row[0], row]));
  let unknown = 900;
  const regions = new Map<string, SimRegion>();
  for (const [code, set] of ordinals) {
    const [, number, name, area] = known.get(code) ?? [code, unknown++, code, code];
    const zones = [...set]
      .sort((a, b) => a - b)
      .map((ordinal): SimZone => {
        const zone = `${code}-${ordinal}`;
        const numeric = zoneNumber(number, ordinal);
        return {
          code: zone,
          number: numeric,
          name: `${name.replace(/^.*\((.*)\)$/, '$1')}${ordinal}区`,
          catalogueNumber: zone === UNNUMBERED_ZONE ? 0 : numeric,
          soldOut: zone === SOLD_OUT_ZONE,
        };
      });
    regions.set(code, { code, number, name, area, zones });
  }
  return regions;
}
