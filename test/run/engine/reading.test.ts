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
  body: JSON.stringify({ Response: { Error: { Code: code, Message: 'so it is' }, RequestId: 'r-1' } }),
});

/** The given actions are answered so between two moments after the plan was made. */
function answer(
  stage: Stage,
  actions: readonly string[],
  what: HttpResponse,
  [from, until]: [number, number] = [0, Number.POSITIVE_INFINITY],
) {
  const began = stage.clock.monotonic();
  stage.cloud.road.intercept = (action) => {
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

describe('what cannot be read', () => {
  it.each([
    'InvalidParameter.PermissionDenied',
    'UnauthorizedOperation.NoCAMAuthed',
    'UnauthorizedOperation',
    'AuthFailure.UnauthorizedOperation',
  ])(
    'a run whose identity may not read billing (%s) verifies by task list and size, and settles a lost answer',
    async (code) => {
      const stage = await setStage({ ...STORY, faults: ['lost-answer#1', 'reset-before#1'] });
      answer(stage, ['DescribeDealsByCond'], refusedWith(code));
      const run = await stage.run();
      holds(stage, run);
      expect(run.end).toEqual({ because: 'done', exitCode: 0 });
      expect(run.report.totals.verified).toBe(4);
    },
  );

  it('where the task list may not be read, an order without an answer that left no trace is unknown and not placed again', async () => {
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
  ])(
    '$what on every read for ten minutes is waited out: nothing is unknown and nothing halts',
    async ({ response }) => {
      const stage = await setStage({ ...STORY, faults: ['lost-answer#1'] });
      answer(stage, READS, response, [3 * SECOND, 10 * MINUTE]);
      const run = await stage.run();
      holds(stage, run);
      expect(run.end).toEqual({ because: 'done', exitCode: 0 });
      expect(run.took).toBeGreaterThan(10 * MINUTE);
    },
  );

  it('a provider that cannot be reached for a quarter of an hour halts the run; it goes on later', async () => {
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
    'keys that are refused while changes are under way (%s) end the run with 12; with good keys it settles and goes on',
    async (code) => {
      const stage = await setStage({ ...STORY, faults: ['lost-answer#1'] });
      answer(stage, [...READS, 'UpgradeInstance'], refusedWith(code), [2 * SECOND, Number.POSITIVE_INFINITY]);
      const first = await stage.run();
      holds(stage, first);
      expect(first.end).toEqual({ because: 'halted', exitCode: 12 });
      stage.cloud.road.intercept = () => null;
      const second = await stage.run();
      holds(stage, second);
      expect(second.end).toEqual({ because: 'done', exitCode: 0 });
      expect(second.report.totals.verified).toBe(4);
    },
  );

  it('billing that is out of order while it alone could tell of an order does not count as silent', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const stage = await setStage({
        ...STORY,
        seed,
        fleet: standards(1),
        faults: ['lost-answer#1'],
        plan: `${ALL_TO_8GB}\nexecution: { patience: 60s }`,
        startLag: [200 * SECOND, 200 * SECOND],
      });
      // The task list knows nothing yet; billing knows, and is out of order until well after patience.
      const nothing = { Response: { TotalCount: 0, Tasks: [], RequestId: 'r-1' } };
      const began = stage.clock.monotonic();
      stage.cloud.road.intercept = (action) => {
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

describe('the last facts', () => {
  it('a change that failed is called failed also where it followed another within the same second', async () => {
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
    'a wall clock that jumps by %i ms while a change is under way makes nothing unknown and nothing endless',
    async (jump) => {
      const stage = await setStage({
        ...STORY,
        duration: [MINUTE, MINUTE],
        plan: `${ALL_TO_8GB}\nexecution: { inFlight: 4 }`,
      });
      const run = await stage.run({ meanwhile: [[20 * SECOND, () => stage.clock.jump(jump)]] });
      holds(stage, run);
      if (jump > 0) expect(run.end).toEqual({ because: 'done', exitCode: 0 });
      // The provider's own time jumps with ours here: a change that ends a day later is unknown after its limit.
      else expect(run.took).toBeLessThan(125 * MINUTE);
    },
  );

  it('an order that somebody else placed at the same time is not taken for ours', async () => {
    const stage = await setStage({ ...STORY, fleet: standards(1), faults: [`hand-change=${A(1)}`] });
    const run = await stage.run();
    holds(stage, run);
    expect(run.report.steps[0]).toMatchObject({ outcome: 'drifted', orders: [] });
  });
});
