import { describe, expect, it } from 'vitest';
import { iso, VirtualClock } from '../../src/clock.ts';
import { collectAtTimes } from '../../src/schedule/collect-usage.ts';
import { HOUR, MINUTE } from '../../src/units.ts';

/** Collects every night for so many hours. @param codes how each collection ends; it takes 20 minutes. */
async function nights(hours: number, codes: readonly (number | null | Error)[] = [], cron = '30 2 * * *') {
  const clock = new VirtualClock(Date.UTC(2026, 10, 30, 12));
  const over = new AbortController();
  const events: string[] = [];
  const note = (text: string) => events.push(`${iso(clock.now()).slice(5, 16).replace('T', ' ')} ${text}`);
  let started = 0;
  await clock.run(async () => {
    const collecting = collectAtTimes({
      ...{ clock, cron, timezone: 'Asia/Shanghai', output: 'collect.log', over: over.signal, log: note },
      async launch() {
        const code = codes[started++] ?? 0;
        if (code instanceof Error) throw code;
        note('starts');
        const stopped = new AbortController();
        const ended = clock
          .sleep(20 * MINUTE, stopped.signal)
          .then(() => (stopped.signal.aborted ? null : code));
        return { ended, stop: () => stopped.abort() };
      },
    });
    await clock.sleep(hours * HOUR);
    over.abort();
    await collecting;
  });
  return events;
}

describe('a scheduler that collects', () => {
  it('starts once at each time of cron, in its zone', async () => {
    expect(await nights(48)).toEqual([
      '11-30 18:30 starts',
      '11-30 18:50 usage collect ended',
      '12-01 18:30 starts',
      '12-01 18:50 usage collect ended',
    ]);
  });

  it.each<[string, number | Error, string]>([
    ['a collection of another host', 7, '18:50 usage collect: another process collects'],
    ['a region that was refused', 1, '18:50 usage collect exited with 1; its output is collect.log'],
    ['a program that does not start', new Error('ENOENT'), '18:30 usage collect did not start: ENOENT'],
  ])('goes on after %s', async (_, end, said) => {
    const events = await nights(48, [end]);
    expect(events.find((one) => one.includes('usage collect'))).toBe(`11-30 ${said}`);
    expect(events.at(-1)).toBe('12-01 18:50 usage collect ended');
  });

  it('stops a collection in progress when the scheduler ends', async () => {
    expect((await nights(6.75)).at(-1)).toBe(
      '11-30 18:45 usage collect was stopped; its output is collect.log',
    );
    expect(await nights(6)).toEqual([]);
  });

  it('leaves out times that pass while it collects', async () => {
    const events = await nights(7, [], '*/15 2 * * *');
    expect(events.filter((one) => one.endsWith('starts'))).toEqual([
      '11-30 18:00 starts',
      '11-30 18:30 starts',
    ]);
  });
});
