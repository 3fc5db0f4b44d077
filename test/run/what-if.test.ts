/** Failures of the machine or the account during a run. Other tests cover the other answers of docs/what-if.md. */
import { describe, expect, it } from 'vitest';
import { TransportError } from '../../src/cloud/network/transport.ts';
import { A, ALL_TO_8GB, standards } from './fleets.ts';
import { holds } from './holds.ts';
import { type Run, type Stage, type StageOptions, setStage } from './stage.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Six instances, two at a time, half a minute each. */
function staged(more: Partial<StageOptions> = {}): Promise<Stage> {
  return setStage({
    fleet: standards(6),
    plan: `${ALL_TO_8GB}\nexecution: { inFlight: 2 }`,
    startLag: [2000, 5000],
    duration: [20_000, 30_000],
    ...more,
  });
}

/** Asserts that every step is verified with one order. */
function endsWell(stage: Stage, run: Run): void {
  holds(stage, run);
  expect(run.end).toEqual({ because: 'done', exitCode: 0 });
  expect(run.report.totals.verified).toBe(run.report.steps.length);
  expect(run.counts.orders).toEqual(Object.fromEntries(run.report.steps.map((step) => [step.instance, 1])));
}

const kinds = (run: Run, kind: string) => run.entries.filter((entry) => entry.kind === kind);

describe('the network fails during a run', () => {
  /** Connections fail from `from` to `until`, in milliseconds. A request sent just before arrives, and its answer is lost. */
  const dies = (stage: Stage, from: number, until: number): void => {
    const began = stage.clock.monotonic();
    const dead = () => stage.clock.monotonic() - began >= from && stage.clock.monotonic() - began < until;
    stage.cloud.network.intercept = () => {
      if (dead()) throw new TransportError('connect ENETUNREACH', false);
      return null;
    };
  };

  it.each([
    [45 * SECOND, 50 * SECOND],
    [45 * SECOND, 6 * MINUTE],
    [1 * SECOND, 14 * MINUTE],
    [45 * SECOND, 100 * MINUTE],
  ])('from %i to %i ms: the run waits, and verifies every step with one order', async (from, until) => {
    const stage = await staged();
    dies(stage, from, until);
    const run = await stage.run();
    endsWell(stage, run);
    expect(run.took).toBeGreaterThan(until);
  });

  it('before the first order, for more than 15 minutes: the run halts, and the same command resumes it', async () => {
    const stage = await staged();
    dies(stage, 0, 30 * MINUTE);
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(run.report.run.message).toContain('could not be reached for 15 minutes');
    expect(run.report.totals['not-run']).toBe(6);
    await stage.pass(30 * MINUTE);
    endsWell(stage, await stage.run());
  });

  it('with the answer of an order: the run finds the order by reading, and does not order again', async () => {
    const stage = await staged({ faults: ['lost-answer#1+20s..5m'] });
    const run = await stage.run();
    endsWell(stage, run);
    expect(kinds(run, 'no-answer')).toHaveLength(1);
    expect(kinds(run, 'resolved')).toMatchObject([{ executed: true }]);
  });
});

describe('the provider sends invalid answers during a run', () => {
  const NONSENSE = [
    { status: 502, contentType: 'text/html', body: '<html><h1>502 Bad Gateway</h1></html>' },
    { status: 200, contentType: 'text/html', body: '<html>Log in to this network</html>' },
    { status: 200, contentType: 'application/json', body: '{"Response":{"TotalCount":1,"Inst' },
    { status: 200, contentType: 'application/json', body: '[1]' },
    { status: 200, contentType: 'application/json', body: '{"Response":{"Error":{}}}' },
    { status: 200, contentType: 'application/json', body: '' },
  ];

  it.each([0, 45 * SECOND])(
    'from %i ms on, for six minutes, to every call: the run trusts none, and verifies every step with one order',
    async (from) => {
      const stage = await staged();
      const began = stage.clock.monotonic();
      let answers = 0;
      stage.cloud.network.intercept = () => {
        const since = stage.clock.monotonic() - began;
        return since < from || since > from + 6 * MINUTE ? null : NONSENSE[answers++ % NONSENSE.length]!;
      };
      endsWell(stage, await stage.run());
      expect(answers).toBeGreaterThan(NONSENSE.length);
    },
  );
});

it('halts with a fix when the balance ends in the second wave, and continues after a top-up', async () => {
  const stage = await staged({
    fleet: standards(6, { billing: 'prepaid', daysLeft: 100 }),
    plan: `${ALL_TO_8GB}\nwaves: [{ name: first, take: 2 }, { name: second, take: rest }]\nexecution: { inFlight: 2 }`,
  });
  const account = stage.cloud.world.accounts.get('default')!;
  // When the first wave has ended.
  let spent = false;
  stage.cloud.network.connect = (action) => {
    if (action === 'UpgradeInstance' && !spent && stage.cloud.arrivals.length === 2) {
      spent = true;
      Object.assign(account, { balance: 1 });
    }
    return 0;
  };
  const run = await stage.run();
  holds(stage, run);
  expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
  expect(run.report.steps.map(({ outcome }) => outcome).slice(0, 2)).toEqual(['verified', 'verified']);
  expect(run.report.totals).toMatchObject({ verified: 2, unknown: 0 });
  expect(run.report.run.message).toMatch(/AccountBalanceNotEnough: the account cannot pay \(fix: top up/);
  Object.assign(account, { balance: 1_000_000 });
  endsWell(stage, await stage.run());
});

/** Empty lists of billing and tasks. */
const NOTHING: Readonly<Record<string, object>> = {
  DescribeDealsByCond: { Deals: [] },
  DescribeTaskList: { Tasks: [] },
};

describe('the clock jumps during a run', () => {
  /** Only our clock jumps. Orders are listed nowhere for 90 seconds, which patience covers. */
  async function jumps(after: number, ms: number) {
    const stage = await staged({ faults: ['slow=1h@UpgradeInstance#1'], startLag: [90_000, 100_000] });
    const shows = stage.clock.monotonic() + 100 * SECOND;
    stage.cloud.network.intercept = (action) => {
      const nothing = NOTHING[action];
      if (!nothing || stage.clock.monotonic() > shows) return null;
      const body = JSON.stringify({ Response: { RequestId: 'r', TotalCount: 0, ...nothing } });
      return { status: 200, contentType: 'application/json', body };
    };
    let ahead = 0;
    const run = await stage.run({
      clockAhead: () => ahead,
      meanwhile: [
        [
          after,
          () => {
            ahead = ms;
          },
        ],
      ],
    });
    return { stage, run };
  }

  it.each([
    [2 * SECOND, 4 * MINUTE],
    [2 * SECOND, -4 * MINUTE],
    [31 * SECOND, 4 * MINUTE],
    [31 * SECOND, -4 * MINUTE],
  ])(
    'after %i ms, by %i ms: the provider accepts it, and the run orders nothing twice, with or without a lost answer',
    async (after, ms) => {
      const { stage, run } = await jumps(after, ms);
      endsWell(stage, run);
      expect(kinds(run, 'resolved')).toMatchObject([{ executed: true }]);
    },
  );

  it.each([HOUR, -HOUR])(
    'by %i ms: the provider refuses it, the run halts with 12, and continues when the clock is right',
    async (ms) => {
      const { stage, run } = await jumps(31 * SECOND, ms);
      holds(stage, run);
      expect(run.end).toEqual({ because: 'halted', exitCode: 12 });
      expect(run.report.run.message).toMatch(/clock/);
      const again = await stage.run();
      endsWell(stage, again);
    },
  );
});

describe('the laptop sleeps during a run', () => {
  /** Monotonic time stops during the sleep. The time of the provider continues. */
  const sleeps = (stage: Stage, after: number, ms: number): readonly [number, () => void] => [
    after,
    () => stage.clock.jump(ms),
  ];

  it.each([
    [10 * SECOND, 8 * HOUR],
    [31 * SECOND, 8 * HOUR],
    [31 * SECOND, 10 * MINUTE],
    [31 * SECOND, 5 * SECOND],
  ])('after %i ms, for %i ms: the run continues when it wakes', async (after, ms) => {
    const stage = await staged({ faults: ['lost-answer#1', 'reset-before#1'] });
    endsWell(stage, await stage.run({ meanwhile: [sleeps(stage, after, ms)] }));
  });

  it('past finishBy: the run verifies orders in flight, and orders nothing new', async () => {
    const stage = await staged({
      plan: `${ALL_TO_8GB}\nfinishBy: "2026-01-05T04:00:00Z"\nexecution: { inFlight: 2 }`,
    });
    const run = await stage.run({ meanwhile: [sleeps(stage, 31 * SECOND, 8 * HOUR)] });
    holds(stage, run);
    expect(run.end).toEqual({ because: 'finish-by', exitCode: 8 });
    expect(run.report.totals.unknown).toBe(0);
    expect(run.report.totals.verified).toBe(stage.cloud.arrivals.length);
    expect(run.report.totals['not-run']).toBeGreaterThan(0);
  });
});

it('skips an instance that was changed by hand before its order, and resizes the others', async () => {
  const stage = await staged({
    afterPlanning: (world) => void Object.assign(world.instances.get(A(2))!, { memoryPerShard: 16_384 }),
  });
  const run = await stage.run();
  holds(stage, run);
  expect(run.end).toEqual({ because: 'done', exitCode: 3 });
  expect(run.report.totals).toMatchObject({ verified: 5, drifted: 1 });
  expect(run.counts.orders[A(2)]).toBeUndefined();
});
