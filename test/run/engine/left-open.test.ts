/** What a process leaves open that another settles: nothing of it may be forgotten, nor a place be given twice. */
import { expect, it } from 'vitest';
import { ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { setStage } from '../stage.ts';

const MINUTE = 60_000;

it('a step of an earlier wave that is open again takes no place that changes of a later wave hold', async () => {
  const stage = await setStage({
    fleet: standards(6),
    plan: `${ALL_TO_8GB}
waves: [{ name: first, take: 1 }, { name: rest, take: rest }]
execution: { inFlight: 3, haltWhen: { unknown: "> 5" } }`,
    // The first order is lost, and stays unknown as long as the task list cannot be read.
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
  expect(Math.max(...stage.cloud.arrivals.map(({ underWay }) => underWay))).toBe(3);
});

it.each([
  { code: 'ResourceUnavailable', left: 'unknown after patience' },
  { code: 'ResponseSizeLimitExceeded', left: 'unknown after patience' },
  { code: 'ToBe.InventedYet', left: 'unknown after patience' },
])(
  'an order that was refused with $code, $left, is not asked again by the next process either',
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

it('an order without an answer that landed while billing cannot be read is verified, and the record says that it has no number', async () => {
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
