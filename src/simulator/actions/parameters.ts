/**
 * Reads and checks the parameters of an action. The gateway refuses an unknown name, a wrong type and a missing
 * parameter before the action runs. Codes: docs/provider.md P157.
 */
import { missingParameter, Refusal } from './refusal.ts';

type Kind = 'string' | 'integer' | 'whole' | 'boolean';

/** The type of a parameter. `whole`: unsigned integer. `!`: required. `[]`: list. `[Schema]`: list of objects. */
export type FieldKind =
  | Kind
  | `${Kind}!`
  | `${Kind}[]`
  | `${Kind}[]!`
  | readonly [Schema]
  | readonly [Schema, '!'];
export interface Schema {
  readonly [name: string]: FieldKind;
}

/** Parameters that match their schema. */
export type Params = Readonly<Record<string, unknown>>;

/** Reads a JSON body. @throws Refusal if it is not a JSON object that matches the schema */
export function decodeJson(schema: Schema, body: string): Params {
  let value: unknown;
  try {
    value = body === '' ? {} : JSON.parse(body);
  } catch {
    throw new Refusal('InvalidRequest', 'the request body is not JSON');
  }
  return fitTo(schema, value);
}

/** Reads the parameters of a GET or a form, with flat names such as `NodeSet.0.ZoneId`. @throws Refusal */
export function decodeFlat(schema: Schema, pairs: Iterable<readonly [string, string]>): Params {
  const root: Record<string, unknown> = Object.create(null);
  for (const [path, value] of pairs) {
    const keys = path.split('.');
    if (keys.length > 5)
      throw new Refusal('InvalidParameter', `the parameter ${JSON.stringify(path)} is too deep`);
    let at = root;
    for (const key of keys.slice(0, -1)) {
      if (typeof at[key] !== 'object') at[key] = Object.create(null);
      at = at[key] as Record<string, unknown>;
    }
    at[keys.at(-1)!] = value;
  }
  return fitTo(schema, root, true);
}

/**
 * Checks parameters that are already values.
 * @param asText numbers and booleans are text, and lists are objects
 * @param at path of the value, for messages
 * @throws Refusal if they do not match the schema
 */
export function fitTo(schema: Schema, value: unknown, asText = false, at = ''): Params {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(at || 'body');
  const params = value as Record<string, unknown>;
  const fitted: Record<string, unknown> = {};
  for (const name in params) {
    const kind = Object.hasOwn(schema, name) ? schema[name] : undefined;
    if (kind === undefined)
      throw new Refusal('UnknownParameter', `The parameter \`${at}${name}\` is not recognized.`);
    // The gateway handles null as absent.
    if (params[name] !== null) fitted[name] = fitField(kind, params[name], at + name, asText);
  }
  for (const name in schema) {
    const kind = schema[name]!;
    const required = typeof kind === 'string' ? kind.endsWith('!') : kind[1] === '!';
    if (required && fitted[name] === undefined) throw missingParameter(at + name);
  }
  return fitted;
}

function fitField(kind: FieldKind, value: unknown, at: string, asText: boolean): unknown {
  const many = typeof kind !== 'string' || kind.includes('[]');
  if (!many) return fitOne(kind.replace('!', '') as Kind, value, at, asText);
  const list = asText && typeof value === 'object' && value !== null ? Object.values(value) : value;
  if (!Array.isArray(list)) throw wrongType(at);
  if (typeof kind !== 'string')
    return list.map((item, index) => fitTo(kind[0], item, asText, `${at}.${index}.`));
  const one = kind.slice(0, kind.indexOf('[')) as Kind;
  return list.map((item, index) => fitOne(one, item, `${at}.${index}`, asText));
}

/** Spellings of booleans as text. Python writes `True`, PHP `1`. Source: docs/provider.md P144. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1'].map((text) => [text, true] as const),
  ...['false', '0'].map((text) => [text, false] as const),
]);

function fitOne(kind: Kind, given: unknown, at: string, asText: boolean): unknown {
  let value = given;
  if (asText && typeof value === 'string') {
    if (kind === 'boolean') value = BOOLEANS.get(value.toLowerCase()) ?? value;
    else if ((kind === 'integer' || kind === 'whole') && /^-?\d{1,15}$/.test(value)) value = Number(value);
  }
  const fits =
    kind === 'string' || kind === 'boolean'
      ? typeof value === kind
      : Number.isSafeInteger(value) && (kind === 'integer' || (value as number) >= 0);
  if (!fits) throw wrongType(at);
  return value;
}

function wrongType(at: string): Refusal {
  return new Refusal('InvalidParameter', `The value type of parameter \`${at}\` is not valid.`);
}
