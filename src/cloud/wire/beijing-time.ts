/**
 * The provider writes times as `yyyy-mm-dd hh:mm:ss` without a zone and means Beijing, which is UTC+8 all year.
 * Source: facts §2.1, §9 (trap 17), read 2026-11.
 */
import { HOUR } from '../../units.ts';

const BEIJING_MS = 8 * HOUR;
const FORM = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)$/;

/** Milliseconds since 1970 UTC as the provider writes a time; fractions of a second are cut off. */
export function toBeijing(ms: number): string {
  return new Date(ms + BEIJING_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * Milliseconds since 1970 UTC, or null for what is no time: empty, `0000-00-00 00:00:00`, a day that no month has,
 * anything else.
 */
export function fromBeijing(text: unknown): number | null {
  const parts = typeof text === 'string' ? FORM.exec(text.trim()) : null;
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year < 1000 || hour > 23 || minute > 59 || second > 59) return null;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  // A day that the month does not have would have become one of another month.
  const date = new Date(ms);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? ms - BEIJING_MS : null;
}
