// Goal: a window has the right hours of Beijing time, reads are rare while it is far, and "outside" is reported only with
// certainty.
import { describe, expect, it } from 'vitest';
import {
  beganOutside,
  isOpen,
  openingAt,
  pauseUntilRead,
  secondClosing,
} from '../../../src/run/decide/deferred.ts';

const NIGHT = { from: '03:00', to: '06:00' };
const MINUTE = 60_000;

/** A moment of January 2026 in Beijing, such as `5 02:59` or `5 02:59:30`. */
function at(text: string): number {
  const [day, time] = text.split(' ') as [string, string];
  return Date.parse(`2026-01-${day.padStart(2, '0')}T${time.length === 5 ? `${time}:00` : time}+08:00`);
}
const clockOf = (ms: number) => new Date(ms + 8 * 60 * MINUTE).toISOString().slice(9, 16).replace('T', ' ');

describe('a maintenance window', () => {
  it.each([
    ['5 02:59', '5 03:00', '5 06:00', false],
    ['5 03:00', '5 03:00', '5 06:00', true],
    ['5 05:59', '5 03:00', '5 06:00', true],
    ['5 06:00', '6 03:00', '6 06:00', false],
    // Already the 6th in Beijing, still the 5th in UTC.
    ['6 01:00', '6 03:00', '6 06:00', false],
  ])('at %s opens %s and closes %s, open now: %s', (moment, opens, closes, open) => {
    const opening = openingAt(NIGHT, at(moment));
    expect([clockOf(opening.opens), clockOf(opening.closes), isOpen(NIGHT, at(moment))]).toEqual([
      opens,
      closes,
      open,
    ]);
  });

  it.each([
    ['5 10:00', '7 06:00'],
    ['5 02:00', '6 06:00'],
    ['5 04:00', '6 06:00'],
  ])('of an order at %s ends at the end of its second open period, %s', (ordered, closing) => {
    expect(clockOf(secondClosing(NIGHT, at(ordered)))).toBe(closing);
  });
});

describe('the reads of a waiting change', () => {
  it('become rarer, come just before the window opens, and are frequent while it is open', () => {
    const ordered = at('5 10:00');
    const reads: number[] = [];
    for (let now = ordered; now < at('6 03:02'); reads.push(now)) now += pauseUntilRead(NIGHT, ordered, now);
    expect(reads.filter((now) => now < at('6 02:59')).length).toBeLessThan(60);
    expect(reads.slice(0, 6).map((now) => Math.round((now - ordered) / 1000))).toEqual([
      5, 10, 15, 23, 34, 51,
    ]);
    expect(reads.filter((now) => now >= at('6 02:58') && now < at('6 03:00')).map(clockOf)).toEqual([
      '6 02:59',
    ]);
    expect(reads.filter((now) => now >= at('6 03:00')).length).toBeGreaterThan(6);
  });

  it('never stop', () => {
    for (let now = at('5 00:00'); now < at('6 12:00'); now += 7_919)
      expect(pauseUntilRead(NIGHT, at('5 00:00'), now)).toBeGreaterThanOrEqual(1_000);
  });
});

describe('a change that started outside its window', () => {
  // biome-ignore format: one line a case
  it.for([
    ['seen immediately after the order', '5 10:00', '5 10:00', '5 10:01', null, true],
    ['seen in the last read before the window opens', '5 10:00', '5 13:00', '6 02:59', null, true],
    ['seen when the window may be open, because clocks differ', '5 10:00', '6 02:59', '6 02:59:45', null, false],
    ['seen within the window', '5 10:00', '6 02:59', '6 03:00:16', null, false],
    ['not read meanwhile, and the task list says noon', '5 10:00', '5 10:00', '6 09:00', '5 12:00', true],
    ['not read meanwhile, and the task list says within', '5 10:00', '5 10:00', '6 09:00', '6 03:00:01', false],
    ['not read meanwhile, and the task has the time of the order', '5 10:00', '5 10:00', '6 09:00', '5 10:00:02', false],
    ['not read meanwhile, and there is no task', '5 10:00', '5 10:00', '6 09:00', null, false],
    ['seen after the window closed, and waiting just before', '5 10:00', '6 05:59', '6 06:01', null, false],
    ['seen later, and still waiting after the window closed', '5 10:00', '6 06:01', '6 06:31', null, true],
  ] as const)('%s: %s, %s, %s, %s: %s', ([_, ordered, notYet, seen, task, expected]) => {
    const began = {
      orderedAt: at(ordered),
      notYetAt: at(notYet),
      seenAt: at(seen),
      taskAt: task === null ? null : at(task),
    };
    expect(beganOutside(NIGHT, began)).toBe(expected);
  });
});
