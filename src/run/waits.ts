/** The waits of a run. Each has a name, a start and a limit. */
import { type Clock, iso } from '../clock.ts';
import type { Step } from '../model.ts';
import { HOUR, MINUTE, SECOND } from '../units.ts';

/** The limits of waits, in milliseconds. */
export const LIMITS = {
  /** Until the provider can be reached again. */
  unreachable: 15 * MINUTE,
  /** Until an order with an intent can leave. Causes: no connection, a slow disk. */
  unsent: 15 * MINUTE,
  /** While another task is in progress on the instance. */
  busy: 15 * MINUTE,
  /** While the provider refuses orders of an instance that reads as running. */
  locked: 15 * MINUTE,
  /** For retries after refusals that may come from the tail lock of the previous step. */
  tryingAgain: 15 * MINUTE,
  /** How long after a change Refit expects its tail lock on the instance. Source: docs/provider.md P167 and P168. */
  tailLock: 10 * MINUTE,
  /** For an unresolved order after `patience`. */
  unclear: 60 * MINUTE,
  /** Until an accepted change ends. The provider's own plug-in allows 60 minutes (docs/provider.md P170). */
  following: 120 * MINUTE,
  /** Until billing shows an order as delivered, after the instance has the new size. */
  delivery: MINUTE,
  /** Until a list names an instance again that the last list lacked, before its order. */
  unlisted: 10 * SECOND,
  /** Until a list names an instance again that has an accepted order. */
  missing: 5 * MINUTE,
  /** For `continue` after a pause. Then the run drains, because a forgotten pause holds the locks. */
  paused: 24 * HOUR,
} as const;

/** When a pause ends, and the run drains, ISO 8601 UTC. @param since ISO 8601 UTC. */
export function pauseEnds({ since }: { readonly since: string }): string {
  return iso(Date.parse(since) + LIMITS.paused);
}

/** Milliseconds between a change and the next order of its instance, until refusals show a longer tail lock. */
export const FIRST_TAIL = 5 * SECOND;

/** Milliseconds after which a wait for a permit is shown. Shorter ones occur between any two orders. */
const PERMIT_SHOWN_AFTER = 2 * SECOND;

/** Waits with a limit in `LIMITS`. */
export type WaitWithLimit = keyof typeof LIMITS;

/** The plan limits `patience`, `soak`, `gate` and `approval`. Code elsewhere limits `window`, `permit`, `regionFull` and `rateHold`. */
export type WaitName =
  | WaitWithLimit
  | 'patience'
  | 'soak'
  | 'gate'
  | 'approval'
  | 'window'
  | 'permit'
  | 'regionFull'
  | 'rateHold';

/** A wait that interrupts the usual wait of a step. */
interface Interruption {
  readonly name: WaitWithLimit;
  readonly limit: number;
}

/** A wait in progress. */
export interface Wait {
  readonly name: WaitName;
  /** Null if the whole run waits. */
  readonly step: string | null;
  /** ISO 8601 UTC. */
  readonly since: string;
  /** Milliseconds from `since`. */
  readonly limit: number;
}

/** The waits of one run in this process. */
export class Waits {
  readonly #clock: Clock;
  readonly #since = new Map<string, number>();
  readonly #lastAsked = new Map<string, number>();
  #wholeRun: Wait | null = null;
  /** The usual wait of each step, and the wait that interrupts it. A step waits for one thing at a time. */
  readonly #current = new Map<string, { usual: Wait | null; interruption: Interruption | null }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Starts this wait of a step, or continues it. Of a time without a call, at most half of the limit counts.
   * @param limit if it differs from the usual one. @returns milliseconds since the first call: 0 for the first.
   */
  waited(step: Step, name: WaitWithLimit, limit: number = LIMITS[name]): number {
    const key = `${name} ${step.id}`;
    const moment = this.#clock.monotonic();
    // The process was frozen, so the wait could not end in that time.
    const frozen = Math.max(0, moment - (this.#lastAsked.get(key) ?? moment) - limit / 2);
    this.#lastAsked.set(key, moment);
    const startedAt = (this.#since.get(key) ?? moment) + frozen;
    this.#since.set(key, startedAt);
    const present = this.#ofStep(step);
    if (present.interruption?.name !== name) present.interruption = { name, limit };
    return moment - startedAt;
  }

  /** Ends a wait. The next one of this name starts from 0. */
  end(step: Step, name: WaitWithLimit): void {
    this.#since.delete(`${name} ${step.id}`);
    this.#lastAsked.delete(`${name} ${step.id}`);
    const present = this.#current.get(step.id);
    if (present?.interruption?.name === name) present.interruption = null;
  }

  /** Extends every limit of a step by milliseconds in which Refit itself held it back. */
  extend(step: Step, ms: number): void {
    for (const name of Object.keys(LIMITS)) {
      const key = `${name} ${step.id}`;
      const startedAt = this.#since.get(key);
      if (startedAt !== undefined) this.#since.set(key, startedAt + ms);
    }
  }

  /** Sets the usual wait of a step until it changes. @param since by the wall clock, milliseconds since 1970 UTC. */
  setCurrent(step: Step, name: WaitName, limit: number, since = this.#clock.now()): void {
    const present = this.#ofStep(step);
    if (present.usual?.name !== name) present.usual = { name, step: step.id, since: iso(since), limit };
  }

  /** Removes all waits of a step. */
  clear(step: Step): void {
    this.#current.delete(step.id);
  }

  /** Sets the wait of the whole run; null for none. `since` is by the wall clock, milliseconds since 1970 UTC. */
  setRunWait(wait: { readonly name: WaitName; readonly since: number; readonly limit: number } | null): void {
    this.#wholeRun = wait && { ...wait, step: null, since: iso(wait.since) };
  }

  /** All present waits: the run's own, then those of steps in the order of their first waits. */
  list(): readonly Wait[] {
    const wall = this.#clock.now();
    const moment = this.#clock.monotonic();
    const ofSteps = [...this.#current].flatMap(([step, { usual, interruption }]) => {
      if (interruption !== null) {
        const startedAt = this.#since.get(`${interruption.name} ${step}`) ?? moment;
        return [{ ...interruption, step, since: iso(wall - (moment - startedAt)) }];
      }
      if (usual === null) return [];
      return usual.name === 'permit' && wall - Date.parse(usual.since) < PERMIT_SHOWN_AFTER ? [] : [usual];
    });
    return this.#wholeRun === null ? ofSteps : [this.#wholeRun, ...ofSteps];
  }

  #ofStep({ id }: Step) {
    const present = this.#current.get(id) ?? { usual: null, interruption: null };
    this.#current.set(id, present);
    return present;
  }
}
