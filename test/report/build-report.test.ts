import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { en } from '../../src/messages/en/en.ts';
import {
  type JournalEvent,
  type Message,
  OUTCOMES,
  type Outcome,
  type ReportStep,
  type SavedPlan,
} from '../../src/model.ts';
import { describeBill } from '../../src/report/describe-step.ts';
import { billOf } from '../../src/report/run/bills.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { REPORT_FORMATS, renderReport } from '../../src/report/run/render-report.ts';
import { words } from '../messages/words.ts';
import { fleet, JournalWriter, SITUATIONS, savedPlan } from './situations.ts';

const report = (name: string) => {
  const { saved, entries } = SITUATIONS[name]!();
  return buildReport(saved, entries);
};

describe('a report', () => {
  it('lists the orders of each step in plan order', () => {
    const rows = report('a-small-run-all-verified').steps.map((step) => [
      step.id,
      step.outcome,
      step.attempts,
      step.orders,
      step.startedAt,
      step.endedAt,
    ]);
    expect(rows).toEqual([
      [
        'crs-5qlrlhux/memoryPerShard',
        'verified',
        1,
        ['2026010500101'],
        '2026-01-05T02:00:01.000Z',
        '2026-01-05T02:03:01.200Z',
      ],
      [
        'crs-8kd02mfa/shards',
        'verified',
        1,
        ['2026010500111'],
        '2026-01-05T02:03:02.200Z',
        '2026-01-05T02:06:32.400Z',
      ],
      [
        'crs-8kd02mfa/memoryPerShard',
        'verified',
        2,
        ['2026010500122'],
        '2026-01-05T02:06:33.400Z',
        '2026-01-05T02:10:23.600Z',
      ],
      [
        'crs-x1y2z3a4/replicas',
        'verified',
        1,
        ['2026010500131'],
        '2026-01-05T02:03:02.300Z',
        '2026-01-05T02:05:32.400Z',
      ],
    ]);
  });

  it('names the first operator and approver of a resumed run', () => {
    const { starts, user, host, confirmed } = report('a-resumed-run-with-an-unknown').run;
    expect([starts, user, host, confirmed?.by]).toEqual([2, 'wei', 'ops-1', 'wei']);
  });

  it('shows the memory that Refit read last, also for a failed step', () => {
    // Before: 24 GB per instance. Verified: cart-01 has 48 GB, cart-02 has 8 shards (64 GB). The third is unchanged.
    const gb = 1024;
    expect(report('a-priced-run-with-a-failure-and-a-refusal').memory).toEqual({
      before: 72 * gb,
      planned: (48 + 128 + 48) * gb,
      now: (48 + 64 + 24) * gb,
    });
  });

  it('sums the quotes of all steps and of the verified steps', () => {
    expect(report('a-priced-run-with-a-failure-and-a-refusal').money).toMatchObject({
      quoted: [
        { amount: 2992.5, currency: 'CNY', basis: 'once' },
        { amount: 1.752, currency: 'CNY', basis: 'hourly' },
      ],
      verified: [{ amount: 1392.5, currency: 'CNY', basis: 'once' }],
      billed: [{ amount: 1402.5, currency: 'CNY' }],
      bills: { 'as-quoted': 1, differs: 1, 'not-read': 0, 'not-quoted': 0, 'by-the-hour': 0 },
    });
  });

  it('sums quotes and bills by wave, region and account', () => {
    const { shares } = report('a-priced-run-with-a-failure-and-a-refusal').money;
    const sums = (amounts: readonly { amount: number }[]) => amounts.map(({ amount }) => amount).join('+');
    expect(
      shares.map(
        ({ by, name, steps, quoted, verified, billed }) =>
          `${by} ${name}: ${steps} steps, ${sums(quoted)} | ${sums(verified)} | ${sums(billed)}`,
      ),
    ).toEqual([
      'wave canary: 1 steps, 412 | 412 | 412',
      'wave rest: 3 steps, 2580.5+1.752 | 980.5 | 990.5',
      'region ap-guangzhou: 3 steps, 2992.5 | 1392.5 | 1402.5',
      'region ap-shanghai: 1 steps, 1.752 |  | ',
      'account default: 4 steps, 2992.5+1.752 | 1392.5 | 1402.5',
    ]);
    expect(report('a-small-run-all-verified').money.shares).toEqual([]);
  });

  it('lists every process of the run, with the bytes that it removed from the journal', () => {
    expect(report('a-resumed-run-with-an-unknown').run.processes).toEqual([
      {
        at: '2026-01-05T02:00:00.000Z',
        policy: null,
        user: 'wei',
        host: 'ops-1',
        pid: 4242,
        cutOff: 0,
        version: '0.1.0',
      },
      {
        at: '2026-01-05T02:13:10.000Z',
        policy: null,
        user: 'lin',
        host: 'ops-2',
        pid: 77,
        cutOff: 37,
        version: '0.1.0',
      },
    ]);
  });

  it('names the plan file and the findings at approval', () => {
    const { plan } = report('a-priced-run-with-a-failure-and-a-refusal');
    expect([plan.file, plan.findings.map(({ code }) => code)]).toEqual([
      'plans/double-eleven.yaml',
      ['Refit.FinishByTooSoon'],
    ]);
  });

  const yuan = (amount: number) => ({ amount, currency: 'CNY' });
  const once = (amount: number, more = {}) => ({
    ...yuan(amount),
    basis: 'once' as const,
    readAt: '',
    ...more,
  });
  const hourly = { ...once(2), basis: 'hourly' as const };
  // biome-ignore format: one line a case
  it.for([
    ['as quoted', once(412), yuan(412), false, 'as-quoted', 0, 'billed ¥412.00, as quoted'],
    ['as quoted after rounding to the cent', once(412.004), yuan(412), false, 'as-quoted', -0.004, 'billed ¥412.00, as quoted'],
    ['a cent more', once(412), yuan(412.01), false, 'differs', 0.01, 'billed ¥412.01, ¥0.01 more than quoted'],
    ['less than an estimated quote', once(412, { estimated: true }), yuan(400), false, 'differs', -12, 'billed ¥400.00, ¥12.00 less than quoted (estimated)'],
    ['a refund as quoted', once(-88), yuan(-88), false, 'as-quoted', 0, 'billed -¥88.00, as quoted'],
    ['in another currency', once(412), { amount: 60, currency: 'USD' }, false, 'differs', null, 'billed 60.00 USD, quoted in CNY'],
    ['not read', once(412), null, false, 'not-read', null, 'bill not read'],
    ['not quoted', null, yuan(412), false, 'not-quoted', null, 'billed ¥412.00'],
    ['by the hour, without a one-time bill', hourly, yuan(0), true, 'by-the-hour', null, 'billed by the hour'],
    ['by the hour, without a quote', null, null, true, 'by-the-hour', null, 'billed by the hour'],
    ['by the hour, with a one-time bill', hourly, yuan(3), true, 'by-the-hour', null, 'billed ¥3.00'],
  ] as const)('compares the bill of a verified step with its quote: %s', ([_, quote, billed, postpaid, bill, difference, text]) => {
    const compared = billOf({ quote }, { outcome: 'verified', billed }, postpaid);
    expect(compared).toEqual({ bill, difference });
    expect(describeBill({ ...compared, quote, billed } as ReportStep)).toBe(text);
  });

  it('has no bill for an unverified step, because the provider refunds an undelivered order', () => {
    expect(billOf({ quote: once(1) }, { outcome: 'failed', billed: null }, false)).toEqual({
      bill: null,
      difference: null,
    });
  });

  it('counts only the last verified hourly price of an instance, because each is the whole price', () => {
    const changes = [
      { shards: 4, price: 2, basis: 'hourly' as const },
      { memoryPerShard: 8192, price: 5, basis: 'hourly' as const },
    ];
    const saved = savedPlan([{ instance: 'crs-aaaa1111', changes }]);
    const [one, two] = saved.steps.map(({ id }) => id) as [string, string];
    const journal = new JournalWriter(saved).start().ask(one).accept(one).end(one, 'verified');
    expect(buildReport(saved, journal.entries).money.verified).toEqual([
      { amount: 2, currency: 'CNY', basis: 'hourly' },
    ]);
    journal.ask(two).accept(two).end(two, 'verified');
    expect(buildReport(saved, journal.entries).money.verified).toEqual([
      { amount: 5, currency: 'CNY', basis: 'hourly' },
    ]);
  });

  it('has only the plan if the journal is empty', () => {
    const { run, totals, steps, head, entries } = report('a-plan-without-a-journal');
    expect([run.startedAt, run.endedBecause, totals['not-run'], steps.length, entries]).toEqual([
      null,
      null,
      4,
      4,
      0,
    ]);
    expect(head).toBe('0'.repeat(64));
  });
});

/** Messages that no version wrote: any words, known ids with any parameters, and values that are no message. */
function hostileMessages(text: fc.Arbitrary<string>): fc.Arbitrary<Message> {
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 2 }),
      fc.record({
        id: fc.oneof(text, fc.constantFrom(...Object.keys(en))),
        params: fc.dictionary(
          fc.oneof(text, fc.constantFrom('reason', 'cause', 'evidence', 'fault')),
          tie('tree'),
        ),
      }),
    ),
  }));
  return fc.oneof(text.map(words), tree as fc.Arbitrary<Message>);
}

/** Events about steps of the plan in any order that the types allow, and with hostile messages. */
function eventsAbout(saved: SavedPlan): fc.Arbitrary<JournalEvent[]> {
  const step = fc.constantFrom(...saved.steps.map(({ id }) => id));
  const attempt = fc.integer({ min: 1, max: 4 });
  const size = saved.steps[0]!.after;
  const sentAt = '2026-01-05T02:00:07.000Z';
  const ends = OUTCOMES.filter((outcome): outcome is Exclude<Outcome, 'not-run'> => outcome !== 'not-run');
  const text = fc.string({ maxLength: 12, unit: 'binary' });
  const said = hostileMessages(text);
  const event: fc.Arbitrary<JournalEvent> = fc.oneof(
    fc.record({
      kind: fc.constant('instance-read' as const),
      step,
      status: fc.constant('running' as const),
      size: fc.constant(size),
    }),
    fc.record({ kind: fc.constant('intent' as const), step, attempt, size: fc.constant(size) }),
    fc.record({ kind: fc.constant('not-sent' as const), step, attempt, reason: said }),
    fc.record({
      kind: fc.constant('accepted' as const),
      step,
      attempt,
      order: text,
      requestId: text,
      sentAt: fc.constant(sentAt),
    }),
    fc.record({
      kind: fc.constant('refused' as const),
      step,
      attempt,
      code: text,
      message: text,
      requestId: fc.option(text),
      sentAt: fc.constant(sentAt),
      next: fc.constantFrom('try-again' as const, 'read-first' as const, 'skip' as const, 'halt' as const),
    }),
    fc.record({
      kind: fc.constant('no-answer' as const),
      step,
      attempt,
      reason: said,
      sentAt: fc.constant(sentAt),
    }),
    fc.record({
      kind: fc.constant('resolved' as const),
      step,
      attempt,
      executed: fc.boolean(),
      order: fc.option(text),
      evidence: said,
    }),
    fc.record({
      kind: fc.constant('step-ended' as const),
      step,
      outcome: fc.constantFrom(...ends),
      code: fc.option(text),
      message: said,
      size: fc.option(fc.constant(size)),
      billed: fc.constant(null),
    }),
    fc.record({
      kind: fc.constant('wave-started' as const),
      wave: fc.integer({ min: 0, max: 1 }),
      name: text,
    }),
    fc.record({
      kind: fc.constant('stopping' as const),
      because: fc.constant('halted' as const),
      message: said,
    }),
    fc.record({
      kind: fc.constant('run-ended' as const),
      because: fc.constantFrom('done' as const, 'halted' as const),
      exitCode: fc.constant(3),
    }),
  );
  return fc.array(event, { maxLength: 60 });
}

describe('a hostile journal', () => {
  it('gives a report whose totals add up, with each step once in every format and no control characters', () => {
    const saved = savedPlan(fleet(6));
    fc.assert(
      fc.property(eventsAbout(saved), (events) => {
        const journal = new JournalWriter(saved).start();
        for (const event of events) journal.after(0.25).append(event);
        const made = buildReport(saved, journal.entries);
        expect(Object.values(made.totals).reduce((sum, count) => sum + count, 0)).toBe(saved.steps.length);
        expect(made.steps.map(({ id }) => id)).toEqual(saved.steps.map(({ id }) => id));
        for (const format of REPORT_FORMATS) {
          const text = renderReport(made, format, { color: false, width: 100 });
          for (const { instance } of saved.steps) expect(text).toContain(instance);
          expect(text.replaceAll('\r\n', '\n')).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}]/u);
        }
      }),
      { numRuns: 60 },
    );
  });
});
