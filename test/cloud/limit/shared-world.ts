/**
 * Several processes on one slot source in virtual time. Each process has clocks of its own, which differ by hours and
 * run at different speeds. The provider counts arrivals by the true time.
 */
import { type Clock, VirtualClock } from '../../../src/clock.ts';
import type { Lane, Permits } from '../../../src/cloud/limit/permits.ts';
import { createSharedPermits, type SharedPermits } from '../../../src/cloud/limit/shared-permits.ts';
import { RefitError } from '../../../src/errors.ts';
import type { SlotSource } from '../../../src/slot-source.ts';
import { createMemorySlots, type MemorySlots } from './memory-slots.ts';

/** Repeatable random numbers from 0 to below 1. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface SharedWorld {
  /** The true time. */
  readonly clock: VirtualClock;
  readonly random: () => number;
  readonly source: MemorySlots;
  /** True: no process reaches the source. */
  isDown: boolean;
  /** How far the source's clock is ahead of the true time, ms. */
  sourceAhead: number;
  /** Arrivals that passed, by host; true time since the start, ms. */
  readonly arrivals: Map<string, number[]>;
  /** Refusals by the limit, by host. */
  readonly refusals: Map<string, number[]>;
}

export interface SharedProcess {
  readonly clock: Clock;
  readonly shared: SharedPermits;
  readonly source: SlotSource;
  /** Stops all timers until this true time, as SIGSTOP does. */
  freeze(until: number): void;
  /** Moves the wall clock, ms. */
  jump(ms: number): void;
  /** The next call leaves this much later than its last check, ms: the process got no processor between the two. */
  holdNext(ms: number): void;
  /** Sends one call at its slot. @param refuse decides at arrival */
  send(permits: Permits, lane: Lane): Promise<void>;
}

export interface ProcessOptions {
  /** The wall clock is this far off, ms. */
  readonly offset?: number;
  /** The clocks are this much faster: 0.0002 = 200 ppm. */
  readonly drift?: number;
  /** One way to the source: at least, and up to so much more, ms. */
  readonly latency?: readonly [least: number, spread: number];
  /** One way to the provider: at least, and up to so much more, ms. */
  readonly travel?: readonly [least: number, spread: number];
  /** How much too late a timer wakes the process that is due at this true time, ms: it is busy. */
  readonly lateBy?: (at: number) => number;
  /** Puts another source in front, for sabotages. */
  readonly wrap?: (source: SlotSource, clock: Clock) => SlotSource;
}

export function createSharedWorld(seed: number): SharedWorld {
  const clock = new VirtualClock(Date.UTC(2026, 10, 11) + ((seed * 337) % 1000));
  const world: SharedWorld = {
    clock,
    random: chance(seed * 7919),
    source: createMemorySlots(() => clock.now() + world.sourceAhead),
    isDown: false,
    sourceAhead: 5 * 3600_000,
    arrivals: new Map(),
    refusals: new Map(),
  };
  return world;
}

/** Adds a process to a world. @param passes decides whether the provider takes a call that arrives */
export function createSharedProcess(
  world: SharedWorld,
  options: ProcessOptions = {},
  passes: (lane: Lane, now: number) => boolean = () => true,
): SharedProcess {
  const { offset = 0, drift = 0, latency = [0.3, 1.5], travel = [5, 40], lateBy = () => 0 } = options;
  const { clock: time, random } = world;
  const start = random() * 1e6;
  let frozenUntil = -Infinity;
  let jumped = 0;
  let held = 0;
  const thaw = async () => {
    while (time.monotonic() < frozenUntil) await time.sleep(frozenUntil - time.monotonic());
  };
  const clock: Clock = {
    now: () => time.now() + time.monotonic() * drift + offset + jumped,
    monotonic: () => start + time.monotonic() * (1 + drift),
    async sleep(ms, signal) {
      await time.sleep(ms / (1 + drift), signal);
      const late = lateBy(time.monotonic());
      if (late > 0) await time.sleep(late);
      await thaw();
    },
  };
  const oneWay = async () => {
    await time.sleep(latency[0] + random() ** 3 * latency[1]);
  };
  const remote = async <T>(call: () => Promise<T>): Promise<T> => {
    await oneWay();
    if (world.isDown) throw new RefitError('store-unreachable', 'the source is down', 'wait');
    const answer = await call();
    await oneWay();
    await thaw();
    return answer;
  };
  const reachable: SlotSource = {
    take: (wishes) => remote(() => world.source.take(wishes)),
    readLane: (lane) => remote(() => world.source.readLane(lane)),
    teach: (...given) => remote(() => world.source.teach(...given)),
    lanes: () => remote(() => world.source.lanes()),
  };
  const source = options.wrap?.(reachable, clock) ?? reachable;
  const shared = createSharedPermits(source, clock, random);
  return {
    clock,
    shared,
    source,
    freeze(until) {
      frozenUntil = until;
    },
    jump(ms) {
      jumped += ms;
    },
    holdNext(ms) {
      held = ms;
    },
    async send(permits, lane) {
      const slot = await permits.take(lane);
      const sentAt = clock.now();
      const late = held;
      held = 0;
      await time.sleep(late + travel[0] + random() * travel[1]);
      const passed = passes(lane, time.now());
      const counted = passed ? world.arrivals : world.refusals;
      const times = counted.get(lane.host) ?? [];
      counted.set(lane.host, times);
      times.push(time.monotonic());
      await time.sleep(travel[0] + random() * travel[1]);
      await thaw();
      permits.onResponse(slot, sentAt, !passed);
    },
  };
}

/**
 * Keeps this many callers of a run busy until a moment of true time, ms since the start.
 * @returns the calls that left before that moment
 */
export async function keepSending(
  { clock }: SharedWorld,
  process: SharedProcess,
  permits: Permits,
  lane: Lane,
  { callers, until }: { callers: number; until: number },
): Promise<number> {
  let sent = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (clock.monotonic() < until) {
        await process.send(permits, lane);
        if (clock.monotonic() < until) sent += 1;
      }
    }),
  );
  return sent;
}

/** Maximum arrivals in any half-open sliding second. */
export function mostInASecond(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let most = 0;
  for (let first = 0, next = 0; next < sorted.length; next++) {
    while (sorted[next]! - sorted[first]! >= 1000) first += 1;
    most = Math.max(most, next - first + 1);
  }
  return most;
}

/** A lane of orders. */
export function laneOf(name: string): Lane {
  return { action: 'UpgradeInstance', host: `${name}.example.com`, identity: 'me' };
}
