/**
 * Reads the fields of an answer. The provider does not guarantee their types, so each function takes any value. A
 * missing value or one of another type becomes null or empty. Only the files of this folder spell the provider's field
 * names and know how it writes sizes, times and prices.
 * Source of every field: docs/provider.md P2, P44 to P59, P70, P78, P84 and P91.
 */
import { type Billing, EDITIONS, type Money } from '../../model.ts';

/** A decoded JSON object with unknown fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object; an empty one for anything else. */
export function object(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** Parses JSON to an object; null for invalid JSON. */
export function parseObject(json: string): Fields | null {
  try {
    return object(JSON.parse(json));
  } catch {
    return null;
  }
}

/** The objects of a list; none for anything else. */
export function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(object) : [];
}

/** The longest text that an answer may have: the token of temporary keys. Source: docs/provider.md P155. */
const MOST_CHARACTERS = 4096;

/** A text that is not empty. One that is too long counts as missing. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= MOST_CHARACTERS ? value : null;
}

/** A finite number, also as text: the provider writes both. */
export function number(value: unknown): number | null {
  const found = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

/** A whole number of either sign. */
export function integer(value: unknown): number | null {
  const found = number(value);
  return Number.isSafeInteger(found) ? found : null;
}

/** A whole number from 0 up. */
export function wholeNumber(value: unknown): number | null {
  const found = integer(value);
  return found !== null && found >= 0 ? found : null;
}

/** The numbers of a list. Other items are left out. */
export function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap((item) => number(item) ?? []) : [];
}

/** Each number once, the least first. */
export function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** The texts of a list. Other items are left out. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => one === '' || text(one) !== null) : [];
}

/** An id, written as a number or as text. */
export function identifier(value: unknown): string | null {
  return Number.isSafeInteger(value) ? String(value) : text(value);
}

/** The node type of a replica; 0 is the master. Source: docs/provider.md P3. */
export const REPLICA = 1;

/** The edition of a type code; null for an unknown code. Source: docs/provider.md P125. */
export function editionOf(type: unknown): (typeof EDITIONS)[number] | null {
  return EDITIONS.find((one) => one.type === wholeNumber(type)) ?? null;
}

/** The pay mode; null for an unknown code. */
export function billingOf(mode: unknown): Billing | null {
  const code = wholeNumber(mode);
  return code === 0 ? 'postpaid' : code === 1 ? 'prepaid' : null;
}

/** Money from an amount in hundredths; null without an amount. */
export function cents(amount: unknown, currency: unknown): Money | null {
  const value = number(amount);
  return value === null ? null : { amount: value / 100, currency: text(currency) ?? 'CNY' };
}

/** The rows of a list to ask for: at most `limit`, after the first `offset`. */
export interface RowRange {
  readonly limit: number;
  readonly offset: number;
}

/** One page of a list. */
export interface Page<Row> {
  /** The number of rows of the whole list, by the provider. */
  readonly total: number;
  /** The number of rows on this page. */
  readonly rows: number;
  /** The decoded rows. Unusable rows are left out. */
  readonly found: readonly Row[];
}

/** Decodes a page row by row. @param decode returns null to leave a row out. */
export function page<Row>(fields: Fields, listName: string, decode: (row: Fields) => Row | null): Page<Row> {
  const rows = list(fields[listName]);
  return {
    total: wholeNumber(fields.TotalCount) ?? rows.length,
    rows: rows.length,
    found: rows.flatMap((row) => decode(row) ?? []),
  };
}
