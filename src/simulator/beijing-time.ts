/** The provider's times: `yyyy-mm-dd hh:mm:ss` without a zone, always Beijing time (UTC+8, no daylight saving). */

const OFFSET = 8 * 3600_000;

/** What the provider writes where there is no time. Source: facts §2.1, read 2026-11. */
export const ZERO_TIME = '0000-00-00 00:00:00';

/** Milliseconds since 1970 UTC as the provider writes them; null is the zero time. */
export function beijingTime(ms: number | null): string {
  if (ms === null) return ZERO_TIME;
  return new Date(ms + OFFSET).toISOString().slice(0, 19).replace('T', ' ');
}

/** The Beijing date as eight digits, with which order numbers begin. */
export function beijingDate(ms: number): string {
  return new Date(ms + OFFSET).toISOString().slice(0, 10).replaceAll('-', '');
}

/** The provider's spelling of a time as milliseconds since 1970 UTC; null where it is not one. */
export function parseBeijingTime(text: string): number | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text);
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Date.UTC(year, month - 1, day, hour, minute, second) - OFFSET;
  return beijingTime(ms) === text ? ms : null;
}

/** The next moment at or after `ms` at which it is `hour` o'clock in Beijing. */
export function nextBeijingHour(ms: number, hour: number): number {
  const day = 24 * 3600_000;
  const midnight = Math.floor((ms + OFFSET) / day) * day - OFFSET;
  const today = midnight + hour * 3600_000;
  return today >= ms ? today : today + day;
}
