/**
 * The only file that reads the system time. All other code gets a Clock, so that a whole run can use virtual time and
 * repeat exactly from one seed.
 */
import { setImmediate } from 'node:timers/promises';
import { MINUTE } from './units.ts';

/** The source of time for all code. */
export interface Clock {
  /** Wall-clock time, milliseconds since 1970 UTC. May jump. */
  now(): number;
  /** Milliseconds since an arbitrary moment; never jumps, never goes back. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds, or immediately when `signal` is aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** An instant as ISO 8601 UTC with milliseconds. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** How far the clocks of the people of a plan and of this machine may differ, milliseconds. */
export const CLOCK_SKEW: number = 5 * MINUTE;

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The time of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(ms, signal) {
    // Not the sleep of node:timers/promises: most sleeps of a run are aborted, and each would make an error with its stack.
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      let timer: ReturnType<typeof setTimeout>;
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      // A timer of more than 24 days fires immediately, so the wait is split. NaN counts as 0.
      const wait = (left: number): void => {
        const part = Math.min(left, LONGEST_TIMER_MS);
        timer = setTimeout(() => (left > part ? wait(left - part) : end()), part);
      };
      signal?.addEventListener('abort', end, { once: true });
      wait(Math.max(0, ms) || 0);
    });
  },
};

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * Time that moves only when all code sleeps. `run` lets all pending promises settle, then jumps to the next sleeper.
 * Hours pass in milliseconds, always in the same order.
 */
export class VirtualClock implements Clock {
  /** Wall clock minus monotonic clock. A sum of steps would depend on the other sleepers, because of rounding. */
  #ahead: number;
  #monotonic = 0;
  #sleepers: Sleeper[] = [];

  readonly #turn: () => Promise<void>;

  /**
   * @param start wall-clock start, milliseconds since 1970 UTC.
   * @param turn lets pending work proceed. If that is only promises, less than a turn of the event loop is enough.
   */
  constructor(start: number = Date.UTC(2026, 0, 5, 2, 0, 0), turn: () => Promise<void> = setImmediate) {
    this.#ahead = start;
    this.#turn = turn;
  }

  now(): number {
    return this.#ahead + this.#monotonic;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper: Sleeper = {
        at: this.#monotonic + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      };
      signal?.addEventListener('abort', abort, { once: true });
      // Sorted by time, then by arrival, so that the next sleeper is always the first.
      let low = 0;
      let high = this.#sleepers.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.#sleepers[middle]!.at <= sleeper.at) low = middle + 1;
        else high = middle;
      }
      this.#sleepers.splice(low, 0, sleeper);
    });
  }

  /** Moves only the wall clock, as an administrator or a time server does. It wakes no sleeper. */
  jump(ms: number): void {
    this.#ahead += ms;
  }

  /**
   * Runs `work` to its end in virtual time.
   * @throws Error if nothing sleeps and the work has not ended, or after `limitMs` of virtual time.
   */
  async run<T>(work: () => Promise<T>, limitMs = 30 * 24 * 3600_000): Promise<T> {
    let finished = false;
    const result = work().finally(() => {
      finished = true;
    });
    result.catch(() => {});
    const end = this.#monotonic + limitMs;
    for (;;) {
      await this.#turn();
      if (finished) return result;
      const next = this.#sleepers.shift();
      if (!next) {
        // Work that waits for real input or output gets a few more turns before this is an error.
        for (let turn = 0; turn < 50 && !finished && this.#sleepers.length === 0; turn++) {
          await setImmediate();
        }
        if (finished) return result;
        if (this.#sleepers.length === 0)
          throw new Error('virtual time cannot advance: nothing sleeps and the work has not ended');
        continue;
      }
      if (next.at > end) throw new Error(`virtual time ran past its limit of ${limitMs} ms`);
      this.#monotonic = next.at;
      next.wake();
    }
  }
}
