import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../src/plan/parse/parse-plan.ts';
import { remedy, withLines } from './pictures.ts';

const inWindows = (...lines: string[]) =>
  withLines(['windows:', ...lines.map((line) => `  ${line}`)].join('\n'));
const ZONE = 'timezone: Asia/Shanghai';
const many = (count: number, entry: (at: number) => string) =>
  `[${Array.from({ length: count }, (_, at) => entry(at)).join(', ')}]`;
const clock = (minutes: number) => new Date(minutes * 60_000).toISOString().slice(11, 16);
const day = (days: number) => new Date(Date.UTC(2026, 0, 1 + days)).toISOString().slice(0, 10);

describe('the windows of a plan', () => {
  it('become values with defaults', () => {
    const { plan, findings } = parsePlan(inWindows(ZONE, 'allow: ["Tue-Thu 01:00-05:00"]'), 'plan.yaml');
    expect(findings).toEqual([]);
    expect(plan?.windows).toEqual({
      timezone: 'Asia/Shanghai',
      allow: ['Tue-Thu 01:00-05:00'],
      freeze: [],
      calendars: [],
      lastStart: 0,
      atClose: 'drain',
    });
  });

  it('keep every key that the author wrote', () => {
    const { plan, findings } = parsePlan(
      inWindows(
        ZONE,
        'allow: ["Sat-Mon,Wed 22:00-02:00", "daily 12:00-24:00"]',
        'freeze: [2026-11-10, 2026-11-10..2026-11-12, "2026-11-20T20:00+08:00..2026-11-21T06:00:00Z"]',
        'calendars: [freezes.ics, calendars/quarter ends.ics]',
        'lastStart: 45m',
        'atClose: halt',
      ),
      'plan.yaml',
    );
    expect(findings).toEqual([]);
    expect(plan?.windows).toMatchObject({
      freeze: ['2026-11-10', '2026-11-10..2026-11-12', '2026-11-20T20:00+08:00..2026-11-21T06:00:00Z'],
      calendars: ['freezes.ics', 'calendars/quarter ends.ics'],
      lastStart: 45 * 60_000,
      atClose: 'halt',
    });
  });

  it('are absent from a plan without them', () => {
    expect(Object.hasOwn(parsePlan(withLines(''), 'plan.yaml').plan!, 'windows')).toBe(false);
  });
});

describe('a mistake in windows is reported with a fix or an example', () => {
  // biome-ignore format: one line a case
  it.each([
    [['allow: ["Tue 01:00-05:00"]'], 'the key timezone is missing from windows', 'example: timezone: Asia/Shanghai'],
    [['timezone: Asia/Shangai'], 'the time zone "Asia/Shangai" is not known', 'timezone: Asia/Shanghai'],
    [['timezone: Beijing'], 'the time zone "Beijing" is not known', 'timezone: Asia/Shanghai'],
    [['timezone: Berlin'], 'the time zone "Berlin" is not known', 'timezone: Europe/Berlin'],
    [[ZONE, 'allow: ["Mon-Fri 09:00–18:00"]'], 'an entry of allow is "Mon-Fri 09:00–18:00" with U+2013, an en dash; it must be days and times such as Tue-Thu 01:00-05:00', '"Mon-Fri 09:00-18:00"'],
    [[ZONE, 'allow: ["Tix 01:00-05:00"]'], 'an entry of allow is "Tix 01:00-05:00"; it must be days and times such as Tue-Thu 01:00-05:00', 'example: "Tue-Thu 01:00-05:00"'],
    [[ZONE, 'allow: ["Tue 01:00-25:00"]'], 'an entry of allow is "Tue 01:00-25:00"; it must be days and times such as Tue-Thu 01:00-05:00', 'example: "Tue-Thu 01:00-05:00"'],
    [[ZONE, 'allow: ["Tue 03:00-03:00"]'], 'the window opens and closes at 03:00: this could mean the whole day or no time at all', 'example: "Tue 00:00-24:00"'],
    [[ZONE, `allow: ${many(101, (at) => `"Tue ${clock(at)}-05:00"`)}`], 'allow has 101 entries, and a plan may have at most 100 there', 'keep 100 entries, or use several plans'],
    [[ZONE, `freeze: ${many(1_001, day)}`], 'freeze has 1001 entries, and a plan may have at most 1000 there', 'keep 1000 entries, or use several plans'],
    [[ZONE, `calendars: ${many(51, (at) => `ops-${at}.ics`)}`], 'calendars has 51 entries, and a plan may have at most 50 there', 'keep 50 entries, or use several plans'],
    [[ZONE, 'allow: ["Tue 01:00-05:00", "Tue 01:00-05:00"]'], 'Tue 01:00-05:00 is in the list twice', 'remove one of the two'],
    [[ZONE, 'freeze: [2026-02-30]'], '2026-02-30 is a day that does not exist', 'example: 2026-11-10..2026-11-12'],
    [[ZONE, 'freeze: ["2026-11-10T25:00Z..2026-11-11T00:00Z"]'], '2026-11-10T25:00Z is a moment that does not exist', 'example: 2026-11-10..2026-11-12'],
    [[ZONE, 'freeze: [2026-11-12..2026-11-10]'], 'the freeze ends on 2026-11-10, before it starts on 2026-11-12', '2026-11-10..2026-11-12'],
    [[ZONE, 'freeze: ["2026-11-10T01:00+08:00..2026-11-09T16:00Z"]'], 'the freeze ends at 2026-11-09T16:00Z, before it starts at 2026-11-10T01:00+08:00', '2026-11-09T16:00Z..2026-11-10T01:00+08:00'],
    [[ZONE, 'freeze: ["2026-11-10T01:00Z..2026-11-10T01:00Z"]'], 'the freeze starts and ends at 2026-11-10T01:00Z: it freezes nothing', 'example: 2026-11-10..2026-11-12'],
    [[ZONE, 'allow: ["Tue 01:00-05:00", "Wed 01:00-03:00"]', 'lastStart: 4h'], 'lastStart is 4h, but the longest window lasts 240m: no step could ever start', 'example: lastStart: 120m'],
    [[ZONE, 'calendars: [../freezes.ics]'], 'an entry of calendars is "../freezes.ics"; it must be an iCalendar file beside the plan, such as freezes.ics', 'example: freezes.ics'],
    [[ZONE, 'calendars: [freezes.txt]'], 'an entry of calendars is "freezes.txt"; it must be an iCalendar file beside the plan, such as freezes.ics', 'example: freezes.ics'],
    [[ZONE, 'atClose: wait'], 'atClose is "wait"; it must be drain or halt', 'example: atClose: drain'],
  ])('%j', (lines, message, fix) => {
    const { plan, findings } = parsePlan(inWindows(...lines), 'plan.yaml');
    expect(plan).toBeNull();
    expect(findings.map((one) => [one.message, remedy(one)])).toEqual([[message, fix]]);
    expect(findings[0]!.location).not.toBeNull();
  });

  it('accepts a lastStart that fits because two windows touch', () => {
    const { findings } = parsePlan(
      inWindows(ZONE, 'allow: ["Tue 22:00-24:00", "Wed 00:00-02:00"]', 'lastStart: 3h'),
      'plan.yaml',
    );
    expect(findings).toEqual([]);
  });
});
