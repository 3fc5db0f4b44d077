/**
 * The simulated regions and zones. Region numbers: docs/provider.md P67. Undocumented zone numbers follow
 * docs/provider.md P68, which no code may depend on.
 */

/** Language of the texts for people. */
export type Language = 'zh-CN' | 'en-US';
type Name = Readonly<Record<Language, string>>;

export interface SimZone {
  /** `ap-guangzhou-3`. */
  readonly code: string;
  /** Zone number in instances. */
  readonly number: number;
  readonly name: Name;
  /** Zone number in the catalogue. It is 0 for one zone, as in the provider's sample. */
  readonly catalogueNumber: number;
  readonly soldOut: boolean;
}

export interface SimRegion {
  readonly code: string;
  readonly number: number;
  /** Abbreviation, such as `gz`. */
  readonly short: string;
  /** Area and city, such as `South China(Guangzhou)`. */
  readonly name: Name;
  readonly city: Name;
  readonly area: Name;
  readonly zones: readonly SimZone[];
}

/** Code, number, abbreviation, then area and city in both languages. */
type Row = readonly [string, number, string, zhArea: string, zhCity: string, enArea: string, enCity: string];

const REGIONS: readonly Row[] = [
  ['ap-guangzhou', 1, 'gz', '华南地区', '广州', 'South China', 'Guangzhou'],
  ['ap-shanghai', 4, 'sh', '华东地区', '上海', 'East China', 'Shanghai'],
  ['ap-hongkong', 5, 'hk', '港澳台地区', '中国香港', 'Hong Kong, Macau and Taiwan', 'Hong Kong, China'],
  ['ap-beijing', 8, 'bj', '华北地区', '北京', 'North China', 'Beijing'],
  ['ap-singapore', 9, 'sg', '亚太东南', '新加坡', 'Southeast Asia', 'Singapore'],
  ['na-siliconvalley', 15, 'usw', '美国西部', '硅谷', 'US West', 'Silicon Valley'],
  ['ap-chengdu', 16, 'cd', '西南地区', '成都', 'Southwest China', 'Chengdu'],
  ['eu-frankfurt', 17, 'de', '欧洲地区', '法兰克福', 'Europe', 'Frankfurt'],
  ['ap-seoul', 18, 'kr', '亚太东北', '首尔', 'Northeast Asia', 'Seoul'],
  ['ap-chongqing', 19, 'cq', '西南地区', '重庆', 'Southwest China', 'Chongqing'],
  ['ap-tokyo', 25, 'jp', '亚太东北', '东京', 'Northeast Asia', 'Tokyo'],
  ['ap-nanjing', 33, 'nj', '华东地区', '南京', 'East China', 'Nanjing'],
];

/** Regions that exist only if the fleet uses them. */
const FURTHER_REGIONS: typeof REGIONS = [
  ['ap-shanghai-fsi', 7, 'shjr', '华东地区', '上海金融', 'East China', 'Shanghai Finance'],
  ['ap-shenzhen-fsi', 11, 'szjr', '华南地区', '深圳金融', 'South China', 'Shenzhen Finance'],
  ['na-ashburn', 22, 'use', '美国东部', '弗吉尼亚', 'US East', 'Virginia'],
  ['ap-bangkok', 23, 'th', '亚太东南', '曼谷', 'Southeast Asia', 'Bangkok'],
  ['ap-beijing-fsi', 46, 'bjjr', '华北地区', '北京金融', 'North China', 'Beijing Finance'],
  ['ap-jakarta', 72, 'jkt', '亚太东南', '雅加达', 'Southeast Asia', 'Jakarta'],
  ['sa-saopaulo', 74, 'sao', '南美地区', '圣保罗', 'South America', 'São Paulo'],
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

/** A number from 1 to 99 as the provider's samples write it: `广州二区`. */
function chineseNumber(number: number): string {
  const digit = (one: number): string => ' 一二三四五六七八九'[one]!.trim();
  const tens = Math.floor(number / 10);
  return `${tens > 1 ? digit(tens) : ''}${tens > 0 ? '十' : ''}${digit(number % 10)}`;
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
    const row = known.get(code) ?? ([code, unknown++, code, code, code, code, code] as const);
    const [, number, short, zhArea, zhCity, enArea, enCity] = row;
    const area = { 'zh-CN': zhArea, 'en-US': enArea };
    const city = { 'zh-CN': zhCity, 'en-US': enCity };
    const zones = [...set]
      .sort((a, b) => a - b)
      .map((ordinal): SimZone => {
        const zone = `${code}-${ordinal}`;
        const numeric = zoneNumber(number, ordinal);
        return {
          code: zone,
          number: numeric,
          name: { 'zh-CN': `${zhCity}${chineseNumber(ordinal)}区`, 'en-US': `${enCity} Zone ${ordinal}` },
          catalogueNumber: zone === UNNUMBERED_ZONE ? 0 : numeric,
          soldOut: zone === SOLD_OUT_ZONE,
        };
      });
    const name = { 'zh-CN': `${zhArea}(${zhCity})`, 'en-US': `${enArea}(${enCity})` };
    regions.set(code, { code, number, short, name, city, area, zones });
  }
  return regions;
}
