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
  /** In the order of the sentence: what becomes of the step that met the fault. */
  readonly outcome: Outcome;
  readonly code: string | null;
  readonly exitCode: number;
  /** Ordering calls for the first instance. */
  readonly asked: number;
  /** How the other five steps end. */
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
    asked: 1,
  },
  {
    it: 'calls an order not landed only after patience, and then asks once more',
    faults: ['reset-before#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 2,
    took: [3 * MINUTE, 5 * MINUTE],
  },
  {
    it: 'waits out patience after HTTP 500',
    faults: ['http-500#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 2,
    took: [3 * MINUTE, 5 * MINUTE],
  },
  {
    it: 'adopts an order that was executed behind HTTP 500',
    faults: ['http-500=executed#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 1,
  },
  {
    it: 'waits out patience after a page of HTML',
    faults: ['html#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 2,
    took: [3 * MINUTE, 5 * MINUTE],
  },
  {
    it: 'adopts an order that was executed behind a page of HTML',
    faults: ['html=executed#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 1,
  },
  {
    it: 'adopts an order whose answer stopped in the middle',
    faults: ['half-json#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 1,
  },
  {
    it: 'reads after InternalError, waits out patience and asks again',
    faults: ['internal-error#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 2,
    took: [3 * MINUTE, 5 * MINUTE],
  },
  {
    it: 'adopts an order that was executed behind InternalError',
    faults: ['internal-error=executed#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 1,
  },
  {
    it: 'reads after SystemError, which may be an internal fault, and asks again',
    faults: ['system-error#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 2,
    took: [3 * MINUTE, 5 * MINUTE],
  },
  {
    it: 'adopts an order that was executed behind SystemError',
    faults: ['system-error=executed#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 1,
  },
  {
    it: 'reads after FailedOperation.Unknown and asks again',
    faults: ['unknown-error#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 2,
    took: [3 * MINUTE, 5 * MINUTE],
  },
  {
    it: 'adopts an order that was executed behind FailedOperation.Unknown',
    faults: ['unknown-error=executed#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 1,
  },
  {
    it: 'gives up an order that is answered with SystemError for a quarter of an hour',
    faults: [`system-error@UpgradeInstance:1`],
    outcome: 'refused',
    code: 'FailedOperation.SystemError',
    exitCode: 4,
    asked: 6,
    others: 'refused',
    took: [15 * MINUTE, 30 * MINUTE],
  },
  {
    it: 'calls a change failed whose task failed, and goes on',
    faults: [`failed-task=${A(1)}`],
    outcome: 'failed',
    code: 'Refit.TaskFailed',
    exitCode: 3,
    asked: 1,
  },
  {
    it: 'leaves what is sold out and goes on',
    faults: [`sold-out=${A(1)}`],
    outcome: 'refused',
    code: 'ResourceUnavailable.SaleOut',
    exitCode: 3,
    asked: 1,
  },
  {
    it: 'leaves what the pool cannot hold and goes on',
    faults: [`insufficient=${A(1)}`],
    outcome: 'refused',
    code: 'ResourceInsufficient',
    exitCode: 3,
    asked: 1,
  },
  {
    it: 'leaves a kernel that is too old and goes on',
    faults: [`low-version=${A(1)}`],
    outcome: 'refused',
    code: 'UnsupportedOperation.LowVersion',
    exitCode: 3,
    asked: 1,
  },
  {
    it: 'leaves an instance that somebody else changed, without ordering for it',
    faults: [`hand-change=${A(1)}`],
    outcome: 'drifted',
    code: 'Refit.Drifted',
    exitCode: 3,
    asked: 0,
  },
  {
    it: 'tells the order that somebody else places from its own, which was lost, and orders nothing on top of it',
    faults: [`foreign-order=${A(1)}#1`, 'reset-before#1'],
    outcome: 'drifted',
    code: 'Refit.Drifted',
    exitCode: 3,
    asked: 1,
  },
  {
    it: 'waits for a backup to end, and skips the instance where it does not',
    faults: [BACKUP],
    outcome: 'skipped',
    code: 'ResourceUnavailable.InstanceStatusError',
    exitCode: 3,
    asked: 91,
    took: [15 * MINUTE, 16 * MINUTE],
  },
  {
    it: 'calls unknown what never ends',
    faults: [`stuck=${A(1)}`],
    outcome: 'unknown',
    code: null,
    exitCode: 10,
    asked: 1,
    took: [120 * MINUTE, 125 * MINUTE],
    except: { stuck: 1 },
  },
  {
    it: 'waits for answers that come late',
    faults: ['slow=20s:0.3'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 1,
  },
  {
    it: 'settles an order whose answer comes after a minute, as it does one that was lost',
    faults: ['slow=2m@UpgradeInstance#1'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 1,
  },
  {
    it: 'slows down to a lower limit, and no step fails by it',
    faults: ['limit=3@UpgradeInstance'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 0,
    except: { refusedByLimit: true },
  },
  {
    it: 'slows down to a lower limit of everything',
    faults: ['limit=2'],
    outcome: 'verified',
    code: null,
    exitCode: 0,
    asked: 0,
    except: { refusedByLimit: true },
  },
];

const PLAN = (extra = '') => `targets: [{ select: { all: true }, memoryPerShard: 8GB }]
execution: { inFlight: 6 }${extra}`;

async function meet({
  faults,
  except,
}: Pick<Story, 'faults' | 'except'>): Promise<{ stage: Stage; run: Run }> {
  const stage = await setStage({
    afterPlanning(world, now) {
      // A fault that befalls an instance from the start would not get past the plan.
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

describe('what a run makes of each fault', () => {
  it.each(STORIES)(
    '$it ($faults)',
    async ({ faults, outcome, code, exitCode, asked, others = 'verified', took, except }) => {
      const { stage, run } = await meet({ faults, ...(except ? { except } : {}) });
      const [first, ...rest] = run.report.steps;
      expect({
        outcome: first!.outcome,
        code: outcome === 'verified' ? null : first!.code,
        exitCode: run.end?.exitCode,
      }).toEqual({ outcome, code, exitCode });
      if (asked > 0 || outcome === 'drifted')
        expect(stage.cloud.arrivals.filter(({ instance }) => instance === A(1))).toHaveLength(asked);
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
    'halts at $code, which concerns every order, and goes on cleanly once it is over',
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

  it('halts with 12 and orders nothing where the clock is too far off for a signature', async () => {
    const { stage, run } = await meet({ faults: ['clock-skew=10m'] });
    expect(run.end).toEqual({ because: 'halted', exitCode: 12 });
    expect(run.report.totals['not-run']).toBe(6);
    expect(stage.cloud.arrivals).toEqual([]);
  });

  it('every fault of the simulator is met here', () => {
    const met = new Set([
      ...STORIES.flatMap(({ faults }) => faults.map((fault) => /^[a-z0-9-]+/.exec(fault)![0])),
      ...['no-permission', 'no-cam', 'no-balance', 'pay-failed', 'quota', 'clock-skew'],
    ]);
    expect(FAULTS.map(({ name }) => name).filter((name) => !met.has(name))).toEqual([]);
  });
});
