/** Does an instance meet a selector's conditions, and if not, which one fails? */
import type { Instance, Select } from '../../model.ts';

/** A selector made ready for many instances: null where all conditions hold, else the first that fails, in words. */
export type Matcher = (instance: Instance) => string | null;

/** Makes a selector ready. Every given condition must hold; lists are alternatives. */
export function matcher(select: Select): Matcher {
  const tests: Matcher[] = [];
  const oneOf = (name: string, list: readonly string[] | null, value: (instance: Instance) => string) => {
    if (list === null) return;
    const set = new Set(list);
    tests.push((one) =>
      set.has(value(one)) ? null : `${name}: ${value(one)} is not among ${list.join(', ')}`,
    );
  };
  if (select.ids !== null) {
    const ids = new Set(select.ids);
    tests.push((one) => (ids.has(one.id) ? null : `ids: ${one.id} is not among them`));
  }
  oneOf('regions', select.regions, (one) => one.region);
  oneOf('editions', select.editions, (one) => one.edition);
  oneOf('status', select.status, (one) => one.status);
  for (const [key, values] of Object.entries(select.tags ?? {})) {
    tests.push((one) => {
      if (!Object.hasOwn(one.tags, key)) return `tags: it has no tag ${key}`;
      return values.includes(one.tags[key]!)
        ? null
        : `tags: ${key} is ${one.tags[key]}, not ${values.join(' or ')}`;
    });
  }
  const { name } = select;
  if (name !== null) {
    tests.push((one) => (globMatches(name, one.name) ? null : `name: ${one.name} does not match ${name}`));
  }
  // A selector without a single condition must say so; the schema refuses one that does not.
  if (tests.length === 0 && !select.all)
    return () => 'the selector names nothing; all: true selects everything';
  return (instance) => {
    for (const test of tests) {
      const fails = test(instance);
      if (fails !== null) return fails;
    }
    return null;
  };
}

/**
 * `*` stands for any characters, `?` for one; everything else for itself. No regular expression: the author's
 * pattern meets names that anybody may have chosen, and this takes at most length x length.
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
