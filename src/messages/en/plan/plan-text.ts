/** What Refit says about the text of a plan, a policy or a list of people: its encoding, its YAML and the schema. */
import type { Text } from '../../text.ts';

/** The part of a plan or policy that a sentence is about. `key` is the nearest key above it; null for the whole text. */
export interface Part {
  /** What the whole text is; absent for a plan. */
  readonly whole?: 'policy' | 'people' | 'sizing';
  readonly key: string | null;
  /** Whether the part is an entry of the list under `key`. */
  readonly entry: boolean;
}

/** A value as the author wrote it, or its kind when it is too long to show. */
type Shown = { readonly text: string } | { readonly kind: 'empty' | 'list' | 'map' };

const KINDS = { empty: 'empty', list: 'a list', map: 'a group of keys' } as const;

const shown = (value: Shown): string => ('text' in value ? value.text : KINDS[value.kind]);

/** What a whole text is called, and keys that it has. */
const WHOLE = {
  plan: { name: 'plan', keys: 'name: and targets:' },
  policy: { name: 'policy', keys: 'limit:' },
  people: { name: 'file of people', keys: 'issuer: and clientId:' },
  sizing: { name: 'sizing file', keys: 'memory:' },
} as const;

/** The part of a text in words: `shards`, `an entry of allow`, `the plan`. */
export const nameOf = ({ whole, key, entry }: Part): string =>
  key === null ? `the ${WHOLE[whole ?? 'plan'].name}` : entry ? `an entry of ${key}` : key;

/** A fix when Refit knows the value, else an example. */
const suggest = (certain: boolean, text: string) => (certain ? { fix: text } : { example: text });

const ADVICE = {
  indent: 'start the line in the column of the keys it belongs to, with spaces',
  quote: 'quote the value, or remove the part that does not belong there',
  entries: 'separate the entries with commas, and close every bracket',
  tag: 'remove the tag; quote the value if it is text',
  depth: 'use at most eight levels; nothing needs more',
  once: 'keep one of the two',
} as const;

export const planText = {
  'plan-text.too-large': ({ bytes, limit }: { bytes: number; limit: number }): Text => ({
    message: `the file has ${bytes} bytes; Refit reads at most ${limit}`,
    fix: 'use selectors instead of naming each instance, or split the plan into two',
  }),
  'plan-text.utf16': ({ command }: { command: string }): Text => ({
    message: 'the file is UTF-16; it must be UTF-8',
    fix: command,
  }),
  'plan-text.not-utf8': ({ line, command }: { line: number; command: string }): Text => ({
    message: `line ${line} is not UTF-8`,
    fix: command,
  }),
  'plan-text.binary': ({ byte }: { byte: number }): Text => ({
    message: `the file is binary: byte ${byte} is zero`,
    fix: 'name a YAML file; a saved plan or an archive is none',
  }),
  'plan-text.control-character': ({ character }: { character: string }): Text => ({
    message: `the text contains the control character ${character}, which YAML does not allow`,
    fix: 'remove the character; if the file is binary, name a YAML file',
  }),
  'plan-text.empty': ({ example }: { example: string }): Text => ({
    message: 'the file is empty',
    example,
  }),

  'plan-text.yaml': ({
    text,
    advice,
  }: {
    /** The YAML parser's own text. */
    text: string;
    advice: 'indent' | 'quote' | 'entries';
  }): Text => ({ message: text, fix: ADVICE[advice] }),
  'plan-text.second-document': (): Text => ({
    message: 'the file has a second YAML document; Refit reads only one',
    fix: 'split the file at the line ---',
  }),
  'plan-text.second-key-on-line': (): Text => ({
    message: 'the line has a second key',
    fix: 'put the second key on its own line, or quote the value',
  }),
  'plan-text.cannot-start-with': ({ character }: { character: string }): Text => ({
    message: `a value cannot start with ${character}`,
    fix: 'remove it, or quote the value',
  }),
  'plan-text.needs-quotes': ({ value }: { value: string }): Text => ({
    message: `a value that starts with ${value[0]} needs quotes`,
    fix: JSON.stringify(value),
  }),
  'plan-text.quotes-not-closed': ({ quote }: { quote: string }): Text => ({
    message: `the ${quote} that opens here is never closed`,
    fix: 'close the quotes on the same line',
  }),
  'plan-text.tab': ({ more, command }: { more: number; command: string }): Text => ({
    message: `the line is indented with a tab${more > 0 ? `, and ${more} more after it` : ''}; YAML indents with spaces`,
    fix: command,
  }),
  'plan-text.yaml-version': (): Text => ({
    message: 'Refit reads YAML 1.2; other versions read the same text differently',
    fix: '%YAML 1.2',
  }),
  'plan-text.tag': ({ tag }: { tag: string }): Text => ({
    message: `Refit does not read the tag ${tag}: write plain data`,
    fix: ADVICE.tag,
  }),
  'plan-text.too-tangled': (): Text => ({
    message: 'the text is nested too deep to read',
    fix: ADVICE.depth,
  }),
  'plan-text.too-deep': ({ limit }: { limit: number }): Text => ({
    message: `the text is nested deeper than ${limit} levels`,
    fix: ADVICE.depth,
  }),
  'plan-text.too-many-values': ({ limit }: { limit: number }): Text => ({
    message: `the text has more than ${limit} values`,
    fix: 'select the instances by tag, or split the plan into two',
  }),
  'plan-text.too-many-aliases': ({ limit }: { limit: number }): Text => ({
    message: `the text uses aliases more than ${limit} times, including aliases inside aliases`,
    fix: 'write the values out, or select the instances by tag',
  }),
  'plan-text.unknown-anchor': ({ alias, value }: { alias: string; value: string }): Text => ({
    message: `${alias} refers to an anchor, but no anchor of that name is above it`,
    fix: `as text: ${JSON.stringify(value)}`,
  }),
  'plan-text.contains-itself': ({ alias }: { alias: string }): Text => ({
    message: `${alias} contains itself`,
    fix: 'write the values out',
  }),
  'plan-text.key-is-not-text': (): Text => ({
    message: 'a key must be plain text',
    example: 'name: value',
  }),
  'plan-text.forbidden-key': ({ key }: { key: string }): Text => ({
    message: `the key ${key} is not allowed anywhere`,
    fix: 'remove it',
  }),
  'plan-text.merge-key': (): Text => ({
    message: 'YAML 1.2 has no merge key <<',
    fix: 'write the keys out',
  }),
  'plan-text.duplicate-key': ({ key, line }: { key: string; line: number }): Text => ({
    message: `the key ${key} occurs twice, first on line ${line}`,
    fix: ADVICE.once,
  }),

  'plan-text.unknown-key': ({
    part,
    title,
    key,
    odd,
    meant,
    home,
    known,
  }: {
    part: Part;
    /** The schema's name of the part, when that is clearer; else null. */
    title: string | null;
    key: string;
    /** A character in it that looks like another one. */
    odd: { readonly code: string; readonly name: string } | null;
    meant: string | null;
    /** The path of the key that it belongs under; empty for the top level of the plan. */
    home: string | null;
    known: readonly string[];
  }): Text => ({
    message: `unknown key ${key}${odd === null ? '' : ` with ${odd.code}, ${odd.name},`} in ${title ?? nameOf(part)}`,
    fix:
      meant !== null
        ? `did you mean ${meant}${home === null ? '' : home === '' ? ', at the top level of the plan' : `, under ${home}`}?`
        : odd !== null
          ? `replace ${odd.code}`
          : home === null
            ? `remove it; known keys: ${known.join(', ')}`
            : home === ''
              ? 'move it to the top level of the plan'
              : `move it under ${home}`,
  }),
  'plan-text.missing-key': ({
    part,
    key,
    value,
    certain,
  }: {
    part: Part;
    key: string;
    value: string;
    certain: boolean;
  }): Text => ({
    message: `the key ${key} is missing from ${part.entry ? `this entry of ${part.key}` : nameOf(part)}`,
    ...suggest(certain, `${key}: ${value}`),
  }),
  'plan-text.needs-other-key': ({ key, needs }: { key: string; needs: string }): Text => ({
    message: `${key} is allowed only beside ${needs}`,
    fix: `remove ${key}, or add ${needs}`,
  }),
  'plan-text.one-key-only': ({ part, keys }: { part: Part; keys: readonly string[] }): Text => ({
    message: `${nameOf(part)} has ${keys.join(' and ')}, and only one is allowed`,
    fix: `keep one of ${keys.join(' and ')}`,
  }),
  'plan-text.no-key-of': ({
    part,
    keys,
    value,
    certain,
  }: {
    part: Part;
    keys: readonly string[];
    value: string;
    certain: boolean;
  }): Text => ({
    message: `${nameOf(part)} has none of ${keys.join(', ')}`,
    ...suggest(certain, `${keys[0]}: ${value}`),
  }),
  'plan-text.target-without-instance': ({ value }: { value: string }): Text => ({
    message: 'the target has no instance and no selector',
    example: `instance: ${value}`,
  }),
  'plan-text.target-without-size': ({ value }: { value: string }): Text => ({
    message: 'the target has no size: no memoryPerShard, shards or replicas',
    example: `memoryPerShard: ${value}`,
  }),
  'plan-text.target-with-both': (): Text => ({
    message: 'the target has both an instance and a selector',
    fix: 'keep one of instance and select',
  }),
  'plan-text.relative-size-empty': (): Text => ({
    message: 'the relative size needs grow, atLeast or fit',
    example: 'grow: 25%',
  }),
  'plan-text.at-most-alone': ({ atMost }: { atMost: string }): Text => ({
    message: 'the relative size needs grow, atLeast or fit; atMost alone never makes a size smaller',
    fix: `memoryPerShard: ${atMost}`,
  }),
  'plan-text.empty-selector': (): Text => ({
    message: 'the selector is empty; to select every instance, write all: true',
    example: 'select: { tags: { env: [prod] } }, or { all: true } for every instance',
  }),
  'plan-text.empty-exclude': (): Text => ({
    message: 'the selector under exclude is empty and would exclude every instance',
    fix: 'remove it',
  }),
  'plan-text.version': ({
    part,
    value,
    versions,
  }: {
    part: Part;
    value: Shown;
    versions: readonly number[];
  }): Text => ({
    message: `the version of ${nameOf({ ...part, key: null })} is ${shown(value)}; this version of refit reads: ${versions.join(', ')}`,
    fix: `version: ${versions.at(-1)}`,
  }),
  'plan-text.not-a-map': ({ part, value, example }: { part: Part; value: Shown; example: string }): Text => ({
    message: `${nameOf(part)} is ${shown(value)}; it must be keys with values, such as ${WHOLE[part.whole ?? 'plan'].keys}`,
    ...('kind' in value && value.kind === 'list' && part.whole === undefined
      ? { fix: 'put the list under targets:, beside version: 1 and name:' }
      : { example }),
  }),

  'plan-text.too-long': ({ part, limit }: { part: Part; limit: number }): Text => ({
    message: `${nameOf(part)} is longer than ${limit} characters`,
    fix: `shorten it to ${limit} characters`,
  }),
  'plan-text.too-many': ({ part, limit, entries }: { part: Part; limit: number; entries: number }): Text => ({
    message: `${nameOf(part)} has ${entries} entries, and a plan may have at most ${limit} there`,
    fix: `keep ${limit} entries, or use several plans`,
  }),
  'plan-text.bad-value': ({
    part,
    problem,
    value,
    expected,
    odd,
    fix,
    example,
  }: {
    part: Part;
    problem: 'missing' | 'empty' | 'wrong';
    value: Shown;
    /** A character in it that looks like another one. */
    odd: { readonly code: string; readonly name: string } | null;
    /** The allowed values, or the title of the schema. */
    expected:
      | { readonly values: readonly unknown[] }
      | { readonly title: string }
      | { readonly kind: 'list' | 'map' };
    /** The values that were most likely meant; empty when Refit cannot know. */
    fix: readonly string[];
    example: string;
  }): Text => {
    const values = 'values' in expected ? expected.values : [];
    const isLong = values.length > MANY;
    const wanted = isLong
      ? `one of ${values.length} names`
      : 'title' in expected
        ? expected.title
        : 'kind' in expected
          ? { list: 'a list', map: 'keys with values' }[expected.kind]
          : `${values.slice(0, -1).join(', ')}${values.length > 1 ? ' or ' : ''}${values.at(-1)}`;
    const state =
      problem === 'missing' ? 'has no value' : problem === 'empty' ? 'is empty' : `is ${shown(value)}`;
    const labelled = (text: string) => (part.entry ? text : `${part.key}: ${text}`);
    const named = odd === null ? '' : ` with ${odd.code}, ${odd.name}`;
    const message = `${nameOf(part)} ${state}${named}; it must be ${wanted}`;
    if (fix.length > 0) return { message, fix: fix.map(labelled).join(', or ') };
    const text = isLong ? `one of ${values.join(', ')}` : example;
    return { message, ...suggest(isLong || values.length === 1, labelled(text)) };
  },
};

/** A longer list of allowed values is in the fix, not in the message. */
const MANY = 6;
