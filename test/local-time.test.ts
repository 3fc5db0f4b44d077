import { afterEach, describe, expect, it } from 'vitest';
import { formatLocal, formatLocalTime, localTimeOfDay } from '../src/cli/local-time.ts';

const MOMENT = '2026-11-24T17:30:05.678Z';
const before = process.env.TZ;

describe('a moment in the zone of the user', () => {
  afterEach(() => {
    process.env.TZ = before;
  });

  it.each([
    ['UTC', '2026-11-24 17:30:05 UTC', '17:30:05 UTC'],
    ['Asia/Shanghai', '2026-11-25 01:30:05 +08:00 (2026-11-24 17:30:05 UTC)', '01:30:05 +08:00'],
    ['Asia/Kolkata', '2026-11-24 23:00:05 +05:30 (2026-11-24 17:30:05 UTC)', '23:00:05 +05:30'],
    ['America/St_Johns', '2026-11-24 14:00:05 -03:30 (2026-11-24 17:30:05 UTC)', '14:00:05 -03:30'],
    // An unknown zone is UTC, as in other programs.
    ['No/Where', '2026-11-24 17:30:05 UTC', '17:30:05 UTC'],
  ])('%s', (zone, whole, time) => {
    process.env.TZ = zone;
    expect([formatLocal(MOMENT), formatLocal(Date.parse(MOMENT)), formatLocalTime(MOMENT)]).toEqual([
      whole,
      whole,
      time,
    ]);
  });

  it('is a dash if there is none, and stays as it is if it is no time', () => {
    expect([formatLocalTime(null), localTimeOfDay(null), formatLocal('soon')]).toEqual(['–', '–', 'soon']);
  });
});
