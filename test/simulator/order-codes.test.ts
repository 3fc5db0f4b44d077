import { describe, expect, it } from 'vitest';
import { counts } from '../../src/simulator/world/world.ts';
import { testWorld } from './signed-call.ts';

/** What is sold to whom: see src/simulator/world/catalogue.ts. Guangzhou 4 sells all modern editions. */
const ZONE = 'ap-guangzhou-4';
const CLUSTER = {
  id: 'crs-cluster1',
  zone: ZONE,
  edition: 'redis-5.0-cluster',
  memoryPerShard: 4096,
  shards: 3,
  replicas: 1,
  usedTotal: 3000,
};
const STANDARD = {
  id: 'crs-standard',
  zone: ZONE,
  edition: 'redis-5.0-standard',
  memoryPerShard: 4096,
  replicas: 1,
  usedTotal: 3000,
};
const LEGACY = {
  id: 'crs-legacy00',
  zone: 'ap-guangzhou-3',
  edition: 'redis-2.8-standard',
  memoryPerShard: 4096,
  billing: 'prepaid',
};
const MULTI = {
  id: 'crs-multi000',
  zone: ZONE,
  edition: 'redis-6.2-standard',
  memoryPerShard: 4096,
  replicas: 2,
  replicaZones: ['ap-guangzhou-3', ZONE],
};

type Case = readonly [
  what: string,
  instance: object,
  memory: number | undefined,
  shards: number | undefined,
  replicas: number | undefined,
  order: string,
  quote: string,
];

const CASES: readonly Case[] = [
  //                                                                                MB     shards replicas
  ['memory up', STANDARD, 8192, 1, 1, 'ok', 'ok'],
  ['memory up, counts left out on standard architecture', STANDARD, 8192, undefined, undefined, 'ok', 'ok'],
  ['replicas up', STANDARD, 4096, 1, 2, 'ok', 'ok'],
  ['a cluster’s memory', CLUSTER, 8192, 3, 1, 'ok', 'ok'],
  ['a cluster’s shards', CLUSTER, 4096, 5, 1, 'ok', 'ok'],
  ['a cluster’s replicas', CLUSTER, 4096, 3, 2, 'ok', 'ok'],
  ['a legacy edition’s memory', LEGACY, 8192, 1, 1, 'ok', 'ok'],

  // The eight codes of the founding page that a size can provoke.
  [
    'beyond the greatest size sold',
    STANDARD,
    131_072,
    1,
    1,
    'InvalidParameterValue.MemSizeNotInRange',
    'LimitExceeded.MemSizeNotInRange',
  ],
  [
    'below the least size sold',
    STANDARD,
    128,
    1,
    1,
    'InvalidParameterValue.MemSizeNotInRange',
    'LimitExceeded.MemSizeNotInRange',
  ],
  [
    'the greatest size is sold prepaid only',
    STANDARD,
    65_536,
    1,
    1,
    'InvalidParameterValue.MemSizeNotInRange',
    'LimitExceeded.MemSizeNotInRange',
  ],
  [
    'a multiple of 1,024 that is not sold',
    STANDARD,
    6144,
    1,
    1,
    'LimitExceeded.InvalidMemSize',
    'LimitExceeded.InvalidMemSize',
  ],
  [
    'no multiple of 1,024 at all',
    STANDARD,
    5000,
    1,
    1,
    'LimitExceeded.InvalidMemSize',
    'LimitExceeded.InvalidMemSize',
  ],
  [
    'the trial size where it is not sold',
    { ...STANDARD, usedTotal: 10 },
    256,
    1,
    1,
    'InvalidParameterValue.MemSizeNotInRange',
    'LimitExceeded.MemSizeNotInRange',
  ],
  [
    'the trial size where it is',
    { ...STANDARD, zone: 'ap-guangzhou-7', usedTotal: 100 },
    256,
    1,
    1,
    'ok',
    'ok',
  ],
  [
    'less than 1.3 times what is used',
    STANDARD,
    2048,
    1,
    1,
    'InvalidParameterValue.ReduceCapacityNotAllowed',
    'InvalidParameterValue.ReduceCapacityNotAllowed',
  ],
  [
    'a little more than 1.3 times what is used',
    { ...STANDARD, memoryPerShard: 8192, usedTotal: 3150 },
    4096,
    1,
    1,
    'ok',
    'ok',
  ],
  [
    'a little less than that',
    { ...STANDARD, memoryPerShard: 8192, usedTotal: 3151 },
    4096,
    1,
    1,
    'InvalidParameterValue.ReduceCapacityNotAllowed',
    'InvalidParameterValue.ReduceCapacityNotAllowed',
  ],
  [
    'enough in total, too little for the fullest shard',
    { ...CLUSTER, usedFullestShard: 2900 },
    2048,
    3,
    1,
    'InvalidParameterValue.ReduceCapacityNotAllowed',
    'InvalidParameterValue.ReduceCapacityNotAllowed',
  ],
  ['enough for both', { ...CLUSTER, usedFullestShard: 1500 }, 2048, 3, 1, 'ok', 'ok'],
  [
    'fewer shards, and too small a total',
    { ...CLUSTER, usedTotal: 3500 },
    4096,
    1,
    1,
    'InvalidParameterValue.ReduceCapacityNotAllowed',
    'InvalidParameterValue.ReduceCapacityNotAllowed',
  ],
  [
    'an instance in process',
    { ...STANDARD, status: 'processing' },
    8192,
    1,
    1,
    'ResourceUnavailable.InstanceStatusAbnormal',
    'ResourceUnavailable.InstanceStatusError',
  ],
  [
    'an isolated one',
    { ...STANDARD, status: 'isolated' },
    8192,
    1,
    1,
    'ResourceUnavailable.InstanceStatusAbnormal',
    'ResourceUnavailable.InstanceStatusError',
  ],
  [
    'one to be initialised',
    { ...STANDARD, status: 'initialising' },
    8192,
    1,
    1,
    'ResourceUnavailable.InstanceStatusAbnormal',
    'ResourceUnavailable.InstanceStatusError',
  ],
  [
    'one to be deleted',
    { ...STANDARD, status: 'deleting' },
    8192,
    1,
    1,
    'ResourceUnavailable.InstanceStatusAbnormal',
    'ResourceUnavailable.InstanceStatusError',
  ],
  [
    'prepaid, dearer than the account holds',
    { ...STANDARD, billing: 'prepaid', daysLeft: 3650 },
    65_536,
    1,
    1,
    'ResourceUnavailable.AccountBalanceNotEnough',
    'ok',
  ],
  ['postpaid is not paid now', { ...STANDARD, daysLeft: 3650 }, 49_152, 1, 1, 'ok', 'ok'],

  // Those that today's page has beside them.
  [
    'a task runs on it',
    { ...STANDARD, task: '012' },
    8192,
    1,
    1,
    'ResourceUnavailable.InstanceStatusError',
    'ResourceUnavailable.InstanceStatusError',
  ],
  [
    'nothing changes',
    STANDARD,
    4096,
    1,
    1,
    'InvalidParameter.InvalidParameter',
    'InvalidParameter.InvalidParameter',
  ],
  [
    'two dimensions change',
    CLUSTER,
    8192,
    5,
    1,
    'InvalidParameter.InvalidParameter',
    'InvalidParameter.InvalidParameter',
  ],
  [
    'memory and shards of a standard instance: two come first',
    STANDARD,
    8192,
    3,
    1,
    'InvalidParameter.InvalidParameter',
    'InvalidParameter.InvalidParameter',
  ],
  [
    'a cluster without its shards',
    CLUSTER,
    8192,
    undefined,
    1,
    'InvalidParameter.InvalidParameter',
    'InvalidParameter.InvalidParameter',
  ],
  ['multi-zone replicas without their nodes', MULTI, 4096, 1, 3, 'InvalidParameter.InvalidParameter', 'ok'],
  ['multi-zone memory needs no nodes', MULTI, 8192, 1, 2, 'ok', 'ok'],
  [
    'shards of a standard instance',
    STANDARD,
    4096,
    3,
    1,
    'InvalidParameterValue.UnSupportedType',
    'InvalidParameterValue.UnSupportedType',
  ],
  [
    'replicas of a 2.8 instance',
    LEGACY,
    4096,
    1,
    2,
    'InvalidParameterValue.UnSupportedType',
    'InvalidParameterValue.UnSupportedType',
  ],
  [
    'a shard count that is not sold',
    CLUSTER,
    4096,
    4,
    1,
    'InvalidParameterValue.SpecNotExist',
    'InvalidParameterValue.SpecNotExist',
  ],
  [
    'more replicas than are sold',
    STANDARD,
    4096,
    1,
    6,
    'InvalidParameterValue.SpecNotExist',
    'InvalidParameterValue.SpecNotExist',
  ],
  [
    'an edition not sold in the zone',
    { ...LEGACY, zone: ZONE },
    8192,
    1,
    1,
    'InvalidParameterValue.SpecNotExist',
    'InvalidParameterValue.SpecNotExist',
  ],
  [
    'above 8 TB in total',
    {
      id: 'crs-ckvwide0',
      zone: 'ap-guangzhou-3',
      edition: 'ckv-3.2-cluster',
      memoryPerShard: 393_216,
      shards: 16,
    },
    393_216,
    24,
    1,
    'LimitExceeded',
    'LimitExceeded',
  ],
  [
    'growing an edition that is sold out',
    { ...STANDARD, zone: 'ap-guangzhou-3', edition: 'redis-4.0-standard' },
    8192,
    1,
    1,
    'ResourceUnavailable.SaleOut',
    'ok',
  ],
  [
    'shrinking it',
    { ...STANDARD, zone: 'ap-guangzhou-3', edition: 'redis-4.0-standard', usedTotal: 100 },
    2048,
    1,
    1,
    'ok',
    'ok',
  ],
  [
    'growing in a zone that is sold out',
    { ...STANDARD, zone: 'ap-shanghai-2' },
    8192,
    1,
    1,
    'ResourceInsufficient',
    'ok',
  ],
  [
    'an order waits to be paid',
    { ...STANDARD, unpaidOrder: true },
    8192,
    1,
    1,
    'FailedOperation.PayFailed',
    'ok',
  ],
  [
    'a kernel too old',
    { ...STANDARD, lowVersion: true },
    8192,
    1,
    1,
    'UnsupportedOperation.LowVersion',
    'ok',
  ],
];

describe('an order and a quote are answered with', () => {
  for (const [what, instance, MemSize, RedisShardNum, RedisReplicasNum, order, quote] of CASES) {
    it(`${what}: ${order}; quote ${quote}`, () => {
      const test = testWorld([instance]);
      const { id, zone } = instance as { id: string; zone: string };
      const region = zone.replace(/-\d$/, '');
      const params = { InstanceId: id, MemSize, RedisShardNum, RedisReplicasNum };
      expect(test.code('redis.InquiryPriceUpgradeInstance', params, region)).toBe(quote);
      expect(test.code('redis.UpgradeInstance', params, region)).toBe(order);
      expect(counts(test.world).orders).toEqual(order === 'ok' ? { [id]: 1 } : {});
    });
  }

  it('an id that does not exist, or exists in another region: ResourceNotFound.InstanceNotExists', () => {
    const test = testWorld([STANDARD]);
    const params = { MemSize: 8192, RedisShardNum: 1, RedisReplicasNum: 1 };
    expect(test.code('redis.UpgradeInstance', { InstanceId: 'crs-nosuch00', ...params })).toBe(
      'ResourceNotFound.InstanceNotExists',
    );
    expect(test.code('redis.UpgradeInstance', { InstanceId: STANDARD.id, ...params }, 'ap-shanghai')).toBe(
      'ResourceNotFound.InstanceNotExists',
    );
  });
});

describe('what no state of the world provokes, a fault does', () => {
  const cases = [
    ['no-permission', 'InvalidParameter.PermissionDenied'],
    ['no-cam', 'UnauthorizedOperation.NoCAMAuthed'],
    ['no-balance', 'ResourceUnavailable.AccountBalanceNotEnough'],
    ['pay-failed', 'FailedOperation.PayFailed'],
    ['sold-out', 'ResourceUnavailable.SaleOut'],
    ['insufficient', 'ResourceInsufficient'],
    ['low-version', 'UnsupportedOperation.LowVersion'],
    ['quota', 'LimitExceeded'],
    ['internal-error', 'InternalError'],
    ['system-error', 'FailedOperation.SystemError'],
    ['unknown-error', 'FailedOperation.Unknown'],
  ] as const;
  for (const [fault, code] of cases) {
    it(`${fault}: ${code}, nothing ordered, and the next order is taken`, () => {
      const test = testWorld([STANDARD], { faults: [`${fault}#1`] });
      const params = { InstanceId: STANDARD.id, MemSize: 8192, RedisShardNum: 1, RedisReplicasNum: 1 };
      expect(test.code('redis.UpgradeInstance', params)).toBe(code);
      expect(counts(test.world).orders).toEqual({});
      expect(test.code('redis.UpgradeInstance', params)).toBe('ok');
    });
  }
});

describe('the replicas of a multi-zone instance', () => {
  const order = (replicas: number, NodeSet: object[]): { code: string; nodes: unknown[] } => {
    const test = testWorld([MULTI]);
    const nodes = test.call('redis.DescribeInstances').InstanceSet[0].NodeSet;
    const filled = NodeSet.map((node) =>
      'NodeId' in node ? { ...node, NodeId: nodes[node.NodeId as number].NodeId } : node,
    );
    const code = test.code('redis.UpgradeInstance', {
      InstanceId: MULTI.id,
      MemSize: 4096,
      RedisShardNum: 1,
      RedisReplicasNum: replicas,
      NodeSet: filled,
    });
    test.pass(60_000);
    return {
      code,
      nodes: test
        .call('redis.DescribeInstances')
        .InstanceSet[0].NodeSet.map((node: { ZoneId: number }) => node.ZoneId),
    };
  };
  it('grow by the nodes to add', () => {
    expect(order(3, [{ NodeType: 1, ZoneId: 100_007 }])).toEqual({
      code: 'ok',
      nodes: [100_004, 100_003, 100_004, 100_007],
    });
  });
  it('shrink by the nodes to drop, named by their ids', () => {
    expect(order(1, [{ NodeType: 1, NodeId: 1 }])).toEqual({ code: 'ok', nodes: [100_004, 100_004] });
  });
  it('stay when the nodes do not fit: too many, a master, no replica of its own, another region’s zone', () => {
    const refused = { code: 'InvalidParameter.InvalidParameter', nodes: [100_004, 100_003, 100_004] };
    expect(
      order(3, [
        { NodeType: 1, ZoneId: 100_003 },
        { NodeType: 1, ZoneId: 100_004 },
      ]),
    ).toEqual(refused);
    expect(order(3, [{ NodeType: 0, ZoneId: 100_003 }])).toEqual(refused);
    expect(order(1, [{ NodeType: 1, NodeId: 0 }])).toEqual(refused);
    expect(order(3, [{ NodeType: 1, ZoneId: 200_004 }])).toEqual(refused);
  });
});
