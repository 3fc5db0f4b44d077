import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../../src/cloud/network/transport.ts';
import { ALL_TO_8GB, clusters, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Run, type Stage, type StageOptions, setStage } from '../stage.ts';

const refusedWith = (code: string): HttpResponse => ({
  status: 200,
  contentType: 'application/json',
  body: JSON.stringify({ Response: { Error: { Code: code, Message: 'so it is' }, RequestId: 'r-1' } }),
});

/** A cost guard has the plan priced. */
const PRICED = `${ALL_TO_8GB}\nguards: { cost: "<= 100000000 CNY" }\nexecution: { patience: 60s }`;
const story = (fleet: readonly object[]): StageOptions => ({
  fleet,
  plan: PRICED,
  duration: [10_000, 20_000],
});
const NO_RIGHT = 'UnauthorizedOperation.NoCAMAuthed';

/** Runs it; `refuse` names the answer to actions that are refused, by action and body. */
async function carriedOut(
  options: StageOptions,
  refuse: (action: string, body: Readonly<Record<string, unknown>>) => string | null = () => null,
): Promise<{ stage: Stage; run: Run; asked: unknown[] }> {
  const stage = await setStage(options);
  const asked: unknown[] = [];
  stage.cloud.road.intercept = (action, body) => {
    if (action === 'DescribeInstanceDealDetail') asked.push(body.DealIds ?? body.DealName);
    const code = refuse(action, body);
    return code === null ? null : refusedWith(code);
  };
  const run = await stage.run();
  holds(stage, run);
  return { stage, run, asked };
}

const billing = (action: string) => (action === 'DescribeDealsByCond' ? NO_RIGHT : null);

describe('what the orders were billed at', () => {
  it('comes with the end of each step, and prepaid is billed as it was quoted', async () => {
    const { run, asked } = await carriedOut(story(clusters(12, { billing: 'prepaid', daysLeft: 90 })));
    expect(run.report.money.bills).toMatchObject({ 'as-quoted': 12, differs: 0, 'not-read': 0 });
    expect(run.report.money.billed[0]?.amount).toBeCloseTo(run.report.money.quoted[0]!.amount, 6);
    expect(asked).toEqual([]);
  });

  it('is what was quoted hours before, to the cent: the term that is left counts in days', async () => {
    const large = clusters(6, { billing: 'prepaid', daysLeft: 300, shards: 16 });
    const plan = PRICED.replace('{ patience', '{ inFlight: 1, patience');
    const { run } = await carriedOut({ fleet: large, plan, duration: [1_800_000, 2_400_000] });
    expect(run.took).toBeGreaterThan(3 * 3_600_000);
    expect(run.report.steps.map(({ bill, difference }) => [bill, difference])).toEqual(
      large.map(() => ['as-quoted', 0]),
    );
  });

  it('is read ten orders a call at the end of the wave where billing may not be read', async () => {
    const { run, asked } = await carriedOut(
      story(standards(12, { billing: 'prepaid', daysLeft: 90 })),
      billing,
    );
    expect(run.report.money.bills).toMatchObject({ 'as-quoted': 12, 'not-read': 0 });
    expect(asked.map((orders) => (orders as unknown[]).length)).toEqual([10, 2]);
    const kinds = run.entries.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('billed')).toBeLessThan(kinds.indexOf('wave-ended'));
  });

  it('is read order by order where several in one call are refused', async () => {
    const { run, asked } = await carriedOut(
      story(standards(3, { billing: 'prepaid', daysLeft: 90 })),
      (action, { DealIds }) => (DealIds === undefined ? billing(action) : 'UnknownParameter'),
    );
    expect(run.report.money.bills).toMatchObject({ 'as-quoted': 3 });
    expect(asked).toHaveLength(4);
  });

  it('stays unknown where orders may not be read either, which fails nothing and is asked once', async () => {
    const { run, asked } = await carriedOut(
      story(standards(3, { billing: 'prepaid', daysLeft: 90 })),
      (action) => (action === 'DescribeInstanceDealDetail' ? NO_RIGHT : billing(action)),
    );
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(run.report.money.bills).toMatchObject({ 'as-quoted': 0, 'not-read': 3 });
    expect(asked).toHaveLength(1);
  });

  it('of postpaid is nothing at once: nothing is asked, and no difference is told', async () => {
    const { run, asked } = await carriedOut(story(standards(3)), billing);
    expect(run.report.money).toMatchObject({ billed: [], bills: { 'by-the-hour': 3, differs: 0 } });
    expect(run.report.steps.map(({ difference }) => difference)).toEqual([null, null, null]);
    expect(asked).toEqual([]);
  });
});
