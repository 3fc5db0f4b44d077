import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import type { Lane } from '../../../src/cloud/limit/permits.ts';
import { createRequestLimit, type LimitCounting } from '../../../src/simulator/world/request-limit.ts';
import type { SlotSource } from '../../../src/slot-source.ts';
import {
  createSharedProcess,
  createSharedWorld,
  keepSending,
  laneOf,
  mostInASecond,
  type ProcessOptions,
  type SharedProcess,
  type SharedWorld,
} from './shared-world.ts';

const HOUR = 3600_000;
const ORDERS = laneOf('redis');
const FULL = 20 / 1.1;

/** Clocks and networks of five hosts. */
const HOSTS: readonly ProcessOptions[] = [
  { offset: 3 * HOUR, drift: 0.0002 },
  { offset: -7 * HOUR, drift: -0.0002, latency: [1, 10] },
  { offset: 12, drift: 0 },
  { offset: 24 * HOUR, drift: 0.0001, latency: [4, 3] },
  { offset: -1, drift: -0.0001, latency: [0.2, 30] },
];

/** Runs all processes at full demand on one lane, 8 callers each, and does something meanwhile. */
async function atFullDemand(
  seed: number,
  seconds: number,
  meanwhile: (world: SharedWorld, processes: readonly SharedProcess[]) => Promise<void> = async () => {},
  hosts: readonly ProcessOptions[] = HOSTS,
): Promise<{ times: readonly number[]; used: number }> {
  const world = createSharedWorld(seed);
  await world.clock.run(async () => {
    const processes = hosts.map((host) => createSharedProcess(world, host));
    await Promise.all([
      meanwhile(world, processes),
      ...processes.map((process) =>
        keepSending(world, process, process.shared.forRun(20), ORDERS, { callers: 8, until: seconds * 1000 }),
      ),
    ]);
  });
  const times = world.arrivals.get(ORDERS.host)!;
  const used = times.filter((at) => at >= 2000 && at < seconds * 1000).length / (seconds - 2) / FULL;
  return { times, used };
}

const between = (times: readonly number[], from: number, to: number) =>
  times.filter((at) => at >= from && at < to).length;

describe('processes with different clocks share the limit', () => {
  it.each([1, 2, 3])(
    '5 processes, 25 lanes: at most 20 a second, at least 95 % of 18.18 in each (seed %i)',
    async (seed) => {
      const world = createSharedWorld(seed);
      const lanes = Array.from({ length: 25 }, (_, n) => laneOf(`lane-${n}`));
      const seconds = 20;
      await world.clock.run(async () => {
        const processes = HOSTS.map((host) => createSharedProcess(world, host));
        await Promise.all(
          processes.flatMap((process) => {
            const permits = process.shared.forRun(20);
            return lanes.map((lane) =>
              keepSending(world, process, permits, lane, { callers: 8, until: seconds * 1000 }),
            );
          }),
        );
        // One question is for all lanes.
        for (const { shared } of processes) expect(shared.questions / seconds).toBeLessThan(15);
      });
      expect(world.arrivals.size).toBe(25);
      for (const [lane, times] of world.arrivals) {
        expect(mostInASecond(times), lane).toBeLessThanOrEqual(20);
        const used = between(times, 2000, seconds * 1000) / (seconds - 2) / FULL;
        expect(used, lane).toBeGreaterThanOrEqual(0.95);
      }
    },
  );

  it.for<[string, readonly ProcessOptions[], number]>([
    ['one process', [HOSTS[0]!], 0.97],
    ['12 processes', Array.from({ length: 12 }, (_, n) => HOSTS[n % 5]!), 0.95],
    ['40 processes', Array.from({ length: 40 }, (_, n) => HOSTS[n % 5]!), 0.95],
    ['a store 60 ms away', [{ latency: [25, 10] }, { latency: [30, 20] }], 0.95],
    ['a store 60 ms away for one, near for the other', [{ latency: [25, 10] }, {}], 0.95],
    ['a network that answers late now and then', [{ latency: [1, 200] }, { latency: [1, 200] }, {}], 0.9],
  ])('%s', async ([, hosts, atLeast]) => {
    for (const seed of [1, 2, 3]) {
      const { times, used } = await atFullDemand(seed, 30, undefined, hosts);
      expect(mostInASecond(times), `seed ${seed}`).toBeLessThanOrEqual(20);
      expect(used, `seed ${seed}`).toBeGreaterThanOrEqual(atLeast);
    }
  });
});

describe('slots are shared fairly', () => {
  it('a run of 5 calls ends soon beside a run of 5,000 in the same process', async () => {
    const world = createSharedWorld(1);
    await world.clock.run(async () => {
      const process = createSharedProcess(world);
      const long = process.shared.forRun(18);
      void keepSending(world, process, long, ORDERS, { callers: 5000, until: 8_000 });
      await world.clock.sleep(5_000);
      const from = world.clock.monotonic();
      const short = process.shared.forRun(18);
      for (let n = 0; n < 5; n++) await process.send(short, ORDERS);
      expect(world.clock.monotonic() - from).toBeLessThan(2_000);
    });
  });

  it('a process with 5 callers gets as much as one with 500', async () => {
    const world = createSharedWorld(2);
    await world.clock.run(async () => {
      const until = 30_000;
      const [many, few] = [createSharedProcess(world, HOSTS[0]), createSharedProcess(world, HOSTS[1])];
      const counts = await Promise.all([
        keepSending(world, many, many.shared.forRun(18), ORDERS, { callers: 500, until }),
        keepSending(world, few, few.shared.forRun(18), ORDERS, { callers: 12, until }),
      ]);
      expect(counts[1] / counts[0]).toBeGreaterThan(0.8);
    });
  });

  it('two runs of a process alternate, and what one cannot use goes to the other', async () => {
    const world = createSharedWorld(3);
    await world.clock.run(async () => {
      const until = 21_000;
      const process = createSharedProcess(world);
      const [slow, fast] = [process.shared.forRun(4), process.shared.forRun(18)];
      const counts = await Promise.all([
        keepSending(world, process, slow, ORDERS, { callers: 8, until }),
        keepSending(world, process, fast, ORDERS, { callers: 8, until }),
      ]);
      expect(counts[0] / 20).toBeGreaterThan(3.8);
      expect(counts[0] / 20).toBeLessThanOrEqual(4.05);
      expect((counts[0] + counts[1]) / 20).toBeGreaterThan(0.95 * FULL);
    });
  });

  it('a slot that is given back goes to another run that waits', async () => {
    const world = createSharedWorld(4);
    await world.clock.run(async () => {
      const process = createSharedProcess(world);
      const [one, other] = [process.shared.forRun(18), process.shared.forRun(18)];
      const slot = await one.reserve(ORDERS);
      const waiting = other.reserve(ORDERS);
      one.giveBack(slot);
      expect((await waiting).due).toBe(slot.due);
      expect(one.isVoid(slot)).toBe(true);
    });
  });
});

describe("a run's own rate", () => {
  it.for<[number, number]>([
    [18, 0.97],
    [16, 0.97],
    [9, 0.97],
    [2, 0.95],
    [0.5, 0.8],
  ])('%d a second is kept, and used to %d', async ([rate, atLeast]) => {
    const world = createSharedWorld(1);
    await world.clock.run(async () => {
      const process = createSharedProcess(world, HOSTS[1]);
      const permits = process.shared.forRun(rate);
      await keepSending(world, process, permits, ORDERS, { callers: 4, until: 42_000 });
      const got = between(world.arrivals.get(ORDERS.host)!, 2000, 42_000) / 40 / rate;
      expect(got).toBeGreaterThanOrEqual(atLeast);
      expect(got).toBeLessThanOrEqual(1.05);
      expect(permits.rate(ORDERS)).toBe(rate);
    });
  });

  it('can be set: unused slots of the run become void, and another run keeps its rate', async () => {
    const world = createSharedWorld(1);
    await world.clock.run(async () => {
      const process = createSharedProcess(world);
      const [run, other] = [process.shared.forRun(18), process.shared.forRun(9)];
      await process.send(run, ORDERS);
      const ahead = await Promise.all([run.reserve(ORDERS), run.reserve(ORDERS)]);
      run.setFullRate(2);
      expect(ahead.map((slot) => run.isVoid(slot))).toEqual([true, true]);
      const from = process.clock.monotonic();
      expect((await run.reserve(ORDERS)).due - from).toBeGreaterThan(500 - 56);
      expect([run.fullRate, other.fullRate]).toEqual([2, 9]);
      expect(() => run.setFullRate(0)).toThrow(RangeError);
      expect(() => process.shared.forRun(0)).toThrow(RangeError);
    });
  });
});

describe('what refusals teach is shared', () => {
  it('a process that was never refused slows down, too', async () => {
    const world = createSharedWorld(1);
    await world.clock.run(async () => {
      const refused = createSharedProcess(world, HOSTS[0], () => false);
      const other = createSharedProcess(world, HOSTS[3]);
      const [a, b] = [refused.shared.forRun(18), other.shared.forRun(18)];
      await other.send(b, ORDERS);
      expect(b.rate(ORDERS)).toBe(18);
      for (let n = 0; n < 8; n++) await refused.send(a, ORDERS);
      await other.send(b, ORDERS);
      expect(b.rate(ORDERS)).toBeLessThan(12);
      expect(b.lanes()).toMatchObject([{ action: 'UpgradeInstance', host: ORDERS.host }]);
      expect(b.rate(ORDERS)).toBeCloseTo(a.rate(ORDERS), 0);
      await world.clock.sleep(40_000);
      expect(b.rate(ORDERS)).toBe(18);
    });
  });

  it.for<[LimitCounting, number, number, number]>([
    // How the provider counts; what others leave; minimum in use; maximum of refusals.
    ['calendar', 15, 0.85, 0.05],
    ['bucket', 15, 0.9, 0.05],
    ['sliding', 15, 0.85, 0.05],
    ['calendar', 5, 0.7, 0.1],
    ['bucket', 5, 0.8, 0.1],
    ['sliding', 5, 0.7, 0.1],
  ])('%s: three processes find a limit of %d together', async ([counting, limit, used, most]) => {
    const world = createSharedWorld(4);
    const provider = createRequestLimit(counting, () => limit);
    const passes = ({ action }: Lane, now: number) => provider.arrive('me', action, now) === null;
    await world.clock.run(async () => {
      await Promise.all(
        HOSTS.slice(0, 3).map((host) => {
          const process = createSharedProcess(world, host, passes);
          return keepSending(world, process, process.shared.forRun(18), ORDERS, {
            callers: 8,
            until: 80_000,
          });
        }),
      );
    });
    const passed = between(world.arrivals.get(ORDERS.host)!, 20_000, 80_000);
    const refused = between(world.refusals.get(ORDERS.host)!, 20_000, 80_000);
    expect(passed / 60 / limit).toBeGreaterThan(used);
    expect(refused / (passed + refused)).toBeLessThan(most);
  });
});

describe('faults', () => {
  const atLeastUsed = 0.6;

  it('while the source is away nothing leaves, and old slots are void when it is back', async () => {
    for (const seed of [1, 2, 3]) {
      const { times, used } = await atFullDemand(seed, 20, async (world) => {
        await world.clock.sleep(5_000);
        world.isDown = true;
        await world.clock.sleep(5_000);
        world.isDown = false;
      });
      expect(between(times, 6_000, 10_000)).toBe(0);
      expect(between(times, 12_000, 20_000) / 8 / FULL).toBeGreaterThan(0.95);
      expect(mostInASecond(times), `seed ${seed}`).toBeLessThanOrEqual(20);
      expect(used).toBeGreaterThan(atLeastUsed);
    }
  });

  it.each([20, 200, 300, 400, 2_000])(
    'six processes start on a lane in use, and the first question of each waits %d ms for its connection',
    async (late) => {
      for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
        const world = createSharedWorld(seed);
        const use = (process: SharedProcess) =>
          keepSending(world, process, process.shared.forRun(20), ORDERS, { callers: 8, until: 8_000 });
        await world.clock.run(async () => {
          const all = [use(createSharedProcess(world))];
          await world.clock.sleep(3_000);
          for (let n = 0; n < 6; n++) {
            await world.clock.sleep(world.random() * 300);
            all.push(use(createSharedProcess(world, { wrap: firstQuestionLate(world, late) })));
          }
          await Promise.all(all);
        });
        const times = world.arrivals.get(ORDERS.host)!;
        expect(mostInASecond(times), `seed ${seed}`).toBeLessThanOrEqual(20);
        expect(between(times, 5_500, 8_000) / 2.5 / FULL, `seed ${seed}`).toBeGreaterThan(0.9);
      }
    },
  );

  it('an answer that never comes is given up after three seconds', async () => {
    const stuck: { is: boolean } = { is: false };
    const wrap = (source: SlotSource): SlotSource => ({
      ...source,
      take: (wishes) => (stuck.is ? new Promise(() => {}) : source.take(wishes)),
    });
    const { times } = await atFullDemand(
      1,
      12,
      async ({ clock }) => {
        await clock.sleep(3_000);
        stuck.is = true;
        await clock.sleep(100);
        stuck.is = false;
      },
      [{ wrap }],
    );
    expect(between(times, 8_000, 12_000) / 4 / FULL).toBeGreaterThan(0.95);
  });

  it.each([
    ['a source that lost its rows', 'crash'],
    ['a source that started again', 'restart'],
  ] as const)('%s gives nothing for a second', async (_, fault) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { times } = await atFullDemand(seed, 10, async ({ clock, source }) => {
        await clock.sleep(5_000);
        source[fault]();
      });
      const after = times.filter((at) => at > 5_000);
      const gaps = after.map((at, n) => at - (after[n - 1] ?? 5_000));
      expect(Math.max(...gaps.slice(0, 20)), `seed ${seed}`).toBeGreaterThan(150);
      expect(mostInASecond(times), `seed ${seed}`).toBeLessThanOrEqual(20);
      expect(between(times, 5_000, 6_000), `seed ${seed}`).toBeLessThanOrEqual(16);
    }
  });

  it('a process that was frozen sends nothing on its old slots', async () => {
    for (const seed of [1, 2, 3]) {
      const { times } = await atFullDemand(seed, 15, async ({ clock }, processes) => {
        for (const process of processes.slice(0, 4)) {
          await clock.sleep(1_700);
          process.freeze(clock.monotonic() + 3_000);
        }
      });
      expect(mostInASecond(times), `seed ${seed}`).toBeLessThanOrEqual(20);
    }
    const world = createSharedWorld(1);
    await world.clock.run(async () => {
      const process = createSharedProcess(world, HOSTS[0]);
      const permits = process.shared.forRun(18);
      await process.send(permits, ORDERS);
      const slot = await permits.reserve(ORDERS);
      expect(permits.isVoid(slot)).toBe(false);
      process.freeze(world.clock.monotonic() + 500);
      await permits.wait(slot);
      expect(permits.isVoid(slot)).toBe(true);
    });
  });

  it.each([60, 150, 450, 900])(
    'busy processes use their slots as late as they may, and every two seconds one call leaves %d ms after its last check',
    async (late) => {
      const busy = {
        travel: [5, 0],
        lateBy: (at: number) => (at % 1_900 < 1_000 ? 38 + (at % 13) : 0),
      } as const;
      const hosts = HOSTS.map((host) => ({ ...host, ...busy }));
      for (let seed = 1; seed <= 12; seed++) {
        const { times } = await atFullDemand(
          seed,
          20,
          async ({ clock, random }, processes) => {
            for (let n = 0; n < 8; n++) {
              await clock.sleep(1_800 + 400 * random());
              processes[n % processes.length]!.holdNext(late);
            }
          },
          hosts,
        );
        expect(mostInASecond(times), `seed ${seed}`).toBeLessThanOrEqual(20);
      }
    },
  );

  it.each([60, 150, 450, 3_000])(
    'every two seconds, a call leaves %d ms after its last check',
    async (late) => {
      for (const seed of [1, 2, 3, 4, 5]) {
        const { times } = await atFullDemand(seed, 20, async ({ clock }, processes) => {
          for (let n = 0; n < 9; n++) {
            await clock.sleep(2_000);
            processes[n % processes.length]!.holdNext(late);
          }
        });
        expect(mostInASecond(times), `seed ${seed}`).toBeLessThanOrEqual(20);
      }
    },
  );

  it.each([HOUR, -HOUR, 60])(
    'slots from before a sleep of the machine are void: the wall clock is %d ms on',
    async (jump) => {
      const world = createSharedWorld(1);
      await world.clock.run(async () => {
        const process = createSharedProcess(world, HOSTS[0]);
        const permits = process.shared.forRun(18);
        await process.send(permits, ORDERS);
        const slot = await permits.reserve(ORDERS);
        process.jump(jump);
        expect(permits.isVoid(slot)).toBe(true);
        const from = world.clock.monotonic();
        for (let n = 0; n < 5; n++) await process.send(permits, ORDERS);
        expect(world.clock.monotonic() - from).toBeLessThan(2_000);
      });
    },
  );

  it.each([HOUR, -HOUR, 3_000, -3_000, 300, -300])(
    "when the source's clock is set by %d ms, at most 20 a second leave",
    async (step) => {
      for (const seed of [1, 2, 3]) {
        const { times } = await atFullDemand(seed, 20, async (world) => {
          await world.clock.sleep(5_000);
          world.sourceAhead += step;
        });
        expect(mostInASecond(times), `seed ${seed}`).toBeLessThanOrEqual(20);
        expect(between(times, 10_000, 20_000) / 10 / FULL, `seed ${seed}`).toBeGreaterThan(0.95);
      }
    },
  );

  it('a caller that stops waiting gets a void slot, and a closed process fails its callers', async () => {
    const world = createSharedWorld(1);
    await world.clock.run(async () => {
      const process = createSharedProcess(world);
      const permits = process.shared.forRun(18);
      world.isDown = true;
      const off = new AbortController();
      const stopped = permits.reserve(ORDERS, off.signal);
      const other = permits.reserve(ORDERS);
      await world.clock.sleep(10_000);
      off.abort();
      expect(permits.isVoid(await stopped)).toBe(true);
      expect(permits.isVoid(await permits.reserve(ORDERS, off.signal))).toBe(true);
      process.shared.close(new Error('the end'));
      await expect(other).rejects.toThrow('the end');
      await expect(permits.take(ORDERS)).rejects.toThrow('the end');
    });
  });

  it('a fault that is not an outage reaches the callers', async () => {
    const world = createSharedWorld(1);
    await world.clock.run(async () => {
      const broken = (source: SlotSource) => ({
        ...source,
        take: () => Promise.reject(new Error('no rights')),
      });
      const permits = createSharedProcess(world, { wrap: broken }).shared.forRun(18);
      await expect(permits.take(ORDERS)).rejects.toThrow('no rights');
    });
  });
});

/** The first question waits for its connection. */
function firstQuestionLate({ clock }: SharedWorld, ms: number): (source: SlotSource) => SlotSource {
  let isFirst = true;
  return (source) => ({
    ...source,
    async take(wishes) {
      if (isFirst) {
        isFirst = false;
        await clock.sleep(ms);
      }
      return source.take(wishes);
    },
  });
}

describe('sabotages are found', () => {
  it.each<[string, (source: SlotSource, clock: Clock, world: { ahead: number }) => SlotSource]>([
    [
      'slots by the clock of each host',
      (source, clock, { ahead }) => ({
        ...source,
        take: async (wishes) => ({ ...(await source.take(wishes)), now: clock.now() + ahead }),
      }),
    ],
    [
      'slots that are granted again',
      (source) => {
        let last: Awaited<ReturnType<SlotSource['take']>> | null = null;
        return {
          ...source,
          async take(wishes) {
            const answer = await source.take(wishes);
            const given = last === null ? answer : { ...last, now: answer.now };
            last = last === null ? answer : null;
            return given;
          },
        };
      },
    ],
  ])('%s', async (_, sabotage) => {
    let most = 0;
    for (const seed of [1, 2, 3, 4, 5]) {
      const ahead = createSharedWorld(seed).sourceAhead;
      const hosts = [-350, -120, 0, 200, 430].map((offset) => ({
        offset,
        wrap: (source: SlotSource, clock: Clock) => sabotage(source, clock, { ahead }),
      }));
      const { times } = await atFullDemand(seed, 20, undefined, hosts);
      most = Math.max(most, mostInASecond(times));
    }
    expect(most).toBeGreaterThan(20);
  });
});
