import { expect, it } from 'vitest';
import { ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { setStage } from '../stage.ts';

const MINUTE = 60_000;

it('a request limit that refuses every order halts the run, and the same command continues it', async () => {
  const stage = await setStage({
    fleet: standards(2),
    plan: ALL_TO_8GB,
    faults: ['refuse=RequestLimitExceeded.UinLimitExceeded+0s..30m'],
  });
  const run = await stage.run();
  holds(stage, run);
  expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
  expect(run.report.totals['not-run']).toBe(2);
  expect(run.report.run.message).toMatch(/RequestLimitExceeded\.UinLimitExceeded\) \(fix: /);
  expect(run.took).toBeLessThan(20 * MINUTE);
  await stage.pass(30 * MINUTE);
  const again = await stage.run();
  holds(stage, again);
  expect(again.end).toEqual({ because: 'done', exitCode: 0 });
});

it('a request limit that sometimes accepts an order never halts the run', async () => {
  const stage = await setStage({
    fleet: standards(14),
    plan: ALL_TO_8GB,
    faults: ['refuse=RequestLimitExceeded:0.988'],
    seed: 3,
  });
  const run = await stage.run();
  holds(stage, run);
  expect(run.end).toEqual({ because: 'done', exitCode: 0 });
  expect(run.took).toBeGreaterThan(15 * MINUTE);
});
