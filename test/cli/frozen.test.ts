/** A process that is frozen between entry and send, for example by a debugger or a suspended container. */
import { expect, it } from 'vitest';
import { desk, growPlan, plainFleet, struckBy, until } from './refit.ts';

const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];
const SECOND = 1_000;

it('apply that is frozen for 30 s between entry and send keeps its lock, does not send the old order, reads first and verifies every step', async (test) => {
  const at = await desk(test, { fleet: plainFleet(4) });
  await at.write('plan.yaml', growPlan());
  expect((await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).code).toBe(0);

  const frozen = at.start(APPLY, {
    env: struckBy({ strikes: [{ kind: 'intent', nth: 2, at: 'durable', effect: 'freeze' }] }),
  });
  await until('it to freeze', () => frozen.stderr().includes('frozen by the test'));
  const began = performance.now();
  const before = await at.text('run/journal.jsonl');
  const arrived = async () => (await at.simulator.counts()).actions.UpgradeInstance?.arrivals ?? 0;
  const sent = await arrived();
  const stale = (await at.journal()).findLast(({ kind }) => kind === 'intent')!;
  const step = 'step' in stale ? stale.step : '';

  // The process is alive and will continue: another process in its place could order twice.
  for (const args of [APPLY, ['apply', 'saved.json', '--auto-approve']]) {
    const second = await at.refit(args);
    expect(second.code, second.stderr).toBe(7);
    expect(second.stderr).toContain(`process ${frozen.pid}`);
  }
  const slept = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, 30 * SECOND - slept)));
  expect(await at.text('run/journal.jsonl'), 'what a frozen process writes').toBe(before);
  expect(await arrived(), 'what a frozen process sends').toBe(sent);

  frozen.kill('SIGCONT');
  const ended = await frozen.ended;
  expect(ended.code, ended.stderr).toBe(0);
  const journal = await at.journal();
  const ofStep = journal.filter((entry) => 'step' in entry && entry.step === step);
  expect(ofStep.map(({ kind }) => kind)).toEqual([
    ...['instance-read', 'intent', 'not-sent'],
    ...['instance-read', 'intent', 'accepted', 'step-ended'],
  ]);
  expect(ofStep[2]).toMatchObject({ reason: { id: 'run.intent-expired' } });
  expect((await at.report()).totals).toMatchObject({ verified: 4 });
  const { orders } = await at.simulator.counts();
  expect(orders).toEqual({ 'crs-fleet000': 1, 'crs-fleet001': 1, 'crs-fleet002': 1, 'crs-fleet003': 1 });
  expect(await arrived(), 'one request for each order').toBe(4);
  for (const { memoryPerShard } of (await at.simulator.state()).instances) expect(memoryPerShard).toBe(8192);
  expect((await at.refit(['audit', 'verify', 'run'])).code).toBe(0);
});
