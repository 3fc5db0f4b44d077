import { describe, expect, it } from 'vitest';
import { iso, systemClock, VirtualClock } from '../src/clock.ts';

describe('virtual time', () => {
  it('wakes sleepers by time, and those of one moment in the order in which they lay down', async () => {
    const clock = new VirtualClock(0);
    const woke: string[] = [];
    const sleeper = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woke.push(`${name} at ${clock.now()}`);
    };
    await clock.run(() =>
      Promise.all([sleeper('c', 30), sleeper('a', 10), sleeper('b', 10), sleeper('z', -5)]),
    );
    expect(woke).toEqual(['z at 0', 'a at 10', 'b at 10', 'c at 30']);
  });

  it('lets everything that follows from one waking happen before the next', async () => {
    const clock = new VirtualClock(0);
    const seen: string[] = [];
    await clock.run(async () => {
      void clock.sleep(11).then(() => seen.push('later'));
      await clock.sleep(10);
      for (let n = 0; n < 100; n++) await Promise.resolve();
      seen.push('first');
      await clock.sleep(10);
    });
    expect(seen).toEqual(['first', 'later']);
  });

  it('passes a month in no time', async () => {
    const clock = new VirtualClock(0);
    await clock.run(() => clock.sleep(29 * 24 * 3600_000));
    expect(clock.now()).toBe(29 * 24 * 3600_000);
  });

  it('ends an aborted sleep immediately and leaves nothing behind', async () => {
    const clock = new VirtualClock(0);
    const abort = new AbortController();
    await clock.run(async () => {
      void clock.sleep(5).then(() => abort.abort());
      await clock.sleep(1000, abort.signal);
      expect(clock.monotonic()).toBe(5);
      await clock.sleep(1000, abort.signal);
      expect(clock.monotonic()).toBe(5);
    });
    await expect(clock.run(() => new Promise(() => {}))).rejects.toThrow(/virtual time cannot advance/);
  });

  it('a jump of the wall clock wakes nobody, and monotonic time does not see it', async () => {
    const clock = new VirtualClock(1_000_000);
    await clock.run(async () => {
      const asleep = clock.sleep(100);
      clock.jump(-500_000);
      await asleep;
      expect(clock.now()).toBe(500_100);
      expect(clock.monotonic()).toBe(100);
    });
  });

  it('passes on what the work threw', async () => {
    const clock = new VirtualClock();
    await expect(clock.run(async () => Promise.reject(new Error('so it went')))).rejects.toThrow(
      'so it went',
    );
  });

  it('tells when everybody waits for something that never comes, and when its limit is passed', async () => {
    const clock = new VirtualClock();
    await expect(clock.run(() => new Promise(() => {}))).rejects.toThrow(/virtual time cannot advance/);
    const forever = async () => {
      for (;;) await clock.sleep(60_000);
    };
    await expect(clock.run(forever, 3600_000)).rejects.toThrow(/limit/);
  });

  it('waits for real input and output that ends soon', async () => {
    const clock = new VirtualClock();
    const real = () =>
      new Promise<string>((resolve) => setImmediate(() => setImmediate(() => resolve('read'))));
    await expect(clock.run(real)).resolves.toBe('read');
  });

  it('can be run again and goes on from where it stood', async () => {
    const clock = new VirtualClock(0);
    await clock.run(() => clock.sleep(10));
    await clock.run(() => clock.sleep(10));
    expect(clock.now()).toBe(20);
  });
});

describe('real time', () => {
  it('sleeps at least as long as requested, except for the grain of a timer', async () => {
    const began = systemClock.monotonic();
    await systemClock.sleep(20);
    expect(systemClock.monotonic() - began).toBeGreaterThanOrEqual(18);
  });

  it('ends an aborted sleep immediately', async () => {
    const abort = new AbortController();
    const began = systemClock.monotonic();
    const asleep = systemClock.sleep(60_000, abort.signal);
    abort.abort();
    await asleep;
    await systemClock.sleep(60_000, abort.signal);
    expect(systemClock.monotonic() - began).toBeLessThan(5_000);
  });

  it('does not end a sleep early that is longer than a timer can hold', async () => {
    const abort = new AbortController();
    let woke = false;
    const asleep = systemClock.sleep(40 * 24 * 3600_000, abort.signal).then(() => {
      woke = true;
    });
    await systemClock.sleep(30);
    expect(woke).toBe(false);
    abort.abort();
    await asleep;
  });

  it('writes an instant as ISO 8601 UTC with milliseconds', () => {
    expect(iso(0)).toBe('1970-01-01T00:00:00.000Z');
  });
});

describe('the time of the machine', () => {
  it('ends a sleep when its signal is aborted, and leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const abort = new AbortController();
    const sleep = systemClock.sleep(100_000, abort.signal);
    expect(timers()).toBe(before + 1);
    abort.abort();
    await sleep;
    await systemClock.sleep(100_000, abort.signal);
    expect(timers()).toBe(before);
  });

  it('sleeps no time for a wrong length, and longer than a timer can', async () => {
    await systemClock.sleep(Number.NaN);
    await systemClock.sleep(-5);
    const abort = new AbortController();
    let isOver = false;
    const sleep = systemClock.sleep(2 ** 40, abort.signal).then(() => {
      isOver = true;
    });
    await systemClock.sleep(20);
    expect(isOver).toBe(false);
    abort.abort();
    await sleep;
  });
});
