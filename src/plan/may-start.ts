/** Whether a saved plan may start a run now. */
import { CLOCK_SKEW, iso } from '../clock.ts';
import { message } from '../messages/messages.ts';
import { refitError } from '../messages/refit-error.ts';
import type { SavedPlan } from '../model.ts';
import { planAgain } from '../next-command.ts';

/**
 * Refuses a plan that has expired, or that was sealed later than now: anyone can seal a plan for a later year.
 * @param now milliseconds since 1970 UTC. @param saveAs the file of the next saved plan.
 * @throws RefitError `plan-expired`
 */
export function mustBeCurrent(
  saved: Pick<SavedPlan, 'sealedAt' | 'expiresAt' | 'file' | 'source'>,
  now: number,
  saveAs: string,
): void {
  const { sealedAt, expiresAt } = saved;
  const again = planAgain(saved, saveAs);
  if (now > Date.parse(expiresAt))
    throw refitError(
      'plan-expired',
      message('error.plan-expired', { expiresAt, now: iso(now), command: again }),
    );
  if (Date.parse(sealedAt) > now + CLOCK_SKEW)
    throw refitError(
      'plan-expired',
      message('error.sealed-later', { sealedAt, now: iso(now), command: again }),
    );
}

/**
 * The earliest moment at which a plan can have been sealed, by the clocks of others, ms since 1970 UTC. The clock that
 * sealed it may be ahead of the one that applies it, and that one ahead of the provider and of a database.
 * @param sealedAt ISO 8601 UTC.
 */
export function earliestSeal(sealedAt: string): number {
  return Date.parse(sealedAt) - 2 * CLOCK_SKEW;
}
