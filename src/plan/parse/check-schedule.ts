/** What can be wrong with a plan's schedule though each value fits its schema. Trusts nothing about its shape. */

import { dueTimes, faultOfCron } from '../windows/due-times.ts';
import { isTimeZone } from '../windows/time-zone.ts';
import { parseInstant } from '../windows/window-text.ts';
import { checkTimeZone } from './check-windows.ts';
import type { Path } from './yaml-places.ts';

/** Says one thing of a value or, with `key`, of the key that it stands under. */
export type SayOfSchedule = (code: string, path: Path, what: string, mend: string, key?: boolean) => void;

const WHOLE: Path = ['schedule'];

/** Any moment will do: what never comes from here on never comes. */
const ANY_MOMENT = Date.UTC(2026, 0, 1);

export function checkSchedule(written: unknown, say: SayOfSchedule): void {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return;
  const { cron, timezone, once, catchUp, catchUpWithin } = written as Readonly<Record<string, unknown>>;
  if (cron === undefined && once === undefined)
    say('Refit.MissingKey', WHOLE, 'the schedule names no time', 'cron: "30 1 * * Tue"', true);
  if (cron !== undefined && once !== undefined)
    say(
      'Refit.BadValue',
      [...WHOLE, 'once'],
      'the schedule names times by cron, and one moment beside them',
      'keep one of cron and once',
      true,
    );
  if (cron !== undefined && timezone === undefined)
    say(
      'Refit.MissingKey',
      [...WHOLE, 'cron'],
      'cron has no time zone: nobody could tell when that is',
      'timezone: Asia/Shanghai',
      true,
    );
  if (cron === undefined && once !== undefined && timezone !== undefined)
    say(
      'Refit.BadValue',
      [...WHOLE, 'timezone'],
      'a moment brings its own zone: timezone belongs to cron',
      'remove it',
      true,
    );
  checkTimeZone(timezone, [...WHOLE, 'timezone'], (path, what, mend) =>
    say('Refit.BadValue', path, what, mend),
  );
  if (typeof cron === 'string') checkCron(cron, timezone, say);
  if (typeof once === 'string' && parseInstant(once) === null)
    say(
      'Refit.BadValue',
      [...WHOLE, 'once'],
      `once is ${once.slice(0, 40)}, a moment that does not exist`,
      'once: 2026-11-25T01:30:00+08:00',
    );
  if (catchUp === 'skip' && catchUpWithin !== undefined)
    say(
      'Refit.BadValue',
      [...WHOLE, 'catchUpWithin'],
      'catchUpWithin says how late a time is made up for, and catchUp: skip that none is',
      'remove one of the two',
      true,
    );
}

function checkCron(cron: string, timezone: unknown, say: SayOfSchedule): void {
  // What the schema refuses has its finding.
  if (cron.trim().split(/\s+/).length !== 5) return;
  const fault = faultOfCron(cron);
  const path = [...WHOLE, 'cron'];
  if (fault !== null)
    return say(
      'Refit.BadValue',
      path,
      `cron is ${JSON.stringify(cron.slice(0, 60))}: ${fault.slice(0, 160)}`,
      'cron: "30 1 * * Tue"   (minute 0-59, hour 0-23, day 1-31, month 1-12, weekday Sun-Sat)',
    );
  const zone = typeof timezone === 'string' && isTimeZone(timezone) ? timezone : 'UTC';
  if (dueTimes({ kind: 'cron', cron, timezone: zone }).after(ANY_MOMENT) === null)
    say(
      'Refit.BadValue',
      path,
      `cron is ${JSON.stringify(cron.slice(0, 60))}, which never comes`,
      'cron: "30 1 * * Tue"',
    );
}
