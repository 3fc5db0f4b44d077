/** Which rows of a fleet a filter keeps. */
import { globMatches } from '../../plan/resolve/match-selector.ts';
import type { Interned } from './columns.ts';
import { type FleetColumns, GROUPS, type GroupName, pairOf, pairText } from './fleet-columns.ts';

/** Every condition must hold. The texts of a list are alternatives; an empty list permits everything. */
export interface FleetFilter extends Readonly<Record<GroupName, readonly string[]>> {
  /** A part of the id or the name, in any letter case. With a `*` it is a glob of the whole name, as in plans. Empty: no condition. */
  readonly text: string;
  /** Architectures: `cluster`, `standard`, `standalone`. */
  readonly type: readonly string[];
  /** `key=value`, or `key` alone for any value. The values of one key are alternatives. */
  readonly tags: readonly string[];
  /** Memory in use, in percent of what one copy of the data may take. */
  readonly use: UseRange | 'unknown' | null;
}

export interface UseRange {
  /** Included. */
  readonly from: number;
  /** Not included; null: no upper limit. */
  readonly to: number | null;
}

/** Writes a 1 for each row that the filter keeps, and a 0 for each other. @param kept of the length of the fleet. */
export function markKept(fleet: FleetColumns, filter: FleetFilter, kept: Uint8Array): void {
  kept.fill(1);
  const keep = (isKept: (row: number) => boolean): void => {
    for (let row = 0; row < kept.length; row++) if (kept[row] === 1 && !isKept(row)) kept[row] = 0;
  };
  for (const name of GROUPS) if (filter[name].length > 0) keep(isOneOf(fleet.texts[name], filter[name]));
  if (filter.type.length > 0) {
    const { edition } = fleet.texts;
    keep(
      isOneOf(
        edition,
        edition.texts.filter((text) => filter.type.includes(architectureOf(text))),
      ),
    );
  }
  for (const isKept of tagTests(fleet, filter.tags)) keep(isKept);
  const { use } = filter;
  if (use === 'unknown') keep((row) => Number.isNaN(fleet.useAt(row)));
  else if (use !== null)
    keep((row) => {
      const percent = 100 * fleet.useAt(row);
      return percent >= use.from && (use.to === null || percent < use.to);
    });
  if (isGlob(filter.text)) {
    keep((row) => globMatches(filter.text, fleet.names[row]!));
    return;
  }
  const text = filter.text.toLowerCase();
  if (text !== '') keep((row) => hasText(fleet, row, text));
}

/** Whether a search is a glob of the plan language. */
export const isGlob = (text: string): boolean => text.includes('*');

/** Small letters of 100,000 names would be much garbage, so only texts with capitals are converted. */
function hasText({ ids, names, hasCapitals }: FleetColumns, row: number, text: string): boolean {
  const [id, name] = [ids[row]!, names[row]!];
  if (hasCapitals.at(row) === 0) return id.includes(text) || name.includes(text);
  return id.toLowerCase().includes(text) || name.toLowerCase().includes(text);
}

/** `cluster` for `redis-5.0-cluster`; the whole text without a hyphen. */
export const architectureOf = (edition: string): string => edition.slice(edition.lastIndexOf('-') + 1);

function isOneOf(column: Interned, wanted: readonly string[]): (row: number) => boolean {
  const isWanted = new Uint8Array(column.texts.length);
  for (const text of wanted) {
    const number = column.numberOf(text);
    if (number !== undefined) isWanted[number] = 1;
  }
  return (row) => isWanted[column.numberAt(row)] === 1;
}

/** One test for each key. */
function tagTests(fleet: FleetColumns, tags: readonly string[]): ((row: number) => boolean)[] {
  const byKey = Map.groupBy(tags, (tag) => tag.split('=', 1)[0]!);
  return [...byKey].map(([key, wanted]) => {
    const { tagPairs, tagStarts } = fleet;
    const isWanted = new Uint8Array(tagPairs.texts.length);
    if (wanted.includes(key)) {
      for (const [number, text] of tagPairs.texts.entries())
        if (pairOf(text)[0] === key) isWanted[number] = 1;
    } else
      for (const tag of wanted) {
        const number = tagPairs.numberOf(pairText(key, tag.slice(key.length + 1)));
        if (number !== undefined) isWanted[number] = 1;
      }
    return (row) => {
      for (let at = tagStarts.at(row); at < tagStarts.at(row + 1); at++)
        if (isWanted[tagPairs.numberAt(at)] === 1) return true;
      return false;
    };
  });
}
