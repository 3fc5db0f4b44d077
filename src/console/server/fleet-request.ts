/** Reads filters of the fleet from an address. Nobody has checked them. */
import { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { FleetFilter, UseRange } from '../../operations/fleet/filter-fleet.ts';
import { type FleetSort, SORTS, type SortName } from '../../operations/fleet/fleet-order.ts';
import type { GroupBy } from '../../operations/fleet/query-fleet.ts';
import type { FleetSource } from '../../operations/fleet/shared-fleet.ts';

type Query = Readonly<Record<string, unknown>>;

/** Values of one condition, and characters of one value, at most. */
const MOST_VALUES = 50;
const LONGEST = 600;

/** The filter of a query. @throws RefitError `usage` */
export function filterFrom(query: Query): FleetFilter {
  const list = (name: string) => textsFrom(query, name);
  return {
    text: textsFrom(query, 'q')[0] ?? '',
    ...{ profile: list('profile'), region: list('region'), zone: list('zone'), edition: list('edition') },
    ...{ status: list('status'), type: list('type'), tags: list('tag') },
    use: useFrom(query),
  };
}

/** `memory` sorts upwards, `-memory` downwards. Without it, the ids sort. @throws RefitError `usage` */
export function sortFrom(query: Query): FleetSort {
  const text = textsFrom(query, 'sort')[0] ?? 'id';
  const by = text.replace(/^-/, '');
  if ((SORTS as readonly string[]).includes(by)) return { by: by as SortName, isDown: text.startsWith('-') };
  throw wrong('sort', 'sort=memory, or sort=-memory for the largest first');
}

/** @throws RefitError `usage` */
export function groupFrom(query: Query): GroupBy {
  const by = textsFrom(query, 'by')[0] ?? 'region';
  if (/^(profile|region|zone|edition|status|type)$/.test(by) || /^tag:./su.test(by)) return by as GroupBy;
  throw wrong('by', 'by=region, profile, zone, edition, status, type, or tag:KEY');
}

/** The source of a request to read. @throws RefitError `usage` */
export function sourceFrom(body: unknown): FleetSource {
  const { kind, withUse, name } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (kind === 'live' && typeof withUse === 'boolean') return { kind, withUse };
  if (kind === 'file' && typeof name === 'string' && name.length < LONGEST) return { kind, name };
  throw new RefitError(
    'usage',
    'this is no source of a fleet',
    'send {"kind": "live", "withUse": false}, or {"kind": "file", "name": "fleet.json"}',
  );
}

/** The texts of a name that may be there several times; empty ones count as missing. @throws RefitError `usage` */
export function textsFrom(query: Query, name: string): readonly string[] {
  const values = [query[name] ?? []].flat().filter((value) => value !== '');
  const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST;
  if (values.length <= MOST_VALUES && values.every(isText)) return values;
  throw wrong(name, `at most ${MOST_VALUES} texts of ${LONGEST} characters`);
}

/** `50-80`, `95-` or `unknown`. */
function useFrom(query: Query): UseRange | 'unknown' | null {
  const text = textsFrom(query, 'use')[0];
  if (text === undefined) return null;
  if (text === 'unknown') return 'unknown';
  const [, from, to] = /^(\d{1,4})-(\d{0,4})$/.exec(text) ?? [];
  if (from !== undefined) return { from: Number(from), to: to === '' ? null : Number(to) };
  throw wrong('use', 'use=50-80 in percent, use=95-, or use=unknown');
}

const wrong = (name: string, fix: string): RefitError =>
  refitError('usage', message('error.bad-address', { name, fix }));
