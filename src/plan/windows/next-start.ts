/** When a run of a saved plan can start at the earliest. Pure. */
import type { SavedPlan } from '../../model.ts';
import { HOUR } from '../../units.ts';
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
