/**
 * Maps the clock of a slot source to the monotonic clock of this process. Every answer of the source bounds the
 * difference: the source read its clock between the moments at which the question left and the answer came.
 *
 *   local    left ──────────────── came
 *   source          now                      left - now <= difference <= came - now
 *
 * The bounds of several answers are joined. They widen with time, because the clocks run at different speeds. If a new
 * answer contradicts the joined bounds, a clock was set: then the new answer counts alone, and older slots are void.
 *
 * Half of a round trip is a good guess only if both ways take as long. The first question also waits for its connection,
 * and a busy machine may delay any question. So the clock of the source is known only after some answers, or after a
 * quick one. Before that no slot is taken: processes that started together used theirs 190 ms too early (21 in a second).
 */
import type { Clock } from '../../clock.ts';

/** How much two clocks may differ in speed: twice what time servers correct. */
const DRIFT = 0.001;
/** A slot leaves so much after the middle of its bounds at most, so that it leaves rarely too early. */
const SAFE_SIDE_MS = 10;
/** The monotonic clock stands still while a machine sleeps, the wall clock does not. */
const SLEPT_MS = 25;
/** Weight of each answer in the usual round trip. */
const USUAL = 0.2;
const MAX_AHEAD_MS = 100;
/** So many answers that agree make the clock known, however long they took: the source is far away. */
const ENOUGH_ANSWERS = 4;

/** A moment by both clocks of this process. */
export interface Mark {
  readonly monotonic: number;
  readonly wall: number;
}

export type SourceClock = ReturnType<typeof createSourceClock>;

export function createSourceClock(clock: Clock) {
  let low = -Infinity;
  let high = Infinity;
  let learnedAt = 0;
  let usualTrip = 0;
  let sets = 0;
  let answers = 0;
  const mark = (): Mark => ({ monotonic: clock.monotonic(), wall: clock.now() });
  const bounds = () => {
    const widened = DRIFT * (clock.monotonic() - learnedAt);
    return { from: low - widened, to: high + widened };
  };
  return {
    mark,
    /** True if the machine slept since a mark, or its wall clock was set. */
    sleptSince(earlier: Mark): boolean {
      const { monotonic, wall } = mark();
      return Math.abs(wall - earlier.wall - (monotonic - earlier.monotonic)) > SLEPT_MS;
    },
    /** Learns from an answer that just came. @param sourceNow the source's time in it */
    learn(asked: Mark, sourceNow: number): void {
      const now = clock.monotonic();
      const { from, to } = bounds();
      const [least, most] = [asked.monotonic - sourceNow, now - sourceNow];
      const agrees = least <= to && most >= from;
      if (!agrees) sets += 1;
      answers = agrees ? answers + 1 : 1;
      low = agrees ? Math.max(least, from) : least;
      high = agrees ? Math.min(most, to) : most;
      learnedAt = now;
      const trip = now - asked.monotonic;
      usualTrip = usualTrip === 0 ? trip : usualTrip + USUAL * (trip - usualTrip);
    },
    /** True once the source's clock is known well enough to use its slots. */
    get isKnown(): boolean {
      return answers >= ENOUGH_ANSWERS || high - low <= 2 * SAFE_SIDE_MS;
    },
    /** The local moment of a source's moment, on the safe side. */
    toLocal(sourceAt: number): number {
      const { from, to } = bounds();
      return sourceAt + (from + to) / 2 + Math.min((to - from) / 2, SAFE_SIDE_MS);
    },
    /** The source's time at a local moment. -Infinity before the first answer. */
    toSource(local: number): number {
      if (low === -Infinity) return -Infinity;
      return local - (low + high) / 2;
    },
    /** How uncertain the local moment of a slot is, ms: its use must end this much earlier. */
    get doubt(): number {
      const { from, to } = bounds();
      return Math.min(to - from, 2 * SAFE_SIDE_MS);
    },
    /** How far ahead of the source's now a slot must be, so that its answer comes in time, ms. */
    get ahead(): number {
      return Math.min(MAX_AHEAD_MS, 1 + 0.75 * usualTrip);
    },
    /** How many times a clock was set. Slots from before are void. */
    get sets(): number {
      return sets;
    },
  };
}
