// Goal: each event of an iCalendar file is a freeze at its time. Refit refuses what it cannot read, and skips nothing.
import { describe, expect, it } from 'vitest';
import { iso } from '../../../src/clock.ts';
import { readCalendar, sealCalendars } from '../../../src/plan/windows/calendar-file.ts';
import { LOOK_AHEAD } from '../../../src/plan/windows/open-windows.ts';

const FROM = Date.parse('2026-11-01T00:00:00Z');
const SPAN = { from: FROM, to: FROM + 90 * 86_400_000 };

function calendar(...events: string[][]): string {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN'];
  for (const event of events) lines.push('BEGIN:VEVENT', 'DTSTAMP:20260101T000000Z', ...event, 'END:VEVENT');
  return `${[...lines, 'END:VCALENDAR'].join('\r\n')}\r\n`;
}

/** `2026-11-10T16:00 to 2026-11-12T16:00 title` */
function freezes(text: string, zone = 'Asia/Shanghai'): string[] {
  return readCalendar(text, 'freezes.ics', zone, SPAN).freezes.map(
    ({ from, to, title }) => `${from.slice(0, 16)} to ${to.slice(0, 16)} ${title}`,
  );
}

const uid = (name: string) => [`UID:${name}@test`, `SUMMARY:${name}`];

/** A zone that is not in the tz database, as some programs write it. */
const OWN_ZONE = [
  'BEGIN:VTIMEZONE',
  'TZID:China Standard Time',
  'BEGIN:STANDARD',
  'DTSTART:16010101T000000',
  'TZOFFSETFROM:+0800',
  'TZOFFSETTO:+0800',
  'END:STANDARD',
  'END:VTIMEZONE',
].join('\r\n');

describe('an event is a freeze', () => {
  // biome-ignore format: one line a case
  it.each([
    ['a whole day, in the plan’s zone', [...uid('day'), 'DTSTART;VALUE=DATE:20261111'], ['2026-11-10T16:00 to 2026-11-11T16:00 day']],
    ['whole days, the end not included, as calendars have it', [...uid('days'), 'DTSTART;VALUE=DATE:20261110', 'DTEND;VALUE=DATE:20261113'], ['2026-11-09T16:00 to 2026-11-12T16:00 days']],
    ['a whole day that is marked as free time', [...uid('free'), 'DTSTART;VALUE=DATE:20261111', 'TRANSP:TRANSPARENT'], ['2026-11-10T16:00 to 2026-11-11T16:00 free']],
    ['a time in UTC', [...uid('utc'), 'DTSTART:20261110T200000Z', 'DTEND:20261110T220000Z'], ['2026-11-10T20:00 to 2026-11-10T22:00 utc']],
    ['a time without a zone, in the plan’s', [...uid('local'), 'DTSTART:20261110T200000', 'DTEND:20261110T220000'], ['2026-11-10T12:00 to 2026-11-10T14:00 local']],
    ['a time in a zone of the database that the file does not define', [...uid('zoned'), 'DTSTART;TZID=Europe/Berlin:20261110T200000', 'DTEND;TZID=America/New_York:20261110T150000'], ['2026-11-10T19:00 to 2026-11-10T20:00 zoned']],
    ['a duration', [...uid('long'), 'DTSTART:20261110T200000Z', 'DURATION:PT90M'], ['2026-11-10T20:00 to 2026-11-10T21:30 long']],
    ['without a title', ['UID:x@test', 'DTSTART;VALUE=DATE:20261111'], ['2026-11-10T16:00 to 2026-11-11T16:00 an event without a title']],
    ['cancelled: none', [...uid('off'), 'DTSTART;VALUE=DATE:20261111', 'STATUS:CANCELLED'], []],
    ['over before planning: none', [...uid('past'), 'DTSTART;VALUE=DATE:20261031', 'DTEND;VALUE=DATE:20261101'], []],
    ['that started before and continues', [...uid('on'), 'DTSTART;VALUE=DATE:20261020', 'DTEND;VALUE=DATE:20261103'], ['2026-10-19T16:00 to 2026-11-02T16:00 on']],
    ['later than a year ahead: none', [...uid('far'), 'DTSTART;VALUE=DATE:20270601'], []],
    ['each month’s last two days', [...uid('end'), 'DTSTART;VALUE=DATE:20260130', 'DTEND;VALUE=DATE:20260201', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=-2'], ['2026-11-28T16:00 to 2026-11-30T16:00 end', '2026-12-29T16:00 to 2026-12-31T16:00 end', '2027-01-29T16:00 to 2027-01-31T16:00 end']],
    ['each week but one, with one more', [...uid('week'), 'DTSTART:20261102T200000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=4', 'EXDATE:20261109T200000Z', 'RDATE:20261225T200000Z'], ['2026-11-02T20:00 to 2026-11-02T21:00 week', '2026-11-16T20:00 to 2026-11-16T21:00 week', '2026-11-23T20:00 to 2026-11-23T21:00 week', '2026-12-25T20:00 to 2026-12-25T21:00 week']],
    ['that recurs for years', [...uid('old'), 'DTSTART;VALUE=DATE:20001111', 'RRULE:FREQ=YEARLY'], ['2026-11-10T16:00 to 2026-11-11T16:00 old']],
  ] as const)('%s', (_, event, expected) => {
    expect(freezes(calendar([...event]))).toEqual(expected);
  });

  it('that recurs over a clock change keeps its hour', () => {
    const weekly = [
      'DTSTART;TZID=America/New_York:20261026T230000',
      'DTEND;TZID=America/New_York:20261027T010000',
    ];
    expect(
      freezes(calendar([...uid('ny'), ...weekly, 'RRULE:FREQ=WEEKLY;COUNT=3']), 'America/New_York'),
    ).toEqual(['2026-11-03T04:00 to 2026-11-03T06:00 ny', '2026-11-10T04:00 to 2026-11-10T06:00 ny']);
  });

  it('of a series can be moved or cancelled on one day', () => {
    const series = [
      ...uid('series'),
      'DTSTART:20261102T200000Z',
      'DTEND:20261102T210000Z',
      'RRULE:FREQ=DAILY;COUNT=3',
    ];
    const moved = [
      'UID:series@test',
      'SUMMARY:moved',
      'RECURRENCE-ID:20261103T200000Z',
      'DTSTART:20261103T100000Z',
      'DTEND:20261103T120000Z',
    ];
    const off = [
      'UID:series@test',
      'SUMMARY:off',
      'RECURRENCE-ID:20261104T200000Z',
      'DTSTART:20261104T200000Z',
      'DTEND:20261104T210000Z',
      'STATUS:CANCELLED',
    ];
    expect(freezes(calendar(series, moved, off))).toEqual([
      '2026-11-02T20:00 to 2026-11-02T21:00 series',
      '2026-11-03T10:00 to 2026-11-03T12:00 moved',
    ]);
  });

  it('can be in a zone that the file defines', () => {
    const event = [
      ...uid('own'),
      'DTSTART;TZID=China Standard Time:20261110T200000',
      'DTEND;TZID=China Standard Time:20261110T220000',
    ];
    const text = calendar(event).replace('BEGIN:VEVENT', `${OWN_ZONE}\r\nBEGIN:VEVENT`);
    expect(freezes(text, 'Europe/Berlin')).toEqual(['2026-11-10T12:00 to 2026-11-10T14:00 own']);
  });
});

describe('Refit refuses a calendar that it cannot read, and says why', () => {
  const plan = {
    windows: {
      timezone: 'Asia/Shanghai',
      allow: [],
      freeze: [],
      calendars: ['a.ics'],
      lastStart: 0,
      atClose: 'drain' as const,
    },
  };
  // biome-ignore format: one line a case
  it.each([
    ['no file', null, 'it cannot be read'],
    ['no calendar', 'Double Eleven: 11 November\n', 'it is not an iCalendar file (RFC 5545)'],
    ['half a file', calendar([...uid('x'), 'DTSTART;VALUE=DATE:20261111']).slice(0, 120), 'it is not an iCalendar file (RFC 5545)'],
    ['nothing', '', 'it has no VCALENDAR'],
    ['an address book', 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\nEND:VCARD\r\n', 'it has no VCALENDAR'],
    ['an unknown zone', calendar([...uid('x'), 'DTSTART;TZID=Middle Earth:20261110T200000', 'DURATION:PT1H']), 'event 1 has a time zone that is not defined'],
    ['a moment without an end', calendar([...uid('x'), 'DTSTART:20261110T200000Z']), 'event 1 does not end after its start'],
    ['no beginning', calendar([...uid('x')]), 'event 1 has no DTSTART'],
    ['every second', calendar([...uid('x'), 'DTSTART:20261110T200000Z', 'DURATION:PT1S', 'RRULE:FREQ=SECONDLY']), 'event 1 recurs too often'],
  ])('%s', async (_, text, reason) => {
    const { calendars, findings } = await sealCalendars(plan, FROM, async () => text);
    expect(calendars).toEqual([]);
    expect(findings.map(({ code, message }) => [code, message])).toEqual([['Refit.CalendarUnreadable', `the calendar a.ics: ${reason}`]]);
  });

  it('seals freezes of the next year only', async () => {
    const { calendars } = await sealCalendars(plan, FROM, async () => calendar());
    expect(calendars).toEqual([{ file: 'a.ics', knownUntil: iso(FROM + LOOK_AHEAD), freezes: [] }]);
  });
});
