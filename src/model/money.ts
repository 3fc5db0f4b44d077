/** Amounts of money, the provider's quotes and their sums. */

/** An amount of money in units of its currency (not cents). */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/**
 * The provider's quote for one step. `once`: prepaid, the difference to pay now (negative: a refund).
 * `hourly`: postpaid, the new price per hour. Source: docs/provider.md P73; the meaning of both is an inference.
 */
export interface Quote extends Money {
  readonly basis: 'once' | 'hourly';
  /** ISO 8601 UTC. */
  readonly readAt: string;
  /** True if Refit scaled the provider's quote. The provider quotes a later step only as if it were the first. */
  readonly estimated?: true;
}

/** A sum of quotes of one currency and basis. */
export type PriceSum = Pick<Quote, 'amount' | 'currency' | 'basis'>;

/** The cost of the steps of one wave, region or account. */
export interface PriceShare {
  readonly by: 'wave' | 'region' | 'account';
  /** The wave, the region, or the profile of the account. */
  readonly name: string;
  readonly steps: number;
  /** The number of steps without a known price. */
  readonly unpriced: number;
  readonly sums: readonly PriceSum[];
}

/**
 * The bill of a verified step compared with its quote. `by-the-hour`: postpaid, the quote is a price per hour and
 * there is no one-time bill to compare with.
 */
export type Bill = (typeof BILLS)[number];
/** All comparisons in display order. */
export const BILLS = ['as-quoted', 'differs', 'not-read', 'not-quoted', 'by-the-hour'] as const;

/** Orders by how they are billed. Each order counts once in `once`, `hourly`, `notRead` and `none`. */
export interface OrderBills {
  /** A bill to pay once. */
  readonly once: number;
  /** Those of `once` that are compared with a quote, and those without one. */
  readonly asQuoted: number;
  readonly differs: number;
  readonly notQuoted: number;
  readonly hourly: number;
  /** Verified, and the bill was not read. */
  readonly notRead: number;
  /** Not verified, and without a bill. */
  readonly none: number;
}
