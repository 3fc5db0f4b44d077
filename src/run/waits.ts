/** The waits of a run: each has a name, a since and a limit. */
import type { Clock } from '../clock.ts';
import type { Step } from '../model.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;

/** Each wait has a limit; these are they, in milliseconds. */
export const LIMITS = {
  /** For the provider to be reachable again. */
  unreachable: 15 * MINUTE,
  /** For an order that was written down and could not leave: no connection, a slow disk. */
  unsent: 15 * MINUTE,
  /** For an instance that something else is under way on. */
  busy: 15 * MINUTE,
  /** For trying again after refusals that may be the tail lock of the step before. */
  tryingAgain: 15 * MINUTE,
  /** How long after a change its instance's tail lock is believed in. Source: facts §7.1 (minutes), read 2026-11. */
  tailLock: 10 * MINUTE,
  /** For something unclear to clear up, after patience is over. */
  unclear: 60 * MINUTE,
  /** For an accepted change to end. The provider's own plug-in allows 60 minutes (facts §7.2, read 2026-11). */
  settling: 120 * MINUTE,
  /** For billing to call an order delivered once the instance shows that it was. */
  delivery: MINUTE,
  /** For an instance with an accepted order to be listed again. */
  missing: 5 * MINUTE,
} as const;

/** How long a changed instance is left alone before its next order, until refusals teach that its lock lasts longer. */
export const FIRST_TAIL = 5 * SECOND;

export type WaitName = keyof typeof LIMITS;

/** The waits of the steps of one run in this process. */
export interface Waits {
  /** Milliseconds since this wait of this step was first asked for: 0 the first time. */
  waited(step: Step, name: WaitName): number;
  /** The wait is over: the next one of this name begins anew. */
  over(step: Step, name: WaitName): void;
  /** Milliseconds by which the wall clock went further than time did since the run was taken up: it was set ahead, or the machine slept. */
  leapt(): number;
}

export function beginWaits(clock: Clock): Waits {
  const since = new Map<string, number>();
  const between = clock.now() - clock.monotonic();
  return {
    waited(step, name) {
      const key = `${name} ${step.id}`;
      const now = clock.monotonic();
      const began = since.get(key);
      if (began === undefined) since.set(key, now);
      return now - (began ?? now);
    },
    over: (step, name) => void since.delete(`${name} ${step.id}`),
    leapt: () => Math.max(0, clock.now() - clock.monotonic() - between),
  };
}
