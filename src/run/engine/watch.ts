/**
 * Reading the fleet while a run is under way: whoever wants to know something of an instance says how long that can
 * wait, and one round of calls serves everybody who waits in the same region and identity. So polling is fleet-wide
 * whatever the number of steps under way, and there is no poller to start, stop or forget.
 */
import type { Clock } from '../../clock.ts';
import type { CloudReader, Deal, Task } from '../../cloud/cloud.ts';
import { RefitError } from '../../errors.ts';
import type { Instance, Scope } from '../../model.ts';
import { MINUTE } from '../../units.ts';
import type { Reading } from '../decide/judge-following.ts';
import { readFaultOf } from '../decide/read-fault.ts';

/** What somebody wants to read. */
export interface Question extends Scope {
  readonly instance: string;
  /** Milliseconds this may wait for others to share the round. */
  readonly within: number;
  /** Also read tasks and orders that began at or after this time (ms since 1970 UTC); null = the instance alone. */
  readonly factsSince: number | null;
  /** Tasks that are done are not asked for: fewer pages, where their absence says as much. */
  readonly openTasks?: boolean;
}

/** How old a sighting may be when an order relies on it, counted from the question: the time of a slow answer, and a little. */
export const READ_AGE = 8_000;

/** How long a look waits for others to join its round. */
const READ_WITHIN = 25;

/** Instances read ahead with each look, so that a wave needs few calls. The provider's page is 1,000. */
const READ_AHEAD = 200;

/** Why a round that waits for others is woken. Given, because making an error for it each time would cost more than the round. */
const SOONER = 'somebody cannot wait so long';

/** An instance as it was seen; undefined: the provider knows no such instance. */
export interface FreshRead {
  /** Monotonic ms. */
  readonly at: number;
  /** The same moment by the wall clock, ms since 1970 UTC. */
  readonly wallAt: number;
  readonly instance: Instance | undefined;
}

/**
 * Milliseconds since an instance was seen, by whichever clock says more: the monotonic one stands still while a machine
 * sleeps, and the other may be set.
 */
export function ageOf({ at, wallAt }: FreshRead, clock: Clock): number {
  return Math.max(clock.monotonic() - at, Math.abs(clock.now() - wallAt));
}

interface Asked extends Question {
  /** Monotonic moment up to which it may wait. */
  readonly due: number;
  readonly resolve: (reading: Reading) => void;
  readonly reject: (error: unknown) => void;
}

class Lane {
  asked: Asked[] = [];
  due = Number.POSITIVE_INFINITY;
  running = false;
  wake = new AbortController();
  readonly freshReads = new Map<string, FreshRead>();
  /** False once the provider has refused this identity the source. */
  tasksReadable = true;
  dealsReadable = true;
}

/** Looks have a lane of their own: an order does not wait until all pages of facts about others are read. */
type Kind = 'looks' | 'ends';

interface WatchInput {
  /** The provider as seen by a profile. */
  readonly cloudFor: (profile: string) => CloudReader;
  readonly clock: Clock;
  /** The instances of a scope that will be read next, in order. */
  readonly upcoming: (scope: Scope, atMost: number) => readonly string[];
}

export class Watch {
  readonly #input: WatchInput;
  readonly #lanes = new Map<string, Lane>();
  readonly #selves = new Map<string, ReadonlySet<string> | null>();

  constructor(input: WatchInput) {
    this.#input = input;
  }

  /** @throws RefitError where the provider cannot be reached or refuses to be read. */
  read(question: Question, kind: Kind = 'ends'): Promise<Reading> {
    return new Promise((resolve, reject) => {
      const lane = this.#laneOf(question, kind);
      const due = this.#input.clock.monotonic() + question.within;
      lane.asked.push({ ...question, due, resolve, reject });
      if (due < lane.due) {
        lane.due = due;
        lane.wake.abort(SOONER);
      }
      if (!lane.running) {
        lane.running = true;
        void this.#turn(lane, { region: question.region, profile: question.profile });
      }
    });
  }

  /** The instance as seen at most `LOOK_AGE` ago and not before `notBefore` (monotonic ms), read now if need be. */
  async readFresh(scope: Scope, instance: string, notBefore: number): Promise<FreshRead> {
    const { freshReads: sightings } = this.#laneOf(scope);
    const seen = sightings.get(instance);
    if (seen && seen.at >= notBefore && ageOf(seen, this.#input.clock) <= READ_AGE) return seen;
    await this.read({ ...scope, instance, within: READ_WITHIN, factsSince: null }, 'looks');
    return sightings.get(instance)!;
  }

  /** By what numbers orders name this identity; null where that is not known. Asked once. */
  async self(scope: Scope): Promise<ReadonlySet<string> | null> {
    const present = this.#selves.get(scope.profile);
    if (present !== undefined) return present;
    try {
      const numbers = await this.#input.cloudFor(scope.profile).describeSelf(scope);
      const self = numbers && new Set(numbers);
      this.#selves.set(scope.profile, self);
      return self;
    } catch (error) {
      if (error instanceof RefitError) return null;
      throw error;
    }
  }

  #laneOf({ profile, region }: Scope, kind: Kind = 'looks'): Lane {
    const key = `${profile} ${region} ${kind}`;
    const lane = this.#lanes.get(key) ?? new Lane();
    this.#lanes.set(key, lane);
    return lane;
  }

  async #turn(lane: Lane, scope: Scope): Promise<void> {
    const clock = this.#input.clock;
    while (lane.asked.length > 0) {
      while (clock.monotonic() < lane.due) {
        lane.wake = new AbortController();
        await clock.sleep(lane.due - clock.monotonic(), lane.wake.signal);
      }
      const group = takeGroup(lane, clock.monotonic());
      try {
        await this.#round(lane, scope, group);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    lane.running = false;
  }

  async #round(lane: Lane, scope: Scope, group: readonly Asked[]): Promise<void> {
    const clock = this.#input.clock;
    const cloud = this.#input.cloudFor(scope.profile);
    const looks = this.#laneOf(scope);
    const ids = new Set(group.map(({ instance }) => instance));
    if (lane === looks)
      for (const id of this.#input.upcoming(scope, READ_AHEAD)) if (ids.size < 1000) ids.add(id);
    // An order's facts are read before its instance, so that "running at its new size" is never the older news.
    const { tasks, deals } = await readFacts(cloud, lane, scope, group);
    // As old as the question: a process may be frozen before it hears the answer.
    const [at, wallAt] = [clock.monotonic(), clock.now()];
    const read = await cloud.describeInstances(scope, [...ids]);
    const instances = new Map(read.map((instance) => [instance.id, instance]));
    // Two rounds may be under way at once: what was asked later stands.
    for (const id of ids)
      if ((looks.freshReads.get(id)?.at ?? at) <= at)
        looks.freshReads.set(id, { at, wallAt, instance: instances.get(id) });
    for (const asked of group) asked.resolve(readingFor(asked, instances.get(asked.instance), tasks, deals));
  }
}

/**
 * Takes those whom the next round serves. Who has just begun to wait is left to the one after it, above all where this
 * one is for facts: served with everybody's, those that find an end would ask for its facts one round after the other.
 */
function takeGroup(lane: Lane, now: number): Asked[] {
  const most = lane.asked.some(({ factsSince }) => factsSince !== null) ? 0.5 : 0.9;
  const isServed = ({ due, within, factsSince }: Asked) => factsSince !== null || due - now <= most * within;
  const group = lane.asked.filter(isServed);
  lane.asked = lane.asked.filter((asked) => !isServed(asked));
  lane.due = lane.asked.reduce((first, { due }) => Math.min(first, due), Number.POSITIVE_INFINITY);
  return group;
}

/** Tasks and orders for those of a group that ask for them; null = not asked for, or not readable. */
async function readFacts(
  cloud: CloudReader,
  lane: Lane,
  scope: Scope,
  group: readonly Asked[],
): Promise<{ readonly tasks: readonly Task[] | null; readonly deals: readonly Deal[] | null }> {
  const asking = group.filter(({ factsSince }) => factsSince !== null);
  if (asking.length === 0) return { tasks: null, deals: null };
  const since = Math.min(...asking.map(({ factsSince }) => factsSince!));
  const only = new Set(asking.map(({ instance }) => instance));
  const single = only.size === 1 ? [...only][0] : undefined;
  const open = asking.every(({ openTasks }) => openTasks === true) ? 'open' : undefined;
  const until = Math.max(since, cloud.providerNow()) + 5 * MINUTE;
  const tasks = lane.tasksReadable
    ? await readable(() => cloud.describeTasks(scope, since, single, open))
    : null;
  if (tasks === null) lane.tasksReadable = false;
  const deals = lane.dealsReadable
    ? await readable(() => cloud.findDeals(scope, since, until, single))
    : null;
  if (deals === null) lane.dealsReadable = false;
  return { tasks, deals };
}

/**
 * null where this identity may not read the source. Other faults are thrown on: a source that is silent because it
 * could not be read just now must not count as one that has nothing to tell.
 */
async function readable<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RefitError && readFaultOf(error) === 'no-right') return null;
    throw error;
  }
}

function readingFor(
  { instance: id, factsSince }: Question,
  instance: Instance | undefined,
  tasks: readonly Task[] | null,
  deals: readonly Deal[] | null,
): Reading {
  if (factsSince === null) return { instance, tasks: null, deals: null };
  return {
    instance,
    tasks: tasks?.filter((task) => task.instance === id && task.startedAt >= factsSince) ?? null,
    deals: deals?.filter((deal) => deal.instances.includes(id) && deal.createdAt >= factsSince) ?? null,
  };
}
