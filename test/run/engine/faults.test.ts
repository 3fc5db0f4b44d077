import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/model.ts';
import { FAULTS } from '../../../src/simulator/world/faults.ts';
import { createTask } from '../../../src/simulator/world/world.ts';
import { A, clusters, standards } from '../fleets.ts';
import { type Exceptions, holds } from '../holds.ts';
import { type Run, type Stage, setStage } from '../stage.ts';

const MINUTE = 60_000;
const BACKUP = `foreign-task=${A(1)}`;

interface Story {
  readonly faults: readonly string[];
  /** The outcome of the step that met the fault. */
  readonly outcome: Outcome;
  readonly code: string | null;
  readonly exitCode: number;
  /** Ordering calls for the first instance. */
  readonly orderCalls: number;
  /** The outcome of the other five steps. */
  readonly others?: Outcome;
  /** The least and the most virtual time, ms. */
  readonly took?: readonly [number, number];
  readonly except?: Exceptions;
}

/** Each fault strikes the first order, or the first instance. */
const STORIES: readonly (Story & { readonly it: string })[] = [
  {
    it: 'adopts an order whose answer was lost, without a second one',
    faults: ['lost-answer#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 1,
  },
  {
    it: 'finds an order whose answer was lost in lists of two rows a page',
    faults: ['short-pages=2', 'lost-answer#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 1,
  },
  {
    it: 'resolves an order as not executed only after patience, and then orders once more',
    faults: ['reset-before#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 2,
    took: [3 * MINUTE, 5 * MINUTE],
  },
  {
    it: 'waits out patience after HTTP 500',
    faults: ['http-500#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 2,
    took: [3 * MINUTE, 5 * MINUTE],
  },
  {
    it: 'adopts an order that was executed behind HTTP 500',
    faults: ['http-500=executed#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 1,
  },
  {
    it: 'waits out patience after a page of HTML',
    faults: ['html#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 2,
    took: [3 * MINUTE, 5 * MINUTE],
  },
  {
    it: 'adopts an order that was executed behind a page of HTML',
    faults: ['html=executed#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 1,
  },
  {
    it: 'adopts an order whose answer stopped in the middle',
    faults: ['half-json#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 1,
  },
  {
    it: 'reads after InternalError, waits out patience and orders again',
    faults: ['internal-error#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 2,
    took: [3 * MINUTE, 5 * MINUTE],
  },
  {
    it: 'adopts an order that was executed behind InternalError',
    faults: ['internal-error=executed#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 1,
  },
  {
    it: 'reads after SystemError, which may be an internal error, and orders again',
    faults: ['system-error#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 2,
    took: [3 * MINUTE, 5 * MINUTE],
  },
  {
    it: 'adopts an order that was executed behind SystemError',
    faults: ['system-error=executed#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 1,
  },
  {
    it: 'reads after FailedOperation.Unknown and orders again',
    faults: ['unknown-error#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 2,
    took: [3 * MINUTE, 5 * MINUTE],
  },
  {
    it: 'adopts an order that was executed behind FailedOperation.Unknown',
    faults: ['unknown-error=executed#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 1,
  },
  {
    it: 'refuses a step after 15 minutes of SystemError',
    faults: [`system-error@UpgradeInstance:1`],
    outcome: 'refused',
    code: 'FailedOperation.SystemError',
    exitCode: 4,
    orderCalls: 6,
    others: 'refused',
    took: [15 * MINUTE, 30 * MINUTE],
  },
  {
    it: 'reports a failed task as failed, and continues',
    faults: [`failed-task=${A(1)}`],
    outcome: 'failed',
    code: 'Refit.TaskFailed',
    exitCode: 3,
    orderCalls: 1,
  },
  {
    it: 'skips a sold-out size, and continues',
    faults: [`sold-out=${A(1)}`],
    outcome: 'refused',
    code: 'ResourceUnavailable.SaleOut',
    exitCode: 3,
    orderCalls: 1,
  },
  {
    it: 'skips a size that the pool cannot hold, and continues',
    faults: [`insufficient=${A(1)}`],
    outcome: 'refused',
    code: 'ResourceInsufficient',
    exitCode: 3,
    orderCalls: 1,
  },
  {
    it: 'skips a kernel that is too old, and continues',
    faults: [`low-version=${A(1)}`],
    outcome: 'refused',
    code: 'UnsupportedOperation.LowVersion',
    exitCode: 3,
    orderCalls: 1,
  },
  {
    it: 'orders nothing for an instance that someone else changed',
    faults: [`hand-change=${A(1)}`],
    outcome: 'drifted',
    code: 'Refit.Drifted',
    exitCode: 3,
    orderCalls: 0,
  },
  {
    it: 'distinguishes a foreign order from its own lost order, and orders nothing more',
    faults: [`foreign-order=${A(1)}#1`, 'reset-before#1'],
    outcome: 'drifted',
    code: 'Refit.Drifted',
    exitCode: 3,
    orderCalls: 1,
  },
  {
    it: 'waits for a backup, and skips the instance if the backup does not end',
    faults: [BACKUP],
    outcome: 'skipped',
    code: 'ResourceUnavailable.InstanceStatusError',
    exitCode: 3,
    orderCalls: 91,
    took: [15 * MINUTE, 16 * MINUTE],
  },
  {
    it: 'reports a change that never ends as unknown',
    faults: [`stuck=${A(1)}`],
    outcome: 'unknown',
    code: null,
    exitCode: 10,
    orderCalls: 1,
    took: [120 * MINUTE, 125 * MINUTE],
    except: { stuck: 1 },
  },
  {
    it: 'waits for late answers',
    faults: ['slow=20s:0.3'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 1,
  },
  {
    it: 'resolves an order whose answer is late as if its answer was lost',
    faults: ['slow=2m@UpgradeInstance#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 1,
  },
  {
    it: 'slows down to a lower limit, and no step fails',
    faults: ['limit=3@UpgradeInstance'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 0,
    except: { refusedByLimit: true },
  },
  {
    it: 'slows down to a lower limit of all actions',
    faults: ['limit=2'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    orderCalls: 0,
    except: { refusedByLimit: true },
  },
];

const PLAN = (extra = '') => `targets: [{ select: { all: true }, memoryPerShard: 8GB }]
execution: { inFlight: 6 }${extra}`;

async function runWithFaults({
  faults,
  except,
}: Pick<Story, 'faults' | 'except'>): Promise<{ stage: Stage; run: Run }> {
  const stage = await setStage({
    afterPlanning(world, now) {
      // Planning would refuse an instance that is busy from the start.
      if (faults.includes(BACKUP))
        createTask(world, world.instances.get(A(1))!, { type: '012', by: 'somebody', at: now }).result = 1;
    },
    fleet: standards(6),
    plan: PLAN(),
    faults: faults.filter((fault) => fault !== BACKUP),
    startLag: [2000, 20_000],
    duration: [10_000, 40_000],
  });
  const run = await stage.run();
  holds(stage, run, except);
  expect(run.error).toBeNull();
  return { stage, run };
}

describe('a run', () => {
  it.each(STORIES)(
    '$it ($faults)',
    async ({ faults, outcome, code, exitCode, orderCalls, others = 'verified', took, except }) => {
      const { stage, run } = await runWithFaults({ faults, ...(except ? { except } : {}) });
      const [first, ...rest] = run.report.steps;
      expect({
        outcome: first!.outcome,
        code: outcome === 'verified' ? null : first!.code,
        exitCode: run.end?.exitCode,
      }).toEqual({ outcome, code, exitCode });
      if (orderCalls > 0 || outcome === 'drifted')
        expect(stage.cloud.arrivals.filter(({ instance }) => instance === A(1))).toHaveLength(orderCalls);
      for (const step of rest) expect(step.outcome, step.id).toBe(others);
      if (took) {
        expect(run.took).toBeGreaterThanOrEqual(took[0]);
        expect(run.took).toBeLessThanOrEqual(took[1]);
      }
    },
  );

  it.each([
    { fault: 'no-permission', code: 'InvalidParameter.PermissionDenied' },
    { fault: 'no-cam', code: 'UnauthorizedOperation.NoCAMAuthed' },
    { fault: 'no-balance', code: 'ResourceUnavailable.AccountBalanceNotEnough' },
    { fault: 'pay-failed', code: 'FailedOperation.PayFailed' },
    { fault: 'quota', code: 'LimitExceeded' },
  ])(
    'halts at $code, which affects every order, and continues when the cause is gone',
    async ({ fault, code }) => {
      const stage = await setStage({
        fleet: [...standards(5), ...clusters(1)],
        plan: `targets:
  - { instance: crs-cccc0001, memoryPerShard: 8GB, replicas: 2 }
  - { select: { editions: [redis-5.0-standard] }, memoryPerShard: 8GB }
execution: { inFlight: 1 }`,
        faults: [`${fault}#1`],
      });
      const first = await stage.run();
      holds(stage, first);
      expect(first.end).toEqual({ because: 'halted', exitCode: 4 });
      expect(first.report.totals).toMatchObject({ refused: 1, 'not-run': 6 });
      expect(first.report.steps[0]).toMatchObject({ outcome: 'refused', code });
      const second = await stage.run();
      holds(stage, second);
      expect(second.end).toEqual({ because: 'done', exitCode: 0 });
      expect(second.report.totals.verified).toBe(7);
    },
  );

  it('halts with 12 and orders nothing if the clock is too far off for a signature', async () => {
    const { stage, run } = await runWithFaults({ faults: ['clock-skew=10m'] });
    expect(run.end).toEqual({ because: 'halted', exitCode: 12 });
    expect(run.report.totals['not-run']).toBe(6);
    expect(stage.cloud.arrivals).toEqual([]);
  });

  it('is tested with every fault of the simulator', () => {
    const met = new Set([
      ...STORIES.flatMap(({ faults }) => faults.map((fault) => /^[a-z0-9-]+/.exec(fault)![0])),
      ...['no-permission', 'no-cam', 'no-balance', 'pay-failed', 'quota', 'clock-skew'],
    ]);
    expect(FAULTS.map(({ name }) => name).filter((name) => !met.has(name))).toEqual([]);
  });
});
