import { describe, expect, it } from 'vitest';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { setStage } from '../stage.ts';

const soldOut = (...ns: number[]) => ns.map((n) => `sold-out=${A(n)}`);
const failing = (...ns: number[]) => ns.map((n) => `failed-task=${A(n)}`);

describe('haltWhen', () => {
  it.each([
    { when: '"> 2"', faults: soldOut(1, 2, 3), halts: true },
    { when: '"> 2"', faults: soldOut(1, 2), halts: false },
    { when: '"> 1"', faults: [...soldOut(1), ...failing(2)], halts: true },
    { when: '">= 20% of run"', faults: soldOut(1, 2), halts: true },
    { when: '"> 20% of run"', faults: soldOut(1, 2), halts: false },
    { when: '"> 30% of wave"', waves: true, faults: soldOut(1), halts: true },
    { when: '"> 50% of wave"', waves: true, faults: soldOut(1), halts: false },
    // One in each of the first two waves: neither wave is above half.
    { when: '"> 50% of wave"', waves: true, faults: soldOut(1, 3), halts: false },
    { when: '"> 10% of run"', waves: true, faults: soldOut(1, 3), halts: true },
    { when: '"> 500% of run"', faults: soldOut(1, 2, 3, 4), halts: false },
    { when: '"> 0"', faults: [`hand-change=${A(1)}`], halts: false },
  ])('failed: $when with $faults halts: $halts', async ({ when, faults, halts, waves }) => {
    const stage = await setStage({
      fleet: standards(10),
      plan: `${ALL_TO_8GB}
${waves ? 'waves: [{ name: first, take: 2 }, { name: second, take: 3 }, { name: rest, take: rest }]' : ''}
execution: { inFlight: 1, haltWhen: { failed: ${when} } }`,
      faults,
    });
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual(halts ? { because: 'halted', exitCode: 4 } : { because: 'done', exitCode: 3 });
    if (halts) expect(run.report.totals['not-run']).toBeGreaterThan(0);
    else expect(run.report.totals['not-run']).toBe(0);
  });

  it('follows orders in flight to their end, counts them, and orders nothing more', async () => {
    const stage = await setStage({
      fleet: standards(10),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 4, haltWhen: { failed: "> 0" } }`,
      faults: failing(1),
      duration: [20_000, 40_000],
    });
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
    const stopping = run.entries.findIndex(({ kind }) => kind === 'stopping');
    expect(run.entries.slice(stopping).filter(({ kind }) => kind === 'intent')).toEqual([]);
    expect(run.entries.slice(stopping).filter(({ kind }) => kind === 'step-ended').length).toBeGreaterThan(1);
    expect(run.report.totals).toMatchObject({ failed: 1, verified: stage.cloud.arrivals.length - 1 });
    expect(run.report.totals['not-run']).toBeGreaterThan(0);
  });

  it('counts only new failures after the halted run is resumed', async () => {
    const stage = await setStage({
      fleet: standards(10),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1, haltWhen: { failed: "> 1" } }`,
      faults: soldOut(1, 2, 5, 6),
    });
    const first = await stage.run();
    expect(first.report.totals).toMatchObject({ refused: 2, 'not-run': 8 });
    const second = await stage.run();
    expect(second.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(second.report.totals).toMatchObject({ refused: 4, verified: 2, 'not-run': 4 });
    const third = await stage.run();
    holds(stage, third);
    expect(third.end).toEqual({ because: 'done', exitCode: 3 });
    expect(third.report.totals).toMatchObject({ refused: 4, verified: 6 });
  });

  it('keeps counting failures after a crash', async () => {
    const stage = await setStage({
      fleet: standards(10),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1, haltWhen: { failed: "> 1" } }`,
      faults: soldOut(1, 4),
    });
    const first = await stage.run({ diesAt: (what) => what.kind === 'arrived' && what.instance === A(3) });
    expect(first.died).toBe(true);
    const second = await stage.run();
    holds(stage, second);
    expect(second.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(second.report.totals).toMatchObject({ refused: 2, verified: 2, 'not-run': 6 });
  });

  it('halts at an outcome that stays unknown, and a later run resolves it and continues', async () => {
    const stage = await setStage({
      fleet: standards(6),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 2 }`,
      faults: [`stuck=${A(1)}`],
      duration: [3_000_000, 3_600_000],
    });
    const first = await stage.run();
    holds(stage, first, { stuck: 1 });
    expect(first.end).toEqual({ because: 'halted', exitCode: 10 });
    expect(first.report.steps[0]).toMatchObject({ outcome: 'unknown' });
    const stuck = stage.cloud.world.instances.get(A(1))!;
    Object.assign(stuck, { status: 2, memoryPerShard: 8192 });
    stuck.jobs[0]!.deal!.status = 4;
    stuck.jobs[0]!.task!.result = 2;
    const second = await stage.run();
    holds(stage, second, { stuck: 1 });
    expect(second.end).toEqual({ because: 'done', exitCode: 0 });
    expect(second.report.totals.verified).toBe(6);
  });

  it('finds that an unknown change has failed in the meantime', async () => {
    const stage = await setStage({ fleet: standards(1), plan: ALL_TO_8GB, faults: [`stuck=${A(1)}`] });
    const first = await stage.run();
    expect(first.end?.exitCode).toBe(10);
    const stuck = stage.cloud.world.instances.get(A(1))!;
    stuck.status = 2;
    stuck.jobs[0]!.deal!.status = 5;
    stuck.jobs[0]!.task!.result = 4;
    const second = await stage.run();
    holds(stage, second);
    expect(second.end).toEqual({ because: 'done', exitCode: 3 });
    expect(second.report.steps[0]).toMatchObject({ outcome: 'failed', code: 'Refit.TaskFailed' });
  });
});

describe('a run that must stop', () => {
  const STORY = {
    fleet: standards(12),
    plan: `${ALL_TO_8GB}\nexecution: { inFlight: 3 }`,
    duration: [20_000, 30_000] as const,
  };

  it.each([0, 1, 30, 100, 500, 5_000, 25_000, 40_000])(
    'drains at the first signal (after %i ms), follows orders in flight, exits 130, and can be resumed',
    async (ms) => {
      const stage = await setStage(STORY);
      const first = await stage.run({ drainAfter: ms });
      holds(stage, first);
      expect(first.end).toEqual({ because: 'drained', exitCode: 130 });
      expect(first.report.totals.unknown).toBe(0);
      expect(first.report.totals.verified + first.report.totals['not-run']).toBe(12);
      expect(first.report.totals['not-run']).toBeGreaterThan(0);
      const ordered = stage.cloud.arrivals.filter(({ at }) => at > stage.clock.now() - first.took + ms + 100);
      expect(ordered).toEqual([]);
      const second = await stage.run();
      holds(stage, second);
      expect(second.end).toEqual({ because: 'done', exitCode: 0 });
      expect(Object.keys(second.counts.orders)).toHaveLength(12);
    },
  );

  it.each([0, 30, 100, 500, 5_000, 25_000, 40_000])(
    'exits immediately at the second signal (after %i ms) with a whole journal, and can be resumed',
    async (ms) => {
      const stage = await setStage(STORY);
      const first = await stage.run({ ...(ms > 1000 ? { drainAfter: ms - 1000 } : {}), leaveAfter: ms });
      holds(stage, first);
      expect(first.end).toBeNull();
      expect(first.took).toBeLessThanOrEqual(ms + 50);
      const second = await stage.run();
      holds(stage, second);
      expect(second.end).toEqual({ because: 'done', exitCode: 0 });
      expect(Object.values(second.counts.orders)).toEqual(Array(12).fill(1));
    },
  );

  it('exits immediately without a drain before, and while an answer is late', async () => {
    const stage = await setStage({ ...STORY, faults: ['slow=30s@UpgradeInstance'] });
    const first = await stage.run({ leaveAfter: 2_000 });
    expect(first.took).toBeLessThanOrEqual(2_050);
    const second = await stage.run();
    holds(stage, second);
    expect(second.end?.exitCode).toBe(0);
    expect(Object.values(second.counts.orders)).toEqual(Array(12).fill(1));
  });

  it('orders nothing after finishBy, follows orders in flight, and exits 8, as every later run does', async () => {
    const stage = await setStage({ ...STORY, plan: `${STORY.plan}\nfinishBy: "2026-01-05T10:00:40+08:00"` });
    const first = await stage.run();
    holds(stage, first);
    expect(first.end).toEqual({ because: 'finish-by', exitCode: 8 });
    const finishBy = Date.parse('2026-01-05T02:00:40Z');
    expect(stage.cloud.arrivals.filter(({ at }) => at > finishBy + 30)).toEqual([]);
    expect(first.report.totals.verified).toBe(stage.cloud.arrivals.length);
    expect(first.report.totals['not-run']).toBe(12 - first.report.totals.verified);
    const second = await stage.run();
    expect(second.end).toEqual({ because: 'finish-by', exitCode: 8 });
    expect(second.report.totals).toEqual(first.report.totals);
  });

  it('names the first of two reasons, and exits with the more serious code', async () => {
    const stage = await setStage({
      ...STORY,
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 3, haltWhen: { failed: "> 0" } }`,
      faults: soldOut(1),
    });
    const run = await stage.run({ drainAfter: 5_000 });
    expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
  });
});

describe('an internal error during one step', () => {
  it('ends the run, and nothing is ordered afterwards, because the locks are released then', async () => {
    const stage = await setStage({
      fleet: standards(12),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 2 }`,
      duration: [5_000, 10_000],
    });
    const fault = new Error('an internal error');
    let sent = 0;
    let struck = false;
    let sentAfter = 0;
    const run = await stage.run({
      diesAt: ({ kind }) => {
        if (kind === 'arrived') sent += 1;
        if (kind === 'sending' && struck) sentAfter += 1;
        return false;
      },
      lingers: 10 * 60_000,
      clockAhead: () => {
        if (sent >= 4 && !struck) {
          struck = true;
          throw fault;
        }
        return 0;
      },
    });
    expect(run.error).toBe(fault);
    expect(stage.cloud.arrivals.length).toBeGreaterThanOrEqual(4);
    expect(sentAfter, 'orders sent after the fault').toBe(0);

    const again = await stage.run();
    holds(stage, again);
    expect(again.end).toEqual({ because: 'done', exitCode: 0 });
  });
});
