import { describe, expect, it } from 'vitest';
import { A, ALL_TO_8GB, standards } from './fleets.ts';
import { holds } from './holds.ts';
import { type ProcessOptions, type Run, type Stage, setStage } from './stage.ts';

const MINUTE = 60_000;

/** Reconciles, and asserts that this sends no order. */
async function reconcile(stage: Stage, processOptions: ProcessOptions = {}): Promise<Run> {
  const before = stage.cloud.arrivals.length;
  const run = await stage.run({ ...processOptions, reconciles: true });
  holds(stage, run);
  expect(stage.cloud.arrivals, 'a reconcile orders nothing').toHaveLength(before);
  return run;
}

const outcomes = ({ report }: Run) => report.steps.map(({ outcome }) => outcome);

/** The process dies when the first order arrives, so the journal has no answer. */
const DIES_UNANSWERED: ProcessOptions = { diesAt: ({ kind }) => kind === 'arrived' };

describe('reconcile', () => {
  it('finds an executed order and follows it; apply continues the rest', async () => {
    const stage = await setStage({
      fleet: standards(4),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1 }`,
      duration: [60_000, 90_000],
    });
    const killed = await stage.run(DIES_UNANSWERED);
    expect(outcomes(killed)).toEqual(['unknown', 'not-run', 'not-run', 'not-run']);
    const read = await reconcile(stage);
    expect(outcomes(read)).toEqual(['verified', 'not-run', 'not-run', 'not-run']);
    expect(read.end).toEqual({ because: 'reconciled', exitCode: 3 });
    expect(read.report.run).toMatchObject({ endedBecause: 'reconciled', exitCode: 3, starts: 2 });
    expect(read.report.run.processes.map(({ purpose }) => purpose)).toEqual([undefined, 'reconcile']);
    expect(read.report.steps[0]!.orders).toHaveLength(1);

    const rest = await stage.run();
    holds(stage, rest);
    expect(rest.end).toEqual({ because: 'done', exitCode: 0 });
    expect(rest.counts.orders).toEqual(Object.fromEntries([1, 2, 3, 4].map((n) => [A(n), 1])));
  });

  it('finds after patience that an order was not executed, and leaves the new order to apply', async () => {
    const stage = await setStage({ fleet: standards(2), plan: ALL_TO_8GB, faults: ['reset-before#1'] });
    await stage.run({ diesAt: ({ kind }) => kind === 'sending' });
    const read = await reconcile(stage);
    expect(read.report.totals).toMatchObject({ unknown: 0 });
    expect(read.report.steps.find(({ attempts }) => attempts === 1)).toMatchObject({
      outcome: 'not-run',
      message: expect.stringContaining('was not executed'),
    });
    expect(read.took).toBeGreaterThan(2 * MINUTE);
    const rest = await stage.run();
    holds(stage, rest);
    expect(rest.end).toEqual({ because: 'done', exitCode: 0 });
    expect(Object.values(rest.counts.orders)).toEqual([1, 1]);
  });

  const UNREADABLE = ['lost-answer#1', 'no-permission@DescribeTaskList+0s..40m'];

  it('finishes a run when it resolves the last unknown outcome, with the final exit code', async () => {
    const stage = await setStage({
      fleet: standards(1),
      plan: `${ALL_TO_8GB}`,
      faults: [...UNREADABLE, 'no-cam@DescribeDealsByCond+0s..40m'],
      startLag: [30 * MINUTE, 30 * MINUTE],
      duration: [MINUTE, MINUTE],
    });
    const unknown = await stage.run();
    expect(unknown.end).toMatchObject({ exitCode: 10 });
    await stage.pass(40 * MINUTE);
    const read = await reconcile(stage);
    expect(read.end).toEqual({ because: 'done', exitCode: 0 });
    expect(read.state).toMatchObject({ endedBecause: 'done', exitCode: 0 });
    expect(read.report.waves[0]!.endedAt).not.toBe(null);
    expect(read.report.totals.verified).toBe(1);
  });

  it('keeps the reason of a halt while work is left, and apply continues', async () => {
    const stage = await setStage({
      fleet: standards(3),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1, haltWhen: { unknown: "> 0" } }`,
      faults: [...UNREADABLE, 'no-cam@DescribeDealsByCond+0s..40m'],
      startLag: [30 * MINUTE, 30 * MINUTE],
      duration: [MINUTE, MINUTE],
    });
    const halted = await stage.run();
    expect(halted.end).toEqual({ because: 'halted', exitCode: 10 });
    expect(halted.report.run.message).toContain('refit reconcile RUN');
    await stage.pass(40 * MINUTE);
    const read = await reconcile(stage);
    expect(outcomes(read)).toEqual(['verified', 'not-run', 'not-run']);
    expect(read.end).toEqual({ because: 'halted', exitCode: 4 });
    const rest = await stage.run();
    holds(stage, rest);
    expect(rest.end).toEqual({ because: 'done', exitCode: 0 });
    expect(Object.values(rest.counts.orders)).toEqual([1, 1, 1]);
  });

  it('returns 10 while an outcome stays unknown', async () => {
    const stage = await setStage({ fleet: standards(1), plan: ALL_TO_8GB, faults: [`stuck=${A(1)}`] });
    expect((await stage.run()).end).toMatchObject({ exitCode: 10 });
    const read = await reconcile(stage);
    expect(read.end).toMatchObject({ exitCode: 10 });
    expect(outcomes(read)).toEqual(['unknown']);
  });

  it('does not change a step refused for lack of money, or known failures', async () => {
    const stage = await setStage({
      fleet: standards(4),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 2, haltWhen: { failed: "> 5" } }`,
      faults: [`no-balance=${A(2)}#1`, 'lost-answer#1'],
      duration: [3_000, 3_000],
    });
    // The first order has no answer yet when the second is refused and halts the run; then the process dies.
    const killed = await stage.run({
      diesAt: ({ kind, ...what }) =>
        kind === 'durable' && 'text' in what && what.text.includes('"step-ended"'),
    });
    expect(killed.died).toBe(true);
    expect(outcomes(killed).slice(0, 2)).toEqual(['unknown', 'refused']);
    const read = await reconcile(stage);
    expect(outcomes(read).slice(0, 2)).toEqual(['verified', 'refused']);
    expect(read.end).toEqual({ because: 'halted', exitCode: 4 });
    const rest = await stage.run();
    holds(stage, rest);
    expect(rest.end).toEqual({ because: 'done', exitCode: 0 });
    expect(Object.values(rest.counts.orders)).toEqual([1, 1, 1, 1]);
  });

  it('reads a change that waits for its window once, and leaves it', async () => {
    const stage = await setStage({
      fleet: standards(1, { window: '20:00-21:00' }),
      plan: `${ALL_TO_8GB}\nexecution: { switch: maintenance-window }`,
    });
    const drained = await stage.run({ drainAfter: 5 * MINUTE });
    expect(outcomes(drained)).toEqual(['unknown']);
    const read = await reconcile(stage);
    expect(read.took).toBeLessThan(MINUTE);
    expect(outcomes(read)).toEqual(['unknown']);
    await stage.pass(12 * 60 * MINUTE);
    const later = await reconcile(stage);
    expect(outcomes(later)).toEqual(['verified']);
    expect(later.end).toEqual({ because: 'done', exitCode: 0 });
  });

  it('keeps the journal whole when it must exit, and the same command continues', async () => {
    const stage = await setStage({ fleet: standards(2), plan: ALL_TO_8GB, duration: [90_000, 90_000] });
    await stage.run(DIES_UNANSWERED);
    const left = await reconcile(stage, { leaveAfter: 10_000 });
    expect(left.end).toBe(null);
    expect(left.report.run.endedBecause).toBe(null);
    expect((await reconcile(stage)).report.totals).toMatchObject({ unknown: 0 });
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'continues with the same command after it dies at append %i',
    async (append) => {
      const stage = await setStage({ fleet: standards(3), plan: ALL_TO_8GB, duration: [5_000, 9_000] });
      await stage.run({ diesAt: ({ kind }) => kind === 'arrived' && stage.cloud.arrivals.length === 2 });
      const first = stage.disk.appends;
      await reconcile(stage, {
        leaves: 'half a line',
        diesAt: (moment) => moment.kind === 'writing' && moment.append === first + append,
      });
      const read = await reconcile(stage);
      expect(read.report.totals).toMatchObject({ unknown: 0, verified: 2 });
      const rest = await stage.run();
      holds(stage, rest);
      expect(rest.end).toEqual({ because: 'done', exitCode: 0 });
      expect(Object.values(rest.counts.orders)).toEqual([1, 1, 1]);
    },
  );
});
