/**
 * Clocks on walls: the only file that does calendar arithmetic, and all of it by Temporal. What a zone's clock shows is
 * carried as if it were UTC, in milliseconds.
 */
import { Temporal } from 'temporal-polyfill';

/** A stretch of time, milliseconds since 1970 UTC: from `from` on, before `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** True where the name stands in the tz database. */
export function isTimeZone(name: string): boolean {
  try {
    zoned(0, name);
    return true;
  } catch {
    return false;
  }
}

/** Every name of a zone that the platform lists, for those who misspelt one. */
export function timeZones(): readonly string[] {
  return Intl.supportedValuesOf('timeZone');
}

/**
 * What a zone's clock shows at a moment: such as `2026-11-25`, `01:00` and, for Wednesday, 3.
 * @throws RangeError where the zone is not known.
 */
export function wallTime(at: number, zone: string): { date: string; time: string; weekday: number } {
  const local = zoned(at, zone);
  return {
    date: local.toPlainDate().toString(),
    time: local.toPlainTime().toString({ smallestUnit: 'minute' }),
    weekday: local.dayOfWeek,
  };
}

/** The days on which the moments of a span lie in a zone, and so many before; each with the midnight that begins it. */
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

/** From the first midnight of one day to that after another, as a clock on the wall shows them. */
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

/** A stretch in which a zone's clock is so many milliseconds ahead of UTC. */
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
 * The moments at which a zone's clock shows a time within `wall`: none where the clock skips all of it, and two spans
 * where the clock is put back and shows all of it twice.
 */
export function momentsOf(wall: Span, offsets: readonly Offset[]): Span[] {
  return offsets.flatMap(({ from, to, ahead }) => {
    const span = { from: Math.max(from, wall.from - ahead), to: Math.min(to, wall.to - ahead) };
    return span.from < span.to ? [span] : [];
  });
}

/**
 * The moment at which a zone's clock shows a date and time such as `2026-11-25T01:00:00`; the first of two, and where
 * the clock skips it the moment so long after the change as it lies after the skipped hour's beginning.
 */
export function instantOf(wall: string, zone: string): number {
  return Temporal.PlainDateTime.from(wall.replace(/Z$/, '')).toZonedDateTime(zone).epochMilliseconds;
}
