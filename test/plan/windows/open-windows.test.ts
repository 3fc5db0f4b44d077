// Goal: open windows agree with another calendar library (luxon), minute by minute.
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { iso } from '../../../src/clock.ts';
import { textOf } from '../../../src/messages/messages.ts';
import type { SavedWindows } from '../../../src/model.ts';
import {
  closedWindowsMessage,
  formatMoment,
  formatOpenWindow,
} from '../../../src/plan/windows/describe-windows.ts';
import { createOpenWindows, type OpenWindows } from '../../../src/plan/windows/open-windows.ts';
import { comingWindow } from '../../../src/plan/windows/window-findings.ts';
import { parseFreeze, parseWindow } from '../../../src/plan/windows/window-text.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function windows(given: Partial<SavedWindows>): SavedWindows {
  return {
    timezone: 'Asia/Shanghai',
    allow: [],
    freeze: [],
    calendars: [],
    lastStart: 0,
    atClose: 'drain',
    ...given,
  };
}

/** Whether by luxon the local time is in a window and not in a freeze. */
function luxonSays({ timezone, allow, freeze }: SavedWindows, at: number): boolean {
  const local = DateTime.fromMillis(at, { zone: timezone });
  const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const opens = (days: string, name: string): boolean =>
    days === 'daily' ||
    days.split(',').some((part) => {
      const [first, last] = part.split('-') as [string, string?];
      if (last === undefined) return first === name;
      for (let day = names.indexOf(first); ; day++) {
        if (names[day % 7] === name) return true;
        if (names[day % 7] === last) return false;
      }
    });
  const time = local.toFormat('HH:mm');
  const allowed =
    allow.length === 0 ||
    allow.some((text) => {
      const [days, from, to] = text.split(/[ ]|(?<=:\d\d)-/) as [string, string, string];
      const today = opens(days, names[local.weekday - 1]!);
      const yesterday = opens(days, names[(local.weekday + 5) % 7]!);
      return from < to
        ? today && time >= from && time < to
        : (today && time >= from) || (yesterday && time < to);
    });
  const date = local.toFormat('yyyy-MM-dd');
  const frozen = freeze.some((text) => {
    const [first, last = first] = text.split('..') as [string, string?];
    if (first.length === 10) return date >= first && date <= last;
    return at >= DateTime.fromISO(first).toMillis() && at < DateTime.fromISO(last).toMillis();
  });
  return allowed && !frozen;
}

/** The openWindows within a span, found by asking for every minute of it. */
function minuteByMinute(open: (at: number) => boolean, from: number, to: number): string[] {
  const spans: string[] = [];
  let since: number | null = null;
  for (let at = from; at <= to; at += MINUTE) {
    const is = at < to && open(at);
    if (is && since === null) since = at;
    if (!is && since !== null) {
      spans.push(`${short(since)} to ${short(at)}`);
      since = null;
    }
  }
  return spans;
}

/** The list of openWindows, cut to a span. */
function listed(openWindows: OpenWindows, from: number, to: number): string[] {
  return openWindows
    .next(from, 1_000)
    .filter(({ opens }) => opens < to)
    .map(({ opens, closes }) => `${short(Math.max(opens, from))} to ${short(Math.min(closes ?? to, to))}`);
}

function short(at: number): string {
  return iso(at).slice(0, 16);
}

// Title, zone, windows, freezes, the first moment that is looked at (UTC), for how many days, and the openWindows (UTC).
const TABLE: readonly (readonly [string, string, string[], string[], string, number, string[]?])[] = [
  [
    'a weekday',
    'Asia/Shanghai',
    ['Tue 01:00-05:00'],
    [],
    '2026-11-23T00:00Z',
    3,
    ['2026-11-23T17:00 to 2026-11-23T21:00'],
  ],
  ['a range of weekdays', 'Asia/Shanghai', ['Tue-Thu 01:00-05:00'], [], '2026-11-23T00:00Z', 5],
  ['a list of weekdays', 'Asia/Shanghai', ['Mon,Wed,Fri 01:00-05:00'], [], '2026-11-23T00:00Z', 7],
  ['a list of ranges', 'Asia/Shanghai', ['Mon-Tue,Thu-Fri 22:30-23:45'], [], '2026-11-23T00:00Z', 7],
  ['a range over the weekend', 'Asia/Shanghai', ['Sat-Mon 03:00-04:00'], [], '2026-11-26T00:00Z', 6],
  [
    'a range over the week that is all but one day',
    'UTC',
    ['Wed-Mon 03:00-04:00'],
    [],
    '2026-11-23T00:00Z',
    8,
  ],
  [
    'daily',
    'Asia/Kolkata',
    ['daily 02:00-03:30'],
    [],
    '2026-11-23T00:00Z',
    3,
    [
      '2026-11-23T20:30 to 2026-11-23T22:00',
      '2026-11-24T20:30 to 2026-11-24T22:00',
      '2026-11-25T20:30 to 2026-11-25T22:00',
    ],
  ],
  [
    'a whole day',
    'Asia/Shanghai',
    ['Sat 00:00-24:00'],
    [],
    '2026-11-26T00:00Z',
    4,
    ['2026-11-27T16:00 to 2026-11-28T16:00'],
  ],
  [
    'two whole days that touch are one opening',
    'Asia/Shanghai',
    ['Sat-Sun 00:00-24:00'],
    [],
    '2026-11-26T00:00Z',
    5,
    ['2026-11-27T16:00 to 2026-11-29T16:00'],
  ],
  [
    'over midnight',
    'Asia/Shanghai',
    ['Fri 22:00-02:00'],
    [],
    '2026-11-26T00:00Z',
    3,
    ['2026-11-27T14:00 to 2026-11-27T18:00'],
  ],
  [
    'over midnight, seen from after midnight',
    'Asia/Shanghai',
    ['Fri 22:00-02:00'],
    [],
    '2026-11-27T17:00Z',
    2,
    ['2026-11-27T17:00 to 2026-11-27T18:00'],
  ],
  ['over midnight from Sunday to Monday', 'Europe/Paris', ['Sun 23:00-01:00'], [], '2026-11-28T00:00Z', 3],
  ['up to midnight', 'Asia/Shanghai', ['Fri 22:00-24:00'], [], '2026-11-26T00:00Z', 3],
  [
    'up to midnight and on from it is one opening',
    'Asia/Shanghai',
    ['Fri 22:00-24:00', 'Sat 00:00-02:00'],
    [],
    '2026-11-26T00:00Z',
    3,
    ['2026-11-27T14:00 to 2026-11-27T18:00'],
  ],
  [
    'two that overlap are one opening',
    'Asia/Shanghai',
    ['Fri 22:00-23:30', 'Fri 23:00-01:00'],
    [],
    '2026-11-26T00:00Z',
    3,
  ],
  ['two on one day', 'Asia/Shanghai', ['Tue 01:00-02:00', 'Tue 03:00-04:00'], [], '2026-11-23T00:00Z', 3],
  [
    'over the end of a month',
    'Asia/Shanghai',
    ['Mon 23:00-01:00'],
    [],
    '2026-11-29T00:00Z',
    4,
    ['2026-11-30T15:00 to 2026-11-30T17:00'],
  ],
  [
    'over the end of a year',
    'America/New_York',
    ['Thu 23:00-01:00'],
    [],
    '2026-12-30T00:00Z',
    4,
    ['2027-01-01T04:00 to 2027-01-01T06:00'],
  ],
  ['over the end of a February', 'Asia/Tokyo', ['Sun 23:30-00:30'], [], '2027-02-27T00:00Z', 3],
  ['over the 29th of a February', 'Asia/Tokyo', ['daily 23:30-00:30'], [], '2028-02-27T12:00Z', 4],
  [
    'over the end of a year in the last zone of all',
    'Pacific/Kiritimati',
    ['daily 23:00-01:00'],
    [],
    '2026-12-30T00:00Z',
    3,
  ],
  [
    'clocks put forward within the window: it is an hour shorter',
    'Europe/Berlin',
    ['Sun 01:00-05:00'],
    [],
    '2026-03-28T00:00Z',
    2,
    ['2026-03-29T00:00 to 2026-03-29T03:00'],
  ],
  [
    'clocks put back within the window: it is an hour longer',
    'Europe/Berlin',
    ['Sun 01:00-05:00'],
    [],
    '2026-10-24T00:00Z',
    2,
    ['2026-10-24T23:00 to 2026-10-25T04:00'],
  ],
  [
    'it lies in the hour that the clock skips: it does not open',
    'Europe/Berlin',
    ['Sun 02:10-02:50'],
    [],
    '2026-03-28T00:00Z',
    2,
    [],
  ],
  [
    'it opens in the hour that the clock skips: it opens at its end',
    'Europe/Berlin',
    ['Sun 02:30-04:00'],
    [],
    '2026-03-28T00:00Z',
    2,
    ['2026-03-29T01:00 to 2026-03-29T02:00'],
  ],
  [
    'it closes in the hour that the clock skips: it closes at its beginning',
    'Europe/Berlin',
    ['Sun 01:00-02:30'],
    [],
    '2026-03-28T00:00Z',
    2,
    ['2026-03-29T00:00 to 2026-03-29T01:00'],
  ],
  [
    'it is the hour that the clock skips',
    'Europe/Berlin',
    ['Sun 02:00-03:00'],
    [],
    '2026-03-28T00:00Z',
    2,
    [],
  ],
  [
    'it lies in the hour that comes twice: it opens twice',
    'Europe/Berlin',
    ['Sun 02:10-02:50'],
    [],
    '2026-10-24T00:00Z',
    2,
    ['2026-10-25T00:10 to 2026-10-25T00:50', '2026-10-25T01:10 to 2026-10-25T01:50'],
  ],
  [
    'it is the hour that comes twice: it is open for both',
    'Europe/Berlin',
    ['Sun 02:00-03:00'],
    [],
    '2026-10-24T00:00Z',
    2,
    ['2026-10-25T00:00 to 2026-10-25T02:00'],
  ],
  [
    'it closes in the hour that comes twice: it opens again',
    'Europe/Berlin',
    ['Sun 01:00-02:30'],
    [],
    '2026-10-24T00:00Z',
    2,
    ['2026-10-24T23:00 to 2026-10-25T00:30', '2026-10-25T01:00 to 2026-10-25T01:30'],
  ],
  [
    'it opens in the hour that comes twice: it closes in between',
    'Europe/Berlin',
    ['Sun 02:30-04:00'],
    [],
    '2026-10-24T00:00Z',
    2,
    ['2026-10-25T00:30 to 2026-10-25T01:00', '2026-10-25T01:30 to 2026-10-25T03:00'],
  ],
  [
    'over midnight into the hour that the clock skips',
    'America/New_York',
    ['Sat 23:00-03:30'],
    [],
    '2026-03-07T00:00Z',
    2,
    ['2026-03-08T04:00 to 2026-03-08T07:30'],
  ],
  [
    'over midnight into the hour that comes twice',
    'America/New_York',
    ['Sat 23:00-03:30'],
    [],
    '2026-10-31T00:00Z',
    2,
    ['2026-11-01T03:00 to 2026-11-01T08:30'],
  ],
  [
    'the week of the change keeps its hour',
    'America/Los_Angeles',
    ['daily 01:00-03:00'],
    [],
    '2026-03-06T00:00Z',
    4,
  ],
  [
    'the south, where spring is in October',
    'Australia/Sydney',
    ['Sun 01:00-04:00'],
    [],
    '2026-10-02T00:00Z',
    3,
  ],
  [
    'the south, where autumn is in April',
    'Australia/Sydney',
    ['Sun 01:00-04:00'],
    [],
    '2026-04-03T00:00Z',
    3,
  ],
  [
    'a change by half an hour, forward',
    'Australia/Lord_Howe',
    ['Sun 01:45-02:15'],
    [],
    '2026-10-02T00:00Z',
    3,
  ],
  ['a change by half an hour, back', 'Australia/Lord_Howe', ['Sun 01:35-01:50'], [], '2026-04-03T00:00Z', 3],
  [
    'a zone whose offset has 45 minutes',
    'Asia/Kathmandu',
    ['Tue 01:00-02:00'],
    [],
    '2026-11-23T00:00Z',
    2,
    ['2026-11-23T19:15 to 2026-11-23T20:15'],
  ],
  [
    'a change at midnight: the day begins at one',
    'Africa/Cairo',
    ['Fri 00:00-02:00'],
    [],
    '2026-04-22T00:00Z',
    3,
  ],
  [
    'a change at midnight: the day before has an hour twice',
    'Africa/Cairo',
    ['Thu 23:15-23:45'],
    [],
    '2026-10-28T00:00Z',
    3,
  ],
  [
    'clocks that are put back for Ramadan',
    'Africa/Casablanca',
    ['Sun 02:00-04:00'],
    [],
    '2026-02-13T00:00Z',
    3,
  ],
  [
    'clocks that are put forward after Ramadan',
    'Africa/Casablanca',
    ['Sun 01:30-04:00'],
    [],
    '2026-03-20T00:00Z',
    3,
  ],
  ['a day that never was', 'Pacific/Apia', ['daily 01:00-02:00'], [], '2011-12-28T00:00Z', 4],
  [
    'a frozen day',
    'Asia/Shanghai',
    ['daily 01:00-05:00'],
    ['2026-11-11'],
    '2026-11-09T00:00Z',
    4,
    [
      '2026-11-09T17:00 to 2026-11-09T21:00',
      '2026-11-11T17:00 to 2026-11-11T21:00',
      '2026-11-12T17:00 to 2026-11-12T21:00',
    ],
  ],
  [
    'frozen days, both included',
    'Asia/Shanghai',
    ['daily 01:00-05:00'],
    ['2026-11-10..2026-11-12'],
    '2026-11-08T00:00Z',
    6,
  ],
  [
    'a freeze begins at midnight, within the window',
    'Asia/Shanghai',
    ['daily 22:00-02:00'],
    ['2026-11-10..2026-11-12'],
    '2026-11-08T00:00Z',
    7,
  ],
  [
    'a frozen day with an hour more',
    'Europe/Berlin',
    [],
    ['2026-10-25'],
    '2026-10-24T00:00Z',
    3,
    ['2026-10-24T00:00 to 2026-10-24T22:00', '2026-10-25T23:00 to 2026-10-27T00:00'],
  ],
  [
    'a frozen day with an hour less',
    'Europe/Berlin',
    [],
    ['2026-03-29'],
    '2026-03-28T00:00Z',
    3,
    ['2026-03-28T00:00 to 2026-03-28T23:00', '2026-03-29T22:00 to 2026-03-31T00:00'],
  ],
  [
    'a freeze over the end of a year',
    'Asia/Shanghai',
    ['daily 23:00-01:00'],
    ['2026-12-31..2027-01-01'],
    '2026-12-29T00:00Z',
    6,
  ],
  [
    'a freeze on the 29th of a February',
    'UTC',
    ['daily 23:00-01:00'],
    ['2028-02-29'],
    '2028-02-27T00:00Z',
    5,
  ],
  [
    'a freeze from moment to moment, in another zone',
    'Asia/Shanghai',
    ['daily 01:00-05:00'],
    ['2026-11-10T18:30Z..2026-11-10T19:30:00Z'],
    '2026-11-10T00:00Z',
    2,
    [
      '2026-11-10T17:00 to 2026-11-10T18:30',
      '2026-11-10T19:30 to 2026-11-10T21:00',
      '2026-11-11T17:00 to 2026-11-11T21:00',
    ],
  ],
  [
    'two freezes that overlap',
    'Asia/Shanghai',
    ['daily 00:00-24:00'],
    ['2026-11-10..2026-11-12', '2026-11-11T12:00+08:00..2026-11-13T06:00+08:00'],
    '2026-11-08T00:00Z',
    7,
  ],
  [
    'no windows and no freezes',
    'Asia/Shanghai',
    [],
    [],
    '2026-11-08T00:00Z',
    1,
    ['2026-11-08T00:00 to 2026-11-09T00:00'],
  ],
];

describe('open windows agree with luxon, minute by minute', () => {
  const rows = TABLE.map(([title, timezone, allow, freeze, start, days, utc]) => ({
    title,
    asked: windows({ timezone, allow, freeze }),
    from: Date.parse(start),
    days,
    utc,
  }));
  it.each(rows)('$title ($asked.timezone)', ({ asked, from, days, utc }) => {
    const to = from + days * DAY;
    const openWindows = createOpenWindows(asked);
    const bare = minuteByMinute((at) => luxonSays(asked, at), from, to);
    expect(listed(openWindows, from, to)).toEqual(bare);
    expect(minuteByMinute(openWindows.isOpen, from, to)).toEqual(bare);
    if (utc) expect(bare).toEqual(utc);
  });
});

describe('any windows, freezes and zones', () => {
  const zones = fc.constantFrom(
    'Asia/Shanghai',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Cairo',
    'UTC',
  );
  const day = fc.constantFrom('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun');
  const days = fc.oneof(
    fc.constant('daily'),
    day,
    fc.tuple(day, day).map(([a, b]) => `${a}-${b}`),
    fc.array(day, { minLength: 2, maxLength: 3 }).map((list) => list.join(',')),
  );
  const clock = (most: number) =>
    fc
      .integer({ min: 0, max: most })
      .map(
        (five) =>
          `${String(Math.floor(five / 12)).padStart(2, '0')}:${String((five % 12) * 5).padStart(2, '0')}`,
      );
  const window = fc
    .tuple(days, clock(287), clock(288))
    .filter(([, from, to]) => from !== to)
    .map(([on, from, to]) => `${on} ${from}-${to}`);
  const date = fc
    .integer({ min: 0, max: 400 })
    .map((n) => short(Date.UTC(2026, 0, 1) + n * DAY).slice(0, 10));
  const freeze = fc.oneof(
    date,
    fc.tuple(date, date).map(([a, b]) => (a < b ? `${a}..${b}` : `${b}..${a}`)),
  );
  const any = fc.record({
    timezone: zones,
    allow: fc.array(window, { maxLength: 3 }),
    freeze: fc.array(freeze, { maxLength: 2 }),
    lastStart: fc.constantFrom(0, 45 * MINUTE, 3 * HOUR),
    at: fc.integer({ min: 0, max: 400 * 24 * 12 }).map((n) => Date.UTC(2026, 0, 1) + n * 5 * MINUTE),
  });

  it('isOpen agrees with the list of open windows, and with luxon', () => {
    fc.assert(
      fc.property(any, ({ at, ...given }) => {
        const asked = windows(given);
        const openWindows = createOpenWindows(asked);
        for (const moment of [at, at + 7 * HOUR, at + 31 * HOUR, at - 11 * HOUR]) {
          const inList = createOpenWindows(asked)
            .next(moment, 1)
            .some(({ opens, closes }) => opens <= moment && (closes === null || moment < closes));
          expect(openWindows.isOpen(moment)).toBe(inList);
          expect(openWindows.isOpen(moment)).toBe(luxonSays(asked, moment));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('open windows are in order and separate, and a step may start until the last start', () => {
    fc.assert(
      fc.property(any, ({ at, ...given }) => {
        const openWindows = createOpenWindows(windows(given));
        let before = Number.NEGATIVE_INFINITY;
        for (const { opens, closes, lastStart } of openWindows.next(at, 12)) {
          expect(opens).toBeGreaterThan(before);
          expect(closes ?? Number.POSITIVE_INFINITY).toBeGreaterThan(at);
          if (closes === null || lastStart === null) break;
          expect(openWindows.isOpen(closes)).toBe(false);
          expect(openWindows.mayStart(lastStart)).toBe(false);
          if (lastStart > opens) expect(openWindows.mayStart(lastStart - 1)).toBe(true);
          before = closes;
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the last start', () => {
  const openWindows = createOpenWindows(
    windows({ allow: ['Tue-Thu 01:00-05:00', 'Fri 01:00-01:30'], lastStart: 45 * MINUTE }),
  );
  it.each([
    ['before it opens', '2026-11-23T16:59Z', false],
    ['as it opens', '2026-11-23T17:00Z', true],
    ['just before the last start', '2026-11-23T20:14Z', true],
    ['at the last start', '2026-11-23T20:15Z', false],
    ['as it closes', '2026-11-23T21:00Z', false],
    ['in one that is shorter than lastStart', '2026-11-26T17:10Z', false],
  ])('%s', (_, at, may) => {
    expect(openWindows.mayStart(Date.parse(at))).toBe(may);
  });

  it('the next start skips a window that is too short', () => {
    const now = Date.parse('2026-11-25T20:30Z');
    const next = openWindows.nextStart(now);
    expect(formatOpenWindow(next!, 'Asia/Shanghai', now)).toBe('Tue 2026-12-01 01:00-05:00 Asia/Shanghai');
  });

  it.each([['Mon-Sun 00:00-24:00'], ['daily 00:00-24:00']])(
    'a window that is always open has no opening and no end: %s',
    (allow) => {
      const now = Date.parse('2026-11-25T20:30Z');
      const next = createOpenWindows(windows({ allow: [allow] })).nextStart(now);
      expect(next).toMatchObject({ opens: now, isOpenLonger: true, closes: null });
      expect(formatOpenWindow(next!, 'Asia/Shanghai', now)).toBe('open now, no end');
      expect(comingWindow(windows({ allow: [allow] }), now, 60)).toEqual({
        opens: null,
        closes: null,
        local: 'open now, no end',
        fits: true,
      });
    },
  );

  it('a window that opened longer ago than anybody looks, is open from the moment on', () => {
    const now = Date.parse('2026-11-25T20:30Z');
    const [first] = createOpenWindows(windows({ allow: ['daily 00:00-24:00'], freeze: ['2026-12-24'] })).next(
      now,
      1,
    );
    expect(first).toMatchObject({ opens: now, isOpenLonger: true, closes: Date.parse('2026-12-23T16:00Z') });
    expect(formatOpenWindow(first!, 'Asia/Shanghai', now)).toBe(
      'open now, until Thu 2026-12-24 00:00 Asia/Shanghai',
    );
  });
});

describe('calendars', () => {
  const asked = windows({
    allow: ['daily 01:00-05:00'],
    calendars: [
      {
        file: 'freezes.ics',
        knownUntil: '2026-11-28T18:00:00.000Z',
        freezes: [{ from: '2026-11-24T18:00:00.000Z', to: '2026-11-26T00:00:00.000Z', title: 'quarter end' }],
      },
    ],
  });
  it('an event closes the window, and no window opens after the sealed time', () => {
    expect(
      listed(createOpenWindows(asked), Date.parse('2026-11-24T00:00Z'), Date.parse('2026-12-30T00:00Z')),
    ).toEqual([
      '2026-11-24T17:00 to 2026-11-24T18:00',
      '2026-11-26T17:00 to 2026-11-26T21:00',
      '2026-11-27T17:00 to 2026-11-27T21:00',
      '2026-11-28T17:00 to 2026-11-28T18:00',
    ]);
  });
});

describe('one sentence says why no step may start', () => {
  const asked = windows({
    allow: ['Tue-Thu 01:00-05:00'],
    freeze: ['2026-11-25'],
    lastStart: 45 * MINUTE,
  });
  it.each([
    [
      '2026-11-22T15:10Z',
      'outside the windows: it is Sun 2026-11-22 23:10 Asia/Shanghai; the next opens Tue 2026-11-24 01:00 (2026-11-23 17:00 UTC)',
    ],
    ['2026-11-23T18:00Z', null],
    [
      '2026-11-23T20:30Z',
      'the window closes at Tue 2026-11-24 05:00 Asia/Shanghai, and its last start was Tue 2026-11-24 04:15; the next opens Thu 2026-11-26 01:00 (2026-11-25 17:00 UTC)',
    ],
    [
      '2026-11-24T18:00Z',
      'frozen: 2026-11-25; it is Wed 2026-11-25 02:00 Asia/Shanghai; the next opens Thu 2026-11-26 01:00 (2026-11-25 17:00 UTC)',
    ],
  ])('%s', (at, sentence) => {
    const closed = closedWindowsMessage(createOpenWindows(asked), asked, Date.parse(at));
    expect(closed && textOf(closed)).toBe(sentence);
  });

  it('also says that no window opens within a year', () => {
    const never = windows({ allow: ['Tue 01:00-05:00'], freeze: ['2026-01-01..2029-01-01'] });
    const closed = closedWindowsMessage(createOpenWindows(never), never, Date.parse('2026-11-23T18:00Z'));
    expect(textOf(closed!)).toBe(
      'frozen: 2026-01-01..2029-01-01; it is Tue 2026-11-24 02:00 Asia/Shanghai; no window opens within a year',
    );
  });

  it('has the weekday of the zone', () => {
    expect(formatMoment(Date.parse('2026-11-23T20:15Z'), 'Asia/Shanghai')).toBe('Tue 2026-11-24 04:15');
    expect(formatMoment(Date.parse('2026-11-23T20:15Z'), 'America/New_York')).toBe('Mon 2026-11-23 15:15');
  });
});

describe('invalid windows and freezes', () => {
  it.each([
    'Tues 01:00-05:00',
    'Tue 1:00-5:00',
    'Tue 01:00-25:00',
    'Tue 24:00-01:00',
    'Tue 01:00-01:00',
    'Tue-Wed-Thu 01:00-02:00',
    '01:00-05:00',
    'Tue',
    '',
  ])('window %j', (text) => expect(parseWindow(text)).toBeNull());
  it.each([
    '2026-11-31',
    '2026-11-12..2026-11-10',
    '2026-11-10..',
    '2026-11-10T00:00Z',
    '2026-11-10..2026-11-11T00:00Z',
    '2026-11-10..2026-11-11..2026-11-12',
  ])('freeze %j', (text) => expect(parseFreeze(text)).toBeNull());
});
