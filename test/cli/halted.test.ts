/** A run that an external cause halts, on the screen, in `status` and in the report. */
import { expect, it } from 'vitest';
import { BRISK, desk, growPlan, plainFleet } from './refit.ts';

const SENTENCE =
  'InvalidParameter.PermissionDenied: no permission for this action: every order would be refused (fix: let this identity call redis:UpgradeInstance)';

it('a permission that is revoked during the run halts it with 4; every output has the fix, and the same command resumes', async (test) => {
  const at = await desk(test, {
    simulator: [...BRISK, '--fault', 'no-permission=crs-fleet002#1'],
    fleet: plainFleet(4),
  });
  await at.write('plan.yaml', growPlan(['execution: { inFlight: 1, patience: 2s }']));
  const planned = await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
  expect(planned.code, planned.stderr).toBe(0);
  expect(planned.stdout).toContain('Refit.ShortPatience');

  const apply = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];
  const halted = await at.refit(apply);
  expect(halted.code, halted.stderr).toBe(4);
  expect(halted.stderr).toContain(`stopping (halted): ${SENTENCE}`);
  expect(oneLine(halted.stdout)).toContain(SENTENCE);
  expect((await at.refit(['status', 'run'])).stdout).toContain(`reason   ${SENTENCE}`);
  expect(JSON.parse((await at.refit(['status', 'run', '--json'])).stdout)).toMatchObject({
    message: SENTENCE,
  });
  const report = await at.report();
  expect(report.run).toMatchObject({ endedBecause: 'halted', exitCode: 4, message: SENTENCE });
  expect(report.totals).toMatchObject({ verified: 2, refused: 1, 'not-run': 1 });

  const again = await at.refit(apply);
  expect(again.code, again.stderr).toBe(0);
  expect((await at.report()).totals.verified).toBe(4);
  expect((await at.refit(['status', 'run'])).stdout).not.toContain('reason');
  expect(Object.values((await at.simulator.counts()).orders)).toEqual([1, 1, 1, 1]);
});

/** Joins a sentence that is wrapped over lines. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
