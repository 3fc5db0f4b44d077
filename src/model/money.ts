/** Amounts of money, the provider's quotes and their sums. */

/** An amount of money in units of its currency (not cents). */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/**
 * The provider's own quote for one step. `once`: prepaid, the difference to pay now (negative: a refund).
 * `hourly`: postpaid, the new price an hour. Source: docs/provider.md P73, the reading of both is an inference.
 */
export interface Quote extends Money {
  readonly basis: 'once' | 'hourly';
  /** ISO 8601 UTC. */
  readonly readAt: string;
  /** Not the provider's own figure but one scaled from it: a later step can be asked about only as if it were the first. */
  readonly estimated?: true;
}

/** A sum of quotes of one currency and basis. */
export type PriceSum = Pick<Quote, 'amount' | 'currency' | 'basis'>;

/** What the steps of one wave, region or account cost. */
export interface PriceShare {
  readonly by: 'wave' | 'region' | 'account';
  /** The wave, the region, or the profile by which the account is reached. */
  readonly name: string;
  readonly steps: number;
  /** Steps whose price is not known. */
  readonly unpriced: number;
  readonly sums: readonly PriceSum[];
}

/**
 * How the bill of a verified step stands to its quote. `by-the-hour`: postpaid, nothing is paid at once and the quote
 * is a price an hour, so there is nothing to compare.
 */
export type Bill = (typeof BILLS)[number];
/** All of them, in the order in which they are shown. */
export const BILLS = ['as-quoted', 'differs', 'not-read', 'not-quoted', 'by-the-hour'] as const;
