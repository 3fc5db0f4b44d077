/** When a run of a saved plan can start at the earliest, and whether plan and approvals are still valid then. Pure. */
import { iso } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import type { Finding, SavedPlan } from '../../model.ts';
import { createFinding } from '../../rules/check.ts';
import { DAY, HOUR } from '../../units.ts';
import { dueTimes } from './due-times.ts';
import { createOpenWindows } from './open-windows.ts';

/** The parts of a plan that decide when it can start. */
export type Timing = Pick<SavedPlan, 'windows' | 'schedule'>;

/** The validity of an approval without `--expires`, milliseconds. The help names it too. */
export const USUAL_VALIDITY: number = 24 * HOUR;

/** The first moment from `now` on at which a run can start; null if there is none. Milliseconds since 1970 UTC. */
export function nextStart({ windows, schedule }: Timing, now: number): number | null {
  const due = schedule === undefined ? now : dueTimes(schedule.when).after(now);
  if (due === null || windows === undefined) return due;
  const window = createOpenWindows(windows).nextStart(due);
  return window === null ? null : Math.max(due, window.opens);
}

/** A duration from `now` that covers a start, in hours, with an hour to spare: `60h`. */
export function durationToCover(start: number, now: number): string {
  return `${Math.ceil((start - now) / HOUR) + 1}h`;
}

/**
 * Warns if the plan, or an approval with the usual validity, would expire before a run can start.
 * @param expiresAt milliseconds since 1970 UTC. @param approve the command that approves; null if no approval is needed.
 */
export function expiresEarlyFindings(
  timing: Timing,
  {
    now,
    expiresAt,
    approve,
  }: { readonly now: number; readonly expiresAt: number; readonly approve: string | null },
): Finding[] {
  const start = nextStart(timing, now);
  if (start === null) return [];
  if (start > expiresAt) {
    // Without a schedule, Refit.WindowsClosed refuses the plan.
    if (timing.schedule === undefined) return [];
    const days = Math.ceil((start - now) / DAY) + 1;
    return [
      early(
        message('saved-plan.expires-before-start', { expiresAt: iso(expiresAt), start: iso(start), days }),
      ),
    ];
  }
  if (approve === null || start <= now + USUAL_VALIDITY) return [];
  const command = `${approve} --expires ${durationToCover(start, now)}`;
  return [
    early(
      message('approval.expires-before-start', { hours: USUAL_VALIDITY / HOUR, start: iso(start), command }),
    ),
  ];
}

function early(text: Parameters<typeof createFinding>[1]): Finding {
  return createFinding('Refit.ExpiresEarly', text);
}
