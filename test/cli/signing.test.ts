/** `--sign` with the real commands: plans and the heads of journals, with key files, ssh-agent, and in the scheduler. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { approversFile, pemOf } from '../approval/people.ts';
import { BRISK, type Desk, desk, filesIn, growPlan, plainFleet, until } from './refit.ts';

const PLANNED_BY = 'version: 1\nrequire: { plannedBy: { from: planners.yaml } }\n';
const RUNS = ['--runs', 'occurrences'];
const LATER = `schedule: { once: "${new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10)}T01:30:00+08:00", does: run }`;
const AS_WEI = ['--sign', 'wei.key', '--as', 'wei'];

/** A desk whose user demands that wei or robot planned each saved plan. */
async function strict(test: TestContext, lines: readonly string[] = [], flags = BRISK): Promise<Desk> {
  const at = await desk(test, { simulator: flags, fleet: plainFleet(2) });
  await mkdir(join(at.folder, 'home/.config/refit'), { recursive: true });
  await mkdir(join(at.folder, 'plans'));
  await at.write('home/.config/refit/policy.yaml', PLANNED_BY);
  await at.write('home/.config/refit/planners.yaml', approversFile(['wei', 'robot']));
  await at.write('signers.yaml', approversFile(['wei', 'robot']));
  await at.write('plan.yaml', growPlan(lines));
  for (const name of ['wei', 'robot', 'mallory']) await at.write(`${name}.key`, pemOf(name));
  return at;
}

async function ok(at: Desk, args: readonly string[], code = 0) {
  const ended = await at.refit(args);
  expect(ended.code, ended.stdout + ended.stderr).toBe(code);
  return ended;
}

const apply = (saved: string, run: string, ...more: readonly string[]) => [
  ...['apply', saved, '--auto-approve', '--run-dir', run, '-q'],
  ...more,
];

/** Proves who planned a run and who signed its last entry. */
async function verify(at: Desk, run: string) {
  const { stdout } = await ok(at, ['audit', 'verify', run, '--signers', 'signers.yaml', '--json']);
  const { authentic, vouchedForBy, plannedBy } = JSON.parse(stdout);
  return { authentic, vouchedForBy, plannedBy: plannedBy.map((one: string) => one.split(' ')[0]) };
}

const ordersAt = async (at: Desk) => Object.values((await at.simulator.counts()).orders);

describe.concurrent('--sign', () => {
  it('of plan, rollback and retry meets a policy that demands planners, and of apply vouches for the run', async (test) => {
    const at = await strict(test, [], [...BRISK, '--fault', 'sold-out#1']);
    await ok(at, ['plan', 'plan.yaml', '-q', '-o', 'unsigned.json']);
    const refused = await ok(at, apply('unsigned.json', 'never'), 11);
    expect(refused.stderr).toMatch(
      /requires the signature of a planner of planners.yaml, and none has signed/,
    );
    expect(await ordersAt(at)).toEqual([]);

    await ok(at, ['plan', 'plan.yaml', '-q', '-o', 'saved.json', ...AS_WEI]);
    await ok(at, apply('saved.json', 'run', ...AS_WEI), 3);
    await ok(at, ['retry', 'run', '-q', '-o', 'retry.json', ...AS_WEI]);
    await ok(at, apply('retry.json', 'again', ...AS_WEI));
    await ok(at, ['rollback', 'run', '-q', '-o', 'undo.json', '--sign', 'mallory.key', '--as', 'mallory']);
    expect((await ok(at, apply('undo.json', 'refused'), 11)).stderr).toContain('none has signed');
    await ok(at, ['rollback', 'run', '-q', '-o', 'undo.json', ...AS_WEI]);
    await ok(at, apply('undo.json', 'back', '--sign', 'robot.key', '--as', 'robot'));
    const byWei = { authentic: true, vouchedForBy: ['wei'], plannedBy: ['wei'] };
    expect(await verify(at, 'run')).toEqual(byWei);
    expect(await verify(at, 'again')).toEqual(byWei);
    expect(await verify(at, 'back')).toEqual({ ...byWei, vouchedForBy: ['robot'] });
  });

  it('of reconcile signs what it adds to the journal, and its next command keeps the key', async (test) => {
    const flags = [...BRISK, '--fault', 'slow=600ms@UpgradeInstance'];
    const at = await strict(test, ['execution: { inFlight: 1, patience: 2s }'], flags);
    await ok(at, ['plan', 'plan.yaml', '-q', '-o', 'saved.json', ...AS_WEI]);
    const run = at.start(apply('saved.json', 'run', ...AS_WEI));
    const arrived = async () => (await at.simulator.counts()).actions.UpgradeInstance?.arrivals ?? 0;
    await until('the order has arrived', async () => (await arrived()) > 0);
    run.kill('SIGKILL');
    await run.ended;
    const { stdout } = await ok(at, ['reconcile', 'run', ...AS_WEI]);
    expect(stdout).toMatch(
      /next: refit apply run\/plan\.json --run-dir run --sign wei\.key --as wei --endpoint/,
    );
    expect(await verify(at, 'run')).toEqual({ authentic: true, vouchedForBy: ['wei'], plannedBy: ['wei'] });
  });

  it.for(['apply', 'reconcile', 'schedule run', 'schedule run-now'])(
    'of %s refuses a missing key before it starts',
    async (command, test) => {
      const at = await strict(test);
      await ok(at, ['plan', 'plan.yaml', '-q', '-o', 'saved.json', ...AS_WEI]);
      await ok(at, apply('saved.json', 'run'));
      await at.write('plans/grow.yaml', growPlan([LATER]));
      const journal = await at.text('run/journal.jsonl');
      const rest = { apply: ['saved.json'], reconcile: ['run'], 'schedule run': ['plans'] }[command];
      const args = [...command.split(' '), ...(rest ?? ['plans', 'grow']), '--sign', 'no.key'];
      expect((await ok(at, args, 64)).stderr).toMatch(/the key no\.key cannot be read/);
      expect(await at.text('run/journal.jsonl')).toBe(journal);
    },
  );
});

describe.concurrent('the scheduler under a policy that demands planners', () => {
  const runNow = (name: string, ...more: readonly string[]) => [
    ...['schedule', 'run-now', 'plans', name, ...RUNS, '--json'],
    ...more,
  ];
  const directoryOf = ({ stdout }: { stdout: string }): string => JSON.parse(stdout).directory;

  it('carries out a saved plan that a planner signed, and keeps the signature with the run', async (test) => {
    const at = await strict(test, [LATER, 'expires: 366d']);
    await ok(at, ['plan', 'plan.yaml', '-q', '-o', 'plans/board.json', ...AS_WEI]);
    const ended = await ok(at, runNow('board', '--sign', 'robot.key', '--as', 'robot'));
    const run = directoryOf(ended);
    expect(await filesIn(join(run, 'plan-signatures'))).toEqual(['wei.json']);
    expect(await verify(at, run)).toEqual({ authentic: true, vouchedForBy: ['robot'], plannedBy: ['wei'] });
    // The signature is no plan that the folder would have to explain.
    const { stdout } = await ok(at, ['schedule', 'list', 'plans', ...RUNS, '--json']);
    expect(JSON.parse(stdout).plans.map(({ name }: { name: string }) => name)).toEqual(['board.json']);
  });

  it.for([
    ['without a key', [], /none has signed.*The scheduler made no plan: start it with --sign KEY/],
    ['with a key that no list has', ['--sign', 'mallory.key', '--as', 'mallory'], /none has signed/],
  ] as const)('plans and orders nothing %s, and says why', async ([, sign, why], test) => {
    const at = await strict(test);
    await at.write('plans/grow.yaml', growPlan([LATER]));
    const ended = await ok(at, runNow('grow', ...sign), 11);
    expect(JSON.parse(ended.stdout).message).toMatch(why);
    expect(await filesIn(directoryOf(ended))).toEqual([]);
    expect(await ordersAt(at)).toEqual([]);
  });

  it('signs the plan that it makes and the head of its run with its own key', async (test) => {
    const at = await strict(test);
    await at.write('plans/grow.yaml', growPlan([LATER]));
    const run = directoryOf(await ok(at, runNow('grow', '--sign', 'robot.key', '--as', 'robot')));
    expect(await verify(at, run)).toEqual({ authentic: true, vouchedForBy: ['robot'], plannedBy: ['robot'] });
    expect((await filesIn(run)).filter((name) => name.startsWith('draft'))).toEqual([]);
  });
});

const HAS_AGENT = ['ssh-agent', 'ssh-add', 'ssh-keygen'].every((program) => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
});

describe.skipIf(!HAS_AGENT && process.env.REFIT_REQUIRE_ALL !== '1')('a real ssh-agent', () => {
  it('signs plan and run with a key whose passphrase only the agent knows', async (test) => {
    const at = await desk(test, { fleet: plainFleet(2) });
    const socket = join(at.folder, 'agent.sock');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    test.onTestFinished(() => void agent.kill());
    await once(agent.stdout, 'data');
    const key = join(at.folder, 'secret');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'a passphrase', '-C', '', '-f', key]);
    await writeFile(join(at.folder, 'ask'), '#!/bin/sh\necho a passphrase\n', { mode: 0o700 });
    const env = { ...process.env, SSH_AUTH_SOCK: socket };
    const asking = { SSH_ASKPASS: join(at.folder, 'ask'), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' };
    await at.write('plan.yaml', growPlan());
    const sign = ['--sign', 'secret', '--as', 'wei'];
    const refit = (args: readonly string[]) => at.refit(args, { env: { SSH_AUTH_SOCK: socket } });

    // Before ssh-add, nobody has the passphrase.
    const early = await refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json', ...sign]);
    expect([early.code, early.stderr]).toEqual([64, expect.stringMatching(/ssh-add secret/)]);
    execFileSync('ssh-add', ['-q', key], { env: { ...env, ...asking } });
    expect((await refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json', ...sign])).code).toBe(0);
    const ended = await refit(apply('saved.json', 'run', ...sign));
    expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringMatching(/not signed/)]);

    const line = (await readFile(`${key}.pub`, 'utf8')).trim();
    await at.write('signers.yaml', `- { name: wei, key: ${line} }\n`);
    expect(await verify(at, 'run')).toEqual({ authentic: true, vouchedForBy: ['wei'], plannedBy: ['wei'] });

    // An agent that leaves during the run costs the signatures, and not the run.
    const undo = ['rollback', 'run', '-q', '-o', 'undo.json', ...sign];
    expect((await refit(undo)).code).toBe(0);
    const back = at.start(apply('undo.json', 'back', ...sign), { env: { SSH_AUTH_SOCK: socket } });
    await until('it runs', async () => (await at.journal('back')).some(({ kind }) => kind === 'intent'));
    agent.kill();
    const left = await back.ended;
    expect([left.code, left.stderr]).toEqual([
      0,
      expect.stringMatching(/was not signed .*refit audit sign \S*back/),
    ]);
  });
});
