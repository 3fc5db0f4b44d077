import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../../src/cloud/network/transport.ts';
import { ALL_TO_8GB, clusters, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Run, type Stage, type StageOptions, setStage } from '../stage.ts';

const refusedWith = (code: string): HttpResponse => ({
  status: 200,
  contentType: 'application/json',
  body: JSON.stringify({ Response: { Error: { Code: code, Message: 'refused' }, RequestId: 'r-1' } }),
});

/** A cost guard makes Refit read the prices of the plan. */
const PRICED = `${ALL_TO_8GB}\nguards: { cost: "<= 100000000 CNY" }\nexecution: { patience: 60s }`;
const story = (fleet: readonly object[]): StageOptions => ({
  fleet,
  plan: PRICED,
  duration: [10_000, 20_000],
});
const NO_RIGHT = 'UnauthorizedOperation.NoCAMAuthed';

/** Runs the story. `refuse` returns the error code for an action and its body, or null. */
async function carryOut(
  options: StageOptions,
  refuse: (action: string, body: Readonly<Record<string, unknown>>) => string | null = () => null,
): Promise<{ stage: Stage; run: Run; dealReads: unknown[] }> {
  const stage = await setStage(options);
  const dealReads: unknown[] = [];
  stage.cloud.network.intercept = (action, body) => {
    if (action === 'DescribeInstanceDealDetail') dealReads.push(body.DealIds ?? body.DealName);
    const code = refuse(action, body);
    return code === null ? null : refusedWith(code);
  };
  const run = await stage.run();
  holds(stage, run);
  return { stage, run, dealReads };
}

const billing = (action: string) => (action === 'DescribeDealsByCond' ? NO_RIGHT : null);

describe('the bills of orders', () => {
  it('come with the end of each step, and match the quotes of prepaid instances', async () => {
    const { run, dealReads } = await carryOut(story(clusters(12, { billing: 'prepaid', daysLeft: 90 })));
    expect(run.report.money.bills).toMatchObject({ 'as-quoted': 12, differs: 0, 'not-read': 0 });
    expect(run.report.money.billed[0]?.amount).toBeCloseTo(run.report.money.quoted[0]!.amount, 6);
    expect(dealReads).toEqual([]);
  });

  it('match quotes from hours before to the cent, because the remaining term counts in days', async () => {
    const large = clusters(6, { billing: 'prepaid', daysLeft: 300, shards: 16 });
    const plan = PRICED.replace('{ patience', '{ inFlight: 1, patience');
    const { run } = await carryOut({ fleet: large, plan, duration: [1_800_000, 2_400_000] });
    expect(run.took).toBeGreaterThan(3 * 3_600_000);
    expect(run.report.steps.map(({ bill, difference }) => [bill, difference])).toEqual(
      large.map(() => ['as-quoted', 0]),
    );
  });

  it('are read at the end of the wave, ten orders a call, if billing cannot be read', async () => {
    const { run, dealReads } = await carryOut(
      story(standards(12, { billing: 'prepaid', daysLeft: 90 })),
      billing,
    );
    expect(run.report.money.bills).toMatchObject({ 'as-quoted': 12, 'not-read': 0 });
    expect(dealReads.map((orders) => (orders as unknown[]).length)).toEqual([10, 2]);
    const kinds = run.entries.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('billed')).toBeLessThan(kinds.indexOf('wave-ended'));
  });

  it('are read one by one if the provider refuses several in one call', async () => {
    const { run, dealReads } = await carryOut(
      story(standards(3, { billing: 'prepaid', daysLeft: 90 })),
      (action, { DealIds }) => (DealIds === undefined ? billing(action) : 'UnknownParameter'),
    );
    expect(run.report.money.bills).toMatchObject({ 'as-quoted': 3 });
    expect(dealReads).toHaveLength(4);
  });

  it('stay unknown, fail no step and are read once if orders cannot be read either', async () => {
    const { run, dealReads } = await carryOut(
      story(standards(3, { billing: 'prepaid', daysLeft: 90 })),
      (action) => (action === 'DescribeInstanceDealDetail' ? NO_RIGHT : billing(action)),
    );
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(run.report.money.bills).toMatchObject({ 'as-quoted': 0, 'not-read': 3 });
    expect(dealReads).toHaveLength(1);
  });

  it('of postpaid instances are not read, and the report shows no difference', async () => {
    const { run, dealReads } = await carryOut(story(standards(3)), billing);
    expect(run.report.money).toMatchObject({ billed: [], bills: { 'by-the-hour': 3, differs: 0 } });
    expect(run.report.steps.map(({ difference }) => difference)).toEqual([null, null, null]);
    expect(dealReads).toEqual([]);
  });
});
