/** What a plan costs by month. */
import { describe, expect, it } from 'vitest';
import type { Quote } from '../../../src/model.ts';
import { monthlyOf } from '../../../src/plan/price/monthly.ts';

const readAt = '2026-01-05T00:00:00.000Z';
const quote = (basis: Quote['basis'], amount: number, currency = 'CNY'): Quote => ({
  basis,
  amount,
  currency,
  readAt,
});
const DAYS_365 = '2027-01-05T00:00:00.000Z';

describe('the cost by month', () => {
  it.each<[string, [string, Quote | null][], Record<string, string>, ReturnType<typeof monthlyOf>]>([
    [
      'of an hourly price is 730 hours',
      [['a', quote('hourly', 1.752)]],
      {},
      { costs: [{ currency: 'CNY', after: 1278.96, more: null }], withoutTerm: 0 },
    ],
    [
      'takes the last hourly price of an instance, which is its whole price',
      [
        ['a', quote('hourly', 1)],
        ['a', quote('hourly', 2)],
      ],
      {},
      { costs: [{ currency: 'CNY', after: 1460, more: null }], withoutTerm: 0 },
    ],
    [
      'spreads a prepaid payment over the rest of the term',
      [['a', quote('once', 1200)]],
      { a: DAYS_365 },
      { costs: [{ currency: 'CNY', after: null, more: 100 }], withoutTerm: 0 },
    ],
    [
      'is below zero for a refund',
      [['a', quote('once', -600)]],
      { a: DAYS_365 },
      { costs: [{ currency: 'CNY', after: null, more: -50 }], withoutTerm: 0 },
    ],
    [
      'adds both steps of a prepaid instance',
      [
        ['a', quote('once', 600)],
        ['a', quote('once', 1200)],
      ],
      { a: DAYS_365 },
      { costs: [{ currency: 'CNY', after: null, more: 150 }], withoutTerm: 0 },
    ],
    [
      'is not invented where the term is not known',
      [['a', quote('once', 1200)]],
      {},
      { costs: [], withoutTerm: 1 },
    ],
    [
      'is not invented where the term has ended',
      [['a', quote('once', 1200)]],
      { a: readAt },
      { costs: [], withoutTerm: 1 },
    ],
    ['is absent without a price', [['a', null]], { a: DAYS_365 }, { costs: [], withoutTerm: 0 }],
    [
      'keeps currencies apart',
      [
        ['a', quote('hourly', 1)],
        ['b', quote('hourly', 1, 'USD')],
      ],
      {},
      {
        costs: [
          { currency: 'CNY', after: 730, more: null },
          { currency: 'USD', after: 730, more: null },
        ],
        withoutTerm: 0,
      },
    ],
    [
      'is exact to a hundredth of the unit for small prices',
      [['a', quote('hourly', 0.004111)]],
      {},
      { costs: [{ currency: 'CNY', after: 3, more: null }], withoutTerm: 0 },
    ],
  ])('%s', (_, priced, terms, expected) => {
    const steps = priced.map(([instance, one]) => ({ instance, quote: one }));
    const known = new Map(Object.entries(terms).map(([instance, deadline]) => [instance, { deadline }]));
    expect(monthlyOf(steps, known)).toEqual(expected);
  });
});
