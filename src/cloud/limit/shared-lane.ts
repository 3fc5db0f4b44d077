/**
 * One lane of the shared permits, as one process sees it: who waits, which slots it has, and what refusals taught. The
 * lane gives its slots to the runs of the process in turn, so that a run with five steps does not wait behind a run with
 * five thousand. Each run also keeps its own rate: a slot that comes too early for one run goes to another.
 *
 * The process asks for few slots at a time, so that every process gets its turn soon:
 *
 *   now ───────── 150 ms ───────── 250 ms
 *   covered up to here │           │
 *     less: ask        │ join      │ more: do not ask
 */
import type { Clock } from '../../clock.ts';
import { SLOT_BOUNDS, type SlotGrant, type SlotWish, type TaughtLane } from '../../slot-source.ts';
import { createArrivals } from './arrivals.ts';
import type { RequestSlot } from './permits.ts';
import { FULL_INTERVAL, readLesson, type SharedLesson, sharedRate } from './shared-lesson.ts';
import type { Mark, SourceClock } from './source-clock.ts';

/** A slot that was missed by more is void, ms. shared-permits.ts has the arithmetic. */
const VOID_AFTER_MS = 44;
/** The slots of a lane should reach this far, ms. Below it the process asks. */
const COVERED_MS = 150;
/** After an empty answer the process asks again this late, ms, so that others get their turn. */
const EMPTY_PAUSE_MS = [25, 100] as const;

/** The user of a lane with a rate of its own. */
export interface RunPace {
  /** Slots a second. */
  readonly fullRate: number;
}

/** A caller that waits for a slot. */
export interface Waiter {
  readonly run: RunPace;
  readonly take: (slot: RequestSlot) => void;
  readonly fail: (error: Error) => void;
}

/** A slot of this process. */
interface GivenSlot {
  /** By the source's clock. */
  readonly sourceAt: number;
  /** In monotonic time. */
  readonly due: number;
  readonly mark: Mark;
  /** How many times a clock was set before the slot came. */
  readonly sets: number;
  /** Void when missed by more, ms. */
  readonly life: number;
}

interface UsedSlot extends GivenSlot {
  readonly run: RunPace;
  isVoid: boolean;
}

export class SharedLane {
  readonly arrivals: ReturnType<typeof createArrivals> = createArrivals();
  lesson: SharedLesson = readLesson(null);
  readonly #key: string;
  readonly #clock: Clock;
  readonly #time: SourceClock;
  readonly #jitter: () => number;
  #version: number | null = null;
  /** The runs that wait, the next one first. */
  readonly #queues = new Map<RunPace, Waiter[]>();
  /** For each run, the moment of its next slot at its own rate. */
  readonly #paces = new WeakMap<RunPace, number>();
  #ready: GivenSlot[] = [];
  readonly #used = new Map<RequestSlot, UsedSlot>();
  /** The last slot of this process, monotonic. */
  #covered = -Infinity;
  /** Where the lane's next slot probably is, monotonic. */
  #next = -Infinity;
  #pausedUntil = -Infinity;

  constructor(key: string, clock: Clock, time: SourceClock, jitter: () => number) {
    this.#key = key;
    this.#clock = clock;
    this.#time = time;
    this.#jitter = jitter;
  }

  /** The lane's rate now without the runs' own rates, slots a second. */
  get rate(): number {
    return sharedRate(this.lesson, this.#time.toSource(this.#clock.monotonic()));
  }

  /** Adds a caller. It gets a slot when one is free. */
  wait(waiter: Waiter): void {
    const queue = this.#queues.get(waiter.run) ?? [];
    this.#queues.set(waiter.run, queue);
    queue.push(waiter);
    this.#handOut();
  }

  /** Removes a caller that no longer waits. */
  leave(waiter: Waiter): void {
    const queue = this.#queues.get(waiter.run)?.filter((other) => other !== waiter) ?? [];
    if (queue.length > 0) this.#queues.set(waiter.run, queue);
    else this.#queues.delete(waiter.run);
  }

  /** Removes all callers and returns them. */
  clear(): Waiter[] {
    const all = [...this.#queues.values()].flat();
    this.#queues.clear();
    return all;
  }

  /**
   * What to ask of the source now.
   * @param joins true if the process asks anyway, for another lane.
   * @returns a wish; or the monotonic moment to look again, Infinity if nobody waits.
   */
  need(joins: boolean): SlotWish | number {
    this.#handOut();
    if (this.#queues.size === 0) return Infinity;
    const now = this.#clock.monotonic();
    if (now < this.#pausedUntil) return this.#pausedUntil;
    const covered = joins ? SLOT_BOUNDS.batchAhead : COVERED_MS;
    if (this.#covered - now >= covered) return this.#covered - covered;
    const { ahead } = this.#time;
    const interval = 1000 / this.rate;
    const first = Math.max(
      now + ahead,
      this.#covered + interval,
      Math.min(this.#next, now + SLOT_BOUNDS.mostAhead),
    );
    const most = Math.max(1, Math.ceil((now + SLOT_BOUNDS.batchAhead - first) / interval));
    let count = 0;
    let soonest = Infinity;
    for (const [run, { length }] of this.#queues) {
      count += this.#fitting(run, first, interval, Math.min(length, most));
      soonest = Math.min(soonest, this.#earliestOf(run));
    }
    // Each run has its own rate, and none of them is due yet.
    if (count === 0) return Math.max(now + 1, now + soonest - first);
    const wanted = this.#time.isKnown ? Math.min(count, most) : 0;
    return { lane: this.#key, count: wanted, ahead, version: this.#version, interval };
  }

  /** Takes the slots of an answer. @param asked when it was asked for @param wanted how many slots */
  accept(grant: SlotGrant, asked: Mark, wanted: number): void {
    this.adopt(grant);
    const time = this.#time;
    const now = this.#clock.monotonic();
    const life = VOID_AFTER_MS - time.doubt;
    for (let n = 0; n < grant.count; n++) {
      const sourceAt = grant.first + n * grant.interval;
      const due = time.toLocal(sourceAt);
      this.#ready.push({ sourceAt, due, life, mark: asked, sets: time.sets });
      this.#covered = Math.max(this.#covered, due);
    }
    this.#next = time.toLocal(grant.next);
    if (grant.count === 0 && wanted > 0) {
      const [least, spread] = EMPTY_PAUSE_MS;
      const free = this.#next - SLOT_BOUNDS.mostAhead;
      this.#pausedUntil = Math.max(now, Math.min(free, now + 1000)) + least + spread * this.#jitter();
    }
    this.#handOut();
  }

  /** Adopts what the lane was taught. */
  adopt({ version, lesson }: TaughtLane): void {
    if (this.#version === version) return;
    this.#version = version;
    this.lesson = readLesson(lesson);
  }

  /** True for a slot that must not be used. */
  isVoid(slot: RequestSlot): boolean {
    const used = this.#used.get(slot);
    return used === undefined || used.isVoid || !this.#isUsable(used);
  }

  /** The moment of a slot by the source's clock; null: not a slot of this lane any more. */
  sourceMomentOf(slot: RequestSlot): number | null {
    return this.#used.get(slot)?.sourceAt ?? null;
  }

  /** Makes all unused slots of this process void. */
  voidUnused(): void {
    const now = this.#clock.monotonic();
    this.#ready = [];
    for (const used of this.#used.values()) if (used.due > now) used.isVoid = true;
    this.#covered = Math.min(this.#covered, now);
  }

  /** Takes back the unused slots of a run whose rate changed. Its next slot is at least one new distance later. */
  restart(run: RunPace): void {
    const now = this.#clock.monotonic();
    if (this.#paces.has(run)) this.#paces.set(run, now + 1000 / run.fullRate);
    for (const [slot, used] of [...this.#used]) if (used.run === run && used.due > now) this.giveBack(slot);
  }

  /** Gives an unused slot to another run that waits. */
  giveBack(slot: RequestSlot): void {
    const used = this.#used.get(slot);
    if (used === undefined || used.isVoid) return;
    used.isVoid = true;
    this.#ready.push(used);
    this.#handOut();
  }

  #isUsable({ sourceAt, due, mark, sets, life }: GivenSlot): boolean {
    const time = this.#time;
    if (this.#clock.monotonic() > due + life || sourceAt < this.lesson.heldUntil) return false;
    return sets === time.sets && !time.sleptSince(mark);
  }

  #handOut(): void {
    if (this.#ready.length === 0 && this.#used.size < 64) return;
    const now = this.#clock.monotonic();
    // Answers come within seconds, and tell the slot of their call.
    for (const [slot, { due }] of this.#used) {
      // About in the order of their moments.
      if (due >= now - 10_000) break;
      this.#used.delete(slot);
    }
    this.#ready = this.#ready
      .filter((slot) => this.#isUsable(slot))
      .sort((a, b) => a.due - b.due)
      .filter((slot) => !this.#give(slot));
  }

  /** Gives a slot to the next run in turn whose rate permits it. */
  #give(given: GivenSlot): boolean {
    for (const [run, queue] of this.#queues) {
      if (given.due < this.#earliestOf(run)) continue;
      const waiter = queue.shift()!;
      this.#queues.delete(run);
      if (queue.length > 0) this.#queues.set(run, queue);
      this.#paces.set(run, Math.max(this.#paces.get(run) ?? -Infinity, given.due) + 1000 / run.fullRate);
      const slot: RequestSlot = {
        at: given.due + this.#clock.now() - this.#clock.monotonic(),
        due: given.due,
        lane: this.#key,
        voidsSeen: 0,
        call: this.arrivals.expect(given.due),
      };
      this.#used.set(slot, { ...given, run, isVoid: false });
      waiter.take(slot);
      return true;
    }
    return false;
  }

  /** The earliest next slot of a run. One distance of the lane is tolerated, because slots come in its grid. */
  #earliestOf(run: RunPace): number {
    return (this.#paces.get(run) ?? -Infinity) - FULL_INTERVAL;
  }

  /** How many of the next slots in a row a run can use at its own rate. */
  #fitting(run: RunPace, first: number, interval: number, most: number): number {
    let pace = this.#paces.get(run) ?? -Infinity;
    let count = 0;
    for (let due = first; count < most && due >= pace - FULL_INTERVAL; due += interval) {
      pace = Math.max(pace, due) + 1000 / run.fullRate;
      count += 1;
    }
    return count;
  }
}
