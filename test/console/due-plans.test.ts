/** What plans on schedule will do, before they are due: from inventories, dry runs and saved plans, and never from the live fleet. */
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { inventoryOf } from '../../bench/inventory.ts';
import { systemClock } from '../../src/clock.ts';
import type { OverviewView } from '../../src/console/api/overview.ts';
import type { DryRunAnswer, PlanList } from '../../src/console/api/plans.ts';
import type { DuePlanView } from '../../src/console/api/schedule.ts';
import { type ConsoleRecord, createRecord } from '../../src/console/server/record/record.ts';
import { openPlanFolder } from '../../src/operations/plans/plan-folder.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { createFolderAccess } from '../../src/schedule/schedule-access.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';
import { savedPlan } from '../report/situations.ts';
import { playedStore } from './played-store.ts';
import { playedWork } from './played-work.ts';
import { startTestConsole, type TestConsole } from './test-console.ts';

const PLAN = [
  'version: 1',
  'name: night',
  'schedule: { cron: "30 23 * * *", timezone: Asia/Shanghai, does: run }',
  'targets:',
  '  - { select: { name: "session*", all: true }, memoryPerShard: 8GB }',
  '  - { select: { name: "cart*", all: true }, memoryPerShard: 12GB }',
  'defaults: { region: ap-guangzhou }',
  'onBlocked: skip',
  '',
].join('\n');
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f';

let folder: string;
let record: ConsoleRecord;
let at: TestConsole;
const write = (name: string, text: string) => writeFile(join(folder, name), text);
/** An inventory whose file is older the lower its number. */
const writeInventory = async (name: string, readAt: string, changed: number) => {
  await write(name, JSON.stringify({ ...inventoryOf(40), readAt }));
  await utimes(join(folder, name), changed, changed);
};
const get = async <T>(path: string, role: 'viewer' | 'author' = 'viewer'): Promise<T> => {
  const { headers } = await at.signIn([role]);
  const { status, body } = await at.send('GET', `/api${path}`, { headers });
  expect(status, body).toBe(200);
  return JSON.parse(body) as T;
};
/** Asks twice: the first question begins to find out. */
const factsOf = async (plan: string) => {
  await get(`/schedule/${plan}`);
  await record.due.settled();
  return (await get<DuePlanView>(`/schedule/${plan}`)).facts;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refit-due-'));
  const plans = await openPlanFolder(folder);
  const names = async () => new Set((await plans.files()).map(({ name }) => name));
  const schedule = createFolderAccess(folder, {
    ...{ clock: systemClock, host: 'ops-1', pid: process.pid, viewing: { names } },
  });
  const { runs } = playedStore(playedWork());
  // Nobody can connect with it: a read of the live fleet would fail.
  const provider = { connection: { env: {} }, profile: null, regions: null, policy: null };
  record = createRecord({ clock: systemClock, runs, plans, schedule, provider });
  at = await startTestConsole({ runs, record, plans, provider });
  onTestFinished(async () => {
    await at.close();
    await rm(folder, { recursive: true });
    expect(at.faults).toEqual([]);
  });
});

/** A dry run of the plan against an inventory of the folder. */
const dryRun = async (inventory: string) => {
  const { headers } = await at.signIn(['author']);
  const request = { name: 'night.yaml', text: PLAN, inventory, price: false, language: 'en' };
  const sent = { headers, body: JSON.stringify(request) };
  const { status, body } = await at.send('POST', '/api/plans/dry-run', sent);
  expect(status, body).toBe(200);
  return JSON.parse(body) as DryRunAnswer;
};

describe('a plan that is due', () => {
  it('says nothing without an inventory and a dry run, and begins to find out when there is one', async () => {
    await write('night.yaml', PLAN);
    expect(await factsOf('night.yaml')).toEqual({ state: 'unknown' });
    await writeInventory('fleet.json', '2026-11-01T00:00:00.000Z', 1_000);
    expect((await get<DuePlanView>('/schedule/night.yaml')).facts).toEqual({ state: 'planning' });
    await record.due.settled();
    expect((await get<DuePlanView>('/schedule/night.yaml')).facts).toMatchObject({ state: 'known' });
  });

  it('says how many instances change, where and to which size, what is left out, and what is right', async () => {
    await write('night.yaml', PLAN);
    await writeInventory('fleet.json', '2026-11-01T00:00:00.000Z', 1_000);
    const facts = await factsOf('night.yaml');
    expect(facts).toMatchObject({ state: 'known', from: 'inventory', stage: null });
    expect(facts).toMatchObject({
      facts: {
        ...{ verdict: 'ready', instances: 6, steps: 6, regions: ['ap-guangzhou'], others: 0 },
        groups: [
          {
            ...{ name: 'session*', instances: 3 },
            to: [{ dimension: 'memoryPerShard', least: 8_192, most: 8_192 }],
          },
          {
            ...{ name: 'cart*', instances: 3 },
            to: [{ dimension: 'memoryPerShard', least: 12_288, most: 12_288 }],
          },
        ],
        leftOut: { count: 1, reasons: [{ code: 'Refit.ShrinkDenied', count: 1 }] },
        ...{ unchanged: 1, prices: null, approvals: [], refusedBy: [] },
        inventory: { source: 'fleet.json', readAt: '2026-11-01T00:00:00.000Z' },
      },
    });
    const { week } = await get<OverviewView>('/overview');
    expect(week!.plans).toMatchObject([{ name: 'night.yaml', facts }]);
    const { due } = await get<PlanList>('/plans');
    expect(due).toMatchObject([{ name: 'night.yaml', hasScheduler: false, facts }]);
  });

  it.each([
    ['another text', async () => write('night.yaml', PLAN.replace('12GB', '16GB')), 7],
    ['another inventory', async () => write('fleet.json', JSON.stringify(inventoryOf(10))), 2],
  ])('is planned again for %s', async (_, change, instances) => {
    await write('night.yaml', PLAN);
    await writeInventory('fleet.json', '2026-11-01T00:00:00.000Z', 1_000);
    await factsOf('night.yaml');
    await change();
    expect(await factsOf('night.yaml')).toMatchObject({ facts: { instances } });
  });

  it.each([
    ['newer', '2026-11-02T00:00:00.000Z', 'dry-run', 'other.json'],
    ['older', '2026-10-02T00:00:00.000Z', 'inventory', 'fleet.json'],
  ])('shows the newest reading of the fleet, if that of a dry run is %s', async (_, readAt, from, source) => {
    await write('night.yaml', PLAN);
    await writeInventory('fleet.json', '2026-11-01T00:00:00.000Z', 2_000);
    await writeInventory('other.json', readAt, 1_000);
    await dryRun('other.json');
    expect(await factsOf('night.yaml')).toMatchObject({ from, facts: { inventory: { source } } });
    await write('night.yaml', `${PLAN}owner: mei\n`);
    expect(await factsOf('night.yaml')).toMatchObject({ from: 'inventory' });
  });

  it('names who must approve, and cannot approve what is made when it is due', async () => {
    await write('people.yaml', `- { name: mei, key: ${KEY} }\n`);
    await write('night.yaml', `${PLAN}approvals: { need: 1, from: people.yaml }\n`);
    await writeInventory('fleet.json', '2026-11-01T00:00:00.000Z', 1_000);
    const facts = await factsOf('night.yaml');
    expect(facts).toMatchObject({
      state: 'known',
      facts: { approvals: [{ need: 1, have: 0, names: ['mei'] }] },
    });
  });

  it('that is saved shows exactly what it holds, and where it stands', async () => {
    const plan = sealDraft({
      ...savedPlan(
        ['cart-hot-1', 'cart-main-2'].map((name, n) => ({
          ...{ instance: `crs-aaaa111${n}`, name, changes: [{ memoryPerShard: 8_192 }] },
        })),
      ),
      schedule: {
        when: { kind: 'once', at: '2099-01-01T00:00:00.000Z', zone: 'UTC' },
        ...{ does: 'run', catchUp: 'skip' },
      },
      approvals: { need: 1, authors: ['dba-oncall'], approvers: [{ name: 'mei', key: KEY }] },
    });
    await write('night.json', encodeSavedPlan(plan));
    expect(await factsOf('night.json')).toMatchObject({
      ...{ state: 'known', from: 'saved' },
      facts: {
        ...{ instances: 2, groups: [{ name: 'cart-*', instances: 2 }] },
        first: [{ name: 'cart-hot-1' }, { name: 'cart-main-2' }],
        approvals: [{ need: 1, names: ['mei'] }],
      },
    });
  });

  it('says why it cannot be planned', async () => {
    await write('night.yaml', PLAN.replace('region: ap-guangzhou', 'region: ap-nowhere'));
    await writeInventory('fleet.json', '2026-11-01T00:00:00.000Z', 1_000);
    expect(await factsOf('night.yaml')).toMatchObject({ facts: { verdict: 'blocked', instances: 0 } });
  });
});

describe('a dry run of a plan on schedule', () => {
  it('begins its course at the due time, expires never, and counts what it leaves out apart', async () => {
    await write('night.yaml', PLAN);
    await writeInventory('fleet.json', '2026-11-01T00:00:00.000Z', 1_000);
    const { review } = await dryRun('fleet.json');
    const { next } = await get<DuePlanView>('/schedule/night.yaml');
    expect(review!.timeline!.from).toBe(next);
    expect(review!.effects!.rows.flat()).not.toContain('expire');
    expect(review).toMatchObject({ verdict: 'ready', leftOut: 1 });
    const [error] = review!.findings.filter(({ severity }) => severity === 'error');
    expect(review!.names[error!.instance!]).toMatch(/^session-/);
  });

  it.each([
    ['older', '2025-01-01T00:00:00.000Z', true],
    ['newer', '2027-01-01T00:00:00.000Z', false],
  ])(
    'names the run that changed instances of the inventory, if the inventory is %s',
    async (_, readAt, isNamed) => {
      const changed = playedWork().flatMap((one) => one.saved.steps.map(({ instance }) => instance));
      const { instances, ...rest } = inventoryOf(40);
      const renamed = instances.map((one, n) => ({ ...one, id: changed[n] ?? one.id }));
      await write('night.yaml', PLAN);
      await write('fleet.json', JSON.stringify({ ...rest, readAt, instances: renamed }));
      const { changedSince } = await dryRun('fleet.json');
      expect(changedSince !== null).toBe(isNamed);
    },
  );
});
