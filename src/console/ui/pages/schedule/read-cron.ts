/** Reads the usual forms of cron texts, to say them in words. */

/** When something is due: every day, on days of the week, or on a day of the month. */
export interface UsualTimes {
  /** `23:30` */
  readonly time: string;
  /** Of the month; null: any. */
  readonly day: number | null;
  /** The first and the last weekday of each range, 0 is Sunday; empty: any. */
  readonly weekdays: readonly (readonly [first: number, last: number])[];
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Null: it is not one of the usual forms, and its text says it best. */
export function readCron(cron: string): UsualTimes | null {
  const [minute = '', hour = '', day = '', month = '', weekday = '', more] = cron.trim().split(/\s+/);
  if (!/^\d+$/.test(minute) || !/^\d+$/.test(hour) || month !== '*' || more !== undefined) return null;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (weekday === '*' && day === '*') return { time, day: null, weekdays: [] };
  if (weekday === '*') return /^\d+$/.test(day) ? { time, day: Number(day), weekdays: [] } : null;
  const weekdays = weekday.split(',').flatMap((part) => rangeOf(part) ?? []);
  return day !== '*' || weekdays.length < weekday.split(',').length ? null : { time, day: null, weekdays };
}

function rangeOf(part: string): readonly [readonly [first: number, last: number]] | null {
  const [first = -1, last = first, more] = part.split('-').map(weekdayOf);
  return first === -1 || last === -1 || more !== undefined ? null : [[first, last]];
}

function weekdayOf(text: string): number {
  return /^[0-7]$/.test(text) ? Number(text) % 7 : DAYS.indexOf(text.toLowerCase());
}
