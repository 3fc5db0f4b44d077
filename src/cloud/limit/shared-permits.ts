/**
 * The permits of a process whose lanes are shared with other processes. The slots come from a source with one clock
 * (slot-source.ts), in batches: one question for all lanes of the process. Each run of the process has permits of its
 * own, with its own rate. Nothing is sent without a slot: while the source cannot be reached, callers wait.
 *
 * The arithmetic of permits.ts holds for all processes together. Slots are 55 ms apart at least, which leaves 100 ms in
 * any second:
 *
 *    44 ms   for the doubt about the source's clock and for a late call, together
 *    56 ms   for the network to the provider
 *
 * The last check of a slot is just before the write. A process that gets no processor between the two sends one call late,
 * however long that takes (measured on a busy machine: 150 ms). 20 other calls take 19 x 55 - 44 = 1,001 ms at least. So
 * one such call is never the 21st of a second, unless the jitter of the network adds to it.
 */
import { type Clock, iso } from '../../clock.ts';
import type { SlotSource } from '../../slot-source.ts';
import {
  fullRateFrom,
  keyOf,
  type Lane,
  type LaneRate,
  MAX_EVEN_RATE,
  type Permits,
  type RequestSlot,
} from './permits.ts';
import type { RunPace, Waiter } from './shared-lane.ts';
import { SharedLanes } from './shared-lanes.ts';

export interface SharedPermits {
  /**
   * Creates the permits of one run.
   * @param requestsPerSecond the run's own rate in every lane.
   * @throws RangeError unless the rate is above zero.
   */
  forRun(requestsPerSecond: number): Permits;
  /** Ends the work. Callers that wait get this error. */
  close(error: Error): void;
  /** All lanes of the process, for display. */
  readonly all: Pick<Permits, 'fullRate' | 'lanes'>;
  /** Questions to the source so far. */
  readonly questions: number;
}

/**
 * Creates the shared permits of a process. One object is enough for all its runs.
 * @param jitter a random number from 0 to below 1. It spreads the questions of processes after a fault.
 */
export function createSharedPermits(source: SlotSource, clock: Clock, jitter: () => number): SharedPermits {
  const lanes = new SharedLanes(source, clock, jitter);
  return {
    forRun: (requestsPerSecond) => new RunPermits(lanes, requestsPerSecond),
    close: (error) => lanes.close(error),
    all: { fullRate: MAX_EVEN_RATE, lanes: () => ratesOf(lanes, lanes.keys(), MAX_EVEN_RATE) },
    get questions() {
      return lanes.questions;
    },
  };
}

/** The present rate and hold of lanes. @param most slots a second. */
function ratesOf(lanes: SharedLanes, keys: Iterable<string>, most: number): readonly LaneRate[] {
  const { clock, time } = lanes;
  const now = time.toSource(clock.monotonic());
  return Array.from(keys, (key) => {
    const [action = '', host = ''] = key.split('\n');
    const { lesson, rate } = lanes.lane(key);
    const { heldFrom, heldUntil } = lesson;
    const held =
      heldUntil > now
        ? { since: iso(clock.now() - (now - heldFrom)), limit: Math.ceil(heldUntil - heldFrom) }
        : null;
    return { action, host, rate: Math.min(most, rate), held };
  });
}

/** The permits of one run. */
class RunPermits implements Permits, RunPace {
  readonly #lanes: SharedLanes;
  /** The keys of the lanes that the run has used. */
  readonly #used = new Set<string>();
  #full: number;

  constructor(lanes: SharedLanes, requestsPerSecond: number) {
    this.#lanes = lanes;
    this.#full = fullRateFrom(requestsPerSecond);
  }

  get fullRate(): number {
    return this.#full;
  }

  reserve(wanted: Lane, signal?: AbortSignal): Promise<RequestSlot> {
    const key = keyOf(wanted);
    const lane = this.#lanes.lane(key);
    this.#used.add(key);
    return new Promise((resolve, reject) => {
      const { closedBy } = this.#lanes;
      if (closedBy !== null) return reject(closedBy);
      if (signal?.aborted) return resolve(this.#voidSlot(key));
      const stop = () => {
        lane.leave(waiter);
        resolve(this.#voidSlot(key));
      };
      const done = () => signal?.removeEventListener('abort', stop);
      const waiter: Waiter = {
        run: this,
        take(slot) {
          done();
          resolve(slot);
        },
        fail(error) {
          done();
          reject(error);
        },
      };
      signal?.addEventListener('abort', stop, { once: true });
      lane.wait(waiter);
      void this.#lanes.ask();
    });
  }

  async wait(slot: RequestSlot, signal?: AbortSignal): Promise<void> {
    const { clock } = this.#lanes;
    // A timer may fire a little early, and no call may leave before its slot.
    while (!signal?.aborted) {
      const left = slot.due - clock.monotonic();
      if (left <= 0) return;
      await clock.sleep(Math.max(1, left), signal);
    }
  }

  isVoid(slot: RequestSlot): boolean {
    return this.#lanes.lane(slot.lane).isVoid(slot);
  }

  giveBack(slot: RequestSlot): void {
    this.#lanes.lane(slot.lane).giveBack(slot);
  }

  async take(wanted: Lane): Promise<RequestSlot> {
    for (;;) {
      const slot = await this.reserve(wanted);
      await this.wait(slot);
      if (!this.isVoid(slot)) return slot;
    }
  }

  onResponse(slot: RequestSlot, sentAtWall: number, byLimit: boolean): void {
    const { clock } = this.#lanes;
    const now = clock.monotonic();
    const sentAt = sentAtWall - (clock.now() - now);
    this.#lanes.lane(slot.lane).arrivals.onResponse(slot.call, sentAt, now, byLimit);
    if (byLimit) void this.#lanes.teach(slot, sentAt);
  }

  rate(lane: Lane): number {
    return this.#rateIn(keyOf(lane));
  }

  lanes(): readonly LaneRate[] {
    return ratesOf(this.#lanes, this.#used, this.#full);
  }

  setFullRate(requestsPerSecond: number): void {
    this.#full = fullRateFrom(requestsPerSecond);
    for (const key of this.#used) this.#lanes.lane(key).restart(this);
  }

  #rateIn(key: string): number {
    return Math.min(this.#full, this.#lanes.lane(key).rate);
  }

  /** A slot for a caller that no longer waits. */
  #voidSlot(key: string): RequestSlot {
    const { clock } = this.#lanes;
    const due = clock.monotonic();
    const call = this.#lanes.lane(key).arrivals.expect(due);
    return { at: clock.now(), due, lane: key, voidsSeen: 0, call };
  }
}
