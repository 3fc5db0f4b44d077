/**
 * Compares the simulator with the provider's own model (fixtures/provider-model.json, docs/provider.md P112). Each action:
 *
 * - accepts exactly the parameters of the model, and refuses missing parameters and wrong types
 * - returns every field that the model marks as always returned, and no unknown field
 *
 * In the fixture, `?` marks a field that may be absent and `~` a field that may be null.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PRODUCTS } from '../../src/simulator/actions/products.ts';
import { signed } from './signed-request.ts';
import { type Answer, codeOf, resizeOf, type TestWorld, testWorld } from './test-world.ts';

type Shape = string | readonly [Shape] | { readonly [name: string]: Shape };
interface ActionModel {
  readonly request: Readonly<Record<string, Shape>>;
  readonly response: Readonly<Record<string, Shape>>;
  readonly codes: readonly string[];
}
const MODEL = JSON.parse(
  readFileSync(new URL('./fixtures/provider-model.json', import.meta.url), 'utf8'),
) as Record<string, ActionModel>;

const ID = 'crs-model000';
const FLEET = [
  {
    id: ID,
    zone: 'ap-guangzhou-4',
    edition: 'redis-6.2-cluster',
    memoryPerShard: 4096,
    shards: 3,
    replicas: 2,
    replicaZones: ['ap-guangzhou-3', 'ap-guangzhou-4'],
    usedTotal: 5000,
    transfer: 9,
    tags: { app: 'cart' },
  },
  { id: 'crs-model001', unpaidOrder: true, billing: 'prepaid' },
];
const SPAN = { StartTime: '2026-01-01 00:00:00', EndTime: '2026-01-06 00:00:00' };
const RESIZE = resizeOf(ID, { RedisShardNum: 3, RedisReplicasNum: 2 });
const ROLE = { RoleArn: 'qcs::cam::uin/100000000001:roleName/x', RoleSessionName: 'xy' };

const ofInstance = () => ({ InstanceId: ID });
/** A request of each action whose answer has all possible fields. */
const REQUESTS: Readonly<Record<string, (test: TestWorld) => object>> = {
  'redis.UpgradeInstance': () => RESIZE,
  'redis.InquiryPriceUpgradeInstance': () => RESIZE,
  'redis.DescribeInstances': () => ({}),
  'redis.DescribeProductInfo': () => ({}),
  'redis.DescribeInstanceDealDetail': (test) => ({ DealName: [...test.world.deals.keys()][0] }),
  'redis.DescribeTaskInfo': (test) => ({ TaskId: task(test) }),
  'redis.DescribeTaskList': (test) => ({
    TaskTypes: ['002'],
    EndTime: task(test) > 0 ? '2026-01-05 11:00:00' : '',
  }),
  'redis.DescribeMaintenanceWindow': ofInstance,
  'redis.ModifyMaintenanceWindow': () => ({ InstanceId: ID, StartTime: '01:00', EndTime: '02:00' }),
  'redis.DescribeInstanceZoneInfo': ofInstance,
  'redis.DescribeInstanceShards': ofInstance,
  'redis.DescribeInstanceNodeInfo': ofInstance,
  'redis.DescribeInstanceSpecBandwidth': () => ({ InstanceId: ID, ShardSize: 8192 }),
  'redis.DescribeInstanceParams': ofInstance,
  'redis.DescribeInstanceDTSInfo': ofInstance,
  'redis.DescribeReplicationGroupInstance': ofInstance,
  'redis.DescribeInstanceSecurityGroup': () => ({ InstanceIds: [ID] }),
  'redis.ModifyInstanceAvailabilityZones': (test) => ({
    InstanceId: ID,
    SwitchOption: 2,
    NodeSet: test.instance(ID).NodeSet.map((node: Answer) => ({ ...node, ZoneId: 100_007 - node.NodeType })),
  }),
  'tag.DescribeResourceTagsByResourceIds': () => ({
    ServiceType: 'redis',
    ResourcePrefix: 'instance',
    ResourceRegion: 'ap-guangzhou',
    ResourceIds: [ID],
  }),
  'tag.ModifyResourceTags': () => ({
    Resource: `qcs::redis:ap-guangzhou:uin/:instance/${ID}`,
    ReplaceTags: [{ TagKey: 'team', TagValue: 'sre' }],
  }),
  'monitor.GetMonitorData': () => ({
    Namespace: 'QCE/REDIS_MEM',
    MetricName: 'MemUsed',
    Instances: [{ Dimensions: [{ Name: 'instanceid', Value: ID }] }],
    SpecifyStatistics: 7,
  }),
  'monitor.DescribeBaseMetrics': () => ({ Namespace: 'QCE/REDIS_MEM' }),
  'billing.DescribeDealsByCond': () => ({ ...SPAN, Limit: 20, StatusSet: [1, 2, 3, 4] }),
  'sts.AssumeRole': () => ROLE,
  'sts.AssumeRoleWithWebIdentity': () => ({ ...ROLE, ProviderId: 'p', WebIdentityToken: 't' }),
  'region.DescribeRegions': () => ({ Product: 'redis' }),
  'region.DescribeZones': () => ({ Product: 'redis' }),
};

function task(test: TestWorld): number {
  test.call('redis.UpgradeInstance', RESIZE);
  test.pass(1000);
  return test.call('redis.DescribeTaskList', { InstanceId: ID }).Tasks[0].TaskId;
}

function ask(test: TestWorld, name: string, params: unknown): Answer {
  if (name !== 'sts.AssumeRoleWithWebIdentity') return test.call(name, params);
  const request = signed(name, params, test.now);
  return test.send({ ...request, headers: { ...request.headers, authorization: 'SKIP' } });
}

/** Lists the differences between a value and its shape. */
function differences(value: Answer, shape: Shape, at: string): string[] {
  if (typeof shape === 'string') {
    const kind = Number.isInteger(value) && shape !== 'number' ? 'integer' : typeof value;
    return shape === 'any' || kind === shape || (shape === 'whole' && kind === 'integer')
      ? []
      : [`${at} is ${JSON.stringify(value)}, not ${shape}`];
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${at} is not a list`];
    return value.flatMap((one, n) => differences(one, shape[0] as Shape, `${at}[${n}]`));
  }
  const wrong: string[] = [];
  const names = new Set<string>();
  for (const [marked, inner] of Object.entries(shape as Record<string, Shape>)) {
    const name = marked.replace(/[?~]$/, '');
    names.add(name);
    const field = value[name];
    if (field === undefined ? !marked.endsWith('?') : field === null ? marked === name : false)
      wrong.push(`${at}.${name} is ${field}`);
    if (field !== undefined && field !== null) wrong.push(...differences(field, inner, `${at}.${name}`));
  }
  for (const name of Object.keys(value))
    if (!names.has(name)) wrong.push(`${at}.${name} is not in the model`);
  return wrong;
}

describe('each action answers with the fields of the model', () => {
  for (const [name, { response }] of Object.entries(MODEL)) {
    it(name, () => {
      const test = testWorld(FLEET);
      const answer = ask(test, name, REQUESTS[name]!(test));
      expect(answer.Error).toBeUndefined();
      expect(differences(answer, response, '').slice(0, 5)).toEqual([]);
      // An empty list would prove nothing.
      const empty = Object.entries(answer).filter(([, value]) => Array.isArray(value) && value.length === 0);
      expect(empty.map(([field]) => field).filter((field) => field !== 'Tendis')).toEqual([]);
    });
  }
});

/** A value of a wrong type. */
const misfit = (shape: Shape): unknown =>
  shape === 'string' ? 7 : Array.isArray(shape) ? 'not a list' : 'not a number';

describe('each action accepts exactly the parameters of the model', () => {
  for (const [name, { request }] of Object.entries(MODEL)) {
    const [product, action] = name.split('.') as [string, string];
    it(name, () => {
      const known = Object.keys(request).map((marked) => marked.replace(/[?~]$/, ''));
      const { schema } = PRODUCTS[product]!.actions[action]!;
      expect(Object.keys(schema).filter((one) => !known.includes(one))).toEqual([]);
      expect(known.filter((one) => !(one in schema))).toEqual([]);
      const test = testWorld(FLEET);
      const good = REQUESTS[name]!(test) as Record<string, unknown>;
      const code = (params: object): string => codeOf(ask(test, name, params));
      for (const [marked, shape] of Object.entries(request)) {
        const field = marked.replace(/[?~]$/, '');
        expect(`${field} ${code({ ...good, [field]: misfit(shape) })}`).toBe(`${field} InvalidParameter`);
        if (marked === field)
          expect(`${field} ${code({ ...good, [field]: null })}`).toBe(`${field} MissingParameter`);
      }
      expect(code({ ...good, Colour: 'red' })).toBe('UnknownParameter');
      expect(code({ ...good, constructor: 1 })).toBe('UnknownParameter');
    });
  }

  it('except two actions that are not in a published model (docs/provider.md P112)', () => {
    const here = Object.entries(PRODUCTS).flatMap(([product, { actions }]) =>
      Object.keys(actions).map((action) => `${product}.${action}`),
    );
    expect(here.filter((name) => !(name in MODEL))).toEqual([
      'billing.DescribeAccountBalance',
      'sts.GetCallerIdentity',
    ]);
  });
});

describe('reads of an instance', () => {
  it('show an old kernel and the available one', () => {
    const test = testWorld([
      { id: ID, edition: 'redis-6.2-standard', lowVersion: true },
      { id: 'crs-model001', edition: 'redis-6.2-standard' },
    ]);
    const versions = test
      .call('redis.DescribeInstances', { OrderType: 0 })
      .InstanceSet.map((one: Answer) => [one.CurrentRedisVersion, one.UpgradeRedisVersion]);
    expect(versions).toEqual([
      ['6.2.1', '6.2.8'],
      ['6.2.8', ''],
    ]);
  });

  it('show a replication group and a data transfer, which both block orders and quotes', () => {
    const test = testWorld([
      { id: 'crs-member00', replicationRole: 'rw' },
      { id: 'crs-moving00', transfer: 7 },
      { id: 'crs-moved000', transfer: 9 },
      { id: 'crs-free0000' },
    ]);
    const role = (InstanceId: string): string =>
      test.call('redis.DescribeReplicationGroupInstance', { InstanceId }).InstanceRole;
    expect([role('crs-member00'), role('crs-free0000')]).toEqual(['rw', '']);
    const transfer = (InstanceId: string): number =>
      test.call('redis.DescribeInstanceDTSInfo', { InstanceId }).Status;
    expect([transfer('crs-moving00'), transfer('crs-moved000'), transfer('crs-free0000')]).toEqual([7, 9, 0]);
    const codes = (name: string): string[] =>
      ['crs-member00', 'crs-moving00', 'crs-moved000', 'crs-free0000'].map((InstanceId) =>
        test.code(`redis.${name}`, resizeOf(InstanceId)),
      );
    const tied = 'ResourceUnavailable.InstanceStatusError';
    expect(codes('InquiryPriceUpgradeInstance')).toEqual([tied, tied, 'ok', 'ok']);
    expect(codes('UpgradeInstance')).toEqual([tied, tied, 'ok', 'ok']);
  });

  it('show the bandwidth of another size', () => {
    const test = testWorld(FLEET);
    const ask = (more: object): Answer => {
      const { Bandwidth, ClientLimit } = test.call('redis.DescribeInstanceSpecBandwidth', more);
      return [Bandwidth / 1024 / 1024, ClientLimit];
    };
    expect(ask({ InstanceId: ID })).toEqual([72, 30_000]);
    expect(ask({ InstanceId: ID, ShardSize: 40_960 })).toEqual([192, 30_000]);
    expect(ask({ InstanceId: ID, ShardNum: 5, ReadOnlyWeight: 100 })).toEqual([240, 50_000]);
    expect(ask({ ShardSize: 256, ShardNum: 1 })).toEqual([10, 3000]);
    const theory = { Type: 16, ShardSize: 8192, ShardNum: 5, ReplicateNum: 2 };
    expect(ask({ ...theory, ReadOnlyWeight: 0 })).toEqual([120, 50_000]);
    expect(ask({ ...theory, ReadOnlyWeight: 100 })).toEqual([240, 50_000]);
    // The provider's sample writes 0 for what it leaves out.
    const none = { ShardSize: 0, ShardNum: 0, ReplicateNum: 0, ReadOnlyWeight: 0, Type: 0 };
    expect(ask({ ...none, InstanceId: ID })).toEqual([72, 30_000]);
    const code = (more: object): string => test.code('redis.DescribeInstanceSpecBandwidth', more);
    expect([code({}), code(none), code({ Type: 16 })]).toEqual(Array(3).fill('MissingParameter'));
    for (const wrong of [{ Type: 99 }, { Type: 15 }, { ShardSize: -1 }, { ReadOnlyWeight: 50 }])
      expect(code({ ...theory, ...wrong }), JSON.stringify(wrong)).toBe('InvalidParameterValue');
  });

  it('show what a full instance does', () => {
    const rows: readonly (readonly [object, string | undefined])[] = [
      [{}, 'noeviction'],
      [{ usage: { pattern: 'cache' } }, 'allkeys-lru'],
      [{ usage: { pattern: 'cache', evicts: false } }, 'noeviction'],
      [{ usage: { pattern: 'flat', evicts: true } }, 'volatile-lru'],
      [{ edition: 'memcached-1.6-cluster' }, undefined],
    ];
    for (const [more, policy] of rows) {
      const answer = testWorld([{ id: ID, ...more }]).call('redis.DescribeInstanceParams', {
        InstanceId: ID,
      });
      const found = answer.InstanceEnumParam.find(
        ({ ParamName }: Answer) => ParamName === 'maxmemory-policy',
      );
      expect(found?.CurrentValue, JSON.stringify(more)).toBe(policy);
    }
  });

  it('count every shard once for the master and once for each replica', () => {
    const answer = testWorld(FLEET).call('redis.DescribeInstanceNodeInfo', { InstanceId: ID });
    expect(answer).toMatchObject({ RedisCount: 9, ProxyCount: 3 });
    expect(new Set(answer.Redis.map(({ NodeId }: Answer) => NodeId)).size).toBe(9);
    expect(answer.Redis.map(({ ZoneId }: Answer) => ZoneId).slice(0, 3)).toEqual([100_004, 100_003, 100_004]);
  });

  it('are in the requested language', () => {
    const test = testWorld(FLEET);
    const title = (language?: string): string =>
      test.call('redis.DescribeInstances', {}, { headers: language ? { 'x-tc-language': language } : {} })
        .InstanceSet[0].InstanceTitle;
    expect([title(), title('zh-CN'), title('en-US')]).toEqual(['运行中', '运行中', 'Running']);
  });

  it('filter by address and by network', () => {
    const test = testWorld(FLEET);
    const [{ WanIp, UniqVpcId }] = test.call('redis.DescribeInstances').InstanceSet;
    const count = (params: object): number => test.call('redis.DescribeInstances', params).TotalCount;
    expect(count({ SearchKeys: [WanIp] })).toBe(1);
    expect(count({ UniqVpcIds: [UniqVpcId] })).toBe(2);
    expect(count({ UniqVpcIds: ['vpc-other'] })).toBe(0);
  });
});
