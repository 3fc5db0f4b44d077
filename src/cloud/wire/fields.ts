/**
 * Reads the fields of an answer whose shape nobody promises. Everything takes any value; what is not there, or is
 * something else than was hoped for, is null or empty. The files beside this one alone spell the provider's field names:
 * nothing above knows how the provider writes a size, a time or a price. Source of every field: docs/provider.md P2, P44 to P59, P70, P78, P84 and P91.
 */
import { type Billing, EDITIONS, type Money } from '../../model.ts';

/** A decoded JSON object of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object, or an empty one for anything else. */
export function object(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The same from JSON; null for what is no JSON. */
export function parseObject(json: string): Fields | null {
  try {
    return object(JSON.parse(json));
  } catch {
    return null;
  }
}

/** The objects of a list, or none for anything else. */
export function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(object) : [];
}

/** A text that is not empty. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A finite number, also where it is written as text: the provider does both. */
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

/** The numbers of a list; what is no number is left out. */
export function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap((item) => number(item) ?? []) : [];
}

/** Each number once, the least first. */
export function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** The texts of a list; what is no text is left out. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** A number that names something, written as a number or as text. */
export function identifier(value: unknown): string | null {
  return Number.isSafeInteger(value) ? String(value) : text(value);
}

/** The type of a node that is a replica; 0 is the master. Source: docs/provider.md P3. */
export const REPLICA = 1;

/** The edition of a type code; null for one that is newer than this program. Source: docs/provider.md P125. */
export function editionOf(type: unknown): (typeof EDITIONS)[number] | null {
  return EDITIONS.find((one) => one.type === wholeNumber(type)) ?? null;
}

/** The pay mode; null where it is in doubt. */
export function billingOf(mode: unknown): Billing | null {
  const code = wholeNumber(mode);
  return code === 0 ? 'postpaid' : code === 1 ? 'prepaid' : null;
}

/** Money that is written in hundredths; null where no amount can be read. */
export function cents(amount: unknown, currency: unknown): Money | null {
  const value = number(amount);
  return value === null ? null : { amount: value / 100, currency: text(currency) ?? 'CNY' };
}

/** One page of a list. */
export interface Page<Row> {
  /** How many rows the whole list has, as the provider counts. */
  readonly total: number;
  /** How many rows came. */
  readonly rows: number;
  /** What was decoded of them: rows that nothing can be done with are left out. */
  readonly found: readonly Row[];
}

/** Reads a page row by row. @param decode gives null for a row that is left out. */
export function page<Row>(fields: Fields, listName: string, decode: (row: Fields) => Row | null): Page<Row> {
  const rows = list(fields[listName]);
  return {
    total: wholeNumber(fields.TotalCount) ?? rows.length,
    rows: rows.length,
    found: rows.flatMap((row) => decode(row) ?? []),
  };
}
