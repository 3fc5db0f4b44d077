/** `refit schedule` as processes: stored reviews, plans that wait for approval, one scheduler for each folder. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { file as approvalFile, approversFile } from '../approval/people.ts';
import { BRISK, type Desk, desk, filesIn, plainFleet, type Running, until } from './refit.ts';

const RUNS = ['--runs', 'occurrences'];

const planText = (name: string, instance: string, schedule: string, more: readonly string[] = []) =>
  [
    'version: 1',
    `name: ${name}`,
    `targets: [{ instance: ${instance}, region: ap-guangzhou, memoryPerShard: 8GB }]`,
    `schedule: ${schedule}`,
    ...more,
    '',
  ].join('\n');

const YEARLY = '{ cron: "0 0 1 1 *", timezone: Asia/Shanghai, does: dry-run }';
/** Within the time for which a saved plan can be valid. */
const LATER = `{ once: "${new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10)}T01:30:00+08:00", does: run }`;

/** The fields of `list --json` that these tests use. */
interface Listed {
  readonly name: string;
  readonly enabled?: boolean;
  readonly last: {
    readonly phase: string;
    readonly exitCode: number | null;
    readonly directory: string;
  } | null;
}

async function listed(at: Desk, name: string): Promise<Listed> {
  const { stdout } = await at.refit(['schedule', 'list', 'plans', ...RUNS, '--json']);
  const { plans } = JSON.parse(stdout) as { plans: Listed[] };
  return plans.find((plan) => plan.name === name) ?? { name, last: null };
}

async function watching(at: Desk, more: readonly string[] = []): Promise<Running> {
  const scheduler = at.start(['schedule', 'plans', ...RUNS, ...more]);
  await until('it to start', () => /started by/.test(scheduler.stderr()));
  return scheduler;
}

it('lists, enables, disables and runs plans without a scheduler, with the review and its exit code', async (test) => {
  const at = await desk(test, { fleet: plainFleet(1) });
  expect((await at.refit(['schedule', 'list', 'plans'])).code, 'no folder').toBe(64);
  await mkdir(join(at.folder, 'plans'));
  await at.write('plans/drift.yaml', planText('drift', 'crs-fleet000', YEARLY));
  await at.write('plans/broken.yaml', 'version: 1\nnam: x\n');
  await at.write('plans/approvers.yaml', approversFile(['wei']));

  const { code, stdout, stderr } = await at.refit(['schedule', 'list', 'plans', ...RUNS]);
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/1 file cannot.*\n.*refit schedule run plans --endpoint \S+\n/),
  ]);
  expect(stdout).toMatch(
    /^broken.yaml\n {2}not scheduled: line \d: .*\n {2}fix: refit validate plans\/broken.yaml/,
  );
  expect(stdout).toMatch(
    /drift.yaml\n {2}action +dry-run at "0 0 1 1 \*" Asia\/Shanghai\n {2}state +enabled\n/,
  );
  expect(stdout).not.toMatch(/approvers/);
  const next = await at.refit(['schedule', 'next', 'plans', ...RUNS, '--count', '2']);
  expect(next.stdout).toMatch(
    /^(\w{3} \d{4}-01-01 00:00 Asia\/Shanghai +\d{4}-12-31 16:00 UTC +drift.yaml +dry-run\n){2}$/,
  );

  expect((await at.refit(['schedule', 'disable', 'plans', 'drift', ...RUNS])).stdout).toMatch(
    /drift.yaml is disabled/,
  );
  expect(await listed(at, 'drift.yaml')).toMatchObject({ enabled: false, next: null });
  expect((await at.refit(['schedule', 'next', 'plans', ...RUNS])).stdout).toBe('nothing is due\n');
  expect((await at.refit(['schedule', 'enable', 'plans', 'drift.yaml', ...RUNS])).code).toBe(0);

  const unknown = await at.refit(['schedule', 'run-now', 'plans', 'drft', ...RUNS]);
  expect([unknown.code, unknown.stderr]).toEqual([
    64,
    expect.stringMatching(/fix: refit schedule list plans/),
  ]);
  const now = await at.refit(['schedule', 'run-now', 'plans', 'drift', ...RUNS]);
  expect([now.code, now.stdout], now.stderr).toEqual([2, expect.stringMatching(/there are changes\n/)]);
  const { last } = await listed(at, 'drift.yaml');
  expect(last).toMatchObject({ phase: 'ended', exitCode: 2 });
  expect(await filesIn(last!.directory)).toEqual(['output.log', 'review.json', 'review.md', 'review.txt']);
  expect(Object.keys((await at.simulator.counts()).orders)).toEqual([]);
});

it('has one scheduler for a folder, with health and metrics, and notices changed files', async (test) => {
  const at = await desk(test, { fleet: plainFleet(1) });
  await mkdir(join(at.folder, 'plans'));
  for (const address of ['0.0.0.0:9464', '9464', '10.0.0.1:1']) {
    const { code, stderr } = await at.refit(['schedule', 'plans', '--listen', address]);
    expect([code, stderr], address).toEqual([64, expect.stringMatching(/fix: --listen 127.0.0.1:\d+/)]);
  }
  const scheduler = at.start(['schedule', 'run', 'plans', ...RUNS, '--listen', '127.0.0.1:0', '--json']);
  await until('it to start', () => /"started"/.test(scheduler.stderr()));
  const { url } = JSON.parse(scheduler.stdout()) as { url: string };
  const ask = async (path: string) => {
    const answer = await fetch(`${url}${path}`);
    return `${answer.status} ${await answer.text()}`;
  };
  await until('it to be ready', async () => (await ask('/readyz')) === '200 ok\n');
  expect(await ask('/healthz')).toBe('200 ok\n');
  expect(await ask('/')).toMatch(/^404 /);
  for (const more of [RUNS, ['--runs', 'elsewhere']]) {
    const second = await at.refit(['schedule', 'run', 'plans', ...more]);
    expect([second.code, second.stderr], more[1]).toEqual([7, expect.stringMatching(/held by process \d+/)]);
  }
  await at.write('plans/drift.yaml', planText('drift', 'crs-fleet000', YEARLY));
  await until('it to read the plan', () => /"scheduled","plan":"drift.yaml"/.test(scheduler.stderr()));
  const asked = await at.refit(['schedule', 'run-now', 'plans', 'drift', ...RUNS, '--json']);
  expect([asked.code, JSON.parse(asked.stdout)]).toMatchObject([
    0,
    { kind: 'attempt-started', reason: 'requested' },
  ]);
  await until('its end', async () => (await listed(at, 'drift.yaml')).last?.exitCode === 2);
  // The entry is on disk a moment before the scheduler counts it.
  await until('its metrics', async () => /^refit_schedule_running\S+ 0$/m.test(await ask('/metrics')));
  const metrics = await ask('/metrics');
  expect(metrics).toMatch(/^# TYPE refit_schedule_occurrences_total counter$/m);
  for (const line of [
    'up 1',
    'plans 1',
    'invalid_files 0',
    'running{plan="drift.yaml"} 0',
    'last_exit_code{plan="drift.yaml"} 2',
    'occurrences_total{plan="drift.yaml",outcome="ended-2"} 1',
  ])
    expect(metrics).toContain(`refit_schedule_${line}\n`);
  await at.write('plans/drift.yaml', 'version: 1\n');
  await until('it to report the fault', () =>
    /"plan":"drift.yaml","message":"not scheduled/.test(scheduler.stderr()),
  );

  scheduler.kill('SIGTERM');
  const { code, stdout } = await scheduler.ended;
  expect([code, JSON.parse(stdout.split('\n')[0]!)]).toMatchObject([
    143,
    { url: expect.stringMatching(/^http:/) },
  ]);
});

it('refuses a saved plan without approval with 11, and carries it out once approved', async (test) => {
  const at = await desk(test, { fleet: plainFleet(1) });
  await mkdir(join(at.folder, 'plans'));
  await at.write('approvers.yaml', approversFile(['wei', 'jun']));
  const approvals = ['approvals: { need: 1, from: approvers.yaml }', 'owner: dba-oncall'];
  await at.write('source.yaml', planText('board', 'crs-fleet000', LATER, [...approvals, 'expires: 366d']));
  const planned = await at.refit(['plan', 'source.yaml', '-o', 'plans/board.json']);
  expect([planned.code, planned.stdout]).toEqual([0, expect.stringMatching(/start by itself +once at/)]);

  const early = await at.refit(['schedule', 'run-now', 'plans', 'board', ...RUNS]);
  expect([early.code, early.stdout], early.stderr).toEqual([11, expect.stringMatching(/not approved/)]);
  const saved = await at.savedPlan('plans/board.json');
  await at.write('plans/board.json.approval-wei.json', approvalFile('wei', {}, saved, Date.now()));
  expect((await at.refit(['schedule', 'run-now', 'plans', 'board', ...RUNS])).code).toBe(0);
  expect(await listed(at, 'board.json')).toMatchObject({
    next: null,
    last: { exitCode: 0, attempts: 2, totals: { verified: 1 } },
  });
  expect((await at.simulator.counts()).orders).toEqual({ 'crs-fleet000': 1 });
});

it('drains a stopped scheduler, and the next one resumes the attempt', async (test) => {
  const fleet = plainFleet(2);
  const at = await desk(test, {
    simulator: [...BRISK, '--duration', '2s..2s'],
    fleet,
  });
  await mkdir(join(at.folder, 'plans'));
  const both = planText('both', 'crs-fleet000', LATER, ['execution: { inFlight: 1 }']).replace(
    ' }]',
    ' }, { instance: crs-fleet001, region: ap-guangzhou, memoryPerShard: 8GB }]',
  );
  await at.write('plans/both.yaml', both);
  const first = await watching(at);
  expect((await at.refit(['schedule', 'run-now', 'plans', 'both', ...RUNS])).code).toBe(0);
  await until('an order', async () => Object.keys((await at.simulator.counts()).orders).length === 1);
  first.kill('SIGTERM');
  expect((await first.ended).code).toBe(143);
  expect(await listed(at, 'both.yaml')).toMatchObject({ last: { phase: 'in-progress' } });
  expect(Object.values((await at.simulator.counts()).orders), 'drained: no second order').toEqual([1]);

  const second = await watching(at);
  await until('its end', async () => (await listed(at, 'both.yaml')).last?.phase === 'ended');
  expect(await listed(at, 'both.yaml')).toMatchObject({ last: { exitCode: 0, totals: { verified: 2 } } });
  expect(Object.values((await at.simulator.counts()).orders)).toEqual([1, 1]);
  second.kill('SIGTERM');
  await second.ended;
});
