/** All shared lanes of a process. One question to the source is for all lanes that need slots. */
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import type { SlotSource, SlotWish } from '../../slot-source.ts';
import type { RequestSlot } from './permits.ts';
import { SharedLane } from './shared-lane.ts';
import { teachRefusal } from './shared-lesson.ts';
import { createSourceClock, type SourceClock } from './source-clock.ts';

/** An answer of the source that takes longer is given up, ms: its slots would be void. */
const ANSWER_MS = 3_000;
/** Pauses after a question without an answer, ms. */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 1_000;
/** The reason of an abort that nobody reads. Without one, each abort makes an error with its stack. */
const NO_ERROR = 'over';

export class SharedLanes {
  readonly clock: Clock;
  readonly time: SourceClock;
  /** Questions to the source so far. */
  questions = 0;
  /** Why the lanes are closed; null: they are open. */
  closedBy: Error | null = null;
  readonly #source: SlotSource;
  readonly #jitter: () => number;
  readonly #lanes = new Map<string, SharedLane>();
  readonly #ended = new AbortController();
  #woken = new AbortController();
  #isAsking = false;
  #faults = 0;

  constructor(source: SlotSource, clock: Clock, jitter: () => number) {
    this.#source = source;
    this.#jitter = jitter;
    this.clock = clock;
    this.time = createSourceClock(clock);
  }

  /** The lane with this key. */
  lane(key: string): SharedLane {
    const lane = this.#lanes.get(key) ?? new SharedLane(key, this.clock, this.time, this.#jitter);
    this.#lanes.set(key, lane);
    return lane;
  }

  /** The keys of all lanes. */
  keys(): readonly string[] {
    return [...this.#lanes.keys()];
  }

  /** Asks the source while callers wait. Call it when a caller begins to wait. */
  async ask(): Promise<void> {
    if (this.#isAsking) return this.#woken.abort(NO_ERROR);
    this.#isAsking = true;
    // Callers of the same moment share the first question.
    await null;
    while (this.closedBy === null) {
      const needs = this.#needs();
      if (typeof needs !== 'number') await this.#askOnce(needs);
      else if (needs === Number.POSITIVE_INFINITY) break;
      else {
        this.#woken = new AbortController();
        const signal = AbortSignal.any([this.#woken.signal, this.#ended.signal]);
        await this.clock.sleep(Math.max(1, needs - this.clock.monotonic()), signal);
      }
    }
    this.#isAsking = false;
  }

  /** Teaches a lane by a refusal. If the source cannot be reached, the next refusal teaches. */
  async teach(slot: RequestSlot, sentAt: number): Promise<void> {
    const lane = this.lane(slot.lane);
    const moment = lane.sourceMomentOf(slot);
    if (moment === null) return;
    const refusal = {
      slot: moment,
      sentAt: this.time.toSource(sentAt),
      arrival: this.time.toSource(slot.call.arrival),
      now: this.time.toSource(this.clock.monotonic()),
      fastest: lane.arrivals.fastest,
    };
    if (refusal.sentAt >= lane.lesson.share.loweredAt) lane.voidUnused();
    const taught = await teachRefusal(this.#source, slot.lane, refusal).catch(() => null);
    if (taught !== null) lane.adopt(taught);
  }

  /** Ends the work. Callers that wait get this error. */
  close(error: Error): void {
    this.closedBy ??= error;
    this.#ended.abort();
    for (const lane of this.#lanes.values()) for (const waiter of lane.clear()) waiter.fail(this.closedBy);
  }

  /** The wishes of all lanes, or the monotonic moment to look again. A lane that needs slots soon joins one that needs them now. */
  #needs(): readonly SlotWish[] | number {
    const all = [...this.#lanes.values()];
    const moments = all.map((lane) => lane.need(false)).filter((need) => typeof need === 'number');
    if (moments.length === all.length) return Math.min(Number.POSITIVE_INFINITY, ...moments);
    return all.map((lane) => lane.need(true)).filter((need) => typeof need !== 'number');
  }

  async #askOnce(wishes: readonly SlotWish[]): Promise<void> {
    this.questions += 1;
    const asked = this.time.mark();
    try {
      const answer = await withinTime(this.#source.take(wishes), this.clock, this.#ended.signal);
      if (answer !== null) {
        this.#faults = 0;
        // If the machine slept meanwhile, the answer says nothing about the source's clock.
        if (this.time.sleptSince(asked)) return;
        this.time.learn(asked, answer.now);
        const wanted = new Map(wishes.map(({ lane, count }) => [lane, count]));
        for (const grant of answer.grants)
          this.lane(grant.lane).accept(grant, asked, wanted.get(grant.lane) ?? 0);
        return;
      }
    } catch (error) {
      if (!(error instanceof RefitError && error.code === 'store-unreachable'))
        return this.close(error as Error);
    }
    const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#faults++);
    await this.clock.sleep(pause * (0.5 + 0.5 * this.#jitter()), this.#ended.signal);
  }
}

/** The answer, or null if it takes too long. */
async function withinTime<T>(answer: Promise<T>, clock: Clock, signal: AbortSignal): Promise<T | null> {
  const done = new AbortController();
  const late = clock.sleep(ANSWER_MS, AbortSignal.any([done.signal, signal])).then(() => null);
  answer.catch(() => {});
  try {
    return await Promise.race([answer, late]);
  } finally {
    done.abort(NO_ERROR);
  }
}
