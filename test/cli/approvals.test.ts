/** Approvals with the real command: who may approve, what does not count, waves with approval, and the evidence. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SavedPlan } from '../../src/model.ts';
import { file as approvalFile, approversFile, pemOf, type Signing } from '../approval/people.ts';
import { type Desk, desk, growPlan, openDesk, plainFleet, struckBy } from './refit.ts';

const PLAN = growPlan([
  'approvals: { need: 2, from: approvers.yaml }',
  'waves: [{ name: canary, take: 1 }, { name: rest, take: rest, approval: required }]',
]);
const PEOPLE = ['wei', 'jun', 'li', 'dba-oncall'];

/** A plan that needs two approvals, and the keys of the people. */
async function sealedAt(at: Desk): Promise<SavedPlan> {
  await at.write('plan.yaml', PLAN);
  await at.write('approvers.yaml', approversFile(PEOPLE));
  for (const name of [...PEOPLE, 'mallory']) await at.write(`${name}.key`, pemOf(name));
  const planned = await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
  expect(planned.code, planned.stdout + planned.stderr).toBe(0);
  expect(planned.stdout.replace(/\s+/g, ' ')).toMatch(
    /need approval 2 of wei \(SHA256:\S+\), jun \(SHA256:\S+\), li \(SHA256:\S+\), dba-oncall \(SHA256:\S+\); the authors dba-oncall, \S+ cannot approve; again for wave rest/,
  );
  expect(planned.stdout).toMatch(/next +refit approve saved.json\n/);
  return at.savedPlan('saved.json');
}

const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];

async function approve(at: Desk, name: string, ...more: readonly string[]): Promise<void> {
  const { code, stderr } = await at.refit(['approve', 'saved.json', '--key', `${name}.key`, ...more]);
  expect(code, stderr).toBe(0);
}

async function ordersAt(at: Desk): Promise<number> {
  const { orders } = await at.simulator.counts();
  return Object.values(orders).reduce((sum, count) => sum + count, 0);
}

describe('a plan that needs two approvals', () => {
  let at: Desk;
  let saved: SavedPlan;
  beforeAll(async () => {
    at = await openDesk({ fleet: plainFleet(3) });
    saved = await sealedAt(at);
    await at.write('saved.json.approval-wei.json', approvalFile('wei', {}, saved, Date.now()));
  });
  afterAll(() => at?.close());

  it('has the approvers in its digest: another list is another plan', async () => {
    await at.write('approvers.yaml', approversFile([...PEOPLE, 'mallory']));
    const sign = ['--sign', 'dba-oncall.key', '--as', 'dba-oncall'];
    expect((await at.refit(['plan', 'plan.yaml', '-q', '-o', 'other.json', ...sign])).code).toBe(0);
    const other = await at.savedPlan('other.json');
    expect([saved.approvals?.approvers.length, other.approvals?.approvers.length]).toEqual([4, 5]);
    expect(other.digest).not.toBe(saved.digest);
    expect(await at.json('other.json.plan-signature-dba-oncall.json')).toMatchObject({
      format: 'refit.plan-signature/1',
      digest: other.digest,
      by: 'dba-oncall',
    });
    const shown = await at.refit(['show', 'other.json']);
    expect(shown.stdout).toMatch(/planned by +unverified: SHA256:\S+ says dba-oncall\n/);
  });

  // biome-ignore format: one line a case
  it.for<[string, string | null, Signing, RegExp]>([
    ['too few', null, {}, /has 1 \(wei\); missing: 1 of jun, li$/m],
    ['forged', 'jun', { key: 'mallory' }, /not the key of an approver of this plan/],
    ['expired', 'jun', { expires: -1_000 }, /does not count: expired at/],
    ['of another plan', 'jun', { digest: 'e'.repeat(64) }, /approves another plan \(eeeeeeee, not/],
    ["the author's own", 'dba-oncall', {}, /dba-oncall made the plan and may not approve it/],
    ['doubled', 'wei', { expires: 5_000_000 }, /a second approval by wei: each approver counts once/],
    ['by an unknown key', 'mallory', {}, /not the key of an approver of this plan/],
    ['of a wave', 'jun', { wave: 'rest' }, /approves wave rest, not the plan/],
  ])('is refused with 11 when one of its approvals is %s, even with --auto-approve', async ([, name, signing, why]) => {
    const path = 'saved.json.approval-offered.json';
    if (name === null) await writeFile(join(at.folder, path), '', { flag: 'w' });
    else await at.write(path, approvalFile(name, signing, saved, Date.now()));
    const { code, stdout, stderr } = await at.refit(APPLY);
    expect({ code, stdout }).toEqual({ code: 11, stdout: '' });
    expect(stderr).toMatch(/^refit: not approved: the plan \(.{8}\) needs 2 approvals and has 1 \(wei\); missing: 1 of jun, li\n/);
    expect(stderr).toMatch(/saved\.json\.approval-(offered|wei)\.json does not count: /);
    if (name !== null) expect(stderr).toMatch(why);
    expect(stderr).toMatch(/fix: refit approve saved\.json /);
    expect(await ordersAt(at)).toBe(0);
  });

  // biome-ignore format: one line a case
  it.for<[string, readonly string[], number, RegExp]>([
    ['the author', ['--key', 'dba-oncall.key'], 11, /dba-oncall is an author of this plan/],
    ['somebody who is not an approver', ['--key', 'mallory.key'], 11, /is not the key of an approver of this plan; approvers: wei, jun, li\n/],
    ['one person in the name of another', ['--key', 'jun.key', '--as', 'wei'], 11, /--as wei: jun\.key is the key of jun/],
    ['an unknown wave', ['--key', 'jun.key', '--wave', 'last'], 64, /there is no wave last[\s\S]*--wave rest/],
    ['a wave without approval', ['--key', 'jun.key', '--wave', 'canary'], 64, /wave canary needs no approval of its own/],
    ['a missing key', [], 64, /no --key is given, and there is no .*id_ed25519\n +fix: add --key FILE/],
    ['a validity without a unit', ['--key', 'jun.key', '--expires', '24'], 64, /--expires 24: not a duration/],
    ['a validity of a month', ['--key', 'jun.key', '--expires', '30d'], 64, /an approval may be valid for 7 d at most/],
    ['output over the plan itself', ['--key', 'jun.key', '-o', 'saved.json'], 64, /writing would destroy it/],
  ])('refuses approve by %s, and writes nothing', async ([, args, code, why]) => {
    const result = await at.refit(['approve', 'saved.json', ...args]);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: '' });
    expect(result.stderr).toMatch(why);
    expect(result.stderr).toMatch(/fix: \S/);
    await expect(stat(join(at.folder, 'saved.json.approval-jun.json'))).rejects.toThrow();
  });

  it('is invalid without its approvers file, or with too few approvers in it', async () => {
    const plan = PLAN.replace('approvers.yaml', 'few.yaml');
    await at.write('few-plan.yaml', plan);
    for (const [text, what] of [
      [null, /few-plan\.yaml:8:12: approvals\.from is few\.yaml, but few\.yaml cannot be read/],
      [
        approversFile(['wei', 'dba-oncall']),
        /approvals\.need is 2, but of the approvers in few\.yaml only wei may approve: dba-oncall/,
      ],
      [
        '- { name: wei, key: ssh-rsa AAAA }\n',
        /few\.yaml:1:21: the key of approver 1 is not valid: it is a key for ssh-rsa/,
      ],
    ] as const) {
      if (text !== null) await at.write('few.yaml', text);
      for (const command of ['validate', 'plan']) {
        const { code, stdout } = await at.refit([command, 'few-plan.yaml']);
        expect({ code, stdout }).toEqual({ code: 65, stdout: expect.stringMatching(what) });
        expect(stdout).toMatch(/(fix|example): /);
      }
    }
    expect((await at.refit(['validate', 'plan.yaml'])).code).toBe(0);
  });

  it('refuses approve for a plan that needs no approval', async () => {
    await at.write('plain.yaml', growPlan());
    expect((await at.refit(['plan', 'plain.yaml', '-q', '-o', 'plain.json'])).code).toBe(0);
    const result = await at.refit(['approve', 'plain.json', '--key', 'jun.key']);
    expect(result).toMatchObject({ code: 64, stderr: expect.stringMatching(/the plan needs no approval/) });
  });
});

it('runs with its approvals, stops before the wave that needs its own, and resumes with the same command', async (test) => {
  const at = await desk(test, { fleet: plainFleet(3) });
  const { digest } = await sealedAt(at);
  await approve(at, 'wei', '--as', 'wei');
  await approve(at, 'jun', '--expires', '30m');
  expect((await stat(join(at.folder, 'saved.json.approval-wei.json'))).mode & 0o777).toBe(0o600);

  const first = await at.refit(APPLY);
  expect(first.code, first.stderr).toBe(11);
  expect(first.stdout).toMatch(/NOT APPROVED +wave rest \(.{8}\) needs 2 approvals and has 0/);
  expect(await ordersAt(at)).toBe(1);
  // The plan of the run directory does not know an approval beside the saved plan.
  expect(first.stdout).not.toContain('run/plan.json');
  const waiting = await at.refit(['status', 'run']);
  expect(waiting.stdout).toMatch(
    /ended \(not-approved\) with work left[\s\S]*missing: 2 of wei, jun, li[\s\S]*refit approve saved\.json --wave rest[\s\S]*next: refit report /,
  );

  // One approver signs next to the plan, the other next to the plan of the run.
  await approve(at, 'wei', '--wave', 'rest');
  const beside = await at.refit(['approve', 'run/plan.json', '--key', 'li.key', '--wave', 'rest', '--json']);
  expect(JSON.parse(beside.stdout)).toMatchObject({
    file: 'run/plan.json.approval-li.rest.json',
    approval: { by: 'li', wave: 'rest', digest },
  });
  const second = await at.refit(APPLY);
  expect(second.code, second.stderr).toBe(0);
  expect(await ordersAt(at)).toBe(3);

  const { run } = await at.report();
  expect(run.signatures?.map(({ by, wave }) => [by, wave])).toEqual([
    ['jun', null],
    ['wei', null],
    ['wei', 'rest'],
    ['li', 'rest'],
  ]);
  expect(run.confirmed?.how).toBe('auto-approve');
  const sound = await at.refit(['audit', 'verify', 'run']);
  expect(sound.code, sound.stdout).toBe(0);

  // A rollback needs the same approvals again; a reconcile needs none.
  const undo = await at.refit(['rollback', 'run', '-o', 'undo.json']);
  expect(undo.code, undo.stderr).toBe(0);
  expect(undo.stdout.replace(/\s+/g, ' ')).toMatch(
    /need approval 2 of wei .*, dba-oncall .*; the authors dba-oncall, \S+ cannot approve/,
  );
  expect(undo.stdout).toMatch(/next +refit approve undo\.json\n/);
  const back = await at.refit(['apply', 'undo.json', '--auto-approve', '--run-dir', 'back']);
  expect(back.code, back.stderr).toBe(11);
  expect(back.stderr).toMatch(/needs 2 approvals and has 0/);
  const reconciled = await at.refit(['reconcile', 'run']);
  expect(reconciled.code, reconciled.stderr).toBe(0);
  expect(await ordersAt(at)).toBe(3);

  // The audit reports a changed byte in the approvals folder of the run.
  const kept = join(at.folder, 'run/approvals/li.rest.json');
  await writeFile(kept, (await readFile(kept, 'utf8')).replace('"by":"li"', '"by":"lo"'));
  const broken = await at.refit(['audit', 'verify', 'run']);
  expect(broken.code).toBe(6);
  expect(broken.stdout).toMatch(
    /fault: .*the approval of wave rest by li was removed from the approvals folder, or changed there/,
  );
});

describe.concurrent('a process that is killed while it records approvals', () => {
  it.for(['half there', 'durable'] as const)(
    'with their entry %s goes on by the same command',
    async (moment, test) => {
      const at = await desk(test, { fleet: plainFleet(2) });
      await sealedAt(at);
      for (const name of ['wei', 'jun']) {
        await approve(at, name);
        await approve(at, name, '--wave', 'rest');
      }
      const env = struckBy({
        strikes: [{ kind: 'approved', having: { how: 'signatures' }, at: moment, effect: 'die' }],
      });
      expect((await at.start(APPLY, { env }).ended).code).toBeNull();
      const { code, stderr } = await at.refit(APPLY);
      expect(code, stderr).toBe(0);
      const approved = (await at.journal()).filter((entry) => entry.kind === 'approved');
      expect(approved.map((entry) => [entry.how, 'wave' in entry ? entry.wave : undefined])).toEqual([
        ['signatures', null],
        ['auto-approve', undefined],
        ['signatures', 1],
      ]);
      expect((await at.refit(['audit', 'verify', 'run'])).code).toBe(0);
    },
  );
});
