/** What can be wrong with a plan's schedule though each value fits its schema. Trusts nothing about its shape. */

import { dueTimes, faultOfCron } from '../windows/due-times.ts';
import { isTimeZone } from '../windows/time-zone.ts';
import { parseInstant } from '../windows/window-text.ts';
import { checkTimeZone, type Say } from './check-windows.ts';
import type { Path } from './yaml-places.ts';

const WHOLE: Path = ['schedule'];

/** Any moment will do: what never comes from here on never comes. */
const ANY_MOMENT = Date.UTC(2026, 0, 1);

export function checkSchedule(written: unknown, say: Say): void {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return;
  const schedule = written as Readonly<Record<string, unknown>>;
  whichTimes(schedule, say);
  const { cron, timezone, once, catchUp, catchUpWithin } = schedule;
  checkTimeZone(timezone, [...WHOLE, 'timezone'], say);
  if (typeof cron === 'string') checkCron(cron, timezone, say);
  if (typeof once === 'string' && parseInstant(once) === null) {
    const what = `once is ${once.slice(0, 40)}, a moment that does not exist`;
    say([...WHOLE, 'once'], what, 'once: 2026-11-25T01:30:00+08:00');
  }
  if (catchUp === 'skip' && catchUpWithin !== undefined) {
    const what = 'catchUpWithin says how late a time is made up for, and catchUp: skip that none is';
    say([...WHOLE, 'catchUpWithin'], what, 'remove one of the two', { key: true });
  }
}

/** Times by cron in a zone, or one moment. */
function whichTimes({ cron, timezone, once }: Readonly<Record<string, unknown>>, say: Say): void {
  const missing = { code: 'Refit.MissingKey', key: true };
  if (cron === undefined && once === undefined)
    say(WHOLE, 'the schedule names no time', 'cron: "30 1 * * Tue"', missing);
  if (cron !== undefined && once !== undefined) {
    const what = 'the schedule names times by cron, and one moment beside them';
    say([...WHOLE, 'once'], what, 'keep one of cron and once', { key: true });
  }
  if (cron !== undefined && timezone === undefined) {
    const what = 'cron has no time zone: nobody could tell when that is';
    say([...WHOLE, 'cron'], what, 'timezone: Asia/Shanghai', missing);
  }
  if (cron === undefined && once !== undefined && timezone !== undefined) {
    const what = 'a moment brings its own zone: timezone belongs to cron';
    say([...WHOLE, 'timezone'], what, 'remove it', { key: true });
  }
}

function checkCron(cron: string, timezone: unknown, say: Say): void {
  // What the schema refuses has its finding.
  if (cron.trim().split(/\s+/).length !== 5) return;
  const path = [...WHOLE, 'cron'];
  const shown = JSON.stringify(cron.slice(0, 60));
  const fault = faultOfCron(cron);
  if (fault !== null) {
    const mend = 'cron: "30 1 * * Tue"   (minute 0-59, hour 0-23, day 1-31, month 1-12, weekday Sun-Sat)';
    return say(path, `cron is ${shown}: ${fault.slice(0, 160)}`, mend);
  }
  const zone = typeof timezone === 'string' && isTimeZone(timezone) ? timezone : 'UTC';
  if (dueTimes({ kind: 'cron', cron, timezone: zone }).after(ANY_MOMENT) === null)
    say(path, `cron is ${shown}, which never comes`, 'cron: "30 1 * * Tue"');
}
