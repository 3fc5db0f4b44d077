/** A review says what a plan costs, or why it does not say it. */
import { describe, expect, it } from 'vitest';
import { withoutLone } from '../../../src/money.ts';
import { priceCommand } from '../../../src/next-command.ts';
import { type CostState, costStateOf } from '../../../src/plan/price/cost-state.ts';
import { countBills } from '../../../src/report/run/bills.ts';
import { savedPlan } from '../../report/situations.ts';

const priced = savedPlan([
  { instance: 'crs-a', changes: [{ memoryPerShard: 8192, price: 1, basis: 'once' }] },
]);
const unpriced = savedPlan([{ instance: 'crs-a', changes: [{ memoryPerShard: 8192 }] }]);

describe('the cost of a plan', () => {
  it.each<[title: string, plan: typeof priced, codes: string[], state: CostState]>([
    ['is known with a quote', priced, [], 'known'],
    ['was not asked for without a quote and a finding', unpriced, ['Refit.Shrinks'], 'not-asked'],
    ['is not known where a finding says why', unpriced, ['Refit.PriceOffline'], 'not-known'],
    ['is nothing without steps', savedPlan([]), [], 'none'],
  ])('%s', (_, plan, codes, state) => {
    expect(
      costStateOf(
        plan,
        codes.map((code) => ({ code })),
      ),
    ).toBe(state);
  });

  it.each([
    ['plans/grow.yaml', true, 'refit plan plans/grow.yaml -o grow-priced.json --price'],
    ['plans/grow.yaml', false, 'refit plan plans/grow.yaml --price'],
  ])('is asked for with a command, for %s', (file, isSealed, command) => {
    expect(priceCommand({ file }, isSealed)).toBe(command);
  });
});

it('leaves out groupings that say the total again', () => {
  const shares = (['wave', 'region', 'region'] as const).map((by) => ({ by }));
  expect(withoutLone(shares)).toEqual([{ by: 'region' }, { by: 'region' }]);
});

it('counts each order once by how it is billed', () => {
  const billed = { amount: 5, currency: 'CNY' };
  const found = countBills([
    { outcome: 'verified', bill: 'not-quoted', billed },
    { outcome: 'verified', bill: 'by-the-hour', billed: { ...billed, amount: 0 } },
    { outcome: 'verified', bill: 'not-read', billed: null },
    { outcome: 'failed', bill: null, billed: null },
  ]);
  expect(found).toMatchObject({ once: 1, notQuoted: 1, hourly: 1, notRead: 1, none: 1 });
});
