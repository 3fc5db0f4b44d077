/** An inventory with the memory in use, which is enough to plan sizes by use offline. */
import { expect, it } from 'vitest';
import { validateInventory } from '../../src/generated/validators.js';
import type { Inventory } from '../../src/model.ts';
import { desk, plainFleet } from './refit.ts';

const FLEET = [
  ...plainFleet(51).map((one) => ({ ...one, usedTotal: 3000 })),
  { id: 'crs-cluster01', edition: 'redis-6.2-cluster', memoryPerShard: 4096, shards: 3, usedTotal: 9000 },
  { id: 'crs-isolated1', edition: 'redis-6.2-standard', memoryPerShard: 4096, status: 'isolated' },
];
const PLAN = `version: 1
name: by-use
targets:
  - select: { regions: [ap-guangzhou], name: "plain-*" }
    memoryPerShard: { atLeast: 2x used, roundTo: sold }
  - { instance: crs-cluster01, region: ap-guangzhou, memoryPerShard: { atLeast: 2x used, roundTo: sold } }
`;
const OFFLINE = ['--inventory', 'inventory.json', '--endpoint', 'http://127.0.0.1:9'];

it.concurrent('refit inventory --used announces the billed calls, and its file is enough to plan sizes by use offline', async (test) => {
  const at = await desk(test, { fleet: FLEET });
  await at.write('plan.yaml', PLAN);
  const plain = await at.refit(['inventory', '-o', 'inventory.json']);
  expect(plain.stdout).not.toContain('memory in use');
  const blind = await at.refit(['plan', 'plan.yaml', ...OFFLINE]);
  expect(blind.code).toBe(5);
  expect(blind.stdout).toMatch(/Refit\.UsedUnknown[\s\S]*refit inventory --used/);
  expect((await at.simulator.counts()).actions.GetMonitorData).toBeUndefined();

  const read = await at.refit(['inventory', '--used', '-o', 'inventory.json']);
  expect(read.code, read.stderr).toBe(0);
  // 52 instances are running, and one call takes 50. The isolated instance accepts no order, so Refit does not ask for it.
  expect(read.stderr).toMatch(/^reading the memory in use of 52 instances: 2 calls of the monitor product/m);
  expect(read.stdout).toMatch(/^53 instances read at [^,]+ UTC, with memory in use of 52$/m);
  const { actions } = await at.simulator.counts();
  expect([actions.GetMonitorData!.arrivals, actions.DescribeInstanceShards!.arrivals]).toEqual([2, 1]);
  const inventory = await at.json<Inventory>('inventory.json');
  expect(validateInventory(inventory)).toBe(true);
  expect(inventory.instances.filter(({ used }) => used === null).map(({ id }) => id)).toEqual([
    'crs-isolated1',
  ]);

  const planned = await at.refit(['plan', 'plan.yaml', ...OFFLINE, '-o', 'offline.json']);
  expect(planned.code, planned.stdout + planned.stderr).toBe(0);
  expect((await at.refit(['plan', 'plan.yaml', '-o', 'live.json'])).code).toBe(0);
  const [offline, live] = [await at.savedPlan('offline.json'), await at.savedPlan('live.json')];
  expect(offline.steps).toHaveLength(52);
  expect(offline.steps.map(({ id, change }) => [id, change])).toEqual(
    live.steps.map(({ id, change }) => [id, change]),
  );
});

it.concurrent('refit plan --used announces the billed calls, and says which instances could not go back', async (test) => {
  const at = await desk(test, {
    fleet: [
      { id: 'crs-full0001', edition: 'redis-6.2-standard', memoryPerShard: 4096, usedTotal: 3600 },
      { id: 'crs-empty001', edition: 'redis-6.2-standard', memoryPerShard: 4096, usedTotal: 100 },
      { id: 'crs-copies01', edition: 'redis-6.2-standard', memoryPerShard: 4096, usedTotal: 3600 },
    ],
  });
  await at.write(
    'plan.yaml',
    `version: 1
name: double
defaults: { region: ap-guangzhou }
targets:
  - { instance: crs-full0001, memoryPerShard: 8GB }
  - { instance: crs-empty001, memoryPerShard: 8GB }
  - { instance: crs-copies01, replicas: 2 }
`,
  );
  const blind = await at.refit(['plan', 'plan.yaml']);
  expect(blind.stdout).toMatch(/rollback +after this run, of 3 rollbacks: 2 not known/);
  expect(blind.stdout).toContain('fix: refit plan plan.yaml -o SAVED --used');
  expect((await at.simulator.counts()).actions.GetMonitorData).toBeUndefined();

  const read = await at.refit(['plan', 'plan.yaml', '-o', 'saved.json', '--used']);
  expect(read.stderr).toMatch(/^reading the memory in use of 2 instances: 1 call of the monitor product/m);
  expect(read.stdout).toMatch(/rollback +after this run, of 3 rollbacks: 1 would be refused/);
  const { rollbacks } = JSON.parse((await at.refit(['show', 'saved.json', '--json'])).stdout);
  expect(rollbacks.map(({ instance, verdict }: Record<string, string>) => [instance, verdict])).toEqual([
    ['crs-full0001', 'refused'],
    ['crs-empty001', 'possible'],
    ['crs-copies01', 'possible'],
  ]);
  const wrong = await at.refit(['plan', 'plan.yaml', '--used', ...OFFLINE]);
  expect([wrong.code, wrong.stderr]).toEqual([64, expect.stringContaining('--used reads the provider')]);
});

it.concurrent('a value without read permission stays unknown, with a note', async (test) => {
  const at = await desk(test, {
    simulator: ['--fault', 'no-permission@GetMonitorData', '--fault', 'no-permission@DescribeInstanceShards'],
    fleet: FLEET.slice(-2),
  });
  const read = await at.refit(['inventory', '--used', '--json']);
  expect(read.code, read.stderr).toBe(0);
  expect(read.stderr).toMatch(/^memory in use could not be read: GetMonitorData in .* was refused/m);
  expect(JSON.parse(read.stdout).instances.map(({ used }: { used: unknown }) => used)).toEqual([null, null]);
});
