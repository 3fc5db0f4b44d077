/** Checks whether an instance meets the conditions of a selector. */
import { editionText } from '../../messages/en/quantities.ts';
import { message } from '../../messages/messages.ts';
import {
  type FleetUse,
  type Instance,
  isKnown,
  type Message,
  questionKey,
  type Select,
  type UseCondition,
} from '../../model.ts';
import { compare } from '../parse/quantity.ts';

/** Checks one instance. Returns null if all conditions hold, else why the first one fails. */
export type Matcher = (instance: Instance) => Message | null;

/**
 * Prepares a selector for many instances. Every condition must hold. The values of a list are alternatives.
 * @param use figures of the history of use; `isUnknownUse` is true of the answer about an instance that has none or too
 * few hours, if all other conditions hold.
 */
export function matcher(select: Select, use: FleetUse = NO_USE): Matcher {
  const tests: Matcher[] = [];
  const oneOf = (
    condition: keyof Select,
    list: readonly string[] | null,
    read: (instance: Instance) => string,
  ) => {
    if (list === null) return;
    const set = new Set(list);
    tests.push((one) => {
      const value = read(one);
      return set.has(value) ? null : message('selector.not-listed', { condition, value, list });
    });
  };
  if (select.ids !== null) {
    const ids = new Set(select.ids);
    tests.push(({ id }) => (ids.has(id) ? null : message('selector.id-not-listed', { id })));
  }
  oneOf('regions', select.regions, (one) => one.region);
  oneOf('editions', select.editions, editionText);
  oneOf('status', select.status, (one) => one.status);
  for (const [key, values] of Object.entries(select.tags ?? {})) {
    tests.push(({ tags }) => {
      if (!Object.hasOwn(tags, key)) return message('selector.no-tag', { key });
      const value = tags[key]!;
      return values.includes(value) ? null : message('selector.tag-differs', { key, value, values });
    });
  }
  const { name: pattern } = select;
  if (pattern !== null) {
    const prefix = /^[^*?]*/.exec(pattern)![0];
    tests.push(({ name }) =>
      name.startsWith(prefix) && globMatches(pattern, name)
        ? null
        : message('selector.name-differs', { name, pattern }),
    );
  }
  const { use: conditions = [] } = select;
  // A selector without a condition must have `all: true`. The schema refuses one that has neither.
  if (tests.length === 0 && conditions.length === 0 && !select.all) return () => message('selector.empty');
  return (instance) => {
    for (const test of tests) {
      const fails = test(instance);
      if (fails !== null) return fails;
    }
    return matchesUse(conditions, use.get(instance.id));
  };
}

/** No history was looked up. */
export const NO_USE: FleetUse = new Map();

/** Null: all conditions hold. One that does not hold decides, even if others are not known. */
function matchesUse(
  conditions: readonly UseCondition[],
  figures: ReturnType<FleetUse['get']>,
): Message | null {
  let unknown: Message | null = null;
  for (const condition of conditions) {
    const { of, statistic, over, operator, value: limit } = condition;
    const figure = figures?.get(questionKey(condition));
    if (!isKnown(figure)) {
      const { found = 0, hours = null } = figure ?? {};
      unknown ??= message('selector.use-unknown', { of, over, found, hours });
      continue;
    }
    const { value } = figure;
    if (!compare(value, operator, limit))
      return message('selector.use-differs', { of, statistic, over, value, operator, limit });
  }
  return unknown;
}

/** The matcher does not know, because the history of use is missing or has too few hours. */
export function isUnknownUse(fails: Message | null): boolean {
  return fails?.id === 'selector.use-unknown';
}

/**
 * Matches a glob: `*` stands for any characters, `?` for one, everything else for itself. It is no regular expression,
 * because anybody may have chosen the names. It takes at most length x length steps.
 */
export function globMatches(glob: string, text: string): boolean {
  const pattern = [...glob];
  const letters = [...text];
  let at = 0;
  let star = -1;
  let resume = 0;
  let i = 0;
  while (i < letters.length) {
    if (pattern[at] === '*') {
      star = at++;
      resume = i;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === letters[i])) {
      at += 1;
      i += 1;
    } else if (star >= 0) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
