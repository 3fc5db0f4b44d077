/** Formats moments in a zone that a person chose. */
import { tag } from '../../language.ts';

/** `01:30` */
export function timeIn(at: string, timeZone: string): string {
  return format(at, { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** `Tue 1 Dec 01:30` */
export function momentIn(at: string, timeZone: string): string {
  return format(at, {
    ...{ timeZone, weekday: 'short', day: 'numeric', month: 'short' },
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
}

/** `Tue 1 Dec` of a date without a time, such as `2026-12-01`. @param isLong with the whole words. */
export function dayName(date: string, isLong = false): string {
  const [weekday, month] = isLong ? (['long', 'long'] as const) : (['short', 'short'] as const);
  return format(`${date}T12:00:00Z`, { timeZone: 'UTC', weekday, day: 'numeric', month });
}

/** `December 2026` */
export function monthName(date: string): string {
  return format(`${date}T12:00:00Z`, { timeZone: 'UTC', month: 'long', year: 'numeric' });
}

function format(at: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(tag(), options).format(new Date(at));
}
