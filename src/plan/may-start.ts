/** Whether a saved plan may start a run now. */
import { CLOCK_SKEW, iso } from '../clock.ts';
import { RefitError } from '../errors.ts';
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
    throw new RefitError(
      'plan-expired',
      `the saved plan expired at ${expiresAt}; it is ${iso(now)}`,
      `${again}   makes a new plan for the present fleet`,
    );
  if (Date.parse(sealedAt) > now + CLOCK_SKEW)
    throw new RefitError(
      'plan-expired',
      `the saved plan was sealed at ${sealedAt}, which is later than now (${iso(now)})`,
      `if the clock of this machine is right: ${again}`,
    );
}
