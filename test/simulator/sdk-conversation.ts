/**
 * A whole resize with the provider's official SDK. It makes all the calls that Refit makes, with an independent client,
 * and returns what the simulator answered.
 */
import { billing, monitor, redis, region, sts } from 'tencentcloud-sdk-nodejs';
import { systemClock } from '../../src/clock.ts';
import { given } from '../../src/given.ts';
import { HOUR } from '../../src/units.ts';

/** How to reach and sign for the simulator. */
export interface Connection {
  /** `http://127.0.0.1:8420` */
  readonly url: string;
  readonly secretId: string;
  readonly secretKey: string;
  readonly signMethod?: 'TC3-HMAC-SHA256' | 'HmacSHA1' | 'HmacSHA256';
  readonly reqMethod?: 'GET' | 'POST';
  /** HTTPS agent with the CA of the simulator. */
  readonly agent?: unknown;
}

const ID = 'crs-talk0000';
/** The fleet for the conversation: a prepaid cluster in Guangzhou. */
export const CONVERSATION_FLEET = [
  {
    id: ID,
    name: 'cart',
    zone: 'ap-guangzhou-4',
    edition: 'redis-5.0-cluster',
    memoryPerShard: 4096,
    shards: 3,
    usedTotal: 9000,
    billing: 'prepaid',
    daysLeft: 30,
  },
];

/** Configuration of an SDK client. */
export function sdkConfig({ url, secretId, secretKey, signMethod, reqMethod, agent }: Connection) {
  const [protocol, endpoint] = url.split('//') as [string, string];
  const http = { endpoint, protocol: `${protocol}//`, reqTimeout: 5 };
  return {
    credential: { secretId, secretKey },
    region: 'ap-guangzhou',
    profile: { httpProfile: { ...http, ...given({ reqMethod, agent }) }, ...given({ signMethod }) },
  };
}

/** One client per product. `credential` replaces the keys of the connection. */
export function sdkClients(connection: Connection, credential?: object) {
  const own = { ...sdkConfig(connection), ...given({ credential }) } as never;
  return {
    redis: new redis.v20180412.Client(own),
    region: new region.v20220627.Client(own),
    billing: new billing.v20180709.Client(own),
    monitor: new monitor.v20180724.Client(own),
    sts: new sts.v20180813.Client(own),
  };
}

/** Runs the conversation and returns the answers in the order of the calls. */
export async function converse(connection: Connection): Promise<Record<string, unknown>> {
  const clients = sdkClients(connection);
  const { redis: client, billing: accounts } = clients;
  const answers: Record<string, unknown> = {};

  answers.who = (await clients.sts.GetCallerIdentity()).Type;
  answers.regions = (await clients.region.DescribeRegions({ Product: 'redis' })).TotalCount! > 5;
  answers.zones = (await clients.region.DescribeZones({ Product: 'redis' })).ZoneSet!.length > 2;
  const list = await client.DescribeInstances({ Limit: 1000, OrderBy: 'createtime', OrderType: 0 });
  answers.listed = list.InstanceSet!.map(({ InstanceId, Status, RedisShardSize }) => [
    InstanceId,
    Status,
    RedisShardSize,
  ]);
  const catalogue = await client.DescribeProductInfo();
  answers.sold = catalogue
    .RegionSet!.flatMap(({ ZoneSet }) => ZoneSet!)
    .find(({ ZoneId }) => ZoneId === 'ap-guangzhou-4')!
    .ProductSet!.some(
      ({ Type, PayMode, ShardSize }) => Type === 9 && PayMode === '1' && ShardSize!.includes('8'),
    );
  const point = await clients.monitor.GetMonitorData({
    Namespace: 'QCE/REDIS_MEM',
    MetricName: 'MemUsed',
    Period: 60,
    Instances: [{ Dimensions: [{ Name: 'instanceid', Value: ID }] }],
    SpecifyStatistics: 2,
  });
  answers.used = [point.DataPoints![0]!.Values!.at(-1), point.DataPoints![0]!.MaxValues!.at(-1)];
  const { InstanceShards } = await client.DescribeInstanceShards({ InstanceId: ID, FilterSlave: true });
  answers.shards = InstanceShards!.map(({ Storage }) => Storage! / 1024 / 1024);
  const window = await client.DescribeMaintenanceWindow({ InstanceId: ID });
  answers.window = `${window.StartTime}-${window.EndTime}`;
  answers.nodes = (await client.DescribeInstanceZoneInfo({ InstanceId: ID })).ReplicaGroups!.map(
    ({ Role }) => Role,
  );

  const before = (await accounts.DescribeAccountBalance({})).RealBalance!;
  const resize = { InstanceId: ID, MemSize: 8192, RedisShardNum: 3, RedisReplicasNum: 1 };
  const { Price } = await client.InquiryPriceUpgradeInstance(resize);
  answers.priced = Price! > 0;
  const { DealName, DealId } = await client.UpgradeInstance(resize);
  answers.numbered = DealName === DealId && /^\d{23}$/.test(DealName!);
  for (let n = 0; n < 100; n++) {
    const { DealDetails } = await client.DescribeInstanceDealDetail({ DealName: DealName! });
    if (DealDetails![0]!.Status === 4) break;
    await systemClock.sleep(60);
  }
  const { Tasks } = await client.DescribeTaskList({ InstanceId: ID, TaskTypes: ['002', '028', '029'] });
  answers.tasks = Tasks!.map(({ TaskType, Result }) => [TaskType, Result]);
  answers.task = (await client.DescribeTaskInfo({ TaskId: Tasks![0]!.TaskId! })).Status;
  const { InstanceSet } = await client.DescribeInstances({ InstanceIds: [ID], Status: [2] });
  answers.resized = InstanceSet!.map(({ RedisShardSize, Size }) => [RedisShardSize, Size]);
  const beijing = (offset: number): string =>
    new Date(systemClock.now() + 8 * HOUR + offset).toISOString().slice(0, 19).replace('T', ' ');
  const { Deals } = await accounts.DescribeDealsByCond({
    StartTime: beijing(-HOUR),
    EndTime: beijing(HOUR),
    Limit: 10,
    ResourceId: ID,
  });
  const after = (await accounts.DescribeAccountBalance({})).RealBalance!;
  answers.billed = Deals!.map(
    ({ OrderId, Action, RealTotalCost }) =>
      `${Action} ${OrderId === DealName} ${RealTotalCost === Price} ${before - after === RealTotalCost}`,
  );
  return answers;
}

/** The expected answers for every connection. */
export const EXPECTED = {
  who: 'CAMUser',
  regions: true,
  zones: true,
  listed: [[ID, 2, 4096]],
  sold: true,
  used: [9000, 9000],
  shards: [3000, 3000, 3000],
  window: '03:00-06:00',
  nodes: ['master', 'replica'],
  priced: true,
  numbered: true,
  tasks: [['002', 2]],
  task: 'succeed',
  resized: [[8192, 24_576]],
  billed: ['upgrade true true true'],
} as const;
