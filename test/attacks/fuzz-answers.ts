/**
 * Sends hostile HTTP answers to every call of Refit, each made from a seed: `npm run fuzz -- answers COUNT SEED`.
 * A call must end with a value or a RefitError, in bounded time and memory, without a key or a raw character in any text.
 */
import { VirtualClock } from '../../src/clock.ts';
import { createCloud } from '../../src/cloud/client.ts';
import type { Cloud } from '../../src/cloud/cloud.ts';
import { findCredentials } from '../../src/cloud/credentials/find-credentials.ts';
import type { HttpResponse, Transport } from '../../src/cloud/network/transport.ts';
import { RefitError } from '../../src/errors.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import {
  clientOptions,
  ORDER,
  row,
  SCOPE,
  SECRET_ID,
  SECRET_KEY,
  START,
  TOKEN,
} from '../cloud/scripted-client.ts';
import { type Met, search } from './search.ts';

type Random = () => number;

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)]!;

/** An answer that fits every call: each read finds its fields in it. */
const RESPONSE = {
  TotalCount: 2,
  InstanceSet: [
    row(),
    row({ InstanceId: 'crs-bbbb2222', NodeSet: [{ NodeType: 0, ZoneId: 100003, NodeId: 1 }] }),
  ],
  Tasks: [
    { TaskId: 1, InstanceId: 'crs-aaaa1111', TaskType: '002', StartTime: '2026-01-05 10:00:00', Result: 1 },
  ],
  Deals: [
    {
      OrderId: '20260105000000000000001',
      Status: 4,
      ResourceId: ['crs-aaaa1111'],
      Creator: '100',
      Action: 'modify',
    },
  ],
  DealDetails: [
    { DealName: '20260105000000000000001', Status: 4, Price: 100, InstanceIds: ['crs-aaaa1111'] },
  ],
  RegionSet: [
    { RegionId: 'ap-guangzhou', ZoneSet: [{ ZoneId: 'ap-guangzhou-3', ZoneName: '3', ProductSet: [] }] },
  ],
  ZoneSet: [{ Zone: 'ap-guangzhou-3', ZoneId: '100003', ZoneState: 'AVAILABLE' }],
  DataPoints: [
    { Dimensions: [{ Name: 'instanceid', Value: 'crs-aaaa1111' }], Values: [1, 2], Timestamps: [1, 2] },
  ],
  InstanceShards: [{ ShardId: 'a', UsedMemory: 1000 }],
  Price: 100,
  AmountUnit: 'pent',
  Balance: 100,
  RealBalance: 100,
  AccountId: '100000000001',
  Arn: 'qcs::cam::uin/100000000001:root',
  UserId: '1',
  StartTime: '03:00',
  EndTime: '04:00',
  DealName: '20260105000000000000001',
  Credentials: { TmpSecretId: 'AKIDtemporary', TmpSecretKey: 'temporary-key', Token: 'temporary-token' },
  ExpiredTime: START / 1000 + 7200,
  RequestId: 'request',
};

const VALUES: readonly ((random: Random) => unknown)[] = [
  () => null,
  () => -1,
  () => 1e308,
  () => Number.MAX_SAFE_INTEGER + 2,
  () => '',
  () => 'x'.repeat(5000),
  () => '\u001b[2J\u202e\u0000\n',
  () => '\ud800',
  () => [],
  () => ({}),
  () => true,
  () => SECRET_KEY,
  () => TOKEN,
  () => `%20${SECRET_ID}`,
  () => '__proto__',
  () => ({ toString: 'x', valueOf: 1, constructor: { prototype: 1 }, length: -1 }),
  (random) => Array.from({ length: Math.floor(random() * 3000) }, () => ({})),
  (random) => nested(Math.floor(random() * 200)),
  () => '9999-99-99 99:99:99',
  () => '１２３',
];

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { a: value };
  return value;
}

/** A copy with one place changed. */
function mutate(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.15) return pick(random, VALUES)(random);
  if (Array.isArray(value)) {
    const at = Math.floor(random() * (value.length + 1));
    if (at === value.length || random() < 0.1) return [...value, ...value];
    return value.map((one, n) => (n === at ? mutate(random, one) : one));
  }
  const entries = Object.entries(value);
  const at = Math.floor(random() * entries.length);
  if (random() < 0.1) return Object.fromEntries(entries.filter((_, n) => n !== at));
  return Object.fromEntries(entries.map(([key, one], n) => [key, n === at ? mutate(random, one) : one]));
}

function answerOf(random: Random): HttpResponse {
  let response: unknown = RESPONSE;
  for (let n = 0; n < 1 + random() * 8; n++) response = mutate(random, response);
  if (random() < 0.2) {
    const Code = pick(random, [
      'InternalError',
      'RequestLimitExceeded',
      'AuthFailure.TokenFailure',
      'a\u001b]b',
      SECRET_KEY,
      {},
    ]);
    response = {
      Error: { Code, Message: pick(random, VALUES)(random) },
      RequestId: pick(random, VALUES)(random),
    };
  }
  let body = JSON.stringify(random() < 0.05 ? response : { Response: response }) ?? '';
  const kind = random();
  if (kind < 0.05) body = body.slice(0, random() * body.length);
  else if (kind < 0.1) body = body.replace(/"/g, () => (random() < 0.01 ? '\\"' : '"'));
  else if (kind < 0.13) body = body.replace('{', '{"__proto__":{"TotalCount":1e9},');
  else if (kind < 0.15) body = '['.repeat(random() * 100_000);
  else if (kind < 0.17) body = `<html>${body}`;
  const status = random() < 0.05 ? pick(random, [0, 204, 302, 404, 500, 999]) : 200;
  const date = pick(random, [
    'Mon, 05 Jan 2026 02:00:00 GMT',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    '\u0000',
    'x'.repeat(9999),
  ]);
  return { status, contentType: 'application/json', date, body };
}

const IDS = ['crs-aaaa1111', 'crs-bbbb2222'];

/** Every call of the client, by name. */
const CALLS: Readonly<Record<string, (cloud: Cloud) => Promise<unknown>>> = {
  order: (cloud) => cloud.order(ORDER, () => true),
  instances: (cloud) => cloud.describeInstances(SCOPE),
  pages: (cloud) => cloud.eachInstance(SCOPE, () => undefined),
  someInstances: (cloud) => cloud.describeInstances(SCOPE, IDS),
  catalogue: (cloud) => cloud.describeCatalogue(SCOPE),
  zones: (cloud) => cloud.describeZones(SCOPE),
  window: (cloud) => cloud.describeWindow(SCOPE, IDS[0]!),
  price: (cloud) => cloud.price(ORDER),
  tasks: (cloud) => cloud.describeTasks(SCOPE, START),
  running: (cloud) => cloud.describeRunningTasks(SCOPE),
  balance: (cloud) => cloud.describeBalance(SCOPE),
  deals: (cloud) => cloud.findDeals(SCOPE, START, START + 1000, IDS[0]),
  orders: (cloud) =>
    cloud.describeOrders(SCOPE, [{ order: '20260105000000000000001', dealId: '7' }, { order: '2' }], 'CNY'),
  identity: (cloud) => cloud.describeIdentity(SCOPE),
  creators: (cloud) => cloud.describeCreatorIds(SCOPE),
  memory: async (cloud) => cloud.describeMemoryInUse(SCOPE, await cloud.describeInstances(SCOPE, IDS)),
  metric: (cloud) => cloud.describeMetric(SCOPE, IDS, 'MemUtil' as never, 3_600_000),
};

/** Sources of temporary keys: the token service, and the role of a machine. */
const ENVIRONMENTS = [
  {
    TENCENTCLOUD_SECRET_ID: SECRET_ID,
    TENCENTCLOUD_SECRET_KEY: SECRET_KEY,
    TENCENTCLOUD_ROLE_ARN: 'qcs::cam::uin/100000000001:roleName/resizer',
  },
  { TENCENTCLOUD_CAM_ROLE_NAME: 'resizer' },
];

/** One hostile server and one call. */
async function meet(seed: number): Promise<Met> {
  const random = seededRandom(seed).next;
  const clock = new VirtualClock(START);
  const transport: Transport = {
    async send({ goAhead }) {
      if (goAhead && !goAhead()) throw new Error('the guard said no');
      return answerOf(random);
    },
    async close() {},
  };
  const name = pick(random, [...Object.keys(CALLS), 'keys']);
  const call = CALLS[name];
  const env = pick(random, ENVIRONMENTS);
  try {
    const result = await clock.run(() =>
      call
        ? call(createCloud(clientOptions({ transport, clock })))
        : findCredentials({
            env,
            home: '/none',
            readFile: () => null,
            profile: 'default',
            transport,
            clock,
            endpoint: null,
          }),
    );
    const shown = JSON.stringify(result, (_, value) => (value instanceof Map ? [...value] : value)) ?? '';
    return { fault: faultOf(name, shown), texts: [] };
  } catch (error) {
    if (!(error instanceof RefitError)) throw new Error(name, { cause: error });
    const { message, fix, cause } = error;
    const texts = [message, fix ?? ''];
    return { fault: messageFault(message) ?? faultOf(name, JSON.stringify([...texts, cause])), texts };
  }
}

function messageFault(message: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be there.
  if (/[\u0000-\u0009\u000b-\u001f\u202e]/.test(message))
    return `raw characters in ${JSON.stringify(message)}`;
  return message.length > 2000 ? `a message of ${message.length} characters` : null;
}

/** The keys that a token service returns are not yet known secrets, and they are wrapped. */
function faultOf(name: string, shown: string): string | null {
  const secret = [SECRET_KEY, TOKEN, SECRET_ID].find((one) => name !== 'keys' && shown.includes(one));
  return secret === undefined ? null : `${name} shows ${secret}`;
}

/** Meets `count` answers from a seed on. @returns the faults, each with its seed. */
export function fuzzAnswers(count: number, seed: number): Promise<string[]> {
  return search(count, seed, meet);
}
