/** A client over a scripted transport in virtual time: `clientOver([{ ok: { … } }]).run((cloud) => …)`. */
import { VirtualClock } from '../../src/clock.ts';
import { type CloudOptions, createCloud } from '../../src/cloud/client.ts';
import type { CallRecord, Cloud, OrderRequest } from '../../src/cloud/cloud.ts';
import { secret } from '../../src/cloud/credentials/find-credentials.ts';
import { createPermits } from '../../src/cloud/limit/permits.ts';
import { createNonces } from '../../src/cloud/signing/sign-v1.ts';
import type { SignatureName } from '../../src/cloud/signing/signature.ts';
import { type FakeTransport, fakeTransport, type Script } from './fake-transport.ts';

export const SECRET_KEY = 'never-show-this-key';
export const TOKEN = 'never-show-this-token';
export const SECRET_ID = 'AKIDnever-show-this-id';
export const KEYS = {
  secretId: SECRET_ID,
  secretKey: secret(SECRET_KEY),
  token: secret(TOKEN),
  sourceName: 'a test',
};
export const SCOPE = { region: 'ap-guangzhou', profile: 'default' };

/** 2026-01-05 10:00 in Beijing. */
export const START = Date.UTC(2026, 0, 5, 2, 0, 0);

/** An order that the instance of `row` can take. */
export const ORDER: OrderRequest = {
  ...SCOPE,
  instance: 'crs-aaaa1111',
  edition: 'redis-5.0-cluster',
  size: { memoryPerShard: 8192, shards: 3, replicas: 1 },
};

/** Options of a client. Only the transport and the clock have no default. */
export function clientOptions(
  given: Pick<CloudOptions, 'transport' | 'clock'> & Partial<CloudOptions>,
): CloudOptions {
  return {
    endpoint: null,
    permits: createPermits(given.clock, 18),
    jitter: () => 0.5,
    credentials: () => KEYS,
    ...given,
  };
}

export interface ScriptedClient {
  readonly cloud: Cloud;
  readonly clock: VirtualClock;
  readonly transport: FakeTransport;
  readonly calls: CallRecord[];
  /** How often the client searched for keys. */
  readonly keysAsked: () => number;
  /** Runs it in virtual time. */
  run<T>(work: (cloud: Cloud) => Promise<T>): Promise<T>;
}

export function clientOver(
  script: Script,
  {
    endpoint = null,
    signature = 'TC3-HMAC-SHA256',
  }: { endpoint?: string | null; signature?: SignatureName } = {},
): ScriptedClient {
  const clock = new VirtualClock(START);
  const transport = fakeTransport(script);
  const calls: CallRecord[] = [];
  let asked = 0;
  const cloud = createCloud(
    clientOptions({
      transport,
      clock,
      endpoint,
      signature: { name: signature, nonce: createNonces(() => 0.5) },
      onCall: (record) => calls.push(record),
      credentials: () => {
        asked += 1;
        return KEYS;
      },
    }),
  );
  return {
    cloud,
    clock,
    transport,
    calls,
    keysAsked: () => asked,
    run: (work) => clock.run(() => work(cloud)),
  };
}

/** A row of the provider: a 5.0 cluster, 3 shards of 4 GB, 1 replica. */
export function row(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    InstanceId: 'crs-aaaa1111',
    InstanceName: 'cart',
    ZoneId: 100003,
    Type: 9,
    ProductType: 'cluster',
    Status: 2,
    Size: 12288,
    RedisShardSize: 4096,
    RedisShardNum: 3,
    RedisReplicasNum: 1,
    BillingMode: 0,
    DeadlineTime: '0000-00-00 00:00:00',
    InstanceTags: [{ TagKey: 'env', TagValue: 'prod' }],
    ...fields,
  };
}
