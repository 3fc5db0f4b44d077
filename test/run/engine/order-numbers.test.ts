// Goal: whatever numbers the provider gives to an order, Refit recognizes its own orders, follows them and reads their bills.
import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../../src/cloud/network/transport.ts';
import { ORDER_NUMBER_SCHEMES, type OrderNumberScheme } from '../../../src/simulator/world/order-numbers.ts';
import { standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { setStage } from '../stage.ts';

const HOUR = 3_600_000;
const PREPAID = { billing: 'prepaid', daysLeft: 90 };
const TO_8GB = 'targets: [{ select: { all: true }, memoryPerShard: 8GB }]';
const PRICED = `${TO_8GB}\nguards: { cost: "<= 100000000 CNY" }`;

const REFUSED: HttpResponse = {
  status: 200,
  contentType: 'application/json',
  body: '{"Response":{"Error":{"Code":"UnauthorizedOperation.NoCAMAuthed","Message":"no"},"RequestId":"r-1"}}',
};

describe.each(Object.keys(ORDER_NUMBER_SCHEMES) as OrderNumberScheme[])(
  'order numbers %s',
  (orderNumbers) => {
    it('a run verifies every step, and every bill is as quoted', async () => {
      const stage = await setStage({ fleet: standards(12, PREPAID), plan: PRICED, orderNumbers });
      const run = await stage.run();
      holds(stage, run);
      expect(run.report.totals.verified).toBe(12);
      expect(run.report.money.bills).toMatchObject({ 'as-quoted': 12, 'not-read': 0 });
    });

    it('a change in its maintenance window ends verified, and no order counts as foreign', async () => {
      const plan = `${TO_8GB}\nexecution: { switch: maintenance-window }`;
      const stage = await setStage({ fleet: standards(3), plan, orderNumbers });
      const run = await stage.run();
      holds(stage, run);
      expect(run.report.totals.verified).toBe(3);
      expect(run.took).toBeLessThan(18 * HOUR);
      expect(run.report.steps.map(({ warning }) => warning)).toEqual([undefined, undefined, undefined]);
    });

    it('a lost answer is resolved, followed and billed without a second order', async () => {
      const fleet = standards(6, PREPAID);
      const stage = await setStage({ fleet, plan: PRICED, orderNumbers, faults: ['lost-answer#1'] });
      const run = await stage.run();
      holds(stage, run);
      expect(run.report.totals.verified).toBe(6);
      expect(run.report.money.bills).toMatchObject({ 'as-quoted': 6 });
      expect(stage.cloud.world.deals.size).toBe(6);
    });

    it('bills that billing does not show are read ten orders a call', async () => {
      const stage = await setStage({ fleet: standards(12, PREPAID), plan: PRICED, orderNumbers });
      const asked: number[] = [];
      stage.cloud.network.intercept = (action, body) => {
        if (action === 'DescribeInstanceDealDetail')
          asked.push(((body.DealIds as string[]) ?? ['one']).length);
        return action === 'DescribeDealsByCond' ? REFUSED : null;
      };
      const run = await stage.run();
      holds(stage, run);
      expect(run.report.money.bills).toMatchObject({ 'as-quoted': 12, 'not-read': 0 });
      expect(asked).toEqual([10, 2]);
    });
  },
);
