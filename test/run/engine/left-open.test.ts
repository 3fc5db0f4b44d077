/** Orders that one process leaves open and the next one resolves. No order is lost, and no in-flight slot is given twice. */
import { expect, it } from 'vitest';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { setStage } from '../stage.ts';

const MINUTE = 60_000;

it('a reopened step of an earlier wave takes no in-flight slot from resizes of a later wave', async () => {
  const stage = await setStage({
    fleet: standards(6),
    plan: `${ALL_TO_8GB}
waves: [{ name: first, take: 1 }, { name: rest, take: rest }]
execution: { inFlight: 3, haltWhen: { unknown: "> 5" } }`,
    // The first order is lost, and stays unknown while the task list cannot be read.
    faults: ['reset-before#1', 'no-permission@DescribeTaskList+0s..6m'],
    duration: [30 * MINUTE, 30 * MINUTE],
  });
  let accepted = 0;
  const first = await stage.run({
    diesAt: (moment) => moment.kind === 'arrived' && moment.accepted && ++accepted === 3,
  });
  expect(first.died).toBe(true);
  expect(first.report.steps[0]!.outcome).toBe('unknown');
  await stage.pass(5 * MINUTE);
  const again = await stage.run();
  expect(again.end).toEqual({ because: 'done', exitCode: 0 });
  expect(Math.max(...stage.cloud.arrivals.map(({ inProgress }) => inProgress))).toBe(3);
});

it('an adopted run follows a later wave early, and orders nothing in it before the earlier wave ends', async () => {
  const stage = await setStage({
    fleet: standards(2),
    plan: `targets: [
  { select: { ids: [${A(1)}] }, memoryPerShard: 8GB },
  { select: { ids: [${A(2)}] }, memoryPerShard: 8GB, replicas: 2 }]
waves: [{ name: first, take: 1 }, { name: rest, take: rest }]
execution: { inFlight: 1 }`,
    lockTail: [0, 0],
  });
  const first = await stage.run({
    diesAt: (moment) => moment.kind === 'arrived' && moment.accepted && moment.instance === A(2),
  });
  expect(first.died).toBe(true);
  // The journal ends before the first order, so the adopting process finds the orders of both waves by reading.
  stage.disk.keepLines(first.entries.findIndex(({ kind }) => kind === 'intent'));
  const again = await stage.run({ adopts: true });
  holds(stage, again);
  expect(again.end).toEqual({ because: 'done', exitCode: 0 });
  const steps = again.entries.flatMap((entry) =>
    entry.kind === 'intent' || entry.kind === 'step-ended' || entry.kind === 'wave-ended'
      ? [`${entry.kind} ${'step' in entry ? entry.step : entry.name}`]
      : [],
  );
  expect(steps).toEqual([
    `step-ended ${A(2)}/memoryPerShard`,
    `step-ended ${A(1)}/memoryPerShard`,
    'wave-ended first',
    `intent ${A(2)}/replicas`,
    `step-ended ${A(2)}/replicas`,
    'wave-ended rest',
  ]);
});

it.each([
  { code: 'ResourceUnavailable' },
  { code: 'ResponseSizeLimitExceeded' },
  { code: 'ToBe.InventedYet' },
])(
  'an order that $code refused, unknown after patience, is not ordered again by the next process',
  async ({ code }) => {
    const stage = await setStage({
      fleet: standards(1),
      plan: ALL_TO_8GB,
      faults: [`refuse=${code}#1`, 'no-permission@DescribeTaskList+0s..6m'],
    });
    const first = await stage.run();
    holds(stage, first);
    expect(first.report.steps[0]).toMatchObject({ outcome: 'unknown', code });
    await stage.pass(10 * MINUTE);
    const again = await stage.run();
    holds(stage, again);
    expect(again.report.steps[0]).toMatchObject({ outcome: 'refused', code });
    expect(stage.cloud.arrivals).toHaveLength(1);
  },
);

it('an executed order without an answer is verified without a number if billing cannot be read', async () => {
  const stage = await setStage({
    fleet: standards(1),
    plan: ALL_TO_8GB,
    faults: ['lost-answer#1', 'no-permission@DescribeDealsByCond'],
  });
  const run = await stage.run();
  holds(stage, run);
  expect(run.report.steps[0]).toMatchObject({ outcome: 'verified', orders: [] });
  expect(run.report.steps[0]!.message).toContain('billing cannot be read');
});
