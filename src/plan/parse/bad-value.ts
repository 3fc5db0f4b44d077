/**
 * One sentence for a value that does not fit its schema, and the value to write instead. Titles and examples come
 * from the schema.
 */
import type { SchemaError } from '../../generated/validators.js';
import { respell } from './suggest-spelling.ts';

type Schema = Readonly<Record<string, unknown>>;

/** What a bare number most likely counts. */
const UNITS: Readonly<Record<string, string>> = {
  expires: 'h',
  patience: 'm',
  soak: 'm',
  lastStart: 'm',
  within: 'h',
};

/**
 * @param key the nearest key above the value; `inList` where the value is an entry of a list under it.
 * @param source the source text from the value on.
 */
export function badValue(
  error: SchemaError,
  key: string,
  inList: boolean,
  source: string,
): { what: string; mend: string } {
  const { data, keyword, params } = error;
  const schema = error.parentSchema ?? {};
  const name = inList ? `an entry of ${key}` : key;
  const choices = Array.isArray(schema.enum)
    ? schema.enum
    : schema.const !== undefined
      ? [schema.const]
      : null;
  // `failed: >2` is YAML for an empty folded block.
  const block = data === '' ? /^[>|][^\n#]*/.exec(source.slice(0, 60))?.[0].trimEnd() : undefined;
  const guess = block !== undefined ? JSON.stringify(block) : guessOf(error, schema, key, choices);
  const mend =
    guess ??
    (choices && choices.length > MANY
      ? `one of ${choices.join(', ')}`
      : exampleOf(schema, inList ? '' : key));
  const typed = inList ? mend : `${key}: ${mend}`;
  const wanted = choices
    ? choices.length > MANY
      ? `one of ${choices.length} names`
      : choices.join(' or ')
    : ((schema.title as string | undefined) ?? (schema.type === 'array' ? 'a list' : 'keys with values'));

  if (data === null || (data === '' && block === undefined))
    return { what: `${name} has no value; it wants ${wanted}`, mend: typed };
  if (keyword === 'minItems' || keyword === 'minProperties')
    return { what: `${name} is empty; it wants ${wanted}`, mend: typed };
  if (keyword === 'maxLength')
    return {
      what: `${name} is longer than ${params.limit} characters`,
      mend: `shorten it to ${params.limit} characters`,
    };
  return { what: `${name} is ${block ?? show(data)}; it wants ${wanted}`, mend: typed };
}

/** Longer lists stand in the mend, or not at all where one of them is near. */
const MANY = 6;

function guessOf(
  error: SchemaError,
  schema: Schema,
  key: string,
  choices: readonly unknown[] | null,
): string | null {
  const { data } = error;
  const isScalar = typeof data === 'string' || typeof data === 'number' || typeof data === 'boolean';
  if (!isScalar) return null;
  if (schema.type === 'array') return `[${yaml(data)}]`;
  const kind = /.*(?:properties|\$defs)\/([^/]+)/.exec(error.schemaPath)?.[1] ?? key;
  const guess = respell(kind, data, UNITS[key] ?? 'm', choices);
  if (guess !== null && fits(guess, schema)) return yaml(guess);
  const types = [schema.type].flat();
  const wantsText = types.includes('string') && !types.includes('integer') && typeof data !== 'string';
  return wantsText && fits(yaml(data), schema) ? JSON.stringify(yaml(data)) : null;
}

/** A guess that would be refused in its turn is worse than an example. */
function fits(
  guess: string | number,
  { pattern, minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: Schema,
): boolean {
  if (typeof guess === 'number') return guess >= Number(minimum) && guess <= Number(maximum);
  return typeof pattern !== 'string' || new RegExp(pattern, 'u').test(guess);
}

const EXAMPLES: Readonly<Record<string, string>> = {
  targets: '\n  - instance: crs-5qlrlhux\n    memoryPerShard: 4GB',
  name: 'double-eleven-headroom',
  change: 'CHG-20481',
  owner: 'dba-oncall',
  expires: '48h',
  finishBy: '2026-11-10T05:00:00+08:00',
  lastStart: '45m',
  patience: '3m',
  soak: '30m',
  within: '4h',
};

/** An example of what `key` wants, in YAML. */
export function exampleOf(schema: Record<string, unknown>, key: string): string {
  if (Object.hasOwn(EXAMPLES, key)) return EXAMPLES[key]!;
  const example = Array.isArray(schema.examples)
    ? schema.examples[0]
    : Array.isArray(schema.enum)
      ? schema.enum[0]
      : undefined;
  return example === undefined ? 'value' : flow(example);
}

/** A value in YAML's flow style. */
function flow(value: unknown): string {
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
    !/^(true|false|null|[-+\d.][\d_.eExXoO+-]*)$/i.test(value);
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
