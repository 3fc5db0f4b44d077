/** Findings about the windows of a plan: when a run can start, and whether the forecast fits. */
import { iso } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import type { Finding, Forecast, Message, Plan, SavedWindows } from '../../model.ts';
import { planAgain } from '../../next-command.ts';
import { createFinding } from '../../rules/check.ts';
import { DAY, SECOND } from '../../units.ts';
import { formatMoment, formatOpenWindow, formatUtc } from './describe-windows.ts';
import { createOpenWindows, type OpenWindow } from './open-windows.ts';

/** Refuses a plan that could never start, while the author can still fix it. @param now milliseconds since 1970 UTC. */
export function windowsClosedFindings(plan: Plan, windows: SavedWindows | null, now: number): Finding[] {
  const closed = windows === null ? null : closedMessage(plan, windows, now);
  return closed === null ? [] : [createFinding('Refit.WindowsClosed', closed)];
}

function closedMessage(
  { source, expires, finishBy }: Plan,
  windows: SavedWindows,
  now: number,
): Message | null {
  const openWindows = createOpenWindows(windows);
  const { timezone } = windows;
  // A plan made from a run has no text to fix.
  const command = source
    ? planAgain({ file: '', source: { ...source, ignoresWindows: true } }, 'SAVED')
    : null;
  const next = openWindows.nextStart(now);
  if (next === null)
    return message('window.never', { frozen: openWindows.next(now, 1).length === 0, command });
  const opening = { local: formatMoment(next.opens, timezone), utc: formatUtc(next.opens) };
  const expiresAt = now + expires;
  if (next.opens > expiresAt) {
    const days = Math.ceil((next.opens - now) / DAY) + 1;
    const at = { opening, timezone, expiresAt: formatUtc(expiresAt) };
    return message('window.after-expiry', { ...at, days, command });
  }
  if (finishBy !== null && Date.parse(finishBy) <= next.opens)
    return message('window.after-finish', { opening, timezone, finishBy, command });
  return null;
}

/** Whether a number of seconds of ordering fits into an open window, from a moment on. */
export function fitsInto(
  { opens, lastStart }: Pick<OpenWindow, 'opens' | 'lastStart'>,
  from: number,
  seconds: number,
): boolean {
  return lastStart === null || lastStart - Math.max(opens, from) >= seconds * SECOND;
}

/** Seconds from the start of a run to its last order (p90). Without a forecast, the time at the request rate. */
export function secondsToFit({ leastSeconds, time }: Pick<Forecast, 'leastSeconds' | 'time'>): number {
  return Math.max(leastSeconds, time?.lastOrder.p90 ?? 0);
}

/** The first window in which a run can start. @param seconds from the start of the run to its last order. */
export function comingWindow(
  windows: SavedWindows,
  now: number,
  seconds: number,
): NonNullable<Forecast['window']> | null {
  const next = createOpenWindows(windows).nextStart(now);
  if (next === null) return null;
  return {
    opens: next.isOpenLonger ? null : iso(next.opens),
    closes: next.closes === null ? null : iso(next.closes),
    local: formatOpenWindow(next, windows.timezone, now),
    fits: fitsInto(next, now, seconds),
  };
}
