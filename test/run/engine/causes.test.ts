/** External failures during a run. The run halts or renews its keys, shows cause and fix, and can be resumed. */
import { describe, expect, it } from 'vitest';
import { secret } from '../../../src/cloud/credentials/find-credentials.ts';
import { issueKeys } from '../../../src/simulator/world/temporary-keys.ts';
import type { World } from '../../../src/simulator/world/world.ts';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Run, type Stage, type StageOptions, setStage } from '../stage.ts';

const MINUTE = 60_000;

/** Six instances, two at a time, half a minute each: every fault meets a resize in progress. */
function staged(more: Partial<StageOptions> = {}): Promise<Stage> {
  return setStage({
    fleet: standards(6),
    plan: `${ALL_TO_8GB}\nexecution: { inFlight: 2 }`,
    startLag: [2000, 5000],
    duration: [20_000, 30_000],
    ...more,
  });
}

/** Asserts a halt in the middle: some steps are verified, some are left, and the message has a fix. */
function haltedInTheMiddle(run: Run, exitCode: number, what: RegExp, fix: RegExp): void {
  expect(run.end).toEqual({ because: 'halted', exitCode });
  expect(run.report.totals.verified).toBeGreaterThan(0);
  expect(run.report.totals['not-run']).toBeGreaterThan(0);
  expect(run.report.run.message).toMatch(what);
  expect(/\(fix: (.+)\)$/.exec(run.report.run.message ?? '')?.[1]).toMatch(fix);
}

/** Repeats the command without the cause: every step is verified, and no step has two orders. */
async function resumes(stage: Stage): Promise<Run> {
  const again = await stage.run();
  holds(stage, again);
  expect(again.end).toEqual({ because: 'done', exitCode: 0 });
  expect(again.report.totals.verified).toBe(again.report.steps.length);
  for (const step of again.report.steps) expect(step.orders, step.id).toHaveLength(1);
  return again;
}

describe('a run', () => {
  it('halts with 12 when the clock is ten minutes off, and continues when the clock is right', async () => {
    const stage = await staged({ faults: ['clock-skew=10m+45s..20m'] });
    const run = await stage.run();
    holds(stage, run);
    haltedInTheMiddle(run, 12, /AuthFailure\.SignatureExpire/, /set this machine's clock.*refit doctor/);
    await stage.pass(20 * MINUTE);
    await resumes(stage);
  });

  it.each([
    { fault: 'no-permission', what: /InvalidParameter\.PermissionDenied: no permission/ },
    { fault: 'no-cam', what: /UnauthorizedOperation\.NoCAMAuthed: no permission/ },
    {
      fault: 'refuse=AuthFailure.UnauthorizedOperation',
      what: /AuthFailure\.UnauthorizedOperation: no permission/,
    },
  ])(
    'halts with 4 when the order permission is revoked ($fault), and verifies orders in flight',
    async ({ fault, what }) => {
      const stage = await staged({ faults: [`${fault}+30s..10m`] });
      const run = await stage.run();
      holds(stage, run);
      haltedInTheMiddle(run, 4, what, /let this identity call redis:UpgradeInstance/);
      expect(run.report.totals.unknown).toBe(0);
      await stage.pass(10 * MINUTE);
      await resumes(stage);
    },
  );

  it('halts when the read permission is revoked, and its orders stay unknown until it is granted again', async () => {
    const stage = await staged({ faults: ['no-cam@DescribeInstances+45s..20m'] });
    const run = await stage.run();
    holds(stage, run);
    haltedInTheMiddle(run, 10, /NoCAMAuthed/, /let this identity call redis:DescribeInstances/);
    await stage.pass(20 * MINUTE);
    await resumes(stage);
  });

  it('halts with 4 when the balance is empty, and continues after a top-up', async () => {
    const stage = await staged({ fleet: standards(6, { billing: 'prepaid', daysLeft: 100 }) });
    const account = stage.cloud.world.accounts.get('default')!;
    const run = await stage.run({ meanwhile: [[30_000, () => Object.assign(account, { balance: 1 })]] });
    holds(stage, run);
    haltedInTheMiddle(run, 4, /AccountBalanceNotEnough: the account cannot pay/, /top up the account/);
    expect(run.report.totals.unknown).toBe(0);
    Object.assign(account, { balance: 1_000_000 });
    await resumes(stage);
  });

  it('halts with a fix when a threshold is reached', async () => {
    const stage = await staged({
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1, haltWhen: { failed: "> 0" } }`,
      faults: [`sold-out=${A(2)}#1`],
    });
    const run = await stage.run();
    haltedInTheMiddle(run, 4, /^haltWhen failed: "> 0" is reached with 1/, /report.+apply again/);
  });
});

/** Keys of a role. Each search returns new keys, or the same keys while `stale` is true. */
function roleKeys() {
  const state = { searches: 0, stale: false };
  let last: ReturnType<typeof issue> | null = null;
  const issue = (world: World, now: number) => {
    const account = world.accounts.get('default')!;
    const { Credentials } = issueKeys(
      world,
      { account, role: 'operator', name: 'story', askedBy: account.uin, seconds: 7200 },
      now,
    );
    return {
      secretId: Credentials.TmpSecretId,
      secretKey: secret(Credentials.TmpSecretKey),
      token: secret(Credentials.Token),
      sourceName: 'the story',
      identity: 'operator',
    };
  };
  const keysFrom = (world: World, now: number) => {
    state.searches += 1;
    if (!state.stale || last === null) last = issue(world, now);
    return last;
  };
  return { state, keysFrom };
}

describe('a session token that expires early', () => {
  it('is renewed, and every step is verified without a stop', async () => {
    const { state, keysFrom } = roleKeys();
    const stage = await staged({ keysFrom, faults: ['expired-token+45s..90m'] });
    const before = state.searches;
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(run.report.totals.verified).toBe(6);
    expect(state.searches).toBe(before + 2);
    expect(run.entries.filter(({ kind }) => kind === 'stopping' || kind === 'refused')).toEqual([]);
  });

  it('halts the run with 12 if no new keys exist, and new keys resume it', async () => {
    const { state, keysFrom } = roleKeys();
    const stage = await staged({ keysFrom, faults: ['expired-token+45s..90m'] });
    const run = await stage.run({ meanwhile: [[10_000, () => Object.assign(state, { stale: true })]] });
    holds(stage, run);
    haltedInTheMiddle(run, 12, /AuthFailure\.TokenFailure/, /get new temporary keys.*refit doctor/);
    state.stale = false;
    await resumes(stage);
  });

  it('costs each order only one more attempt with new keys', async () => {
    const { state, keysFrom } = roleKeys();
    const stage = await staged({
      keysFrom,
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 6 }`,
      faults: ['refuse=AuthFailure.TokenFailure#6'],
    });
    const before = state.searches;
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(run.report.steps.map(({ attempts }) => attempts)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(state.searches).toBeGreaterThanOrEqual(before + 2);
  });

  it('halts the run at the second refusal in a row of one order', async () => {
    const { keysFrom } = roleKeys();
    const stage = await staged({
      keysFrom,
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1 }`,
      faults: ['refuse=AuthFailure.TokenFailure#2'],
    });
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'halted', exitCode: 12 });
    expect(run.report.steps[0]).toMatchObject({
      outcome: 'refused',
      code: 'AuthFailure.TokenFailure',
      attempts: 2,
    });
    await resumes(stage);
  });
});

describe('an instance that someone changes between read and order', () => {
  /** Calls `act` in the tick before an attempt for the first instance is sent. */
  const beforeAttempt = (stage: Stage, attempt: number, act: () => void): void => {
    let orders = 0;
    stage.cloud.network.connect = (action) => {
      if (action === 'UpgradeInstance' && ++orders === attempt) act();
      return 0;
    };
  };
  const resized = (stage: Stage, size: object) => () =>
    void Object.assign(stage.cloud.world.instances.get(A(1))!, size);
  const one = (more: Partial<StageOptions> = {}) =>
    staged({ fleet: standards(2), plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1 }`, ...more });

  it.each([
    ['gets another size, so that two dimensions differ', { replicas: 2 }],
    ['already has the planned size', { memoryPerShard: 8192 }],
  ])('is drifted, not refused, if it %s', async (_, size) => {
    const stage = await one();
    beforeAttempt(stage, 1, resized(stage, size));
    const run = await stage.run();
    expect(run.entries.find(({ kind }) => kind === 'refused')).toMatchObject({
      code: 'InvalidParameter.InvalidParameter',
    });
    expect(run.report.steps[0]).toMatchObject({ outcome: 'drifted', code: 'Refit.Drifted', orders: [] });
    expect(run.report.steps[0]!.message).toContain('it was changed meanwhile');
    expect(run.report.steps[1]).toMatchObject({ outcome: 'verified' });
    expect(run.end).toEqual({ because: 'done', exitCode: 3 });
    expect(run.counts.orders[A(1)] ?? 0).toBe(0);
  });

  it('is refused after a second read if nobody changed it', async () => {
    const stage = await one({ faults: ['refuse=InvalidParameter.InvalidParameter#1'] });
    const run = await stage.run();
    holds(stage, run);
    expect(run.report.steps[0]).toMatchObject({
      outcome: 'refused',
      code: 'InvalidParameter.InvalidParameter',
      attempts: 1,
    });
    expect(
      run.entries.filter((entry) => entry.kind === 'instance-read' && entry.step.startsWith(A(1))),
    ).toHaveLength(2);
  });

  it('is verified if its change comes from an earlier attempt without an answer', async () => {
    const stage = await one({ faults: ['reset-before#1'] });
    beforeAttempt(stage, 2, resized(stage, { memoryPerShard: 8192 }));
    const run = await stage.run();
    holds(stage, run);
    expect(run.report.steps[0]).toMatchObject({ outcome: 'verified', attempts: 2, orders: [] });
    expect(run.report.steps[0]!.message).toContain('billing lists no order for it');
    expect(run.end?.exitCode).toBe(0);
  });

  it('is drifted if someone else brings it to its target while a refused order waits', async () => {
    const stage = await one({ faults: ['refuse=ResourceUnavailable.InstanceStatusError#1'] });
    const run = await stage.run({ meanwhile: [[5000, resized(stage, { memoryPerShard: 8192 })]] });
    expect(run.report.steps[0]).toMatchObject({ outcome: 'drifted', attempts: 1, orders: [] });
  });
});

describe('an executed order without an answer', () => {
  const BY_TASK = { startLag: [1000, 2000], duration: [40_000, 50_000] } as const;
  const BY_SIZE = { startLag: [100, 200], duration: [200, 300] } as const;

  it.each([
    // Within patience, Refit waits for billing, because the order may belong to someone else.
    ['its task', 30_000, BY_TASK, [[true, true]]],
    ['its size', 30_000, BY_SIZE, [[true, true]]],
    [
      'its task',
      200_000,
      BY_TASK,
      [
        [true, false],
        [true, true],
      ],
    ],
    [
      'its size',
      200_000,
      BY_SIZE,
      [
        [true, false],
        [true, true],
      ],
    ],
  ] as const)(
    'is known by %s, and gets its number when billing lists it after %i ms',
    async (by, listedAfter, pace, expected) => {
      const stage = await staged({
        fleet: standards(1),
        plan: ALL_TO_8GB,
        faults: ['lost-answer#1'],
        ...pace,
      });
      // Billing lists orders late. In the size case, the task list is empty too.
      let late = true;
      const nothing = {
        DescribeDealsByCond: { TotalCount: 0, Deals: [] },
        DescribeTaskList: { TotalCount: 0, Tasks: [] },
      };
      stage.cloud.network.intercept = (action) => {
        if (
          !late ||
          !(action === 'DescribeDealsByCond' || (by === 'its size' && action === 'DescribeTaskList'))
        )
          return null;
        const body = JSON.stringify({ Response: { RequestId: 'r', ...nothing[action] } });
        return { status: 200, contentType: 'application/json', body };
      };
      const run = await stage.run({
        meanwhile: [
          [
            listedAfter,
            () => {
              late = false;
            },
          ],
        ],
      });
      holds(stage, run);
      expect(run.end).toEqual({ because: 'done', exitCode: 0 });
      const resolved = run.entries.flatMap((entry) => (entry.kind === 'resolved' ? [entry] : []));
      expect(resolved.map(({ executed, order }) => [executed, order !== null])).toEqual(expected);
      const [deal] = [...stage.cloud.world.deals.values()];
      expect(run.report.steps[0]).toMatchObject({ outcome: 'verified', orders: [deal!.name] });
    },
  );
});
