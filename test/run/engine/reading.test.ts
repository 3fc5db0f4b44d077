import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../../src/cloud/network/transport.ts';
import { A, ALL_TO_8GB, clusters, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Stage, type StageOptions, setStage } from '../stage.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const refusedWith = (code: string): HttpResponse => ({
  status: 200,
  contentType: 'application/json',
  body: JSON.stringify({ Response: { Error: { Code: code, Message: 'refused' }, RequestId: 'r-1' } }),
});

/** Gives these actions this answer from `from` to `until`, in milliseconds after planning. */
function answer(
  stage: Stage,
  actions: readonly string[],
  what: HttpResponse,
  [from, until]: [number, number] = [0, Number.POSITIVE_INFINITY],
) {
  const began = stage.clock.monotonic();
  stage.cloud.network.intercept = (action) => {
    const since = stage.clock.monotonic() - began;
    return actions.includes(action) && since >= from && since < until ? what : null;
  };
}

const READS = ['DescribeInstances', 'DescribeTaskList', 'DescribeDealsByCond'];
const STORY: StageOptions = {
  fleet: standards(4),
  plan: `${ALL_TO_8GB}\nexecution: { inFlight: 2, patience: 60s }`,
  duration: [10_000, 20_000],
};

describe('failed reads', () => {
  it.each([
    'InvalidParameter.PermissionDenied',
    'UnauthorizedOperation.NoCAMAuthed',
    'UnauthorizedOperation',
    'AuthFailure.UnauthorizedOperation',
  ])(
    'a run without billing (%s) verifies by task list and size, and resolves a lost answer',
    async (code) => {
      const stage = await setStage({ ...STORY, faults: ['lost-answer#1', 'reset-before#1'] });
      answer(stage, ['DescribeDealsByCond'], refusedWith(code));
      const run = await stage.run();
      holds(stage, run);
      expect(run.end).toEqual({ because: 'done', exitCode: 0 });
      expect(run.report.totals.verified).toBe(4);
    },
  );

  it('without the task list, an unanswered order without a trace is unknown and not ordered again', async () => {
    const stage = await setStage({ ...STORY, faults: ['reset-before#1'] });
    answer(stage, ['DescribeTaskList'], refusedWith('UnauthorizedOperation.NoCAMAuthed'));
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toMatchObject({ exitCode: 10 });
    expect(stage.cloud.arrivals.filter(({ instance }) => instance === A(1))).toHaveLength(1);
    expect(run.report.steps[0]).toMatchObject({ outcome: 'unknown', attempts: 1 });
  });

  it.each([
    { what: 'InternalError', response: refusedWith('InternalError') },
    { what: 'RequestLimitExceeded', response: refusedWith('RequestLimitExceeded') },
    { what: 'HTTP 503', response: { status: 503, contentType: 'text/html', body: '<html>' } },
  ])('the run waits out ten minutes of $what on every read', async ({ response }) => {
    const stage = await setStage({ ...STORY, faults: ['lost-answer#1'] });
    answer(stage, READS, response, [3 * SECOND, 10 * MINUTE]);
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(run.took).toBeGreaterThan(10 * MINUTE);
  });

  it('a provider that is unreachable for 15 minutes halts the run, and a later run continues', async () => {
    const stage = await setStage({ ...STORY, duration: [MINUTE, MINUTE] });
    answer(stage, READS, { status: 503, contentType: '', body: '' }, [0, 20 * MINUTE]);
    const first = await stage.run();
    holds(stage, first);
    expect(first.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(stage.cloud.arrivals).toEqual([]);
    await stage.pass(10 * MINUTE);
    const second = await stage.run();
    holds(stage, second);
    expect(second.end?.exitCode).toBe(0);
  });

  it.each(['AuthFailure.SecretIdNotFound', 'AuthFailure.TokenFailure'])(
    'refused keys (%s) halt the run with 12, and good keys resolve the orders and continue',
    async (code) => {
      const stage = await setStage({ ...STORY, faults: ['lost-answer#1'] });
      answer(stage, [...READS, 'UpgradeInstance'], refusedWith(code), [2 * SECOND, Number.POSITIVE_INFINITY]);
      const first = await stage.run();
      holds(stage, first);
      expect(first.end).toEqual({ because: 'halted', exitCode: 12 });
      stage.cloud.network.intercept = () => null;
      const second = await stage.run();
      holds(stage, second);
      expect(second.end).toEqual({ because: 'done', exitCode: 0 });
      expect(second.report.totals.verified).toBe(4);
    },
  );

  it('a failed read of billing, the only source of an order, does not count as silence', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const stage = await setStage({
        ...STORY,
        seed,
        fleet: standards(1),
        faults: ['lost-answer#1'],
        plan: `${ALL_TO_8GB}\nexecution: { patience: 60s }`,
        startLag: [200 * SECOND, 200 * SECOND],
      });
      // The task list is empty. Billing lists the order, but cannot be read until long after patience.
      const nothing = { Response: { TotalCount: 0, Tasks: [], RequestId: 'r-1' } };
      const began = stage.clock.monotonic();
      stage.cloud.network.intercept = (action) => {
        const since = stage.clock.monotonic() - began;
        if (action === 'DescribeDealsByCond' && since < 200 * SECOND) return refusedWith('InternalError');
        if (action === 'DescribeTaskList' && since < 200 * SECOND)
          return { status: 200, contentType: 'application/json', body: JSON.stringify(nothing) };
        return null;
      };
      const run = await stage.run();
      holds(stage, run);
      expect(run.end?.exitCode, `seed ${seed}`).toBe(0);
      expect(stage.cloud.arrivals, `seed ${seed}`).toHaveLength(1);
    }
  });
});

describe('the last reads of a step', () => {
  it('report a change as failed even if it follows another change in the same second', async () => {
    let met = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const stage = await setStage({
        fleet: clusters(2),
        plan: `targets: [{ select: { all: true }, memoryPerShard: 8GB, replicas: 2 }]\nexecution: { haltWhen: { failed: "> 9" } }`,
        faults: ['failed-task:0.5'],
        seed,
        startLag: [0, 1],
        lockTail: [0, 0],
      });
      const run = await stage.run();
      holds(stage, run);
      expect(run.report.totals.unknown, `seed ${seed}`).toBe(0);
      const failed = run.world.tasks.filter(({ result }) => result === 4).length;
      expect(run.report.totals.failed, `seed ${seed}`).toBe(failed);
      met += run.report.steps.filter(
        ({ outcome, dimension }) => outcome === 'failed' && dimension === 'replicas',
      ).length;
    }
    expect(met).toBeGreaterThan(5);
  });

  it.each([3 * 3600 * SECOND, -24 * 3600 * SECOND])(
    'end in time when the wall clock jumps by %i ms during a resize',
    async (jump) => {
      const stage = await setStage({
        ...STORY,
        duration: [MINUTE, MINUTE],
        plan: `${ALL_TO_8GB}\nexecution: { inFlight: 4 }`,
      });
      const run = await stage.run({ meanwhile: [[20 * SECOND, () => stage.clock.jump(jump)]] });
      holds(stage, run);
      if (jump > 0) expect(run.end).toEqual({ because: 'done', exitCode: 0 });
      // Here the time of the provider jumps too. A change that ends a day later is unknown after its limit.
      else expect(run.took).toBeLessThan(125 * MINUTE);
    },
  );

  it('do not adopt a foreign change of the same time', async () => {
    const stage = await setStage({ ...STORY, fleet: standards(1), faults: [`hand-change=${A(1)}`] });
    const run = await stage.run();
    holds(stage, run);
    expect(run.report.steps[0]).toMatchObject({ outcome: 'drifted', orders: [] });
  });
});
