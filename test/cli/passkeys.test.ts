/** Approvals by passkey with the real commands: lists, reviews, runs, waves, policies and the evidence. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { SavedPlan } from '../../src/model.ts';
import { type approvedBy, authenticator, passkeyFile } from '../approval/authenticator.ts';
import { approversFile, HOUR, pemOf } from '../approval/people.ts';
import { type Desk, desk, growPlan, plainFleet } from './refit.ts';

const PLAN = growPlan([
  'approvals: { need: 2, from: approvers.yaml }',
  'waves: [{ name: canary, take: 1 }, { name: rest, take: rest, approval: required }]',
]);
const JUN = authenticator('jun');
const LI = authenticator('li', { algorithm: 'RS256' });
const entry = ({ name, passkey }: typeof JUN) => `- { name: ${name}, key: ${passkey.line} }\n`;

/** A plan that wei approves with an SSH key, and jun and li with passkeys. */
async function sealedAt(at: Desk): Promise<SavedPlan> {
  await at.write('plan.yaml', PLAN);
  await at.write('approvers.yaml', `${approversFile(['wei'])}${entry(JUN)}${entry(LI)}`);
  await at.write('wei.key', pemOf('wei'));
  const planned = await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
  expect(planned.code, planned.stdout + planned.stderr).toBe(0);
  return at.savedPlan('saved.json');
}

const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];

/** Writes what the console writes. */
async function keep(
  at: Desk,
  own: typeof JUN,
  saved: SavedPlan,
  more: Parameters<typeof approvedBy>[1] = {},
): Promise<void> {
  const text = passkeyFile(own, { saved, now: Date.now(), ...more });
  const wave = more.wave === undefined || more.wave === null ? '' : `.${more.wave}`;
  await at.write(`saved.json.approval-${own.name}${wave}.json`, text);
}

it('runs with approvals by passkey and by SSH key, and its evidence proves them offline', async (test) => {
  const at = await desk(test, { fleet: plainFleet(3) });
  const saved = await sealedAt(at);
  const shown = await at.refit(['show', 'saved.json']);
  expect(shown.stdout.replace(/\s+/g, ' ')).toMatch(
    /need approval 2 of wei \(SHA256:\S+\), jun \(SHA256:\S+, a passkey at https:\/\/refit\.example\.com\), li \(/,
  );

  // A terminal cannot ask a passkey.
  const typed = await at.refit(['approve', 'saved.json', '--as', 'jun', '--key', 'wei.key']);
  expect(typed).toMatchObject({ code: 11, stdout: '' });
  expect(typed.stderr).toMatch(
    /jun approves saved\.json with a passkey\n +fix: refit serve --plans \. .*approve in this console/,
  );

  const early = await at.refit(APPLY);
  expect(early.code).toBe(11);
  expect(early.stderr).toMatch(/missing: 2 of wei, jun, li[\s\S]*; jun and li in the web console/);
  await keep(at, JUN, saved, { answer: { flags: 0x01 } });
  await keep(at, LI, saved, { answer: { counter: 7 } });
  const unverified = await at.refit(APPLY);
  expect(unverified.code).toBe(11);
  expect(unverified.stderr).toMatch(
    /approval-jun\.json does not count: it is not signed by the passkey of jun: .*PIN or biometrics/,
  );

  await keep(at, JUN, saved);
  const first = await at.refit(APPLY);
  expect(first.code, first.stderr).toBe(11);
  expect(first.stdout).toMatch(/NOT APPROVED +wave rest /);

  // An assertion that was made before, and the counter of a copied passkey.
  await keep(at, JUN, saved, { wave: 'rest' });
  await keep(at, LI, saved, { wave: 'rest', answer: { counter: 7 } });
  const copied = await at.refit(APPLY);
  expect(copied.code).toBe(11);
  expect(copied.stdout + copied.stderr).toMatch(/its signature counter is 7, and an earlier approval/);
  await keep(at, LI, saved, { wave: 'rest', answer: { counter: 8 } });
  const second = await at.refit(APPLY);
  expect(second.code, second.stderr).toBe(0);

  const { run } = await at.report();
  expect(run.signatures?.map(({ by, wave, key }) => [by, wave, key])).toEqual([
    ['jun', null, JUN.passkey.fingerprint],
    ['li', null, LI.passkey.fingerprint],
    ['jun', 'rest', JUN.passkey.fingerprint],
    ['li', 'rest', LI.passkey.fingerprint],
  ]);
  expect(run.signatures?.every(({ passkey }) => passkey !== undefined)).toBe(true);
  const sound = await at.refit(['audit', 'verify', 'run']);
  expect(sound.code, sound.stdout).toBe(0);
  const replayed = await at.refit(['audit', 'replay', 'run']);
  expect(replayed.code, replayed.stdout).toBe(0);

  // The audit reports an approval that another assertion replaces.
  const kept = join(at.folder, 'run/approvals/jun.rest.json');
  const text = await readFile(kept, 'utf8');
  await writeFile(
    kept,
    passkeyFile(JUN, { saved, wave: 'rest', now: Date.now(), answer: { rp: 'evil.example' } }),
  );
  const broken = await at.refit(['audit', 'verify', 'run']);
  expect(broken.code).toBe(6);
  expect(broken.stdout).toMatch(
    /fault: .*the approval of wave rest by jun was removed from the approvals folder, or changed there/,
  );
  await writeFile(kept, text);
  expect((await at.refit(['audit', 'verify', 'run'])).code).toBe(0);
});

it('does not count an approval whose counter another plan in the folder has passed', async (test) => {
  const at = await desk(test, { fleet: plainFleet(3) });
  const saved = await sealedAt(at);
  const now = Date.now();
  const elsewhere = passkeyFile(JUN, { digest: 'e'.repeat(64), now: now - HOUR, answer: { counter: 9 } });
  await at.write('other.json.approval-jun.json', elsewhere);
  await keep(at, LI, saved);
  await keep(at, JUN, saved, { answer: { counter: 9 } });
  const refused = await at.refit(APPLY);
  expect(refused.code).toBe(11);
  expect(refused.stderr).toMatch(
    /has 1 \(li\)[\s\S]*saved\.json\.approval-jun\.json does not count: its signature counter is 9/,
  );
  expect(refused.stderr).not.toContain('other.json');
  await keep(at, JUN, saved, { answer: { counter: 10 } });
  const run = await at.refit(APPLY);
  expect(run.stdout).toMatch(/NOT APPROVED +wave rest /);
});

it('counts for a policy, whose signers prove it in an audit', async (test) => {
  const at = await desk(test, { fleet: plainFleet(1) });
  await at.write('plan.yaml', growPlan([]));
  await at.write('people.yaml', entry(JUN));
  await at.write('policy.yaml', 'version: 1\nrequire: { approvals: [{ need: 1, from: people.yaml }] }\n');
  expect((await at.refit(['plan', 'plan.yaml', '-o', 'saved.json'])).code).toBe(0);
  const saved = await at.savedPlan('saved.json');
  const apply = [...APPLY, '--policy', 'policy.yaml'];
  expect((await at.refit(apply)).code).toBe(11);
  await keep(at, JUN, saved);
  const run = await at.refit(apply);
  expect(run.code, run.stderr).toBe(0);
  const alone = await at.refit(['audit', 'verify', 'run']);
  expect(alone.stdout).toMatch(
    /the approval by jun for the policy is not verified: no --signers list has the key SHA256:/,
  );
  const listed = await at.refit(['audit', 'verify', 'run', '--signers', 'people.yaml']);
  expect(listed.stdout).not.toMatch(/for the policy (is not verified|does not count)/);
});
