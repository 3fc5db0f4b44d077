/** The waits of a run: each has a name, a since and a limit. */
import { type Clock, iso } from '../clock.ts';
import type { Step } from '../model.ts';
import { HOUR, MINUTE, SECOND } from '../units.ts';

/** Each wait has a limit; these are they, in milliseconds. */
export const LIMITS = {
  /** For the provider to be reachable again. */
  unreachable: 15 * MINUTE,
  /** For an order that was written down and could not leave: no connection, a slow disk. */
  unsent: 15 * MINUTE,
  /** For an instance that something else is under way on. */
  busy: 15 * MINUTE,
  /** For an instance whose orders are refused because of it, although it reads as running. */
  locked: 15 * MINUTE,
  /** For trying again after refusals that may be the tail lock of the step before. */
  tryingAgain: 15 * MINUTE,
  /** How long after a change its instance's tail lock is believed in. Source: docs/provider.md P167 and P168. */
  tailLock: 10 * MINUTE,
  /** For something unclear to clear up, after patience is over. */
  unclear: 60 * MINUTE,
  /** For an accepted change to end. The provider's own plug-in allows 60 minutes (docs/provider.md P170). */
  following: 120 * MINUTE,
  /** For billing to call an order delivered once the instance shows that it was. */
  delivery: MINUTE,
  /** For an instance that a list lacks to be in the next one, before it is ordered for. */
  unlisted: 10 * SECOND,
  /** For an instance with an accepted order to be listed again. */
  missing: 5 * MINUTE,
  /** For `continue` after a pause: then the run drains, because a pause that was forgotten holds its locks. */
  paused: 24 * HOUR,
} as const;

/** How long a changed instance is left alone before its next order, until refusals teach that its lock lasts longer. */
export const FIRST_TAIL = 5 * SECOND;

/** A permit is told of as a wait only when it has been waited for so long: two orders in a row always do a little. */
const PERMIT_TOLD = 2 * SECOND;

/** Waits whose limit stands in `LIMITS`. */
export type WaitWithLimit = keyof typeof LIMITS;

/** `patience`, `soak`, `gate` and `approval` are the plan's; `window`, `permit` and `rateHold` last as their own arithmetic says. */
export type WaitName =
  | WaitWithLimit
  | 'patience'
  | 'soak'
  | 'gate'
  | 'approval'
  | 'window'
  | 'permit'
  | 'rateHold';

interface Between {
  readonly name: WaitWithLimit;
  readonly limit: number;
}

/** A wait that goes on now. */
export interface Wait {
  readonly name: WaitName;
  /** null: the whole run waits. */
  readonly step: string | null;
  /** ISO 8601 UTC. */
  readonly since: string;
  /** Milliseconds from `since` on. */
  readonly limit: number;
}

/** The waits of the steps of one run in this process. */
export class Waits {
  readonly #clock: Clock;
  readonly #since = new Map<string, number>();
  readonly #lastAsked = new Map<string, number>();
  #wholeRun: Wait | null = null;
  /** What each step waits for: by itself, and what has come between. Each step waits for one thing at a time. */
  readonly #now = new Map<string, { usual: Wait | null; between: Between | null }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Milliseconds since this wait of this step was first asked for: 0 the first time. It goes on from here. Of a time in
   * which nobody asked, no more than half of the limit counts.
   * @param limit where whoever asks waits longer, or less long, than usual.
   */
  waited(step: Step, name: WaitWithLimit, limit: number = LIMITS[name]): number {
    const key = `${name} ${step.id}`;
    const moment = this.#clock.monotonic();
    // Nobody looked for longer than that: the process was frozen, and what it waits for had no chance meanwhile.
    const unseen = Math.max(0, moment - (this.#lastAsked.get(key) ?? moment) - limit / 2);
    this.#lastAsked.set(key, moment);
    const began = (this.#since.get(key) ?? moment) + unseen;
    this.#since.set(key, began);
    const present = this.#ofStep(step);
    if (present.between?.name !== name) present.between = { name, limit };
    return moment - began;
  }

  /** The wait is over: the next one of this name begins anew. */
  over(step: Step, name: WaitWithLimit): void {
    this.#since.delete(`${name} ${step.id}`);
    this.#lastAsked.delete(`${name} ${step.id}`);
    const present = this.#now.get(step.id);
    if (present?.between?.name === name) present.between = null;
  }

  /** So many milliseconds in which the step was held back by us do not count against any of its limits. */
  excuse(step: Step, ms: number): void {
    for (const name of Object.keys(LIMITS)) {
      const key = `${name} ${step.id}`;
      const began = this.#since.get(key);
      if (began !== undefined) this.#since.set(key, began + ms);
    }
  }

  /** What a step waits for by itself until told otherwise. @param since by the wall clock, ms since 1970 UTC. */
  goesOn(step: Step, name: WaitName, limit: number, since = this.#clock.now()): void {
    const present = this.#ofStep(step);
    if (present.usual?.name !== name) present.usual = { name, step: step.id, since: iso(since), limit };
  }

  /** The step waits for nothing. */
  none(step: Step): void {
    this.#now.delete(step.id);
  }

  /** What the whole run waits for until told otherwise; null: nothing. `since` by the wall clock, ms since 1970 UTC. */
  ofRun(wait: { readonly name: WaitName; readonly since: number; readonly limit: number } | null): void {
    this.#wholeRun = wait && { ...wait, step: null, since: iso(wait.since) };
  }

  /** What is waited for now: the run's own, then in the order of the steps' first waits. */
  list(): readonly Wait[] {
    const wall = this.#clock.now();
    const passed = this.#clock.monotonic();
    const ofSteps = [...this.#now].flatMap(([step, { usual, between }]) => {
      if (between !== null) {
        const began = this.#since.get(`${between.name} ${step}`) ?? passed;
        return [{ ...between, step, since: iso(wall - (passed - began)) }];
      }
      if (usual === null) return [];
      return usual.name === 'permit' && wall - Date.parse(usual.since) < PERMIT_TOLD ? [] : [usual];
    });
    return this.#wholeRun === null ? ofSteps : [this.#wholeRun, ...ofSteps];
  }

  #ofStep({ id }: Step) {
    const present = this.#now.get(id) ?? { usual: null, between: null };
    this.#now.set(id, present);
    return present;
  }
}
