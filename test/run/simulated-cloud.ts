/**
 * The simulated provider in one process and in virtual time, behind the narrowest door that the client has: signing,
 * wire words, permits and the client itself are the real ones. No socket, and nothing real is waited for.
 */
import type { Clock, VirtualClock } from '../../src/clock.ts';
import {
  type HttpRequest,
  type HttpResponse,
  STOPPED_BY_GUARD,
  type Transport,
  TransportError,
} from '../../src/cloud/network/transport.ts';
import { http } from '../../src/simulator/gateway/http.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import type { World } from '../../src/simulator/world/world.ts';

/** An ordering call as it reached the provider. */
export interface Arrival {
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly instance: string;
  /** The size as asked for, as the provider spells it. */
  readonly asked: string;
  /** The provider took it: there is a new order. */
  readonly accepted: boolean;
  /** Instances with an order of ours that has not ended, this one included. */
  readonly underWay: number;
}

/** The road between a process and the provider. */
export interface Road {
  /** Milliseconds until a connection stands, asked before each request is written. */
  connect(action: string): number;
  /** Milliseconds that a request travels, and its answer. */
  travel(action: string): number;
  /** Called in the tick that writes an order, after it was allowed to go. */
  onSend(instance: string): void;
  /** Called once the provider has dealt with an order, before its answer leaves. */
  onArrival(arrival: Arrival): void;
  /** Answers a call instead of the provider; null lets it through. */
  intercept(action: string, body: Readonly<Record<string, unknown>>): HttpResponse | null;
}

export interface SimulatedCloud {
  readonly world: World;
  readonly arrivals: readonly Arrival[];
  readonly road: Road;
  /** The way to the provider for one process. `alive` false: nothing is sent any more, and no answer is heard. */
  transportFor(clock: Clock, alive: () => boolean): Transport;
}

const ORDER = 'UpgradeInstance';

/** @param time the world's own, which goes on whatever becomes of a process. */
export function simulatedCloud(world: World, time: VirtualClock, seed: number): SimulatedCloud {
  const chance = seededRandom(seed ^ 0x726f6164);
  const arrivals: Arrival[] = [];
  const road: Road = {
    connect: () => 0,
    travel: () => chance.whole(5, 30),
    onSend: () => {},
    onArrival: () => {},
    intercept: () => null,
  };

  const deliver = (request: HttpRequest, action: string) => {
    const before = world.deals.size;
    const answer = http(
      world,
      { method: 'POST', url: `${request.origin}/`, headers: request.headers, body: request.body },
      time.now(),
    );
    if (action === ORDER) {
      const { InstanceId, MemSize, RedisShardNum, RedisReplicasNum } = JSON.parse(request.body);
      const underWay = new Set(
        [...world.deals.values()]
          .filter(({ status, by }) => (status === 2 || status === 3) && by === OWN)
          .map(({ instance }) => instance.id),
      );
      const arrival = {
        at: time.now(),
        instance: InstanceId as string,
        asked: `${MemSize} MB x ${RedisShardNum ?? '-'}, ${RedisReplicasNum ?? '-'}`,
        accepted: [...world.deals.values()].slice(before).some(({ by }) => by === OWN),
        underWay: underWay.size,
      };
      arrivals.push(arrival);
      road.onArrival(arrival);
    }
    return answer;
  };

  return {
    world,
    arrivals,
    road,
    transportFor: (clock, alive) => ({
      async send(request) {
        const action = request.headers['X-TC-Action'] ?? request.headers['x-tc-action'] ?? '';
        await clock.sleep(road.connect(action));
        if (!alive()) return never();
        if (request.goAhead && !request.goAhead()) throw new TransportError(STOPPED_BY_GUARD, false);
        if (action === ORDER) road.onSend(JSON.parse(request.body).InstanceId);
        if (!alive()) return never();
        const own = road.intercept(action, JSON.parse(request.body));
        // From here on the request is under way, whatever becomes of the process that sent it.
        const answered = (async () => {
          await time.sleep(road.travel(action));
          if (own) return { answer: null, wait: road.travel(action) };
          const answer = deliver(request, action);
          return { answer, wait: answer.delay + road.travel(action) };
        })();
        const { answer, wait } = await answered;
        if (!alive()) return never();
        if (wait > request.timeout) {
          await clock.sleep(request.timeout);
          throw new TransportError(`no answer within ${request.timeout} ms`, true);
        }
        await clock.sleep(wait);
        if (own) return own;
        if (answer?.kind !== 'answered') throw new TransportError('the connection was reset', true);
        return {
          status: answer.status,
          contentType: answer.headers['Content-Type'] ?? '',
          date: new Date(time.now() + world.clockSkew).toUTCString(),
          body: answer.body,
        };
      },
      async close() {},
    }),
  };
}

/** Who the orders of a run are by: the account's owner. */
const OWN = '100000000001';

export function never(): Promise<never> {
  return new Promise(() => {});
}
