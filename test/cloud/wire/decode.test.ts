import { describe, expect, it } from 'vitest';
import { fromBeijing, toBeijing } from '../../../src/cloud/wire/beijing-time.ts';
import type { Instance } from '../../../src/model.ts';
import type { Line } from '../fake-transport.ts';
import { clientOver, row, SCOPE, START } from '../scripted-client.ts';

const CATALOGUE: Line = {
  ok: {
    RegionSet: [
      {
        RegionId: 'ap-guangzhou',
        ZoneSet: [
          { ZoneId: 'ap-guangzhou-3', OldZoneId: 100003 },
          { ZoneId: 'ap-guangzhou-6', OldZoneId: 0 },
        ],
      },
    ],
  },
};
const ZONES: Line = { ok: { ZoneSet: [{ Zone: 'ap-guangzhou-6', ZoneId: '100006' }] } };

/** Answers instances with the given rows, the catalogue and the zones. */
function listing(rows: readonly Record<string, unknown>[]) {
  return clientOver(({ action, fields }) => {
    if (action === 'DescribeProductInfo') return CATALOGUE;
    if (action === 'DescribeZones') return ZONES;
    const from = Number(fields.Offset);
    return { ok: { TotalCount: rows.length, InstanceSet: rows.slice(from, from + Number(fields.Limit)) } };
  });
}

async function decoded(fields: Record<string, unknown>): Promise<Instance> {
  const [instance] = await listing([row(fields)]).run((cloud) => cloud.describeInstances(SCOPE));
  return instance!;
}

describe('an instance', () => {
  it('is decoded with every field', async () => {
    expect(await decoded({})).toEqual({
      id: 'crs-aaaa1111',
      name: 'cart',
      region: 'ap-guangzhou',
      zone: 'ap-guangzhou-3',
      profile: 'default',
      edition: 'redis-5.0-cluster',
      type: 9,
      status: 'running',
      size: { memoryPerShard: 4096, shards: 3, replicas: 1 },
      billing: 'postpaid',
      tags: { env: 'prod' },
      nodes: [],
      deadline: null,
      used: null,
      task: null,
      unpaidOrder: null,
    });
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['is initialising', { Status: 0 }, { status: 'initialising' }],
    ['is processing', { Status: 1 }, { status: 'processing' }],
    ['is isolated', { Status: -2 }, { status: 'isolated' }],
    ['is deleting', { Status: -3 }, { status: 'deleting' }],
    ['has an unknown status', { Status: 7 }, { status: 'unrecognised' }],
    ['has no status', { Status: undefined }, { status: 'unrecognised' }],
    [
      'is prepaid, with its deadline in UTC',
      { BillingMode: 1, DeadlineTime: '2026-12-01 07:59:59' },
      { billing: 'prepaid', deadline: '2026-11-30T23:59:59.000Z' },
    ],
    [
      'is prepaid, with a zero date',
      { BillingMode: 1, DeadlineTime: '0000-00-00 00:00:00' },
      { deadline: null },
    ],
    ['is prepaid, with an empty date', { BillingMode: 1, DeadlineTime: '' }, { deadline: null }],
    [
      'is postpaid, so its date does not count',
      { DeadlineTime: '2026-12-01 07:59:59' },
      { billing: 'postpaid', deadline: null },
    ],
    ['has an unknown type', { Type: 99 }, { edition: 'unrecognised', type: 99 }],
    ['has type 10, which is unknown', { Type: 10 }, { edition: 'unrecognised', type: 10, status: 'running' }],
    [
      'has a type that is a cluster, whatever the product type says',
      { Type: 7, ProductType: 'standalone' },
      { edition: 'redis-4.0-cluster', type: 7, size: { shards: 3 } },
    ],
    [
      'has a type that is no cluster, whatever the product type says',
      { Type: 8, ProductType: 'cluster', RedisShardNum: 1 },
      { edition: 'redis-5.0-standard' },
    ],
    [
      'has a type that contradicts its shards',
      { Type: 8, ProductType: 'cluster', RedisShardNum: 3 },
      { status: 'unrecognised' },
    ],
    ['has no product type', { ProductType: undefined }, { edition: 'redis-5.0-cluster' }],
    [
      'has an id of another product',
      { InstanceId: 'other-1234abcd' },
      { id: 'other-1234abcd', status: 'running' },
    ],
    [
      'has several zones, with names of the catalogue or the region product',
      {
        NodeSet: [
          { NodeType: 0, ZoneId: 100003 },
          { NodeType: 1, NodeId: 65537, ZoneId: 100006, ZoneName: '' },
        ],
      },
      {
        nodes: [
          { id: null, role: 'master', zone: { code: 'ap-guangzhou-3', number: 100003 } },
          { id: 65537, role: 'replica', zone: { code: 'ap-guangzhou-6', number: 100006 } },
        ],
      },
    ],
    [
      'has several zones and a replica without an id',
      {
        NodeSet: [
          { NodeType: 0, ZoneId: 100003 },
          { NodeType: 1, ZoneId: 100006 },
        ],
      },
      { status: 'unrecognised', nodes: [] },
    ],
    ['is in a zone that only the region product names', { ZoneId: 100006 }, { zone: 'ap-guangzhou-6' }],
    ['is in a zone without a name', { ZoneId: 100009 }, { zone: '100009' }],
    ['has no tags', { InstanceTags: null }, { tags: {} }],
    ['reads from its replicas', { SlaveReadWeight: 100 }, { readsFromReplicas: true }],
    ['has unknown fields', { Colour: 'red', Nested: { deep: [1] } }, { status: 'running' }],
  ])('%s', async (_, fields, expected) => {
    expect(await decoded(fields)).toMatchObject(expected);
  });

  it.each([0, -1, null, '100%', undefined])(
    'with a read weight of %s does not read from replicas',
    async (weight) =>
      expect(await decoded({ SlaveReadWeight: weight })).not.toHaveProperty('readsFromReplicas'),
  );

  it('keeps a tag with the name of an object property', async () => {
    const { tags } = await decoded({
      InstanceTags: [
        { TagKey: '__proto__', TagValue: 'x' },
        { TagKey: 'constructor', TagValue: 'y' },
      ],
    });
    expect(Object.entries(tags)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(Object.getPrototypeOf(tags)).toBe(Object.prototype);
  });

  const unusable = { status: 'unrecognised', size: { memoryPerShard: 0, shards: 0, replicas: 0 } };
  const standard = { Type: 8, ProductType: 'standalone', RedisShardNum: 1 };
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['standard, with its shard number', standard, { size: { memoryPerShard: 4096, shards: 1, replicas: 1 } }],
    ['standard, without one', { ...standard, RedisShardNum: undefined }, { size: { shards: 1 } }],
    ['standard, with a shard number of zero', { ...standard, RedisShardNum: 0 }, { size: { shards: 1 } }],
    [
      'standalone, without replicas',
      { Type: 5, ProductType: 'standalone', RedisShardNum: 1, RedisReplicasNum: undefined },
      { size: { shards: 1, replicas: 0 } },
    ],
    ['of 256 MB', { ...standard, RedisShardSize: 256 }, { size: { memoryPerShard: 256 } }],
    // An uncertain value makes the instance unusable.
    [
      'without a shard size, although it has a total',
      { ...standard, RedisShardSize: undefined, Size: 4096 },
      unusable,
    ],
    ['with a shard size of zero', { RedisShardSize: 0 }, unusable],
    ['with a shard size that is not a whole number', { RedisShardSize: 4096.5 }, unusable],
    ['with a negative shard size', { RedisShardSize: -1 }, unusable],
    ['with a shard size in words', { RedisShardSize: '4 GB' }, unusable],
    ['standard, with three shards', { ...standard, RedisShardNum: 3 }, unusable],
    ['cluster, without a shard number', { RedisShardNum: undefined }, unusable],
    ['cluster, without a replica number', { RedisReplicasNum: undefined }, unusable],
    ['with an unknown pay mode', { BillingMode: 9 }, { status: 'unrecognised' }],
  ])('has a size: %s', async (_, fields, expected) => {
    expect(await decoded(fields)).toMatchObject(expected);
  });
});

describe('the list of instances', () => {
  const many = Array.from({ length: 2500 }, (_, i) =>
    row({ InstanceId: `crs-${String(i).padStart(8, '0')}` }),
  );

  it('is read in pages of 1,000, oldest first', async () => {
    const { run, transport } = listing(many);
    expect(await run((cloud) => cloud.describeInstances(SCOPE))).toHaveLength(2500);
    expect(
      transport.sent.filter(({ action }) => action === 'DescribeInstances').map(({ fields }) => fields),
    ).toEqual(
      [0, 1000, 2000].map((Offset) => ({ Limit: 1000, Offset, OrderBy: 'createtime', OrderType: 0 })),
    );
  });

  it('is read again if it changes during the read, because a moved row can be missed', async () => {
    let pages = 0;
    const { run } = clientOver(({ action, fields }) => {
      if (action !== 'DescribeInstances') return action === 'DescribeZones' ? ZONES : CATALOGUE;
      // The first instance is deleted after the read of the first page.
      const rows = pages++ === 0 ? many : many.slice(1);
      return {
        ok: {
          TotalCount: rows.length,
          InstanceSet: rows.slice(Number(fields.Offset), Number(fields.Offset) + 1000),
        },
      };
    });
    const found = await run((cloud) => cloud.describeInstances(SCOPE));
    expect(found.map(({ id }) => id)).toEqual(many.slice(1).map((one) => one.InstanceId));
  });

  it('has each instance once when pages overlap', async () => {
    const { run } = clientOver(({ action }) =>
      action === 'DescribeInstances'
        ? { ok: { TotalCount: 1, InstanceSet: [row({ ZoneId: undefined }), row({ ZoneId: undefined })] } }
        : CATALOGUE,
    );
    expect(await run((cloud) => cloud.describeInstances(SCOPE))).toHaveLength(1);
  });

  it('is an error, not a shorter list, if the rows never match its count', async () => {
    const { run } = clientOver(() => ({ ok: { TotalCount: 5, InstanceSet: [row()] } }));
    await expect(run((cloud) => cloud.describeInstances(SCOPE))).rejects.toMatchObject({
      code: 'provider-refused',
      message: expect.stringContaining('1 of 5'),
    });
  });

  it('is read for given ids in batches of 1,000 with a limit, and not for an empty list', async () => {
    const { run, transport } = clientOver(() => ({ ok: { TotalCount: 0, InstanceSet: [] } }));
    const ids = many.map((one) => String(one.InstanceId));
    await run(async (cloud) => {
      expect(await cloud.describeInstances(SCOPE, [])).toEqual([]);
      await cloud.describeInstances(SCOPE, [...ids, ...ids]);
    });
    expect(
      transport.sent.map(({ fields }) => [(fields.InstanceIds as string[]).length, fields.Limit]),
    ).toEqual([
      [1000, 1000],
      [1000, 1000],
      [500, 1000],
    ]);
  });

  it('reads the zones once, and shows numbers without the permission', async () => {
    const { run, transport } = clientOver(({ action }) =>
      action === 'DescribeInstances'
        ? { ok: { TotalCount: 1, InstanceSet: [row()] } }
        : { code: 'UnauthorizedOperation.NoCAMAuthed' },
    );
    await run(async (cloud) => {
      expect((await cloud.describeInstances(SCOPE))[0]!.zone).toBe('100003');
      await cloud.describeInstances(SCOPE);
    });
    expect(transport.actions).toEqual([
      'DescribeInstances',
      'DescribeProductInfo',
      'DescribeZones',
      'DescribeInstances',
    ]);
  });
});

describe('the catalogue', () => {
  const product = (fields: Record<string, unknown>) => ({
    Type: 9,
    PayMode: '0',
    Saleout: false,
    ShardSize: ['4', '1'],
    ShardNum: ['3', '1'],
    ReplicaNum: ['2', '1'],
    ...fields,
  });
  const offers = async (products: readonly Record<string, unknown>[], zone: Record<string, unknown> = {}) => {
    const { run } = clientOver([
      {
        ok: {
          RegionSet: [
            {
              RegionId: 'ap-guangzhou',
              ZoneSet: [{ ZoneId: 'ap-guangzhou-3', IsSaleout: false, ProductSet: products, ...zone }],
            },
          ],
        },
      },
    ]);
    return (await run((cloud) => cloud.describeCatalogue(SCOPE))).offers;
  };

  it('is decoded from decimal GB to MB and from counts as text, ascending', async () => {
    expect(await offers([product({ ShardSize: ['16', '0.25', '1', '4'] })])).toEqual([
      {
        region: 'ap-guangzhou',
        zone: 'ap-guangzhou-3',
        edition: 'redis-5.0-cluster',
        billing: 'postpaid',
        memoryPerShard: [256, 1024, 4096, 16384],
        shards: [1, 3],
        replicas: [1, 2],
        soldOut: false,
        zoneSoldOut: false,
      },
    ]);
  });

  it.each<[string, Record<string, unknown>[], Record<string, unknown>[]]>([
    [
      'merges entries of one key',
      [product({}), product({ ShardSize: ['8', '4'], ShardNum: ['5'], ReplicaNum: [] })],
      [{ memoryPerShard: [1024, 4096, 8192], shards: [1, 3, 5], replicas: [1, 2] }],
    ],
    [
      'keeps pay modes apart',
      [product({}), product({ PayMode: '1', ShardSize: ['2'] })],
      [{ billing: 'postpaid' }, { billing: 'prepaid', memoryPerShard: [2048] }],
    ],
    [
      'is sold out only if every entry is sold out',
      [product({ Saleout: true }), product({})],
      [{ soldOut: false }],
    ],
    ['is sold out', [product({ Saleout: true })], [{ soldOut: true }]],
    ['leaves out unknown types', [product({ Type: 99 }), product({})], [{ edition: 'redis-5.0-cluster' }]],
    [
      'leaves out sizes that are not numbers',
      [product({ ShardSize: ['4', 'x', '', '-1', '0', null, '0.0001'] })],
      [{ memoryPerShard: [4096] }],
    ],
    [
      'takes the total of standard editions without a shard size',
      [product({ Type: 2, ShardSize: [], TotalSize: ['1', '0.25'] })],
      [{ edition: 'redis-2.8-standard', memoryPerShard: [256, 1024] }],
    ],
  ])('%s', async (_, products, expected) => {
    const found = await offers(products);
    expect(found).toHaveLength(expected.length);
    expect(found).toMatchObject(expected);
  });

  it('shows whether the whole zone is sold out', async () => {
    expect(await offers([product({})], { IsSaleout: true })).toMatchObject([
      { soldOut: false, zoneSoldOut: true },
    ]);
  });
});

describe('a price', () => {
  const request = {
    ...SCOPE,
    instance: 'crs-aaaa1111',
    edition: 'redis-5.0-cluster',
    size: { memoryPerShard: 8192, shards: 3, replicas: 1 },
  } as const;
  const asked = (line: Line, mode = 0) =>
    clientOver(({ action }) =>
      action === 'DescribeInstances'
        ? { ok: { TotalCount: 1, InstanceSet: [row({ BillingMode: mode, ZoneId: undefined })] } }
        : line,
    );

  it.each<[string, Record<string, unknown>, number, Record<string, unknown>]>([
    [
      'is in cents',
      { Price: 12345, AmountUnit: 'pent', Currency: 'CNY' },
      0,
      { amount: 123.45, currency: 'CNY', basis: 'hourly' },
    ],
    [
      'is in millionths of cents',
      { Price: 250000000, AmountUnit: 'microPent', Currency: 'CNY' },
      0,
      { amount: 2.5 },
    ],
    ['is in cents without a unit, the earlier form', { Price: 100 }, 0, { amount: 1, currency: 'CNY' }],
    [
      'has the currency of an international account',
      { Price: 1.5, AmountUnit: 'pent', Currency: 'USD' },
      0,
      { amount: 0.015, currency: 'USD' },
    ],
    ['is exact where the answer has it', { Price: 0, HighPrecisionPrice: 0.4111 }, 0, { amount: 0.004111 }],
    ['is exact without a rounded one', { HighPrecisionPrice: 21.111112 }, 0, { amount: 0.21111112 }],
    [
      'is the rounded one if the exact one contradicts it',
      { Price: 412, HighPrecisionPrice: 4 },
      0,
      { amount: 4.12 },
    ],
    [
      'is the rounded one if the exact one is no number',
      { Price: 412, HighPrecisionPrice: '4' },
      0,
      { amount: 4.12 },
    ],
    ['is due once for prepaid', { Price: 100 }, 1, { basis: 'once' }],
    ['is negative for a refund', { Price: -100 }, 1, { amount: -1 }],
  ])('%s', async (_, fields, mode, expected) => {
    const { run, transport } = asked({ ok: fields }, mode);
    expect(await run((cloud) => cloud.price(request))).toMatchObject({
      kind: 'quoted',
      readAt: expect.stringMatching(/^2026-01-05T02:00/),
      ...expected,
    });
    expect(transport.sent.at(-1)!.fields).toEqual({
      InstanceId: 'crs-aaaa1111',
      MemSize: 8192,
      RedisShardNum: 3,
      RedisReplicasNum: 1,
    });
  });

  it.each<[string, Line]>([
    ['in an unknown unit', { ok: { Price: 1, AmountUnit: 'nanoPent' } }],
    ['that is not a number', { ok: { Price: 'free' } }],
  ])('%s is an error, never a guess', async (_, line) => {
    await expect(asked(line).run((cloud) => cloud.price(request))).rejects.toMatchObject({
      code: 'provider-refused',
    });
  });

  it.each([
    'LimitExceeded.MemSizeNotInRange',
    'InvalidParameter.PermissionDenied',
    'FailedOperation.SystemError',
  ])('refused with %s is a value', async (code) => {
    expect(await asked({ code }).run((cloud) => cloud.price(request))).toMatchObject({
      kind: 'refused',
      code,
    });
  });

  it('refused for the keys is an error', async () => {
    await expect(
      asked({ code: 'AuthFailure.SecretIdNotFound' }).run((cloud) => cloud.price(request)),
    ).rejects.toMatchObject({ exitCode: 12 });
  });
});

describe('tasks', () => {
  const task = (fields: Record<string, unknown>) => ({
    TaskId: 7,
    InstanceId: 'crs-aaaa1111',
    TaskType: '002',
    StartTime: '2026-01-05 09:59:30',
    Result: 2,
    ...fields,
  });

  it('are read by type and start in Beijing time, 100 on a page', async () => {
    const rows = Array.from({ length: 150 }, (_, i) => task({ TaskId: i }));
    const { run, transport } = clientOver(({ fields }) => ({
      ok: { TotalCount: 150, Tasks: rows.slice(Number(fields.Offset), Number(fields.Offset) + 100) },
    }));
    const found = await run((cloud) => cloud.describeTasks(SCOPE, START - 60_500, 'crs-aaaa1111'));
    expect(found).toHaveLength(150);
    expect(found[0]).toEqual({
      id: '0',
      instance: 'crs-aaaa1111',
      type: '002',
      dimension: 'memoryPerShard',
      startedAt: START - 30_000,
      result: 'done',
    });
    expect(transport.sent.map(({ fields }) => fields)).toEqual(
      [0, 100].map((Offset) => ({
        Limit: 100,
        Offset,
        TaskTypes: ['002', '028', '029'],
        BeginTime: '2026-01-05 09:58:59',
        InstanceId: 'crs-aaaa1111',
      })),
    );
  });

  it.each([
    [0, 'pending'],
    [1, 'running'],
    [2, 'done'],
    [4, 'failed'],
    [3, 'unrecognised'],
    [undefined, 'unrecognised'],
  ])('with result %s are %s', async (Result, result) => {
    const { run } = clientOver([{ ok: { TotalCount: 1, Tasks: [task({ Result })] } }]);
    expect(await run((cloud) => cloud.describeTasks(SCOPE, START))).toMatchObject([{ result }]);
  });

  it.each([
    ['002', 'memoryPerShard'],
    ['028', 'shards'],
    ['029', 'replicas'],
    ['012', null],
    ['constructor', null],
    [undefined, null],
  ])('of type %s change %s, by name', async (TaskType, dimension) => {
    const { run } = clientOver([{ ok: { TotalCount: 1, Tasks: [task({ TaskType })] } }]);
    expect(await run((cloud) => cloud.describeTasks(SCOPE, START))).toMatchObject([{ dimension }]);
  });

  it('that are pending start no earlier than now', async () => {
    const { run } = clientOver([
      { ok: { TotalCount: 1, Tasks: [task({ Result: 0, StartTime: '0000-00-00 00:00:00' })] } },
    ]);
    expect(await run((cloud) => cloud.describeTasks(SCOPE, START))).toMatchObject([{ startedAt: START }]);
  });

  it('of any type are read if they run now', async () => {
    const { run, transport } = clientOver([{ ok: { TotalCount: 0, Tasks: [] } }]);
    await run((cloud) => cloud.describeRunningTasks(SCOPE));
    expect(transport.sent[0]!.fields).toEqual({ Limit: 100, Offset: 0, Result: [0, 1] });
  });
});

describe('orders in billing', () => {
  const deal = (fields: Record<string, unknown>) => ({
    OrderId: '2026',
    Status: 4,
    Action: 'upgrade',
    CreateTime: '2026-01-05 10:00:00',
    RealTotalCost: 1250,
    Currency: 'CNY',
    ResourceId: ['crs-aaaa1111'],
    ...fields,
  });
  const found = async (fields: Record<string, unknown>, instance?: string) => {
    const { run } = clientOver([{ ok: { TotalCount: 1, Deals: [deal(fields)] } }]);
    return run((cloud) => cloud.findDeals(SCOPE, START - 1000, START, instance));
  };

  it('are read in every state, by page number, without a region', async () => {
    const rows = Array.from({ length: 250 }, (_, i) => deal({ OrderId: String(i) }));
    const { run, transport } = clientOver(({ fields }) => ({
      ok: {
        TotalCount: 250,
        Deals: rows.slice(Number(fields.Offset) * 200, (Number(fields.Offset) + 1) * 200),
      },
    }));
    expect(
      await run((cloud) => cloud.findDeals(SCOPE, START - 60_000, START + 1, 'crs-aaaa1111')),
    ).toHaveLength(250);
    expect(transport.sent.map(({ fields }) => fields)).toEqual(
      [0, 1].map((Offset) => ({
        StartTime: '2026-01-05 09:59:00',
        EndTime: '2026-01-05 10:00:01',
        Limit: 200,
        Offset,
        StatusSet: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        ResourceId: 'crs-aaaa1111',
      })),
    );
    expect(transport.sent[0]).toMatchObject({
      origin: 'https://billing.tencentcloudapi.com',
      region: undefined,
    });
  });

  it('are decoded with every field', async () => {
    expect(await found({})).toEqual([
      {
        order: '2026',
        numbers: ['2026'],
        instances: ['crs-aaaa1111'],
        createdAt: START,
        state: 'delivered',
        billed: { amount: 12.5, currency: 'CNY' },
        createdBy: null,
        direction: 'up',
      },
    ]);
  });

  it.each([
    [{ Creator: '100000000099' }, { createdBy: '100000000099' }],
    [{ Creator: '' }, { createdBy: null }],
    [{ Creator: 7 }, { createdBy: null }],
    [{ Action: 'downgrade' }, { direction: 'down' }],
    [{ Action: 'reshape' }, { direction: null }],
    [{ Action: 'toString' }, { direction: null }],
  ])('with %j decode to %j', async (fields, expected) => {
    expect(await found(fields)).toMatchObject([expected]);
  });

  it.each([
    [1, 'unpaid'],
    [2, 'in-progress'],
    [3, 'in-progress'],
    [4, 'delivered'],
    [5, 'failed'],
    [6, 'failed'],
    [7, 'failed'],
    [8, 'failed'],
    [9, 'failed'],
    [10, 'failed'],
    [11, 'failed'],
    [12, 'in-progress'],
    [99, 'in-progress'],
  ])('in state %d are %s', async (Status, state) => {
    expect(await found({ Status })).toMatchObject([{ state }]);
  });

  it.each<[string, Record<string, unknown>, string | undefined, string[][]]>([
    ['leave out a renewal', { Action: 'renew' }, undefined, []],
    ['include a downgrade', { Action: 'downgrade' }, undefined, [['crs-aaaa1111']]],
    ['include an unknown action', { Action: 'reshape' }, undefined, [['crs-aaaa1111']]],
    [
      'assign an order without instances to the requested instance',
      { ResourceId: null },
      'crs-bbbb2222',
      [['crs-bbbb2222']],
    ],
    [
      'assign an order without instances to none, without a requested instance',
      { ResourceId: null },
      undefined,
      [[]],
    ],
  ])('%s', async (_, fields, instance, expected) => {
    expect((await found(fields, instance)).map(({ instances }) => instances)).toEqual(expected);
  });
});

describe('the creator ids of this identity', () => {
  it.each<[string, Line, readonly string[] | null]>([
    [
      'are the number of a user',
      { ok: { UserId: '100000000002', AccountId: '100000000001', Type: 'CAMUser' } },
      ['100000000002'],
    ],
    ['are unknown for a session of a role', { ok: { UserId: '4611686018427:refit', Type: 'CAMRole' } }, null],
    ['are unknown without a user in the answer', { ok: {} }, null],
    ['are unknown without the permission', { code: 'UnauthorizedOperation' }, null],
  ])('%s', async (_, line, expected) => {
    expect(await clientOver([line]).run((cloud) => cloud.describeCreatorIds(SCOPE))).toEqual(expected);
  });
});

describe('the balance', () => {
  it.each<[string, Line, unknown]>([
    [
      'includes credit',
      { ok: { RealBalance: 5000, RealCreditBalance: 15000 } },
      { amount: 150, currency: 'CNY' },
    ],
    [
      'is the real balance without credit',
      { ok: { Balance: 4999, RealBalance: 5000 } },
      { amount: 50, currency: 'CNY' },
    ],
    ['has an earlier name', { ok: { Balance: 4999 } }, { amount: 49.99, currency: 'CNY' }],
    ['is negative for an account in debt', { ok: { RealBalance: -100 } }, { amount: -1, currency: 'CNY' }],
    ['is null without the permission', { code: 'UnauthorizedOperation.CamNoAuth' }, null],
  ])('%s', async (_, line, expected) => {
    expect(await clientOver([line]).run((cloud) => cloud.describeBalance(SCOPE))).toEqual(expected);
  });
});

describe('orders by their numbers', () => {
  const detail = (DealName: unknown, Price: unknown = 41_200, Status = 4) => ({
    DealName,
    DealId: 'old',
    Price,
    Status,
    CreatTime: '2026-01-05 10:00:00',
    InstanceIds: ['crs-aaaa1111'],
  });

  it('are read ten at a time by the old name, one alone by the new name, with their cost', async () => {
    const { run, transport } = clientOver(({ fields }) => ({
      ok: {
        DealDetails: ((fields.DealIds as string[] | undefined) ?? [fields.DealName]).map((order) =>
          detail(order),
        ),
      },
    }));
    const orders = Array.from({ length: 11 }, (_, i) => `20260105000${i}`);
    const found = await run((cloud) =>
      cloud.describeOrders(
        SCOPE,
        orders.map((order) => ({ order })),
        'USD',
      ),
    );
    expect(found.map(({ order }) => order)).toEqual(orders);
    expect(found[0]).toEqual({
      order: orders[0],
      numbers: [orders[0], 'old'],
      instances: ['crs-aaaa1111'],
      createdAt: START,
      state: 'delivered',
      billed: { amount: 412, currency: 'USD' },
      createdBy: null,
      direction: null,
    });
    expect(transport.sent.map(({ fields }) => fields)).toEqual([
      { DealIds: orders.slice(0, 10) },
      { DealName: orders[10] },
    ]);
  });

  it.each<[string, unknown, unknown]>([
    ['without a price has no bill', detail('1', null), [{ order: '1', billed: null }]],
    [
      'without its new number has the one that it was asked by',
      detail(null),
      [{ order: '1', billed: { amount: 412 } }],
    ],
    ['without any number is left out', { Price: 1 }, []],
    ['is unpaid', detail('1', 1, 1), [{ state: 'unpaid' }]],
  ])('an order %s', async (_, row, expected) => {
    const { run } = clientOver([{ ok: { DealDetails: [row] } }]);
    expect(await run((cloud) => cloud.describeOrders(SCOPE, [{ order: '1' }], 'CNY'))).toMatchObject(
      expected as object,
    );
  });

  it('are an error without the permission, and Refit sends no further call', async () => {
    const { run, transport } = clientOver(() => ({ code: 'UnauthorizedOperation.NoCAMAuthed' }));
    await expect(
      run((cloud) => cloud.describeOrders(SCOPE, [{ order: '1' }, { order: '2' }], 'CNY')),
    ).rejects.toMatchObject({
      code: 'credentials-refused',
    });
    expect(transport.sent).toHaveLength(1);
  });
});

describe('memory in use', () => {
  const MB = 1_048_576;
  const instance = (id: string, edition: Instance['edition']) => ({ id, edition }) as Instance;
  const point = (id: string, Values: unknown[], Timestamps: number[] = [1, 2, 3]) => ({
    Dimensions: [{ Name: 'instanceid', Value: id }],
    Values,
    Timestamps,
  });
  const used = async (
    points: unknown[],
    shards: Line,
    instances = [
      instance('crs-aaaa1111', 'redis-5.0-cluster'),
      instance('crs-bbbb2222', 'redis-5.0-standard'),
    ],
  ) => {
    const { run } = clientOver(({ action }) =>
      action === 'GetMonitorData' ? { ok: { DataPoints: points } } : shards,
    );
    return run((cloud) => cloud.describeMemoryInUse(SCOPE, instances));
  };
  const shard = (mb: number, Role = 0) => ({ Storage: mb * MB, Role });

  it('is the maximum of a day, with the present fullest master shard of a cluster', async () => {
    const found = await used(
      [
        { ...point('crs-aaaa1111', [10, 2000, 30]), MaxValues: [10, 3000.2, null] },
        point('crs-bbbb2222', [1, 700, 2]),
      ],
      { ok: { InstanceShards: [shard(1500), shard(900), shard(600), shard(9999, 1)] } },
    );
    expect(found.get('crs-aaaa1111')).toEqual({
      total: 3001,
      fullestShard: 1500,
      source: 'GetMonitorData MemUsed, maximum of 24h by the hour, and DescribeInstanceShards',
      readAt: new Date(START).toISOString(),
    });
    // Without maxima the source names averages.
    expect(found.get('crs-bbbb2222')).toMatchObject({
      total: 700,
      fullestShard: 700,
      source: 'GetMonitorData MemUsed, greatest average of 24h by the hour',
    });
  });

  it.each<[string, unknown[], Line, unknown]>([
    ['is unknown, not zero, without data', [], { ok: { InstanceShards: [] } }, undefined],
    [
      'is unknown with empty figures',
      [point('crs-aaaa1111', [null, null])],
      { ok: { InstanceShards: [] } },
      undefined,
    ],
    [
      'is zero for zero',
      [point('crs-aaaa1111', [0])],
      { ok: { InstanceShards: [shard(0)] } },
      { total: 0, fullestShard: 0 },
    ],
    [
      'is the sum of the shards without the monitor product',
      [],
      { ok: { InstanceShards: [shard(1500), shard(900)] } },
      { total: 2400, fullestShard: 1500 },
    ],
    [
      'is the sum of the shards if it grew in the present hour',
      [point('crs-aaaa1111', [2000])],
      { ok: { InstanceShards: [shard(1500), shard(900)] } },
      { total: 2400, fullestShard: 1500 },
    ],
    [
      'has no fullest shard without shards',
      [point('crs-aaaa1111', [3000])],
      { code: 'InvalidParameterValue.UnSupportedType' },
      { total: 3000, fullestShard: null },
    ],
    [
      'has no fullest shard if the shards’ unit is smaller than assumed',
      [point('crs-aaaa1111', [3000])],
      { ok: { InstanceShards: [{ Storage: 1500, Role: 0 }] } },
      { total: 3000, fullestShard: null },
    ],
  ])('%s', async (_, points, shards, expected) => {
    const found = (await used(points, shards)).get('crs-aaaa1111');
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(expected as object);
  });

  it('is read for 50 instances a call', async () => {
    const { run, transport } = clientOver(() => ({ ok: { DataPoints: [] } }));
    const many = Array.from({ length: 120 }, (_, i) => instance(`crs-${i}`, 'redis-5.0-standard'));
    await run((cloud) => cloud.describeMemoryInUse(SCOPE, many));
    expect(transport.sent.map(({ fields }) => (fields.Instances as unknown[]).length)).toEqual([50, 50, 20]);
    expect(transport.sent[0]!.fields).toMatchObject({
      Namespace: 'QCE/REDIS_MEM',
      MetricName: 'MemUsed',
      Period: 3600,
      SpecifyStatistics: 2,
      StartTime: '2026-01-04T10:00:00+08:00',
      EndTime: '2026-01-05T10:00:00+08:00',
    });
    expect(transport.sent[0]!.origin).toBe('https://monitor.tencentcloudapi.com');
  });
});

describe('a time in Beijing', () => {
  it.each<[string, string | null]>([
    ['2026-01-05 10:00:00', '2026-01-05T02:00:00.000Z'],
    ['2026-01-05 00:00:00', '2026-01-04T16:00:00.000Z'],
    ['2024-02-29 12:00:00', '2024-02-29T04:00:00.000Z'],
    ['2026-02-29 12:00:00', null],
    ['0000-00-00 00:00:00', null],
    ['2026-13-01 00:00:00', null],
    ['', null],
    ['soon', null],
  ])('%j is %s', (text, iso) => {
    const ms = fromBeijing(text);
    expect(ms === null ? null : new Date(ms).toISOString()).toBe(iso);
    if (ms !== null) expect(toBeijing(ms)).toBe(text);
  });
});
