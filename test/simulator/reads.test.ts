import { describe, expect, it } from 'vitest';
import { defaultFleet } from '../../src/simulator/fleet/default-fleet.ts';
import { type Answer, type TestWorld, testWorld } from './signed-call.ts';

const DAY = 24 * 3600_000;

/** 25 instances in Guangzhou, crs-fleet000 the oldest. */
const MANY = Array.from({ length: 25 }, (_, n) => ({
  id: `crs-fleet0${String(n).padStart(2, '0')}`,
  name: `cart-${n}`,
  zone: n % 2 ? 'ap-guangzhou-6' : 'ap-guangzhou-4',
  edition: n % 5 === 0 ? 'redis-5.0-cluster' : 'redis-6.2-standard',
  billing: n % 3 === 0 ? 'prepaid' : 'postpaid',
  status: n === 7 ? 'isolated' : 'running',
  tags: { app: n < 10 ? 'cart' : 'feed', env: 'prod' },
}));

const ids = (answer: Answer): string[] =>
  answer.InstanceSet.map(({ InstanceId }: { InstanceId: string }) => InstanceId.slice(-2));

describe('parameters are checked before anything else is', () => {
  const cases: readonly (readonly [string, string, unknown, string | null, string])[] = [
    ['nothing missing', 'redis.DescribeInstances', {}, 'ap-guangzhou', 'ok'],
    ['an empty body', 'redis.DescribeInstances', '', 'ap-guangzhou', 'ok'],
    ['null is as good as not given', 'redis.DescribeInstances', { Limit: null }, 'ap-guangzhou', 'ok'],
    ['no JSON', 'redis.DescribeInstances', '{', 'ap-guangzhou', 'InvalidRequest'],
    ['no object', 'redis.DescribeInstances', '[]', 'ap-guangzhou', 'InvalidParameter'],
    ['a name nobody knows', 'redis.DescribeInstances', { Colour: 1 }, 'ap-guangzhou', 'UnknownParameter'],
    [
      'a name every object has',
      'redis.DescribeInstances',
      '{"__proto__":{},"constructor":1}',
      'ap-guangzhou',
      'UnknownParameter',
    ],
    ['text for a number', 'redis.DescribeInstances', { Limit: '20' }, 'ap-guangzhou', 'InvalidParameter'],
    [
      'a fraction',
      'redis.UpgradeInstance',
      { InstanceId: 'crs-fleet000', MemSize: 1.5 },
      'ap-guangzhou',
      'InvalidParameter',
    ],
    [
      'a negative size',
      'redis.UpgradeInstance',
      { InstanceId: 'crs-fleet000', MemSize: -1 },
      'ap-guangzhou',
      'InvalidParameter',
    ],
    [
      'one id where a list is due',
      'redis.DescribeInstances',
      { InstanceIds: 'crs-fleet000' },
      'ap-guangzhou',
      'InvalidParameter',
    ],
    [
      'a list with a wrong member',
      'redis.DescribeInstances',
      { Status: [2, '1'] },
      'ap-guangzhou',
      'InvalidParameter',
    ],
    [
      'a tag without its value',
      'redis.DescribeInstances',
      { InstanceTags: [{ TagKey: 'app' }] },
      'ap-guangzhou',
      'MissingParameter',
    ],
    ['no instance', 'redis.UpgradeInstance', { MemSize: 1024 }, 'ap-guangzhou', 'MissingParameter'],
    ['no size', 'redis.UpgradeInstance', { InstanceId: 'crs-fleet000' }, 'ap-guangzhou', 'MissingParameter'],
    ['no order number', 'redis.DescribeInstanceDealDetail', {}, 'ap-guangzhou', 'MissingParameter'],
    ['no region', 'redis.DescribeInstances', {}, null, 'MissingParameter'],
    ['a region that does not exist', 'redis.DescribeInstances', {}, 'ap-atlantis', 'UnsupportedRegion'],
    ['products without regions', 'sts.GetCallerIdentity', {}, null, 'ok'],
    ['an action nobody knows', 'redis.DropEverything', {}, 'ap-guangzhou', 'InvalidAction'],
    ['another product’s action', 'redis.GetCallerIdentity', {}, 'ap-guangzhou', 'InvalidAction'],
    [
      'more than 1,000 rows',
      'redis.DescribeInstances',
      { Limit: 1001 },
      'ap-guangzhou',
      'InvalidParameterValue',
    ],
    [
      'more than 100 tasks',
      'redis.DescribeTaskList',
      { Limit: 101 },
      'ap-guangzhou',
      'InvalidParameterValue',
    ],
    [
      'a task time in another form',
      'redis.DescribeTaskList',
      { BeginTime: '2026-01-05T00:00:00Z' },
      'ap-guangzhou',
      'InvalidParameterValue',
    ],
    [
      'shards of what has none',
      'redis.DescribeInstanceShards',
      { InstanceId: 'crs-fleet001' },
      'ap-guangzhou',
      'InvalidParameterValue.UnSupportedType',
    ],
  ];
  for (const [what, name, params, region, expected] of cases) {
    it(`${what}: ${expected}`, () =>
      expect(testWorld(MANY).code(name, params as object, region)).toBe(expected));
  }

  it('an action under another version: NoSuchVersion', () => {
    expect(testWorld([]).code('2017-03-12.DescribeInstances', {}, 'ap-guangzhou', { service: 'redis' })).toBe(
      'NoSuchVersion',
    );
  });

  it('every answer carries a request id of its own and the content type exactly', () => {
    const test = testWorld([]);
    const [one, other] = [test.call('redis.DescribeInstances'), test.call('redis.Nonsense')];
    for (const { RequestId } of [one, other])
      expect(RequestId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(one.RequestId).not.toBe(other.RequestId);
  });
});

describe('DescribeInstances', () => {
  it('gives 20 unless asked for more, and pages by rows', () => {
    const test = testWorld(MANY);
    const list = (params: object): Answer =>
      test.call('redis.DescribeInstances', { OrderBy: 'createtime', OrderType: 0, ...params });
    expect(list({}).InstanceSet).toHaveLength(20);
    expect(list({}).TotalCount).toBe(25);
    expect(ids(list({ Limit: 10, Offset: 20 }))).toEqual(['20', '21', '22', '23', '24']);
    expect(list({ InstanceIds: MANY.map(({ id }) => id) }).InstanceSet).toHaveLength(20);
    expect(list({ InstanceIds: MANY.map(({ id }) => id), Limit: 1000 }).InstanceSet).toHaveLength(25);
  });

  const filters: readonly (readonly [string, object, string[]])[] = [
    ['newest first', { Limit: 3 }, ['24', '23', '22']],
    ['an id that does not exist', { InstanceId: 'crs-nosuch00' }, []],
    ['ids, one of them unknown', { InstanceIds: ['crs-nosuch00', 'crs-fleet003'] }, ['03']],
    ['status', { Status: [-2] }, ['07']],
    ['a part of the name', { SearchKey: 'cart-2' }, ['24', '23', '22', '21', '20', '02']],
    [
      'tags, all of them',
      {
        InstanceTags: [
          { TagKey: 'app', TagValue: 'cart' },
          { TagKey: 'env', TagValue: 'prod' },
        ],
        Limit: 2,
      },
      ['09', '08'],
    ],
    ['a tag nobody has', { TagKeys: ['nope'] }, []],
    ['type and billing in words', { Type: 9, BillingMode: 'prepaid' }, ['15', '00']],
    ['an empty list is no filter', { Status: [], Limit: 1 }, ['24']],
  ];
  for (const [what, params, expected] of filters) {
    it(`finds by ${what}`, () =>
      expect(ids(testWorld(MANY).call('redis.DescribeInstances', params))).toEqual(expected));
  }

  it('sees one region alone', () => {
    expect(testWorld(MANY).call('redis.DescribeInstances', {}, 'ap-shanghai')).toMatchObject({
      TotalCount: 0,
      InstanceSet: [],
    });
  });

  it('writes Beijing times, zero dates, the total beside the shard, and no used memory', () => {
    const [prepaid, postpaid] = testWorld([
      {
        id: 'crs-prepaid0',
        edition: 'redis-5.0-cluster',
        billing: 'prepaid',
        daysLeft: 10,
        memoryPerShard: 4096,
        shards: 3,
        usedTotal: 9000,
      },
      { id: 'crs-postpaid' },
    ]).call('redis.DescribeInstances', { OrderType: 0, OrderBy: 'createtime' }).InstanceSet;
    expect(prepaid).toMatchObject({
      Size: 12_288,
      RedisShardSize: 4096,
      RedisShardNum: 3,
      SizeUsed: 0,
      BillingMode: 1,
      DeadlineTime: '2026-01-15 10:00:00',
      NodeSet: [],
    });
    expect(postpaid).toMatchObject({
      DeadlineTime: '0000-00-00 00:00:00',
      BillingMode: 0,
      ProductType: 'standalone',
    });
  });
});

describe('the catalogue lies in wait with', () => {
  const regions = testWorld([]).call('redis.DescribeProductInfo').RegionSet;
  const zone = (code: string): Answer =>
    regions.flatMap((one: Answer) => one.ZoneSet).find(({ ZoneId }: Answer) => ZoneId === code);
  const products = (code: string, type: number, pay: string): Answer[] =>
    zone(code).ProductSet.filter((one: Answer) => one.Type === type && one.PayMode === pay);

  it('every region, whichever was asked', () => {
    expect(regions.map((one: Answer) => one.RegionId)).toEqual(
      expect.arrayContaining(['ap-guangzhou', 'ap-shanghai', 'ap-beijing']),
    );
  });
  it('sizes in decimal GB as unsorted text, 256 MB among them', () => {
    const [{ ShardSize }] = products('ap-guangzhou-7', 8, '1') as [Answer];
    expect(ShardSize).toContain('0.25');
    expect(ShardSize.map(Number)).not.toEqual(
      [...ShardSize.map(Number)].sort((a: number, b: number) => a - b),
    );
    expect(products('ap-guangzhou-4', 8, '1')[0].ShardSize).not.toContain('0.25');
  });
  it('one edition in two halves under one pay mode, and other lists under the other', () => {
    const halves = products('ap-guangzhou-4', 9, '1').map(({ ShardSize }) => ShardSize);
    expect(halves).toHaveLength(2);
    expect(
      halves
        .flat()
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual([1, 2, 4, 8, 12, 16, 20, 24, 32, 40, 48, 64]);
    expect(products('ap-guangzhou-4', 9, '0').flatMap(({ ShardSize }) => ShardSize)).not.toContain('64');
  });
  it('a zone numbered 0 that only the region product can join', () => {
    expect(zone('ap-guangzhou-6').OldZoneId).toBe(0);
    const { ZoneSet } = testWorld([]).call('region.DescribeZones', { Product: 'redis' });
    expect(ZoneSet.find(({ Zone }: Answer) => Zone === 'ap-guangzhou-6').ZoneId).toBe('100006');
  });
  it('a zone that is sold out, an edition that is, and legacy editions in few zones', () => {
    expect(zone('ap-shanghai-2').IsSaleout).toBe(true);
    expect(products('ap-guangzhou-3', 6, '1')[0].Saleout).toBe(true);
    expect(products('ap-guangzhou-4', 2, '1')).toEqual([]);
    expect(products('ap-guangzhou-3', 2, '1')[0].ShardSize).toContain('0.25');
    expect(products('ap-guangzhou-3', 2, '0')[0].ShardSize).not.toContain('0.25');
  });
});

describe('tasks and deals', () => {
  const order = (test: TestWorld, id: string): Answer =>
    test.call('redis.UpgradeInstance', {
      InstanceId: id,
      MemSize: 8192,
      RedisShardNum: 1,
      RedisReplicasNum: 1,
    });
  const ordered = (): TestWorld => {
    const test = testWorld(MANY);
    for (const id of ['crs-fleet001', 'crs-fleet002', 'crs-fleet003']) order(test, id);
    test.pass(5000);
    return test;
  };

  const cases: readonly (readonly [string, object, number])[] = [
    ['by Beijing time', { BeginTime: '2026-01-05 10:00:00' }, 3],
    ['not yet begun then', { BeginTime: '2026-01-05 10:00:02' }, 0],
    ['already begun by then', { EndTime: '2026-01-05 09:59:59' }, 0],
    ['by type', { TaskTypes: ['002', '028'] }, 3],
    ['by another type', { TaskTypes: ['029'] }, 0],
    ['by instance', { InstanceId: 'crs-fleet002' }, 1],
    ['by result', { Result: [2, 4] }, 0],
    ['by result, running', { Result: [1] }, 3],
  ];
  for (const [what, params, expected] of cases) {
    it(`are found ${what}: ${expected}`, () =>
      expect(ordered().call('redis.DescribeTaskList', params).TotalCount).toBe(expected));
  }

  it('leave the list after thirty days', () => {
    const test = ordered();
    test.pass(31 * DAY);
    expect(test.call('redis.DescribeTaskList').TotalCount).toBe(0);
  });

  it('billing lists delivered orders alone unless asked, and counts Offset in pages', () => {
    const test = ordered();
    const span = { StartTime: '2026-01-05 00:00:00', EndTime: '2026-01-05 23:59:59' };
    const list = (params: object): Answer =>
      test.call('billing.DescribeDealsByCond', { ...span, ...params }, null);
    expect(list({ Limit: 10 }).TotalCount).toBe(0);
    expect(list({ Limit: 10, StatusSet: [1, 2, 3, 4] }).TotalCount).toBe(3);
    test.pass(60_000);
    expect(list({ Limit: 10 }).TotalCount).toBe(3);
    expect(list({ Limit: 2, Offset: 1 }).Deals).toHaveLength(1);
    expect(list({ Limit: 2, Offset: 2 }).Deals).toHaveLength(0);
    expect(list({ Limit: 300 }).Deals[0].ResourceId).toBeNull();
    expect(list({ Limit: 10, ResourceId: 'crs-fleet002' }).Deals).toMatchObject([
      { ResourceId: ['crs-fleet002'], Action: 'upgrade' },
    ]);
  });

  it('an unpaid order stands in both places', () => {
    const test = testWorld([{ id: 'crs-unpaid00', unpaidOrder: true }]);
    const [deal] = test.call(
      'billing.DescribeDealsByCond',
      { StartTime: '2026-01-01 00:00:00', EndTime: '2026-01-06 00:00:00', Limit: 5, Status: 1 },
      null,
    ).Deals;
    expect(
      test.call('redis.DescribeInstanceDealDetail', { DealName: deal.OrderId }).DealDetails,
    ).toMatchObject([{ Status: 1, InstanceIds: ['crs-unpaid00'], OverdueTime: '2026-01-19 10:00:00' }]);
  });
});

describe('used memory', () => {
  const FLEET = [
    {
      id: 'crs-cluster1',
      edition: 'redis-5.0-cluster',
      memoryPerShard: 4096,
      shards: 4,
      usedTotal: 8000,
      usedFullestShard: 3500,
    },
  ];
  const metric = (MetricName: string, more: object = {}): Answer =>
    testWorld(FLEET).call('monitor.GetMonitorData', {
      Namespace: 'QCE/REDIS_MEM',
      MetricName,
      Period: 60,
      Instances: [{ Dimensions: [{ Name: 'instanceid', Value: 'crs-cluster1' }] }],
      ...more,
    });

  it('comes from the monitor: MB, percent, percent of the fullest', () => {
    const values = ['MemUsed', 'MemUtil', 'MemMaxUtil'].map((name) =>
      metric(name).DataPoints[0].Values.at(-1),
    );
    expect(values).toEqual([8000, 48.828, 85.449]);
  });
  it('has one point a period, aligned, none of them in the future', () => {
    const [{ Timestamps }] = metric('MemUsed', {
      StartTime: '2026-01-05T09:50:30+08:00',
      EndTime: '2026-01-05T10:30:00+08:00',
    }).DataPoints;
    expect(Timestamps).toHaveLength(10);
    expect(Timestamps.at(-1)).toBe(Date.UTC(2026, 0, 5, 2) / 1000);
  });
  it('of an instance that does not exist is an empty row', () => {
    const Instances = [{ Dimensions: [{ Name: 'instanceid', Value: 'crs-nosuch00' }] }];
    expect(metric('MemUsed', { Instances }).DataPoints).toMatchObject([{ Timestamps: [], Values: [] }]);
  });
  it('is refused for more than 50 instances and for metrics that do not exist', () => {
    const Instances = Array(51).fill({ Dimensions: [{ Name: 'instanceid', Value: 'crs-cluster1' }] });
    expect(metric('MemUsed', { Instances }).Error.Code).toBe('InvalidParameterValue');
    expect(metric('CpuUsed').Error.Code).toBe('InvalidParameterValue');
  });
  it('comes from the shards in bytes, replicas on demand', () => {
    const shards = (FilterSlave: boolean): Answer =>
      testWorld(FLEET).call('redis.DescribeInstanceShards', { InstanceId: 'crs-cluster1', FilterSlave })
        .InstanceShards;
    expect(shards(true).map(({ Storage }: Answer) => Storage / 1024 / 1024)).toEqual([
      3500, 1500, 1500, 1500,
    ]);
    expect(shards(false).map(({ Role }: Answer) => Role)).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });
});

describe('the default fleet', () => {
  const fleet = defaultFleet(60, 1);

  it('is the same for one seed, and a smaller one is its beginning', () => {
    expect(defaultFleet(60, 1)).toEqual(fleet);
    expect(defaultFleet(25, 1)).toEqual(fleet.slice(0, 25));
    expect(defaultFleet(60, 2)).not.toEqual(fleet);
  });
  it('spans both regions, mostly running, of many kinds', () => {
    const distinct = (key: 'region' | 'zone' | 'type' | 'billing' | 'status'): number =>
      new Set(fleet.map((one) => one[key])).size;
    expect(distinct('region')).toBe(2);
    expect(distinct('zone')).toBeGreaterThan(5);
    expect(distinct('type')).toBeGreaterThan(10);
    expect(distinct('billing')).toBe(2);
    expect(fleet.filter(({ status }) => status === 'running').length).toBeGreaterThan(50);
    expect(distinct('status')).toBe(3);
  });
  it('has names that would harm whoever does not escape them', () => {
    const names = fleet.map(({ name }) => name).join('\n');
    for (const harm of ['<img', '\u001b[', '=HYPERLINK', '| pipe']) expect(names).toContain(harm);
  });
  it('has ids as the provider has', () => {
    expect(new Set(fleet.map(({ id }) => id)).size).toBe(60);
    for (const { id } of fleet) expect(id).toMatch(/^crs-[a-z0-9]{8}$/);
  });
});
