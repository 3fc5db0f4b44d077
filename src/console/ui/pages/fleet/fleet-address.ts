/** Filters of the fleet in the address of the page, and in addresses of the API. */
import type { FleetFilter, UseRange } from '../../../../operations/fleet/filter-fleet.ts';
import { query, queryAll, setQueryAll } from '../../router.ts';

/** The names of filters with a list of values, as in the address. */
export const LIST_FILTERS = ['profile', 'region', 'zone', 'edition', 'type', 'status', 'tag'] as const;
export type ListFilter = (typeof LIST_FILTERS)[number];

/** Ranges of memory in use that people can choose: the bands of the map. */
export const USE_CHOICES = ['0-50', '50-70', '70-85', '85-95', '95-', 'unknown'] as const;

const ALL_FILTERS = [...LIST_FILTERS, 'q', 'use'] as const;

/** The filters of the address, as a query of the API. */
export function filterQuery(): URLSearchParams {
  const all = new URLSearchParams();
  for (const name of ALL_FILTERS)
    for (const value of queryAll(name)) if (value !== '') all.append(name, value);
  return all;
}

/** The filters of the address as the server understands them. */
export function filterOfAddress(): FleetFilter {
  const use = query('use');
  const [from, to] = use.split('-');
  const range: UseRange = { from: Number(from), to: to === '' ? null : Number(to) };
  return {
    text: query('q'),
    ...{ profile: queryAll('profile'), region: queryAll('region'), zone: queryAll('zone') },
    ...{ edition: queryAll('edition'), status: queryAll('status'), type: queryAll('type') },
    tags: queryAll('tag'),
    use: use === '' ? null : use === 'unknown' ? use : range,
  };
}

/** Adds a value to a filter, or removes it. */
export function toggleFilter(name: ListFilter, value: string): void {
  const now = queryAll(name);
  setQueryAll(name, now.includes(value) ? now.filter((one) => one !== value) : [...now, value]);
}

/** Removes every filter. */
export function clearFilters(): void {
  for (const name of ALL_FILTERS) setQueryAll(name, []);
}

/** The address of an instance. */
export function instanceAddress(one: {
  readonly id: string;
  readonly profile: string;
  readonly region: string;
}): string {
  const where = new URLSearchParams({ profile: one.profile, region: one.region });
  return `/fleet/${encodeURIComponent(one.id)}?${where}`;
}
