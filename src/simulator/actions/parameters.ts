/**
 * Reads an action's parameters as the gateway does: an unknown name, a wrong type or a missing one is refused
 * before the action sees anything. Codes: docs/provider.md P157.
 */
import { invalidValue, missingParameter, Refusal } from './refusal.ts';

type Kind = 'string' | 'integer' | 'whole' | 'boolean';

/** `whole` is an unsigned integer; `!` marks what must be there, `[]` a list; an object in a list is a list of such. */
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

/** Parameters that were found to fit their schema. */
export type Params = Readonly<Record<string, unknown>>;

/** @throws Refusal unless `body` is a JSON object that fits the schema */
export function decodeJson(schema: Schema, body: string): Params {
  let value: unknown;
  try {
    value = body === '' ? {} : JSON.parse(body);
  } catch {
    throw new Refusal('InvalidRequest', 'the request body is not JSON');
  }
  return fitTo(schema, value);
}

/** Parameters of a GET or a form, arrays flattened as `NodeSet.0.ZoneId`. @throws Refusal */
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
 * Parameters that are values already.
 * @param asText numbers and truth values are written as text, and lists as objects
 * @throws Refusal unless they fit the schema
 */
export function fitTo(schema: Schema, value: unknown, asText = false, at = ''): Params {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(at || 'body');
  const params = value as Record<string, unknown>;
  const fitted: Record<string, unknown> = {};
  for (const name in params) {
    const kind = Object.hasOwn(schema, name) ? schema[name] : undefined;
    if (kind === undefined)
      throw new Refusal('UnknownParameter', `The parameter \`${at}${name}\` is not recognized.`);
    // The gateway takes null as not given.
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

function fitOne(kind: Kind, given: unknown, at: string, asText: boolean): unknown {
  let value = given;
  if (asText && typeof value === 'string') {
    if (kind === 'boolean' && (value === 'true' || value === 'false')) value = value === 'true';
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

/** The rows that Limit and Offset ask for. Limits above the greatest documented one are refused, not cut. */
export function page<T>(rows: readonly T[], params: Params, greatest: number): T[] {
  const limit = (params.Limit as number | undefined) ?? 20;
  const offset = (params.Offset as number | undefined) ?? 0;
  if (limit < 1 || limit > greatest)
    throw invalidValue(`The value of Limit must be between 1 and ${greatest}, not ${limit}.`);
  return rows.slice(offset, offset + limit);
}
