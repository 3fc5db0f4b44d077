/** CPU time of one order, from signing to the parsed answer: Refit's client and the provider's SDK at the same server. */
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { systemClock } from '../src/clock.ts';
import { createCloud } from '../src/cloud/client.ts';
import type { Cloud, OrderRequest } from '../src/cloud/cloud.ts';
import { secret } from '../src/cloud/credentials/find-credentials.ts';
import { createPermits } from '../src/cloud/limit/permits.ts';
import { createHttp } from '../src/cloud/network/http.ts';
import { makeThrowAwayCa } from '../src/simulator/throw-away-ca.ts';
import { type ChildServer, childServer } from './child-server.ts';
import { cpuTimed, type Row, rounds } from './measure.ts';

/** Enough that compiling the code, which a process does once, is a small part. */
const CALLS = 4_000;
/** Calls in flight: as many as round trips of 25 ms to 400 ms need at 20 per second. */
const AT_ONCE = 8;

/** Over plain HTTP and over TLS, with reused connections. The official SDK is a development dependency. */
export async function cpuPerOrder(
  calls = CALLS,
  times = 7,
  kinds: readonly ('plain' | 'TLS')[] = ['plain', 'TLS'],
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const kind of kinds) {
    const tls = kind === 'TLS' ? await makeThrowAwayCa() : null;
    const server = await childServer({ kind: 'static', tls });
    const cloud = refitClient(server, tls?.cert);
    const sdk = await officialOrder(server, tls?.cert);
    try {
      const perOrder = (order: (n: number) => Promise<unknown>) => async () =>
        (1000 * (await cpuTimed(() => inTurns(calls, AT_ONCE, order)))) / calls;
      rows.push(
        await rounds(
          perOrder((n) => orderBy(cloud, n)),
          perOrder(sdk),
          {
            name: `CPU of an order, ${kind}`,
            unit: 'µs',
            floorName: "the provider's Node SDK",
            reach: { atMost: tls ? 0.35 : 0.3 },
          },
          times,
        ),
      );
    } finally {
      await cloud.close();
      server.close();
    }
  }
  return rows;
}

export function refitClient({ url, secretId, secretKey }: ChildServer, ca?: string): Cloud {
  const credentials = { secretId, secretKey: secret(secretKey), token: null, sourceName: 'the benchmark' };
  return createCloud({
    transport: createHttp(ca === undefined ? {} : { ca }),
    clock: systemClock,
    credentials: () => credentials,
    endpoint: url,
    permits: createPermits(systemClock, 20),
    jitter: () => 0.5,
  });
}

/** An order of 8 GB for the n-th instance of `fleetOf`. */
export function requestFor(n: number): OrderRequest {
  return {
    region: 'ap-guangzhou',
    profile: 'default',
    instance: instanceId(n),
    edition: 'redis-5.0-standard',
    size: { memoryPerShard: 8192, shards: 1, replicas: 1 },
  };
}

/** Places one order and checks that it was accepted. */
export async function orderBy(cloud: Cloud, n: number): Promise<void> {
  const answer = await cloud.order(requestFor(n), () => true);
  if (answer.kind !== 'accepted') throw new Error(`the order was not accepted: ${JSON.stringify(answer)}`);
}

function instanceId(n: number): string {
  return `crs-${n.toString(36).padStart(8, '0')}`;
}

/** A fleet file of so many instances that `orderBy` orders for. */
export function fleetOf(count: number): string {
  const fleet = Array.from({ length: count }, (_, n) => ({
    id: instanceId(n),
    edition: 'redis-5.0-standard',
    zone: 'ap-guangzhou-3',
    memoryPerShard: 4096,
    replicas: 1,
    usedTotal: 1024,
  }));
  return JSON.stringify(fleet);
}

/** Does the work `times` times, with a limit on how many run at the same time. */
export async function inTurns(
  times: number,
  atOnce: number,
  work: (n: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < times) await work(next++);
    }),
  );
}

async function officialOrder(
  { url, secretId, secretKey }: ChildServer,
  ca?: string,
): Promise<(n: number) => Promise<unknown>> {
  const { redis } = await import('tencentcloud-sdk-nodejs');
  const agent = ca === undefined ? new Agent({ keepAlive: true }) : new TlsAgent({ keepAlive: true, ca });
  const client = new redis.v20180412.Client({
    credential: { secretId, secretKey },
    region: 'ap-guangzhou',
    profile: {
      httpProfile: {
        endpoint: new URL(url).host,
        protocol: ca === undefined ? 'http://' : 'https://',
        agent,
      },
    },
  });
  return (n) =>
    client.UpgradeInstance({
      InstanceId: instanceId(n),
      MemSize: 8192,
      RedisShardNum: 1,
      RedisReplicasNum: 1,
    });
}
