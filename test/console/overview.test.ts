/** What an overview says of runs: who they wait for, what failed and why, and how much was ordered. Runs are played. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import type { OverviewView } from '../../src/console/api/overview.ts';
import { createRecord } from '../../src/console/server/record/record.ts';
import { message } from '../../src/messages/messages.ts';
import type { JournalEntry, SavedPlan } from '../../src/model.ts';
import { createOverview } from '../../src/operations/overview/read-overview.ts';
import type { StoreState } from '../../src/store/ports.ts';
import { fleet, JournalWriter, savedPlan } from '../report/situations.ts';
import { HOLDER, type PlayedRun, playedSchedule, playedStore } from './played-store.ts';
import { startTestConsole } from './test-console.ts';

const NOW = Date.UTC(2026, 0, 5, 3);
const read = async (...played: PlayedRun[]) =>
  await createOverview({ runs: playedStore(played).runs, plans: null, clock: new VirtualClock(NOW) }).read();
const KEYS = ['AAAAC3NzaC1lZDI1NTE5AAAAIE0kNwyr2hIdJZPZ1b0tWYkRmWyMaFTdKLSRHHN3x3vN'];
const SAVED = savedPlan(fleet(3));
const APPROVED = savedPlan(fleet(3), {
  approvals: {
    ...{ need: 2, authors: ['li'] },
    approvers: ['li', 'mei', 'chen'].map((name, at) => ({
      ...{ name, key: `ssh-ed25519 ${KEYS[0]!.slice(0, -1)}${'NOP'[at]}` },
    })),
  },
});
const [FIRST] = SAVED.steps.map(({ id }) => id) as [string];
const started = (saved: SavedPlan = SAVED) => new JournalWriter(saved).start().wave('wave-started', 0);
const run = (entries: readonly JournalEntry[], more: Partial<PlayedRun> = {}): PlayedRun => ({
  ...{ id: 'r1', saved: SAVED, entries },
  ...more,
});
const workers = { isForWorkers: true, endpoint: 'https://x', mayWork: true };
const submitted = (count: number): StoreState => ({
  ...{ kind: 'submitted', at: '2026-01-05T02:00:00.000Z', by: 'wei', ...workers },
  ...{ workers: count, unfit: [] },
});
const CLOSED = { timezone: 'UTC', freeze: [], calendars: [], lastStart: 0, atClose: 'drain' } as const;

describe('a run waits', () => {
  const cases: readonly [title: string, run: PlayedRun, waits: object | null][] = [
    ['for nobody while it runs', run(started().ask(FIRST).entries, { holder: HOLDER }), null],
    [
      'for nobody after its end',
      run(started().entries, { saved: savedPlan([]), stored: { kind: 'ended' } }),
      null,
    ],
    [
      'for the approvers of its next wave, without its authors',
      run(
        started(APPROVED)
          .wave('wave-ended', 0)
          .append({
            ...{ kind: 'approval-awaited', wave: 1, name: 'rest', until: '2026-01-06T00:00:00.000Z' },
            message: message('schedule.not-approved'),
          }).entries,
        { saved: APPROVED, holder: HOLDER },
      ),
      {
        kind: 'approval',
        wave: 'rest',
        need: 2,
        have: [],
        who: ['mei', 'chen'],
        until: '2026-01-06T00:00:00.000Z',
      },
    ],
    [
      'for approvers after it stopped without them',
      run(started(APPROVED).stop('not-approved', 'no').finish('not-approved', 11).entries, {
        saved: APPROVED,
      }),
      { kind: 'approval', wave: 'rest', who: ['mei', 'chen'], until: null },
    ],
    [
      'for an operator after a gate',
      run(
        started()
          .wave('wave-ended', 0)
          .append({
            ...{
              kind: 'gate',
              wave: 0,
              name: 'canary',
              judge: 'url',
              outcome: 'inconclusive',
              shadow: false,
            },
            ...{ next: 'pause', message: message('gate.command-not-allowed') },
          }).entries,
        { holder: HOLDER },
      ),
      { kind: 'gate', wave: 'canary', until: expect.stringMatching(/^2026-01-06T/) },
    ],
    [
      'for the person who paused it',
      run(
        started().append({
          ...{ kind: 'control-command', command: 'pause', value: null, accepted: true },
          ...{ by: { user: 'mei', host: 'ops-2', pid: 3 }, message: message('schedule.starting') },
        } as never).entries,
        { holder: HOLDER },
      ),
      { kind: 'paused', by: 'mei@ops-2' },
    ],
    [
      'for a window, with its opening',
      run(started().stop('window-closed', 'closed').finish('window-closed', 9).entries, {
        saved: savedPlan(fleet(3), { windows: { ...CLOSED, allow: ['Tue 01:00-05:00'] } }),
      }),
      { kind: 'window', opensAt: '2026-01-06T01:00:00.000Z' },
    ],
    [
      'for a window that never opens',
      run(started().stop('window-closed', 'closed').finish('window-closed', 9).entries, {
        saved: savedPlan(fleet(3), {
          windows: { ...CLOSED, allow: ['Tue 01:00-05:00'], freeze: ['2025-01-01..2029-01-01'] },
        }),
      }),
      { kind: 'window', opensAt: null },
    ],
    ['for a worker if none lives', run([], { stored: submitted(0) }), { kind: 'no-worker', workers: 0 }],
    ['for nobody while a worker can take it', run([], { stored: submitted(2) }), null],
    [
      'for a time that a rest names',
      run(
        started().append({
          ...{ kind: 'rested', until: '2026-01-05T04:00:00.000Z', wakesOn: 'time' },
          reason: message('rest.soak', { wave: 'canary' }),
        }).entries,
      ),
      { kind: 'rest', until: '2026-01-05T04:00:00.000Z' },
    ],
    [
      'for somebody who continues it after its process died',
      run(started().ask(FIRST).entries),
      { kind: 'interrupted' },
    ],
    [
      'for a decision after it was drained',
      run(started().stop('drained', 'drained by mei').finish('drained', 10).entries),
      { kind: 'work-left', because: 'drained' },
    ],
    [
      'for the author of a text that may decline its plan',
      run(started().stop('drained', 'x').finish('drained', 10).entries, {
        declines: [{ file: 'declines/x.json', text: 'not a decline' }],
      }),
      { kind: 'declined-unread' },
    ],
  ];
  it.each(cases)('%s', async (_, played, waits) => {
    const { waiting } = await read(played);
    if (waits === null) expect(waiting).toEqual([]);
    else expect(waiting).toMatchObject([{ run: { id: 'r1' }, file: null, waits }]);
  });
});

describe('an overview', () => {
  it('groups failures by their reason, with the first steps, and forgets them after a week', async () => {
    const saved = savedPlan(fleet(9));
    const journal = new JournalWriter(saved).start().wave('wave-started', 0);
    for (const { id } of saved.steps.slice(0, 5))
      journal.ask(id).accept(id).after(1).end(id, 'failed', { code: 'X' });
    const late = journal.after(60).refuse(saved.steps[5]!.id, 'SaleOut', 'sold out', 'skip');
    late.end(saved.steps[5]!.id, 'refused', { code: 'SaleOut', what: 'sold out' });
    late.stop('halted', '5 steps failed').finish('halted', 4);
    const { failed } = await read(run(journal.entries, { saved }));
    expect(failed).toMatchObject([
      {
        ...{ id: 'r1', plan: 'double-eleven-headroom', change: 'CHG-20481' },
        groups: [
          { outcome: 'refused', code: 'SaleOut', count: 1 },
          { outcome: 'failed', code: 'X', count: 5 },
        ],
      },
    ]);
    expect(failed[0]!.groups[1]!.steps.length).toBe(3);
    expect(failed[0]!.stopped).not.toBeNull();
    const later = createOverview({
      ...{ runs: playedStore([run(journal.entries, { saved })]).runs, plans: null },
      clock: new VirtualClock(NOW + 8 * 24 * 3_600_000),
    });
    expect((await later.read()).failed).toEqual([]);
  });

  it('adds what was ordered this month, by currency and kind of price', async () => {
    const saved = (price: number, basis: 'once' | 'hourly') =>
      savedPlan([
        { instance: 'crs-a', changes: [{ memoryPerShard: 8192, price, basis }] },
        { instance: 'crs-b', changes: [{ memoryPerShard: 8192 }] },
      ]);
    const ordered = (plan: SavedPlan) => {
      const journal = new JournalWriter(plan).start().wave('wave-started', 0);
      for (const { id } of plan.steps) journal.ask(id).accept(id);
      const { id } = plan.steps[0]!;
      return journal.after(9).end(id, 'verified', { billed: { amount: 7, currency: 'CNY' } }).entries;
    };
    const plans = [saved(10, 'once'), saved(20.5, 'once'), saved(1.25, 'hourly')];
    const { money } = await read(
      ...plans.map((plan, at) => run(ordered(plan), { id: `r${at}`, saved: plan })),
    );
    expect(money).toEqual({
      ...{ month: '2026-01', runs: 3, orders: 6, unpriced: 3, billed: [{ amount: 21, currency: 'CNY' }] },
      bills: { once: 3, asQuoted: 0, differs: 2, notQuoted: 0, hourly: 0, notRead: 0, none: 3 },
      quoted: [
        { amount: 30.5, currency: 'CNY', basis: 'once' },
        { amount: 1.25, currency: 'CNY', basis: 'hourly' },
      ],
    });
  });

  it('reads the journal of a run once, and again only after it changed', async () => {
    const played = Array.from({ length: 300 }, (_, at) => run(started().entries, { id: `r${at}` }));
    const store = playedStore(played);
    const overview = createOverview({ runs: store.runs, plans: null, clock: new VirtualClock(NOW) });
    const first = await overview.read();
    expect(first.runs).toEqual({ seen: 200, more: 100, unreadable: 0 });
    expect(store.reads()).toBe(200);
    for (let again = 0; again < 5; again++) await overview.read();
    expect(store.reads()).toBe(200);
    played[3]!.entries = started().ask(FIRST).entries;
    await overview.read();
    expect(store.reads()).toBe(201);
  });

  it('follows a live run without reading it again', async () => {
    const played = run(started().entries, { holder: HOLDER });
    const store = playedStore([played]);
    const overview = createOverview({ runs: store.runs, plans: null, clock: new VirtualClock(NOW) });
    expect((await overview.read()).running).toMatchObject([{ id: 'r1', steps: { ended: 0, of: 3 } }]);
    played.entries = started().ask(FIRST).accept(FIRST).after(9).end(FIRST, 'verified').entries;
    expect((await overview.read()).running).toMatchObject([
      { steps: { ended: 1 }, outcomes: { verified: 1 }, wave: { name: 'canary', at: 1, of: 2 } },
    ]);
    expect(store.reads()).toBe(0);
  });

  it('shows texts of other people without what hides or acts in them', async () => {
    const name = 'a\u202Eb\u001B[31m';
    const saved = savedPlan(
      fleet(2).map((one) => ({ ...one, name })),
      { name, change: name },
    );
    const { id } = saved.steps[0]!;
    const failed = new JournalWriter(saved)
      .start()
      .wave('wave-started', 0)
      .ask(id)
      .end(id, 'failed', { code: name });
    const text = JSON.stringify(await read(run(failed.entries, { saved })));
    expect(text).not.toContain('\u202E');
    expect(text).not.toContain('\\u001b');
  });
});

describe('over HTTP', () => {
  const shown = (headers: NodeJS.Dict<string>, at: Awaited<ReturnType<typeof startTestConsole>>) =>
    at.send('GET', '/api/overview', { headers });

  it('an overview has the next week of the schedule, and what went wrong in the last one', async () => {
    const windows = { ...CLOSED, allow: ['Tue 02:00-03:00'] };
    const saved = savedPlan(fleet(3), { windows });
    const ended = (because: 'drained' | 'window-closed') =>
      started(saved).stop(because, because).finish(because, 9).entries;
    const { runs } = playedStore([
      run(started().entries, { holder: HOLDER }),
      { ...run(ended('window-closed'), { saved }), id: '20260105T030000Z-22222222' },
      { ...run(ended('drained'), { saved }), id: '20260105T020000Z-33333333' },
    ]);
    const clock = new VirtualClock(NOW);
    const schedule = playedSchedule({
      now: NOW,
      files: [
        {
          ...{ kind: 'scheduled', name: 'n.yaml' },
          plan: {
            ...{ name: 'n.yaml', title: 'nightly', saved: null },
            schedule: {
              when: { kind: 'cron', cron: '30 1 * * *', timezone: 'UTC' },
              ...{ does: 'run', catchUp: 'skip' },
            },
            targets: '  - instance: crs-5qlrlhux # \u202e',
          },
        },
      ],
      entries: [
        { at: '2026-01-04T00:00:00.000Z', kind: 'scheduled', plan: 'n.yaml', schedule: 'nightly' },
        {
          ...{
            at: '2026-01-05T02:00:00.000Z',
            kind: 'skipped',
            plan: 'n.yaml',
            due: '2026-01-05T01:30:00.000Z',
          },
          ...{ count: 1, reason: 'missed', message: message('schedule.missed') },
        },
      ],
    });
    const at = await startTestConsole({ runs, record: createRecord({ clock, runs, plans: null, schedule }) });
    const { headers } = await at.signIn(['viewer']);
    const { week, running } = JSON.parse((await shown(headers, at)).body) as OverviewView;
    expect(running.length).toBe(1);
    expect(week!.coming.map(({ at: due }) => due.slice(0, 16))).toEqual(
      [6, 7, 8, 9, 10, 11, 12]
        .slice(0, 6)
        .map((day) => `2026-01-${String(day).padStart(2, '0')}T01:30`)
        .concat('2026-01-12T01:30'),
    );
    expect(week).toMatchObject({
      plans: [{ name: 'n.yaml', page: 'plan', targets: '  - instance: crs-5qlrlhux # \\u{202e}' }],
      startCommand: 'refit schedule run /plans',
    });
    expect(week!.wrong).toMatchObject([{ state: 'missed', message: { id: 'schedule.missed' } }]);
    const calendar = await at.send('GET', '/api/schedule?view=month&zone=Asia/Shanghai', { headers });
    expect(JSON.parse(calendar.body)).toMatchObject({
      ...{ hasScheduler: true, next: { at: '2026-01-06T01:30:00.000Z' } },
      calendar: {
        ...{ zone: 'Asia/Shanghai', today: '2026-01-05', previous: '2025-12-01' },
        // A run that somebody drained waits for a person, whenever its windows open.
        waiting: [{ run: { id: '20260105T030000Z-22222222' }, kind: 'window' }],
        spans: [6, 13, 20, 27].map((day) => ({
          ...{ kind: 'window', plans: [], waiting: [0] },
          from: `2026-01-${String(day).padStart(2, '0')}T02:00:00.000Z`,
        })),
      },
    });
    const operator = await at.signIn(['operator'], 'mei');
    const post = (path: string, body: string) => at.send('POST', path, { headers: operator.headers, body });
    expect((await post('/api/schedule/n.yaml/switch', '{"enabled":false}')).status).toBe(200);
    expect(JSON.parse((await post('/api/schedule/n.yaml/run', '{}')).body)).toEqual({
      accepted: true,
      message: null,
    });
    expect(schedule.asked).toEqual(['mei: disable n.yaml', 'mei: run n.yaml']);
    await at.close();
    expect(at.faults).toEqual([]);
  });

  it.each([
    'view=month&date=2026-02-30',
    'zone=Mars/Base',
    'date=2026-11-30T00:00',
    'date=9999-12-31',
    'zone[]=UTC',
  ])('a calendar of %s is refused, or one of now', async (query) => {
    const schedule = playedSchedule({ now: NOW, files: [] });
    const { runs } = playedStore([]);
    const record = createRecord({ clock: new VirtualClock(NOW), runs, plans: null, schedule });
    const at = await startTestConsole({ runs, record });
    const { headers } = await at.signIn(['viewer']);
    expect([200, 422]).toContain((await at.send('GET', `/api/schedule?${query}`, { headers })).status);
    await at.close();
    expect(at.faults).toEqual([]);
  });
});
