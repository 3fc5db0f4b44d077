import { describe, expect, it } from 'vitest';
import { counts } from '../../src/simulator/world/world.ts';
import { resizeOf, testWorld } from './test-world.ts';

/** A zone that sells all modern editions (src/simulator/world/catalogue.ts). */
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

/** A cluster of 6 TB. */
const CKV = {
  id: 'crs-ckvwide0',
  zone: 'ap-guangzhou-3',
  edition: 'ckv-3.2-cluster',
  memoryPerShard: 393_216,
  shards: 16,
};

const OUT_OF_RANGE = 'InvalidParameterValue.MemSizeNotInRange';
const QUOTE_OUT_OF_RANGE = 'LimitExceeded.MemSizeNotInRange';
const NOT_A_SIZE = 'LimitExceeded.InvalidMemSize';
const TOO_SMALL = 'InvalidParameterValue.ReduceCapacityNotAllowed';
const ABNORMAL = 'ResourceUnavailable.InstanceStatusAbnormal';
const BUSY = 'ResourceUnavailable.InstanceStatusError';
const WRONG = 'InvalidParameter.InvalidParameter';
const UNSUPPORTED = 'InvalidParameterValue.UnSupportedType';
const SYSTEM = 'FailedOperation.SystemError';
const NOT_SOLD = 'InvalidParameterValue.SpecNotExist';

type Case = readonly [
  what: string,
  instance: object,
  memory: number,
  shards: number | undefined,
  replicas: number | undefined,
  order: string,
  quote: string,
];

// biome-ignore format: one line a case
const CASES: readonly Case[] = [
  ['memory up', STANDARD, 8192, 1, 1, 'ok', 'ok'],
  ['memory up, shards left out on standard architecture', STANDARD, 8192, undefined, 1, 'ok', 'ok'],
  ['replicas up', STANDARD, 4096, 1, 2, 'ok', 'ok'],
  ['a cluster’s memory', CLUSTER, 8192, 3, 1, 'ok', 'ok'],
  ['a cluster’s shards', CLUSTER, 4096, 5, 1, 'ok', 'ok'],
  ['a cluster’s replicas', CLUSTER, 4096, 3, 2, 'ok', 'ok'],
  ['a legacy edition’s memory', LEGACY, 8192, 1, 1, 'ok', 'ok'],
  ['a legacy edition’s memory, counts left out', LEGACY, 8192, undefined, undefined, 'ok', 'ok'],

  // Refusals because of the size, the status or the balance.
  ['above the largest sold size', STANDARD, 131_072, 1, 1, OUT_OF_RANGE, QUOTE_OUT_OF_RANGE],
  ['below the smallest sold size', STANDARD, 128, 1, 1, OUT_OF_RANGE, QUOTE_OUT_OF_RANGE],
  ['the largest size, which is prepaid only', STANDARD, 65_536, 1, 1, OUT_OF_RANGE, QUOTE_OUT_OF_RANGE],
  ['a multiple of 1,024 that is not sold', STANDARD, 6144, 1, 1, NOT_A_SIZE, NOT_A_SIZE],
  ['a size that is not a multiple of 1,024', STANDARD, 5000, 1, 1, NOT_A_SIZE, NOT_A_SIZE],
  ['the trial size where it is not sold', { ...STANDARD, usedTotal: 10 }, 256, 1, 1, OUT_OF_RANGE, QUOTE_OUT_OF_RANGE],
  ['the trial size where it is', { ...STANDARD, zone: 'ap-guangzhou-7', usedTotal: 100 }, 256, 1, 1, 'ok', 'ok'],
  ['less than 1.3 times the used memory', STANDARD, 2048, 1, 1, TOO_SMALL, TOO_SMALL],
  ['a little more than 1.3 times the used memory', { ...STANDARD, memoryPerShard: 8192, usedTotal: 3150 }, 4096, 1, 1, 'ok', 'ok'],
  ['a little less than 1.3 times the used memory', { ...STANDARD, memoryPerShard: 8192, usedTotal: 3151 }, 4096, 1, 1, TOO_SMALL, TOO_SMALL],
  ['enough in total, too little for the fullest shard', { ...CLUSTER, usedFullestShard: 2900 }, 2048, 3, 1, TOO_SMALL, TOO_SMALL],
  ['enough for both', { ...CLUSTER, usedFullestShard: 1500 }, 2048, 3, 1, 'ok', 'ok'],
  ['fewer shards, and too small a total', { ...CLUSTER, usedTotal: 3500 }, 4096, 1, 1, TOO_SMALL, TOO_SMALL],
  ['an instance in process', { ...STANDARD, status: 'processing' }, 8192, 1, 1, ABNORMAL, BUSY],
  ['an isolated one', { ...STANDARD, status: 'isolated' }, 8192, 1, 1, ABNORMAL, BUSY],
  ['one to be initialised', { ...STANDARD, status: 'initialising' }, 8192, 1, 1, ABNORMAL, BUSY],
  ['one to be deleted', { ...STANDARD, status: 'deleting' }, 8192, 1, 1, ABNORMAL, BUSY],
  ['prepaid, above the balance', { ...STANDARD, billing: 'prepaid', daysLeft: 3650 }, 65_536, 1, 1, 'ResourceUnavailable.AccountBalanceNotEnough', 'ok'],
  ['postpaid, which is not paid now', { ...STANDARD, daysLeft: 3650 }, 49_152, 1, 1, 'ok', 'ok'],

  // Refusals for other reasons.
  ['a running task', { ...STANDARD, task: '012' }, 8192, 1, 1, BUSY, BUSY],
  ['nothing changes', STANDARD, 4096, 1, 1, WRONG, WRONG],
  ['two dimensions change', CLUSTER, 8192, 5, 1, WRONG, WRONG],
  ['memory and shards of a standard instance, where the first check decides', STANDARD, 8192, 3, 1, WRONG, WRONG],
  ['a cluster without its shards', CLUSTER, 8192, undefined, 1, SYSTEM, SYSTEM],
  ['a cluster without its replicas', CLUSTER, 8192, 3, undefined, SYSTEM, SYSTEM],
  ['a CKV cluster without its replicas', CKV, 393_216, 24, undefined, SYSTEM, SYSTEM],
  ['a standard instance without its replicas', STANDARD, 8192, 1, undefined, SYSTEM, SYSTEM],
  ['a standard instance with memory only', STANDARD, 8192, undefined, undefined, SYSTEM, SYSTEM],
  ['multi-zone replicas without their nodes', MULTI, 4096, 1, 3, WRONG, 'ok'],
  ['multi-zone memory needs no nodes', MULTI, 8192, 1, 2, 'ok', 'ok'],
  ['shards of a standard instance', STANDARD, 4096, 3, 1, UNSUPPORTED, UNSUPPORTED],
  ['replicas of a 2.8 instance', LEGACY, 4096, 1, 2, UNSUPPORTED, UNSUPPORTED],
  ['a shard count that is not sold', CLUSTER, 4096, 4, 1, NOT_SOLD, NOT_SOLD],
  ['more replicas than are sold', STANDARD, 4096, 1, 6, NOT_SOLD, NOT_SOLD],
  ['an edition not sold in the zone', { ...LEGACY, zone: ZONE }, 8192, 1, 1, NOT_SOLD, NOT_SOLD],
  ['above 8 TB in total', CKV, 393_216, 24, 1, 'LimitExceeded', 'LimitExceeded'],
  ['growing an edition that is sold out', { ...STANDARD, zone: 'ap-guangzhou-3', edition: 'redis-4.0-standard' }, 8192, 1, 1, 'ResourceUnavailable.SaleOut', 'ok'],
  ['shrinking it', { ...STANDARD, zone: 'ap-guangzhou-3', edition: 'redis-4.0-standard', usedTotal: 100 }, 2048, 1, 1, 'ok', 'ok'],
  ['growing in a zone that is sold out', { ...STANDARD, zone: 'ap-shanghai-2' }, 8192, 1, 1, 'ResourceInsufficient', 'ok'],
  ['an unpaid order', { ...STANDARD, unpaidOrder: true }, 8192, 1, 1, 'FailedOperation.PayFailed', 'ok'],
  ['an old kernel', { ...STANDARD, lowVersion: true }, 8192, 1, 1, 'UnsupportedOperation.LowVersion', 'ok'],
];

describe('the answer to an order and a quote for', () => {
  for (const [what, instance, MemSize, RedisShardNum, RedisReplicasNum, order, quote] of CASES) {
    it(`${what} is ${order}; quote ${quote}`, () => {
      const test = testWorld([instance]);
      const { id, zone } = instance as { id: string; zone: string };
      const region = zone.replace(/-\d$/, '');
      const params = { InstanceId: id, MemSize, RedisShardNum, RedisReplicasNum };
      expect(test.code('redis.InquiryPriceUpgradeInstance', params, { region })).toBe(quote);
      expect(test.code('redis.UpgradeInstance', params, { region })).toBe(order);
      expect(counts(test.world).orders).toEqual(order === 'ok' ? { [id]: 1 } : {});
    });
  }

  it('an unknown id, or an id of another region, is ResourceNotFound.InstanceNotExists', () => {
    const test = testWorld([STANDARD]);
    const code = (id: string, region: string) => test.code('redis.UpgradeInstance', resizeOf(id), { region });
    expect(code('crs-nosuch00', 'ap-guangzhou')).toBe('ResourceNotFound.InstanceNotExists');
    expect(code(STANDARD.id, 'ap-shanghai')).toBe('ResourceNotFound.InstanceNotExists');
  });
});

describe('the fault', () => {
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
    it(`${fault} gives ${code}, orders nothing, and the next order is accepted`, () => {
      const test = testWorld([STANDARD], { faults: [`${fault}#1`] });
      const params = resizeOf(STANDARD.id);
      expect(test.code('redis.UpgradeInstance', params)).toBe(code);
      expect(counts(test.world).orders).toEqual({});
      expect(test.code('redis.UpgradeInstance', params)).toBe('ok');
    });
  }
});

describe('the replicas of a multi-zone instance', () => {
  /** Orders a replica count with nodes, and returns the code and the final zones. */
  const order = (RedisReplicasNum: number, nodesOf: (ids: number[]) => object[]) => {
    const test = testWorld([MULTI]);
    const listed = (key: 'ZoneId' | 'NodeId'): number[] =>
      test.instance(MULTI.id).NodeSet.map((node: Record<typeof key, number>) => node[key]);
    const change = { MemSize: 4096, RedisReplicasNum, NodeSet: nodesOf(listed('NodeId')) };
    const code = test.code('redis.UpgradeInstance', resizeOf(MULTI.id, change));
    test.pass(60_000);
    return { code, zones: listed('ZoneId') };
  };
  const replicaIn = (ZoneId: number) => ({ NodeType: 1, ZoneId });
  it('grow by the added nodes', () => {
    const zones = [100_004, 100_003, 100_004, 100_007];
    expect(order(3, () => [replicaIn(100_007)])).toEqual({ code: 'ok', zones });
  });
  it('shrink by the removed nodes, given by their ids', () => {
    const dropped = order(1, ([, first]) => [{ NodeType: 1, NodeId: first }]);
    expect(dropped).toEqual({ code: 'ok', zones: [100_004, 100_004] });
  });
  it('do not change for too many nodes, a master, an unknown replica or a zone of another region', () => {
    const refused = { code: WRONG, zones: [100_004, 100_003, 100_004] };
    expect(order(3, () => [replicaIn(100_003), replicaIn(100_004)])).toEqual(refused);
    expect(order(3, () => [{ NodeType: 0, ZoneId: 100_003 }])).toEqual(refused);
    expect(order(1, ([master]) => [{ NodeType: 1, NodeId: master }])).toEqual(refused);
    expect(order(3, () => [replicaIn(200_004)])).toEqual(refused);
  });
});
