// Goal: with `switch: maintenance-window`, accepted steps wait for their window without an in-flight slot, and end verified.
import { describe, expect, it } from 'vitest';
import { placeForeignOrder } from '../../../src/simulator/world/change.ts';
import { OTHER_UIN } from '../../../src/simulator/world/world.ts';
import { A, clusters, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Run, setStage } from '../stage.ts';

// The stories start at 10:00 in Beijing. The usual window opens 17 hours later.
const HOUR = 3_600_000;
const MINUTE = 60_000;
const IN_WINDOW = 'execution: { switch: maintenance-window }';
const TO_8GB = `targets: [{ select: { all: true }, memoryPerShard: 8GB }]\n${IN_WINDOW}`;

/** Hours from the start of a run to the first entry of this kind. */
function hoursTo(run: Run, kind: 'began' | 'step-ended'): number {
  const entry = run.entries.find((one) => one.kind === kind)!;
  return (Date.parse(entry.at) - Date.parse(run.entries[0]!.at)) / HOUR;
}

describe('a change in the maintenance window', () => {
  it('has its window in the sealed plan', async () => {
    const stage = await setStage({ fleet: standards(2, { window: '01:30-03:00' }), plan: TO_8GB });
    expect(stage.saved.preconditions.map(({ window }) => window)).toEqual([
      { from: '01:30', to: '03:00' },
      { from: '01:30', to: '03:00' },
    ]);
    expect(stage.saved.findings.map(({ code }) => code)).toContain('Refit.InWindows');
  });

  it('waits for its window, is recorded as deferred, and ends verified without a warning', async () => {
    const stage = await setStage({ fleet: standards(3), plan: TO_8GB });
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(run.report.totals.verified).toBe(3);
    expect(hoursTo(run, 'began')).toBeGreaterThan(16.9);
    expect(hoursTo(run, 'step-ended')).toBeLessThan(17.2);
    expect(run.entries.filter(({ kind }) => kind === 'deferred')).toHaveLength(3);
    expect(run.report.steps.map(({ warning }) => warning)).toEqual([undefined, undefined, undefined]);
    expect(run.report.steps[0]!.window).toEqual({ from: '03:00', to: '06:00' });
    expect(run.report.run.switch).toBe('maintenance-window');
  });

  it('shows what it waits for', async () => {
    const stage = await setStage({ fleet: standards(1), plan: TO_8GB });
    const run = await stage.run({ leaveAfter: 5 * HOUR });
    const [step] = run.report.steps;
    expect([step!.outcome, step!.message]).toEqual([
      'unknown',
      'accepted, waits for its window 03:00-06:00 Beijing time',
    ]);
    expect([...run.state.steps.values()][0]!.waitsFor).toEqual({
      window: { from: '03:00', to: '06:00' },
      opensAt: '2026-01-05T19:00:00.000Z',
    });
  });

  it('is read rarely while its window is far away', async () => {
    const stage = await setStage({ fleet: standards(40), plan: TO_8GB });
    const run = await stage.run();
    expect(run.report.totals.verified).toBe(40);
    // 17 hours of a poll each five seconds would be 12,000.
    expect(run.report.calls.DescribeTaskList!.count).toBeLessThan(200);
    expect(run.report.calls.DescribeMaintenanceWindow!.count).toBe(40);
  });

  it('holds no in-flight slot while it waits: more than inFlight can be ordered and start together', async () => {
    const stage = await setStage({
      fleet: standards(60),
      plan: `targets: [{ select: { all: true }, memoryPerShard: 8GB }]\nexecution: { switch: maintenance-window, inFlight: 5 }`,
    });
    const run = await stage.run();
    holds(stage, run, { deferred: 60 });
    expect(run.report.totals.verified).toBe(60);
    const times = stage.cloud.arrivals.map(({ at }) => at);
    expect(times.at(-1)! - times[0]!).toBeLessThan(5 * MINUTE);
    expect(run.took).toBeLessThan(18 * HOUR);
  });

  it('starts immediately if it is ordered within its window', async () => {
    const stage = await setStage({ fleet: standards(2, { window: '09:30-12:30' }), plan: TO_8GB });
    const run = await stage.run();
    holds(stage, run);
    expect(run.report.totals.verified).toBe(2);
    expect(run.took).toBeLessThan(10 * MINUTE);
    expect(run.entries.filter(({ kind }) => kind === 'deferred')).toEqual([]);
  });

  it('of two steps orders the second after the first, within the same window', async () => {
    const stage = await setStage({
      fleet: clusters(2),
      plan: `targets: [{ select: { all: true }, memoryPerShard: 8GB, shards: 5 }]\n${IN_WINDOW}`,
    });
    const run = await stage.run();
    holds(stage, run);
    expect(run.report.totals.verified).toBe(4);
    expect(run.took).toBeLessThan(18 * HOUR);
  });

  it('is verified with a warning if the provider starts it immediately, and holds its in-flight slot', async () => {
    const stage = await setStage({
      fleet: standards(12),
      plan: `targets: [{ select: { all: true }, memoryPerShard: 8GB }]\nexecution: { switch: maintenance-window, inFlight: 4 }`,
      faults: ['window-ignored'],
    });
    const run = await stage.run();
    holds(stage, run);
    expect(run.report.totals.verified).toBe(12);
    expect(new Set(run.report.steps.map(({ warning }) => warning))).toEqual(
      new Set(['executed outside its window 03:00-06:00 Beijing time']),
    );
    expect(run.took).toBeLessThan(HOUR);
  });

  it('is refused with the code of a region that does not support it', async () => {
    const stage = await setStage({ fleet: standards(1), plan: TO_8GB, faults: ['window-refused'] });
    const run = await stage.run();
    expect(run.report.steps[0]).toMatchObject({
      outcome: 'refused',
      code: 'InvalidParameter.InvalidParameter',
    });
  });

  it('is not ordered if the window of its instance has changed', async () => {
    const stage = await setStage({
      fleet: standards(2),
      plan: TO_8GB,
      afterPlanning: (world) => {
        world.instances.get(A(1))!.window = [60, 120];
      },
    });
    const run = await stage.run();
    expect(run.report.steps.map(({ outcome, message: what }) => [outcome, what])).toEqual([
      ['drifted', 'its maintenance window is now 01:00-02:00; the plan has 03:00-06:00 Beijing time'],
      ['verified', expect.anything()],
    ]);
  });

  it('is left to the next process when the run drains, and is found there', async () => {
    const stage = await setStage({ fleet: standards(3), plan: TO_8GB });
    const first = await stage.run({ drainAfter: 2 * HOUR });
    expect(first.end).toEqual({ because: 'drained', exitCode: 130 });
    expect(first.took).toBeLessThan(2 * HOUR + MINUTE);
    const early = await stage.run({ drainAfter: HOUR });
    expect(early.end).toEqual({ because: 'drained', exitCode: 130 });
    await stage.pass(20 * HOUR);
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(run.report.totals.verified).toBe(3);
    expect(run.took).toBeLessThan(10 * MINUTE);
    expect(run.report.steps.map(({ warning }) => warning)).toEqual([undefined, undefined, undefined]);
  });

  it('survives a crash at any hour', async () => {
    const stage = await setStage({ fleet: standards(3), plan: TO_8GB });
    let writes = 0;
    for (let lives = 0; lives < 40; lives++) {
      const run = await stage.run({ diesAt: ({ kind }) => kind === 'durable' && ++writes % 3 === 0 });
      if (run.end) break;
      await stage.pass(HOUR);
    }
    const run = await stage.run();
    holds(stage, run);
    expect(run.report.totals.verified).toBe(3);
  });

  it('is found by its pending task if its answer is lost, and waits', async () => {
    const stage = await setStage({ fleet: standards(1), plan: TO_8GB, faults: ['lost-answer#1'] });
    const run = await stage.run();
    holds(stage, run);
    expect(run.report.steps[0]).toMatchObject({ outcome: 'verified', attempts: 1 });
    expect(hoursTo(run, 'began')).toBeGreaterThan(16.9);
  });

  it('does not start by the effect of a foreign order on its instance', async () => {
    const stage = await setStage({ fleet: standards(1), plan: TO_8GB });
    let done = false;
    const run = await stage.run({
      diesAt({ kind }) {
        if (kind === 'arrived' && !done) {
          done = true;
          const { world } = stage.cloud;
          placeForeignOrder(world, world.instances.get(A(1))!, {
            to: 16_384,
            by: OTHER_UIN,
            now: stage.clock.now(),
          });
        }
        return false;
      },
    });
    holds(stage, run);
    expect(run.report.steps[0]).toMatchObject({ outcome: 'verified', attempts: 1 });
    expect(run.report.steps[0]!.warning).toBeUndefined();
    expect(hoursTo(run, 'began')).toBeGreaterThan(16.9);
  });

  it('is unknown if not started by the end of its second window, and a later process resolves it', async () => {
    const stage = await setStage({
      fleet: standards(1),
      plan: TO_8GB,
      afterPlanning: (world) => {
        // The provider delays the change until the fourth day.
        const { agenda } = world;
        const add = agenda.add.bind(agenda);
        let held = false;
        (agenda as { add: typeof add }).add = (at, happen) => {
          const hold = !held && at - world.startedAt > 10 * HOUR;
          held ||= hold;
          add(hold ? at + 72 * HOUR : at, happen);
        };
      },
    });
    const run = await stage.run();
    expect(run.report.steps[0]!.outcome).toBe('unknown');
    expect(run.report.steps[0]!.message).toMatch(/did not start in two of its windows/);
    expect(run.end?.exitCode).toBe(10);
    expect(run.took / HOUR).toBeGreaterThan(43.9);
    await stage.pass(72 * HOUR);
    const later = await stage.run();
    holds(stage, later);
    expect(later.report.steps[0]!.outcome).toBe('verified');
  });
});
