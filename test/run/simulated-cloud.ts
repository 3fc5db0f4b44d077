/**
 * The simulated provider in one process and in virtual time, behind the transport port of the client. Signing, encoding,
 * permits and the client itself are real. There are no sockets and no real waits.
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
  /** The ordered size in the provider's terms. */
  readonly size: string;
  /** The provider accepted it, so there is a new order. */
  readonly accepted: boolean;
  /** Instances with an order of ours in progress, including this one. */
  readonly inProgress: number;
}

/** The network between a process and the provider. */
export interface Network {
  /** Milliseconds until a connection is ready. Called before each request. */
  connect(action: string): number;
  /** Milliseconds that a request travels, or its answer. */
  travel(action: string): number;
  /** Called in the tick that sends an order, after the guard has allowed it. */
  onSend(instance: string): void;
  /** Called when the provider has processed an order, before its answer leaves. */
  onArrival(arrival: Arrival): void;
  /** Answers a call instead of the provider. Null lets it through. */
  intercept(action: string, body: Readonly<Record<string, unknown>>): HttpResponse | null;
}

export interface SimulatedCloud {
  readonly world: World;
  readonly arrivals: readonly Arrival[];
  readonly network: Network;
  /** The transport for one process. While `alive` is false, it sends nothing and delivers no answer. */
  transportFor(clock: Clock, alive: () => boolean): Transport;
}

const ORDER = 'UpgradeInstance';

/** @param time the clock of the world, which continues after the death of a process. */
export function simulatedCloud(world: World, time: VirtualClock, seed: number): SimulatedCloud {
  const chance = seededRandom(seed ^ 0x726f6164);
  const arrivals: Arrival[] = [];
  const network: Network = {
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
      const inProgress = new Set(
        [...world.deals.values()]
          .filter(({ status, by }) => (status === 2 || status === 3) && by === OWN)
          .map(({ instance }) => instance.id),
      );
      const arrival = {
        at: time.now(),
        instance: InstanceId as string,
        size: `${MemSize} MB x ${RedisShardNum ?? '-'}, ${RedisReplicasNum ?? '-'}`,
        accepted: [...world.deals.values()].slice(before).some(({ by }) => by === OWN),
        inProgress: inProgress.size,
      };
      arrivals.push(arrival);
      network.onArrival(arrival);
    }
    return answer;
  };

  return {
    world,
    arrivals,
    network,
    transportFor: (clock, alive) => ({
      async send(request) {
        const action = request.headers['X-TC-Action'] ?? request.headers['x-tc-action'] ?? '';
        await clock.sleep(network.connect(action));
        if (!alive()) return never();
        if (request.goAhead && !request.goAhead()) throw new TransportError(STOPPED_BY_GUARD, false);
        if (action === ORDER) network.onSend(JSON.parse(request.body).InstanceId);
        if (!alive()) return never();
        const own = network.intercept(action, JSON.parse(request.body));
        // From here the request continues, even if its process dies.
        const answered = (async () => {
          await time.sleep(network.travel(action));
          if (own) return { answer: null, wait: network.travel(action) };
          const answer = deliver(request, action);
          return { answer, wait: answer.delay + network.travel(action) };
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

/** The account owner, who places the orders of a run. */
const OWN = '100000000001';

export function never(): Promise<never> {
  return new Promise(() => {});
}
