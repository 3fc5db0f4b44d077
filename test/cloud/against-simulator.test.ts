/** Client and simulator agree over real HTTP. Different people wrote them from docs/provider.md. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createCloud } from '../../src/cloud/client.ts';
import { secret } from '../../src/cloud/credentials/find-credentials.ts';
import { createPermits } from '../../src/cloud/limit/permits.ts';
import { createHttp } from '../../src/cloud/network/http.ts';
import { readInventory, readMemoryInUse } from '../../src/cloud/read-inventory.ts';
import { createNonces } from '../../src/cloud/signing/sign-v1.ts';
import { SIGNATURES, type SignatureName } from '../../src/cloud/signing/signature.ts';
import { validateInventory } from '../../src/generated/validators.js';
import type { Inventory } from '../../src/model.ts';
import { type SimulateOptions, simulate } from '../../src/simulator/simulate.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';

const SCOPES = ['ap-guangzhou', 'ap-shanghai'].map((region) => ({ region, profile: 'default' }));

async function world(
  options: SimulateOptions,
  name: SignatureName = 'TC3-HMAC-SHA256',
  keys: { secretKey?: string } = {},
) {
  const simulation = await simulate(options, systemClock);
  const transport = createHttp();
  onTestFinished(async () => {
    await transport.close();
    await simulation.close();
  });
  const permits = createPermits(systemClock, 18);
  const cloud = createCloud({
    transport,
    clock: systemClock,
    endpoint: simulation.url,
    signature: { name, nonce: createNonces(Math.random) },
    permits,
    jitter: Math.random,
    credentials: () => ({
      secretId: simulation.secretId,
      secretKey: secret(keys.secretKey ?? simulation.secretKey),
      token: null,
      sourceName: 'the simulator',
    }),
  });
  return { simulation, cloud, permits };
}

describe.each(SIGNATURES)('the client against the simulator over HTTP, signed with %s', (signature) => {
  it('reads a whole fleet: every instance is recognised, is sold in a zone and has a zone name', async () => {
    const { cloud } = await world({ instances: 60 }, signature);
    const { inventory, notes } = await readInventory(cloud, SCOPES, systemClock);
    expect(inventory.instances).toHaveLength(60);
    expect(notes).toEqual([]);
    for (const instance of inventory.instances) {
      expect(instance.edition, instance.id).not.toBe('unrecognised');
      expect(instance.status, instance.id).not.toBe('unrecognised');
      expect(instance.zone, instance.id).toMatch(/^ap-/);
    }
    expect(inventory.catalogue.offers.length).toBeGreaterThan(10);
    expect(inventory.balances.default).toMatchObject({ currency: 'CNY' });
    const some = inventory.instances.filter(({ status }) => status === 'running').slice(0, 6);
    const { inventory: used } = await readMemoryInUse(cloud, inventory, new Set(some.map(({ id }) => id)));
    expect(used.instances.filter((one) => one.used !== null).length).toBe(some.length);
  });

  it('reads the same fleet from a server that caps its pages', async () => {
    const whole = await readInventory((await world({ instances: 60 }, signature)).cloud, SCOPES, systemClock);
    const faults = ['short-pages=17@DescribeInstances', 'short-pages=3@DescribeTaskList'].map(parseFault);
    const { cloud } = await world({ instances: 60, faults }, signature);
    const { inventory } = await readInventory(cloud, SCOPES, systemClock);
    const seen = ({ instances }: Inventory) => instances.map(({ id, size, task }) => [id, size, task]);
    expect(seen(inventory)).toEqual(seen(whole.inventory));
    const ids = inventory.instances.filter(({ region }) => region === 'ap-guangzhou').map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(17);
    const again = await cloud.describeInstances(SCOPES[0]!, ids);
    expect(again.map(({ id }) => id).sort()).toEqual([...ids].sort());
  });

  it('keeps an unknown type and an id of another product', async () => {
    const fleet = JSON.stringify([
      { id: 'crs-aaaa1111', type: 10, zone: 'ap-guangzhou-4' },
      { id: 'other-1234abcd', type: 200, zone: 'ap-guangzhou-4' },
    ]);
    const { cloud } = await world({ fleet }, signature);
    const { inventory } = await readInventory(cloud, SCOPES, systemClock);
    expect(inventory.instances.map(({ id, type, edition }) => [id, type, edition])).toEqual([
      ['crs-aaaa1111', 10, 'unrecognised'],
      ['other-1234abcd', 200, 'memcached-1.6-cluster'],
    ]);
    expect(validateInventory(inventory)).toBe(true);
  });

  it('prices and places an order, finds its task and its deal, and reads the new size', async () => {
    const brisk = { startLag: [10, 20], duration: [50, 100], lockTail: [10, 20] } as const;
    const { cloud } = await world({ instances: 60, ...brisk }, signature);
    const { inventory } = await readInventory(cloud, SCOPES, systemClock);
    const one = inventory.instances.find(
      (instance) =>
        instance.status === 'running' &&
        instance.edition === 'redis-5.0-cluster' &&
        instance.billing === 'postpaid' &&
        instance.nodes.length === 0 &&
        instance.task === null &&
        instance.unpaidOrder === null,
    )!;
    const offer = inventory.catalogue.offers.find(
      (sold) => sold.zone === one.zone && sold.edition === one.edition && sold.billing === one.billing,
    )!;
    const memoryPerShard = offer.memoryPerShard.find((mb) => mb > one.size.memoryPerShard)!;
    const request = {
      region: one.region,
      profile: one.profile,
      instance: one.id,
      edition: 'redis-5.0-cluster',
      size: { ...one.size, memoryPerShard },
    } as const;
    expect(await cloud.price(request)).toMatchObject({ kind: 'quoted', basis: 'hourly', currency: 'CNY' });
    const before = Date.now();
    const answer = await cloud.order(request, () => true);
    expect(answer).toMatchObject({ kind: 'accepted' });
    const order = answer.kind === 'accepted' ? answer.order : '';
    for (let look = 0; ; look++) {
      const [now] = await cloud.describeInstances(request, [one.id]);
      if (now!.status === 'running' && now!.size.memoryPerShard === memoryPerShard) break;
      expect(look).toBeLessThan(100);
      await systemClock.sleep(20);
    }
    const tasks = await cloud.describeTasks(request, before - 2000, one.id);
    expect(tasks).toMatchObject([{ instance: one.id, result: 'done' }]);
    const deals = await cloud.findDeals(request, before - 2000, Date.now() + 2000, one.id);
    expect(deals).toMatchObject([{ order, instances: [one.id], state: 'delivered' }]);
  });

  it('never exceeds the limit with 18 reads a second', async () => {
    const { cloud, simulation } = await world({ instances: 5 }, signature);
    await Promise.all(Array.from({ length: 45 }, () => cloud.describeRunningTasks(SCOPES[0]!)));
    const counted = simulation.counts().actions.DescribeTaskList!;
    expect(counted).toMatchObject({ arrivals: 45, refused: 0 });
    expect(counted.mostInASlidingSecond).toBeLessThanOrEqual(20);
  });

  it('reports a wrong key as refused credentials', async () => {
    const { cloud } = await world({ instances: 5 }, signature, { secretKey: 'wrong' });
    await expect(cloud.describeInstances(SCOPES[0]!)).rejects.toMatchObject({
      code: 'credentials-refused',
      exitCode: 12,
    });
    const request = {
      ...SCOPES[0]!,
      instance: 'crs-aaaa1111',
      edition: 'redis-5.0-cluster',
      size: { memoryPerShard: 1024, shards: 1, replicas: 1 },
    } as const;
    expect(await cloud.order(request, () => true)).toMatchObject({
      kind: 'refused',
      code: 'AuthFailure.SignatureFailure',
    });
  });
});

it('reads from a fleet that is an inventory what the inventory says', async () => {
  const read = async (options: SimulateOptions): Promise<Inventory> => {
    const { cloud } = await world(options);
    const { inventory } = await readInventory(cloud, SCOPES, systemClock);
    const running = inventory.instances.filter(({ status }) => status === 'running').map(({ id }) => id);
    return (await readMemoryInUse(cloud, inventory, new Set(running))).inventory;
  };
  const facts = ({ instances }: Inventory) =>
    instances
      .map(({ deadline, used, unpaidOrder, ...one }) => ({
        ...one,
        used: used && { ...used, total: 0, readAt: '' },
        isPrepaid: deadline !== null,
        isUnpaid: unpaidOrder !== null,
      }))
      .sort((a, b) => a.id.localeCompare(b.id));
  const first = await read({ instances: 40 });
  const again = await read({ fleet: JSON.stringify(first) });
  expect(facts(again)).toEqual(facts(first));
  // Shards are fractions of MB, and their sum is rounded up.
  const totals = new Map(again.instances.map(({ id, used }) => [id, used?.total ?? 0]));
  for (const { id, used } of first.instances)
    expect(Math.abs(totals.get(id)! - (used?.total ?? 0)), id).toBeLessThanOrEqual(1);
});
