/** What can be wrong with a plan's windows and schedule though each value fits its schema. Trusts nothing about their shape. */

import { MINUTE } from '../../units.ts';
import { cronFault, dueTimes } from '../windows/due-times.ts';
import { createOpenWindows, LOOK_AHEAD } from '../windows/open-windows.ts';
import { isTimeZone, timeZones } from '../windows/time-zone.ts';
import { isDate, parseInstant, parseWindow } from '../windows/window-text.ts';
import { closest } from './closest-word.ts';
import type { Remedy } from './plan-text.ts';
import { parseDuration } from './quantity.ts';
import type { Path } from './read-yaml.ts';

/** Says one thing of a value: where it stands, what is wrong, and what to write instead. */
export type Say = (
  path: Path,
  message: string,
  remedy: Remedy,
  more?: {
    /** `Refit.BadValue` where there is none. */
    readonly code?: string;
    /** It is said of the key that the value stands under. */
    readonly key?: boolean;
    /** Another value that is shown with it. */
    readonly also?: Path;
    readonly instance?: string;
  },
) => void;

export function checkWindows(windows: Readonly<Record<string, unknown>>, say: Say): void {
  checkTimeZone(windows.timezone, ['windows', 'timezone'], say);
  const allow = texts(windows.allow);
  for (const [index, text] of allow.entries()) sameTimes(text, ['windows', 'allow', index], say);
  for (const [index, text] of texts(windows.freeze).entries())
    if (text !== '') freeze(text, ['windows', 'freeze', index], say);
  for (const key of ['allow', 'freeze'] as const) twice(texts(windows[key]), key, say);
  lastStart(windows.lastStart, allow, say);
}

/** Says so where a zone is not in the tz database, with the nearest that is. */
function checkTimeZone(name: unknown, path: Path, say: Say): void {
  if (typeof name !== 'string' || isTimeZone(name)) return;
  const fix = /beijing|peking|china/i.test(name)
    ? 'Asia/Shanghai'
    : (closest(name, timeZones()) ?? timeZones().find((zone) => zone.endsWith(`/${name}`)));
  const message = `the time zone ${JSON.stringify(name.slice(0, 60))} is not known here`;
  say(path, message, fix === undefined ? { example: 'timezone: Asia/Shanghai' } : `timezone: ${fix}`);
}

function sameTimes(text: string, path: Path, say: Say): void {
  const [, days, from, to] = /^(\S+) (\d{2}:\d{2})-(\d{2}:\d{2})$/.exec(text) ?? [];
  if (from === undefined || from !== to) return;
  const message = `the window opens and closes at ${from}: it could mean the whole day, or nothing`;
  say(path, message, { example: JSON.stringify(`${days} 00:00-24:00`) });
}

function freeze(text: string, path: Path, say: Say): void {
  const [first = '', last = first] = text.split('..');
  const days = !text.includes('T');
  const at = (part: string) => (days ? (isDate(part) ? part : null) : parseInstant(part));
  const [from, to] = [at(first), at(last)];
  const [on, example] = [days ? 'on ' : 'at ', '2026-11-10..2026-11-12'];
  if (from === null || to === null) {
    const missing = from === null ? first : last;
    say(path, `${missing} is a ${days ? 'day' : 'moment'} that does not exist`, { example });
  } else if (to < from) {
    say(path, `the freeze ends ${on}${last}, before it begins ${on}${first}`, `${last}..${first}`);
  } else if (!days && to === from) {
    say(path, `the freeze ends at ${last}, when it begins: it freezes nothing`, { example });
  }
}

function twice(all: readonly string[], key: string, say: Say): void {
  for (const [index, text] of all.entries())
    if (text !== '' && all.indexOf(text) < index)
      say(['windows', key, index], `${text} is there twice`, 'remove one of the two');
}

/** A Monday, from which on any two weeks show every opening that a plan without freezes can have. */
const ANY_MONDAY = Date.UTC(2026, 0, 5);

function lastStart(written: unknown, allow: readonly string[], say: Say): void {
  const before = parseDuration(written);
  if (before === null) return;
  const known = allow.filter((text) => parseWindow(text) !== null);
  if (known.length === 0) return;
  // By a clock that is never put forward or back: what the windows are on all other days.
  const always = { timezone: 'UTC', freeze: [], calendars: [], atClose: 'drain' } as const;
  const openings = createOpenWindows({ ...always, allow: known, lastStart: before });
  if (openings.nextStart(ANY_MONDAY) !== null) return;
  const longest = Math.max(
    ...openings.next(ANY_MONDAY, 30).map(({ opens, closes }) => (closes ?? opens + LOOK_AHEAD) - opens),
  );
  const message = `lastStart is ${String(written)}, and the longest window lasts ${longest / MINUTE}m: nothing could ever begin`;
  const example = `lastStart: ${Math.max(1, Math.floor(longest / (2 * MINUTE)))}m`;
  say(['windows', 'lastStart'], message, { example });
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map((one) => (typeof one === 'string' ? one : '')) : [];
}

/** Any moment will do: what never comes from here on never comes. */
const ANY_MOMENT = Date.UTC(2026, 0, 1);

export function checkSchedule(schedule: Readonly<Record<string, unknown>>, say: Say): void {
  whichTimes(schedule, say);
  const { cron, timezone, once, catchUp, catchUpWithin } = schedule;
  checkTimeZone(timezone, ['schedule', 'timezone'], say);
  if (typeof cron === 'string') checkCron(cron, timezone, say);
  if (typeof once === 'string' && parseInstant(once) === null) {
    const message = `once is ${once.slice(0, 40)}, a moment that does not exist`;
    say(['schedule', 'once'], message, { example: 'once: 2026-11-25T01:30:00+08:00' });
  }
  if (catchUp === 'skip' && catchUpWithin !== undefined) {
    const message = 'catchUpWithin says how late a time is made up for, and catchUp: skip that none is';
    say(['schedule', 'catchUpWithin'], message, 'remove one of the two', { key: true });
  }
}

/** Times by cron in a zone, or one moment. */
function whichTimes({ cron, timezone, once }: Readonly<Record<string, unknown>>, say: Say): void {
  const missing = { code: 'Refit.MissingKey', key: true };
  if (cron === undefined && once === undefined)
    say(['schedule'], 'the schedule names no time', { example: 'cron: "30 1 * * Tue"' }, missing);
  if (cron !== undefined && once !== undefined) {
    const message = 'the schedule names times by cron, and one moment beside them';
    say(['schedule', 'once'], message, 'keep one of cron and once', { key: true });
  }
  if (cron !== undefined && timezone === undefined) {
    const message = 'cron has no time zone: nobody could tell when that is';
    say(['schedule', 'cron'], message, { example: 'timezone: Asia/Shanghai' }, missing);
  }
  if (cron === undefined && once !== undefined && timezone !== undefined) {
    const message = 'a moment brings its own zone: timezone belongs to cron';
    say(['schedule', 'timezone'], message, 'remove it', { key: true });
  }
}

function checkCron(cron: string, timezone: unknown, say: Say): void {
  // What the schema refuses has its finding.
  if (cron.trim().split(/\s+/).length !== 5) return;
  const path = ['schedule', 'cron'];
  const shown = JSON.stringify(cron.slice(0, 60));
  const fault = cronFault(cron);
  if (fault !== null) {
    const example = 'cron: "30 1 * * Tue"   (minute 0-59, hour 0-23, day 1-31, month 1-12, weekday Sun-Sat)';
    return say(path, `cron is ${shown}: ${fault.slice(0, 160)}`, { example });
  }
  const zone = typeof timezone === 'string' && isTimeZone(timezone) ? timezone : 'UTC';
  if (dueTimes({ kind: 'cron', cron, timezone: zone }).after(ANY_MOMENT) === null)
    say(path, `cron is ${shown}, which never comes`, { example: 'cron: "30 1 * * Tue"' });
}
