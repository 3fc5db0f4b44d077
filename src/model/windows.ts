/** When steps may begin, and when a plan is due. */

/** When steps may begin, as written. Spellings: `plan/windows/window-text.ts`. */
export interface Windows {
  /** The IANA time zone in which windows and freezes are meant. */
  readonly timezone: string;
  /** Such as `Tue-Thu 01:00-05:00`; empty: at any time that is not frozen. */
  readonly allow: readonly string[];
  /** Such as `2026-11-10..2026-11-12`. */
  readonly freeze: readonly string[];
  /** Milliseconds before a window closes from which on nothing new begins. */
  readonly lastStart: number;
  /** What becomes of what is under way when the window closes: followed to its end, or left to the next apply. */
  readonly atClose: 'drain' | 'halt';
}

/** A calendar whose events are freezes, as it was read when planning. */
export interface SealedCalendar {
  /** Its file, as the plan names it. */
  readonly file: string;
  /** ISO 8601 UTC. Nothing begins from then on: what the calendar says of later times is not sealed. */
  readonly knownUntil: string;
  /** ISO 8601 UTC, `to` not included; in the order of their beginnings. */
  readonly freezes: readonly { readonly from: string; readonly to: string; readonly title: string }[];
}

/** Windows as they were approved: what their calendars said is a part of them. */
export interface SavedWindows extends Windows {
  readonly calendars: readonly SealedCalendar[];
}

/** When a plan is due by itself, and what is done then: `refit schedule`. */
export interface Schedule {
  readonly when: /** Five fields of cron, by the clock of an IANA time zone. */
    | { readonly kind: 'cron'; readonly cron: string; readonly timezone: string }
    /** `at`: ISO 8601 UTC; `zone`: the offset in which it was written, such as `+08:00`, or `UTC`. */
    | { readonly kind: 'once'; readonly at: string; readonly zone: string };
  /** `dry-run`: plan, and keep the review. `run`: plan anew, and carry it out; a saved plan is carried out as it is. */
  readonly does: 'dry-run' | 'run';
  /** Of due times that went by while nobody looked: the newest is made up for, or none is. */
  readonly catchUp: 'run' | 'skip';
  /** Milliseconds after which one that went by is not made up for any more; absent: no such limit. */
  readonly catchUpWithin?: number;
}
