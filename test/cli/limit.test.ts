/** The order rate and the request limit, counted by the provider on arrival. */
import { expect, it } from 'vitest';
import { BRISK, desk, growPlan, plainFleet } from './refit.ts';

const ORDERS = 300;

it('places 300 orders at 20 per second, never more in any second, and counts like the provider', async (test) => {
  const already = { memoryPerShard: 8192 };
  const fleet = plainFleet(320).map((one, index) => (index < ORDERS ? one : { ...one, ...already }));
  const at = await desk(test, { simulator: BRISK, fleet, asProcess: true });
  const execution = 'execution: { inFlight: 300, requestsPerSecond: 20, patience: 2s }';
  await at.write('plan.yaml', growPlan([execution]));
  const planned = await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json']);
  expect(planned.code, planned.stdout).toBe(0);
  const planning = (await at.simulator.counts()).actions;

  const applied = await at.refit(['apply', 'saved.json', '--auto-approve', '--run-dir', 'run']);
  expect(applied.code, applied.stderr).toBe(0);
  const { totals, calls, callsBySecond } = await at.report();
  expect(totals).toMatchObject({ verified: ORDERS, failed: 0, refused: 0, unknown: 0 });

  const { actions, orders, bySecond } = await at.simulator.counts();
  expect(orders).toEqual(Object.fromEntries(fleet.slice(0, ORDERS).map(({ id }) => [id, 1])));
  for (const [second, action, arrived, refused] of bySecond) {
    expect([second, action, refused]).toEqual([second, action, 0]);
    expect(arrived, `${action} in second ${second}`).toBeLessThanOrEqual(20);
  }
  // The report counts every action like the provider, except the earlier reads of the dry run.
  for (const [action, { arrivals }] of Object.entries(actions)) {
    expect([action, calls[action]?.count ?? 0]).toEqual([
      action,
      arrivals - (planning[action]?.arrivals ?? 0),
    ]);
    const inSeconds = callsBySecond
      .filter(([, name]) => name === action)
      .reduce((sum, [, , sent]) => sum + sent, 0);
    expect([action, inSeconds]).toEqual([action, calls[action]?.count ?? 0]);
  }
  // One read covers the fleet, so reads need fewer calls than orders, even on a slow machine.
  expect(calls.DescribeInstances!.count).toBeLessThan(ORDERS);
});
