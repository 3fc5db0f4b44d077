/** `refit reconcile` as a process: its output, its exit code, and that it sends no order. */
import { describe, expect, it, type TestContext } from 'vitest';
import { BRISK, type Desk, desk, growPlan, plainFleet, startRefit, until, whileFrozen } from './refit.ts';

const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];

async function sealed(test: TestContext, flags: readonly string[], instances = 3): Promise<Desk> {
  const at = await desk(test, { simulator: flags, fleet: plainFleet(instances) });
  await at.write('plan.yaml', growPlan(['execution: { inFlight: 1, patience: 2s }']));
  const planned = await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json']);
  expect(planned.code, planned.stderr).toBe(0);
  return at;
}

/** Kills an apply when its journal has this many intents. Answers come late, so the last intent has none. */
async function killedAsking(at: Desk, intents: number): Promise<void> {
  const run = at.start(APPLY);
  await until('the order is in the journal', async () => {
    const journal = await at.journal();
    return journal.filter(({ kind }) => kind === 'intent').length >= intents;
  });
  await until('the order has arrived', async () => (await arrivalsAt(at)) >= intents);
  run.kill('SIGKILL');
  await run.ended;
}

const LATE = [...BRISK, '--fault', 'slow=600ms@UpgradeInstance'];

const arrivalsAt = async (at: Desk) => (await at.simulator.counts()).actions.UpgradeInstance?.arrivals ?? 0;

describe.concurrent('refit reconcile', () => {
  it('resolves the orders of a killed run without ordering, and apply resumes with the rest', async (test) => {
    const at = await sealed(test, LATE);
    await killedAsking(at, 1);
    const asked = await arrivalsAt(at);
    const read = await at.refit(['reconcile', 'run']);
    expect(read.code, read.stderr).toBe(0);
    expect(read.stdout).toMatch(
      /^grow-everything \(\w{8}\): 1 outcome was unknown, none is; nothing was ordered\n {2}verified {2}crs-fleet000\/memoryPerShard {2}order \d+: read back at 8 GB × 1 replica/,
    );
    expect(read.stdout).toMatch(
      /next: refit apply run\/plan\.json --run-dir run --endpoint http:\/\/127\.0\.0\.1:\d+\n$/,
    );
    expect(await arrivalsAt(at)).toBe(asked);
    expect((await at.report()).run).toMatchObject({ endedBecause: 'reconciled', exitCode: 3 });
    expect((await at.refit(['audit', 'verify', 'run'])).code).toBe(0);
    for (const format of ['text', 'markdown', 'html'])
      expect((await at.refit(['report', 'run', '--format', format])).stdout).toContain('reconcile: read');

    expect((await at.refit(APPLY)).code).toBe(0);
    expect(Object.values((await at.simulator.counts()).orders)).toEqual([1, 1, 1]);
    const finished = await at.refit(['reconcile', 'run', '--json']);
    expect(finished.code).toBe(0);
    expect(JSON.parse(finished.stdout)).toMatchObject({ steps: [], unknown: 0, exitCode: 0 });
    const head = (await at.report()).head;
    expect(JSON.parse(finished.stdout).head).toBe(head);
  });

  it('exits 10 while an outcome is unknown, every output shows it, and exits 0 when it is known', async (test) => {
    // No order is executed. Plan, run and first reconcile have no permission to read the task list.
    const faults = ['reset-before#1', 'no-permission@DescribeTaskList#3'];
    const at = await sealed(test, [...BRISK, ...faults.flatMap((fault) => ['--fault', fault])], 2);
    const unknown = await at.refit(APPLY);
    expect(unknown.code, unknown.stderr).toBe(10);
    expect(unknown.stderr).toMatch(
      /next {4}refit reconcile run --endpoint \S+ {3}resolves unknown outcomes by reading/,
    );
    expect((await at.refit(['status', 'run'])).stdout).toMatch(/next: refit reconcile \S*run --endpoint/);
    expect((await at.refit(['report', 'run'])).stdout).toContain(
      `refit reconcile run --endpoint ${at.simulator.url}`,
    );

    const still = await at.refit(['reconcile', 'run', '--json']);
    expect(still.code, still.stderr).toBe(10);
    expect(JSON.parse(still.stdout)).toMatchObject({ unknown: 1, exitCode: 10 });
    expect(JSON.parse(still.stdout).next).toMatch(/^refit reconcile run --endpoint /);
    const read = await at.refit(['reconcile', 'run']);
    expect(read.code, read.stderr).toBe(0);
    expect(read.stdout).toMatch(/ {2}not run {3}crs-fleet000\/memoryPerShard {2}was not executed: /);
    expect((await at.report()).run).toMatchObject({ endedBecause: 'halted', exitCode: 4 });
    expect(await arrivalsAt(at)).toBe(1);
    expect((await at.refit(APPLY)).code).toBe(0);
    expect(Object.values((await at.simulator.counts()).orders)).toEqual([1, 1]);
  });

  it('exits 7 while the run has a live process, and does not change its journal', async (test) => {
    const at = await sealed(test, ['--start-lag', '50ms', '--duration', '2s', '--lock-tail', '50ms'], 1);
    const run = at.start(APPLY);
    await until('an order is accepted', async () =>
      (await at.journal()).some(({ kind }) => kind === 'accepted'),
    );
    const refused = await whileFrozen(run, () => at.refit(['reconcile', 'run']));
    expect(refused.code, refused.stderr).toBe(7);
    expect(refused.stderr).toMatch(new RegExp(`held by process ${run.pid} .*refit apply in`));
    expect((await run.ended).code).toBe(0);
    expect((await at.journal()).filter(({ kind }) => kind === 'run-started')).toHaveLength(1);
  });

  it('exits 12 without keys, 64 at another simulated provider or without a run directory, and 6 for a changed journal', async (test) => {
    const at = await sealed(test, LATE);
    await killedAsking(at, 1);
    const journal = await at.text('run/journal.jsonl');
    const keyless = await startRefit(['reconcile', 'run', '--endpoint', at.simulator.url], {
      cwd: at.folder,
      env: { HOME: at.env.HOME, XDG_STATE_HOME: at.env.XDG_STATE_HOME },
    }).ended;
    expect(keyless.code, keyless.stderr).toBe(12);
    expect((await at.refit(['reconcile', 'run', '--endpoint', 'http://127.0.0.1:9'])).code).toBe(64);
    expect((await at.refit(['reconcile', 'home'])).code).toBe(64);
    expect(await at.text('run/journal.jsonl'), 'nothing was written').toBe(journal);
    await at.write('run/journal.jsonl', journal.replace('crs-fleet000', 'crs-fleet001'));
    expect((await at.refit(['reconcile', 'run'])).code).toBe(6);
    expect(await arrivalsAt(at)).toBe(1);
  });
});

it('a plan that was already applied is refused in another run directory with exit 6 and the first directory', async (test) => {
  const at = await sealed(test, BRISK, 2);
  expect((await at.refit(APPLY)).code).toBe(0);
  const again = await at.refit(['apply', 'saved.json', '--auto-approve', '--run-dir', 'other']);
  expect(again.code, again.stderr).toBe(6);
  expect(again.stderr).toMatch(/was carried out in \S+\/run at [\s\S]*fix: refit status \S+\/run/);
  expect(await arrivalsAt(at)).toBe(2);
});
