/**
 * Five hundred orders through every kind of network fault, by a process that is killed every few seconds. The simulator
 * is another process. It counts the accepted orders and has the true sizes.
 */
import { expect, it } from 'vitest';
import { sameSize } from '../../src/model.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import { BRISK, desk, growPlan, plainFleet, until } from './refit.ts';

const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];
const ORDERS = 250;

/** Of 100 orders: 5 lost answers, 2 reset connections, 2 times 5xx, 1 invalid answer, 3 slow answers. */
const FAULTS = [
  'lost-answer:0.05',
  'reset-before:0.02',
  'http-500:0.01',
  'http-500=executed:0.01',
  'half-json:0.005',
  'html=executed:0.005',
  'slow=1500ms@UpgradeInstance:0.03',
];

const SEED = Number(process.env.REFIT_STORM_SEED ?? Date.now() % 1_000_000);

it(`apply of ${ORDERS} orders with faults and kills every few seconds executes each order once and reports it correctly (REFIT_STORM_SEED=${SEED})`, async (test) => {
  const at = await desk(test, {
    simulator: [...BRISK, '--seed', String(SEED), ...FAULTS.flatMap((fault) => ['--fault', fault])],
    fleet: plainFleet(ORDERS),
    asProcess: true,
  });
  await at.write(
    'plan.yaml',
    growPlan(['execution: { inFlight: 200, requestsPerSecond: 20, patience: 2s }']),
  );
  const planned = await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json']);
  expect(planned.code, planned.stdout + planned.stderr).toBe(0);

  const chance = seededRandom(SEED);
  let kills = 0;
  for (;;) {
    const run = at.start(APPLY);
    // Counted from the moment when it resumes the run, so that each process makes progress even on a slow machine.
    let over = false;
    const ended = run.ended.finally(() => {
      over = true;
    });
    await until('it to take the run up', () => over || /carrying out|resuming/.test(run.stderr()));
    const killed = setTimeout(() => run.kill('SIGKILL'), chance.whole(3_000, 5_000));
    const { code, stderr } = await ended;
    clearTimeout(killed);
    if (code !== null) {
      expect(code, stderr).toBe(0);
      break;
    }
    kills += 1;
    expect(kills, 'it gets nowhere').toBeLessThan(100);
  }
  expect(kills, 'times it was killed').toBeGreaterThan(2);

  const saved = readSavedPlan(await at.text('saved.json'));
  const { steps, totals, run } = await at.report();
  const { instances, deals } = await at.simulator.state();
  const { orders } = await at.simulator.counts();

  const doubled = Object.entries(orders).filter(([, count]) => count > 1);
  expect(doubled, 'instances ordered more often than once').toEqual([]);
  expect(steps.map(({ id }) => id)).toEqual(saved.steps.map(({ id }) => id));
  expect(totals).toMatchObject({ verified: ORDERS, 'not-run': 0 });
  // A process that was killed before its first entry was on disk does not count.
  expect(run.starts, 'processes that opened the run').toBeGreaterThan(2);
  expect(run.starts, 'processes that opened the run').toBeLessThanOrEqual(kills + 1);

  const world = new Map(instances.map((instance) => [instance.id, instance]));
  for (const step of steps) {
    const { status, ...found } = world.get(step.instance)!;
    expect(status, step.id).toBe(2);
    expect(sameSize(found, step.after), `${step.id} is ${step.outcome}`).toBe(step.outcome === 'verified');
    const own = deals.filter(({ instance }) => instance === step.instance).map(({ name }) => name);
    expect(own, step.id).toHaveLength(1);
    for (const order of step.orders) expect(own, step.id).toContain(order);
  }
  const audit = await at.refit(['audit', 'verify', 'run']);
  expect(audit.code, audit.stdout).toBe(0);
});
