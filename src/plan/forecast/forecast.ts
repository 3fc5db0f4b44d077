/**
 * What carrying a plan out is likely to take: its waves gone through by the clock with the durations of past runs, as
 * often as it takes to tell what is likely. It orders nothing and reads nothing, and knows of no fault: `refit rehearse`
 * shows those. Pure, and the same each time.
 */
import type {
  Dimension,
  DurationSpread,
  Durations,
  ForecastTime,
  LikelySeconds,
  MaintenanceWindow,
  SavedPlan,
  Step,
  Wave,
} from '../../model.ts';
import { soakOf } from '../waves/waves.ts';
import { type Opening, openOpenings } from '../windows/open-windows.ts';
import { secondsAt } from './durations.ts';
import { eventQueue } from './event-queue.ts';

/** What of a plan says how long it takes. */
export type Forecastable = Pick<
  SavedPlan,
  'steps' | 'waves' | 'execution' | 'preconditions' | 'spread' | 'windows'
>;

/** How often the plan is gone through: less often where it is long, for there chance evens out by itself. */
const MOST_TIMES = 61;
const LEAST_TIMES = 5;
const STEPS_IN_ALL = 30_000;

/** Seconds for which an instance is left alone before its next order: as `run/waits.ts` has it at first. */
export const PAUSE_BETWEEN_STEPS = 5;

/**
 * An instance may refuse its next order for so long, seconds, though it reads as running: the provider's own plug-in
 * leaves two minutes between two changes. Source: facts §7.1, read 2026-11.
 */
const LONGEST_TAIL = 120;

/** Windows that are looked through at first, and at the most. */
const FIRST_WINDOWS = 6;
const MOST_WINDOWS = 200;

/**
 * @param now when a run may begin, milliseconds since 1970 UTC: in plans with windows it begins when one is open.
 * @returns null where there is nothing to order.
 */
export function forecastTime(plan: Forecastable, now: number, durations: Durations): ForecastTime | null {
  const { steps, waves } = plan;
  if (steps.length === 0) return null;
  const times = Math.max(LEAST_TIMES, Math.min(MOST_TIMES, Math.ceil(STEPS_IN_ALL / steps.length)));
  const course = openCourse(plan, now, durations);
  const runs = Array.from({ length: times }, (_, n) => course(n + 1, true));
  // Were every window open: what has to fit into one.
  const open = plan.windows === undefined ? runs : runs.map((_, n) => course(n + 1, false));
  const total = likely(runs.map((run) => run.total));
  return {
    durations,
    total,
    lastOrder: likely(open.map((run) => run.lastOrder)),
    waves: waves.map(({ name }, at) => ({ name, ...likely(runs.map((run) => run.waves[at]!)) })),
    windows: byRank(
      runs.map((run) => run.windows),
      0.5,
    ),
    calls: callsOf(plan, durations, total.p50),
  };
}

/** One way that a run may go, in seconds from its begin. */
interface Course {
  readonly total: number;
  readonly lastOrder: number;
  readonly waves: readonly number[];
  readonly windows: number;
}

function openCourse(plan: Forecastable, now: number, durations: Durations) {
  const { steps, waves, execution, preconditions, spread } = plan;
  const chains = Map.groupBy(steps, ({ instance }) => instance);
  const known = new Map(preconditions.map((one) => [one.instance, one]));
  const inWindows = execution.switch === 'maintenance-window';
  const ofWaves = waves.map((_, index) => [...chains.values()].filter((chain) => chain[0]!.wave === index));
  const openings = plan.windows ? openingsFrom(plan.windows, now) : null;
  const begins = Math.max(now, openings?.at(0)?.opens ?? now);

  return (seed: number, withWindows: boolean): Course => {
    const chance = chanceFrom(seed);
    const doors = withWindows && openings ? windowDoor(openings, begins) : null;
    const slots = new Map<string, number>();
    const ends: number[] = [];
    let lastOrder = 0;
    let at = 0;

    /** The moment at which an order that is ready leaves: its window is open, and its lane has a slot. */
    const leaves = ({ profile }: Step, ready: number): number => {
      const open = doors ? doors.from(ready) : ready;
      const slot = Math.max(
        open,
        (slots.get(profile) ?? Number.NEGATIVE_INFINITY) + 1 / execution.requestsPerSecond,
      );
      slots.set(profile, slot);
      lastOrder = Math.max(lastOrder, slot);
      return slot;
    };
    const takes = ({ change }: Step): number => secondsAt(durations.of[change.dimension], chance());
    let pause = PAUSE_BETWEEN_STEPS;
    /** Seconds from the end of a step to the order of the next on its instance, as a run learns them. */
    const between = (): number => {
      const left = pause;
      if (chance() * LONGEST_TAIL <= left) return left;
      // Refused, which may hide an order: nothing is asked again before every source was silent.
      pause = Math.min(2 * left, execution.patience / 1000);
      return left + execution.patience / 1000;
    };
    const begun = (step: Step, ordered: number): number => {
      const window = inWindows ? known.get(step.instance)?.window : undefined;
      return window ? maintenanceFrom(window, begins + ordered * 1000, begins) : ordered;
    };

    for (const [index, wave] of waves.entries()) {
      const end = carryOut(ofWaves[index]!, at, {
        places: execution.inFlight,
        slowly: wave.slowStart ?? execution.slowStart ?? false,
        seats: spread ? { most: spread.maxInFlight, groupOf: (id) => known.get(id)?.group } : null,
        holds: !inWindows,
        leaves,
        between,
        ends: (step, ordered) => begun(step, ordered) + takes(step),
      });
      ends.push(end);
      at = end + afterWave(waves, index);
    }
    return { total: at, lastOrder, waves: ends, windows: doors?.used() ?? 1 };
  };
}

/** Seconds between the end of a wave and the begin of the next: its soak, and what a metric of its gate is read over. */
function afterWave(waves: readonly Wave[], index: number): number {
  return Math.max(soakOf(waves, index), waves[index]!.gate?.metric?.over ?? 0) / 1000;
}

/** How the instances of a wave are carried out. */
interface Conduct {
  readonly places: number;
  readonly slowly: boolean;
  readonly seats: {
    readonly most: number;
    readonly groupOf: (instance: string) => string | undefined;
  } | null;
  /** Whether a change holds its place until it has ended. */
  readonly holds: boolean;
  readonly leaves: (step: Step, ready: number) => number;
  readonly ends: (step: Step, ordered: number) => number;
  /** Seconds between two steps of one instance. */
  readonly between: () => number;
}

/** Takes the steps of each instance and when the wave begins. @returns when the last of them has ended. */
function carryOut(chains: readonly (readonly Step[])[], begin: number, how: Conduct): number {
  const queue = eventQueue<{ readonly chain: readonly Step[]; readonly step: number }>();
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

/** The openings in which something may begin, by number; null beyond the last. */
interface OpeningsAhead {
  at(index: number): Opening | null;
}

/** Looked for as far as they are asked for: a year of them takes longer than all the rest. */
function openingsFrom(windows: NonNullable<SavedPlan['windows']>, now: number): OpeningsAhead {
  const openings = openOpenings(windows);
  const begun = ({ opens, lastStart }: Opening) => lastStart === null || lastStart > Math.max(opens, now);
  let asked = FIRST_WINDOWS;
  let known = openings.next(now, asked).filter(begun);
  return {
    at(index) {
      while (index >= known.length && asked < MOST_WINDOWS) {
        asked = Math.min(MOST_WINDOWS, asked * 4);
        known = openings.next(now, asked).filter(begun);
      }
      return known[index] ?? null;
    },
  };
}

/** When an order that is ready may leave, in seconds from `begins`; asked in no particular order. */
function windowDoor(openings: OpeningsAhead, begins: number) {
  let furthest = 0;
  return {
    from(ready: number): number {
      const moment = begins + ready * 1000;
      let index = 0;
      let opening = openings.at(0);
      for (
        let next = opening;
        next !== null && (opening?.lastStart ?? Number.POSITIVE_INFINITY) <= moment;
      ) {
        next = openings.at(index + 1);
        if (next === null) break;
        opening = next;
        index += 1;
      }
      furthest = Math.max(furthest, index);
      return opening === null ? ready : Math.max(ready, (opening.opens - begins) / 1000);
    },
    used: () => furthest + 1,
  };
}

const DAY = 86_400_000;
/** Beijing has one offset all year. */
const BEIJING = 8 * 3600_000;

/** When a change that waits for its instance's window begins, in seconds from `begins`. @param moment ms since 1970 UTC */
export function maintenanceFrom({ from, to }: MaintenanceWindow, moment: number, begins: number): number {
  const [opens, closes] = [from, to].map((text) => {
    const [hours = 0, minutes = 0] = text.split(':').map(Number);
    return (hours * 60 + minutes) * 60_000;
  }) as [number, number];
  const midnight = Math.floor((moment + BEIJING) / DAY) * DAY - BEIJING;
  const at =
    moment < midnight + opens
      ? midnight + opens
      : moment < midnight + closes
        ? moment
        : midnight + DAY + opens;
  return (at - begins) / 1000;
}

/** Instances of one call of the monitor product. Source: facts §2.7, read 2026-11. */
const MEASURED_A_CALL = 50;

/**
 * Calls by action. Orders are exact. Reads are about what a run makes of them: one look at each instance before its order,
 * shared with those beside it; one round at an eighth of the usual duration, at most every 20 s, while something is
 * under way; tasks and orders before each order and at the end of each change.
 */
function callsOf(plan: Forecastable, durations: Durations, total: number): Record<string, number> {
  const { steps, waves, execution } = plan;
  const scopes = new Set(steps.map(({ region, profile }) => `${profile} ${region}`)).size;
  const usual = middle(durations, steps);
  const soaked = waves.reduce((sum, _, index) => sum + afterWave(waves, index), 0);
  const busy = Math.max(0, Math.min(total - soaked, steps.length * usual));
  const rounds = Math.min((busy / Math.min(20, Math.max(1, usual / 8))) * scopes, 6 * steps.length);
  const looks = steps.length / Math.min(execution.inFlight, 4);
  const facts = 2 * steps.length + rounds / 8;
  const measured = waves.reduce((sum, { gate, steps: own }) => {
    if (gate?.metric === undefined) return sum;
    const ids = new Set(own.map((id) => id.slice(0, id.indexOf('/'))));
    return sum + Math.max(1, Math.ceil(ids.size / MEASURED_A_CALL));
  }, 0);
  return {
    DescribeDealsByCond: Math.ceil(facts),
    DescribeInstances: Math.ceil(looks + rounds + steps.length),
    ...(execution.switch === 'maintenance-window' ? { DescribeMaintenanceWindow: steps.length } : {}),
    DescribeTaskList: Math.ceil(facts),
    ...(measured > 0 ? { GetMonitorData: measured } : {}),
    UpgradeInstance: steps.length,
  };
}

/** The usual duration of a step, seconds. */
function middle({ of }: Durations, steps: readonly Step[]): number {
  const half = (spread: DurationSpread) => secondsAt(spread, 0.5);
  const medians = new Map<Dimension, number>(
    steps.map(({ change: { dimension } }) => [dimension, half(of[dimension])]),
  );
  return steps.reduce((sum, { change }) => sum + medians.get(change.dimension)!, 0) / steps.length;
}

function likely(values: readonly number[]): LikelySeconds {
  return { p50: Math.ceil(byRank(values, 0.5)), p90: Math.ceil(byRank(values, 0.9)) };
}

/** By the nearest rank. */
function byRank(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
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
