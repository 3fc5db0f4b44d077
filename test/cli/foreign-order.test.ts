/** Another client orders for the same instance at the same moment: the report shows it with its order number. */
import { expect, it } from 'vitest';
import { BRISK, desk, growPlan, plainFleet } from './refit.ts';

it('a lost order and an order of another client: the step is drifted, names the foreign order, and orders nothing more', async (test) => {
  const at = await desk(test, {
    simulator: [...BRISK, '--fault', 'foreign-order=crs-fleet000#1', '--fault', 'reset-before#1'],
    fleet: plainFleet(2),
  });
  await at.write('plan.yaml', growPlan(['execution: { inFlight: 1, patience: 2s }']));
  expect((await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).code).toBe(0);
  const ended = await at.refit(['apply', 'saved.json', '--auto-approve', '--run-dir', 'run']);
  expect(ended.code, ended.stderr).toBe(3);
  const { steps } = await at.report();
  expect(steps.map(({ outcome }) => outcome)).toEqual(['drifted', 'verified']);
  expect(steps[0]).toMatchObject({ code: 'Refit.Drifted', orders: [], attempts: 1 });
  expect(steps[0]!.message).toMatch(
    /someone else changed the instance meanwhile: .* order \d+ by 100000000099, created at/,
  );
  expect(ended.stdout.replace(/\s+/g, ' ')).toContain('by 100000000099');
  // One order from the other client, and one from Refit for the other instance.
  expect((await at.simulator.counts()).orders).toEqual({ 'crs-fleet000': 1, 'crs-fleet001': 1 });
  const again = await at.refit(['apply', 'saved.json', '--auto-approve', '--run-dir', 'run']);
  expect(again.code).toBe(3);
  expect((await at.simulator.counts()).orders).toEqual({ 'crs-fleet000': 1, 'crs-fleet001': 1 });
});
