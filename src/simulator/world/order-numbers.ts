/**
 * The numbers of an order. The provider gives up to four, and its docs do not say how they relate (docs/provider.md P6).
 * So the simulator knows several schemes.
 */
import { beijingDate } from './beijing-time.ts';
import { seededRandom } from './random.ts';

/** What `DealId`, `DealName`, `OrderId` and `BigDealId` are in each scheme. */
export const ORDER_NUMBER_SCHEMES = {
  one: 'one long number for all four',
  'short-id': 'a short DealId; OrderId is DealName, and BigDealId is 10 less',
  'big-deal': 'a short DealId; BigDealId is DealName, and OrderId is 10 more',
  unrelated: 'a short DealId; OrderId and BigDealId are other numbers than DealName',
} as const;

export type OrderNumberScheme = keyof typeof ORDER_NUMBER_SCHEMES;

/** `dealId` and `dealName` are the product's, `orderId` and `bigDealId` are billing's. */
export interface OrderNumbers {
  readonly dealId: string;
  /** About 23 digits that start with the Beijing date. */
  readonly dealName: string;
  readonly orderId: string;
  readonly bigDealId: string;
}

/** The numbers of the n-th order of a world. No number belongs to two orders. */
export function orderNumbers(scheme: OrderNumberScheme, n: number, at: number): OrderNumbers {
  const long = (serial: number) => `${beijingDate(at)}${String(serial).padStart(15, '0')}`;
  const serial = 100 * (n % 1e12);
  const dealId = String(6_000_000 + (n % 1e6));
  const dealName = long(serial);
  switch (scheme) {
    case 'one':
      return { dealId: long(n), dealName: long(n), orderId: long(n), bigDealId: long(n) };
    case 'short-id':
      return { dealId, dealName, orderId: dealName, bigDealId: long(serial - 10) };
    case 'big-deal':
      return { dealId, dealName, orderId: long(serial + 10), bigDealId: dealName };
    case 'unrelated':
      return { dealId, dealName, orderId: long(serial + 57), bigDealId: long(serial + 47) };
  }
}

/** A scheme by name. `random`: drawn from the seed, without an effect on other random numbers. */
export function schemeOf(name: OrderNumberScheme | 'random', seed: number): OrderNumberScheme {
  if (name !== 'random') return name;
  const schemes = Object.keys(ORDER_NUMBER_SCHEMES) as OrderNumberScheme[];
  return seededRandom(seed ^ 0x2545f491).pick(schemes);
}
