/** What a reviewer is told of a plan's windows: when a run can begin, and whether the forecast fits. */

import { iso } from '../../clock.ts';
import type { Finding, Forecast, Plan, SavedWindows } from '../../model.ts';
import { planAgain } from '../../next-command.ts';
import { createFinding } from '../../rules/check.ts';
import { DAY, SECOND } from '../../units.ts';
import { formatMoment, formatOpenWindow, formatUtc } from './describe-windows.ts';
import { createOpenWindows, type OpenWindow } from './open-windows.ts';

/** A plan that could never begin is refused while it can still be fixed. @param now milliseconds since 1970 UTC. */
export function windowsClosedFindings(plan: Plan, windows: SavedWindows | null, now: number): Finding[] {
  if (windows === null) return [];
  const openings = createOpenWindows(windows);
  const { source } = plan;
  // Nobody wrote a plan that was made from a run: there is nothing in it that could be fixed.
  const fixOf = (fix: string) =>
    source ? planAgain({ file: '', source: { ...source, ignoresWindows: true } }, 'SAVED') : fix;
  const closed = (message: string, fix: string) => [
    createFinding('Refit.WindowsClosed', { message, fix: fixOf(fix) }),
  ];
  const next = openings.nextStart(now);
  if (next === null) {
    const why = openings.next(now, 1).length > 0 ? 'lasts longer than lastStart' : 'is not frozen';
    return closed(`no window that ${why} opens within a year`, 'other windows, freezes or lastStart');
  }
  const { timezone } = windows;
  const opens = `the next window opens ${formatMoment(next.opens, timezone)} ${timezone} (${formatUtc(next.opens)})`;
  const expiresAt = now + plan.expires;
  if (next.opens > expiresAt) {
    const days = Math.ceil((next.opens - now) / DAY) + 1;
    const message = `${opens}, and the saved plan would expire before, at ${formatUtc(expiresAt)}: no run of it could begin`;
    return closed(message, `expires: ${days}d`);
  }
  if (plan.finishBy !== null && Date.parse(plan.finishBy) <= next.opens)
    return closed(`${opens}, and finishBy is ${plan.finishBy}: nothing would be ordered`, 'a later finishBy');
  return [];
}

/** Whether so many seconds of ordering fit into an opening, from a moment on. */
export function fitsInto({ opens, lastStart }: OpenWindow, from: number, seconds: number): boolean {
  return lastStart === null || lastStart - Math.max(opens, from) >= seconds * SECOND;
}

/** Seconds from the begin of a run by which its last order has left, nine times of ten; where nobody has reckoned that, at the request rate. */
export function secondsToFit({ leastSeconds, time }: Pick<Forecast, 'leastSeconds' | 'time'>): number {
  return Math.max(leastSeconds, time?.lastOrder.p90 ?? 0);
}

/** The first window in which a run can begin. @param seconds by which the last order has left. */
export function comingWindow(
  windows: SavedWindows,
  now: number,
  seconds: number,
): NonNullable<Forecast['window']> | null {
  const next = createOpenWindows(windows).nextStart(now);
  if (next === null) return null;
  return {
    opens: iso(next.opens),
    closes: next.closes === null ? null : iso(next.closes),
    local: `${formatOpenWindow(next, windows.timezone)} ${windows.timezone}`,
    fits: fitsInto(next, now, seconds),
  };
}

export function windowTooShortFindings(forecast: Forecast): Finding[] {
  const { orders, window, time } = forecast;
  if (window === undefined || window.fits) return [];
  const on = time && time.windows > 1 ? `: it is likely to go on over ${time.windows} windows` : '';
  const message = `the last of ${orders} orders leaves within ${secondsToFit(forecast)} s nine times of ten, longer than the window ${window.local} leaves to begin in${on}`;
  return [createFinding('Refit.WindowTooShort', { message })];
}
