/**
 * iCalendar files whose events are freezes (RFC 5545): all-day and timed, once or recurring, with exceptions. Each event
 * that is not cancelled counts, also one that is marked as free time, as calendars mark whole days.
 */

import ICAL from 'ical.js';
import { iso } from '../../clock.ts';
import type { Finding, Plan, SealedCalendar } from '../../model.ts';
import { createFinding } from '../../rules/check.ts';
import { DAY, SECOND } from '../../units.ts';
import { LOOK_AHEAD } from './open-windows.ts';
import { instantOf, isTimeZone, type Span } from './time-zone.ts';

/** More freezes than this are no calendar of freezes. */
const MOST_FREEZES = 5_000;

/** Occurrences of one event that are gone through, those of long ago among them. */
const MOST_OCCURRENCES = 20_000;

/** What a reviewer is shown of an event's title. */
const TITLE_LENGTH = 120;

/** Something of a file that is not understood; the message is for the author. */
class Unreadable extends Error {}

/**
 * Reads the calendars of a plan as far ahead as windows are looked for.
 * @param now milliseconds since 1970 UTC. @param textOf the text of a file by its name in the plan; null: no such file.
 */
export async function sealCalendars(
  { windows }: Pick<Plan, 'windows'>,
  now: number,
  textOf: (file: string) => Promise<string | null>,
): Promise<{ calendars: SealedCalendar[]; findings: Finding[] }> {
  const calendars: SealedCalendar[] = [];
  const findings: Finding[] = [];
  for (const file of windows?.calendars ?? []) {
    const text = await textOf(file);
    try {
      if (text === null) throw new Unreadable('it cannot be read');
      calendars.push(readCalendar(text, file, windows!.timezone, { from: now, to: now + LOOK_AHEAD }));
    } catch (error) {
      // What the reader of the format throws is about the text; its message is not for the author.
      const why = error instanceof Unreadable ? error.message : 'it is no iCalendar file (RFC 5545)';
      const message = `the calendar ${file}: ${why}`;
      const fix = `put a whole iCalendar file at ${file} beside the plan, or take it out of windows.calendars`;
      findings.push(createFinding('Refit.CalendarUnreadable', { message, fix }));
    }
  }
  return { calendars, findings };
}

/**
 * The freezes of one file that reach into a span. Days, and times without a zone, are those of the plan's zone.
 * @throws where the text is no calendar, or says something that is not understood: nothing of it is left out silently.
 */
export function readCalendar(
  text: string,
  file: string,
  timezone: string,
  { from, to }: Span,
): SealedCalendar {
  const parsed = ICAL.parse(text.replace(/^\ufeff/, '')) as unknown[];
  const roots = (typeof parsed[0] === 'string' ? [parsed] : parsed).map(
    (one) => new ICAL.Component(one as ConstructorParameters<typeof ICAL.Component>[0]),
  );
  if (roots.length === 0 || roots.some(({ name }) => name !== 'vcalendar'))
    throw new Unreadable('it holds no VCALENDAR');
  const freezes = roots
    .flatMap((root) => eventsOf(root).flatMap((event) => occurrencesOf(event, timezone, { from, to })))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  if (freezes.length > MOST_FREEZES)
    throw new Unreadable(`it holds ${freezes.length} freezes within a year, above ${MOST_FREEZES}`);
  return {
    file,
    knownUntil: iso(to),
    freezes: freezes.map((one) => ({ from: iso(one.from), to: iso(one.to), title: one.title })),
  };
}

/** The events of a calendar, each with the exceptions to it. */
function eventsOf(root: ICAL.Component): ICAL.Event[] {
  const events = root.getAllSubcomponents('vevent').map((component) => new ICAL.Event(component));
  const masters = events.filter((event) => !event.isRecurrenceException());
  const alone = events.filter((event) => {
    if (!event.isRecurrenceException()) return false;
    const master = masters.find(({ uid }) => uid === event.uid);
    master?.relateException(event);
    return master === undefined;
  });
  return [...masters, ...alone];
}

function occurrencesOf(event: ICAL.Event, timezone: string, span: Span): (Span & { title: string })[] {
  const zones = zonesOf(event.component, timezone);
  for (const exception of Object.values<ICAL.Event>(event.exceptions)) zonesOf(exception.component, timezone);
  const found: (Span & { title: string })[] = [];
  const add = (item: ICAL.Event, start: ICAL.Time, end: ICAL.Time): void => {
    const title = item.summary?.trim() || 'an event without a title';
    if (isCancelled(item)) return;
    const [from, to] = [momentOf(start, zones.start, timezone), momentOf(end, zones.end, timezone)];
    if (to <= from)
      throw new Unreadable(`${JSON.stringify(title.slice(0, 60))} has no end after its beginning`);
    if (to > span.from && from < span.to) found.push({ from, to, title: title.slice(0, TITLE_LENGTH) });
  };
  if (!event.startDate) throw new Unreadable('an event has no DTSTART');
  if (!event.isRecurring()) {
    add(event, event.startDate, event.endDate);
    return found;
  }
  const each = event.iterator();
  for (let count = 0; ; count++) {
    const occurrence = each.next();
    // An occurrence that was moved may begin earlier than its place in the series.
    if (!occurrence || momentOf(occurrence, zones.start, timezone) > span.to + 31 * DAY) break;
    if (count > MOST_OCCURRENCES)
      throw new Unreadable(`${JSON.stringify(event.summary?.slice(0, 60) ?? '')} recurs too often`);
    const { item, startDate, endDate } = event.getOccurrenceDetails(occurrence);
    add(item, startDate, endDate);
  }
  return found;
}

function isCancelled({ component }: ICAL.Event): boolean {
  return String(component.getFirstPropertyValue('status') ?? '').toUpperCase() === 'CANCELLED';
}

/** The names of the zones of an event's times; each must be defined in the file, or stand in the tz database. */
function zonesOf(component: ICAL.Component, timezone: string): { start: string; end: string } {
  for (const property of component.getAllProperties()) {
    const name = property.getFirstParameter('tzid');
    if (name && !isTimeZone(name) && !component.getTimeZoneByID(name))
      throw new Unreadable(`its time zone ${JSON.stringify(name.slice(0, 60))} is not defined`);
  }
  const zoneOf = (name: string) => component.getFirstProperty(name)?.getFirstParameter('tzid');
  const start = zoneOf('dtstart') || timezone;
  return { start, end: zoneOf('dtend') || start };
}

/** @param named the zone that the file names for it. */
function momentOf(time: ICAL.Time, named: string, timezone: string): number {
  if (time.isDate) return instantOf(`${time.toString()}T00:00:00`, timezone);
  const zone = time.zone?.tzid ?? 'floating';
  // A name of the tz database means what it means everywhere; any other is what the file defines it to be.
  if (zone === 'UTC') return time.toUnixTime() * SECOND;
  if (zone === 'floating') return instantOf(time.toString(), isTimeZone(named) ? named : timezone);
  return isTimeZone(zone) ? instantOf(time.toString(), zone) : time.toUnixTime() * SECOND;
}
