import { describe, expect, it } from 'vitest';
import { RefitError } from '../../src/errors.ts';
import { readFleetFile } from '../../src/simulator/fleet/accounts.ts';
import { defaultFleet } from '../../src/simulator/fleet/default-fleet.ts';

const readFleet = (text: string) => readFleetFile(text)[0]!.fleet;

describe('a fleet file', () => {
  it('needs only an id', () => {
    expect(readFleet('[{"id":"crs-aaaa1111"}]')).toMatchObject([
      {
        id: 'crs-aaaa1111',
        name: 'crs-aaaa1111',
        region: 'ap-guangzhou',
        zone: 'ap-guangzhou-4',
        type: 8,
        memoryPerShard: 4096,
        shards: 1,
        replicas: 1,
        billing: 'postpaid',
        status: 'running',
      },
    ]);
  });
  it('accepts an edition name or a type, takes the region from the zone, and gives clusters three shards', () => {
    expect(
      readFleet('[{"id":"crs-aaaa1111","zone":"ap-shanghai-4","edition":"valkey-8.0-cluster"}]'),
    ).toMatchObject([{ region: 'ap-shanghai', type: 20, shards: 3 }]);
    expect(readFleet('[{"id":"crs-aaaa1111","region":"ap-chengdu","type":3}]')).toMatchObject([
      { zone: 'ap-chengdu-1', type: 3, replicas: 1, billing: 'prepaid' },
    ]);
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['nonsense', /not JSON/],
    ['{}', /not an array/],
    ['[1]', /instance 1: is not an object/],
    ['[{}]', /id is/],
    ['[{"id":"crs-short"}]', /id is "crs-short"/],
    ['[{"id":"crs-aaaa1111"},{"id":"crs-aaaa1111"}]', /twice/],
    ['[{"id":"crs-aaaa1111","memory":4096}]', /unknown member "memory"/],
    ['[{"id":"crs-aaaa1111","edition":"redis-9"}]', /edition is/],
    ['[{"id":"crs-aaaa1111","edition":"redis-5.0-cluster","type":8}]', /is type 9, not 8/],
    ['[{"id":"crs-aaaa1111","shards":3}]', /shards is 3/],
    ['[{"id":"crs-aaaa1111","zone":"ap-shanghai-4","region":"ap-guangzhou"}]', /not in region/],
    ['[{"id":"crs-aaaa1111","usedTotal":5000}]', /usedTotal is 5000/],
    ['[{"id":"crs-aaaa1111","status":"happy"}]', /status is "happy"/],
    ['[{"id":"crs-aaaa1111","tags":{"app":1}}]', /tags/],
    ['[{"id":"crs-aaaa1111","replicaZones":["ap-shanghai-4"]}]', /replicaZones/],
    ['[{"id":"crs-aaaa1111","task":"12"}]', /task is "12"/],
    ['[{"id":"crs-aaaa1111","daysOld":-1}]', /daysOld is -1/],
    ['[{"id":"crs-aaaa1111","monitorVersion":"5m"}]', /monitorVersion is "5m"/],
    ['[{"id":"crs-aaaa1111","readsFromReplicas":100}]', /readsFromReplicas is 100/],
    ['[{"id":"crs-aaaa1111","readsFromReplicas":true,"replicas":0}]', /has no replica/],
    ['[{"id":"crs-aaaa1111","usage":"growth"}]', /usage of crs-aaaa1111: is not an object/],
    ['[{"id":"crs-aaaa1111","usage":{"pattern":"up"}}]', /pattern is "up"/],
    ['[{"id":"crs-aaaa1111","usage":{"gaps":2}}]', /gaps is 2/],
    ['[{"id":"crs-aaaa1111","usage":{"speed":2}}]', /unknown member "speed"/],
    ['[{"id":"crs-aaaa1111","pastSizes":{}}]', /pastSizes of crs-aaaa1111 is no array/],
    ['[{"id":"crs-aaaa1111","pastSizes":[{"memoryPerShard":1024}]}]', /untilDaysAgo is null/],
    ['[{"id":"crs-aaaa1111","pastSizes":[{"untilDaysAgo":9,"shards":3}]}]', /shards is 3/],
    [
      '[{"id":"crs-aaaa1111","pastSizes":[{"untilDaysAgo":9},{"untilDaysAgo":20}]}]',
      /past size 2 of crs-aaaa1111: untilDaysAgo is 20/,
    ],
    [
      '[{"id":"crs-aaaa1111","usage":{"pattern":"cache"},"usedTotal":1000}]',
      /a cache is full|usedTotal is 1000/,
    ],
  ];
  for (const [text, message] of wrong) {
    it(`refuses ${text} and names the wrong member`, () => {
      expect(() => readFleet(text)).toThrow(message);
      expect(() => readFleet(text)).toThrow(RefitError);
    });
  }
});

describe('an inventory as a fleet file', () => {
  const NODE = { role: 'replica', zone: { code: 'ap-guangzhou-6', number: 100_006 } };
  const INSTANCE = {
    id: 'crs-read0001',
    name: 'cart',
    region: 'ap-guangzhou',
    zone: 'ap-guangzhou-4',
    profile: 'default',
    edition: 'redis-6.2-cluster',
    type: 16,
    status: 'running',
    size: { memoryPerShard: 4096, shards: 3, replicas: 1 },
    billing: 'prepaid',
    tags: { app: 'cart' },
    nodes: [],
    deadline: '2026-02-01T00:00:00Z',
    used: { total: 6000, fullestShard: 2500, source: 'monitor', readAt: '2026-01-01T00:00:00Z' },
    task: null,
    unpaidOrder: null,
  };
  const read = (...instances: object[]) =>
    readFleetFile(JSON.stringify({ format: 'refit.inventory/1', readAt: '2026-01-01T00:00:00Z', instances }));
  const one = (more: object) => read({ ...INSTANCE, ...more })[0]!.fleet![0]!;

  it('gives id, name, place, size, tags, end and use', () => {
    expect(one({})).toMatchObject({
      ...{ id: 'crs-read0001', name: 'cart', region: 'ap-guangzhou', zone: 'ap-guangzhou-4', type: 16 },
      ...{ memoryPerShard: 4096, shards: 3, replicas: 1, billing: 'prepaid', status: 'running' },
      ...{ tags: { app: 'cart' }, daysLeft: 31, usedTotal: 6000, usedFullestShard: 2500, task: null },
    });
  });

  const rows: readonly (readonly [string, object, object])[] = [
    ['use that was not read is 40 %', { used: null }, { usedTotal: 4915, usedFullestShard: null }],
    [
      'use above the size is the size',
      { used: { total: 99_999, fullestShard: null } },
      { usedTotal: 12_288 },
    ],
    [
      'a fullest shard below the mean is the mean',
      { used: { total: 6000, fullestShard: 1000 } },
      { usedFullestShard: 2000 },
    ],
    ['a task goes on', { task: 'task 012 is running' }, { task: '012' }],
    ['an unpaid order is there', { unpaidOrder: '20260101' }, { unpaidOrder: true }],
    ['a window is kept', { window: { from: '01:00', to: '02:00' } }, { window: [60, 120] }],
    [
      'a window that cannot be is the default',
      { window: { from: '01:00', to: '01:05' } },
      { window: [180, 360] },
    ],
    ['a zone without a code is another one of the region', { zone: '100009' }, { zone: 'ap-guangzhou-4' }],
    ['an unknown status is no running one', { status: 'unrecognised' }, { status: 'initialising' }],
    ['an ended instance has no days left', { deadline: '2025-12-01T00:00:00Z' }, { daysLeft: 0 }],
    ['reads from replicas are kept', { readsFromReplicas: true }, { readsFromReplicas: true }],
    ['usage can be written into it', { usage: { pattern: 'growth' } }, { usage: { pattern: 'growth' } }],
    [
      'nodes keep their numbers, the master first',
      {
        nodes: [
          { ...NODE, id: 8 },
          { ...NODE, id: 7, role: 'master', zone: { code: 'ap-guangzhou-4' } },
        ],
      },
      {
        replicaZones: ['ap-guangzhou-6'],
        nodes: [
          { id: 7, kind: 0, zone: 'ap-guangzhou-4' },
          { id: 8, kind: 1, zone: 'ap-guangzhou-6' },
        ],
      },
    ],
  ];
  it.each(rows)('%s', (_, more, expected) => expect(one(more)).toMatchObject(expected));

  it('has an account for each profile, and each instance once', () => {
    const accounts = read(
      { ...INSTANCE, id: 'crs-read0002', profile: 'prod_a' },
      INSTANCE,
      { ...INSTANCE, profile: 'again' },
      { ...INSTANCE, id: 'crs-read0003', type: 999, edition: 'unrecognised' },
    );
    expect(accounts.map(({ name, fleet }) => [name, fleet!.map(({ id }) => id)])).toEqual([
      ['default', ['crs-read0001']],
      ['prod-a', ['crs-read0002']],
    ]);
  });

  it.each([
    [
      '{"format": "refit.inventory/2", "readAt": "2026-01-01T00:00:00Z", "instances": []}',
      /no inventory of the/,
    ],
    ['{"format": "refit.inventory/1", "readAt": "soon", "instances": []}', /no inventory of the/],
    [
      '{"format": "refit.inventory/1", "readAt": "2026-01-01T00:00:00Z", "instances": {}}',
      /no inventory of the/,
    ],
  ])('refuses %s', (text, message) => expect(() => readFleetFile(text)).toThrow(message));
  it('names the instance with a wrong value', () =>
    expect(() => one({ size: { memoryPerShard: -1, shards: 3, replicas: 1 } })).toThrow(
      /instance 1: memoryPerShard/,
    ));
});

describe('the default fleet', () => {
  const fleet = defaultFleet(60, 1);

  it('is the same for the same seed, and starts with the smaller fleet', () => {
    expect(defaultFleet(60, 1)).toEqual(fleet);
    expect(defaultFleet(25, 1)).toEqual(fleet.slice(0, 25));
    expect(defaultFleet(60, 2)).not.toEqual(fleet);
  });
  it('covers both regions and many editions, and is mostly running', () => {
    const distinct = (key: 'region' | 'zone' | 'type' | 'billing' | 'status'): number =>
      new Set(fleet.map((one) => one[key])).size;
    expect(distinct('region')).toBe(2);
    expect(distinct('zone')).toBeGreaterThan(5);
    expect(distinct('type')).toBeGreaterThan(10);
    expect(distinct('billing')).toBe(2);
    expect(fleet.filter(({ status }) => status === 'running').length).toBeGreaterThan(50);
    expect(distinct('status')).toBe(3);
  });
  it('has names that are harmful without escaping', () => {
    const names = fleet.map(({ name }) => name).join('\n');
    for (const harm of ['<img', '\u001b[', '=HYPERLINK', '| pipe']) expect(names).toContain(harm);
  });
  it('has ids in the provider’s format', () => {
    expect(new Set(fleet.map(({ id }) => id)).size).toBe(60);
    for (const { id } of fleet) expect(id).toMatch(/^crs-[a-z0-9]{8}$/);
  });
});
