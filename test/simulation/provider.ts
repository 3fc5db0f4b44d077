/**
 * The provider and its network, in virtual time and without bytes. The client and the simulator's gateway are the real
 * ones. Signatures, JSON and sockets are left out: other tests cover them, and they cost more time than all the rest.
 */
import type { VirtualClock } from '../../src/clock.ts';
import type { ApiClient } from '../../src/cloud/calls/call.ts';
import { createProviderTime } from '../../src/cloud/calls/provider-time.ts';
import { STOPPED_BY_GUARD, TransportError } from '../../src/cloud/network/transport.ts';
import type { Answer } from '../../src/cloud/wire/answer.ts';
import { fitTo } from '../../src/simulator/actions/parameters.ts';
import { newRequestId, type ServedRequest, serve } from '../../src/simulator/gateway/serve.ts';
import type { SimCatalogue } from '../../src/simulator/world/catalogue.ts';
import { makeForeignChange } from '../../src/simulator/world/change.ts';
import { createWorld } from '../../src/simulator/world/create-world.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import type { Random } from '../../src/simulator/world/random.ts';
import {
  advance,
  type Identity,
  OTHER_UIN,
  OWNER_UIN,
  type SimDeal,
  type World,
} from '../../src/simulator/world/world.ts';
import type { Machine } from './machine.ts';
import { appOf, PLANNING, type Scenario } from './scenario.ts';
import type { Watcher } from './watcher.ts';

const ORDER = 'UpgradeInstance';
const TIMEOUT = 60_000;
/** The provider refuses calls from a clock that is further off, milliseconds. */
export const SKEW_TOLERATED = 300_000;
const ZONE = 'ap-guangzhou-3';
export const OTHER_ZONE = 'ap-guangzhou-6';

const OURSELVES: Identity = { secretId: 'us', secretKey: '', token: null, uin: OWNER_UIN };
const OTHER_CLIENT: Identity = { ...OURSELVES, secretId: 'other-client' };
const OTHER_USER: Identity = { secretId: 'other-user', secretKey: '', token: null, uin: OTHER_UIN };

/** The catalogue, which is the same in every world. */
let catalogue: SimCatalogue | null = null;

/** What the provider shows to the watcher. */
export type ProviderWatcher = Pick<Watcher, 'recordEvent' | 'count' | 'sent' | 'arrived' | 'foreign'> & {
  /** A call of any action leaves now. */
  readonly called?: (action: string) => void;
};

export interface Provider {
  readonly world: World;
  /** Orders while no other client used the limit: all, and those that the limit refused. */
  readonly arrivals: { orders: number; refusedByLimit: number };
  /** Creates the client of one process. `calm`: over a network without faults. @param by the number of the process or owner */
  clientFor(machine: Machine, calm?: boolean, by?: number): ApiClient;
  /** Starts the other client and the other users. */
  startOthers(): void;
  /** Stops the other client and the other users. */
  stopOthers(): void;
}

export function createProvider(
  scenario: Scenario,
  time: VirtualClock,
  chance: Random,
  watcher: ProviderWatcher,
): Provider {
  const world = createWorld(
    {
      seed: scenario.seed,
      fleet: scenario.fleet.map((wish) => ({
        id: wish.id,
        name: wish.id.slice(4),
        region: 'ap-guangzhou',
        zone: ZONE,
        type: wish.cluster ? 9 : 8,
        memoryPerShard: 4096,
        shards: wish.cluster ? 3 : 1,
        replicas: 1,
        billing: wish.prepaid ? ('prepaid' as const) : ('postpaid' as const),
        status: 'running' as const,
        tags: taggedApp(scenario, wish.id),
        usedTotal: 1024,
        usedFullestShard: null,
        daysLeft: 30,
        replicaZones: wish.multiZone ? [OTHER_ZONE] : [],
        task: null,
        unpaidOrder: false,
        lowVersion: wish.fate === 'low-version',
      })),
      identities: [OURSELVES, OTHER_USER],
      startLag: scenario.startLag,
      duration: scenario.duration,
      lockTail: scenario.lockTail,
      limit: null,
      limitCounting: scenario.limitCounting,
      orderNumbers: scenario.orderNumbers,
      balance: 1e9,
      ...(catalogue === null ? {} : { catalogue }),
      faults: [
        // No fault is active during the plan.
        ...scenario.faults.map((fault) => (fault.includes('+') ? fault : `${fault}+${PLANNING}ms`)),
        ...scenario.fleet.flatMap(({ id, fate }) =>
          fate === null || fate === 'low-version' ? [] : [`${fate}=${id}`],
        ),
      ].map(parseFault),
    },
    time.now(),
  );
  catalogue = world.catalogue;
  const { network } = scenario;
  const arrivals = { orders: 0, refusedByLimit: 0 };
  let acting = true;
  let sharesLimit = false;

  /** Half a round trip. */
  const travel = (): number => {
    const normal = Math.sqrt(-2 * Math.log(1 - chance.next())) * Math.cos(2 * Math.PI * chance.next());
    const isDelayed = network.delays > 0 && chance.next() < network.delays;
    if (isDelayed) watcher.recordEvent('call delayed', '');
    return (
      (network.median / 2) * Math.exp(network.sigma * normal) +
      (isDelayed ? chance.next() * network.delayUpTo : 0)
    );
  };

  /** Serves a request that arrives at the gateway now. */
  const arrive = (
    action: Parameters<ApiClient['send']>[0]['action'],
    region: string,
    fields: object,
  ): ServedRequest => {
    advance(world, time.now());
    const deals = world.deals.size;
    const served = serve(
      world,
      {
        identity: OURSELVES,
        service: action.product,
        action: action.name,
        version: action.version,
        region: action.regional ? region : '',
        language: 'en-US',
        host: '',
        readParams: (schema) => fitTo(schema, JSON.parse(JSON.stringify(fields))),
      },
      newRequestId(world),
      time.now(),
    );
    if (action.name !== ORDER) return served;
    const byLimit = served.kind === 'refused' && served.code === 'RequestLimitExceeded';
    if (!sharesLimit) arrivals.orders += 1;
    if (byLimit) {
      watcher.recordEvent(`refused by limit (${scenario.limitCounting})`, '');
      if (!sharesLimit) arrivals.refusedByLimit += 1;
    }
    const deal = world.deals.size > deals ? ([...world.deals.values()].at(-1) as SimDeal) : null;
    watcher.arrived(fields as { InstanceId: string }, served, deal);
    return served;
  };

  const clientFor = (machine: Machine, calm = false, by = 0): ApiClient => {
    const happens = (probability: number): boolean => !calm && chance.next() < probability;
    const { clock } = machine;
    const providerTime = createProviderTime(clock);
    let lastOrderAnswer: Answer | null = null;
    const lane = (action: { name: string }) => ({ action: action.name, host: 'simulated', identity: 'us' });
    return {
      async lane(action) {
        return lane(action);
      },
      laneSync: lane,
      providerNow: providerTime.now,
      async send({ action, scope, fields }, goAhead): Promise<Answer> {
        const isOrder = action.name === ORDER;
        if (happens(network.connects)) {
          await clock.sleep(travel() + travel());
          if (happens(network.connectFailures)) {
            watcher.recordEvent('no connection', '');
            throw new TransportError('connect ECONNREFUSED', false);
          }
        }
        if (!goAhead()) throw new TransportError(STOPPED_BY_GUARD, false);
        machine.moment('send');
        if (!machine.alive) return new Promise<never>(() => {});
        watcher.called?.(action.name);
        if (isOrder) watcher.sent((fields as { InstanceId: string }).InstanceId, clock, by);
        const skew = clock.now() - time.now();
        const sentAt = clock.monotonic();
        const exchange = (async (): Promise<{
          served: ServedRequest | null;
          took: number;
          date?: string;
        }> => {
          if (calm) return { served: arrive(action, scope.region, fields), took: 0 };
          const there = travel();
          await time.sleep(there);
          if (happens(network.requestLoss)) {
            watcher.recordEvent('request lost', action.name);
            return { served: null, took: there };
          }
          const served: ServedRequest =
            Math.abs(skew) > SKEW_TOLERATED
              ? { kind: 'refused', code: 'AuthFailure.SignatureExpire', message: 'expired', delay: 0 }
              : arrive(action, scope.region, fields);
          const back = served.delay + travel();
          const date = new Date(time.now()).toUTCString();
          await time.sleep(Math.min(back, TIMEOUT));
          return { served, took: there + back, date };
        })();
        const { served, took, date } = await exchange;
        await machine.gate('answer');
        if (took > TIMEOUT) {
          watcher.recordEvent('no answer in time', action.name);
          throw new TransportError(`no answer within ${TIMEOUT} ms`, true);
        }
        if (served === null) throw new TransportError('the connection was reset', true);
        if (happens(network.answerLoss)) {
          watcher.recordEvent('answer lost', action.name);
          throw new TransportError('the connection was reset', true);
        }
        providerTime.onResponse(date, sentAt);
        const answer = toAnswer(served, watcher, action.name);
        if (isOrder && answer.kind === 'ok') {
          if (lastOrderAnswer !== null && happens(network.repeatsAnswer)) {
            watcher.recordEvent('answer of another order', action.name);
            return lastOrderAnswer;
          }
          lastOrderAnswer = answer;
        }
        return answer;
      },
    };
  };

  const startOthers = (): void => {
    const { otherClient, foreignChanges } = scenario;
    if (otherClient) {
      sharesLimit = true;
      void (async () => {
        const until = time.monotonic() + otherClient.until;
        while (acting && time.monotonic() < until) {
          await time.sleep((2_000 * chance.next()) / otherClient.perSecond);
          watcher.count('other client used the limit');
          world.limit.arrive(OTHER_CLIENT.uin, ORDER, time.now());
        }
        sharesLimit = false;
      })();
    }
    for (const { at, instance: id, how } of foreignChanges)
      void time.sleep(at).then(() => {
        if (acting) placeForeign(id, how);
      });
  };

  const placeForeign = (id: string, how: 'by-hand' | 'order'): void => {
    advance(world, time.now());
    const instance = world.instances.get(id)!;
    if (how === 'by-hand') {
      if (instance.jobs.length > 0) return;
      makeForeignChange(world, instance, OTHER_UIN, time.now());
      watcher.foreign(id, `changed by hand to ${instance.memoryPerShard} MB`);
      return;
    }
    const size = {
      InstanceId: id,
      MemSize: instance.memoryPerShard * 4,
      ...(instance.shards > 1 ? { RedisShardNum: instance.shards } : {}),
      RedisReplicasNum: instance.replicas,
    };
    const deals = world.deals.size;
    serve(
      world,
      {
        identity: OTHER_USER,
        service: 'redis',
        action: ORDER,
        version: '2018-04-12',
        region: 'ap-guangzhou',
        language: 'en-US',
        host: '',
        readParams: (schema) => fitTo(schema, size),
      },
      newRequestId(world),
      time.now(),
    );
    // A fault can replace the answer, so only an accepted order counts.
    if (world.deals.size > deals) watcher.foreign(id, `ordered to ${size.MemSize} MB`);
  };

  return {
    world,
    arrivals,
    clientFor,
    startOthers,
    stopOthers() {
      acting = false;
    },
  };
}

function toAnswer(served: ServedRequest, watcher: ProviderWatcher, action: string): Answer {
  switch (served.kind) {
    case 'response':
      return { kind: 'ok', fields: served.fields, requestId: String(served.fields.RequestId), size: 0 };
    case 'refused':
      watcher.count(`refused ${served.code}`);
      return { kind: 'refused', code: served.code, message: served.message, requestId: 'r' };
    case 'http-500':
    case 'html':
    case 'half-json':
      watcher.recordEvent(served.kind === 'http-500' ? '5xx' : served.kind, action);
      return { kind: 'unusable', reason: served.kind };
    default:
      watcher.recordEvent(served.kind === 'reset-before' ? 'reset before' : 'reset after execution', action);
      throw new TransportError('the connection was reset', true);
  }
}

function taggedApp(scenario: Scenario, id: string): Record<string, string> {
  const app = appOf(scenario, id);
  return app === null ? {} : { app };
}
