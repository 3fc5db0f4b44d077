import { describe, expect, it } from 'vitest';
import {
  discoverRegions,
  monitorCalls,
  readInventory,
  readMemoryInUse,
  readWindows,
} from '../../src/cloud/read-inventory.ts';
import { textOf } from '../../src/messages/messages.ts';
import type { Inventory } from '../../src/model.ts';
import type { Line, Sent } from './fake-transport.ts';
import { clientOver, row, SCOPE, START } from './scripted-client.ts';

const SHANGHAI = { region: 'ap-shanghai', profile: 'default' };
const RETAIL = { region: 'ap-guangzhou', profile: 'retail' };

const product = { Type: 9, PayMode: '0', ShardSize: ['4'], ShardNum: ['3'], ReplicaNum: ['1'] };
const regionSet = (region: string) => ({
  RegionId: region,
  ZoneSet: [{ ZoneId: `${region}-3`, OldZoneId: 100003, ProductSet: [product] }],
});

/** A provider with one instance in each region. `overrides` replace its answers. */
function provider(overrides: Record<string, (sent: Sent) => Line> = {}) {
  const answers: Record<string, (sent: Sent) => Line> = {
    DescribeInstances: ({ region }) => ({
      ok: {
        TotalCount: 1,
        InstanceSet: [row({ InstanceId: region === 'ap-shanghai' ? 'crs-bbbb2222' : 'crs-aaaa1111' })],
      },
    }),
    DescribeProductInfo: () => ({ ok: { RegionSet: [regionSet('ap-guangzhou'), regionSet('ap-shanghai')] } }),
    DescribeTaskList: () => ({ ok: { TotalCount: 0, Tasks: [] } }),
    DescribeDealsByCond: () => ({ ok: { TotalCount: 0, Deals: [] } }),
    DescribeAccountBalance: () => ({ ok: { RealBalance: 100 } }),
    DescribeZones: () => ({ ok: { ZoneSet: [{ Zone: 'ap-guangzhou-6', ZoneId: '100006' }] } }),
    ...overrides,
  };
  return clientOver((sent) => answers[sent.action]!(sent));
}

const denied = (): Line => ({ code: 'UnauthorizedOperation.NoCAMAuthed' });

describe('the zones of a region', () => {
  const zones = (
    set: readonly Record<string, unknown>[],
    more: Record<string, (sent: Sent) => Line> = {},
  ) => {
    const { run, clock, transport } = provider({
      DescribeProductInfo: () => ({ ok: { RegionSet: [{ RegionId: 'ap-guangzhou', ZoneSet: set }] } }),
      ...more,
    });
    return run((cloud) => readInventory(cloud, [SCOPE], clock)).then(({ inventory }) => ({
      zones: inventory.catalogue.zones,
      asked: transport.actions.filter((action) => action === 'DescribeZones').length,
    }));
  };
  const three = { ZoneId: 'ap-guangzhou-3', OldZoneId: 100003 };
  const six = { ZoneId: 'ap-guangzhou-6', OldZoneId: 0 };
  const region = 'ap-guangzhou';

  it('come from the catalogue if it has all their numbers', async () => {
    expect(await zones([three])).toEqual({
      zones: [{ region, code: 'ap-guangzhou-3', number: 100003 }],
      asked: 0,
    });
  });

  it('come also from the region product if the catalogue has a zero', async () => {
    expect(await zones([three, six])).toEqual({
      zones: [
        { region, code: 'ap-guangzhou-3', number: 100003 },
        { region, code: 'ap-guangzhou-6', number: 100006 },
      ],
      asked: 1,
    });
  });

  it('are left out if no source has their numbers', async () => {
    expect(await zones([three, six], { DescribeZones: denied })).toEqual({
      zones: [{ region, code: 'ap-guangzhou-3', number: 100003 }],
      asked: 1,
    });
  });
});

describe('an inventory', () => {
  it('has the sorted instances of all scopes, the catalogue and the balances', async () => {
    const { run, clock } = provider();
    const progress: number[] = [];
    const { inventory, notes } = await run((cloud) =>
      readInventory(cloud, [SHANGHAI, SCOPE, SCOPE], clock, {
        onProgress: ({ scopes }) => progress.push(scopes),
      }),
    );
    expect(inventory).toMatchObject({
      format: 'refit.inventory/1',
      readAt: new Date(START).toISOString(),
      scopes: [SHANGHAI, SCOPE],
      instances: [
        { id: 'crs-aaaa1111', region: 'ap-guangzhou' },
        { id: 'crs-bbbb2222', region: 'ap-shanghai' },
      ],
      catalogue: { offers: [{ region: 'ap-guangzhou' }, { region: 'ap-shanghai' }] },
      balances: { default: { amount: 1, currency: 'CNY' } },
    });
    expect(notes).toEqual([]);
    expect(progress).toEqual([1, 2]);
  });

  it('shows running tasks and unpaid orders', async () => {
    const { run, clock, transport } = provider({
      DescribeTaskList: ({ region }) => ({
        ok: {
          TotalCount: 1,
          Tasks:
            region === 'ap-shanghai'
              ? [{ TaskId: 1, InstanceId: 'crs-bbbb2222', TaskType: '007', Result: 1 }]
              : [],
        },
      }),
      DescribeDealsByCond: () => ({
        ok: {
          TotalCount: 2,
          Deals: [
            { OrderId: 'unpaid', Status: 1, Action: 'upgrade', ResourceId: ['crs-aaaa1111'] },
            { OrderId: 'paid', Status: 4, Action: 'upgrade', ResourceId: ['crs-bbbb2222'] },
          ],
        },
      }),
    });
    const { inventory } = await run((cloud) => readInventory(cloud, [SCOPE, SHANGHAI], clock));
    expect(inventory.instances).toMatchObject([
      { id: 'crs-aaaa1111', task: null, unpaidOrder: 'unpaid' },
      { id: 'crs-bbbb2222', task: 'task 007 is running', unpaidOrder: null },
    ]);
    // Orders belong to the account, so Refit reads them once and not for each region.
    const deals = transport.sent.filter(({ action }) => action === 'DescribeDealsByCond');
    expect(deals.map(({ fields }) => fields.StartTime)).toEqual(['2025-12-20 10:00:00']);
  });

  it('leaves out tasks, orders and balance without the permission, and adds a note', async () => {
    const { run, clock } = provider({
      DescribeTaskList: denied,
      DescribeDealsByCond: denied,
      DescribeAccountBalance: denied,
    });
    const { inventory, notes } = await run((cloud) => readInventory(cloud, [SCOPE], clock));
    expect(inventory).toMatchObject({ instances: [{ task: null, unpaidOrder: null }], balances: {} });
    expect(notes.map((note) => textOf(note))).toEqual([
      'running tasks in ap-guangzhou (profile default) could not be read: UnauthorizedOperation.NoCAMAuthed',
      'unpaid orders of profile default could not be read: UnauthorizedOperation.NoCAMAuthed',
    ]);
  });

  it.each<[string, Record<string, (sent: Sent) => Line>, string]>([
    ['its instances', { DescribeInstances: denied }, 'credentials-refused'],
    ['its catalogue', { DescribeProductInfo: denied }, 'credentials-refused'],
    [
      'its tasks, if the reason is not a missing permission',
      { DescribeTaskList: () => ({ code: 'UnsupportedRegion' }) },
      'provider-refused',
    ],
  ])('is an error without %s', async (_, overrides, code) => {
    const { run, clock } = provider(overrides);
    await expect(run((cloud) => readInventory(cloud, [SCOPE], clock))).rejects.toMatchObject({
      code,
    });
  });

  it('keeps profiles apart: each has its own catalogue and balance', async () => {
    const { run, clock, transport } = provider();
    const { inventory } = await run((cloud) => readInventory(cloud, [SCOPE, RETAIL], clock));
    expect(inventory.instances.map(({ profile }) => profile)).toEqual(['default', 'retail']);
    expect(Object.keys(inventory.balances)).toEqual(['default', 'retail']);
    expect(inventory.catalogue.offers).toHaveLength(2);
    expect(transport.actions.filter((action) => action === 'DescribeAccountBalance')).toHaveLength(2);
  });

  it('gets the memory in use of some instances and keeps the others unchanged', async () => {
    const { run, clock, transport } = provider({
      GetMonitorData: () => ({
        ok: {
          DataPoints: [
            { Dimensions: [{ Name: 'instanceid', Value: 'crs-aaaa1111' }], Values: [300], Timestamps: [1] },
          ],
        },
      }),
      DescribeInstanceShards: () => ({ ok: { InstanceShards: [{ Role: 0, Storage: 200 * 1_048_576 }] } }),
    });
    const ids = new Set(['crs-aaaa1111']);
    const { inventory: used, notes } = await run(async (cloud) => {
      const { inventory } = await readInventory(cloud, [SCOPE, SHANGHAI], clock);
      expect(monitorCalls(inventory, ids)).toBe(1);
      return readMemoryInUse(cloud, inventory, ids);
    });
    expect(notes).toEqual([]);
    expect(used.instances).toMatchObject([{ used: { total: 300, fullestShard: 200 } }, { used: null }]);
    expect(transport.actions.filter((action) => action === 'GetMonitorData')).toHaveLength(1);
  });

  it('leaves the memory in use unknown if the monitor product refuses, with one note for each reason', async () => {
    const { run, clock } = provider({ GetMonitorData: denied, DescribeInstanceShards: denied });
    const { inventory: used, notes } = await run(async (cloud) => {
      const { inventory } = await readInventory(cloud, [SCOPE, SHANGHAI], clock);
      return readMemoryInUse(cloud, inventory, new Set(['crs-aaaa1111']));
    });
    expect(used.instances).toMatchObject([{ used: null }, { used: null }]);
    expect(notes.map((note) => textOf(note))).toEqual([
      expect.stringMatching(/^memory in use could not be read: DescribeInstanceShards .*NoCAMAuthed/),
      expect.stringMatching(/^memory in use could not be read: GetMonitorData .*NoCAMAuthed/),
    ]);
  });

  it('leaves a maintenance window out if it is refused or garbled, with a note', async () => {
    const { run, clock } = provider({
      DescribeMaintenanceWindow: ({ region }) =>
        region === 'ap-shanghai' ? denied() : { ok: { StartTime: '3:00', EndTime: '04:00' } },
    });
    const { inventory, notes } = await run(async (cloud) => {
      const found = (await readInventory(cloud, [SCOPE, SHANGHAI], clock)).inventory;
      return readWindows(cloud, found, new Set(found.instances.map(({ id }) => id)), () => {});
    });
    expect(inventory.instances.map((one) => 'window' in one)).toEqual([false, false]);
    expect(notes.map((note) => textOf(note))).toEqual([
      'maintenance windows could not be read: UnauthorizedOperation.NoCAMAuthed',
      expect.stringMatching(
        /^the maintenance window of crs-\w+ could not be read: its times are not in a known form$/,
      ),
    ]);
  });

  it('counts the billed monitor calls in advance: one for 50 instances of one region and profile', () => {
    const instances = (region: string, count: number) =>
      Array.from({ length: count }, (_, i) => ({ id: `${region}-${i}`, region, profile: 'default' }));
    const all = [...instances('ap-guangzhou', 51), ...instances('ap-shanghai', 50)];
    const inventory = { scopes: [SCOPE, SHANGHAI], instances: all } as unknown as Inventory;
    expect(monitorCalls(inventory, new Set(all.map(({ id }) => id)))).toBe(3);
    expect(monitorCalls(inventory, new Set(['ap-shanghai-7']))).toBe(1);
    expect(monitorCalls(inventory, new Set())).toBe(0);
  });

  it('can cover every region of the catalogue', async () => {
    const { run } = provider();
    expect(await run((cloud) => discoverRegions(cloud))).toEqual(['ap-guangzhou', 'ap-shanghai']);
  });
});
