import { describe, expect, it } from 'vitest';
import {
  ORDER_NUMBER_SCHEMES,
  type OrderNumberScheme,
  orderNumbers,
  schemeOf,
} from '../../src/simulator/world/order-numbers.ts';

const AT = Date.UTC(2026, 0, 5);
const SCHEMES = Object.keys(ORDER_NUMBER_SCHEMES) as OrderNumberScheme[];

describe.each(SCHEMES)('order numbers %s', (scheme) => {
  it('are unique: no number belongs to two orders', () => {
    const orders = Array.from({ length: 2_000 }, (_, n) => orderNumbers(scheme, 31_234_567_890_123 + n, AT));
    const numbers = orders.flatMap((order) => [...new Set(Object.values(order))]);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('have 23 digits with the Beijing date first, or seven for a short DealId', () => {
    const { dealId, ...long } = orderNumbers(scheme, 31_234_567_890_123, AT);
    for (const one of Object.values(long)) expect(one).toMatch(/^20260105\d{15}$/);
    expect(dealId).toMatch(scheme === 'one' ? /^20260105\d{15}$/ : /^\d{7}$/);
  });
});

it('random draws every scheme', () => {
  expect(new Set(Array.from({ length: 50 }, (_, seed) => schemeOf('random', seed)))).toEqual(
    new Set(SCHEMES),
  );
});
