/** What an attempt's exit code means for its occurrence: whether it has ended, or when it goes on. Pure. */

import type { SavedPlan, Schedule } from '../model.ts';
import { dueTimes } from '../plan/windows/due-times.ts';
import { createOpenWindows } from '../plan/windows/open-windows.ts';
import { MINUTE, SECOND } from '../units.ts';
import { isFailure } from './schedule-log.ts';

/** How long after a failure it is tried again, milliseconds: after as many in a row it has ended. */
export const TRIED_AGAIN_AFTER = [10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE] as const;

/** While somebody else holds a lock it is looked at again so much later, milliseconds. */
const LOCKED_AGAIN = 15 * SECOND;

export interface Attempt {
  /** 1 where the process died, whatever it died of. */
  readonly exitCode: number;
  /** Failures in a row before this attempt. */
  readonly failures: number;
  /** What is carried out; null where nothing was sealed. */
  readonly sealed: Pick<SavedPlan, 'windows' | 'finishBy'> | null;
  /** The schedule of a saved plan; null where each occurrence is planned anew. */
  readonly schedule: Schedule | null;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** @returns `goesOnAt`: milliseconds since 1970 UTC; null: it has ended. */
export function afterAttempt({ exitCode, failures, sealed, schedule, now }: Attempt): {
  readonly goesOnAt: number | null;
  readonly what: string;
} {
  const ended = (what: string) => ({ goesOnAt: null, what });
  if (isFailure(exitCode)) {
    const wait = TRIED_AGAIN_AFTER[failures];
    return wait === undefined
      ? ended(`it failed ${failures + 1} times in a row`)
      : { goesOnAt: now + wait, what: 'it failed, and is tried again' };
  }
  switch (exitCode) {
    case 7:
      return { goesOnAt: now + LOCKED_AGAIN, what: 'somebody else holds a lock; it is looked at again' };
    case 8: {
      const goesOnAt = nextOpening(sealed, now, false);
      return goesOnAt === null
        ? ended('work is left, and no window opens for it any more')
        : { goesOnAt, what: 'work is left; it goes on when the next window opens' };
    }
    case 11: {
      // Planned anew each time, nobody can sign beforehand: that is told, and is its end.
      const goesOnAt =
        schedule && (sealed?.windows ? nextOpening(sealed, now, true) : dueTimes(schedule.when).after(now));
      return goesOnAt === null
        ? ended('it is not approved')
        : { goesOnAt, what: 'it is not approved, and is asked about again' };
    }
    default:
      return ended(MEANS[exitCode] ?? `it exited with ${exitCode}`);
  }
}

const MEANS: Readonly<Record<number, string>> = {
  0: 'done',
  2: 'there are changes',
  3: 'something is not verified',
  4: 'halted by a threshold or a gate',
  5: 'refused by a rule or a guard',
  6: 'the saved plan or journal is stale, altered, expired, or carried out elsewhere',
  10: 'an outcome is unknown: refit reconcile',
  12: 'no credentials, or refused ones',
  64: 'wrong usage',
  65: 'the plan file is invalid',
  130: 'it was told to stop',
  143: 'it was told to stop',
};

/** @param later only one that has not opened yet. */
function nextOpening(sealed: Attempt['sealed'], now: number, later: boolean): number | null {
  if (sealed?.windows === undefined) return null;
  const openings = createOpenWindows(sealed.windows);
  let opening = openings.nextStart(now);
  // It is open by the clock of this moment and was not a moment ago, or it has no work that may begin: not at once again.
  if (opening !== null && opening.opens <= now)
    opening = later && opening.closes !== null ? openings.nextStart(opening.closes) : opening;
  if (opening === null) return null;
  const at = Math.max(opening.opens, opening.opens <= now ? now + MINUTE : opening.opens);
  return sealed.finishBy !== null && at >= Date.parse(sealed.finishBy) ? null : at;
}
