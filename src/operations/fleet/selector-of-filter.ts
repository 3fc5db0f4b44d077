/** Says a filter of the fleet as a selector of the plan language, where that is possible. Pure, and also for browsers. */
import type { FleetFilter } from './filter-fleet.ts';

/** A selector as plans write it. JSON of it is also YAML. */
export interface WrittenSelector {
  ids?: readonly string[];
  regions?: readonly string[];
  /** A glob. */
  name?: string;
  tags?: Readonly<Record<string, string | readonly string[]>>;
  editions?: readonly string[];
  status?: readonly string[];
}

/**
 * @param regions of the fleet: a selector without regions means only the region of the plan.
 * @returns the selector; null if plans have no words for a condition, or a value is one that plans cannot name.
 */
export function selectorOf(filter: FleetFilter, regions: readonly string[]): WrittenSelector | null {
  const { region, edition, status, tags, text } = filter;
  // A target has one profile, and a selector no condition on zones, architectures, memory in use or parts of names.
  if (
    (text !== '' && !text.includes('*')) ||
    filter.use !== null ||
    filter.zone.length > 0 ||
    filter.type.length > 0
  )
    return null;
  if (filter.profile.length > 1) return null;
  if ([...edition, ...status].includes('unrecognised')) return null;
  if (tags.some((tag) => !isPlain(tag))) return null;
  const named = region.length > 0 ? region : regions;
  if (named.length === 0) return null;
  const selector: WrittenSelector = { regions: named.toSorted() };
  if (text !== '') selector.name = text;
  if (tags.length > 0) selector.tags = tagsOf(tags);
  if (edition.length > 0) selector.editions = edition;
  if (status.length > 0) selector.status = status;
  return selector;
}

/** The selector as YAML, as an author would write it below `select:`. */
export function selectorYaml(selector: WrittenSelector): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}: ${flowYaml(value)}`)
    .join('\n');
}

function flowYaml(value: unknown): string {
  if (typeof value === 'string') return plainOrQuoted(value);
  if (Array.isArray(value)) return `[${value.map(flowYaml).join(', ')}]`;
  const pairs = Object.entries(value as object).map(
    ([key, own]) => `${plainOrQuoted(key)}: ${flowYaml(own)}`,
  );
  return `{ ${pairs.join(', ')} }`;
}

/** Words that YAML takes for other values than texts. */
const OTHER_VALUES = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

function plainOrQuoted(text: string): string {
  return /^[A-Za-z][\w.-]*$/.test(text) && !OTHER_VALUES.test(text) ? text : JSON.stringify(text);
}

/** A key and a value that were not cut. A plan needs a value. */
const isPlain = (tag: string): boolean => tag.indexOf('=') > 0 && !tag.includes('…');

function tagsOf(tags: readonly string[]): Record<string, string | readonly string[]> {
  const byKey = Map.groupBy(tags, (tag) => tag.slice(0, tag.indexOf('=')));
  return Object.fromEntries(
    [...byKey].map(([key, all]) => {
      const values = all.map((tag) => tag.slice(key.length + 1));
      return [key, values.length === 1 ? values[0]! : values];
    }),
  );
}
