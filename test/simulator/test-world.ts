/** A world in virtual time, and requests to it: `testWorld([{ id }]).call('redis.DescribeInstances')`. */
import { readInstances } from '../../src/simulator/fleet/read-fleet.ts';
import { http } from '../../src/simulator/gateway/http.ts';
import type { WireRequest } from '../../src/simulator/gateway/parse-request.ts';
import { createWorld } from '../../src/simulator/world/create-world.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import { OWNER_UIN, type World, type WorldOptions } from '../../src/simulator/world/world.ts';
import { type NewerSigning, SECRET_ID, SECRET_KEY, signed } from './signed-request.ts';

/** 2026-01-05 10:00:00 in Beijing. */
export const START = Date.UTC(2026, 0, 5, 2, 0, 0);

// biome-ignore lint/suspicious/noExplicitAny: tests read the fields of answers directly
export type Answer = any;

export interface TestWorld {
  readonly world: World;
  now: number;
  /** Advances the time by `ms`. */
  pass(ms: number): void;
  /** Returns `Response`. Without one: `{ cut }`, `{ status, body }` unless 200, or `{ broken }` for invalid JSON. */
  send(request: WireRequest): Answer;
  /** Signs and sends a request of `product.Action`. */
  call(name: string, params?: unknown, how?: NewerSigning): Answer;
  /** The result of `codeOf` for the answer. */
  code(name: string, params?: unknown, how?: NewerSigning): string;
  /** The instance from DescribeInstances. */
  instance(id: string): Answer;
  /** Orders in billing: the delivered ones of the month by default. */
  deals(params?: object, how?: NewerSigning): Answer;
  /** Balance in cents. */
  balance(how?: NewerSigning): number;
}

/** The code of a refusal, `ok`, or a word for a missing answer. */
export function codeOf({ Error: refusal, cut, status, broken }: Answer): string {
  if (refusal) return refusal.Code;
  return cut ?? (status ? `http ${status}` : broken === undefined ? 'ok' : 'broken');
}

/** Parameters of an order for 8 GB, one shard and one replica. */
export function resizeOf(InstanceId: string, more: object = {}): object {
  return { InstanceId, MemSize: 8192, RedisShardNum: 1, RedisReplicasNum: 1, ...more };
}

/** Creates a world with exact delays: lag 1 s, duration 10 s, lock tail 5 s. */
export function testWorld(
  fleet: readonly object[],
  {
    faults = [],
    ...options
  }: Partial<Omit<WorldOptions, 'faults' | 'fleet'>> & { faults?: readonly string[] } = {},
): TestWorld {
  const world = createWorld(
    {
      seed: 7,
      fleet: readInstances(fleet),
      identities: [{ secretId: SECRET_ID, secretKey: SECRET_KEY, token: null, uin: OWNER_UIN }],
      startLag: [1000, 1000],
      duration: [10_000, 10_000],
      lockTail: [5000, 5000],
      limit: 1000,
      limitCounting: 'calendar',
      balance: 500_000,
      faults: faults.map(parseFault),
      ...options,
    },
    START,
  );
  return requestsTo(world);
}

/** Creates requests to a world that starts at `START`. */
export function requestsTo(world: World): TestWorld {
  const test: TestWorld = {
    world,
    now: START,
    pass(ms) {
      test.now += ms;
    },
    send(request) {
      const answer = http(world, request, test.now);
      if (answer.kind !== 'answered') return { cut: answer.kind };
      if (answer.status !== 200) return { status: answer.status, body: answer.body };
      try {
        return JSON.parse(answer.body).Response;
      } catch {
        return { broken: answer.body };
      }
    },
    call: (name, params = {}, how) => test.send(signed(name, params, test.now, how)),
    code: (name, params, how) => codeOf(test.call(name, params, how)),
    instance: (id) => test.call('redis.DescribeInstances', { InstanceIds: [id] }).InstanceSet[0],
    deals: (params, how) =>
      test.call(
        'billing.DescribeDealsByCond',
        { StartTime: '2026-01-01 00:00:00', EndTime: '2026-02-01 00:00:00', Limit: 10, ...params },
        how,
      ),
    balance: (how) => test.call('billing.DescribeAccountBalance', {}, how).RealBalance,
  };
  return test;
}
