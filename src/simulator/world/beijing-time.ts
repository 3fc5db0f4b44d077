/** The provider's times: `yyyy-mm-dd hh:mm:ss` without a zone, always Beijing time (UTC+8, no daylight saving). */

import { DAY, HOUR, MINUTE } from '../../units.ts';

const OFFSET = 8 * HOUR;

/** What the provider writes where there is no time. Source: docs/provider.md P55. */
export const ZERO_TIME = '0000-00-00 00:00:00';

/** Milliseconds since 1970 UTC as the provider writes them; null is the zero time. */
export function beijingTime(ms: number | null): string {
  if (ms === null) return ZERO_TIME;
  const local = Math.floor((ms + OFFSET) / 1000);
  const day = Math.floor(local / 86_400);
  if (day !== latest.day) latest = { day, date: new Date(day * DAY).toISOString().slice(0, 10) };
  const second = local - day * 86_400;
  return `${latest.date} ${twoDigits(second / 3600)}:${twoDigits((second % 3600) / 60)}:${twoDigits(second % 60)}`;
}

/** The day that was last spelt: most of what a list tells lies close together, and spelling a date is what costs. */
let latest = { day: 0, date: '1970-01-01' };

function twoDigits(value: number): string {
  const whole = Math.floor(value);
  return whole < 10 ? `0${whole}` : String(whole);
}

/** The Beijing date as eight digits, with which order numbers begin. */
export function beijingDate(ms: number): string {
  return new Date(ms + OFFSET).toISOString().slice(0, 10).replaceAll('-', '');
}

/** The provider's spelling of a time as milliseconds since 1970 UTC; null where it is not one. */
export function parseBeijingTime(text: string): number | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text);
  if (!parts) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second) - OFFSET;
  return beijingTime(ms) === text ? ms : null;
}

/** A span of each day in minutes since midnight, Beijing time, the end not included. */
export type DailySpan = readonly [start: number, end: number];

/** The first moment at or after `ms` that lies in the span. */
export function nextWithin(ms: number, [start, end]: DailySpan): number {
  const midnight = Math.floor((ms + OFFSET) / DAY) * DAY - OFFSET;
  if (ms >= midnight + start * MINUTE && ms < midnight + end * MINUTE) return ms;
  const opens = midnight + start * MINUTE;
  return opens >= ms ? opens : opens + DAY;
}

/** `03:00` as minutes since midnight; null where it is no time of day. */
export function parseTimeOfDay(text: string): number | null {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return parts && Number(parts[1]) * 60 + Number(parts[2]);
}

/** Minutes since midnight as `03:00`. */
export function timeOfDay(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
