/**
 * Reads one field of an answer whose shape nobody promises. Everything takes any value; what is not there, or is
 * something else than was hoped for, is null or empty.
 */

/** A decoded JSON object of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object, or an empty one for anything else. */
export function object(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
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
export function whole(value: unknown): number | null {
  const found = integer(value);
  return found !== null && found >= 0 ? found : null;
}

/** The numbers of a list; what is no number is left out. */
export function values(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap((item) => number(item) ?? []) : [];
}

/** Each number once, the least first. */
export function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}
