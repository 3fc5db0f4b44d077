/**
 * Reads iCalendar files (RFC 5545) whose events are freezes: all-day or timed, once or recurring, with exceptions. Each
 * event counts unless it is cancelled. Free time counts too, because calendars mark whole days as free.
 */
import ICAL from 'ical.js';
import { iso } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import type { CalendarFault, FileText, Finding, Plan, SealedCalendar } from '../../model.ts';
import { createFinding } from '../../rules/check.ts';
import { DAY, SECOND } from '../../units.ts';
import { LOOK_AHEAD, MOST_FREEZES } from './open-windows.ts';
import { instantOf, isTimeZone, type Span } from './time-zone.ts';

/** The most occurrences of one event, including past ones. */
const MOST_OCCURRENCES = 20_000;

/** Characters of an event's title that Refit keeps. */
const TITLE_LENGTH = 120;

/** A file that Refit refuses, with the reason for the author. */
class Unreadable extends Error {
  readonly fault: CalendarFault;
  constructor(fault: CalendarFault) {
    super(fault.kind);
    this.fault = fault;
  }
}

/**
 * Reads the calendars of a plan up to `LOOK_AHEAD`.
 * @param now milliseconds since 1970 UTC. @param textOf gives the text of a file that the plan names.
 */
export async function sealCalendars(
  { windows }: Pick<Plan, 'windows'>,
  now: number,
  textOf: (file: string) => Promise<FileText>,
): Promise<{ calendars: SealedCalendar[]; findings: Finding[] }> {
  const calendars: SealedCalendar[] = [];
  const findings: Finding[] = [];
  for (const file of windows?.calendars ?? []) {
    const text = await textOf(file);
    try {
      if (text === null) throw new Unreadable({ kind: 'not-there' });
      if (typeof text !== 'string') throw new Unreadable({ kind: 'refused', reason: text.refused });
      calendars.push(readCalendar(text, file, windows!.timezone, { from: now, to: now + LOOK_AHEAD }));
    } catch (error) {
      // The messages of the iCalendar parser do not help the author.
      const fault: CalendarFault = error instanceof Unreadable ? error.fault : { kind: 'not-icalendar' };
      const unreadable = message('window.calendar-unreadable', { file, fault });
      findings.push(createFinding('Refit.CalendarUnreadable', unreadable));
    }
  }
  return { calendars, findings };
}

/**
 * The freezes of one file that overlap a span. Days, and times without a zone, are in the plan's zone.
 * @throws Error when the text is not a calendar or has a part that Refit cannot read. Refit never skips a part silently.
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
    throw new Unreadable({ kind: 'no-vcalendar' });
  const freezes = roots
    .flatMap((root) => {
      const all = root.getAllSubcomponents('vevent');
      return eventsOf(root).flatMap((event) =>
        numbered(all.indexOf(event.component) + 1, () => occurrencesOf(event, timezone, { from, to })),
      );
    })
    .sort((a, b) => a.from - b.from || a.to - b.to);
  if (freezes.length > MOST_FREEZES)
    throw new Unreadable({ kind: 'too-many-freezes', freezes: freezes.length, limit: MOST_FREEZES });
  return {
    file,
    knownUntil: iso(to),
    freezes: freezes.map((one) => ({ from: iso(one.from), to: iso(one.to), title: one.title })),
  };
}

/** Reads one event, and gives its number to a fault. */
function numbered<T>(event: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable && 'event' in error.fault)
      throw new Unreadable({ ...error.fault, event });
    throw error;
  }
}

/** The events of a calendar, each with its exceptions. */
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
    if (to <= from) throw new Unreadable({ kind: 'no-end', event: 0 });
    if (to > span.from && from < span.to) found.push({ from, to, title: title.slice(0, TITLE_LENGTH) });
  };
  if (!event.startDate) throw new Unreadable({ kind: 'no-start', event: 0 });
  if (!event.isRecurring()) {
    add(event, event.startDate, event.endDate);
    return found;
  }
  const each = event.iterator();
  for (let count = 0; ; count++) {
    const occurrence = each.next();
    // A moved occurrence may start earlier than the series says.
    if (!occurrence || momentOf(occurrence, zones.start, timezone) > span.to + 31 * DAY) break;
    if (count > MOST_OCCURRENCES) throw new Unreadable({ kind: 'recurs-too-often', event: 0 });
    const { item, startDate, endDate } = event.getOccurrenceDetails(occurrence);
    add(item, startDate, endDate);
  }
  return found;
}

function isCancelled({ component }: ICAL.Event): boolean {
  return String(component.getFirstPropertyValue('status') ?? '').toUpperCase() === 'CANCELLED';
}

/** The zones of an event's times. The file must define each zone, or the tz database must have it. */
function zonesOf(component: ICAL.Component, timezone: string): { start: string; end: string } {
  for (const property of component.getAllProperties()) {
    const name = property.getFirstParameter('tzid');
    if (name && !isTimeZone(name) && !component.getTimeZoneByID(name))
      throw new Unreadable({ kind: 'unknown-zone', event: 0 });
  }
  const zoneOf = (name: string) => component.getFirstProperty(name)?.getFirstParameter('tzid');
  const start = zoneOf('dtstart') || timezone;
  return { start, end: zoneOf('dtend') || start };
}

/** @param named the zone that the file names for the time. */
function momentOf(time: ICAL.Time, named: string, timezone: string): number {
  if (time.isDate) return instantOf(`${time.toString()}T00:00:00`, timezone);
  const zone = time.zone?.tzid ?? 'floating';
  // The tz database defines its names; the file defines any other zone.
  if (zone === 'UTC') return time.toUnixTime() * SECOND;
  if (zone === 'floating') return instantOf(time.toString(), isTimeZone(named) ? named : timezone);
  return isTimeZone(zone) ? instantOf(time.toString(), zone) : time.toUnixTime() * SECOND;
}
