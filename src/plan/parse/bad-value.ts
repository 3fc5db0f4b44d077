/**
 * The message about a value that does not fit its schema, with the value to write instead. Titles and examples come
 * from the schema.
 */
import type { SchemaError } from '../../generated/validators.js';
import { message } from '../../messages/messages.ts';
import type { Message } from '../../model.ts';
import { readingsUnder } from './ambiguous-number.ts';
import { oddCharacterIn } from './odd-characters.ts';
import { respell } from './respell.ts';

type Schema = Readonly<Record<string, unknown>>;

/**
 * @param part.key the nearest key above the value. @param part.entry whether the value is a list entry under the key.
 * @param source the value as the author wrote it.
 */
export function badValueMessage(
  error: SchemaError,
  part: { readonly key: string; readonly entry: boolean },
  source: string,
): Message {
  const { data, keyword, params } = error;
  const { key, entry } = part;
  const schema = error.parentSchema ?? {};
  if (keyword === 'maxLength') return message('plan-text.too-long', { part, limit: Number(params.limit) });
  if (keyword === 'maxItems')
    return message('plan-text.too-many', {
      part,
      limit: Number(params.limit),
      entries: (data as unknown[]).length,
    });
  const values = choicesOf(schema);
  // `failed: >2` is YAML for an empty folded block.
  const block = data === '' ? /^[>|][^\n#]*/.exec(source)?.[0].trimEnd() : undefined;
  const isMissing = data === null || (data === '' && block === undefined);
  const isEmpty = keyword === 'minItems' || keyword === 'minProperties';
  const written = block ?? (typeof data === 'number' ? sourceOrText(data, source) : null);
  const fix = block === undefined ? guessesOf(schema, key, data, source) : [JSON.stringify(block)];
  const odd = typeof data === 'string' ? oddCharacterIn(data) : null;
  const readings = fix.length > 0 || odd !== null ? null : readingsFor(schema, key, data, source);
  if (readings !== null) return message('typed.ambiguous-number', { part, ...readings });
  return message('plan-text.bad-value', {
    part,
    problem: isMissing ? 'missing' : isEmpty ? 'empty' : 'wrong',
    value: written === null ? describeValue(data) : { text: written },
    odd: odd && { code: odd.code, name: odd.name },
    expected:
      values !== null
        ? { values }
        : typeof schema.title === 'string'
          ? { title: schema.title }
          : { kind: schema.type === 'array' ? 'list' : 'map' },
    fix,
    example: exampleOf(schema, entry || values !== null ? '' : key),
  });
}

/** The readings of a number that this schema accepts; null if the value is no such number. */
function readingsFor(schema: Schema, key: string, data: unknown, source: string) {
  if (typeof data !== 'string' && typeof data !== 'number') return null;
  const written = sourceOrText(data, source);
  const readings = readingsUnder(key, written);
  if (readings === null || respell(schema, key, readings.values.at(-1)!, true).length === 0) return null;
  return { written, ...readings };
}

function choicesOf(schema: Schema): readonly unknown[] | null {
  if (Array.isArray(schema.enum)) return schema.enum;
  return schema.const === undefined ? null : [schema.const];
}

/** The values that the author most likely meant, in YAML; empty when Refit cannot know. */
function guessesOf(schema: Schema, key: string, data: unknown, source: string): readonly string[] {
  if (typeof data !== 'string' && typeof data !== 'number' && typeof data !== 'boolean') return [];
  const text = sourceOrText(data, source);
  if (schema.type === 'array') {
    const entries = String(schema.title).startsWith('a program') ? text.split(/ +/) : [text];
    return [`[${entries.map(formatScalar).join(', ')}]`];
  }
  if (schema.title === 'a selector') return selectorMeant(text);
  return respell(schema, key, text, typeof data === 'string').map(formatScalar);
}

/** The keys of a selector, by the words that `--select` has for them. */
const CONDITIONS: Readonly<Record<string, string>> = {
  id: 'ids',
  region: 'regions',
  edition: 'editions',
  status: 'status',
};

/** The selector that a condition of `--select` means: `tags.env=prod` is `{ tags: { env: prod } }`. */
function selectorMeant(text: string): readonly string[] {
  const [, word = '', tag, written = ''] = /^(?:([a-z]+)|tags\.([\w-]+))=([\w.*?,-]+)$/.exec(text) ?? [];
  const values = written.split(',');
  if (tag !== undefined) return [formatFlow({ tags: { [tag]: values.length === 1 ? values[0] : values } })];
  if (word === 'name' && values.length === 1) return [formatFlow({ name: written })];
  return Object.hasOwn(CONDITIONS, word) ? [formatFlow({ [CONDITIONS[word]!]: values })] : [];
}

/** A number or boolean as the author wrote it: `1.10` stays `1.10`, and `0123` stays `0123`. */
function sourceOrText(data: string | number | boolean, source: string): string {
  return typeof data === 'string' || !/^[\w.+-]+$/.test(source) ? String(data) : source;
}

/** Examples for keys whose schema has none, or one for another key. */
const EXAMPLES: Readonly<Record<string, string>> = {
  name: 'double-eleven-headroom',
  change: 'CHG-20481',
  owner: 'dba-oncall',
  expires: '48h',
  lastStart: '45m',
  patience: '3m',
  within: '4h',
  memoryPerShard: '4GB',
  fit: '65%',
  found: '90%',
  saves: '10%',
};

/** An example value for `key`, in YAML. */
export function exampleOf(schema: Schema, key: string): string {
  if (Object.hasOwn(EXAMPLES, key)) return EXAMPLES[key]!;
  const example = Array.isArray(schema.examples)
    ? schema.examples[0]
    : Array.isArray(schema.enum)
      ? schema.enum[0]
      : undefined;
  return example === undefined ? 'value' : formatFlow(example);
}

/** A value in YAML's flow style. */
export function formatFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatFlow).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${key}: ${formatFlow(one)}`)
      .join(', ')} }`;
  return formatScalar(value);
}

/** A scalar in YAML, quoted where it needs quotes. */
export function formatScalar(value: unknown): string {
  // `String` would call a `toString` key that the author wrote.
  if (typeof value === 'object') return JSON.stringify(value);
  if (typeof value !== 'string') return String(value);
  const plain =
    /^[A-Za-z0-9][\w.%+:/-]*( [\w.%+/-]+)*$/.test(value) &&
    !/^(true|false|null|[-+\d.][\d_.eE+-]*|0[xo][\da-f]+)$/i.test(value);
  return plain && !/:$/.test(value) ? value : JSON.stringify(value);
}

/** A value for a message: its text, cut at 48 characters, or its kind. */
export function describeValue(value: unknown): { text: string } | { kind: 'empty' | 'list' | 'map' } {
  if (value === null || value === undefined) return { kind: 'empty' };
  if (typeof value === 'object') return { kind: Array.isArray(value) ? 'list' : 'map' };
  return { text: shorten(typeof value === 'string' ? JSON.stringify(value) : String(value)) };
}

/** A text of at most 48 characters. */
export function shorten(text: string): string {
  return text.length > 48 ? `${text.slice(0, 47)}…` : text;
}
