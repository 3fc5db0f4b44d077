/** Formats moments and open windows: weekday, date and time in the plan's zone, or UTC. */
import { iso } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import type { Message, SavedWindows } from '../../model.ts';
import type { OpenWindow, OpenWindows } from './open-windows.ts';
import { wallTime } from './time-zone.ts';
import { WEEKDAYS } from './window-text.ts';

/** `Wed 2026-11-25 01:00` */
export function formatMoment(at: number, zone: string): string {
  const { date, time, weekday } = wallTime(at, zone);
  return `${WEEKDAYS[weekday - 1]} ${date} ${time}`;
}

/**
 * `Wed 2026-11-25 01:00-05:00`, `Fri 2026-11-27 22:00 to Sat 2026-11-28 02:00`, `from Fri 2026-11-27 22:00 on`,
 * `open now, until Thu 2026-12-24 00:00`, or `open now, no end`. With times, the zone follows.
 */
export function formatOpenWindow(window: OpenWindow, zone: string, now: number): string {
  const { opens, closes } = window;
  return closes === null && opens <= now ? 'open now, no end' : `${formatTimes(window, zone)} ${zone}`;
}

function formatTimes({ opens, closes, isOpenLonger }: OpenWindow, zone: string): string {
  if (isOpenLonger && closes !== null) return `open now, until ${formatMoment(closes, zone)}`;
  const from = formatMoment(opens, zone);
  if (closes === null) return `from ${from} on`;
  const to = formatMoment(closes, zone);
  return from.slice(0, 14) === to.slice(0, 14) ? `${from}-${to.slice(15)}` : `${from} to ${to}`;
}

/** `2026-11-24 17:00 UTC` */
export function formatUtc(at: number): string {
  return `${iso(at).slice(0, 16).replace('T', ' ')} UTC`;
}

/** Why no step may start at a moment, with the next window; null when one may start. */
export function closedWindowsMessage(
  openWindows: OpenWindows,
  { timezone }: SavedWindows,
  at: number,
): Message | null {
  if (openWindows.mayStart(at)) return null;
  const local = (moment: number) => formatMoment(moment, timezone);
  const window = openWindows.at(at);
  const cause =
    window !== null
      ? ({ kind: 'last-start', closes: local(window.closes!), lastStart: local(window.lastStart!) } as const)
      : (openWindows.frozenBy(at) ?? ({ kind: 'outside' } as const));
  const next = openWindows.nextStart(at);
  const opening = next === null ? null : { local: local(next.opens), utc: formatUtc(next.opens) };
  return message('window.closed', { cause, now: local(at), timezone, opening });
}

/** The windows as parameters of a message. */
export function writtenWindows({ allow, freeze, timezone, calendars }: SavedWindows) {
  return { allow, freeze, timezone, calendars: calendars.length };
}
