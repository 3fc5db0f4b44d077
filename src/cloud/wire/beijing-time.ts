/**
 * The provider writes times as `yyyy-mm-dd hh:mm:ss` without a zone and means Beijing, which is UTC+8 all year.
 * Source: docs/provider.md P54 and P55.
 */
import { HOUR } from '../../units.ts';

const BEIJING_MS = 8 * HOUR;
const FORM = /^[1-9]\d{3}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** Milliseconds since 1970 UTC as the provider writes a time; fractions of a second are cut off. */
export function toBeijing(ms: number): string {
  return new Date(ms + BEIJING_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * Milliseconds since 1970 UTC, or null for what is no time: empty, `0000-00-00 00:00:00`, a day that no month has,
 * anything else.
 */
export function fromBeijing(text: unknown): number | null {
  const time = typeof text === 'string' ? text.trim().replace('T', ' ') : '';
  const ms = FORM.test(time) ? Date.parse(`${time.replace(' ', 'T')}+08:00`) : Number.NaN;
  // A day that the month does not have would have become one of another month.
  return !Number.isNaN(ms) && toBeijing(ms) === time ? ms : null;
}
