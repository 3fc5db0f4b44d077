/** What the page of the schedule shows. Times are ISO 8601 UTC. */
import type { Message, Schedule } from '../../model.ts';
import type { WaitingItem } from '../../operations/overview/overview.ts';
import type { DueFacts } from '../../operations/reviews/due-plans.ts';
import type { CalendarEvent, CalendarSpan, DayContent } from '../../schedule/calendar.ts';

export type { CalendarEvent, CalendarSpan, DayContent, DueFacts };

/** `GET /api/schedule?view=week|month&date=2026-11-30&zone=Asia/Shanghai`. */
export interface ScheduleView {
  readonly now: string;
  /** Where the schedule is, for people. */
  readonly place: string;
  readonly kind: 'folder' | 'store';
  /** Whether a scheduler lives. Without one, nothing starts. */
  readonly hasScheduler: boolean;
  /** The command that starts a scheduler. */
  readonly startCommand: string;
  readonly plans: readonly ScheduleRow[];
  /** What is due next, of all plans; null: nothing is. */
  readonly next: CalendarEvent | null;
  readonly calendar: CalendarView;
}

/** What a plan on schedule would do. */
export interface DuePlan {
  /** Its name in the folder or in the store. */
  readonly name: string;
  /** Where people see it; null: it is in the store only. */
  readonly page: 'plan' | 'review' | null;
  /** The YAML of its targets; null: the plan is saved, and its review says it. */
  readonly targets: string | null;
  /** What it will do; null: only those of the plans that are due first are known. */
  readonly facts: DueFacts | null;
}

/** `GET /api/schedule/:plan`: one plan on schedule; null: it is not. */
export interface DuePlanView extends DuePlan, Pick<ScheduleRow, 'title' | 'does' | 'when' | 'enabled'> {
  /** null: never by itself. */
  readonly next: string | null;
  readonly hasScheduler: boolean;
  /** The command that starts a scheduler. */
  readonly startCommand: string;
}

/** A file of the schedule. */
export interface ScheduleRow extends Pick<DuePlan, 'page' | 'targets' | 'facts'> {
  /** Its name in the folder or in the store. */
  readonly name: string;
  /** The author's name of the plan; null: it cannot be scheduled. */
  readonly title: string | null;
  readonly does: Schedule['does'] | null;
  readonly when: Schedule['when'] | null;
  readonly enabled: boolean;
  /** Why it cannot be scheduled, or never starts; null: it can. `message` and `fix` are English, and pages have words for some. */
  readonly problem: {
    readonly kind: 'plan-without-schedule' | 'saved-without-schedule' | 'other';
    readonly message: string;
    readonly fix: string | null;
    /** The message as data; null: there are only the English words. */
    readonly about: Message | null;
  } | null;
  readonly next: string | null;
  readonly last: LastOccurrence | null;
}

export interface LastOccurrence {
  readonly due: string;
  readonly state: 'running' | 'postponed' | 'done' | 'failed';
  readonly exitCode: number | null;
  readonly message: Message | null;
  readonly run: string | null;
}

/** A saved plan or a run that waits, and for what. */
export interface WaitingPlan extends Pick<WaitingItem, 'plan' | 'run' | 'file'> {
  readonly kind: WaitingItem['waits']['kind'];
}

/** The days of a week or a month in a zone. */
export interface CalendarView {
  readonly view: 'week' | 'month';
  readonly zone: string;
  /** A date of it, `2026-11-30`; and dates in the range before and after it. */
  readonly date: string;
  readonly previous: string;
  readonly next: string;
  /** The date of now in the zone. */
  readonly today: string;
  readonly days: readonly DayContent[];
  readonly events: readonly CalendarEvent[];
  readonly spans: readonly CalendarSpan[];
  /** What waits without a schedule, and has windows. Spans name it by its place. */
  readonly waiting: readonly WaitingPlan[];
  /** How many events are left out. */
  readonly more: number;
}

/** `POST /api/schedule/:plan/switch`. */
export interface SwitchRequest {
  readonly enabled: boolean;
}

/** The answer to `POST /api/schedule/:plan/run`: what the scheduler decided. */
export interface RunNowAnswer {
  readonly accepted: boolean;
  /** Why it refused; null: it starts. */
  readonly message: Message | null;
}
