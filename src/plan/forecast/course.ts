/** One way that a run of a plan may go: its waves gone through by the clock, by chance and the same for the same seed. */
import type { Durations, MaintenanceWindow, SavedPlan, SavedWindows, Step, Wave } from '../../model.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../units.ts';
import { soakOf } from '../waves/waves.ts';
import { createOpenWindows, type OpenWindow } from '../windows/open-windows.ts';
import { secondsAt } from './durations.ts';

/** What of a plan says how long it takes. */
export type Forecastable = Pick<
  SavedPlan,
  'steps' | 'waves' | 'execution' | 'preconditions' | 'spread' | 'windows'
>;

/** Seconds for which an instance is left alone before its next order: as `run/waits.ts` has it at first. */
export const PAUSE_BETWEEN_STEPS = 5;

/**
 * An instance may refuse its next order for so long, seconds, though it reads as running: the provider's own plug-in
 * leaves two minutes between two changes. Source: docs/provider.md P168.
 */
const LONGEST_TAIL = 120;

/** Windows that are looked through at first, and at the most. */
const FIRST_WINDOWS = 6;
const MOST_WINDOWS = 200;

/**
 * One way that a run may go by a seed, in seconds from its begin: its end, its last order, the end of each wave, and how many
 * windows it takes.
 */
export function createCourse(plan: Forecastable, now: number, durations: Durations) {
  const { steps, waves, execution, preconditions, spread } = plan;
  const chains = Map.groupBy(steps, ({ instance }) => instance);
  const known = new Map(preconditions.map((one) => [one.instance, one]));
  const inWindows = execution.switch === 'maintenance-window';
  const ofWaves = waves.map((_, index) => [...chains.values()].filter((chain) => chain[0]!.wave === index));
  const openings = plan.windows ? openingsFrom(plan.windows, now) : null;
  const begins = Math.max(now, openings?.at(0)?.opens ?? now);

  return (seed: number, withWindows: boolean) => {
    const chance = chanceFrom(seed);
    const doors = withWindows && openings ? windowDoor(openings, begins) : null;
    const slots = new Map<string, number>();
    const ends: number[] = [];
    let lastOrder = 0;
    let at = 0;

    /** The moment at which an order that is ready leaves: its window is open, and its lane has a slot. */
    const leaves = ({ profile }: Step, ready: number): number => {
      const open = doors ? doors.from(ready) : ready;
      const before = slots.get(profile);
      const slot = before === undefined ? open : Math.max(open, before + 1 / execution.requestsPerSecond);
      slots.set(profile, slot);
      lastOrder = Math.max(lastOrder, slot);
      return slot;
    };
    let pause = PAUSE_BETWEEN_STEPS;
    /** Seconds from the end of a step to the order of the next on its instance, as a run learns them. */
    const between = (): number => {
      const left = pause;
      if (chance() * LONGEST_TAIL <= left) return left;
      // Refused, which may hide an order: nothing is asked again before every source was silent.
      pause = Math.min(2 * left, execution.patience / SECOND);
      return left + execution.patience / SECOND;
    };
    const begun = (step: Step, ordered: number): number => {
      const window = inWindows ? known.get(step.instance)?.window : undefined;
      return window ? maintenanceStart(window, begins + ordered * SECOND, begins) : ordered;
    };

    for (const [index, wave] of waves.entries()) {
      const end = carryOut(ofWaves[index]!, at, {
        places: execution.inFlight,
        slowly: wave.slowStart ?? execution.slowStart ?? false,
        seats: spread ? { most: spread.maxInFlight, groupOf: (id) => known.get(id)?.group } : null,
        holds: !inWindows,
        leaves,
        between,
        ends: (step, ordered) =>
          begun(step, ordered) + secondsAt(durations.of[step.change.dimension], chance()),
      });
      ends.push(end);
      at = end + afterWave(waves, index);
    }
    return { total: at, lastOrder, waves: ends, windows: doors?.used() ?? 1 };
  };
}

/** Seconds between the end of a wave and the begin of the next: its soak, and what a metric of its gate is read over. */
export function afterWave(waves: readonly Wave[], index: number): number {
  return Math.max(soakOf(waves, index), waves[index]!.gate?.metric?.over ?? 0) / SECOND;
}

/** How the instances of a wave are carried out. */
interface RolloutState {
  readonly places: number;
  readonly slowly: boolean;
  readonly seats: { readonly most: number; readonly groupOf: (id: string) => string | undefined } | null;
  /** Whether a change holds its place until it has ended. */
  readonly holds: boolean;
  readonly leaves: (step: Step, ready: number) => number;
  readonly ends: (step: Step, ordered: number) => number;
  /** Seconds between two steps of one instance. */
  readonly between: () => number;
}

/** Takes the steps of each instance and when the wave begins. @returns when the last of them has ended. */
function carryOut(chains: readonly (readonly Step[])[], begin: number, how: RolloutState): number {
  const queue = createEventQueue<{ readonly chain: readonly Step[]; readonly step: number }>();
  const seated = new Map<string, { taken: number; waiting: (readonly Step[])[] }>();
  const ready: (readonly Step[])[] = [];
  let next = 0;
  let underWay = 0;
  let verified = 0;
  let last = begin;

  /** A place in the queue of all as soon as its group has a seat for it. */
  const arrive = (chain: readonly Step[]): void => {
    const group = how.seats?.groupOf(chain[0]!.instance);
    if (how.seats === null || group === undefined) return void ready.push(chain);
    const seats = seated.get(group) ?? { taken: 0, waiting: [] };
    seated.set(group, seats);
    if (seats.taken >= how.seats.most) return void seats.waiting.push(chain);
    seats.taken += 1;
    ready.push(chain);
  };
  const leave = (chain: readonly Step[]): void => {
    const seats = seated.get(how.seats?.groupOf(chain[0]!.instance) ?? '');
    const follower = seats?.waiting.shift();
    if (follower) ready.push(follower);
    else if (seats) seats.taken -= 1;
  };
  const order = (chain: readonly Step[], step: number, from: number): void => {
    const ordered = how.leaves(chain[step]!, from);
    queue.add(how.ends(chain[step]!, ordered), { chain, step });
  };
  const fill = (at: number): void => {
    const bound = how.slowly ? 2 ** Math.floor(Math.log2(verified + 1)) : how.places;
    while (next < ready.length && (!how.holds || underWay < Math.min(how.places, bound))) {
      underWay += 1;
      order(ready[next++]!, 0, at);
    }
  };

  for (const chain of chains) arrive(chain);
  fill(begin);
  for (let event = queue.take(); event !== null; event = queue.take()) {
    const { at, what } = event;
    last = Math.max(last, at);
    verified += 1;
    if (what.step + 1 < what.chain.length) order(what.chain, what.step + 1, at + how.between());
    else {
      underWay -= 1;
      leave(what.chain);
    }
    fill(at);
  }
  return last;
}

/**
 * The openings in which something may begin, by number; null beyond the last. They are looked for as far as they are asked
 * for: a year of them takes longer than all the rest.
 */
function openingsFrom(windows: SavedWindows, now: number) {
  const openings = createOpenWindows(windows);
  const begun = ({ opens, lastStart }: OpenWindow) => lastStart === null || lastStart > Math.max(opens, now);
  let asked = FIRST_WINDOWS;
  let known = openings.next(now, asked).filter(begun);
  return {
    at(index: number): OpenWindow | null {
      while (index >= known.length && asked < MOST_WINDOWS) {
        asked = Math.min(MOST_WINDOWS, asked * 4);
        known = openings.next(now, asked).filter(begun);
      }
      return known[index] ?? null;
    },
  };
}

/** When an order that is ready may leave, in seconds from `begins`; asked in no particular order. */
function windowDoor(openings: ReturnType<typeof openingsFrom>, begins: number) {
  let furthest = 0;
  return {
    from(ready: number): number {
      const moment = begins + ready * SECOND;
      let index = 0;
      const isOver = (opening: OpenWindow | null) =>
        (opening?.lastStart ?? Number.POSITIVE_INFINITY) <= moment;
      while (isOver(openings.at(index)) && openings.at(index + 1) !== null) index += 1;
      const opening = openings.at(index);
      furthest = Math.max(furthest, index);
      return opening === null ? ready : Math.max(ready, (opening.opens - begins) / SECOND);
    },
    used: () => furthest + 1,
  };
}

/** Beijing has one offset all year. */
const BEIJING = 8 * HOUR;

/** When a change that waits for its instance's window begins, in seconds from `begins`. @param moment ms since 1970 UTC */
export function maintenanceStart({ from, to }: MaintenanceWindow, moment: number, begins: number): number {
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
  return (at - begins) / SECOND;
}

/** What happens next, by time: a binary heap. Of one time, what was put in first comes first. */
export function createEventQueue<What>() {
  const heap: { readonly at: number; readonly order: number; readonly what: What }[] = [];
  let order = 0;
  const before = (a: number, b: number): boolean =>
    heap[a]!.at < heap[b]!.at || (heap[a]!.at === heap[b]!.at && heap[a]!.order < heap[b]!.order);
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };
  return {
    add(at: number, what: What): void {
      let child = heap.push({ at, order: order++, what }) - 1;
      for (let parent = (child - 1) >> 1; child > 0 && before(child, parent); parent = (child - 1) >> 1) {
        swap(child, parent);
        child = parent;
      }
    },
    /** Takes the earliest out; null where there is none. */
    take(): { readonly at: number; readonly what: What } | null {
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

/** Numbers from 0 to below 1 from a seed (the generator xorshift32): a plan is forecast the same each time. */
function chanceFrom(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}
