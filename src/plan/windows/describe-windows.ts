/** Openings in words: weekday, date and time of the plan's zone, and UTC beside them where a person acts on it. */
import { iso } from '../../clock.ts';
import type { SavedWindows } from '../../model.ts';
import type { OpenWindow, OpenWindows } from './open-windows.ts';
import { wallTime } from './time-zone.ts';
import { WEEKDAYS } from './window-text.ts';

/** `Wed 2026-11-25 01:00` */
export function formatMoment(at: number, zone: string): string {
  const { date, time, weekday } = wallTime(at, zone);
  return `${WEEKDAYS[weekday - 1]} ${date} ${time}`;
}

/** `Wed 2026-11-25 01:00-05:00`, `Fri 2026-11-27 22:00 to Sat 2026-11-28 02:00`, `from Fri 2026-11-27 22:00 on`. */
export function formatOpenWindow(
  { opens, closes }: Pick<OpenWindow, 'opens' | 'closes'>,
  zone: string,
): string {
  const from = formatMoment(opens, zone);
  if (closes === null) return `from ${from} on`;
  const to = formatMoment(closes, zone);
  return from.slice(0, 14) === to.slice(0, 14) ? `${from}-${to.slice(15)}` : `${from} to ${to}`;
}

/** `2026-11-24 17:00 UTC` */
export function formatUtc(at: number): string {
  return `${iso(at).slice(0, 16).replace('T', ' ')} UTC`;
}

/**
 * Why no step may begin at a moment, and when one may; null where one may begin. One sentence for screen, status,
 * journal and report.
 */
export function closedWindowsMessage(
  openings: OpenWindows,
  windows: SavedWindows,
  at: number,
): string | null {
  if (openings.mayStart(at)) return null;
  const { timezone } = windows;
  const opening = openings.at(at);
  const frozen = openings.frozenBy(at);
  const why =
    opening !== null
      ? `the window closes at ${formatMoment(opening.closes!, timezone)} ${timezone}, and its last start was ${formatMoment(opening.lastStart!, timezone)}`
      : frozen !== null
        ? `frozen: ${frozen}; it is ${formatMoment(at, timezone)} ${timezone}`
        : `outside the windows: it is ${formatMoment(at, timezone)} ${timezone}`;
  const next = openings.nextStart(at);
  if (next === null) return `${why}; no window opens within a year`;
  return `${why}; the next opens ${formatMoment(next.opens, timezone)} (${formatUtc(next.opens)})`;
}
