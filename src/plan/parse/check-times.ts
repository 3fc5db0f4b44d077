/** Checks the windows and the schedule of a plan beyond the schema. It trusts nothing about their shape. */

import { closest } from '../../closest-word.ts';
import { message } from '../../messages/messages.ts';
import type { Message } from '../../model.ts';
import { MINUTE } from '../../units.ts';
import { cronFault, dueTimes } from '../windows/due-times.ts';
import { createOpenWindows, LOOK_AHEAD } from '../windows/open-windows.ts';
import { isTimeZone, timeZones } from '../windows/time-zone.ts';
import { isDate, parseInstant, parseWindow } from '../windows/window-text.ts';
import { parseDuration } from './quantity.ts';
import type { Path } from './read-yaml.ts';

/** Adds a finding about the value at a path. */
export type Report = (
  path: Path,
  finding: Message,
  more?: {
    /** Default: `Refit.BadValue`. */
    readonly code?: string;
    /** Whether the finding marks the key instead of the value. */
    readonly key?: boolean;
    /** Another value that the finding shows. */
    readonly also?: Path;
    readonly instance?: string;
  },
) => void;

export function checkWindows(windows: Readonly<Record<string, unknown>>, report: Report): void {
  checkTimeZone(windows.timezone, ['windows', 'timezone'], report);
  const allow = texts(windows.allow);
  for (const [index, text] of allow.entries()) checkLength(text, ['windows', 'allow', index], report);
  for (const [index, text] of texts(windows.freeze).entries())
    if (text !== '') checkFreeze(text, ['windows', 'freeze', index], report);
  for (const key of ['allow', 'freeze'] as const) checkDuplicates(texts(windows[key]), key, report);
  checkLastStart(windows.lastStart, allow, report);
}

/** Reports a zone that is not in the tz database, with the nearest one that is. */
function checkTimeZone(name: unknown, path: Path, report: Report): void {
  if (typeof name !== 'string' || isTimeZone(name)) return;
  const meant = /beijing|peking|china/i.test(name)
    ? 'Asia/Shanghai'
    : (closest(name, timeZones()) ??
      timeZones().find((zone) => zone.toLowerCase().endsWith(`/${name.toLowerCase()}`)) ??
      null);
  report(path, message('plan-check.time-zone', { name: name.slice(0, 60), meant }));
}

function checkLength(text: string, path: Path, report: Report): void {
  const [, days = '', from, to] = /^(\S+) (\d{2}:\d{2})-(\d{2}:\d{2})$/.exec(text) ?? [];
  if (from === undefined || from !== to) return;
  report(path, message('plan-check.window-without-length', { time: from, days }));
}

function checkFreeze(text: string, path: Path, report: Report): void {
  const [first = '', last = first] = text.split('..');
  const unit = text.includes('T') ? 'moment' : 'day';
  const at = (part: string) => (unit === 'day' ? (isDate(part) ? part : null) : parseInstant(part));
  const [from, to] = [at(first), at(last)];
  if (from === null || to === null) {
    const written = from === null ? first : last;
    report(path, message('plan-check.freeze-does-not-exist', { written, unit }));
  } else if (to < from) {
    report(path, message('plan-check.freeze-reversed', { from: first, to: last, unit }));
  } else if (unit === 'moment' && to === from) {
    report(path, message('plan-check.freeze-empty', { at: last }));
  }
}

function checkDuplicates(all: readonly string[], key: string, report: Report): void {
  const seen = new Set<string>();
  for (const [index, text] of all.entries()) {
    if (text !== '' && seen.has(text))
      report(['windows', key, index], message('plan-check.listed-twice', { written: text }));
    seen.add(text);
  }
}

/** Any Monday. The two weeks after it show every kind of window that a plan without freezes has. */
const ANY_MONDAY = Date.UTC(2026, 0, 5);

function checkLastStart(written: unknown, allow: readonly string[], report: Report): void {
  const before = parseDuration(written);
  if (before === null) return;
  const known = allow.filter((text) => parseWindow(text) !== null);
  if (known.length === 0) return;
  // In UTC, where the clock never changes, the windows have their usual lengths.
  const always = { timezone: 'UTC', freeze: [], calendars: [], atClose: 'drain' } as const;
  const openWindows = createOpenWindows({ ...always, allow: known, lastStart: before });
  if (openWindows.nextStart(ANY_MONDAY) !== null) return;
  const longest = Math.max(
    ...openWindows.next(ANY_MONDAY, 30).map(({ opens, closes }) => (closes ?? opens + LOOK_AHEAD) - opens),
  );
  const tooLong = message('plan-check.last-start-too-long', {
    written: String(written),
    longest: longest / MINUTE,
    suggested: Math.max(1, Math.floor(longest / (2 * MINUTE))),
  });
  report(['windows', 'lastStart'], tooLong);
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map((one) => (typeof one === 'string' ? one : '')) : [];
}

/** Any moment: cron fields that are never due after it are never due. */
const ANY_MOMENT = Date.UTC(2026, 0, 1);

export function checkSchedule(schedule: Readonly<Record<string, unknown>>, report: Report): void {
  checkTimes(schedule, report);
  const { cron, timezone, once, catchUp, catchUpWithin } = schedule;
  checkTimeZone(timezone, ['schedule', 'timezone'], report);
  if (typeof cron === 'string') checkCron(cron, timezone, report);
  if (typeof once === 'string' && parseInstant(once) === null) {
    const moment = { key: 'once', written: once.slice(0, 40), example: '2026-11-25T01:30:00+08:00' };
    report(['schedule', 'once'], message('plan-check.no-such-moment', moment));
  }
  if (catchUp === 'skip' && catchUpWithin !== undefined) {
    report(['schedule', 'catchUpWithin'], message('plan-check.skip-with-limit'), { key: true });
  }
}

/** A schedule has either cron with a time zone, or one moment. */
function checkTimes({ cron, timezone, once }: Readonly<Record<string, unknown>>, report: Report): void {
  const missing = { code: 'Refit.MissingKey', key: true };
  if (cron === undefined && once === undefined)
    report(['schedule'], message('plan-check.schedule-without-time'), missing);
  if (cron !== undefined && once !== undefined) {
    report(['schedule', 'once'], message('plan-check.schedule-two-times'), { key: true });
  }
  if (cron !== undefined && timezone === undefined) {
    report(['schedule', 'cron'], message('plan-check.cron-without-zone'), missing);
  }
  if (cron === undefined && once !== undefined && timezone !== undefined) {
    report(['schedule', 'timezone'], message('plan-check.once-with-zone'), { key: true });
  }
}

function checkCron(cron: string, timezone: unknown, report: Report): void {
  // For any other number of fields the schema has a finding.
  if (cron.trim().split(/\s+/).length !== 5) return;
  const path = ['schedule', 'cron'];
  const written = cron.slice(0, 60);
  const cause = cronFault(cron)?.slice(0, 160);
  if (cause !== undefined) return report(path, message('plan-check.cron-invalid', { cron: written, cause }));
  const zone = typeof timezone === 'string' && isTimeZone(timezone) ? timezone : 'UTC';
  if (dueTimes({ kind: 'cron', cron, timezone: zone }).after(ANY_MOMENT) === null)
    report(path, message('plan-check.cron-never-due', { cron: written }));
}
