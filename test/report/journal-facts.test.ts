/** Facts for auditors apart from the outcome: identities, attempts, waits. */
import { describe, expect, it } from 'vitest';
import { validateReport } from '../../src/generated/validators.js';
import { message } from '../../src/messages/messages.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { renderReport } from '../../src/report/run/render-report.ts';
import { words } from '../messages/words.ts';
import { fleet, JournalWriter, savedPlan } from './situations.ts';

const saved = savedPlan(fleet(2));
const [one, two] = saved.steps.map(({ id }) => id) as [string, string];
const LIMIT = 'RequestLimitExceeded.UinLimitExceeded';
const refusedOnce = () =>
  new JournalWriter(saved)
    .start()
    .wave('wave-started', 0)
    .ask(one)
    .after(1)
    .refuse(one, LIMIT, 'slow down', 'try-again');
const step = (journal: JournalWriter, id = one) =>
  buildReport(saved, journal.entries).steps.find((own) => own.id === id)!;

describe('a report shows the reasons and durations of the waits of a step', () => {
  const busy = {
    kind: 'instance-read',
    step: one,
    status: 'processing',
    size: saved.steps[0]!.before,
  } as const;
  it.each<[string, JournalWriter, Record<string, [ms: number, times: number]>]>([
    ['the request limit', refusedOnce().after(3).ask(one, 2), { sending: [1000, 2], limit: [3000, 1] }],
    [
      'another operation in progress on the instance',
      new JournalWriter(saved).start().append(busy).after(5).append(busy).after(5).ask(one),
      { busy: [10_000, 1], sending: [0, 1] },
    ],
    [
      'a lock that only a refusal reveals',
      new JournalWriter(saved).start().ask(one).refuse(one, 'X', 'locked', 'wait').after(10).ask(one, 2),
      { busy: [10_000, 1], sending: [0, 2] },
    ],
    [
      'an unanswered order, also after the process died',
      new JournalWriter(saved)
        .start()
        .ask(one)
        .after(2)
        .append({
          kind: 'no-answer',
          step: one,
          attempt: 1,
          reason: words('reset'),
          sentAt: '2026-01-05T02:00:00.000Z',
        })
        .after(7)
        .reads(1)
        .after(600)
        .start(undefined, true)
        .after(11)
        .append({
          kind: 'resolved',
          step: one,
          attempt: 1,
          executed: true,
          order: null,
          evidence: words('task done'),
        })
        .after(60)
        .end(one, 'verified'),
      { sending: [2000, 1], resolving: [18_000, 2], change: [60_000, 1] },
    ],
    [
      'its maintenance window, also across processes',
      new JournalWriter(saved)
        .start()
        .ask(one)
        .accept(one)
        .append({
          kind: 'deferred',
          step: one,
          window: { from: '03:00', to: '06:00' },
          opensAt: '2026-01-05T19:00:00.000Z',
        })
        .after(100)
        .start(undefined, true)
        .after(100)
        .append({ kind: 'began', step: one, evidence: words('processing'), warning: null })
        .after(50)
        .end(one, 'verified'),
      { sending: [0, 1], window: [200_000, 1], change: [50_000, 1] },
    ],
  ])('%s', (_, journal, expected) => {
    const waits = Object.fromEntries(step(journal).waits.map((wait) => [wait.for, [wait.ms, wait.times]]));
    delete waits.change;
    const { change: __, ...others } = expected;
    expect(waits).toMatchObject(others);
    if (expected.change)
      expect(step(journal).waits.find((wait) => wait.for === 'change')?.ms).toBe(expected.change[0]);
  });
});

describe('a report shows the waits of the whole run', () => {
  const soaking = savedPlan(fleet(2), {
    waves: saved.waves.map((wave, n) => (n === 0 ? { ...wave, soak: 60_000 } : wave)),
  });
  const controlled = (command: 'pause' | 'continue') =>
    ({
      kind: 'control-command',
      command,
      value: null,
      by: { user: 'wei', host: 'ops-1', pid: 7 },
      accepted: true,
      message: words(''),
    }) as const;
  it.each([
    [
      'a pause that ends with continue',
      () =>
        new JournalWriter(soaking)
          .start()
          .append(controlled('pause'))
          .after(30)
          .append(controlled('continue')),
      [
        {
          for: 'paused',
          from: '2026-01-05T02:00:00.000Z',
          to: '2026-01-05T02:00:30.000Z',
          reason: 'by wei@ops-1',
        },
      ],
    ],
    [
      'a pause without an end, which starts during a soak',
      () =>
        new JournalWriter(soaking)
          .start()
          .wave('wave-ended', 0)
          .after(10)
          .append(controlled('pause'))
          .after(50)
          .wave('wave-started', 1),
      [
        {
          for: 'soak',
          from: '2026-01-05T02:00:00.000Z',
          to: '2026-01-05T02:01:00.000Z',
          reason: 'after wave canary',
        },
        { for: 'paused', from: '2026-01-05T02:00:10.000Z', to: null, reason: 'by wei@ops-1' },
      ],
    ],
    [
      'no soak after the last wave',
      () => new JournalWriter(soaking).start().wave('wave-ended', 1).after(10).finish('done', 0),
      undefined,
    ],
    [
      'no process, after a drain and after a process died',
      () =>
        new JournalWriter(soaking)
          .start()
          .after(1)
          .finish('drained', 130)
          .after(60)
          .start(undefined, true)
          .after(5)
          .reads(1)
          .after(60)
          .start(undefined, true),
      [
        {
          for: 'no-process',
          from: '2026-01-05T02:00:01.000Z',
          to: '2026-01-05T02:01:01.000Z',
          reason: 'ended: drained',
        },
        {
          for: 'no-process',
          from: '2026-01-05T02:01:06.000Z',
          to: '2026-01-05T02:02:06.000Z',
          reason: 'its process died, or was aborted',
        },
      ],
    ],
  ])('%s', (_, journal, expected) =>
    expect(buildReport(soaking, journal().entries).run.waits).toEqual(expected),
  );
});

describe('a report shows every attempt of a step', () => {
  it('with its answer, in order', () => {
    const journal = refusedOnce()
      .ask(one, 2)
      .append({ kind: 'not-sent', step: one, attempt: 2, reason: words('the slot was missed') })
      .ask(one, 2)
      .accept(one, 2);
    expect(step(journal).attemptDetails).toEqual([
      expect.objectContaining({
        attempt: 1,
        answer: 'refused',
        code: LIMIT,
        message: 'slow down',
        order: null,
      }),
      expect.objectContaining({
        attempt: 2,
        answer: 'not-sent',
        message: 'the slot was missed',
        sentAt: null,
      }),
      expect.objectContaining({ attempt: 2, answer: 'accepted', order: '2026010500102', code: null }),
    ]);
    expect(step(journal, two).attemptDetails).toEqual([]);
  });

  it('without an answer if the process died, and with the evidence after it is resolved', () => {
    const journal = new JournalWriter(saved).start().ask(one);
    expect(step(journal).attemptDetails).toMatchObject([{ answer: 'none-yet', sentAt: null }]);
    journal
      .after(60)
      .start(undefined, true)
      .append({
        kind: 'resolved',
        step: one,
        attempt: 1,
        executed: true,
        order: '77',
        evidence: words('found in billing'),
      });
    expect(step(journal).attemptDetails).toMatchObject([
      { answer: 'none-yet', order: '77', resolved: { executed: true, evidence: 'found in billing' } },
    ]);
  });

  it('and the size of the instance before the order and after the change', () => {
    const journal = new JournalWriter(saved).start().ask(one).accept(one).after(60).end(one, 'verified');
    expect(step(journal)).toMatchObject({
      readBefore: { status: 'running', size: saved.steps[0]!.before, at: '2026-01-05T02:00:00.000Z' },
      readBack: saved.steps[0]!.after,
    });
    expect(step(journal, two)).toMatchObject({ readBefore: null, readBack: null });
  });
});

it('a report shows the identity of each process, or why it is unknown', () => {
  const journal = new JournalWriter(saved)
    .start()
    .after(5)
    .start(undefined, true)
    .append({
      kind: 'identity',
      profile: 'retail',
      identity: null,
      reason: words('no answer within 5 seconds'),
    });
  expect(buildReport(saved, journal.entries).run.identities).toMatchObject([
    { profile: 'default', identity: { account: '100000000001' }, reason: null },
    { profile: 'default', identity: { account: '100000000001' } },
    { profile: 'retail', identity: null, reason: 'no answer within 5 seconds' },
  ]);
});

describe('a report shows who adopted a run, and which entries nobody vouches for', () => {
  const since = '2026-01-05T01:00:00.000Z';
  const adoption = (by: string) =>
    ({ kind: 'adopted', by, reason: message('trust.unknown'), since, providerAt: since }) as const;
  const journal = new JournalWriter(saved)
    .start()
    .wave('wave-started', 0)
    .after(60)
    .start({ user: 'jun', host: 'ops-2', pid: 7 }, true)
    .append(adoption('jun'))
    .append({ kind: 'approved', how: 'prompt', by: 'jun' });
  const report = buildReport(saved, journal.entries);

  it('as data that the schema describes, with the confirmation that counts', () => {
    expect(report.run).toMatchObject({
      confirmed: { by: 'jun' },
      adoptions: [
        {
          at: '2026-01-05T02:01:00.000Z',
          seq: 7,
          by: 'jun',
          adopted: 4,
          reason: "this user's state does not know this run",
        },
      ],
    });
    expect(validateReport(JSON.parse(JSON.stringify(report)))).toBe(true);
    const { adoptions: _, ...run } = report.run;
    expect(validateReport(JSON.parse(JSON.stringify({ ...report, run })))).toBe(true);
    expect(buildReport(saved, journal.entries.slice(0, 4)).run).not.toHaveProperty('adoptions');
  });

  it.each(['text', 'markdown', 'html', 'csv'] as const)(
    'as %s, with a hostile name made harmless',
    (format) => {
      const shown = (one: typeof report) => renderReport(one, format, { color: false, width: 400 });
      expect(shown(report)).toMatch(
        /by jun, 2026-01-05 02:01:00 UTC, in entry 7: who wrote entries 1 to 4 is not known, because this user/,
      );
      const hostile = new JournalWriter(saved).start().append(adoption('=\u202e<b>\u001b[2J'));
      const harmless = shown(buildReport(saved, hostile.entries));
      for (const text of ['\u202e', '\u001b', '=<b>']) expect(harmless).not.toContain(text);
    },
  );
});
