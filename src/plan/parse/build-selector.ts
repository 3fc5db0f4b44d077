/** Builds a condition on instances from the checked text of an author. */
import { given } from '../../given.ts';
import type { Select, Statistic, UseCondition } from '../../model.ts';
import { DAY } from '../../units.ts';
import { assertParsed, parseComparison, parseDuration, parseOptional, parseShare } from './quantity.ts';

/** A selector that the schema accepts. */
export interface WrittenSelector extends Partial<Omit<Select, 'tags' | 'use'>>, WrittenUse {
  readonly tags?: Readonly<Record<string, string | readonly string[]>>;
}

interface WrittenUse {
  readonly used?: string;
  readonly cpu?: string;
  readonly connections?: string;
  readonly bandwidth?: string;
  readonly evictions?: string;
  readonly over?: string;
  readonly statistic?: Statistic;
}

/** The conditions on use of a selector, with what each compares. */
export const USE_CONDITIONS = {
  used: 'memory',
  cpu: 'cpu',
  connections: 'connections',
  bandwidth: 'bandwidth',
  evictions: 'evictions',
} as const satisfies Record<string, UseCondition['of']>;

/** The schema has the same defaults, for editors. */
export const USE_DEFAULTS = { over: 14 * DAY, statistic: 'max' } as const;

/** @param selector a selector, or the id of an instance. */
export function buildSelect(selector: string | WrittenSelector): Select {
  const written: WrittenSelector = typeof selector === 'string' ? { ids: [selector] } : selector;
  const { all = false, ids = null, regions = null, name = null, editions = null, status = null } = written;
  const tags = written.tags ? buildTags(written.tags) : null;
  const use = buildUse(written);
  return {
    ...{ all, ids, regions, tags, name, editions, status },
    ...given({ use: use.length === 0 ? null : use }),
  };
}

function buildUse(written: WrittenUse): UseCondition[] {
  const over = parseOptional(written.over, parseDuration) ?? USE_DEFAULTS.over;
  return Object.entries(USE_CONDITIONS).flatMap(([key, of]): UseCondition[] => {
    const text = written[key as keyof typeof USE_CONDITIONS];
    if (text === undefined) return [];
    return of === 'evictions'
      ? [{ of, statistic: 'sum', over, ...assertParsed(parseComparison(text)) }]
      : [
          {
            of,
            statistic: written.statistic ?? USE_DEFAULTS.statistic,
            over,
            ...assertParsed(parseShare(text)),
          },
        ];
  });
}

/** Tags with lists of values. */
export function buildTags(tags: NonNullable<WrittenSelector['tags']>): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [key, typeof value === 'string' ? [value] : value]),
  );
}
