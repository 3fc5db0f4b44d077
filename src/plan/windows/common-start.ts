/** When steps may start next, if several windows must be open at the same time. */
import type { SavedWindows } from '../../model.ts';
import { createOpenWindows, LOOK_AHEAD, type OpenWindows } from './open-windows.ts';

/** How many openings Refit compares before it gives up: more than a year of daily windows in two calendars. */
const MOST = 2_000;

/**
 * The first moment, from one on, at which all of them let a step start. Null: none within a year.
 * @param from ms since 1970 UTC, as the result.
 */
export function nextCommonStart(all: readonly OpenWindows[], from: number): number | null {
  let at = from;
  for (let tries = 0; tries < MOST && at - from <= LOOK_AHEAD; tries++) {
    const closed = all.find((one) => !one.mayStart(at));
    if (closed === undefined) return at;
    const next = closed.nextStart(at);
    if (next === null) return null;
    at = Math.max(at, next.opens);
  }
  return null;
}

/** The same for windows as a plan or a policy has them. */
export function nextStartOf(windows: readonly SavedWindows[], from: number): number | null {
  return nextCommonStart(
    windows.map((one) => createOpenWindows(one)),
    from,
  );
}
