/** The due times of schedules, compared with another calendar: luxon, which walks the minutes of a zone's clock. */
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { cronFault, dueTimes } from '../../../src/plan/windows/due-times.ts';

const cron = (text: string, timezone: string) => dueTimes({ kind: 'cron', cron: text, timezone });
const iso = (at: number) => new Date(at).toISOString().slice(0, 16);

/** Every whole minute from one moment to another at which the zone's clock shows what fits. */
function minutesThat(fits: (local: DateTime) => boolean, zone: string, from: string, to: string): string[] {
  const found: string[] = [];
  for (let at = Date.parse(from) + 60_000; at <= Date.parse(to); at += 60_000)
    if (fits(DateTime.fromMillis(at, { zone }))) found.push(iso(at));
  return found;
}

const at = (hour: number, minute: number) => (local: DateTime) =>
  local.hour === hour && local.minute === minute;

describe('cron in a zone', () => {
  // biome-ignore format: one line a case
  it.for([
    ['30 1 * * Tue', 'Asia/Shanghai', (l: DateTime) => l.weekday === 2 && at(1, 30)(l), '2026-11-20T00:00Z', '2026-12-20T00:00Z'],
    ['30 1 * * Tue', 'America/New_York', (l: DateTime) => l.weekday === 2 && at(1, 30)(l), '2026-10-20T00:00Z', '2026-11-20T00:00Z'],
    ['0 0 1 * *', 'Australia/Lord_Howe', (l: DateTime) => l.day === 1 && at(0, 0)(l), '2026-03-25T00:00Z', '2026-05-03T00:00Z'],
    ['15 */6 * * 1-5', 'Europe/Berlin', (l: DateTime) => l.weekday <= 5 && l.hour % 6 === 0 && l.minute === 15, '2026-03-20T00:00Z', '2026-04-05T00:00Z'],
    ['0 12 29 2 *', 'UTC', (l: DateTime) => l.month === 2 && l.day === 29 && at(12, 0)(l), '2028-02-01T00:00Z', '2028-03-01T00:00Z'],
    ['0 3 * * Sun#1', 'Asia/Kolkata', (l: DateTime) => l.weekday === 7 && l.day <= 7 && at(3, 0)(l), '2026-10-20T00:00Z', '2026-12-20T00:00Z'],
    ['*/30 * * * *', 'Europe/Berlin', (l: DateTime) => l.minute % 30 === 0, '2026-03-28T20:00Z', '2026-03-29T06:00Z'],
    ['*/30 * * * *', 'Europe/Berlin', (l: DateTime) => l.minute % 30 === 0, '2026-10-24T20:00Z', '2026-10-25T06:00Z'],
  ] as const)('%s %s: forwards and backwards as the other calendar has it', ([text, zone, fits, from, to]) => {
    const wanted = minutesThat(fits, zone, from, to);
    expect(wanted.length).toBeGreaterThan(0);
    const times = cron(text, zone);
    const coming = times.next(Date.parse(from), wanted.length + 1);
    expect(coming.filter((one) => one <= Date.parse(to)).map(iso)).toEqual(wanted);
    const going: string[] = [];
    for (let one = times.upTo(Date.parse(to)); one !== null && one > Date.parse(from); one = times.upTo(one - 1))
      going.unshift(iso(one));
    expect(going).toEqual(wanted);
    expect(times.between(Date.parse(from), Date.parse(to), 10_000)).toBe(wanted.length);
    expect(times.between(Date.parse(from), Date.parse(to), 1)).toBe(1);
  });

  // biome-ignore format: one line a case
  it.each([
    ['put forward, a fixed time within the skipped hour is due at the end of it', '30 2 * * *', '2026-03-27T12:00Z',
      ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30']],
    ['put back, a fixed time within the hour that comes twice is due the first time alone', '30 2 * * *', '2026-10-23T12:00Z',
      ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30']],
    ['put forward, a list of fixed times loses none', '30 2,14 * * *', '2026-03-28T12:00Z',
      ['2026-03-28T13:30', '2026-03-29T01:00', '2026-03-29T12:30']],
  ])('Berlin, when the clock is %s', (_, text, from, wanted) => {
    const times = cron(text, 'Europe/Berlin');
    expect(times.next(Date.parse(from), wanted.length).map(iso)).toEqual(wanted);
    expect(iso(times.upTo(Date.parse(`${wanted[1]}Z`))!)).toBe(wanted[1]);
    expect(iso(times.upTo(Date.parse(`${wanted[1]}Z`) - 1)!)).toBe(wanted[0]);
  });

  it('gives the same answers in any order of questions', () => {
    const times = cron('*/10 * * * *', 'UTC');
    const moments = [50, 10, 49, 9, 0, 60, 30, 29].map((minute) => Date.UTC(2026, 0, 1, 0, minute) + 1);
    for (const moment of moments) expect(times.after(moment)).toBe(cron('*/10 * * * *', 'UTC').after(moment));
  });

  it('gives null for times that never come', () => {
    expect(cron('0 0 30 2 *', 'UTC').after(Date.UTC(2026, 0, 1))).toBeNull();
  });
});

it('once is due only at its moment', () => {
  const moment = Date.UTC(2026, 10, 24, 17, 30);
  const times = dueTimes({ kind: 'once', at: new Date(moment).toISOString(), zone: '+08:00' });
  expect([times.after(moment - 1), times.after(moment), times.upTo(moment), times.upTo(moment - 1)]).toEqual([
    moment,
    null,
    moment,
    null,
  ]);
});

it.each(['61 * * * *', '* * * * * *', 'a b c d e', '5/5 * * * *'])('%s is not valid cron', (text) => {
  expect(cronFault(text)).toMatch(/\w+/);
});
