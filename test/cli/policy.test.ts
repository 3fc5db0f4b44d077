/** The policy with the real command: plan, approve, apply, waves, the scheduler, `policy check` and `apply --digest`. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report, SavedPlan } from '../../src/model.ts';
import { examineRun } from '../../src/operations/audit/examine-run.ts';
import { exportRun } from '../../src/operations/audit/export-run.ts';
import { readerAt } from '../../src/operations/runs/open-runs.ts';
import { approversFile, keyOf, pemOf } from '../approval/people.ts';
import { type Desk, growPlan, openDesk, plainFleet } from './refit.ts';

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
  await setPolicy(POLICY);
  const planned = await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
  expect(planned.code, planned.stderr).toBe(0);
  expect(planned.stdout).toContain('Refit.PolicyApprovals');
  expect(planned.stdout).toMatch(/next +refit approve saved.json/);
  saved = await at.savedPlan('saved.json');
});
afterAll(() => at?.close());

describe('a policy of the user', () => {
  it('is explained by policy check, with file and line', async () => {
    const { code, stdout } = await at.refit(['policy', 'check', 'saved.json', '--policy', 'strict.yaml']);
    expect(code).toBe(5);
    expect(stdout).toMatch(
      /unsigned +require.approvals +1 of approvers.yaml \(wei\) when instances > 2 +\S+policy.yaml:2/,
    );
    expect(stdout).toMatch(/refused +allow.regions +only ap-beijing +strict.yaml:2/);
  });

  it('is judged by policy check as JSON, with exit code 11 if only signatures are missing', async () => {
    const { code, stdout } = await at.refit(['policy', 'check', 'saved.json', '--format', 'json']);
    expect(code).toBe(11);
    expect(JSON.parse(stdout)).toMatchObject({
      valid: true,
      policy: { digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      rules: [
        {
          key: 'require.approvals',
          demands: '1 of approvers.yaml (wei) when instances > 2',
          location: { line: 2 },
          status: 'unsigned',
          message: expect.stringContaining('missing: wei'),
        },
      ],
    });
  });

  it('is named by show and diff, which say what comes before apply', async () => {
    const shown = await at.refit(['show', 'saved.json']);
    expect(shown.stdout).toMatch(/be judged by +policy: [0-9a-f]{8} from \S+policy.yaml\n/);
    expect(shown.stdout).toMatch(/be judged by +require.approvals: 1 of approvers.yaml \(wei\)/);
    expect(shown.stdout).toMatch(/next +refit approve saved.json\n/);
    const strict = await at.refit(['show', 'saved.json', '--policy', 'strict.yaml']);
    expect(strict.stdout).toMatch(/\nREFUSED BY POLICY +3 steps/);
    expect(strict.stdout).toMatch(/next +refit policy check saved.json --policy strict.yaml\n/);
    const diff = await at.refit(['diff', 'saved.json', 'saved.json', '--policy', 'strict.yaml']);
    expect(diff.stdout).toMatch(/^SAME/);
    expect(diff.stdout).toMatch(/today +policy: [0-9a-f]{8} from \S+policy.yaml, strict.yaml\n/);
    expect(diff.stdout).toMatch(/today +allow.regions: only ap-beijing\n/);
  });

  it('refuses a digest that is not whole, and says how to get it', async () => {
    const short = saved.digest.slice(0, 8);
    const { code, stderr } = await at.refit(['apply', 'saved.json', '--auto-approve', '--digest', short]);
    expect(code).toBe(64);
    expect(stderr).toContain(`--digest ${short}: a digest is 64 hexadecimal digits`);
    expect(stderr).toContain('fix: copy the whole digest from the review: refit show saved.json');
    expect(await ordersAt()).toBe(0);
  });

  it('orders nothing without its approvals or with another digest, and signs nothing that it forbids', async () => {
    const apply = ['apply', 'saved.json', '--auto-approve', '--allow-hooks', '--run-dir', 'run'];
    const unsigned = await at.refit(apply);
    expect([unsigned.code, unsigned.stderr]).toEqual([
      11,
      expect.stringContaining('policy.yaml:2: the policy requires 1 approval'),
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
  });

  it('leaves the approvals that it required in the evidence of the run', async () => {
    const approved = (await at.journal()).find(
      (entry) => entry.kind === 'approved' && entry.how === 'policy',
    );
    const key = keyOf('wei').public.fingerprint;
    expect(approved).toMatchObject({ by: 'wei', signed: [{ by: 'wei', key }] });
    expect((await at.json<Report>('run/report.json')).run.signatures).toMatchObject([{ key, for: 'policy' }]);
    const run = join(at.folder, 'run');
    const { files } = await exportRun(
      readerAt(run, { stateDirectory: null }),
      join(at.folder, 'evidence.tar.gz'),
    );
    expect(files).toContain('policy-approvals/wei.json');
    await rm(join(run, 'policy-approvals/wei.json'));
    const { audit } = await examineRun(readerAt(run, { stateDirectory: null }));
    expect(audit.faults).toEqual([expect.stringContaining('by wei for the policy was removed')]);
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

  it('lets the same command go on when it allows the plan again, and orders nothing twice', async () => {
    const apply = ['apply', 'saved.json', '--auto-approve', '--allow-hooks', '--run-dir', 'run'];
    await setPolicy(STRICT);
    const refused = await at.refit(apply);
    expect([refused.code, await ordersAt()], refused.stderr).toEqual([5, 1]);
    await setPolicy(POLICY);
    // The gate of the first wave copies this file again.
    await at.write('strict.yaml', POLICY);
    const resumed = await at.refit(apply);
    expect([resumed.code, await ordersAt()], resumed.stderr).toEqual([0, 3]);
    const { steps } = await at.json<Report>('run/report.json');
    expect(steps.map(({ outcome, orders }) => [outcome, orders.length])).toEqual([
      ['verified', 1],
      ['verified', 1],
      ['verified', 1],
    ]);
    const again = await at.refit(apply);
    expect([again.code, await ordersAt()], again.stderr).toEqual([0, 3]);
  });
});
