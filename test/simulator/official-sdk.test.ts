/**
 * The provider's published SDK against the simulator, over real HTTP on loopback. The simulator must satisfy the
 * clients of the real provider.
 */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import * as commonCredentials from 'tencentcloud-sdk-nodejs/tencentcloud/common/credential.js';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type SimulateOptions, type Simulation, simulate } from '../../src/simulator/simulate.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import { MINUTE } from '../../src/units.ts';
import { CONVERSATION_FLEET, converse, EXPECTED, sdkClients, sdkConfig } from './sdk-conversation.ts';
import { signed } from './signed-request.ts';

let running: Simulation | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});

const ZONE = 'ap-guangzhou-4';
const FLEET = [
  {
    id: 'crs-cluster1',
    name: 'cart',
    zone: ZONE,
    edition: 'redis-5.0-cluster',
    memoryPerShard: 4096,
    shards: 3,
    usedTotal: 9000,
  },
  { id: 'crs-standard', zone: ZONE, edition: 'redis-6.2-standard', memoryPerShard: 4096, usedTotal: 3500 },
  {
    id: 'crs-prepaid0',
    zone: ZONE,
    edition: 'redis-6.2-standard',
    memoryPerShard: 4096,
    billing: 'prepaid',
    daysLeft: 60,
  },
  { id: 'crs-isolated', zone: ZONE, status: 'isolated' },
];

async function start(options: SimulateOptions = {}): Promise<Simulation> {
  const fast = { startLag: [20, 60], duration: [60, 120], lockTail: [40, 80] } as const;
  running = await simulate({ fleet: JSON.stringify(FLEET), ...fast, ...options }, systemClock);
  return running;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'ok',
    (error: { code?: string; message: string }) => error.code || error.message,
  );
}

const GROWN = { InstanceId: 'crs-standard', MemSize: 8192, RedisShardNum: 1, RedisReplicasNum: 1 };

describe('the official SDK', () => {
  it('lists, prices and orders a resize and follows it to its end', async () => {
    const simulation = await start({ startLag: [2_500, 2_600], duration: [2_500, 2_600] });
    const client = sdkClients(simulation).redis;
    const list = await client.DescribeInstances({ Limit: 1000 });
    expect(list.TotalCount).toBe(FLEET.length);
    const cluster = list.InstanceSet!.find(({ InstanceId }) => InstanceId === 'crs-cluster1')!;
    expect(cluster).toMatchObject({
      InstanceName: 'cart',
      Size: 12_288,
      RedisShardSize: 4096,
      RedisShardNum: 3,
      ProductType: 'cluster',
      Status: 2,
      ZoneId: 100_004,
    });

    const resize = { InstanceId: 'crs-cluster1', MemSize: 8192, RedisShardNum: 3, RedisReplicasNum: 1 };
    const price = await client.InquiryPriceUpgradeInstance(resize);
    expect(price).toMatchObject({ Currency: 'CNY', AmountUnit: 'pent', HighPrecisionPrice: 48 * 11.25 });
    const { DealName, DealId } = await client.UpgradeInstance(resize);
    expect(DealName).toMatch(/^\d{23}$/);
    expect(DealId).toBe(DealName);

    const seen: string[] = [];
    for (let n = 0; n < 200; n++) {
      const { InstanceSet } = await client.DescribeInstances({ InstanceIds: ['crs-cluster1'], Limit: 1 });
      const { DealDetails } = await client.DescribeInstanceDealDetail({ DealName: DealName! });
      const line = `${InstanceSet![0]!.Status} ${InstanceSet![0]!.RedisShardSize} ${DealDetails![0]!.Status}`;
      if (seen.at(-1) !== line) seen.push(line);
      if (line === '2 8192 4') break;
      // Below the limit of 20 per second, which also applies here.
      await systemClock.sleep(100);
    }
    // The state can change between the two reads, but the last line is certain.
    expect(seen[0]).toBe('2 4096 2');
    expect(seen).toContain('1 4096 3');
    expect(seen.at(-1)).toBe('2 8192 4');
    const { Tasks } = await client.DescribeTaskList({
      InstanceId: 'crs-cluster1',
      TaskTypes: ['002'],
      Result: [2],
    });
    const task = await client.DescribeTaskInfo({ TaskId: Tasks![0]!.TaskId! });
    expect(task).toMatchObject({ Status: 'succeed', InstanceId: 'crs-cluster1' });
    expect(simulation.counts().orders).toEqual({ 'crs-cluster1': 1 });
  });

  it('reads the catalogue, zones, used memory, orders, balance and identity', async () => {
    const { redis: client, region, monitor, billing, sts } = sdkClients(await start());
    const catalogue = await client.DescribeProductInfo();
    const zones = catalogue.RegionSet!.find(({ RegionId }) => RegionId === 'ap-guangzhou')!.ZoneSet!;
    expect(zones.find(({ ZoneId }) => ZoneId === 'ap-guangzhou-6')!.OldZoneId).toBe(0);
    const { ZoneSet } = await region.DescribeZones({ Product: 'redis' });
    expect(ZoneSet!.find(({ Zone }) => Zone === 'ap-guangzhou-6')!.ZoneId).toBe('100006');
    const { RegionSet } = await region.DescribeRegions({ Product: 'redis' });
    expect(RegionSet!.map((one) => one.Region)).toContain('ap-shanghai');

    const { InstanceShards } = await client.DescribeInstanceShards({
      InstanceId: 'crs-cluster1',
      FilterSlave: true,
    });
    expect(InstanceShards!.map(({ Storage }) => Storage! / 1024 / 1024)).toEqual([3000, 3000, 3000]);
    const points = await monitor.GetMonitorData({
      Namespace: 'QCE/REDIS_MEM',
      MetricName: 'MemUsed',
      Period: 60,
      Instances: [{ Dimensions: [{ Name: 'instanceid', Value: 'crs-standard' }] }],
    });
    expect(points.DataPoints![0]!.Values!.at(-1)).toBe(3500);

    await client.UpgradeInstance({ ...GROWN, InstanceId: 'crs-prepaid0' });
    await systemClock.sleep(100);
    const day = (offset: number): string =>
      new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 19).replace('T', ' ');
    const span = { StartTime: day(-1), EndTime: day(1), Limit: 20, ResourceId: 'crs-prepaid0' };
    const { Deals } = await billing.DescribeDealsByCond({ ...span, StatusSet: [1, 2, 3, 4, 5] });
    expect(Deals).toMatchObject([{ Action: 'upgrade', PayMode: 'prePay', ResourceId: ['crs-prepaid0'] }]);
    const money = await billing.DescribeAccountBalance({});
    expect(money.RealBalance).toBe(1_000_000_000 - Deals![0]!.RealTotalCost!);
    expect((await sts.GetCallerIdentity()).UserId).toBe('100000000001');
    expect(await client.DescribeMaintenanceWindow({ InstanceId: 'crs-standard' })).toMatchObject({
      StartTime: '03:00',
      EndTime: '06:00',
    });
  });

  describe('completes the whole conversation', () => {
    const ways = [
      ['TC3-HMAC-SHA256', 'POST'],
      ['TC3-HMAC-SHA256', 'GET'],
      ['HmacSHA1', 'POST'],
      ['HmacSHA1', 'GET'],
      ['HmacSHA256', 'POST'],
      ['HmacSHA256', 'GET'],
    ] as const;
    for (const [signMethod, reqMethod] of ways) {
      it(`with ${signMethod} and ${reqMethod}`, async () => {
        const simulation = await start({ fleet: JSON.stringify(CONVERSATION_FLEET) });
        expect(await converse({ ...simulation, signMethod, reqMethod })).toEqual(EXPECTED);
        expect(simulation.counts().orders).toEqual({ 'crs-talk0000': 1 });
        expect(simulation.counts().unauthenticated).toBe(0);
      });
    }
  });

  describe('works with temporary keys', () => {
    const ROLE = { RoleArn: 'qcs::cam::uin/100000000001:roleName/operator', RoleSessionName: 'night' };
    const list = async (simulation: Simulation, credential: object): Promise<number | undefined> =>
      (await sdkClients(simulation, credential).redis.DescribeInstances({})).TotalCount;

    it('of an assumed role', async () => {
      const simulation = await start();
      const { Credentials } = await sdkClients(simulation).sts.AssumeRole(ROLE);
      const { TmpSecretId, TmpSecretKey, Token } = Credentials!;
      const keys = { secretId: TmpSecretId!, secretKey: TmpSecretKey!, token: Token! };
      expect(await list(simulation, keys)).toBe(FLEET.length);
      expect(await codeOf(list(simulation, { ...keys, token: 'x' }))).toBe('AuthFailure.TokenFailure');
    });

    it('of the SDK’s role credentials, and refreshes them before they expire', async () => {
      const simulation = await start({ faults: [parseFault('token-life=31s')] });
      const credential = new commonCredentials.STSCredential(sdkConfig(simulation) as never, ROLE as never);
      expect(await list(simulation, credential)).toBe(FLEET.length);
      const first = (await credential.getCredential()).secretId;
      // The SDK requests new keys 30 s before the end.
      await systemClock.sleep(1500);
      expect(await list(simulation, credential)).toBe(FLEET.length);
      expect((await credential.getCredential()).secretId).not.toBe(first);
    });

    it('for the token of another identity provider, without a signature', async () => {
      const simulation = await start();
      const credential = new commonCredentials.OIDCRoleArnCredential(
        sdkConfig(simulation) as never,
        { ...ROLE, ProviderId: 'tke', WebIdentityToken: 'a.b.c' } as never,
      );
      expect(await list(simulation, credential)).toBe(FLEET.length);
    });
  });

  describe('receives the code for', () => {
    // biome-ignore format: one line a case
    const cases: readonly (readonly [string, string, Partial<typeof GROWN>, SimulateOptions])[] = [
      ['a missing permission', 'InvalidParameter.PermissionDenied', {}, { faults: [parseFault('no-permission')] }],
      ['a missing CAM grant', 'UnauthorizedOperation.NoCAMAuthed', {}, { faults: [parseFault('no-cam')] }],
      ['a size above the sold range', 'InvalidParameterValue.MemSizeNotInRange', { MemSize: 131_072 }, {}],
      ['a size between two sold sizes', 'LimitExceeded.InvalidMemSize', { MemSize: 6144 }, {}],
      ['a reduction below 1.3 times the used memory', 'InvalidParameterValue.ReduceCapacityNotAllowed', { MemSize: 2048 }, {}],
      ['an unknown id', 'ResourceNotFound.InstanceNotExists', { InstanceId: 'crs-nosuch00' }, {}],
      ['an empty account', 'ResourceUnavailable.AccountBalanceNotEnough', { InstanceId: 'crs-prepaid0' }, { balance: 1 }],
      ['an isolated instance', 'ResourceUnavailable.InstanceStatusAbnormal', { InstanceId: 'crs-isolated' }, {}],
    ];
    for (const [what, code, params, options] of cases) {
      it(`${what}: ${code}`, async () => {
        const simulation = await start(options);
        expect(await codeOf(sdkClients(simulation).redis.UpgradeInstance({ ...GROWN, ...params }))).toBe(
          code,
        );
        expect(simulation.counts().orders).toEqual({});
      });
    }
  });

  it('receives AuthFailure for a wrong key or an unknown id', async () => {
    const simulation = await start();
    const list = (keys: object) => sdkClients({ ...simulation, ...keys }).redis.DescribeInstances({});
    expect(await codeOf(list({ secretKey: 'wrong' }))).toBe('AuthFailure.SignatureFailure');
    expect(await codeOf(list({ secretId: 'AKIDnobody' }))).toBe('AuthFailure.SecretIdNotFound');
  });

  it('can send parameters in the query of a signed GET', async () => {
    const client = sdkClients({ ...(await start()), reqMethod: 'GET' }).redis;
    const InstanceIds = ['crs-standard', 'crs-isolated'];
    const list = await client.DescribeInstances({ InstanceIds, Status: [2], Limit: 5 });
    expect(list.InstanceSet!.map(({ InstanceId }) => InstanceId)).toEqual(['crs-standard']);
  });

  it('reports HTTP 500, HTML, half an answer and a cut connection as errors without a code', async () => {
    const simulation = await start({
      faults: ['http-500#1', 'html=executed#1', 'half-json#1', 'lost-answer#1', 'reset-before#1'].map(
        parseFault,
      ),
    });
    const client = sdkClients(simulation).redis;
    const ids = ['crs-standard', 'crs-standard', 'crs-cluster1', 'crs-prepaid0', 'crs-standard'];
    const seen: string[] = [];
    for (const id of ids) {
      seen.push(
        await codeOf(
          client.UpgradeInstance({ ...GROWN, InstanceId: id, RedisShardNum: id === 'crs-cluster1' ? 3 : 1 }),
        ),
      );
    }
    for (const one of seen) expect(one).not.toMatch(/^(ok|[A-Z]\w+\.\w+)$/);
    // reset-before and HTTP 500 execute nothing. The other three orders were executed without an answer.
    expect(simulation.counts().orders).toEqual({ 'crs-standard': 1, 'crs-cluster1': 1, 'crs-prepaid0': 1 });
  });
});

describe('the HTTP server', () => {
  /** Sends a request unchanged. The SDK cannot sign with an old clock or change a signed body. */
  async function raw({ url }: Simulation, { headers, body }: { headers: object; body: unknown }) {
    const sent = httpRequest(url, { method: 'POST', headers: headers as Record<string, string> });
    sent.end(String(body));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const { statusCode, headers: got } = response;
    return { seen: `${statusCode} ${got['content-type']}`, body: await text(response) };
  }

  it('refuses an old timestamp and a changed body with HTTP 200 and exactly application/json', async () => {
    const simulation = await start();
    const keys = {
      secretId: simulation.secretId,
      secretKey: simulation.secretKey,
      host: simulation.url.replace('http://', ''),
    };
    const now = Date.now();
    const fresh = signed('redis.DescribeInstances', { Limit: 1 }, now, keys);
    const stale = signed('redis.DescribeInstances', { Limit: 1 }, now, { ...keys, at: now - 10 * MINUTE });
    const answers = [
      await raw(simulation, fresh as never),
      await raw(simulation, stale as never),
      await raw(simulation, { ...fresh, body: '{"Limit":2}' }),
    ];
    expect(answers.map(({ seen }) => seen)).toEqual(Array(3).fill('200 application/json'));
    expect(answers.map(({ body }) => JSON.parse(body).Response.Error?.Code ?? 'ok')).toEqual([
      'ok',
      'AuthFailure.SignatureExpire',
      'AuthFailure.SignatureFailure',
    ]);
  });

  it('serves its counts and its state without a signature', async () => {
    const simulation = await start();
    await sdkClients(simulation).redis.UpgradeInstance(GROWN);
    const counted = (await (await fetch(`${simulation.url}/_refit/counts`)).json()) as ReturnType<
      Simulation['counts']
    >;
    expect(counted).toEqual(simulation.counts());
    expect(counted.actions.UpgradeInstance).toMatchObject({ arrivals: 1, refused: 0 });
    const state = (await (await fetch(`${simulation.url}/_refit/state`)).json()) as { deals: unknown[] };
    expect(state.deals).toMatchObject([{ instance: 'crs-standard' }]);
    expect((await fetch(`${simulation.url}/_refit/other`)).status).toBe(404);
  });
});
