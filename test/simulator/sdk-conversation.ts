/**
 * The official SDK's whole conversation about one resize, as published and untouched: everything that Refit says to the
 * provider, said by somebody else's client. Given a way to the simulator, gives what it was told.
 */
import { billing, monitor, redis, region, sts } from 'tencentcloud-sdk-nodejs';
import { systemClock } from '../../src/clock.ts';
import { given } from '../../src/given.ts';
import { HOUR } from '../../src/units.ts';

export interface Way {
  /** `http://127.0.0.1:8420` */
  readonly url: string;
  readonly secretId: string;
  readonly secretKey: string;
  readonly signMethod?: 'TC3-HMAC-SHA256' | 'HmacSHA1' | 'HmacSHA256';
  readonly reqMethod?: 'GET' | 'POST';
  /** For TLS with a CA of its own. */
  readonly agent?: unknown;
}

const ID = 'crs-talk0000';
/** What the simulator must hold: a prepaid cluster in Guangzhou. */
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

/** A client's configuration for the way. */
export function sdkConfig({ url, secretId, secretKey, signMethod, reqMethod, agent }: Way) {
  const [protocol, endpoint] = url.split('//') as [string, string];
  const http = { endpoint, protocol: `${protocol}//`, reqTimeout: 5 };
  return {
    credential: { secretId, secretKey },
    region: 'ap-guangzhou',
    profile: { httpProfile: { ...http, ...given({ reqMethod, agent }) }, ...given({ signMethod }) },
  };
}

/** A client for each product; `credential` instead of the keys of the way. */
export function sdkClients(way: Way, credential?: object) {
  const own = { ...sdkConfig(way), ...given({ credential }) } as never;
  return {
    redis: new redis.v20180412.Client(own),
    region: new region.v20220627.Client(own),
    billing: new billing.v20180709.Client(own),
    monitor: new monitor.v20180724.Client(own),
    sts: new sts.v20180813.Client(own),
  };
}

/** What was learnt, in the order in which it was asked. */
export async function converse(way: Way): Promise<Record<string, unknown>> {
  const clients = sdkClients(way);
  const { redis: client, billing: accounts } = clients;
  const told: Record<string, unknown> = {};

  told.who = (await clients.sts.GetCallerIdentity()).Type;
  told.regions = (await clients.region.DescribeRegions({ Product: 'redis' })).TotalCount! > 5;
  told.zones = (await clients.region.DescribeZones({ Product: 'redis' })).ZoneSet!.length > 2;
  const list = await client.DescribeInstances({ Limit: 1000, OrderBy: 'createtime', OrderType: 0 });
  told.listed = list.InstanceSet!.map(({ InstanceId, Status, RedisShardSize }) => [
    InstanceId,
    Status,
    RedisShardSize,
  ]);
  const catalogue = await client.DescribeProductInfo();
  told.sold = catalogue
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
  told.used = [point.DataPoints![0]!.Values!.at(-1), point.DataPoints![0]!.MaxValues!.at(-1)];
  const { InstanceShards } = await client.DescribeInstanceShards({ InstanceId: ID, FilterSlave: true });
  told.shards = InstanceShards!.map(({ Storage }) => Storage! / 1024 / 1024);
  const window = await client.DescribeMaintenanceWindow({ InstanceId: ID });
  told.window = `${window.StartTime}-${window.EndTime}`;
  told.nodes = (await client.DescribeInstanceZoneInfo({ InstanceId: ID })).ReplicaGroups!.map(
    ({ Role }) => Role,
  );

  const before = (await accounts.DescribeAccountBalance({})).RealBalance!;
  const wish = { InstanceId: ID, MemSize: 8192, RedisShardNum: 3, RedisReplicasNum: 1 };
  const { Price } = await client.InquiryPriceUpgradeInstance(wish);
  told.priced = Price! > 0;
  const { DealName, DealId } = await client.UpgradeInstance(wish);
  told.numbered = DealName === DealId && /^\d{23}$/.test(DealName!);
  for (let n = 0; n < 100; n++) {
    const { DealDetails } = await client.DescribeInstanceDealDetail({ DealName: DealName! });
    if (DealDetails![0]!.Status === 4) break;
    await systemClock.sleep(60);
  }
  const { Tasks } = await client.DescribeTaskList({ InstanceId: ID, TaskTypes: ['002', '028', '029'] });
  told.tasks = Tasks!.map(({ TaskType, Result }) => [TaskType, Result]);
  told.task = (await client.DescribeTaskInfo({ TaskId: Tasks![0]!.TaskId! })).Status;
  const { InstanceSet } = await client.DescribeInstances({ InstanceIds: [ID], Status: [2] });
  told.resized = InstanceSet!.map(({ RedisShardSize, Size }) => [RedisShardSize, Size]);
  const beijing = (offset: number): string =>
    new Date(systemClock.now() + 8 * HOUR + offset).toISOString().slice(0, 19).replace('T', ' ');
  const { Deals } = await accounts.DescribeDealsByCond({
    StartTime: beijing(-HOUR),
    EndTime: beijing(HOUR),
    Limit: 10,
    ResourceId: ID,
  });
  const after = (await accounts.DescribeAccountBalance({})).RealBalance!;
  told.billed = Deals!.map(
    ({ OrderId, Action, RealTotalCost }) =>
      `${Action} ${OrderId === DealName} ${RealTotalCost === Price} ${before - after === RealTotalCost}`,
  );
  return told;
}

/** What every way must tell. */
export const TOLD = {
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
