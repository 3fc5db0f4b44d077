/**
 * The rate of one lane while others use the same limit. The server tells nothing but "refused", so what is left is found
 * as congestion control finds it: each refusal lowers the rate by a small share, time raises it in small additions, and
 * the rate stays just below the one at which refusals came.
 *
 * - A refusal cuts by 2 %, so that time brings back in four seconds what one refused order took. Where the next refusal
 *   comes within 1.5 s the rate is far off, and each such cut is twice the last. Nor is the rate then above what got
 *   through in the second that was full, because that is what is left: one refusal tells of a stranger who takes a quarter.
 * - It climbs by 2 % each second to 97 % of the rate at which refusals came, by half a percent from there, and ever
 *   faster once 7 seconds went by without a refusal: whoever took the rest has left.
 *
 * Chosen by trying, in virtual time, many strangers at the three ways of counting (docs/benchmarks.md): deeper cuts
 * leave too much of the limit unused, a faster climb is refused more than once in fifty orders.
 *
 * Pure: moments are monotonic milliseconds, rates are calls a second.
 */

/** Without a call now and then nobody would learn that the limit is free again. */
const MIN_RATE = 1;

const FIRST_CUT = 0.02;
const MAX_CUT = 0.4;
/** A refusal within this time of the last one finds the rate still far too high. */
const SOON_MS = 1_500;

/** Added each second below the rate at which refusals came, and near it, in shares of that rate. */
const REGAIN = 0.02;
const CLIMB = 0.005;
const NEAR = 0.97;
/** So long after the last refusal the climb begins to become faster, by so much with the square of the time. */
const PATIENT_SECONDS = 7;
const FASTER = 0.06;

/** A ceiling that is so far above the rate at which a refusal came tells of another time. */
const STALE = 0.8;

export interface Share {
  /** The rate as it was at `changedAt`; it has climbed since. */
  rate: number;
  changedAt: number;
  /** The rate at which refusals came, as of late. */
  ceiling: number;
  loweredAt: number;
  /** The share that the last refusal cut. */
  cut: number;
}

/** A lane that nobody has been seen to share. */
export function fullShare(full: number): Share {
  return { rate: full, changedAt: 0, ceiling: full, loweredAt: -Infinity, cut: FIRST_CUT };
}

/** The rate at a moment, at most `full`. */
export function rateOf({ rate, changedAt, ceiling }: Share, now: number, full: number): number {
  const seconds = Math.max(0, now - changedAt) / 1000;
  const regaining = Math.min(seconds, Math.max(0, NEAR - rate / ceiling) / REGAIN);
  const faster = Math.max(0, seconds - PATIENT_SECONDS);
  return Math.min(
    full,
    rate + ceiling * (REGAIN * regaining + CLIMB * (seconds - regaining)) + FASTER * faster ** 2,
  );
}

/** Lowers the rate for a refusal. @param got how many calls of the lane got through in the second that was full. */
export function lower(share: Share, now: number, full: number, got: number): void {
  const rate = rateOf(share, now, full);
  const soon = now - share.loweredAt < SOON_MS;
  share.cut = soon ? Math.min(MAX_CUT, 2 * share.cut) : FIRST_CUT;
  share.ceiling = soon || rate < STALE * share.ceiling ? rate : (share.ceiling + rate) / 2;
  const to = Math.min(rate * (1 - share.cut), Math.max(got, rate * (1 - MAX_CUT)));
  share.rate = Math.max(Math.min(MIN_RATE, full), to);
  share.changedAt = now;
  share.loweredAt = now;
}

/** The full rate is another from now on: a lane that was slowed climbs to it from where it is. */
export function changeFull(share: Share, now: number, full: number, next: number): void {
  const rate = rateOf(share, now, full);
  share.rate = rate >= full ? next : Math.min(rate, next);
  share.ceiling = rate >= full ? next : share.ceiling;
  share.changedAt = now;
}
