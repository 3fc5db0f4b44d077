/**
 * The message about a value that does not fit its schema, with the value to write instead. Titles and examples come
 * from the schema.
 */
import type { SchemaError } from '../../generated/validators.js';
import { message } from '../../messages/messages.ts';
import type { Message } from '../../model.ts';
import { DAY, GIGABYTE, HOUR, MINUTE, SECOND } from '../../units.ts';
import { closest } from './closest-word.ts';

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
  return message('plan-text.bad-value', {
    part,
    problem: isMissing ? 'missing' : isEmpty ? 'empty' : 'wrong',
    value: written === null ? describeValue(data) : { text: written },
    expected:
      values !== null
        ? { values }
        : typeof schema.title === 'string'
          ? { title: schema.title }
          : { kind: schema.type === 'array' ? 'list' : 'map' },
    fix: block === undefined ? guessOf(schema, key, data, source) : JSON.stringify(block),
    example: exampleOf(schema, entry || values !== null ? '' : key),
  });
}

function choicesOf(schema: Schema): readonly unknown[] | null {
  if (Array.isArray(schema.enum)) return schema.enum;
  return schema.const === undefined ? null : [schema.const];
}

/** The value that the author most likely meant, in YAML; null when Refit cannot know it. */
function guessOf(schema: Schema, key: string, data: unknown, source: string): string | null {
  if (typeof data !== 'string' && typeof data !== 'number' && typeof data !== 'boolean') return null;
  const text = sourceOrText(data, source);
  if (schema.type === 'array') {
    const entries = String(schema.title).startsWith('a program') ? text.split(/ +/) : [text];
    return `[${entries.map(formatScalar).join(', ')}]`;
  }
  const guess = respell(schema, key, text, typeof data === 'string');
  return guess === null ? null : formatScalar(guess);
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

function formatScalar(value: unknown): string {
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

/** The unit of a bare number where the key needs a duration; minutes for other keys. */
const UNIT_OF: Readonly<Record<string, string>> = { expires: 'h', within: 'h' };

/**
 * The value that the author most likely meant, in the spelling of a plan. People mistype sizes, durations and
 * percentages. Refit only shows the guess and never uses it.
 *
 * | written       | meant           |
 * |---------------|-----------------|
 * | `4G`, `8 G B` | `4GB`, `8GB`    |
 * | `1.5h`, `3 min` | `90m`, `3m`   |
 * | `25 %`        | `25%`           |
 * | `"8"`         | `8`             |
 * | `1.10`        | `"1.10"`        |
 * | `40%`, where the key needs a limit | `<= 40%` |
 *
 * @param key the nearest key above the value. @param written the value in the text, without quotes.
 * @returns null when no guess is safe.
 */
function respell(schema: Schema, key: string, written: string, isText: boolean): string | number | null {
  const text = written.trim();
  if (text.length > 80) return null;
  if (Array.isArray(schema.enum))
    return closest(
      text,
      schema.enum.filter((one) => typeof one === 'string'),
    );
  const types = [schema.type].flat();
  if (types.includes('integer') && /^[1-9]\d{0,5}$/.test(text) && inRange(Number(text), schema))
    return Number(text);
  if (!types.includes('string')) return null;
  const { pattern } = schema;
  if (typeof pattern !== 'string') return isText ? null : text;
  const accepted = new RegExp(pattern, 'u');
  const guesses = isText ? suggestedSpellings(text, key) : [text, ...suggestedSpellings(text, key)];
  const fitting = guesses.find((one) => accepted.test(one));
  if (fitting !== undefined) return fitting;
  // When the key allows both operators, Refit cannot know which one the author meant.
  const limits = [`> ${text}`, `<= ${text}`].filter((one) => accepted.test(one));
  return limits.length === 1 ? limits[0]! : null;
}

function inRange(value: number, { minimum, maximum }: Schema): boolean {
  return value >= Number(minimum ?? value) && value <= Number(maximum ?? value);
}

/** The text as a size, a duration, a percentage and so on; the schema picks one. */
function suggestedSpellings(text: string, key: string): string[] {
  const quantities = [size(text), duration(text, UNIT_OF[key] ?? 'm'), percentage(text)];
  return [...quantities, text.toLowerCase(), text.replace(/\s*[–—]\s*/g, '-')].filter((one) => one !== null);
}

/** Megabytes in each unit, by its first letter. */
const MEGABYTES: Readonly<Record<string, number>> = { m: 1, g: GIGABYTE, t: GIGABYTE * 1024 };

/** `4 GiB` is `4GB`, `1.5G` is `1536MB`. */
function size(text: string): string | null {
  const [, number, letter] = /^(\d+(?:\.\d+)?)([mgt])(?:i?b)?$/i.exec(text.replaceAll(' ', '')) ?? [];
  if (number === undefined || letter === undefined) return null;
  const mb = Number(number) * MEGABYTES[letter.toLowerCase()]!;
  if (!Number.isSafeInteger(mb)) return null;
  return letter.toLowerCase() === 'm' || mb % GIGABYTE !== 0 ? `${mb}MB` : `${mb / GIGABYTE}GB`;
}

const MILLISECONDS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** `1h30m` is `90m`, `2 days` is `2d`. A bare number gets `unit`. */
function duration(text: string, unit: string): string | null {
  if (/^\d+$/.test(text)) return `${text}${unit}`;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(?!ms|mo)([smhdw])[a-z]*\s*/gi)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return null;
  const letters = parts.map(([, , letter]) => letter!.toLowerCase());
  const ms = parts.reduce((sum, [, number], at) => sum + Number(number) * MILLISECONDS[letters[at]!]!, 0);
  // The author's unit if it divides the duration, else the largest unit that does.
  const wanted = [...(parts.length === 1 ? letters : []), 'd', 'h', 'm', 's'].find(
    (one) => one !== 'w' && ms % MILLISECONDS[one]! === 0,
  );
  return wanted === undefined ? null : `${ms / MILLISECONDS[wanted]!}${wanted}`;
}

/** `+25 %` is `25%`. */
function percentage(text: string): string | null {
  const [, number] = /^\+?(\d+(?:\.\d+)?)\s*%$/.exec(text) ?? [];
  return number === undefined ? null : `${number}%`;
}
