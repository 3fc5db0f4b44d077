/**
 * The only file that knows the time. Everything else is handed a Clock, so that a whole run can be
 * carried out in virtual time and reproduced from one seed.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';

/** Time as the program sees it. */
export interface Clock {
  /** Wall-clock time, milliseconds since 1970 UTC. May jump. */
  now(): number;
  /** Milliseconds since an arbitrary moment; never jumps, never goes back. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` is aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** An instant as ISO 8601 UTC with milliseconds. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    const options = signal && { signal };
    // A timer holds 24 days; asked for more it fires at once. What is no number is no time.
    for (let left = Math.max(0, ms) || 0; left >= 0 && !signal?.aborted; left -= LONGEST_TIMER_MS)
      await setTimeout(Math.min(left, LONGEST_TIMER_MS), undefined, options).catch(() => undefined);
  },
};

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * Time that moves only when everybody sleeps: `run` lets all pending promises settle, then jumps to
 * the next sleeper. Hours pass in milliseconds, in an order that depends on nothing but the program.
 */
export class VirtualClock implements Clock {
  /** The wall clock less the monotonic one: summed up in steps, time would hang on who else sleeps, by its rounding. */
  #ahead: number;
  #monotonic = 0;
  #sleepers: Sleeper[] = [];

  readonly #turn: () => Promise<void>;

  /**
   * @param start wall-clock start, milliseconds since 1970 UTC.
   * @param turn lets what is pending happen; where that is promises alone, less than a turn of the event loop will do.
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
      // Kept sorted by time, then by arrival, so that the next sleeper is always the first.
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

  /** Moves the wall clock alone, as an administrator or a time server does. Sleepers do not notice. */
  jump(ms: number): void {
    this.#ahead += ms;
  }

  /**
   * Runs `work` to its end in virtual time.
   * @throws Error when everybody waits for something that no sleeper will bring, or after `limitMs` of virtual time.
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
        // Work that waits on real input or output gets a few more turns before it is called stuck.
        for (let turn = 0; turn < 50 && !finished && this.#sleepers.length === 0; turn++) {
          await setImmediate();
        }
        if (finished) return result;
        if (this.#sleepers.length === 0)
          throw new Error('virtual time stands still: nobody sleeps and the work has not ended');
        continue;
      }
      if (next.at > end) throw new Error(`virtual time ran past its limit of ${limitMs} ms`);
      this.#monotonic = next.at;
      next.wake();
    }
  }
}
