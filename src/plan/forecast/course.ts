/** Simulates one possible course of a run. The same seed gives the same course. */
import type { Durations, MaintenanceWindow, SavedPlan, SavedWindows, Step, Wave } from '../../model.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../units.ts';
import { soakOf } from '../waves/waves.ts';
import { createOpenWindows, type OpenWindow } from '../windows/open-windows.ts';
import { PAUSE_BETWEEN_STEPS, secondsAt } from './durations.ts';
import { EventQueue } from './event-queue.ts';

/** The parts of a plan that determine how long it takes. */
export type PlanToForecast = Pick<
  SavedPlan,
  'steps' | 'waves' | 'execution' | 'preconditions' | 'spread' | 'windows'
>;

/**
 * How long an instance may refuse its next order although its status is running, seconds. The provider's own plug-in
 * waits two minutes between two changes. Source: docs/provider.md P168.
 */
const LONGEST_TAIL = 120;

/** How many windows the forecast looks up at first, and at most. */
const FIRST_WINDOWS = 6;
const MOST_WINDOWS = 200;

/** A step, and the next one of its instance. */
interface Link {
  readonly step: Step;
  /** Absent without groups and maintenance windows. */
  readonly facts: SavedPlan['preconditions'][number] | undefined;
  next: Link | null;
}

/** What all courses of a run share. */
interface Given {
  readonly plan: PlanToForecast;
  readonly durations: Durations;
  /** The first step of each instance in each wave. */
  readonly firsts: readonly (readonly Link[])[];
  readonly openWindows: ReturnType<typeof windowsForStart> | null;
  /** When the run starts, milliseconds since 1970 UTC. */
  readonly startsAt: number;
}

/**
 * A function from a seed to the course of a run. With `share`, every change takes the time of that share of the durations,
 * 0 for the shortest and 1 for the longest. The course has its end, its last order and the end of each wave, in
 * seconds from the start of the run, and the number of windows.
 */
export function createCourse(plan: PlanToForecast, now: number, durations: Durations) {
  const { waves } = plan;
  const openWindows = plan.windows ? windowsForStart(plan.windows, now) : null;
  const startsAt = Math.max(now, openWindows?.at(0)?.opens ?? now);
  const known: Given = { plan, durations, firsts: firstSteps(plan), openWindows, startsAt };
  return (seed: number, withWindows: boolean, share: number | null = null) => {
    const course = new Course(known, { seed, withWindows, share });
    const ends: number[] = [];
    let at = 0;
    for (const index of waves.keys()) {
      const end = course.simulateWave(index, at);
      ends.push(end);
      at = end + afterWave(waves, index);
    }
    return { total: at, lastOrder: course.lastOrder, waves: ends, windows: course.windows };
  };
}

/** The first step of each instance, by wave. The steps of an instance follow each other, all in one wave. */
function firstSteps(plan: PlanToForecast): readonly (readonly Link[])[] {
  const { steps, waves, spread, execution } = plan;
  const needsFacts = spread !== undefined || execution.switch === 'maintenance-window';
  const facts = new Map((needsFacts ? plan.preconditions : []).map((one) => [one.instance, one]));
  const firsts = waves.map((): Link[] => []);
  let last: Link | null = null;
  for (const step of steps) {
    const isNext: boolean = last?.step.instance === step.instance;
    const link: Link = { step, facts: facts.get(step.instance), next: null };
    if (isNext) last!.next = link;
    else firsts[step.wave]?.push(link);
    last = link;
  }
  return firsts;
}

/** Seconds between two waves: the soak, or the period of the gate's metric. */
export function afterWave(waves: readonly Wave[], index: number): number {
  return Math.max(soakOf(waves, index), waves[index]!.gate?.metric?.over ?? 0) / SECOND;
}

/** The instances of one group of `spread`. */
interface Group {
  inFlight: number;
  readonly waiting: Link[];
}

/** One course of a run. It is a class because the engine would compile closures again for each course. */
class Course {
  lastOrder = 0;
  private readonly given: Given;
  private readonly random: Random;
  private readonly gate: ReturnType<typeof createWindowGate> | null;
  /** When each profile sent its last order. */
  private readonly requestSlots = new Map<string, number>();
  private pause = PAUSE_BETWEEN_STEPS;
  private queue = new EventQueue<Link>();
  private groups = new Map<string, Group>();
  private ready: Link[] = [];
  /** How many ready instances have ordered. */
  private next = 0;
  private inFlight = 0;
  private verified = 0;

  constructor(
    given: Given,
    { seed, withWindows, share }: { seed: number; withWindows: boolean; share: number | null },
  ) {
    const { openWindows, startsAt } = given;
    this.given = given;
    this.random = new Random(seed, share);
    this.gate = withWindows && openWindows ? createWindowGate(openWindows, startsAt) : null;
  }

  /** The number of windows that the run used. */
  get windows(): number {
    return this.gate?.used() ?? 1;
  }

  /** Simulates one wave from a time on. @returns when the last step ends. */
  simulateWave(index: number, start: number): number {
    this.queue = new EventQueue();
    this.groups = new Map();
    this.ready = [];
    this.next = 0;
    this.inFlight = 0;
    this.verified = 0;
    const { execution, waves } = this.given.plan;
    const slowStart = waves[index]!.slowStart ?? execution.slowStart ?? false;
    for (const first of this.given.firsts[index]!) this.add(first);
    this.fill(start, slowStart);
    let last = start;
    for (;;) {
      const at = this.queue.earliest;
      const link = this.queue.take();
      if (link === null) return last;
      last = at;
      this.verified += 1;
      if (link.next !== null) this.order(link.next, at + this.nextPause());
      else {
        this.inFlight -= 1;
        this.release(link);
      }
      this.fill(at, slowStart);
    }
  }

  /** Makes an instance ready, or lets it wait for its group. */
  private add(first: Link): void {
    const group = this.groupOf(first);
    const most = this.given.plan.spread?.maxInFlight ?? Number.POSITIVE_INFINITY;
    if (group !== null && group.inFlight >= most) return void group.waiting.push(first);
    if (group !== null) group.inFlight += 1;
    this.ready.push(first);
  }

  private release(link: Link): void {
    const group = this.groupOf(link);
    const follower = group?.waiting.shift();
    if (follower) this.ready.push(follower);
    else if (group) group.inFlight -= 1;
  }

  private groupOf({ facts }: Link): Group | null {
    const name = this.given.plan.spread ? facts?.group : undefined;
    if (name === undefined) return null;
    const group = this.groups.get(name) ?? { inFlight: 0, waiting: [] };
    this.groups.set(name, group);
    return group;
  }

  /** Lets ready instances order while there are in-flight slots. A change in a maintenance window holds none. */
  private fill(at: number, slowStart: boolean): void {
    const { execution } = this.given.plan;
    const bound = slowStart ? 2 ** Math.floor(Math.log2(this.verified + 1)) : execution.inFlight;
    const most =
      execution.switch === 'maintenance-window'
        ? Number.POSITIVE_INFINITY
        : Math.min(execution.inFlight, bound);
    while (this.next < this.ready.length && this.inFlight < most) {
      this.inFlight += 1;
      this.order(this.ready[this.next++]!, at);
    }
  }

  private order(link: Link, from: number): void {
    const ordered = this.orderTime(link.step.profile, from);
    const duration = secondsAt(this.given.durations.of[link.step.change.dimension], this.random.next());
    this.queue.add(this.startTime(link, ordered) + duration, link);
  }

  /** The moment when a ready order leaves: its window is open, and its lane has a request slot. */
  private orderTime(profile: string, ready: number): number {
    const open = this.gate ? this.gate.from(ready) : ready;
    const before = this.requestSlots.get(profile);
    const { requestsPerSecond } = this.given.plan.execution;
    const slot = before === undefined ? open : Math.max(open, before + 1 / requestsPerSecond);
    this.requestSlots.set(profile, slot);
    this.lastOrder = Math.max(this.lastOrder, slot);
    return slot;
  }

  /** When the change of an accepted order starts. */
  private startTime({ facts }: Link, ordered: number): number {
    const { plan, startsAt } = this.given;
    const window = plan.execution.switch === 'maintenance-window' ? facts?.window : undefined;
    return window ? maintenanceStart(window, startsAt + ordered * SECOND, startsAt) : ordered;
  }

  /** Seconds from the end of a step to the next order on its instance. A run learns them in the same way. */
  private nextPause(): number {
    const { durations, plan } = this.given;
    if (durations.pauses !== undefined) return secondsAt(durations.pauses, this.random.next());
    const waited = this.pause;
    if (this.random.next() * LONGEST_TAIL <= waited) return waited;
    // A refusal may hide an order, so Refit orders again only after every source was silent for `patience`.
    this.pause = Math.min(2 * waited, plan.execution.patience / SECOND);
    return waited + plan.execution.patience / SECOND;
  }
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

/** A random generator (xorshift32) for numbers from 0 to below 1. The same seed gives the same numbers. */
class Random {
  private state: number;
  private readonly share: number | null;

  /** @param share instead of every number; null: random numbers. */
  constructor(seed: number, share: number | null) {
    this.state = Math.imul(seed, 0x9e3779b1) | 1;
    this.share = share;
  }

  next(): number {
    if (this.share !== null) return this.share;
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) / 4294967296;
  }
}
