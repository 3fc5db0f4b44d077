/** The policy with the real command: plan, approve, apply, waves, the scheduler, `policy check` and `apply --digest`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SavedPlan } from '../../src/model.ts';
import { approversFile, pemOf } from '../approval/people.ts';
import { type Desk, filesIn, growPlan, openDesk, plainFleet } from './refit.ts';

const WAVES = [
  'waves:',
  '  - { name: first, take: 1, gate: { command: [sh, -c, "cp strict.yaml home/.config/refit/policy.yaml"] } }',
  '  - { name: rest, take: rest }',
];
const POLICY =
  'version: 1\nrequire: { approvals: [{ need: 1, from: approvers.yaml, when: { instances: "> 2" } }] }\n';
const STRICT = 'version: 1\nallow: { regions: [ap-beijing] }\n';

let at: Desk;
let saved: SavedPlan;

const ordersAt = async () =>
  Object.values((await at.simulator.counts()).orders).reduce((sum, one) => sum + one, 0);
const setPolicy = (text: string) => at.write('home/.config/refit/policy.yaml', text);

beforeAll(async () => {
  at = await openDesk({ fleet: plainFleet(3) });
  await mkdir(join(at.folder, 'home/.config/refit'), { recursive: true });
  await at.write('home/.config/refit/approvers.yaml', approversFile(['wei']));
  await at.write('plan.yaml', growPlan(WAVES));
  await at.write('strict.yaml', STRICT);
  await at.write('wei.key', pemOf('wei'));
  await at.write('jun.key', pemOf('jun'));
  await setPolicy(POLICY);
  const planned = await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
  expect(planned.code, planned.stderr).toBe(0);
  expect(planned.stdout).toContain('Refit.PolicyApprovals');
  expect(planned.stdout).toMatch(/next +refit approve saved.json/);
  saved = await at.json<SavedPlan>('saved.json');
});
afterAll(() => at?.close());

describe('a policy of the user', () => {
  it('blocks a plan that it does not allow, and writes no saved plan', async () => {
    const { code, stdout } = await at.refit([
      'plan',
      'plan.yaml',
      '-o',
      'other.json',
      '--policy',
      'strict.yaml',
    ]);
    expect(code).toBe(5);
    expect(stdout).toContain('Refit.PolicyNotAllowed');
    expect(await filesIn(at.folder)).not.toContain('other.json');
  });

  it('is explained by policy check, with file and line', async () => {
    const { code, stdout } = await at.refit(['policy', 'check', 'saved.json', '--policy', 'strict.yaml']);
    expect(code).toBe(5);
    expect(stdout).toMatch(
      /unsigned +require.approvals +1 of approvers.yaml \(wei\) when instances > 2 +\S+policy.yaml:2/,
    );
    expect(stdout).toMatch(/refused +allow.regions +only ap-beijing +strict.yaml:2/);
    const alone = await at.refit(['policy', 'check', 'saved.json', '--json']);
    expect(alone.code).toBe(11);
    expect(JSON.parse(alone.stdout).rules[0]).toMatchObject({ key: 'require.approvals', status: 'unsigned' });
  });

  it('orders nothing without its approvals, with another digest, or after it changed', async () => {
    const apply = ['apply', 'saved.json', '--auto-approve', '--allow-hooks', '--run-dir', 'run'];
    const unsigned = await at.refit(apply);
    expect([unsigned.code, unsigned.stderr]).toEqual([
      11,
      expect.stringContaining('policy.yaml:2: the policy requires 1 approval'),
    ]);
    const stranger = await at.refit(['approve', 'saved.json', '--key', 'jun.key']);
    expect([stranger.code, stranger.stderr]).toEqual([
      11,
      expect.stringContaining('not the key of an approver'),
    ]);
    const forbidden = await at.refit([
      'approve',
      'saved.json',
      '--key',
      'wei.key',
      '--policy',
      'strict.yaml',
    ]);
    expect([forbidden.code, forbidden.stderr]).toEqual([5, expect.stringContaining('nothing was signed')]);
    const other = await at.refit([...apply, '--digest', '0'.repeat(64)]);
    expect([other.code, other.stderr]).toEqual([6, expect.stringContaining('another plan')]);
    const short = await at.refit([...apply, '--digest', saved.digest.slice(0, 8)]);
    expect(short.code).toBe(64);
    const invalid = await at.refit([...apply, '--policy', 'plan.yaml']);
    expect(invalid.code).toBe(65);
    expect(await ordersAt()).toBe(0);
  });

  it('stops the run before the wave at which it has become stricter', async () => {
    const approved = await at.refit(['approve', 'saved.json', '--key', 'wei.key']);
    expect(approved.code, approved.stderr).toBe(0);
    const ended = await at.refit([
      ...['apply', 'saved.json', '--auto-approve', '--allow-hooks', '--run-dir', 'run'],
      ...['--digest', saved.digest],
    ]);
    expect(ended.code, ended.stderr).toBe(5);
    expect(await ordersAt()).toBe(1);
    expect(ended.stdout).toMatch(/policy +[0-9a-f]{8} from \S+policy.yaml/);
    const [started] = await at.journal();
    expect(started).toMatchObject({
      kind: 'run-started',
      policy: { digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    const again = await at.refit([
      'apply',
      'saved.json',
      '--auto-approve',
      '--allow-hooks',
      '--run-dir',
      'run',
    ]);
    expect([again.code, await ordersAt()]).toEqual([5, 1]);
  });

  it('lets the scheduler run nothing that it does not allow', async () => {
    await mkdir(join(at.folder, 'plans'));
    const schedule = 'schedule: { cron: "0 0 1 1 *", timezone: UTC, does: run }';
    await at.write('plans/nightly.yaml', growPlan([schedule]));
    const before = await ordersAt();
    const { code, stdout } = await at.refit(['schedule', 'run-now', 'plans', 'nightly']);
    expect([code, await ordersAt()], stdout).toEqual([5, before]);
    expect(stdout).toContain('nightly.yaml');
  });
});
