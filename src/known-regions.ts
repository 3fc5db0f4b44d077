/** The regions that Refit knows, for "did you mean". The provider may have more. Source: docs/provider.md P67. */
import { closest } from './closest-word.ts';

const REGIONS: readonly string[] = [
  'ap-guangzhou',
  'ap-shanghai',
  'ap-hongkong',
  'ap-beijing',
  'ap-singapore',
  'ap-chengdu',
  'ap-chongqing',
  'ap-nanjing',
  'ap-seoul',
  'ap-tokyo',
  'ap-bangkok',
  'ap-jakarta',
  'na-siliconvalley',
  'na-ashburn',
  'eu-frankfurt',
  'sa-saopaulo',
  'ap-shanghai-fsi',
  'ap-shenzhen-fsi',
  'ap-beijing-fsi',
];

/** Regions that other products have. Nobody misspells another one in this way. */
const OTHERS: readonly string[] = [
  'ap-shenzhen',
  'ap-taipei',
  'ap-mumbai',
  'na-toronto',
  'eu-moscow',
  'ap-hangzhou',
  'ap-fuzhou',
  'ap-zhengzhou',
];

/** The names that people give to regions. */
const SHORT: Readonly<Record<string, string>> = {
  gz: 'ap-guangzhou',
  sh: 'ap-shanghai',
  hk: 'ap-hongkong',
  bj: 'ap-beijing',
  sg: 'ap-singapore',
  cd: 'ap-chengdu',
  cq: 'ap-chongqing',
  nj: 'ap-nanjing',
  kr: 'ap-seoul',
  jp: 'ap-tokyo',
};

/** The known region that a text most likely means: `guangzhou`, `gz`, `ap-guangzhou-3`; null if none is near. */
export function nearestRegion(text: string): string | null {
  const code = text.toLowerCase().trim().replaceAll(/[_ ]/g, '-');
  const zoneless = code.replace(/-\d{1,3}$/, '');
  const place = (one: string) => one.replace(/^[a-z]{2}-/, '');
  if (SHORT[code] !== undefined) return SHORT[code];
  const known = REGIONS.find((one) => one === zoneless || place(one) === place(zoneless));
  if (known !== undefined) return known;
  const near = closest(place(zoneless), REGIONS.map(place));
  return near === null ? null : REGIONS.find((one) => place(one) === near)!;
}

/** The region that an unknown code misspells; null for a known code and its variants, and for one that is near to none. */
export function misspelledRegion(code: string): string | null {
  const isKnown = [...REGIONS, ...OTHERS].some((one) => code === one || code.startsWith(`${one}-`));
  return isKnown ? null : nearestRegion(code);
}
