/**
 * Reads the fleet during a run. Each question says how long it may wait, and one round of calls serves all questions of
 * one scope. So the number of calls does not grow with the number of steps in flight, and there is no poller to manage.
 */
import type { Clock } from '../../clock.ts';
import type { CloudReader, Deal, Task } from '../../cloud/cloud.ts';
import { RefitError } from '../../errors.ts';
import type { Instance, Scope } from '../../model.ts';
import { MINUTE } from '../../units.ts';
import type { Reading } from '../decide/judge-following.ts';
import { readFaultOf } from '../decide/read-fault.ts';

/** A question about one instance. */
export interface Question extends Scope {
  readonly instance: string;
  /** Milliseconds that it may wait for others to share the round. */
  readonly maxDelay: number;
  /** Also read tasks and orders since this time (ms since 1970 UTC); null: the instance alone. */
  readonly factsSince: number | null;
  /** Leaves out finished tasks: fewer pages, if their absence says as much. */
  readonly openTasks?: boolean;
}

/** How old a reading may be at the order, ms from the question: a slow answer plus a margin. */
export const READ_AGE = 8_000;

/** How long a reading before an order waits for others, ms. */
const READ_DELAY = 25;

/** Instances that Refit reads ahead in each round before orders. The provider's page is 1,000. */
const READ_AHEAD = 200;

/** The abort reason that wakes a waiting round. A constant, because creating an error each time costs more than the round. */
const SOONER = 'a question cannot wait so long';

/** An instance as it was read; undefined: the provider does not know it. */
export interface FreshRead {
  /** Monotonic ms. */
  readonly at: number;
  /** The same moment by the wall clock, ms since 1970 UTC. */
  readonly wallAt: number;
  readonly instance: Instance | undefined;
}

/**
 * Milliseconds since a reading, by the clock that says more. The monotonic clock stands still while a machine sleeps, and
 * the wall clock may be set.
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
  /** Questions that waited when the last round began. */
  sharing = 0;
  wake = new AbortController();
  readonly freshReads = new Map<string, FreshRead>();
  /** False once the provider has refused this identity the source. */
  tasksReadable = true;
  dealsReadable = true;
}

/** Readings before orders have their own lane. So an order never waits for pages of facts about others. */
type Kind = 'before-order' | 'ends';

interface WatchInput {
  /** The API client of a profile. */
  readonly cloudFor: (profile: string) => CloudReader;
  readonly clock: Clock;
  /** The next instances of a scope to read, in order. */
  readonly upcoming: (scope: Scope, atMost: number) => readonly string[];
}

export class Watch {
  readonly #input: WatchInput;
  readonly #lanes = new Map<string, Lane>();
  readonly #selves = new Map<string, ReadonlySet<string> | null>();

  constructor(input: WatchInput) {
    this.#input = input;
  }

  /** @throws RefitError if the provider cannot be reached, or refuses the read. */
  read(question: Question, kind: Kind = 'ends'): Promise<Reading> {
    return new Promise((resolve, reject) => {
      const lane = this.#laneOf(question, kind);
      const due = this.#input.clock.monotonic() + question.maxDelay;
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

  /** A reading at most `READ_AGE` old and not before `notBefore` (monotonic ms). Refit reads now if it has none. */
  async readFresh(scope: Scope, instance: string, notBefore: number): Promise<FreshRead> {
    const { freshReads } = this.#laneOf(scope);
    const known = freshReads.get(instance);
    if (known && known.at >= notBefore && ageOf(known, this.#input.clock) <= READ_AGE) return known;
    await this.read({ ...scope, instance, maxDelay: READ_DELAY, factsSince: null }, 'before-order');
    return freshReads.get(instance)!;
  }

  /** How many steps of a scope share a round of reads about ends, as of the last round; 0 before the first. */
  sharing(scope: Scope): number {
    return this.#laneOf(scope, 'ends').sharing;
  }

  /** The numbers by which orders name this identity; null: not known. Refit asks once. */
  async self(scope: Scope): Promise<ReadonlySet<string> | null> {
    const present = this.#selves.get(scope.profile);
    if (present !== undefined) return present;
    try {
      const numbers = await this.#input.cloudFor(scope.profile).describeCreatorIds(scope);
      const self = numbers && new Set(numbers);
      this.#selves.set(scope.profile, self);
      return self;
    } catch (error) {
      if (error instanceof RefitError) return null;
      throw error;
    }
  }

  #laneOf({ profile, region }: Scope, kind: Kind = 'before-order'): Lane {
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
      lane.sharing = lane.asked.length;
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
    const beforeOrders = this.#laneOf(scope);
    const ids = new Set(group.map(({ instance }) => instance));
    if (lane === beforeOrders)
      for (const id of this.#input.upcoming(scope, READ_AHEAD)) if (ids.size < 1000) ids.add(id);
    // Refit reads an order's facts before its instance, so that "running at its new size" is never older than they are.
    const { tasks, deals } = await readFacts(cloud, lane, scope, group);
    // A reading is as old as its question: a process may be frozen before it receives the answer.
    const [at, wallAt] = [clock.monotonic(), clock.now()];
    const read = await cloud.describeInstances(scope, [...ids]);
    const instances = new Map(read.map((instance) => [instance.id, instance]));
    // Two rounds may run at the same time: the later question wins.
    for (const id of ids)
      if ((beforeOrders.freshReads.get(id)?.at ?? at) <= at)
        beforeOrders.freshReads.set(id, { at, wallAt, instance: instances.get(id) });
    for (const asked of group) asked.resolve(readingFor(asked, instances.get(asked.instance), tasks, deals));
  }
}

/**
 * Takes the questions that the next round answers. Questions that have just arrived stay for the round after it, above all
 * if this round reads facts. Otherwise steps that find an end would ask for its facts one round after another.
 */
function takeGroup(lane: Lane, now: number): Asked[] {
  const most = lane.asked.some(({ factsSince }) => factsSince !== null) ? 0.5 : 0.9;
  const isServed = ({ due, maxDelay, factsSince }: Asked) =>
    factsSince !== null || due - now <= most * maxDelay;
  const group = lane.asked.filter(isServed);
  lane.asked = lane.asked.filter((asked) => !isServed(asked));
  lane.due = lane.asked.reduce((first, { due }) => Math.min(first, due), Number.POSITIVE_INFINITY);
  return group;
}

/** Tasks and orders for the questions that need them; null: not needed, or not readable. */
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
 * The answer; null: this identity may not read the source. It throws other faults on, because a source that could not be
 * read must not count as silent.
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
