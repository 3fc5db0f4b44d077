import { expect, it } from 'vitest';
import { desk, growPlan, plainFleet, struckBy } from './refit.ts';
import type { Strike } from './strike.ts';

const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];

it.concurrent.for<[string, Omit<Strike, 'effect'>]>([
  ['an order that has not left', { kind: 'intent', nth: 2, at: 'not there' }],
  ['half of an order that has not left', { kind: 'intent', nth: 2, at: 'half there' }],
  ['an order that was accepted', { kind: 'accepted', nth: 2, at: 'half there' }],
])(
  'apply with a full disk at %s orders nothing more, exits 1 with a fix, and resumes with the same command',
  async ([, where], test) => {
    const at = await desk(test, { fleet: plainFleet(4) });
    // One slot less than steps: on a busy machine all orders may leave before the second answer.
    const execution = 'execution: { inFlight: 3, requestsPerSecond: 20, patience: 2s }';
    await at.write('plan.yaml', growPlan([execution]));
    expect((await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).code).toBe(0);
    const full = await at.refit(APPLY, { env: struckBy({ strikes: [{ ...where, effect: 'disk full' }] }) });
    expect(full.code, full.stderr).toBe(1);
    expect(full.stderr).toMatch(/Refit cannot write the journal \(ENOSPC[^)]*\), so it orders nothing more/);
    expect(full.stderr).toMatch(/fix: free disk space, then run the same refit apply command/);
    const { orders } = await at.simulator.counts();
    const placed = Object.values(orders).reduce((sum, count) => sum + count, 0);
    const written = (await at.journal()).filter(({ kind }) => kind === 'intent').length;
    expect(written, 'orders on the disk').toBeLessThan(4);
    expect(placed, 'orders placed').toBeLessThanOrEqual(written);

    const again = await at.refit(APPLY);
    expect(again.code, again.stderr).toBe(0);
    expect((await at.report()).totals).toMatchObject({ verified: 4 });
    expect(Object.values((await at.simulator.counts()).orders)).toEqual([1, 1, 1, 1]);
    expect((await at.refit(['audit', 'verify', 'run'])).code).toBe(0);
  },
);
