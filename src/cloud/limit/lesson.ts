/**
 * What refusals by the limit taught about one lane: the free rate, how the provider counts, and until when nothing
 * leaves. permits.ts has the reasons. Pure, on plain data: all moments are milliseconds of one clock, which may be the
 * monotonic clock of this process or the clock of a store.
 */
import { fullShare, lower, type Share } from './share.ts';

/** The provider's limit, requests per second for each identity, region and action. Source: docs/provider.md P28. */
export const PROVIDER_LIMIT = 20;

/** A refusal between these moments of a calendar second, in ms, shows another way of counting: 20 packed slots take longer. */
const NOT_FULL_BETWEEN_MS = [50, 500] as const;
/** If this many own calls arrived within 1,000 ms, they explain one refusal in `EXPLAINED_EVERY_MS`. */
const EXPLAINING_CALLS = PROVIDER_LIMIT - 1;
const EXPLAINED_EVERY_MS = 1_000;

export interface Lesson {
  readonly share: Share;
  /** False once refusals show that the provider does not count calendar seconds of this clock. */
  calendar: boolean;
  /** When the lane's own calls last explained a refusal. */
  explainedAt: number;
  /** Start and end of the hold: nothing leaves between them. */
  heldFrom: number;
  heldUntil: number;
}

/** A refusal by the limit, with the calls of the same lane around it. */
export interface LimitRefusal {
  readonly now: number;
  readonly sentAt: number;
  /** The estimated arrival at the provider. */
  readonly arrival: number;
  /** The start of the calendar second in which the call arrived. */
  readonly second: number;
  /** Own calls that got through in the 1,000 ms before the arrival. */
  readonly own: number;
  /** Own calls that got through between `second` and the arrival. */
  readonly inSecond: number;
  /** True if the slots were packed into calendar seconds. */
  readonly wasPacked: boolean;
  /** The fastest recent travel time to the provider, ms. */
  readonly fastest: number;
}

/** The lesson of a lane without refusals. @param full its rate, slots a second */
export function createLesson(full: number): Lesson {
  return {
    share: fullShare(full),
    calendar: true,
    explainedAt: -Infinity,
    heldFrom: -Infinity,
    heldUntil: -Infinity,
  };
}

/**
 * Learns from a refusal how the provider counts, or which rate is free.
 * @param full the lane's rate without refusals, slots a second.
 * @returns false if the refusal says nothing about the present rate: then unused slots stay valid.
 */
export function learn(lesson: Lesson, refusal: LimitRefusal, full: number): boolean {
  const { share } = lesson;
  const { now, sentAt, arrival, second, own, inSecond, wasPacked, fastest } = refusal;
  const into = arrival - second;
  const refuted =
    (into > NOT_FULL_BETWEEN_MS[0] && into < NOT_FULL_BETWEEN_MS[1]) ||
    (wasPacked && own >= EXPLAINING_CALLS);
  if (refuted) lesson.calendar = false;
  // A call that left before the last cut says nothing about the present rate.
  if (sentAt < share.loweredAt) return false;
  const isExplained = own >= EXPLAINING_CALLS && now - lesson.explainedAt > EXPLAINED_EVERY_MS;
  if (isExplained) lesson.explainedAt = now;
  const isInSecondHalf = lesson.calendar && into >= NOT_FULL_BETWEEN_MS[1];
  if (!isExplained && !(wasPacked && refuted)) lower(share, now, full, isInSecondHalf ? inSecond : own);
  if (isInSecondHalf) {
    if (lesson.heldUntil <= now) lesson.heldFrom = now;
    lesson.heldUntil = Math.max(lesson.heldUntil, second + 1000 - fastest);
  }
  return true;
}
