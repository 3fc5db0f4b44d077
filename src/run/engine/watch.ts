/**
 * Reading the fleet while a run is under way: whoever wants to know something of an instance says how long that can
 * wait, and one round of calls serves everybody who waits in the same region and identity. So polling is fleet-wide
 * whatever the number of steps under way, and there is no poller to start, stop or forget.
 */

import type { Clock } from '../../clock.ts';
import type { CloudReader, Deal, Task } from '../../cloud/cloud.ts';
import { RefitError } from '../../errors.ts';
import type { Instance, Scope } from '../../model.ts';
import type { Reading } from '../decide/judge-settling.ts';
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

export interface Watch {
  /** @throws RefitError where the provider cannot be reached or refuses to be read. */
  read(question: Question): Promise<Reading>;
  /** By what numbers orders name this identity; null where that is not known. Asked once. */
  self(scope: Scope): Promise<ReadonlySet<string> | null>;
  /** The instance as seen at most `LOOK_AGE` ago and not before `notBefore` (monotonic ms), read now if need be. */
  look(scope: Scope, instance: string, notBefore: number): Promise<Sighting>;
}

/** How old a sighting may be when an order relies on it, counted from the question: the time of a slow answer, and a little. */
export const LOOK_AGE = 8_000;

/** How long a look waits for others to join its round. */
const LOOK_WITHIN = 25;

/** Instances read ahead with each look, so that a wave needs few calls. The provider's page is 1,000. */
const READ_AHEAD = 200;

/** Why a round that waits for others is woken. Given, because making an error for it each time would cost more than the round. */
const SOONER = 'somebody cannot wait so long';

/** An instance as it was seen; undefined: the provider knows no such instance. */
export interface Sighting {
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
export function ageOf({ at, wallAt }: Sighting, clock: Clock): number {
  return Math.max(clock.monotonic() - at, Math.abs(clock.now() - wallAt));
}

interface Asked extends Question {
  /** Monotonic moment up to which it may wait. */
  readonly due: number;
  readonly resolve: (reading: Reading) => void;
  readonly reject: (error: unknown) => void;
}

interface Lane {
  asked: Asked[];
  due: number;
  running: boolean;
  readonly wake: { now: AbortController };
  readonly sightings: Map<string, Sighting>;
  /** False once the provider has refused this identity the source. */
  tasksReadable: boolean;
  dealsReadable: boolean;
}

/**
 * @param cloudFor the provider as seen by a profile.
 * @param upcoming the instances of a scope that will be looked at next, in order.
 */
export function watchFleet(options: {
  readonly cloudFor: (profile: string) => CloudReader;
  readonly clock: Clock;
  readonly upcoming: (scope: Scope, atMost: number) => readonly string[];
}): Watch {
  const { cloudFor, clock, upcoming } = options;
  const lanes = new Map<string, Lane>();

  /** Looks have a lane of their own: an order does not wait until all pages of facts about others are read. */
  const laneOf = (scope: Scope, kind: 'looks' | 'ends' = 'looks'): Lane => {
    const key = `${scope.profile} ${scope.region} ${kind}`;
    let lane = lanes.get(key);
    if (!lane) {
      lane = {
        asked: [],
        due: Number.POSITIVE_INFINITY,
        running: false,
        wake: { now: new AbortController() },
        sightings: new Map(),
        tasksReadable: true,
        dealsReadable: true,
      };
      lanes.set(key, lane);
    }
    return lane;
  };

  const read = (question: Question, kind: 'looks' | 'ends' = 'ends'): Promise<Reading> =>
    new Promise((resolve, reject) => {
      const lane = laneOf(question, kind);
      const due = clock.monotonic() + question.within;
      lane.asked.push({ ...question, due, resolve, reject });
      if (due < lane.due) {
        lane.due = due;
        lane.wake.now.abort(SOONER);
      }
      if (!lane.running) {
        lane.running = true;
        void turn(lane, { region: question.region, profile: question.profile });
      }
    });

  const turn = async (lane: Lane, scope: Scope): Promise<void> => {
    while (lane.asked.length > 0) {
      while (clock.monotonic() < lane.due) {
        lane.wake.now = new AbortController();
        await clock.sleep(lane.due - clock.monotonic(), lane.wake.now.signal);
      }
      // Who has just begun to wait is left to the next round, above all where this one is for facts: served with
      // everybody's, those that find an end would ask for its facts one round after the other.
      const now = clock.monotonic();
      const most = lane.asked.some(({ factsSince }) => factsSince !== null) ? 0.5 : 0.9;
      const isServed = ({ due, within, factsSince }: Asked) =>
        factsSince !== null || due - now <= most * within;
      const group = lane.asked.filter(isServed);
      lane.asked = lane.asked.filter((asked) => !isServed(asked));
      lane.due = lane.asked.reduce((first, { due }) => Math.min(first, due), Number.POSITIVE_INFINITY);
      try {
        await round(lane, scope, group);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    lane.running = false;
  };

  const round = async (lane: Lane, scope: Scope, group: readonly Asked[]): Promise<void> => {
    const cloud = cloudFor(scope.profile);
    const ids = new Set(group.map(({ instance }) => instance));
    if (lane === laneOf(scope))
      for (const id of upcoming(scope, READ_AHEAD)) if (ids.size < 1000) ids.add(id);
    const sinces = group.flatMap(({ factsSince }) => (factsSince === null ? [] : [factsSince]));
    const since = sinces.length > 0 ? Math.min(...sinces) : null;
    // An order's facts are read before its instance, so that "running at its new size" is never the older news.
    const only = new Set(
      group.filter(({ factsSince }) => factsSince !== null).map(({ instance }) => instance),
    );
    const single = only.size === 1 ? [...only][0] : undefined;
    const onlyOpen = group.every(({ factsSince, openTasks }) => factsSince === null || openTasks === true);
    const tasks =
      since === null || !lane.tasksReadable
        ? null
        : await readable(() => cloud.describeTasks(scope, since, single, onlyOpen ? 'open' : undefined));
    if (since !== null && tasks === null) lane.tasksReadable = false;
    const deals =
      since === null || !lane.dealsReadable
        ? null
        : await readable(() =>
            cloud.findDeals(scope, since, Math.max(since, cloud.providerNow()) + 300_000, single),
          );
    if (since !== null && deals === null) lane.dealsReadable = false;
    // As old as the question: a process may be frozen before it hears the answer.
    const [at, wallAt] = [clock.monotonic(), clock.now()];
    const instances = new Map(
      (await cloud.describeInstances(scope, [...ids])).map((instance) => [instance.id, instance]),
    );
    const { sightings } = laneOf(scope);
    // Two rounds may be under way at once: what was asked later stands.
    for (const id of ids)
      if ((sightings.get(id)?.at ?? at) <= at) sightings.set(id, { at, wallAt, instance: instances.get(id) });
    for (const asked of group) asked.resolve(readingFor(asked, instances.get(asked.instance), tasks, deals));
  };

  const selves = new Map<string, ReadonlySet<string> | null>();
  return {
    read,
    async self(scope) {
      const present = selves.get(scope.profile);
      if (present !== undefined) return present;
      try {
        const numbers = await cloudFor(scope.profile).describeSelf(scope);
        const self = numbers && new Set(numbers);
        selves.set(scope.profile, self);
        return self;
      } catch (error) {
        if (error instanceof RefitError) return null;
        throw error;
      }
    },
    async look(scope, instance, notBefore) {
      const seen = laneOf(scope).sightings.get(instance);
      if (seen && seen.at >= notBefore && ageOf(seen, clock) <= LOOK_AGE) return seen;
      await read({ ...scope, instance, within: LOOK_WITHIN, factsSince: null }, 'looks');
      return laneOf(scope).sightings.get(instance)!;
    },
  };
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
