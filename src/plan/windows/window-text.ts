/**
 * Parses windows, freezes and moments: `Tue-Thu 01:00-05:00`, `2026-11-10..2026-11-12`, `2026-11-10T05:00:00+08:00`.
 * Each parser gives null for any other spelling.
 */

/** The weekdays in the spelling of windows. ISO numbers them from 1. */
export const WEEKDAYS: readonly string[] = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const MINUTES_A_DAY = 24 * 60;

/** A window in local time. */
export interface WallWindow {
  /** The ISO weekdays, 1 to 7, on which it opens. */
  readonly days: ReadonlySet<number>;
  /** Minutes since the midnight at the start of that day. `to` is more than a day if it closes on the next day. */
  readonly from: number;
  readonly to: number;
}

/** `Fri 22:00-02:00` closes on Saturday. `Sat-Mon` includes Sunday. `24:00` is the end of the day. */
export function parseWindow(text: string): WallWindow | null {
  const match = /^([A-Za-z,-]+) (\d{2}:\d{2})-(\d{2}:\d{2})$/.exec(text);
  if (!match) return null;
  const days = parseDays(match[1]!);
  const [from, to] = [parseMinutes(match[2]!), parseMinutes(match[3]!)];
  if (days === null || from === null || to === null || from === MINUTES_A_DAY || from === to) return null;
  return { days, from, to: to > from ? to : to + MINUTES_A_DAY };
}

function parseDays(text: string): ReadonlySet<number> | null {
  if (text === 'daily') return new Set([1, 2, 3, 4, 5, 6, 7]);
  const days = new Set<number>();
  for (const part of text.split(',')) {
    const [first = '', last = first, ...more] = part.split('-');
    const [from, to] = [first, last].map((day) => WEEKDAYS.indexOf(day) + 1);
    if (!from || !to || more.length > 0) return null;
    for (let day = from; ; day = (day % 7) + 1) {
      days.add(day);
      if (day === to) break;
    }
  }
  return days;
}

function parseMinutes(text: string): number | null {
  const [hour, minute] = text.split(':').map(Number) as [number, number];
  const minutes = hour * 60 + minute;
  return minute > 59 || minutes > MINUTES_A_DAY ? null : minutes;
}

/** Whole days in the plan's zone, both included; or a period, ISO 8601 UTC, without its end. */
export type Freeze =
  | { readonly kind: 'days'; readonly first: string; readonly last: string }
  | { readonly kind: 'moments'; readonly from: string; readonly to: string };

/** `2026-11-10`, `2026-11-10..2026-11-12`, `2026-11-10T00:00+08:00..2026-11-12T06:00+08:00`. */
export function parseFreeze(text: string): Freeze | null {
  const parts = text.split('..');
  if (parts.length > 2) return null;
  const [first, last = first] = parts as [string, string?];
  if (isDay(first) && isDay(last)) return first <= last ? { kind: 'days', first, last } : null;
  const [from, to] = [parseInstant(first), parseInstant(last)];
  return from !== null && to !== null && from < to ? { kind: 'moments', from, to } : null;
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && isDate(text);
}

/** Parses a date and time with a zone to ISO 8601 UTC; null for a moment that does not exist. */
export function parseInstant(value: unknown): string | null {
  const text = typeof value === 'string' ? value : '';
  const match =
    /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,3})?)?(?:Z|[+-](\d{2}):(\d{2}))$/.exec(text);
  if (!match || !isDate(match[1]!)) return null;
  const [hour, minute, second, zoneHour, zoneMinute] = match
    .slice(2)
    .map((part) => Number(part ?? 0)) as number[];
  if (hour! > 23 || minute! > 59 || second! > 59 || zoneHour! > 14 || zoneMinute! > 59) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Whether the day `YYYY-MM-DD` exists. The platform itself reads 30 February as a day in March. */
export function isDate(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}
