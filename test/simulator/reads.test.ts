import { describe, expect, it } from 'vitest';
import { DAY } from '../../src/units.ts';
import { type Answer, resizeOf, type TestWorld, testWorld } from './test-world.ts';

/** 25 instances in Guangzhou. crs-fleet000 is the oldest. */
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

describe('a request with', () => {
  const HARMFUL = '{"__proto__":{},"constructor":1}';
  const ID = 'crs-fleet000';
  const cases: readonly (readonly [string, string, unknown, string])[] = [
    ['valid parameters', 'redis.DescribeInstances', {}, 'ok'],
    ['an empty body', 'redis.DescribeInstances', '', 'ok'],
    ['null, which means absent', 'redis.DescribeInstances', { Limit: null }, 'ok'],
    ['a body that is not JSON', 'redis.DescribeInstances', '{', 'InvalidRequest'],
    ['a body that is not an object', 'redis.DescribeInstances', '[]', 'InvalidParameter'],
    ['an unknown name', 'redis.DescribeInstances', { Colour: 1 }, 'UnknownParameter'],
    ['a name that every JavaScript object has', 'redis.DescribeInstances', HARMFUL, 'UnknownParameter'],
    ['text for a number', 'redis.DescribeInstances', { Limit: '20' }, 'InvalidParameter'],
    ['a fraction', 'redis.UpgradeInstance', { InstanceId: ID, MemSize: 1.5 }, 'InvalidParameter'],
    ['a negative size', 'redis.UpgradeInstance', { InstanceId: ID, MemSize: -1 }, 'InvalidParameter'],
    ['one id instead of a list', 'redis.DescribeInstances', { InstanceIds: ID }, 'InvalidParameter'],
    ['a list with a wrong member', 'redis.DescribeInstances', { Status: [2, '1'] }, 'InvalidParameter'],
    [
      'a tag without its value',
      'redis.DescribeInstances',
      { InstanceTags: [{ TagKey: 'app' }] },
      'MissingParameter',
    ],
    ['no instance', 'redis.UpgradeInstance', { MemSize: 1024 }, 'MissingParameter'],
    ['no size', 'redis.UpgradeInstance', { InstanceId: ID }, 'MissingParameter'],
    ['no order number', 'redis.DescribeInstanceDealDetail', {}, 'MissingParameter'],
    ['a product without regions', 'sts.GetCallerIdentity', {}, 'ok'],
    ['an unknown action', 'redis.DropEverything', {}, 'InvalidAction'],
    ['another product’s action', 'redis.GetCallerIdentity', {}, 'InvalidAction'],
    ['more than 1,000 rows', 'redis.DescribeInstances', { Limit: 1001 }, 'InvalidParameterValue'],
    ['more than 100 tasks', 'redis.DescribeTaskList', { Limit: 101 }, 'InvalidParameterValue'],
    [
      'a task time in a wrong format',
      'redis.DescribeTaskList',
      { BeginTime: '2026-01-05T00:00:00Z' },
      'InvalidParameterValue',
    ],
    [
      'shards of a standard instance',
      'redis.DescribeInstanceShards',
      { InstanceId: 'crs-fleet001' },
      'InvalidParameterValue.UnSupportedType',
    ],
  ];
  for (const [what, name, params, expected] of cases)
    it(`${what}: ${expected}`, () => expect(testWorld(MANY).code(name, params)).toBe(expected));

  const regions: readonly (readonly [string, string | null, string])[] = [
    ['no region', null, 'MissingParameter'],
    ['a region that does not exist', 'ap-atlantis', 'UnsupportedRegion'],
  ];
  for (const [what, region, expected] of regions)
    it(`${what}: ${expected}`, () =>
      expect(testWorld(MANY).code('redis.DescribeInstances', {}, { region })).toBe(expected));

  it('a wrong version: NoSuchVersion', () => {
    const service = 'redis';
    expect(testWorld([]).code('2017-03-12.DescribeInstances', {}, { service })).toBe('NoSuchVersion');
  });

  it('any result has its own request id in the answer', () => {
    const test = testWorld([]);
    const [one, other] = [test.call('redis.DescribeInstances'), test.call('redis.Nonsense')];
    for (const { RequestId } of [one, other])
      expect(RequestId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(one.RequestId).not.toBe(other.RequestId);
  });
});

describe('DescribeInstances', () => {
  it('returns 20 rows by default and counts Offset in rows', () => {
    const test = testWorld(MANY);
    const list = (params: object): Answer =>
      test.call('redis.DescribeInstances', { OrderBy: 'createtime', OrderType: 0, ...params });
    expect(list({}).InstanceSet).toHaveLength(20);
    expect(list({}).TotalCount).toBe(25);
    expect(ids(list({ Limit: 10, Offset: 20 }))).toEqual(['20', '21', '22', '23', '24']);
    expect(list({ InstanceIds: MANY.map(({ id }) => id) }).InstanceSet).toHaveLength(20);
    expect(list({ InstanceIds: MANY.map(({ id }) => id), Limit: 1000 }).InstanceSet).toHaveLength(25);
  });

  const tag = ([TagKey, TagValue]: [string, string]) => ({ TagKey, TagValue });
  const filters: readonly (readonly [string, object, string[]])[] = [
    ['newest first', { Limit: 3 }, ['24', '23', '22']],
    ['an unknown id', { InstanceId: 'crs-nosuch00' }, []],
    ['ids, one of them unknown', { InstanceIds: ['crs-nosuch00', 'crs-fleet003'] }, ['03']],
    ['status', { Status: [-2] }, ['07']],
    ['a part of the name', { SearchKey: 'cart-2' }, ['24', '23', '22', '21', '20', '02']],
    [
      'tags, all of them',
      { InstanceTags: Object.entries({ app: 'cart', env: 'prod' }).map(tag), Limit: 2 },
      ['09', '08'],
    ],
    ['an unknown tag', { TagKeys: ['nope'] }, []],
    ['type and billing in words', { Type: 9, BillingMode: 'prepaid' }, ['15', '00']],
    ['an empty list, which is no filter', { Status: [], Limit: 1 }, ['24']],
  ];
  for (const [what, params, expected] of filters) {
    it(`finds by ${what}`, () =>
      expect(ids(testWorld(MANY).call('redis.DescribeInstances', params))).toEqual(expected));
  }

  it('sees only one region', () => {
    const answer = testWorld(MANY).call('redis.DescribeInstances', {}, { region: 'ap-shanghai' });
    expect(answer).toMatchObject({ TotalCount: 0, InstanceSet: [] });
  });

  it('returns Beijing times, zero dates, total and shard size, and no used memory', () => {
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

describe('the catalogue has the traps of the real one:', () => {
  const ascending = (sizes: string[]): number[] => sizes.map(Number).sort((a, b) => a - b);
  const regions = testWorld([]).call('redis.DescribeProductInfo').RegionSet;
  const zone = (code: string): Answer =>
    regions.flatMap((one: Answer) => one.ZoneSet).find(({ ZoneId }: Answer) => ZoneId === code);
  const products = (code: string, type: number, pay: string): Answer[] =>
    zone(code).ProductSet.filter((one: Answer) => one.Type === type && one.PayMode === pay);

  it('all regions for every request', () => {
    expect(regions.map((one: Answer) => one.RegionId)).toEqual(
      expect.arrayContaining(['ap-guangzhou', 'ap-shanghai', 'ap-beijing']),
    );
  });
  it('unsorted sizes as text in decimal GB, including 256 MB', () => {
    const [{ ShardSize }] = products('ap-guangzhou-7', 8, '1') as [Answer];
    expect(ShardSize).toContain('0.25');
    expect(ShardSize.map(Number)).not.toEqual(ascending(ShardSize));
    expect(products('ap-guangzhou-4', 8, '1')[0].ShardSize).not.toContain('0.25');
  });
  it('an edition in two halves for one pay mode, with another list for the other', () => {
    const halves = products('ap-guangzhou-4', 9, '1').map(({ ShardSize }) => ShardSize);
    expect(halves).toHaveLength(2);
    expect(ascending(halves.flat())).toEqual([1, 2, 4, 8, 12, 16, 20, 24, 32, 40, 48, 64]);
    expect(products('ap-guangzhou-4', 9, '0').flatMap(({ ShardSize }) => ShardSize)).not.toContain('64');
  });
  it('a zone with number 0, whose real number only the region product has', () => {
    expect(zone('ap-guangzhou-6').OldZoneId).toBe(0);
    const { ZoneSet } = testWorld([]).call('region.DescribeZones', { Product: 'redis' });
    expect(ZoneSet.find(({ Zone }: Answer) => Zone === 'ap-guangzhou-6').ZoneId).toBe('100006');
  });
  it('a sold-out zone, a sold-out edition, and legacy editions in few zones', () => {
    expect(zone('ap-shanghai-2').IsSaleout).toBe(true);
    expect(products('ap-guangzhou-3', 6, '1')[0].Saleout).toBe(true);
    expect(products('ap-guangzhou-4', 2, '1')).toEqual([]);
    expect(products('ap-guangzhou-3', 2, '1')[0].ShardSize).toContain('0.25');
    expect(products('ap-guangzhou-3', 2, '0')[0].ShardSize).not.toContain('0.25');
  });
});

describe('tasks and deals', () => {
  const ordered = (): TestWorld => {
    const test = testWorld(MANY);
    for (const n of [1, 2, 3]) test.call('redis.UpgradeInstance', resizeOf(`crs-fleet00${n}`));
    test.pass(5000);
    return test;
  };

  const cases: readonly (readonly [string, object, number])[] = [
    ['by Beijing time', { BeginTime: '2026-01-05 10:00:00' }, 3],
    ['before they start', { BeginTime: '2026-01-05 10:00:02' }, 0],
    ['with an earlier end time', { EndTime: '2026-01-05 09:59:59' }, 0],
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

  it('are delivered ones by default in billing, which counts Offset in pages', () => {
    const test = ordered();
    expect(test.deals().TotalCount).toBe(0);
    expect(test.deals({ StatusSet: [1, 2, 3, 4] }).TotalCount).toBe(3);
    test.pass(60_000);
    expect(test.deals().TotalCount).toBe(3);
    expect(test.deals({ Limit: 2, Offset: 1 }).Deals).toHaveLength(1);
    expect(test.deals({ Limit: 2, Offset: 2 }).Deals).toHaveLength(0);
    expect(test.deals({ Limit: 300 }).Deals[0].ResourceId).toBeNull();
    expect(test.deals({ ResourceId: 'crs-fleet002' }).Deals).toMatchObject([
      { ResourceId: ['crs-fleet002'], Action: 'upgrade' },
    ]);
  });

  it('include an unpaid order in billing and in the deal details', () => {
    const test = testWorld([{ id: 'crs-unpaid00', unpaidOrder: true }]);
    const [deal] = test.deals({ Status: 1 }).Deals;
    expect(
      test.call('redis.DescribeInstanceDealDetail', { DealName: deal.OrderId }).DealDetails,
    ).toMatchObject([{ Status: 1, InstanceIds: ['crs-unpaid00'], OverdueTime: '2026-01-19 10:00:00' }]);
  });
});
