/**
 * One sentence for a value that does not fit its schema, and the value to write instead. Titles and examples come
 * from the schema.
 */
import type { SchemaError } from '../../generated/validators.js';
import { DAY, GIGABYTE, HOUR, MINUTE, SECOND } from '../../units.ts';
import { closest } from './closest-word.ts';
import type { Remark } from './plan-text.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Longer lists of names stand in the fix, or not at all where one of them is near. */
const MANY = 6;

/**
 * @param key the nearest key above the value; `inList` where the value is an entry of a list under it.
 * @param source the value as it stands in the text.
 */
export function badValue(
  error: SchemaError,
  key: string,
  inList: boolean,
  source: string,
): Omit<Remark, 'code'> {
  const { data, keyword, params } = error;
  const schema = error.parentSchema ?? {};
  const name = inList ? `an entry of ${key}` : key;
  if (keyword === 'maxLength')
    return {
      message: `${name} is longer than ${params.limit} characters`,
      fix: `shorten it to ${params.limit} characters`,
    };
  const choices = choicesOf(schema);
  const many = choices !== null && choices.length > MANY;
  const wanted = many
    ? `one of ${choices.length} names`
    : (choices?.join(' or ') ?? schema.title ?? (schema.type === 'array' ? 'a list' : 'keys with values'));
  // `failed: >2` is YAML for an empty folded block.
  const block = data === '' ? /^[>|][^\n#]*/.exec(source)?.[0].trimEnd() : undefined;
  const guess = block === undefined ? guessOf(schema, key, data, source) : JSON.stringify(block);
  const value =
    guess ??
    (many ? `one of ${choices.join(', ')}` : exampleOf(schema, inList || choices !== null ? '' : key));
  const text = inList ? value : `${key}: ${value}`;
  const isSure = guess !== null || many || choices?.length === 1;
  const remedy = isSure ? { fix: text } : { example: text };
  if (data === null || (data === '' && block === undefined))
    return { message: `${name} has no value; it wants ${wanted}`, ...remedy };
  if (keyword === 'minItems' || keyword === 'minProperties')
    return { message: `${name} is empty; it wants ${wanted}`, ...remedy };
  const shown = block ?? (typeof data === 'number' ? writtenText(data, source) : show(data));
  return { message: `${name} is ${shown}; it wants ${wanted}`, ...remedy };
}

function choicesOf(schema: Schema): readonly unknown[] | null {
  if (Array.isArray(schema.enum)) return schema.enum;
  return schema.const === undefined ? null : [schema.const];
}

/** The value that was most likely meant, in YAML; null where nobody can tell. */
function guessOf(schema: Schema, key: string, data: unknown, source: string): string | null {
  if (typeof data !== 'string' && typeof data !== 'number' && typeof data !== 'boolean') return null;
  const text = writtenText(data, source);
  if (schema.type === 'array') {
    const entries = String(schema.title).startsWith('a program') ? text.split(/ +/) : [text];
    return `[${entries.map(yaml).join(', ')}]`;
  }
  const guess = respell(schema, key, text, typeof data === 'string');
  return guess === null ? null : yaml(guess);
}

/** A number or a truth value as it was written: `1.10` is no 1.1, and 0123 no 123. */
function writtenText(data: string | number | boolean, source: string): string {
  return typeof data === 'string' || !/^[\w.+-]+$/.test(source) ? String(data) : source;
}

/** Where the schema's own example is of another key, or there is none. */
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

/** An example of what `key` wants, in YAML. */
export function exampleOf(schema: Schema, key: string): string {
  if (Object.hasOwn(EXAMPLES, key)) return EXAMPLES[key]!;
  const example = Array.isArray(schema.examples)
    ? schema.examples[0]
    : Array.isArray(schema.enum)
      ? schema.enum[0]
      : undefined;
  return example === undefined ? 'value' : flow(example);
}

/** A value in YAML's flow style. */
export function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${key}: ${flow(one)}`)
      .join(', ')} }`;
  return yaml(value);
}

function yaml(value: unknown): string {
  // An object may have a `toString` of the author's: it is not to be asked.
  if (typeof value === 'object') return JSON.stringify(value);
  if (typeof value !== 'string') return String(value);
  const plain =
    /^[A-Za-z0-9][\w.%+:/-]*( [\w.%+/-]+)*$/.test(value) &&
    !/^(true|false|null|[-+\d.][\d_.eE+-]*|0[xo][\da-f]+)$/i.test(value);
  return plain && !/:$/.test(value) ? value : JSON.stringify(value);
}

/** A value as a sentence shows it. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a group of keys';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 48 ? `${text.slice(0, 47)}…` : text;
}

/** What a bare number counts where a duration is wanted, by its key; elsewhere minutes. */
const UNIT_OF: Readonly<Record<string, string>> = { expires: 'h', within: 'h' };

/**
 * What an author most likely meant by a value that the schema refused, spelt as the plan wants it. Sizes, durations and
 * percentages are what people mistype. Only ever shown: nothing here changes what a plan says.
 *
 * | written       | meant           |
 * |---------------|-----------------|
 * | `4G`, `8 G B` | `4GB`, `8GB`    |
 * | `1.5h`, `3 min` | `90m`, `3m`   |
 * | `25 %`        | `25%`           |
 * | `"8"`         | `8`             |
 * | `1.10`        | `"1.10"`        |
 * | `40%`, where a limit is wanted | `<= 40%` |
 *
 * @param key the nearest key above the value. @param written the value as it stands in the text, without quotes.
 * @returns null: no guess is better than a wrong one.
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
  const taken = new RegExp(pattern, 'u');
  const wanted = isText ? respellings(text, key) : [text, ...respellings(text, key)];
  const fitting = wanted.find((one) => taken.test(one));
  if (fitting !== undefined) return fitting;
  // With both operators allowed, nobody can tell which is meant.
  const limits = [`> ${text}`, `<= ${text}`].filter((one) => taken.test(one));
  return limits.length === 1 ? limits[0]! : null;
}

function inRange(value: number, { minimum, maximum }: Schema): boolean {
  return value >= Number(minimum ?? value) && value <= Number(maximum ?? value);
}

/** In every kind that it can be read as: the schema takes the one that it wants. */
function respellings(text: string, key: string): string[] {
  const words = [size(text), duration(text, UNIT_OF[key] ?? 'm'), percentage(text)];
  return [...words, text.toLowerCase(), text.replace(/\s*[–—]\s*/g, '-')].filter((one) => one !== null);
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

/** `1h30m` is `90m`, `2 days` is `2d`; a bare number counts `unit`. */
function duration(text: string, unit: string): string | null {
  if (/^\d+$/.test(text)) return `${text}${unit}`;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(?!ms|mo)([smhdw])[a-z]*\s*/gi)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return null;
  const letters = parts.map(([, , letter]) => letter!.toLowerCase());
  const ms = parts.reduce((sum, [, number], at) => sum + Number(number) * MILLISECONDS[letters[at]!]!, 0);
  // The unit as written where it is enough, else the greatest that divides.
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
