/** The calendar of a schedule: days of every zone, due times with their results, windows and freezes. */
import { describe, expect, it } from 'vitest';
import { iso } from '../../src/clock.ts';
import { message } from '../../src/messages/messages.ts';
import type { SavedWindows, Schedule } from '../../src/model.ts';
import { calendarDays, calendarRange } from '../../src/plan/windows/time-zone.ts';
import { layOutDays, listEvents, listSpans, MOST_EVENTS } from '../../src/schedule/calendar.ts';
import type { FileReading } from '../../src/schedule/plan-file.ts';
import { EMPTY_STATE, foldEntries, type ScheduleEntry } from '../../src/schedule/schedule-log.ts';
import { DAY, HOUR } from '../../src/units.ts';

const at = (text: string) => Date.parse(text);
const WINDOWS: SavedWindows = {
  ...{ timezone: 'Asia/Shanghai', allow: [], freeze: [], calendars: [] },
  ...{ lastStart: 0, atClose: 'drain' },
};

describe('the days of a calendar', () => {
  it.each([
    ['a week of a Wednesday', 'week', '2026-11-25', '2026-11-23', 7, '2026-11-18', '2026-12-02'],
    ['a week over the end of a year', 'week', '2027-01-01', '2026-12-28', 7, '2026-12-25', '2027-01-08'],
    ['a month that begins on a Sunday', 'month', '2026-11-30', '2026-10-26', 42, '2026-10-01', '2026-12-01'],
    ['a month of four whole weeks', 'month', '2027-02-10', '2027-02-01', 28, '2027-01-01', '2027-03-01'],
    ['the February of a leap year', 'month', '2028-02-29', '2028-01-31', 35, '2028-01-01', '2028-03-01'],
  ] as const)('are whole weeks: %s', (_, view, date, ...[first, count, previous, next]) => {
    expect(calendarRange(view, date)).toEqual({ first, count, previous, next });
  });

  it.each([
    ['the clock goes forward', 'Europe/Berlin', '2026-03-29', 23],
    ['the clock goes back', 'Europe/Berlin', '2026-10-25', 25],
    ['the clock changes by half an hour', 'Australia/Lord_Howe', '2026-10-04', 23.5],
    ['midnight does not exist', 'America/Santiago', '2026-09-06', 23],
    ['the zone is half an hour beside the others', 'Asia/Kolkata', '2026-11-30', 24],
    ['the zone left the day out', 'Pacific/Apia', '2011-12-30', 0],
  ])('have their own length: %s in %s', (_, zone, date, hours) => {
    const [day, next] = calendarDays(date, 2, zone);
    expect((day!.to - day!.from) / HOUR).toBe(hours);
    expect(next!.from).toBe(day!.to);
  });

  it('meet without a gap, in every zone, through a year', () => {
    for (const zone of [
      'Asia/Kathmandu',
      'America/St_Johns',
      'Pacific/Chatham',
      'Africa/Casablanca',
      'UTC',
    ]) {
      const days = calendarDays('2026-01-01', 366, zone);
      for (const [n, day] of days.entries()) if (n > 0) expect(day.from).toBe(days[n - 1]!.to);
    }
  });
});

describe('events and spans on days', () => {
  const days = calendarDays('2026-11-30', 7, 'Asia/Kolkata');

  it('puts an event at midnight on the day that begins, by the zone of the reader', () => {
    const laid = layOutDays(
      days,
      [{ at: '2026-11-30T18:30:00.000Z' }, { at: '2026-11-30T18:29:59.999Z' }],
      [],
    );
    expect(laid.map(({ events }) => events)).toEqual([[1], [0], [], [], [], [], []]);
  });

  it('cuts a window over midnight in two, and says so', () => {
    const windows = { ...WINDOWS, timezone: 'Asia/Kolkata', allow: ['Tue 22:00-02:00'] };
    const spans = listSpans([{ title: 'p', windows }], { from: days[0]!.from, to: days[6]!.to });
    expect(spans).toMatchObject([
      { kind: 'window', from: '2026-12-01T16:30:00.000Z', to: '2026-12-01T20:30:00.000Z' },
    ]);
    const laid = layOutDays(days, [], spans);
    expect(laid[1]!.spans).toMatchObject([
      { to: '2026-12-01T18:30:00.000Z', beganEarlier: false, goesOn: true },
    ]);
    expect(laid[2]!.spans).toMatchObject([
      { from: '2026-12-01T18:30:00.000Z', beganEarlier: true, goesOn: false },
    ]);
  });

  it('keeps the ends of a freeze of a year, and opens no window in it', () => {
    const freeze = ['2026-06-01..2027-05-31'];
    const spans = listSpans([{ title: 'p', windows: { ...WINDOWS, allow: ['daily 01:00-05:00'], freeze } }], {
      from: days[0]!.from,
      to: days[6]!.to,
    });
    expect(spans).toEqual([
      {
        ...{ kind: 'freeze', title: '2026-06-01..2027-05-31', plans: ['p'], waiting: [] },
        ...{ from: '2026-05-31T16:00:00.000Z', to: '2027-05-31T16:00:00.000Z' },
      },
    ]);
    for (const day of layOutDays(days, [], spans))
      expect(day.spans).toMatchObject([{ from: day.from, to: day.to, beganEarlier: true, goesOn: true }]);
  });

  it('shows a freeze in which the clock changes as one', () => {
    const windows = { ...WINDOWS, timezone: 'Europe/Berlin', freeze: ['2026-10-20..2026-10-30'] };
    const span = { from: at('2026-10-24T00:00:00Z'), to: at('2026-10-26T00:00:00Z') };
    expect(listSpans([{ title: 'p', windows }], span)).toMatchObject([
      { from: '2026-10-19T22:00:00.000Z', to: '2026-10-30T23:00:00.000Z' },
    ]);
  });

  it('opens a window once or twice, or not, where the clock of its plan changes', () => {
    const opened = (day: string, window: string) =>
      listSpans([{ title: 'p', windows: { ...WINDOWS, timezone: 'Europe/Berlin', allow: [window] } }], {
        from: at(`${day}T00:00:00Z`) - 2 * HOUR,
        to: at(`${day}T00:00:00Z`) + 22 * HOUR,
      }).map(({ from, to }) => `${from.slice(11, 16)}-${to!.slice(11, 16)}`);
    expect(opened('2026-03-29', 'Sun 02:10-02:50')).toEqual([]);
    expect(opened('2026-10-25', 'Sun 02:10-02:50')).toEqual(['00:10-00:50', '01:10-01:50']);
    expect(opened('2026-10-25', 'Sun 01:00-04:00')).toEqual(['23:00-03:00']);
  });

  it('shows the same window of two plans once, and a calendar that ends', () => {
    const windows = { ...WINDOWS, allow: ['Tue 01:00-05:00'] };
    const calendars = [{ file: 'ops.ics', knownUntil: '2026-12-05T00:00:00.000Z', freezes: [] }];
    const spans = listSpans(
      [
        { title: 'a', windows },
        { title: 'b', windows },
        { title: 'c', windows: { ...WINDOWS, calendars } },
      ],
      { from: days[0]!.from, to: days[6]!.to },
    );
    expect(spans).toMatchObject([
      { kind: 'window', plans: ['a', 'b'] },
      { kind: 'not-known', from: '2026-12-05T00:00:00.000Z', to: null, title: 'ops.ics', plans: ['c'] },
    ]);
  });

  it('has the windows of what waits, while it can start', () => {
    const daily = { ...WINDOWS, allow: ['daily 01:00-05:00'] };
    const spans = listSpans(
      [{ title: 'nightly', windows: { ...WINDOWS, allow: ['Thu 01:00-05:00'] } }],
      { from: days[0]!.from, to: days[6]!.to },
      [
        { windows: daily, within: { from: at('2026-12-01T18:00:00Z'), to: at('2026-12-03T18:00:00Z') } },
        { windows: daily, within: { from: at('2026-12-04T00:00:00Z'), to: Number.POSITIVE_INFINITY } },
        { windows: daily, within: { from: at('2026-12-08T00:00:00Z'), to: Number.POSITIVE_INFINITY } },
      ],
    );
    const opened = spans.map(({ from, plans, waiting }) => [from.slice(5, 13), plans, waiting]);
    expect(opened).toEqual([
      ['12-01T17', [], [0]],
      // The same window of a plan on schedule is there once.
      ['12-02T17', ['nightly'], [0]],
      ['12-03T17', [], [0]],
      ['12-04T17', [], [1]],
      ['12-05T17', [], [1]],
      ['12-06T17', [], [1]],
    ]);
  });
});

const NOW = at('2026-11-30T12:00:00Z');
const WEEK = { from: at('2026-11-30T00:00:00Z'), to: at('2026-12-07T00:00:00Z') };
const NIGHTLY: Schedule = {
  when: { kind: 'cron', cron: '30 1 * * *', timezone: 'UTC' },
  ...{ does: 'run', catchUp: 'skip' },
};
const plan = (name: string, more: Partial<Schedule> = {}, windows?: SavedWindows): FileReading => ({
  ...{ kind: 'scheduled', name },
  plan: {
    ...{ name, title: name, schedule: { ...NIGHTLY, ...more }, saved: null },
    ...(windows === undefined ? {} : { windows }),
  },
});
const calendar = (
  files: readonly FileReading[],
  entries: readonly ScheduleEntry[] = [],
  { disabled = [] as string[], hasScheduler = true, span = WEEK, now = NOW } = {},
) =>
  listEvents({
    seen: {
      view: {
        files,
        requests: [],
        switches: new Map(disabled.map((one) => [one, { enabled: false, at: 0 }])),
      },
      state: foldEntries(EMPTY_STATE, entries),
    },
    ...{ entries, span, now, hasScheduler },
    runOf: (_plan, due, run) => run ?? `run-${due.slice(0, 10)}`,
  });
const line = ({ at: due, plan: name, state }: { at: string; plan: string; state: string }) =>
  `${due.slice(5, 16)} ${name} ${state}`;
const scheduled = (since: string): ScheduleEntry => ({
  ...{ at: since, kind: 'scheduled', plan: 'n.yaml', schedule: 'nightly' },
});
const OF = (day: string) => ({ plan: 'n.yaml', due: `2026-11-${day}T01:30:00.000Z` });
const started = (day: string): ScheduleEntry => ({
  ...{ at: `2026-11-${day}T01:30:01.000Z`, kind: 'attempt-started', ...OF(day) },
  ...{ reason: 'due', does: 'run', digest: null, entries: 0 },
});
const LAST_WEEK = { from: at('2026-11-24T00:00:00Z'), to: at('2026-12-02T00:00:00Z') };

describe('the events of a calendar', () => {
  it('are due times to come, those of a disabled plan too', () => {
    const { events, more } = calendar([plan('a.yaml'), plan('b.yaml')], [], { disabled: ['b.yaml'] });
    expect(events.slice(0, 4).map(line)).toEqual([
      '12-01T01:30 a.yaml coming',
      '12-01T01:30 b.yaml disabled',
      '12-02T01:30 a.yaml coming',
      '12-02T01:30 b.yaml disabled',
    ]);
    expect(events.length).toBe(12);
    expect(more).toBe(0);
  });

  it('say how each occurrence ended, with its run', () => {
    const entries: ScheduleEntry[] = [
      scheduled('2026-11-20T00:00:00.000Z'),
      started('25'),
      {
        at: '2026-11-25T02:00:00.000Z',
        kind: 'ended',
        ...OF('25'),
        exitCode: 0,
        message: message('schedule.exited', { exitCode: 0 }),
      },
      started('26'),
      {
        at: '2026-11-26T02:00:00.000Z',
        kind: 'ended',
        ...OF('26'),
        exitCode: 4,
        message: message('schedule.exited', { exitCode: 4 }),
      },
      {
        at: '2026-11-28T09:00:00.000Z',
        kind: 'skipped',
        ...OF('28'),
        count: 2,
        reason: 'missed',
        message: message('schedule.missed'),
      },
      {
        at: '2026-11-29T01:30:00.000Z',
        kind: 'refused',
        ...OF('29'),
        reason: 'overlap',
        message: message('schedule.starting'),
      },
      started('30'),
    ];
    const { events } = calendar([plan('n.yaml')], entries, { span: LAST_WEEK });
    expect(events.map(line)).toEqual([
      '11-25T01:30 n.yaml done',
      '11-26T01:30 n.yaml failed',
      '11-28T01:30 n.yaml missed',
      '11-29T01:30 n.yaml refused',
      '11-30T01:30 n.yaml running',
      '12-01T01:30 n.yaml coming',
    ]);
    expect(events[1]).toMatchObject({ run: 'run-2026-11-26', exitCode: 4 });
    expect(events[2]).toMatchObject({ run: null, before: 1, message: { id: 'schedule.missed' } });
  });

  it('say what passed without a scheduler, until one decides about it', () => {
    const entries = [scheduled('2026-11-27T12:00:00.000Z')];
    const dead = calendar([plan('n.yaml')], entries, { span: LAST_WEEK, hasScheduler: false });
    expect(dead.events.map(line)).toEqual([
      '11-28T01:30 n.yaml undecided',
      '11-29T01:30 n.yaml undecided',
      '11-30T01:30 n.yaml undecided',
      '12-01T01:30 n.yaml coming',
    ]);
    expect(calendar([plan('n.yaml')], entries, { span: LAST_WEEK }).events.map(line)).toEqual([
      '12-01T01:30 n.yaml coming',
    ]);
  });

  it('keep what a removed plan did, and where a postponed occurrence goes on', () => {
    const entries: ScheduleEntry[] = [
      scheduled('2026-11-20T00:00:00.000Z'),
      started('30'),
      {
        ...{ at: '2026-11-30T05:00:00.000Z', kind: 'postponed', ...OF('30'), exitCode: 9, entries: 3 },
        ...{ continuesAt: '2026-12-01T00:00:00.000Z', message: message('schedule.waits-for-window') },
      },
    ];
    expect(calendar([], entries).events.map(line)).toEqual(['11-30T01:30 n.yaml postponed']);
    expect(
      calendar([plan('n.yaml')], entries)
        .events.slice(0, 3)
        .map(line),
    ).toEqual(['11-30T01:30 n.yaml postponed', '12-01T00:00 n.yaml continues', '12-01T01:30 n.yaml coming']);
  });

  it('say when the windows of a plan open that is due outside of them', () => {
    const windows = { ...WINDOWS, timezone: 'UTC', allow: ['Wed 03:00-05:00'] };
    const never = { ...windows, freeze: ['2026-01-01..2028-12-31'] };
    const { events } = calendar([plan('a.yaml', {}, windows), plan('b.yaml', {}, never)]);
    expect(events.slice(0, 2).map(({ opensAt }) => opensAt)).toEqual(['2026-12-02T03:00:00.000Z', 'never']);
  });

  it('are bounded for a plan that is due each minute', () => {
    const each = plan('m.yaml', { when: { kind: 'cron', cron: '* * * * *', timezone: 'UTC' } });
    const { events, more } = calendar([each, plan('a.yaml')]);
    expect(events.filter(({ plan: name }) => name === 'm.yaml').length).toBe(MOST_EVENTS);
    expect(events.filter(({ plan: name }) => name === 'a.yaml').length).toBe(6);
    expect(more).toBeGreaterThan(0);
  });

  it('begin and end with the period, also far from now', () => {
    const span = { from: NOW + 300 * DAY, to: NOW + 301 * DAY };
    const { events } = calendar([plan('a.yaml')], [], { span });
    expect(events.map(({ at: due }) => due)).toEqual([iso(at('2027-09-27T01:30:00Z'))]);
  });
});
