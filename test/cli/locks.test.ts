/** Several processes with the same plan, run directory or instance. The first gets the lock. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import type { JournalEntry } from '../../src/model.ts';
import {
  BRISK,
  type Desk,
  desk,
  filesIn,
  openDesk,
  plainFleet,
  type Running,
  until,
  whileFrozen,
} from './refit.ts';

const SLOW = ['--start-lag', '50ms', '--duration', '2s', '--lock-tail', '50ms'];

const ids = (...ns: number[]) => ns.map((n) => `crs-fleet00${n}`);

/** Writes a saved plan with a size for these instances to `NAME.json`. */
async function plan(at: Desk, name: string, instances: readonly string[], wish: string): Promise<void> {
  const targets = instances.map((id) => `  - { instance: ${id}, region: ap-guangzhou, ${wish} }`);
  await at.write(
    `${name}.yaml`,
    `version: 1\nname: ${name}\ntargets:\n${targets.join('\n')}\nexecution: { inFlight: 4, patience: 2s }\n`,
  );
  const planned = await at.refit(['plan', `${name}.yaml`, '-q', '-o', `${name}.json`]);
  expect(planned.code, planned.stdout + planned.stderr).toBe(0);
}

const apply = (name: string) => ['apply', `${name}.json`, '--auto-approve', '--run-dir', `run-${name}`];

async function startedRun(at: Desk, name: string, orders = 1): Promise<Running> {
  const run = at.start(apply(name));
  await until('orders are accepted', async () => {
    const journal = await at.journal(`run-${name}`);
    return journal.filter(({ kind }) => kind === 'accepted').length >= orders;
  });
  return run;
}

const takeovers = (journal: readonly JournalEntry[]) =>
  journal.flatMap((entry) => (entry.kind === 'lock-taken-over' ? [entry] : []));

const claimsOf = (at: Desk) => filesIn(join(at.folder, 'state', 'refit', 'claims'));

async function twoPlans(test: TestContext): Promise<Desk> {
  const at = await desk(test, { simulator: SLOW, fleet: plainFleet(6) });
  await plan(at, 'grow', ids(0, 1, 2), 'memoryPerShard: 8GB');
  await plan(at, 'replicate', ids(2, 3), 'replicas: 2');
  await plan(at, 'elsewhere', ids(4, 5), 'memoryPerShard: 8GB');
  return at;
}

describe.concurrent('an instance of a live run', () => {
  it('is refused to another plan with exit 7, holder and fix; plans for other instances run at the same time', async (test) => {
    const at = await twoPlans(test);
    const first = await startedRun(at, 'grow');
    const refused = await whileFrozen(first, () => at.refit(apply('replicate')));
    expect(refused.code, refused.stderr).toBe(7);
    expect(refused.stderr).toMatch(
      new RegExp(
        `refit: crs-fleet002: held by process ${first.pid} on \\S+ since \\d{4}-\\S+ \\(refit apply in \\S+/run-grow\\)\\n {2}fix: wait for it, or stop it with: kill ${first.pid} `,
      ),
    );
    expect(await at.journal('run-replicate')).toEqual([]);
    const beside = await at.refit(apply('elsewhere'));
    expect(beside.code, beside.stderr).toBe(0);
    expect((await first.ended).code).toBe(0);
    expect((await at.simulator.counts()).orders).toEqual(
      Object.fromEntries(ids(0, 1, 2, 4, 5).map((id) => [id, 1])),
    );
    expect(await claimsOf(at)).toEqual([]);
  });

  it('is free after that run was killed: the next plan runs, and both journals and reports record it', async (test) => {
    const at = await twoPlans(test);
    const first = await startedRun(at, 'grow', 3);
    first.kill('SIGKILL');
    await first.ended;
    // Refit waits for the order of the dead run. The size then differs from the plan, so Refit orders nothing more.
    const second = await at.refit(apply('replicate'));
    expect(second.code, second.stderr).toBe(3);
    const former = { pid: first.pid, purpose: `refit apply in ${join(at.folder, 'run-grow')}` };
    expect(takeovers(await at.journal('run-replicate'))).toMatchObject([
      { seq: 2, locks: ['instances'], from: former },
    ]);
    expect(second.stdout).toContain(`took over from pid ${first.pid}`);

    const again = await at.refit(apply('grow'));
    expect(again.code, again.stderr).toBe(0);
    expect(takeovers(await at.journal('run-grow'))).toMatchObject([
      { locks: ['saved-plan', 'run-directory'], from: former },
    ]);
    expect((await at.report('run-grow')).run.processes).toMatchObject([
      { pid: first.pid },
      { tookOverFrom: [former] },
    ]);
    for (const format of ['text', 'markdown', 'html'])
      expect((await at.refit(['report', 'run-grow', '--format', format])).stdout).toContain(
        `took over from pid ${first.pid}`,
      );
    expect((await at.refit(['audit', 'verify', 'run-grow'])).code).toBe(0);
    expect((await at.simulator.counts()).orders).toEqual(
      Object.fromEntries(ids(0, 1, 2, 3).map((id) => [id, 1])),
    );
    expect(await claimsOf(at)).toEqual([]);
  });
});

it('when eight processes resume one killed run at the same time, one runs and seven exit with 7', async (test) => {
  const at = await twoPlans(test);
  const killed = await startedRun(at, 'grow');
  killed.kill('SIGKILL');
  await killed.ended;
  const all = await Promise.all(Array.from({ length: 8 }, () => at.refit(apply('grow'))));
  expect(all.map(({ code }) => code).sort()).toEqual([0, 7, 7, 7, 7, 7, 7, 7]);
  for (const { code, stderr } of all)
    if (code === 7) expect(stderr).toMatch(/held by process \d+ on .*refit apply in .*run-grow/);
  expect((await at.simulator.counts()).orders).toEqual(Object.fromEntries(ids(0, 1, 2).map((id) => [id, 1])));
});

it('respects a lock of another host, and says how to remove it if that host is gone', async (test) => {
  const at = await twoPlans(test);
  const lock = join(at.folder, 'run-grow', 'lock.json');
  await mkdir(join(at.folder, 'run-grow'));
  const holder = { pid: 4711, host: 'db-ops-9', since: '2026-01-05T02:00:00.000Z', purpose: 'refit apply' };
  await at.write('run-grow/lock.json', `${JSON.stringify({ ...holder, began: '1' })}\n`);
  const refused = await at.refit(apply('grow'));
  expect(refused.code, refused.stderr).toBe(7);
  expect(refused.stderr).toContain('held by process 4711 on db-ops-9 since 2026-01-05T02:00:00.000Z');
  expect(refused.stderr).toMatch(
    /fix: wait for it, or stop it on db-ops-9 \(host \S+ cannot see its processes\)\. Only if the process is certainly gone: rm \S+lock\.json/,
  );
  expect((await at.simulator.counts()).orders).toEqual({});
  await rm(lock);
  expect((await at.refit(apply('grow'))).code).toBe(0);
});

it('treats the same ids at another simulated provider as other instances', async (test) => {
  const at = await twoPlans(test);
  const first = await startedRun(at, 'grow');
  const other = await openDesk({ simulator: BRISK, fleet: plainFleet(6) });
  test.onTestFinished(() => other.close());
  const endpoint = ['--endpoint', other.simulator.url];
  const beside = await at.refit([...apply('replicate'), ...endpoint], { env: other.simulator.env });
  expect(beside.code, beside.stderr).toBe(0);
  expect((await first.ended).code).toBe(0);
});
