/**
 * Converts between moments and local times: the only file with calendar arithmetic, all of it by Temporal. A local time is
 * a number of milliseconds, as if the zone were UTC.
 */
import { Temporal } from 'temporal-polyfill';

/** A period, milliseconds since 1970 UTC: from `from` up to, but not including, `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Whether the tz database has the zone. */
export function isTimeZone(name: string): boolean {
  try {
    zoned(0, name);
    return true;
  } catch {
    return false;
  }
}

/** Every zone name that the platform lists, to suggest one for a misspelled name. */
export function timeZones(): readonly string[] {
  return Intl.supportedValuesOf('timeZone');
}

/**
 * The local time in a zone at a moment, such as `2026-11-25`, `01:00` and, for Wednesday, 3.
 * @throws RangeError for an unknown zone.
 */
export function wallTime(at: number, zone: string): { date: string; time: string; weekday: number } {
  const local = zoned(at, zone);
  return {
    date: local.toPlainDate().toString(),
    time: local.toPlainTime().toString({ smallestUnit: 'minute' }),
    weekday: local.dayOfWeek,
  };
}

/** The local days of a span and the `before` days before it, each with its midnight. */
export function daysOf({ from, to }: Span, zone: string, before: number) {
  const last = zoned(to, zone).toPlainDate();
  const days: { weekday: number; midnight: number }[] = [];
  let day = zoned(from, zone).toPlainDate().subtract({ days: before });
  while (Temporal.PlainDate.compare(day, last) <= 0) {
    days.push({ weekday: day.dayOfWeek, midnight: midnightOf(day) });
    day = day.add({ days: 1 });
  }
  return days;
}

/** A day of a calendar, from its first moment to that of the next day, milliseconds since 1970 UTC. */
export interface CalendarDay extends Span {
  /** `2026-11-25` */
  readonly date: string;
  /** By ISO: 1 is Monday. */
  readonly weekday: number;
}

/** Days in a zone, in order. A day on which the clock changes is shorter or longer. @param first `2026-11-25`. */
export function calendarDays(first: string, count: number, zone: string): CalendarDay[] {
  const start = Temporal.PlainDate.from(first);
  return Array.from({ length: count }, (_, n) => {
    const day = start.add({ days: n });
    return {
      date: day.toString(),
      weekday: day.dayOfWeek,
      from: day.toZonedDateTime(zone).epochMilliseconds,
      to: day.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds,
    };
  });
}

/**
 * The days of the week or the month of a date. A month has whole weeks, which begin on Monday, so that it also has days of its
 * neighbours. @returns `first` and the number of days, and a date in the range before and after.
 */
export function calendarRange(view: 'week' | 'month', date: string) {
  const day = Temporal.PlainDate.from(date);
  const monday = (one: Temporal.PlainDate) => one.subtract({ days: one.dayOfWeek - 1 });
  if (view === 'week') {
    const first = monday(day);
    const beside = (days: number) => day.add({ days }).toString();
    return { first: first.toString(), count: 7, previous: beside(-7), next: beside(7) };
  }
  const start = day.with({ day: 1 });
  const end = start.add({ months: 1 });
  const first = monday(start);
  const weeks = Math.ceil(first.until(end, { largestUnit: 'days' }).days / 7);
  const previous = start.subtract({ months: 1 }).toString();
  return { first: first.toString(), count: weeks * 7, previous, next: end.toString() };
}

/** The local period from the start of one day to the end of another. */
export function wallDays(first: string, last: string): Span {
  const after = Temporal.PlainDate.from(last).add({ days: 1 });
  return { from: midnightOf(Temporal.PlainDate.from(first)), to: midnightOf(after) };
}

function zoned(at: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(zone);
}

function midnightOf(day: Temporal.PlainDate): number {
  return day.toZonedDateTime('UTC').epochMilliseconds;
}

/** A period in which a zone is `ahead` milliseconds ahead of UTC. */
export interface Offset extends Span {
  readonly ahead: number;
}

/** The offsets of a zone within a span, in order and without gaps. */
export function offsetsOf(span: Span, zone: string): Offset[] {
  const offsets: Offset[] = [];
  let at = zoned(span.from, zone);
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    const to = Math.min(span.to, next?.epochMilliseconds ?? Number.POSITIVE_INFINITY);
    const from = Math.max(span.from, at.epochMilliseconds);
    offsets.push({ from, to, ahead: at.offsetNanoseconds / 1_000_000 });
    if (next === null || to === span.to) return offsets;
    at = next;
  }
}

/**
 * The moments at which the local time is in `wall`. There are none if the clock skips all of it, and two spans if the
 * clock repeats it.
 */
export function momentsOf(wall: Span, offsets: readonly Offset[]): Span[] {
  return offsets.flatMap(({ from, to, ahead }) => {
    const span = { from: Math.max(from, wall.from - ahead), to: Math.min(to, wall.to - ahead) };
    return span.from < span.to ? [span] : [];
  });
}

/**
 * The moment of a local date and time such as `2026-11-25T01:00:00`. Of two such moments it is the first. If the clock
 * skips the time, the moment is later by the length of the gap.
 */
export function instantOf(wall: string, zone: string): number {
  return Temporal.PlainDateTime.from(wall.replace(/Z$/, '')).toZonedDateTime(zone).epochMilliseconds;
}
