/** What the overview shows. Times are ISO 8601 UTC. */
import type { Fault } from '../../messages/refit-error.ts';
import type { Overview } from '../../operations/overview/overview.ts';
import type { CalendarEvent, DuePlan } from './schedule.ts';

/** `GET /api/overview`, and the `value` events of `GET /api/overview/events`. */
export interface OverviewView extends Overview {
  /** The next seven days of the schedule, and what was missed in the last ones; null: the console has no schedule. */
  readonly week: OverviewWeek | null;
}

export interface OverviewWeek {
  /** What is due, the next first. */
  readonly coming: readonly CalendarEvent[];
  /** How many more are due in these days. */
  readonly more: number;
  /** What the schedule missed, refused or failed in the last seven days, the newest first. */
  readonly wrong: readonly CalendarEvent[];
  /** The plans of `coming`. */
  readonly plans: readonly DuePlan[];
  /** Whether a scheduler lives. */
  readonly hasScheduler: boolean;
  /** The command that starts a scheduler. */
  readonly startCommand: string;
  /** Why the schedule cannot be read; null: it can. */
  readonly fault: Fault | null;
}
