/**
 * Formats moments in the zone of the user (`TZ`), with UTC beside it. Only for screens that say how things are now. What is
 * kept or sent to others is UTC: plans, reviews, reports, journals, notifications and each time in JSON.
 */
import { iso } from '../clock.ts';
import { MINUTE } from '../units.ts';

/** `2026-11-25 01:30:00 +08:00 (2026-11-24 17:30:00 UTC)`; in UTC `2026-11-24 17:30:00 UTC`. @param at ISO 8601 or ms. */
export function formatLocal(at: number | string): string {
  const moment = typeof at === 'number' ? at : Date.parse(at);
  if (Number.isNaN(moment)) return String(at);
  const utc = `${words(moment)} UTC`;
  const ahead = minutesAhead(moment);
  return ahead === 0 ? utc : `${words(moment + ahead * MINUTE)} ${offset(ahead)} (${utc})`;
}

/** `01:30:00 +08:00`, in UTC `17:30:00 UTC`: for a moment of about now. A dash for null. */
export function formatLocalTime(at: number | string | null): string {
  const time = localTimeOfDay(at);
  if (at === null) return time;
  const ahead = minutesAhead(typeof at === 'number' ? at : Date.parse(at));
  return `${time} ${ahead === 0 ? 'UTC' : offset(ahead)}`;
}

/** `01:30:00`, for lines that follow each other. A dash for null. */
export function localTimeOfDay(at: number | string | null): string {
  if (at === null) return '–';
  const moment = typeof at === 'number' ? at : Date.parse(at);
  return words(moment + minutesAhead(moment) * MINUTE).slice(11);
}

/** `2026-11-24 17:30:00` */
function words(ms: number): string {
  return iso(ms).slice(0, 19).replace('T', ' ');
}

/** `+08:00` */
function offset(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}

function minutesAhead(ms: number): number {
  return -new Date(ms).getTimezoneOffset();
}
