/**
 * The rate of one lane while other programs use the same limit. The server says only "refused", so Refit finds the
 * free rate as congestion control does. Each refusal lowers the rate by a small share, and time raises it in small
 * steps. The rate stays just below the ceiling, which is the rate at which refusals came.
 *
 * | event | new rate |
 * |---|---|
 * | a refusal | 1 % less: time restores this within five seconds |
 * | another refusal within 1.5 s | the cut doubles, up to 40 %: the rate is far too high |
 * | the same, also | at most the calls that got through in the full second, because that much is free |
 * | each second, below 97 % of the ceiling | plus 2 % of the ceiling |
 * | each second, above that | plus 0.2 % of the ceiling; less below 15 a second, in proportion |
 * | 10 s without a refusal | climbs faster and faster: the other programs have stopped |
 *
 * A program that calls at random fills single seconds by chance. So one refusal says little, and its cut is small. Calls
 * that got through in that second say little, too. Only a second refusal soon after it shows that the rate is too high.
 * The climb falls with the rate, so that the share of refused calls stays about the same.
 *
 * The numbers come from trials in virtual time, with many other programs and three ways of counting
 * (docs/benchmarks.md). With deeper cuts, too much of the limit stays unused. With a faster climb, the limit refuses
 * more than one order in fifty.
 *
 * Pure: moments are monotonic milliseconds, rates are calls a second.
 */

/** The lowest rate. Without any call, Refit would not learn that the limit is free again. */
const MIN_RATE = 1;

const FIRST_CUT = 0.01;
const MAX_CUT = 0.4;
/** A refusal this soon after the last one: the rate is still far too high. */
const SOON_MS = 1_500;

/** Shares of the ceiling that each second adds below and above `NEAR` of the ceiling. */
const REGAIN = 0.02;
const CLIMB = 0.002;
const NEAR = 0.97;
/** Below this ceiling, the climb above `NEAR` is slower in proportion. Calls a second. */
const FULL_CLIMB_AT = 15;
/** Seconds without a refusal before the climb becomes faster. It grows with the square of the time. */
const PATIENT_SECONDS = 10;
const FASTER = 0.1;

/** A refusal below this share of the ceiling: the ceiling is out of date. */
const STALE = 0.8;

export interface Share {
  /** The rate at `changedAt`. It has climbed since then. */
  rate: number;
  changedAt: number;
  /** The rate at which the last refusals came. */
  ceiling: number;
  loweredAt: number;
  /** The share that the last refusal cut. */
  cut: number;
}

/** The share of a lane without refusals. */
export function fullShare(full: number): Share {
  return { rate: full, changedAt: 0, ceiling: full, loweredAt: -Infinity, cut: FIRST_CUT };
}

/** The rate at a moment. It is at most `full`. */
export function rateOf({ rate, changedAt, ceiling }: Share, now: number, full: number): number {
  const seconds = Math.max(0, now - changedAt) / 1000;
  const regaining = Math.min(seconds, Math.max(0, NEAR - rate / ceiling) / REGAIN);
  const climb = CLIMB * Math.min(1, ceiling / FULL_CLIMB_AT);
  const faster = Math.max(0, seconds - PATIENT_SECONDS);
  return Math.min(
    full,
    rate + ceiling * (REGAIN * regaining + climb * (seconds - regaining)) + FASTER * faster ** 2,
  );
}

/** Lowers the rate after a refusal. @param got calls of the lane that got through in the full second. */
export function lower(share: Share, now: number, full: number, got: number): void {
  const rate = rateOf(share, now, full);
  const soon = now - share.loweredAt < SOON_MS;
  share.cut = soon ? Math.min(MAX_CUT, 2 * share.cut) : FIRST_CUT;
  share.ceiling = soon || rate < STALE * share.ceiling ? rate : (share.ceiling + rate) / 2;
  const free = soon ? Math.max(got, rate * (1 - MAX_CUT)) : rate;
  share.rate = Math.max(Math.min(MIN_RATE, full), Math.min(rate * (1 - share.cut), free));
  share.changedAt = now;
  share.loweredAt = now;
}

/** Changes the full rate. A slowed lane climbs to it from its present rate. */
export function changeFull(share: Share, now: number, full: number, next: number): void {
  const rate = rateOf(share, now, full);
  share.rate = rate >= full ? next : Math.min(rate, next);
  share.ceiling = rate >= full ? next : share.ceiling;
  share.changedAt = now;
}
