/**
 * How much one client may ask. Each key has a bucket of permits that fills at a steady rate:
 *
 *     20 per minute: 20 requests can come in the same second, then one every 3 seconds
 */
import type { Clock } from '../../clock.ts';
import { MINUTE, SECOND } from '../../units.ts';
import type { Refused } from './guard.ts';

/** Requests of one key in one period. */
export interface Rate {
  readonly most: number;
  /** Milliseconds. */
  readonly per: number;
}

/** The limits of the console. */
export const RATES = {
  /** Requests of one session. */
  session: { most: 1_200, per: MINUTE },
  /** Requests of one address without a session, except for pages. */
  stranger: { most: 300, per: MINUTE },
  /** Failed logins of one address, and its visits to the sign-in of the provider. */
  signIn: { most: 30, per: MINUTE },
} as const satisfies Readonly<Record<string, Rate>>;

/** Streams of events that one session may have open. */
export const MOST_STREAMS = 20;

/** Keys with a bucket. A further key drops the one that was used longest ago. */
const MOST_KEYS = 10_000;

export interface RateLimit {
  /** Takes a permit. @returns null, or the seconds until there is one. */
  take(key: string): number | null;
  /** Whether there is a permit, without taking it. @returns as `take` does. */
  ask(key: string): number | null;
}

/** Counts in the time of a clock. */
export function createRateLimit(clock: Clock, { most, per }: Rate, keys = MOST_KEYS): RateLimit {
  /** In the order of their last use. `spent` is what has not filled up again. */
  const buckets = new Map<string, { spent: number; at: number }>();
  const bucketOf = (key: string): { spent: number; at: number } => {
    const now = clock.monotonic();
    const bucket = buckets.get(key) ?? { spent: 0, at: now };
    buckets.delete(key);
    buckets.set(key, bucket);
    bucket.spent = Math.max(0, bucket.spent - ((now - bucket.at) / per) * most);
    bucket.at = now;
    for (const oldest of buckets.keys()) {
      if (buckets.size <= keys) break;
      buckets.delete(oldest);
    }
    return bucket;
  };
  const wait = (spent: number): number | null =>
    spent + 1 <= most ? null : Math.max(1, Math.ceil(((spent + 1 - most) / most) * (per / SECOND)));
  return {
    ask: (key) => wait(bucketOf(key).spent),
    take(key) {
      const bucket = bucketOf(key);
      const seconds = wait(bucket.spent);
      if (seconds === null) bucket.spent += 1;
      return seconds;
    },
  };
}

/** The refusal of a request that came too early. @param seconds until the next one may come. */
export function tooMany(what: string, seconds: number): Refused {
  return {
    ...{ status: 429, code: 'too-many', retryAfter: seconds },
    message: `this is one ${what} too many`,
    fix: `try again in ${seconds} s`,
    about: { id: 'refusal.too-many', params: { seconds } },
  };
}

/** Thrown where a request has used up a limit. */
export class LimitReached extends Error {
  readonly refused: Refused;
  constructor(refused: Refused) {
    super(refused.message);
    this.refused = refused;
  }
}

/** The key of an address. One machine has a whole network of IPv6 addresses, so the first 64 bits count. */
export function addressKey(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - rest.length }, () => '0');
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':');
}
