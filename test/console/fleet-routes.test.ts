/** The fleet over HTTP: one reading that everybody shares, hostile texts, wrong addresses, damaged files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventoryOf } from '../../bench/inventory.ts';
import { systemClock } from '../../src/clock.ts';
import type {
  FleetGroups,
  FleetInstanceView,
  FleetMapView,
  FleetPage,
  FleetReadingView,
} from '../../src/console/api/fleet.ts';
import type { Instance } from '../../src/model.ts';
import { openPlanFolder } from '../../src/operations/plans/plan-folder.ts';
import { startTestConsole, type TestConsole } from './test-console.ts';

const HOSTILE = {
  name: `<img src=x onerror=alert(1)>\u202e${'x'.repeat(10_000)}`,
  zone: '\u202e<b>zone</b>',
  tags: { '\u202eapp': '<script>1</script>', app: 'cart' },
};
const fleetWith = (first: Partial<Instance>, count = 500) => {
  const inventory = inventoryOf(count);
  return {
    ...inventory,
    instances: [{ ...inventory.instances[0]!, ...first }, ...inventory.instances.slice(1)],
  };
};

let folder: string;
let at: TestConsole;
let headers: NodeJS.Dict<string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refit-fleet-'));
  await writeFile(join(folder, 'fleet.json'), JSON.stringify(fleetWith(HOSTILE)));
  at = await startTestConsole({ plans: await openPlanFolder(folder) });
  ({ headers } = await at.signIn(['viewer']));
  await settled();
});
afterAll(async () => {
  await at.close();
  await rm(folder, { recursive: true });
  expect(at.faults).toEqual([]);
});

async function get<Body>(path: string): Promise<Body> {
  const answer = await at.send('GET', `/api${path}`, { headers });
  expect(answer.status, answer.body).toBe(200);
  return JSON.parse(answer.body) as Body;
}

async function settled(): Promise<FleetReadingView> {
  for (;;) {
    const view = await get<FleetReadingView>('/fleet/reading');
    if (view.inProgress === null) return view;
    await systemClock.sleep(10);
  }
}

async function readFile(name: string): Promise<FleetReadingView> {
  const author = await at.signIn(['author']);
  const body = JSON.stringify({ kind: 'file', name });
  await at.send('POST', '/api/fleet/reading', { headers: author.headers, body });
  return await settled();
}

describe('the fleet over HTTP', () => {
  it('is read from the newest inventory file when somebody looks', async () => {
    expect(await settled()).toMatchObject({
      reading: {
        source: { kind: 'file', name: 'fleet.json' },
        readAt: '2026-11-01T00:00:00.000Z',
        instances: 500,
      },
      files: [{ name: 'fleet.json' }],
      fault: null,
    });
  });

  it('gives the rows of a page, in an order, with totals of all', async () => {
    const page = await get<FleetPage>(
      '/fleet?region=ap-shanghai&tag=app%3Dfeed&sort=-memory&offset=3&limit=2',
    );
    const wanted = inventoryOf(500).instances.filter(
      ({ region, tags }) => region === 'ap-shanghai' && tags.app === 'feed',
    );
    expect(page).toMatchObject({ count: wanted.length, offset: 3, totals: { instances: wanted.length } });
    expect(page.rows.length).toBe(2);
    expect(page.rows[0]!.memory).toBeGreaterThanOrEqual(page.rows[1]!.memory);
  });

  it('groups and draws what the filters keep', async () => {
    const { groups } = await get<FleetGroups>('/fleet/groups?by=tag%3Atier&region=ap-shanghai');
    expect(groups.map(({ value }) => value)).toEqual(['silver', 'gold']);
    expect(groups.reduce((sum, { instances }) => sum + instances, 0)).toBe(250);
    const map = await get<FleetMapView>('/fleet/map?by=edition');
    expect(map.groups.map(({ value }) => value)).toEqual(['redis-5.0-standard', 'redis-5.0-cluster']);
  });

  it('shows an instance with what is sold for it', async () => {
    const one = await get<FleetInstanceView>('/fleet/instances/crs-00000001?region=ap-shanghai');
    expect(one).toMatchObject({ id: 'crs-00000001', name: 'feed-1', sold: { replicas: [1, 2, 3, 4, 5] } });
    expect(await get('/fleet/instances/crs-00000001/runs')).toEqual({
      steps: [],
      more: 0,
      searched: 0,
      notSearched: 0,
      isComplete: true,
    });
  });

  it('knows the runs of an instance before anybody has read the fleet', async () => {
    const other = await startTestConsole({});
    const viewer = await other.signIn(['viewer']);
    const of = (path: string) => other.send('GET', `/api${path}`, { headers: viewer.headers });
    const [one, runs, orders] = await Promise.all(
      ['', '/runs', '/orders'].map((more) => of(`/fleet/instances/crs-00000001${more}`)),
    );
    await other.close();
    expect([one!.status, one!.body]).toEqual([200, 'null']);
    expect([runs!.status, JSON.parse(runs!.body).steps]).toEqual([200, []]);
    expect(orders!.status).toBe(422);
  });

  it('escapes and cuts hostile texts', async () => {
    for (const path of ['/fleet?limit=1', '/fleet/map', '/fleet/instances/crs-00000000']) {
      const { body } = await at.send('GET', `/api${path}`, { headers });
      expect(body, path).not.toContain('\u202e');
      expect(body, path).not.toContain('x'.repeat(300));
      expect(body, path).toContain('<img src=x');
    }
  });

  it('makes one reading of two requests at the same time', async () => {
    const author = await at.signIn(['author']);
    await writeFile(join(folder, 'large.json'), JSON.stringify(inventoryOf(5_000)));
    const body = (name: string) => JSON.stringify({ kind: 'file', name });
    const [first, second] = await Promise.all(
      ['large.json', 'fleet.json'].map((name) =>
        at.send('POST', '/api/fleet/reading', { headers: author.headers, body: body(name) }),
      ),
    );
    const since = [first!, second!].map(
      ({ body }) => (JSON.parse(body) as FleetReadingView).inProgress?.since,
    );
    expect(since[0]).toBe(since[1]);
    expect((await settled()).reading).toMatchObject({ instances: 5_000 });
    expect((await readFile('fleet.json')).reading).toMatchObject({ instances: 500 });
  });

  it.each([
    ['is damaged', 'damaged.json', '{"format":"refit.inventory/1","instances":[{},'],
    ['is another file', 'plan.yaml', 'version: 1'],
    ['is missing', 'nothing.json', null],
  ])('keeps the reading before if a file %s', async (_, name, text) => {
    if (text !== null) await writeFile(join(folder, name), text);
    const { reading, fault } = await readFile(name);
    expect(reading).toMatchObject({ instances: 500 });
    expect(fault?.message).toContain(name);
    expect(fault?.message).not.toContain(folder);
  });

  it.each(['../fleet.json', '/etc/passwd', 'a/b.json', ''])('reads no file named %j', async (name) => {
    const author = await at.signIn(['author']);
    const body = JSON.stringify({ kind: 'file', name });
    const answer = await at.send('POST', '/api/fleet/reading', { headers: author.headers, body });
    expect(answer.status).toBe(422);
  });

  it.each([
    ['/fleet?sort=price'],
    ['/fleet?use=half'],
    ['/fleet?use=1-99999'],
    [`/fleet?q=${'x'.repeat(601)}`],
    [`/fleet?${'region=a&'.repeat(51)}`],
    ['/fleet/groups?by=tag:'],
    ['/fleet/map?by=__proto__'],
    ['/fleet/instances/crs-99999999'],
    ['/fleet/instances/%20'],
    [`/fleet/instances/${'x'.repeat(200)}/runs`],
    ['/fleet/instances/crs-99999999/orders'],
  ])('refuses %.60s', async (path) => {
    const answer = await at.send('GET', `/api${path}`, { headers });
    expect(answer.status, answer.body).toBe(422);
    expect(answer.body).not.toMatch(/node_modules|\.ts:/);
  });

  it.each([
    '/fleet?offset=999999999',
    '/fleet?offset=-1',
    '/fleet?limit=0',
    '/fleet?tag=%3D&region=__proto__',
  ])('answers %s', async (path) => {
    expect((await get<FleetPage>(path)).rows.length).toBeLessThanOrEqual(100);
  });
});
