import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock.ts';
import { PROVIDER_LIMIT } from '../../../src/cloud/limit/lesson.ts';
import {
  createPermits,
  type Lane,
  type Permits,
  type RequestSlot,
} from '../../../src/cloud/limit/permits.ts';
import { createRequestLimit, type LimitCounting } from '../../../src/simulator/world/request-limit.ts';

const ORDERS: Lane = { action: 'UpgradeInstance', host: 'redis.tencentcloudapi.com', identity: 'me' };

/** Repeatable random numbers from 0 to below 1. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Counts arrivals as a server may do. Gives the maximum in any half-open sliding second and in any calendar second.
 * `spilt` is how many a bucket of 20 would refuse if 20 a second fill it.
 */
function most(arrivals: readonly number[]): { sliding: number; calendar: number; spilt: number } {
  const times = [...arrivals].sort((a, b) => a - b);
  let level = 20;
  let spilt = 0;
  times.forEach((time, n) => {
    level = Math.min(20, level + ((time - (times[n - 1] ?? time)) / 1000) * 20);
    if (level < 1) spilt += 1;
    else level -= 1;
  });
  let sliding = 0;
  for (let first = 0, next = 0; next < times.length; next++) {
    while (times[next]! - times[first]! >= 1000) first += 1;
    sliding = Math.max(sliding, next - first + 1);
  }
  const seconds = new Map<number, number>();
  for (const time of times)
    seconds.set(Math.floor(time / 1000), (seconds.get(Math.floor(time / 1000)) ?? 0) + 1);
  return { sliding, calendar: Math.max(...seconds.values()), spilt };
}

/** Sends 600 calls as fast as the permits allow. Each arrives up to `jitter` ms after its slot. */
async function arrivals(rate: number, jitter: number, seed: number, start: number): Promise<number[]> {
  const count = 600;
  const clock = new VirtualClock(start);
  const permits = createPermits(clock, rate);
  const random = chance(seed);
  const times: number[] = [];
  await clock.run(async () => {
    // Several callers at the same time, as in a run.
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        while (times.length < count) {
          await permits.take(ORDERS);
          times.push(clock.now() + random() * jitter);
        }
      }),
    );
  });
  return times.slice(0, count);
}

describe('the limit of 20 a second holds, as the server counts it', () => {
  const calendarOnly = Infinity;
  it.for<[number, number, number, number, string]>([
    // Rate; jitter ms; maximum in a sliding and in a calendar second; minimum share in use.
    [1, 500, 20, 20, '98%'],
    [10, 500, 20, 20, '98%'],
    [15, 300, 20, 20, '98%'],
    [18, 0, 19, 19, '98%'],
    [18, 100, 20, 20, '98%'],
    [18.18, 100, 20, 20, '98%'],
    // Above 18.18 only the calendar second holds with jitter.
    [19, 0, 19, 19, '98%'],
    [19, 150, calendarOnly, 20, '98%'],
    [20, 0, 20, 20, '98%'],
    [20, 150, calendarOnly, 20, '98%'],
    [50, 150, calendarOnly, 20, '39%'],
  ])(
    'at %d a second with %d ms of jitter: sliding %d, calendar %d, %s in use',
    async ([rate, jitter, sliding, calendar, share]) => {
      for (const seed of [1, 2, 3]) {
        // Each seed starts at another moment of a second.
        const times = await arrivals(rate, jitter, seed, Date.UTC(2026, 10, 11) + seed * 337);
        const counted = most(times);
        const seedName = `seed ${seed}`;
        expect(counted.sliding, seedName).toBeLessThanOrEqual(sliding);
        expect(counted.calendar, seedName).toBeLessThanOrEqual(calendar);
        expect(counted.spilt, seedName).toBe(0);
        const used = (times.length - 1) / ((Math.max(...times) - Math.min(...times) + 1) / 1000) / rate;
        expect(used * 100, seedName).toBeGreaterThanOrEqual(Number.parseFloat(share));
      }
    },
  );

  it('with these slots: even at 18 a second, packed into the beginning of the second at 20', async () => {
    const draw = async (rate: number) => {
      const clock = new VirtualClock(Date.UTC(2026, 10, 11));
      const permits = createPermits(clock, rate);
      const line = Array.from({ length: 100 }, () => '.');
      for (let i = 0; i < 40; i++) {
        const at = Math.round((await permits.reserve(ORDERS)).at - clock.now());
        if (at < 2000) line[Math.floor(at / 20)] = '|';
      }
      return `${line.slice(0, 50).join('')}  ${line.slice(50).join('')}`;
    };
    expect(`\n18 ${await draw(18)}\n20 ${await draw(20)}`).toBe(`
18 |.|..|..|..|.|..|..|..|..|.|..|..|..|.|..|..|..|..  |.|..|..|..|.|..|..|..|..|.|..|..|..|.|..|..|..|..
20 |.|.|.|.|.|.|.|.|.|.|.|.|.|.|.|.|.|.|.|...........  |.|.|.|.|.|.|.|.|.|.|.|.|.|.|.|.|.|.|.|...........`);
  });
});

describe('real clocks', () => {
  it('a wall clock with whole milliseconds and a finer monotonic clock lose no packed slot', async () => {
    const rough = (monotonic: number) => ({
      now: () => Math.floor(1_700_000_000_000 + 0.37 + monotonic),
      monotonic: () => monotonic,
      sleep: async () => undefined,
    });
    let at = 0.2;
    const clock = { ...rough(0), now: () => rough(at).now(), monotonic: () => at };
    const permits = createPermits(clock, 20);
    const slots: number[] = [];
    for (let n = 0; n < 60; n++) {
      slots.push((await permits.reserve(ORDERS)).due);
      at += 7.31;
    }
    const gaps = slots.slice(1).map((slot, n) => Math.round((slot - slots[n]!) / 40) * 40);
    expect(new Set(gaps)).toEqual(new Set([40, 240]));
    expect(gaps.filter((gap) => gap === 240)).toHaveLength(2);
  });
});

describe('Refit saves up no slots', () => {
  it.each([18, 20])('a lane that was idle for a minute sends no burst at %d a second', async (rate) => {
    const clock = new VirtualClock();
    const permits = createPermits(clock, rate);
    await clock.run(async () => {
      await permits.reserve(ORDERS);
      await clock.sleep(60_300);
      const slots = await Promise.all(
        Array.from({ length: 100 }, async () => (await permits.reserve(ORDERS)).at),
      );
      expect(Math.min(...slots)).toBeGreaterThanOrEqual(clock.now());
      expect(most(slots).sliding).toBeLessThanOrEqual(20);
      for (let i = 1; i < slots.length; i++)
        expect(slots[i]! - slots[i - 1]!).toBeGreaterThanOrEqual(40 - 1e-6);
    });
  });

  it('a slot is valid until 50 ms after its time', async () => {
    const clock = new VirtualClock();
    const permits = createPermits(clock, 10);
    await clock.run(async () => {
      await permits.reserve(ORDERS);
      const slot = await permits.reserve(ORDERS);
      await permits.wait(slot);
      expect(clock.now()).toBe(slot.at);
      await clock.sleep(50);
      expect(permits.isVoid(slot)).toBe(false);
      await clock.sleep(1);
      expect(permits.isVoid(slot)).toBe(true);
    });
  });

  it('calls that were delayed together do not leave together: each reserves a new slot', async () => {
    const clock = new VirtualClock();
    const permits = createPermits(clock, 18);
    const times: number[] = [];
    await clock.run(async () => {
      const outage = clock.sleep(5000);
      await Promise.all(
        Array.from({ length: 45 }, async () => {
          let slot: RequestSlot = await permits.reserve(ORDERS);
          await outage;
          while (permits.isVoid(slot)) {
            slot = await permits.reserve(ORDERS);
            await permits.wait(slot);
          }
          times.push(clock.now());
        }),
      );
    });
    expect(times).toHaveLength(45);
    expect(most(times).sliding).toBeLessThanOrEqual(20);
  });

  it('a cancelled wait ends immediately', async () => {
    const clock = new VirtualClock();
    const permits = createPermits(clock, 0.01);
    await clock.run(async () => {
      await permits.reserve(ORDERS);
      const off = new AbortController();
      const waiting = permits.wait(await permits.reserve(ORDERS), off.signal);
      off.abort();
      await waiting;
      expect(clock.monotonic()).toBe(0);
    });
  });
});

describe('lanes', () => {
  it.each<[string, Partial<Lane>, boolean]>([
    ['the same action, front end and identity share one', {}, true],
    ['another action has its own', { action: 'DescribeInstances' }, false],
    ['another front end has its own', { host: 'redis.ap-shanghai-fsi.tencentcloudapi.com' }, false],
    ['another identity has its own', { identity: 'another identity' }, false],
  ])('%s', async (_, other, shared) => {
    const permits = createPermits(new VirtualClock(), 10);
    const first = await permits.reserve(ORDERS);
    const second = await permits.reserve({ ...ORDERS, ...other });
    expect(second.at - first.at).toBeCloseTo(shared ? 100 : 0);
  });

  it.each([3600_000, -3600_000])('continue when the wall clock jumps by %d ms', async (jump) => {
    const clock = new VirtualClock();
    const permits = createPermits(clock, 10);
    await clock.run(async () => {
      await permits.take(ORDERS);
      clock.jump(jump);
      for (let i = 0; i < 10; i++) await permits.take(ORDERS);
      expect(clock.monotonic()).toBeGreaterThanOrEqual(1000 - 1);
      expect(clock.monotonic()).toBeLessThan(1100);
    });
  });

  it.each([0, -1, Number.NaN])('have a rate above zero, not %d', (rate) => {
    expect(() => createPermits(new VirtualClock(), rate)).toThrow(RangeError);
  });
});

/** Records the answer to a call in its slot, after a round trip of `trip` ms. */
async function answered(clock: VirtualClock, permits: Permits, byLimit: boolean, trip = 20): Promise<void> {
  const slot = await permits.take(ORDERS);
  const sentAt = clock.now();
  await clock.sleep(trip);
  permits.onResponse(slot, sentAt, byLimit);
}

describe('a refusal by limit', () => {
  it('makes reserved slots void, stops arrivals in the rest of its second, and lowers the rate once', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 10, 11) + 700);
    const permits = createPermits(clock, 18);
    await clock.run(async () => {
      const slots = await Promise.all(Array.from({ length: 5 }, () => permits.reserve(ORDERS)));
      await permits.wait(slots[1]!);
      const sentAt = [slots[0]!.at, slots[1]!.at];
      const elsewhere = await permits.reserve({ ...ORDERS, action: 'DescribeInstances' });
      await clock.sleep(20);
      permits.onResponse(slots[0]!, sentAt[0]!, true);
      const rate = permits.rate(ORDERS);
      permits.onResponse(slots[1]!, sentAt[1]!, true);
      expect(slots.slice(2).map(permits.isVoid)).toEqual([true, true, true]);
      expect(permits.isVoid(elsewhere)).toBe(false);
      expect(rate).toBeLessThan(18);
      expect(permits.rate(ORDERS)).toBe(rate);
      const [lane] = permits.lanes();
      expect(lane?.held).not.toBeNull();
      expect((await permits.reserve(ORDERS)).at % 1000).toBeGreaterThan(900);
    });
  });

  it('in the first half of a calendar second shows that the server counts otherwise, so nothing is held', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 10, 11) + 200);
    const permits = createPermits(clock, 18);
    await clock.run(async () => {
      await answered(clock, permits, true);
      expect(permits.lanes()[0]?.held).toBeNull();
      expect((await permits.reserve(ORDERS)).due - clock.monotonic()).toBeLessThan(1000 / 10);
    });
  });

  it('repeated, lowers the rate to one a second at least, and time restores it', async () => {
    const clock = new VirtualClock();
    const permits = createPermits(clock, 18);
    await clock.run(async () => {
      for (let i = 0; i < 60; i++) await answered(clock, permits, true);
      expect(permits.rate(ORDERS)).toBeGreaterThanOrEqual(1);
      expect(permits.rate(ORDERS)).toBeLessThan(1.1);
      await clock.sleep(40_000);
      expect(permits.rate(ORDERS)).toBe(18);
    });
  });
});

/**
 * Sends orders to a server that counts in one of three ways. The round trip is 25 ms, log-normal. Another program sends
 * 5 calls a second between two moments.
 */
async function atServer(options: {
  readonly seed: number;
  readonly rate: number;
  readonly counting: LimitCounting;
  readonly seconds: number;
  readonly stranger?: readonly [from: number, to: number];
  readonly limit?: number;
  /** How far the server's clock is ahead, ms. */
  readonly ahead?: number;
}): Promise<{ accepted: number[]; refused: number[] }> {
  const { rate, counting, seconds, stranger = [0, 0], ahead = 0 } = options;
  const random = chance(options.seed * 7919);
  const clock = new VirtualClock(Date.UTC(2026, 10, 11) + Math.floor(random() * 1000));
  const permits = createPermits(clock, rate);
  const limit = createRequestLimit(counting, () => options.limit ?? PROVIDER_LIMIT);
  const trip = () =>
    25 * Math.exp(0.6 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
  const arrive = () => limit.arrive('me', ORDERS.action, clock.now() + ahead) === null;
  const [accepted, refused]: number[][] = [[], []];
  const send = async (slot: RequestSlot): Promise<void> => {
    const sentAt = clock.now();
    const half = trip() / 2;
    await clock.sleep(half);
    const passes = arrive();
    (passes ? accepted : refused)!.push(clock.monotonic());
    await clock.sleep(half);
    permits.onResponse(slot, sentAt, !passes);
  };
  await clock.run(async () => {
    const other = async () => {
      for (let at = stranger[0] * 1000; at < stranger[1] * 1000; at += 200) {
        await clock.sleep(at - clock.monotonic());
        void clock.sleep(trip() / 2).then(arrive);
      }
    };
    const under: Promise<void>[] = [other()];
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        while (clock.monotonic() < seconds * 1000) under.push(send(await permits.take(ORDERS)));
      }),
    );
    await Promise.all(under);
  });
  return { accepted: accepted!, refused: refused! };
}

const share = (part: readonly unknown[], whole: readonly unknown[]) =>
  part.length / (part.length + whole.length);
const between = (times: readonly number[], from: number, to: number) =>
  times.filter((time) => time >= from * 1000 && time < to * 1000);

describe('for every way of counting', () => {
  it.for<[LimitCounting, number, number, number, number]>([
    // Rate; minimum share in use; maximum of refusals; how far the server's clock is ahead, ms.
    ['calendar', 20, 0.98, 0.01, 0],
    ['calendar', 20, 0.97, 0.01, 300],
    ['calendar', 20, 0.97, 0.01, 500],
    ['bucket', 20, 0.99, 0.001, 0],
    ['sliding', 20, 0.96, 0.01, 0],
    ['calendar', 18, 0.99, 0.001, 0],
    ['bucket', 18, 0.99, 0.001, 0],
    ['sliding', 18, 0.99, 0.002, 0],
  ])(
    '%s: at %d a second Refit uses at least %d of it, and at most %d are refused (server clock %d ms ahead)',
    async ([counting, rate, used, most, ahead]) => {
      for (const seed of [1, 2]) {
        const { accepted, refused } = await atServer({ seed, rate, counting, seconds: 50, ahead });
        expect(accepted.length / 50 / rate, `seed ${seed}`).toBeGreaterThanOrEqual(used);
        expect(share(refused, accepted), `seed ${seed}`).toBeLessThanOrEqual(most);
      }
    },
  );

  it.each<[LimitCounting]>([['calendar'], ['bucket'], ['sliding']])(
    '%s: with another program the lane finds the free rate within 10 s, and gets it all back later',
    async (counting) => {
      const seed = 3;
      const { accepted, refused } = await atServer({
        seed,
        rate: 20,
        counting,
        seconds: 100,
        stranger: [10, 70],
      });
      expect(between(accepted, 20, 70).length / 50 / 15).toBeGreaterThan(0.91);
      const settled = [between(refused, 20, 70), between(accepted, 20, 70)] as const;
      expect(share(...settled)).toBeLessThan(0.03);
      expect(between(accepted, 90, 100).length / 10).toBeGreaterThan(19);
    },
  );

  it.each<[LimitCounting, number]>([
    ['calendar', 5],
    ['bucket', 5],
    ['sliding', 5],
    ['calendar', 10],
  ])('%s: the lane finds a limit of %d instead of 20', async (counting, limit) => {
    const { accepted, refused } = await atServer({ seed: 4, rate: 18, counting, seconds: 80, limit });
    expect(between(accepted, 20, 80).length / 60 / limit).toBeGreaterThan(0.8);
    expect(share(between(refused, 20, 80), between(accepted, 20, 80))).toBeLessThan(0.08);
  });
});

describe('a change of the full rate', () => {
  it('makes unused slots void, also after another change, and spaces new ones by the new rate', async () => {
    const clock = new VirtualClock();
    const permits = createPermits(clock, 10);
    await clock.run(async () => {
      const [used, ahead] = [await permits.reserve(ORDERS), await permits.reserve(ORDERS)];
      await clock.sleep(90);
      permits.setFullRate(2);
      expect(permits.fullRate).toBe(2);
      expect(permits.isVoid(ahead)).toBe(true);
      await clock.sleep(20);
      permits.setFullRate(1);
      expect(permits.isVoid(ahead)).toBe(true);
      expect(ahead.due - used.due).toBe(100);
      expect((await permits.reserve(ORDERS)).due).toBe(90 + 1000);
      permits.setFullRate(10);
      expect((await permits.reserve(ORDERS)).due).toBe(110 + 100);
    });
  });

  it.each([1, 2, 3])('never exceeds the fastest rate of a second (seed %i)', async (seed) => {
    const clock = new VirtualClock(Date.UTC(2026, 10, 11));
    const permits = createPermits(clock, 18);
    const random = chance(seed);
    const times: number[] = [];
    await clock.run(async () => {
      await Promise.all([
        ...Array.from({ length: 20 }, async () => {
          while (times.length < 400) {
            await permits.take(ORDERS);
            times.push(clock.now() + random() * 100);
          }
        }),
        (async () => {
          while (times.length < 400) {
            await clock.sleep(random() * 700);
            permits.setFullRate(0.5 + random() * 17.5);
          }
        })(),
      ]);
    });
    expect(most(times).sliding).toBeLessThanOrEqual(20);
  });

  it('keeps the effect of a refusal: a slowed lane climbs to the new rate', async () => {
    const clock = new VirtualClock();
    const permits = createPermits(clock, 18);
    await clock.run(async () => {
      permits.setFullRate(10);
      for (let i = 0; i < 2; i++) await answered(clock, permits, true);
      const slowed = permits.rate(ORDERS);
      expect(slowed).toBeLessThan(9);
      permits.setFullRate(18);
      expect(permits.rate(ORDERS)).toBeCloseTo(slowed);
      await clock.sleep(5_000);
      expect(permits.rate(ORDERS)).toBeGreaterThan(slowed);
      expect(permits.rate(ORDERS)).toBeLessThan(18);
    });
  });

  it('must be above zero', () => {
    const permits = createPermits(new VirtualClock(), 18);
    expect(() => permits.setFullRate(0)).toThrow(RangeError);
    expect(permits.fullRate).toBe(18);
  });
});
