/**
 * The provider's times: `yyyy-mm-dd hh:mm:ss` without a zone. They are in Beijing time, which is UTC+8 all year.
 * Source: docs/provider.md P54 and P55.
 */
import { HOUR } from '../../units.ts';

const BEIJING_MS = 8 * HOUR;
const FORM = /^[1-9]\d{3}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** Writes milliseconds since 1970 UTC as the provider does. It cuts off fractions of a second. */
export function toBeijing(ms: number): string {
  return new Date(ms + BEIJING_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * Reads a time as milliseconds since 1970 UTC. Null for anything else: an empty text, `0000-00-00 00:00:00`, a day that
 * the month does not have.
 */
export function fromBeijing(text: unknown): number | null {
  const time = typeof text === 'string' ? text.trim().replace('T', ' ') : '';
  const ms = FORM.test(time) ? Date.parse(`${time.replace(' ', 'T')}+08:00`) : Number.NaN;
  // `Date.parse` moves a day that the month does not have into the next month.
  return !Number.isNaN(ms) && toBeijing(ms) === time ? ms : null;
}
