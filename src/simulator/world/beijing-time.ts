/** The provider's time format: `yyyy-mm-dd hh:mm:ss` without a zone, always Beijing time (UTC+8, no daylight saving). */

import { DAY, HOUR, MINUTE } from '../../units.ts';

/** How far Beijing is ahead of UTC, ms. */
export const BEIJING_OFFSET = 8 * HOUR;
const OFFSET = BEIJING_OFFSET;

/** The provider's text for "no time". Source: docs/provider.md P55. */
export const ZERO_TIME = '0000-00-00 00:00:00';

/** Formats milliseconds since 1970 UTC; null gives the zero time. */
export function beijingTime(ms: number | null): string {
  if (ms === null) return ZERO_TIME;
  const local = Math.floor((ms + OFFSET) / 1000);
  const day = Math.floor(local / 86_400);
  if (day !== latest.day) latest = { day, date: new Date(day * DAY).toISOString().slice(0, 10) };
  const second = local - day * 86_400;
  return `${latest.date} ${twoDigits(second / 3600)}:${twoDigits((second % 3600) / 60)}:${twoDigits(second % 60)}`;
}

/** The last formatted day. Times in a list are close together, and formatting a date is slow. */
let latest = { day: 0, date: '1970-01-01' };

function twoDigits(value: number): string {
  const whole = Math.floor(value);
  return whole < 10 ? `0${whole}` : String(whole);
}

/** The Beijing date as eight digits, the start of each order number. */
export function beijingDate(ms: number): string {
  return new Date(ms + OFFSET).toISOString().slice(0, 10).replaceAll('-', '');
}

/** Parses the provider's time into milliseconds since 1970 UTC; null if it is not valid. */
export function parseBeijingTime(text: string): number | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text);
  if (!parts) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second) - OFFSET;
  return beijingTime(ms) === text ? ms : null;
}

/** A daily time span in minutes since midnight, Beijing time. The end is not included. */
export type DailySpan = readonly [start: number, end: number];

/** The first time at or after `ms` in the span. */
export function nextWithin(ms: number, [start, end]: DailySpan): number {
  const midnight = Math.floor((ms + OFFSET) / DAY) * DAY - OFFSET;
  if (ms >= midnight + start * MINUTE && ms < midnight + end * MINUTE) return ms;
  const opens = midnight + start * MINUTE;
  return opens >= ms ? opens : opens + DAY;
}

/** Parses `03:00` into minutes since midnight; null if it is not a time of day. */
export function parseTimeOfDay(text: string): number | null {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return parts && Number(parts[1]) * 60 + Number(parts[2]);
}

/** Formats minutes since midnight as `03:00`. */
export function timeOfDay(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
