/** When steps may start, and when a plan is due. */

/** When steps may start, as the author wrote it. `plan/windows/window-text.ts` parses the spellings. */
export interface Windows {
  /** The IANA time zone of windows and freezes. */
  readonly timezone: string;
  /** Such as `Tue-Thu 01:00-05:00`. An empty list allows every time without a freeze. */
  readonly allow: readonly string[];
  /** Such as `2026-11-10..2026-11-12`. */
  readonly freeze: readonly string[];
  /** How long before the end of a window the last step may start, milliseconds. */
  readonly lastStart: number;
  /** When the window closes: follow steps in progress to their end, or leave them to the next apply. */
  readonly atClose: 'drain' | 'halt';
}

/** A calendar whose events are freezes, as Refit read it when planning. */
export interface SealedCalendar {
  /** The file name in the plan. */
  readonly file: string;
  /** ISO 8601 UTC. No step starts from then on, because later freezes are not sealed. */
  readonly knownUntil: string;
  /** ISO 8601 UTC, without the moment `to`; in the order of `from`. */
  readonly freezes: readonly { readonly from: string; readonly to: string; readonly title: string }[];
}

/** Windows as people approved them, with the freezes of their calendars. */
export interface SavedWindows extends Windows {
  readonly calendars: readonly SealedCalendar[];
}

/** When a plan is due, and what `refit schedule` does then. */
export interface Schedule {
  readonly when: /** Five fields of cron in an IANA time zone. */
    | { readonly kind: 'cron'; readonly cron: string; readonly timezone: string }
    /** `at`: ISO 8601 UTC. `zone`: the offset that the author wrote, such as `+08:00`, or `UTC`. */
    | { readonly kind: 'once'; readonly at: string; readonly zone: string };
  /** `dry-run`: plan and keep the review. `run`: plan again and apply; a saved plan is applied unchanged. */
  readonly does: 'dry-run' | 'run';
  /** Whether the scheduler catches up on the latest due time that it missed. */
  readonly catchUp: 'run' | 'skip';
  /** How late the scheduler still catches up, milliseconds; absent without a limit. */
  readonly catchUpWithin?: number;
}

/** The freeze that holds at a moment. */
export type FreezeCause =
  /** `title` is the freeze as the author wrote it, or the event of a calendar. */
  | { readonly kind: 'frozen'; readonly title: string; readonly calendar: string | null }
  /** The saved plan does not hold later freezes of the calendar. */
  | { readonly kind: 'calendar-end'; readonly calendar: string };

/** Why a calendar file is refused. Titles and zone names are the file's own text. */
export type CalendarFault =
  | { readonly kind: 'not-there' | 'not-icalendar' | 'no-vcalendar' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'too-many-freezes'; readonly freezes: number; readonly limit: number }
  /** Of the event with that number in the file. The file may be anything, so its words are not shown. */
  | {
      readonly kind: 'no-start' | 'no-end' | 'recurs-too-often' | 'unknown-zone';
      readonly event: number;
    };
