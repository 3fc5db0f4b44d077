/** The live fleet in the console, read from the simulator: progress, memory in use, runs and orders of an instance. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type {
  FleetInstanceView,
  FleetPage,
  FleetReadingView,
  FleetReadRequest,
  InstanceOrdersView,
  InstanceRunsView,
} from '../../src/console/api/fleet.ts';
import { type Simulation, simulate } from '../../src/simulator/simulate.ts';
import { fleet, JournalWriter, savedPlan } from '../report/situations.ts';
import { playedStore } from './played-store.ts';
import { startTestConsole, type TestConsole } from './test-console.ts';

const SAVED = savedPlan(fleet(2));
const [STEP] = SAVED.steps as [(typeof SAVED.steps)[number]];
const RUN = new JournalWriter(SAVED).start().wave('wave-started', 0).ask(STEP.id).accept(STEP.id);

let simulation: Simulation;
let at: TestConsole;
let headers: NodeJS.Dict<string>;
beforeAll(async () => {
  simulation = await simulate({ instances: 60 }, systemClock);
  const env = {
    TENCENTCLOUD_SECRET_ID: simulation.secretId,
    TENCENTCLOUD_SECRET_KEY: simulation.secretKey,
  };
  at = await startTestConsole({
    runs: playedStore([{ id: 'r1', saved: SAVED, entries: RUN.entries }]).runs,
    provider: {
      connection: { endpoint: simulation.url, env, clock: systemClock },
      ...{ profile: null, regions: null, policy: null },
    },
  });
  ({ headers } = await at.signIn(['author']));
});
afterAll(async () => {
  await at.close();
  await simulation.close();
  expect(at.faults).toEqual([]);
});

async function get<Body>(path: string): Promise<Body> {
  const answer = await at.send('GET', `/api${path}`, { headers });
  expect(answer.status, answer.body).toBe(200);
  return JSON.parse(answer.body) as Body;
}

const monitorCalls = (): number => simulation.counts().actions.GetMonitorData?.arrivals ?? 0;

/** Reads, and collects what pages see meanwhile. */
async function read(source: FleetReadRequest): Promise<FleetReadingView[]> {
  const answer = await at.send('POST', '/api/fleet/reading', { headers, body: JSON.stringify(source) });
  expect(answer.status, answer.body).toBe(200);
  const views: FleetReadingView[] = [JSON.parse(answer.body)];
  while (views.at(-1)!.inProgress !== null) {
    await systemClock.sleep(5);
    views.push(await get<FleetReadingView>('/fleet/reading'));
  }
  return views;
}

describe('the live fleet in the console', () => {
  it('is not read before somebody asks', async () => {
    expect(await get('/fleet/reading')).toEqual({ reading: null, inProgress: null, fault: null, files: [] });
    expect((await at.send('GET', '/api/fleet', { headers })).status).toBe(422);
  });

  it('is read region by region, and says how many calls the memory in use takes', async () => {
    const views = await read({ kind: 'live', withUse: false });
    expect(views[0]!.inProgress).toMatchObject({ source: { kind: 'live' } });
    const { reading } = views.at(-1)!;
    expect(reading).toMatchObject({ instances: 60, source: { kind: 'live', withUse: false } });
    expect(reading!.toMeasure.calls).toBeGreaterThan(0);
    const { totals } = await get<FleetPage>('/fleet');
    expect(totals).toMatchObject({ instances: 60, measuredInstances: 0 });
  });

  it('has the memory in use if somebody asks for it', async () => {
    const before = monitorCalls();
    const { reading } = (await read({ kind: 'live', withUse: true })).at(-1)!;
    const { totals } = await get<FleetPage>('/fleet');
    expect(totals.measuredInstances).toBe(reading!.toMeasure.instances);
    expect(monitorCalls() - before).toBe(reading!.toMeasure.calls);
  });

  it('asks billing for the orders of an instance', async () => {
    const { rows } = await get<FleetPage>('/fleet?status=running&limit=1');
    const { id, profile, region } = rows[0]!;
    const where = new URLSearchParams({ profile, region });
    expect(await get<FleetInstanceView>(`/fleet/instances/${id}?${where}`)).toMatchObject({ id, region });
    expect(await get<InstanceOrdersView>(`/fleet/instances/${id}/orders?${where}`)).toMatchObject({
      orders: [],
    });
  });

  it('finds the runs that changed an instance, with its orders', async () => {
    const found = await get<InstanceRunsView>(`/fleet/instances/${STEP.instance}/runs`);
    expect(found).toMatchObject({ searched: 1, notSearched: 0 });
    expect(found.steps).toMatchObject([
      { run: 'r1', step: STEP.id, before: STEP.before, after: STEP.after, outcome: null },
    ]);
    expect(found.steps[0]!.orders).toHaveLength(1);
    expect(await get('/fleet/instances/crs-unknown1/runs')).toMatchObject({ steps: [], searched: 1 });
  });
});
