/** Decides from an attempt's exit code whether its occurrence has ended, or when it continues. Pure. */

import { message } from '../messages/messages.ts';
import type { Message, SavedPlan, Schedule } from '../model.ts';
import { dueTimes } from '../plan/windows/due-times.ts';
import { createOpenWindows } from '../plan/windows/open-windows.ts';
import { MINUTE, SECOND } from '../units.ts';
import { isFailure } from './schedule-log.ts';

/** Milliseconds before each retry after a failure. When the list is used up, the occurrence has ended. */
export const RETRY_DELAYS = [10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE] as const;

/** Milliseconds before the next attempt while another process holds a lock. */
const LOCK_RETRY_DELAY = 15 * SECOND;

export interface AttemptResult {
  /** 1 if the process died for any reason. */
  readonly exitCode: number;
  /** Failures in a row before this attempt. */
  readonly failures: number;
  /** The sealed plan of the occurrence; null if nothing was sealed. */
  readonly sealed: Pick<SavedPlan, 'windows' | 'finishBy'> | null;
  /** The schedule of a saved plan; null if each occurrence makes a new plan. */
  readonly schedule: Schedule | null;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** @returns `continuesAt`: milliseconds since 1970 UTC; null if the occurrence has ended. */
export function afterAttempt({ exitCode, failures, sealed, schedule, now }: AttemptResult): {
  readonly continuesAt: number | null;
  readonly message: Message;
} {
  const ended = (reason: Message) => ({ continuesAt: null, message: reason });
  if (isFailure(exitCode)) {
    const wait = RETRY_DELAYS[failures];
    return wait === undefined
      ? ended(message('schedule.failed-too-often', { failures: failures + 1 }))
      : { continuesAt: now + wait, message: message('schedule.failed') };
  }
  switch (exitCode) {
    case 7:
      return { continuesAt: now + LOCK_RETRY_DELAY, message: message('schedule.locked') };
    case 8: {
      const continuesAt = nextOpening(sealed, now, false);
      return continuesAt === null
        ? ended(message('schedule.no-window-left'))
        : { continuesAt, message: message('schedule.waits-for-window') };
    }
    case 11: {
      // A plan that is made new each time cannot be signed beforehand, so its occurrence ends here.
      const continuesAt =
        schedule && (sealed?.windows ? nextOpening(sealed, now, true) : dueTimes(schedule.when).after(now));
      return continuesAt === null
        ? ended(message('schedule.not-approved'))
        : { continuesAt, message: message('schedule.waits-for-approval') };
    }
    default:
      return ended(message('schedule.exited', { exitCode }));
  }
}

/** When the next window opens. @param later ignore a window that is open now. */
function nextOpening(sealed: AttemptResult['sealed'], now: number, later: boolean): number | null {
  if (sealed?.windows === undefined) return null;
  const windows = createOpenWindows(sealed.windows);
  let opening = windows.nextStart(now);
  // The window opened a moment ago, or holds no work that may start: do not try again immediately.
  if (opening !== null && opening.opens <= now)
    opening = later && opening.closes !== null ? windows.nextStart(opening.closes) : opening;
  if (opening === null) return null;
  const at = Math.max(opening.opens, opening.opens <= now ? now + MINUTE : opening.opens);
  return sealed.finishBy !== null && at >= Date.parse(sealed.finishBy) ? null : at;
}
