/** Simulates one possible course of a run. The same seed gives the same course. */
import type { Durations, MaintenanceWindow, SavedPlan, SavedWindows, Step, Wave } from '../../model.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../units.ts';
import { soakOf } from '../waves/waves.ts';
import { createOpenWindows, type OpenWindow } from '../windows/open-windows.ts';
import { secondsAt } from './durations.ts';

/** The parts of a plan that determine how long it takes. */
export type PlanToForecast = Pick<
  SavedPlan,
  'steps' | 'waves' | 'execution' | 'preconditions' | 'spread' | 'windows'
>;

/** Seconds between two steps of one instance, as in `run/waits.ts` at first. */
export const PAUSE_BETWEEN_STEPS = 5;

/**
 * How long an instance may refuse its next order although its status is running, seconds. The provider's own plug-in
 * waits two minutes between two changes. Source: docs/provider.md P168.
 */
const LONGEST_TAIL = 120;

/** How many windows the forecast looks up at first, and at most. */
const FIRST_WINDOWS = 6;
const MOST_WINDOWS = 200;

/**
 * A function from a seed to the course of a run. With `share`, every change takes the time of that share of the durations,
 * 0 for the shortest and 1 for the longest. The course has its end, its last order and the end of each wave, in
 * seconds from the start of the run, and the number of windows.
 */
export function createCourse(plan: PlanToForecast, now: number, durations: Durations) {
  const { steps, waves, execution, preconditions, spread } = plan;
  const chains = Map.groupBy(steps, ({ instance }) => instance);
  const known = new Map(preconditions.map((one) => [one.instance, one]));
  const inWindows = execution.switch === 'maintenance-window';
  const chainsOfWaves = waves.map((_, index) =>
    [...chains.values()].filter((chain) => chain[0]!.wave === index),
  );
  const openWindows = plan.windows ? windowsForStart(plan.windows, now) : null;
  const startsAt = Math.max(now, openWindows?.at(0)?.opens ?? now);

  return (seed: number, withWindows: boolean, share: number | null = null) => {
    const random = share === null ? createRandom(seed) : () => share;
    const gate = withWindows && openWindows ? createWindowGate(openWindows, startsAt) : null;
    const requestSlots = new Map<string, number>();
    const ends: number[] = [];
    let lastOrder = 0;
    let at = 0;

    /** The moment when a ready order leaves: its window is open, and its lane has a request slot. */
    const orderTime = ({ profile }: Step, ready: number): number => {
      const open = gate ? gate.from(ready) : ready;
      const before = requestSlots.get(profile);
      const slot = before === undefined ? open : Math.max(open, before + 1 / execution.requestsPerSecond);
      requestSlots.set(profile, slot);
      lastOrder = Math.max(lastOrder, slot);
      return slot;
    };
    let pause = PAUSE_BETWEEN_STEPS;
    /** Seconds from the end of a step to the next order on its instance. A run learns them in the same way. */
    const nextPause = (): number => {
      if (durations.pauses !== undefined) return secondsAt(durations.pauses, random());
      const waited = pause;
      if (random() * LONGEST_TAIL <= waited) return waited;
      // A refusal may hide an order, so Refit orders again only after every source was silent for `patience`.
      pause = Math.min(2 * waited, execution.patience / SECOND);
      return waited + execution.patience / SECOND;
    };
    const startTime = (step: Step, ordered: number): number => {
      const window = inWindows ? known.get(step.instance)?.window : undefined;
      return window ? maintenanceStart(window, startsAt + ordered * SECOND, startsAt) : ordered;
    };

    for (const [index, wave] of waves.entries()) {
      const end = simulateWave(chainsOfWaves[index]!, at, {
        inFlight: execution.inFlight,
        slowStart: wave.slowStart ?? execution.slowStart ?? false,
        spread: spread ? { maxInFlight: spread.maxInFlight, groupOf: (id) => known.get(id)?.group } : null,
        holdsSlot: !inWindows,
        orderTime,
        nextPause,
        endTime: (step, ordered) =>
          startTime(step, ordered) + secondsAt(durations.of[step.change.dimension], random()),
      });
      ends.push(end);
      at = end + afterWave(waves, index);
    }
    return { total: at, lastOrder, waves: ends, windows: gate?.used() ?? 1 };
  };
}

/** Seconds between two waves: the soak, or the period of the gate's metric. */
export function afterWave(waves: readonly Wave[], index: number): number {
  return Math.max(soakOf(waves, index), waves[index]!.gate?.metric?.over ?? 0) / SECOND;
}

/** How to simulate one wave. */
interface WaveOptions {
  readonly inFlight: number;
  readonly slowStart: boolean;
  readonly spread: {
    readonly maxInFlight: number;
    readonly groupOf: (id: string) => string | undefined;
  } | null;
  /** Whether a change holds its in-flight slot until it ends. */
  readonly holdsSlot: boolean;
  readonly orderTime: (step: Step, ready: number) => number;
  readonly endTime: (step: Step, ordered: number) => number;
  /** Seconds between two steps of one instance. */
  readonly nextPause: () => number;
}

/** Simulates one wave. @param chains the steps of each instance. @returns when the last step ends. */
function simulateWave(chains: readonly (readonly Step[])[], start: number, options: WaveOptions): number {
  const { spread } = options;
  const queue = createEventQueue<{ readonly chain: readonly Step[]; readonly step: number }>();
  const groups = new Map<string, { inFlight: number; waiting: (readonly Step[])[] }>();
  const ready: (readonly Step[])[] = [];
  let next = 0;
  let inFlight = 0;
  let verified = 0;
  let last = start;

  /** Makes an instance ready, or lets it wait for its group. */
  const add = (chain: readonly Step[]): void => {
    const name = spread?.groupOf(chain[0]!.instance);
    if (spread === null || name === undefined) return void ready.push(chain);
    const group = groups.get(name) ?? { inFlight: 0, waiting: [] };
    groups.set(name, group);
    if (group.inFlight >= spread.maxInFlight) return void group.waiting.push(chain);
    group.inFlight += 1;
    ready.push(chain);
  };
  const release = (chain: readonly Step[]): void => {
    const group = groups.get(spread?.groupOf(chain[0]!.instance) ?? '');
    const follower = group?.waiting.shift();
    if (follower) ready.push(follower);
    else if (group) group.inFlight -= 1;
  };
  const order = (chain: readonly Step[], step: number, from: number): void => {
    const ordered = options.orderTime(chain[step]!, from);
    queue.add(options.endTime(chain[step]!, ordered), { chain, step });
  };
  const fill = (at: number): void => {
    const bound = options.slowStart ? 2 ** Math.floor(Math.log2(verified + 1)) : options.inFlight;
    while (next < ready.length && (!options.holdsSlot || inFlight < Math.min(options.inFlight, bound))) {
      inFlight += 1;
      order(ready[next++]!, 0, at);
    }
  };

  for (const chain of chains) add(chain);
  fill(start);
  for (let event = queue.take(); event !== null; event = queue.take()) {
    const { at, item } = event;
    last = Math.max(last, at);
    verified += 1;
    if (item.step + 1 < item.chain.length) order(item.chain, item.step + 1, at + options.nextPause());
    else {
      inFlight -= 1;
      release(item.chain);
    }
    fill(at);
  }
  return last;
}

/**
 * The windows in which a step may start, by index; null after the last. It looks up windows only as needed, because a whole
 * year takes longer than the rest of the forecast.
 */
function windowsForStart(windows: SavedWindows, now: number) {
  const openWindows = createOpenWindows(windows);
  const mayStart = ({ opens, lastStart }: OpenWindow) =>
    lastStart === null || lastStart > Math.max(opens, now);
  let count = FIRST_WINDOWS;
  let known = openWindows.next(now, count).filter(mayStart);
  return {
    at(index: number): OpenWindow | null {
      while (index >= known.length && count < MOST_WINDOWS) {
        count = Math.min(MOST_WINDOWS, count * 4);
        known = openWindows.next(now, count).filter(mayStart);
      }
      return known[index] ?? null;
    },
  };
}

/** Tells when a ready order may leave, in seconds from `startsAt`. Calls may come in any order. */
function createWindowGate(openWindows: ReturnType<typeof windowsForStart>, startsAt: number) {
  let furthest = 0;
  return {
    from(ready: number): number {
      const moment = startsAt + ready * SECOND;
      let index = 0;
      const isOver = (window: OpenWindow | null) => (window?.lastStart ?? Number.POSITIVE_INFINITY) <= moment;
      while (isOver(openWindows.at(index)) && openWindows.at(index + 1) !== null) index += 1;
      const window = openWindows.at(index);
      furthest = Math.max(furthest, index);
      return window === null ? ready : Math.max(ready, (window.opens - startsAt) / SECOND);
    },
    used: () => furthest + 1,
  };
}

/** The offset of Beijing, which is the same all year. */
const BEIJING = 8 * HOUR;

/** When a change that waits for its maintenance window starts, in seconds from `startsAt`. @param moment ms since 1970 UTC */
export function maintenanceStart({ from, to }: MaintenanceWindow, moment: number, startsAt: number): number {
  const [opens, closes] = [from, to].map((text) => {
    const [hours = 0, minutes = 0] = text.split(':').map(Number);
    return hours * HOUR + minutes * MINUTE;
  }) as [number, number];
  const midnight = Math.floor((moment + BEIJING) / DAY) * DAY - BEIJING;
  const at =
    moment < midnight + opens
      ? midnight + opens
      : moment < midnight + closes
        ? moment
        : midnight + DAY + opens;
  return (at - startsAt) / SECOND;
}

/** A priority queue by time, as a binary heap. Items with the same time keep their order. */
export function createEventQueue<Item>() {
  const heap: { readonly at: number; readonly order: number; readonly item: Item }[] = [];
  let order = 0;
  const before = (a: number, b: number): boolean =>
    heap[a]!.at < heap[b]!.at || (heap[a]!.at === heap[b]!.at && heap[a]!.order < heap[b]!.order);
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };
  return {
    add(at: number, item: Item): void {
      let child = heap.push({ at, order: order++, item }) - 1;
      for (let parent = (child - 1) >> 1; child > 0 && before(child, parent); parent = (child - 1) >> 1) {
        swap(child, parent);
        child = parent;
      }
    },
    /** Removes the earliest item; null when the queue is empty. */
    take(): { readonly at: number; readonly item: Item } | null {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return null;
      if (heap.length === 0) return first;
      heap[0] = last;
      for (let parent = 0; ; ) {
        const left = 2 * parent + 1;
        const right = left + 1;
        const least = right < heap.length && before(right, left) ? right : left;
        if (least >= heap.length || !before(least, parent)) return first;
        swap(parent, least);
        parent = least;
      }
    },
  };
}

/** A random generator (xorshift32) for numbers from 0 to below 1. The same seed gives the same numbers. */
function createRandom(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}
