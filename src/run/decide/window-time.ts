/** Maintenance windows in time: each day, Beijing time, not over midnight. Source: facts §2.6, read 2026-11. */
import { fromBeijing, toBeijing } from '../../cloud/wire/beijing-time.ts';
import type { MaintenanceWindow } from '../../model.ts';

const DAY = 86_400_000;

/** One opening of a window: from `opens` on, before `closes`, milliseconds since 1970 UTC. */
export interface Opening {
  readonly opens: number;
  readonly closes: number;
}

/** The opening that a moment lies in, else the next one. */
export function openingAt(window: MaintenanceWindow, at: number): Opening {
  const of = (day: number): Opening => {
    const date = toBeijing(day).slice(0, 10);
    return {
      opens: fromBeijing(`${date} ${window.from}:00`)!,
      closes: fromBeijing(`${date} ${window.to}:00`)!,
    };
  };
  const today = of(at);
  return at < today.closes ? today : of(at + DAY);
}

/** True where the window is open at the moment. */
export function isOpen(window: MaintenanceWindow, at: number): boolean {
  return openingAt(window, at).opens <= at;
}

/** The end of the second opening from a moment on, the one that it lies in counted. */
export function secondClosing(window: MaintenanceWindow, at: number): number {
  return openingAt(window, openingAt(window, at).closes).closes;
}

/** Between the last look before a window opens and its opening, milliseconds: more than clocks differ. */
const BEFORE_OPENING = 60_000;

/** The longest between two looks while nothing can have begun that should not. */
const SPARINGLY = 30 * 60_000;

/** How often it is looked while the window is open. */
const WHILE_OPEN = 15_000;

/**
 * How long to leave a change alone that waits for its window: ever longer while the window is far, with a look just
 * before it opens, which proves what has begun outside of it, and often while it is open.
 * @param since when it was accepted.
 */
export function pauseUntilLook(window: MaintenanceWindow, since: number, now: number): number {
  const { opens, closes } = openingAt(window, now);
  if (opens <= now) return Math.min(WHILE_OPEN, Math.max(1_000, closes - now));
  const growing = Math.min(SPARINGLY, Math.max(5_000, (now - since) / 2));
  const last = opens - BEFORE_OPENING;
  return now < last ? Math.min(growing, last - now) : opens - now + 1_000;
}

/** What is known of when a change began. Milliseconds since 1970 UTC. */
export interface Beginning {
  /** When it was last known not to have begun: by a look, else when it was ordered. */
  readonly notYetAt: number;
  /** When it was first seen to have begun. */
  readonly seenAt: number;
  readonly orderedAt: number;
  /** When its task began by the task list; null where that was not read. */
  readonly taskAt: number | null;
}

/** A task this much younger than its order did not get its time from the order. */
const NOT_THE_ORDERS = 2 * 60_000;

/** Clocks differ by less. */
const CLOCKS = 30_000;

/**
 * Whether a change certainly began outside its window: no moment of the window lies between the last look that found it
 * waiting and the first that did not, or the task list says so. A task's time that is about the order's proves nothing,
 * because it may be the time at which the task was made.
 */
export function beganOutside(window: MaintenanceWindow, began: Beginning): boolean {
  const { opens } = openingAt(window, began.notYetAt);
  if (opens > began.seenAt + CLOCKS) return true;
  const { taskAt } = began;
  if (taskAt === null || taskAt < began.orderedAt + NOT_THE_ORDERS) return false;
  return ![taskAt - CLOCKS, taskAt, taskAt + CLOCKS].some((at) => isOpen(window, at));
}
