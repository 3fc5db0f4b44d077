/** Rollback and retry of a run, with plans that are reviewed and applied like any other. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BRISK, type Desk, desk, growPlan, plainFleet, until } from './refit.ts';

const CLUSTER = 'crs-cluster1';
const MULTI = 'crs-multi001';
const FLEET = [
  ...plainFleet(3),
  { id: CLUSTER, edition: 'redis-6.2-cluster', memoryPerShard: 4096, shards: 3, usedTotal: 600 },
  {
    id: MULTI,
    edition: 'redis-6.2-cluster',
    zone: 'ap-guangzhou-4',
    memoryPerShard: 4096,
    shards: 3,
    replicas: 1,
    replicaZones: ['ap-guangzhou-6'],
  },
];
const PLAN = `version: 1
name: grow
change: CHG-20481
defaults: { region: ap-guangzhou }
targets:
  - { select: { name: "plain-*" }, memoryPerShard: 8GB }
  - { instance: ${CLUSTER}, memoryPerShard: 8GB, shards: 5 }
  - { instance: ${MULTI}, replicas: 3, zones: [ap-guangzhou-7, ap-guangzhou-6] }
execution: { requestsPerSecond: 20, patience: 2s }
`;

async function sizes(at: Desk): Promise<string[]> {
  const { instances } = await at.simulator.state();
  return instances.map((one) => `${one.id} ${one.memoryPerShard} x ${one.shards}, ${one.replicas}`).sort();
}

async function ok(at: Desk, args: readonly string[], code = 0) {
  const ended = await at.refit(args);
  expect(ended.code, ended.stdout + ended.stderr).toBe(code);
  return ended;
}

const apply = (saved: string, run: string) => ['apply', saved, '--auto-approve', '--run-dir', run, '-q'];

describe.concurrent('a run', () => {
  it('is rolled back by its own plan, which restores the fleet only when applied', async (test) => {
    const at = await desk(test, { simulator: BRISK, fleet: FLEET });
    const before = await sizes(at);
    await at.write('plan.yaml', PLAN);
    await ok(at, ['plan', 'plan.yaml', '-q', '-o', 'saved.json']);
    await ok(at, apply('saved.json', 'run'));
    const after = await sizes(at);
    expect(after).not.toEqual(before);

    const made = await ok(at, ['rollback', 'run', '-o', 'undo.json', '--price']);
    expect(made.stdout).toContain('shrink: allow');
    expect(made.stdout).toContain('refit apply undo.json --endpoint');
    expect(await sizes(at)).toEqual(after);
    const undo = await at.savedPlan('undo.json');
    const report = await at.report('run');
    expect(undo.source).toEqual({
      kind: 'rollback',
      run: 'run',
      digest: report.plan.digest,
      head: report.head,
    });
    expect([undo.name, undo.change]).toEqual(['grow-rollback', 'CHG-20481']);
    expect(undo.prices.length).toBeGreaterThan(0);
    await ok(at, ['audit', 'verify', undo.source!.run, '--head', undo.source!.head]);

    await ok(at, apply('undo.json', 'back'));
    expect(await sizes(at)).toEqual(before);
    expect((await at.report('back')).totals.verified).toBe(6);
    // After the rollback nothing is left to roll back.
    const again = await ok(at, ['rollback', 'run', '--json']);
    expect(JSON.parse(again.stdout).verdict).toBe('no-change');
  });

  it('is retried only for the instances that were sold out', async (test) => {
    const at = await desk(test, {
      simulator: [...BRISK, '--fault', 'sold-out=crs-fleet001#1'],
      fleet: plainFleet(3),
    });
    await at.write('plan.yaml', growPlan());
    await ok(at, ['plan', 'plan.yaml', '-q', '--region', 'ap-guangzhou', '-o', 'saved.json']);
    await ok(at, apply('saved.json', 'run'), 3);
    await ok(at, ['retry', 'run', '-q', '-o', 'rest.json']);
    const rest = await at.savedPlan('rest.json');
    expect(rest.steps.map(({ id }) => id)).toEqual(['crs-fleet001/memoryPerShard']);
    expect(rest.source?.kind).toBe('retry');
    await ok(at, apply('rest.json', 'second'));
    expect(new Set((await sizes(at)).map((line) => line.split(' ')[1]))).toEqual(new Set(['8192']));
    expect(Object.values((await at.simulator.counts()).orders)).toEqual([1, 1, 1]);
  });

  it('with windows is rolled back in its windows without calendar files, or immediately with --ignore-windows', async (test) => {
    const at = await desk(test, { simulator: BRISK, fleet: plainFleet(2) });
    const before = await sizes(at);
    const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    const event = `BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:${day}\r\nSUMMARY:the sale\r\nEND:VEVENT`;
    await at.write('freezes.ics', `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${event}\r\nEND:VCALENDAR\r\n`);
    const windows = 'windows: { timezone: UTC, calendars: [freezes.ics] }';
    await at.write('plan.yaml', growPlan([windows]));
    await ok(at, ['plan', 'plan.yaml', '-q', '-o', 'saved.json']);
    await ok(at, apply('saved.json', 'run'));
    await rm(join(at.folder, 'freezes.ics'));

    const kept = await ok(at, ['rollback', 'run', '-o', 'undo.json']);
    expect(kept.stdout).toContain('Refit.WindowsOfRun');
    expect(kept.stdout.replace(/\s+/g, ' ')).toContain('refit rollback run --ignore-windows -o SAVED');
    const saved = await at.savedPlan('saved.json');
    expect(saved.windows!.calendars[0]!.freezes).toHaveLength(1);
    expect((await at.savedPlan('undo.json')).windows).toEqual(saved.windows);

    const ignored = await ok(at, ['rollback', 'run', '--ignore-windows', '-o', 'now.json']);
    expect(ignored.stdout.replace(/\s+/g, ' ')).toContain(
      'this plan may start at any time and ignores what that run kept to: 1 calendar (UTC)',
    );
    const now = await at.savedPlan('now.json');
    expect(now).not.toHaveProperty('windows');
    expect(now.source).toMatchObject({ kind: 'rollback', ignoresWindows: true });
    await ok(at, apply('now.json', 'back'));
    expect(await sizes(at)).toEqual(before);
  });

  it('cannot be planned from while it has a live process', async (test) => {
    const at = await desk(test, {
      simulator: ['--start-lag', '20ms', '--duration', '5s', '--lock-tail', '10ms'],
      fleet: plainFleet(1),
    });
    await at.write('plan.yaml', growPlan());
    await ok(at, ['plan', 'plan.yaml', '-q', '-o', 'saved.json']);
    const running = at.start(apply('saved.json', 'run'));
    await until('it has ordered', async () => (await at.journal()).some(({ kind }) => kind === 'accepted'));
    const refused = await ok(at, ['rollback', 'run', '-o', 'undo.json'], 7);
    expect(refused.stderr).toMatch(
      /is still running it, so its outcomes are not final[\s\S]*fix: wait for its end, or stop it: refit drain run/,
    );
    running.kill('SIGKILL');
    await running.ended;
    // The outcome of the order is unknown: the plan leaves it out and says so.
    const blocked = await ok(at, ['rollback', 'run'], 5);
    expect(blocked.stdout).toContain('Refit.OutcomeUnknown');
    expect(blocked.stdout).toContain('Refit.RunUnfinished');
  });
});
