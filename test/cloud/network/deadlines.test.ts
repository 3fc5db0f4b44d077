import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock.ts';
import { createDeadlines } from '../../../src/cloud/network/deadlines.ts';

describe('many deadlines on one timer', () => {
  it('come at their times in any order of creation, unless they are cancelled', async () => {
    const clock = new VirtualClock();
    const deadlines = createDeadlines(clock);
    const came: [string, number][] = [];
    const within = (name: string, ms: number) =>
      deadlines.after(ms, () => came.push([name, Math.round(clock.monotonic())]));
    await clock.run(async () => {
      within('late', 300);
      const off = within('off', 100);
      within('soon', 50);
      await clock.sleep(60);
      off();
      within('between', 100);
      await clock.sleep(1000);
      within('again', 20);
      await clock.sleep(100);
    });
    expect(came).toEqual([
      ['soon', 50],
      ['between', 160],
      ['late', 300],
      ['again', 1080],
    ]);
  });
});
