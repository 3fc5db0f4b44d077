/** Checks whether an instance meets the conditions of a selector. */
import { editionText } from '../../messages/en/quantities.ts';
import { message } from '../../messages/messages.ts';
import type { Instance, Message, Select } from '../../model.ts';

/** Checks one instance. Returns null if all conditions hold, else why the first one fails. */
export type Matcher = (instance: Instance) => Message | null;

/** Prepares a selector for many instances. Every condition must hold. The values of a list are alternatives. */
export function matcher(select: Select): Matcher {
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
    tests.push(({ name }) =>
      globMatches(pattern, name) ? null : message('selector.name-differs', { name, pattern }),
    );
  }
  // A selector without a condition must have `all: true`. The schema refuses one that has neither.
  if (tests.length === 0 && !select.all) return () => message('selector.empty');
  return (instance) => {
    for (const test of tests) {
      const fails = test(instance);
      if (fails !== null) return fails;
    }
    return null;
  };
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
