/** Attacks on "planned by": a signature beside a saved plan is a name only when a trusted list says so. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Policy } from '../../src/model.ts';
import { examinePlanners } from '../../src/operations/audit/examine-planners.ts';
import { renderReview } from '../../src/operations/render.ts';
import {
  readPlanner,
  readPlanners,
  signSavedPlan,
  writePlanSignature,
} from '../../src/operations/sign-plan.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { REVIEW_FORMATS } from '../../src/report/review/render-review.ts';
import { folderSignatures, keptSigned } from '../../src/store/folder/signed-files.ts';
import { keepPlanSignatures } from '../../src/store/plan-signatures.ts';
import { approver, NOW, pemOf, SAVED } from '../approval/people.ts';

let folder = '';
let saved = '';
const location = { file: 'policy.yaml', line: 1, column: 1 };
const trusted = [approver('wei')];
const policy: Pick<Policy, 'rules'> = {
  rules: [
    {
      kind: 'plannedBy',
      key: 'require.plannedBy',
      location,
      need: 1,
      from: 'planners.yaml',
      signers: trusted,
    },
  ],
};
const NOBODY = { rules: [] };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refit-planners-'));
  saved = join(folder, 'saved.json');
  writeFileSync(saved, encodeSavedPlan(SAVED));
  for (const name of ['wei', 'mallory']) writeFileSync(join(folder, `${name}.pem`), pemOf(name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function sign(key: string, as: string): Promise<string> {
  const planner = await readPlanner({ key: join(folder, `${key}.pem`), as, env: {}, out: saved });
  return writePlanSignature(saved, await signSavedPlan(SAVED, planner, NOW));
}

/** The review as `refit show` and the question of `refit apply` render it. */
async function shown(): Promise<string> {
  const { plannedBy = [] } = await readPlanners(SAVED, saved, policy);
  const review = { verdict: 'ready' as const, plan: SAVED, findings: [], next: null, plannedBy };
  return renderReview(review, 'text', { width: 200 });
}

it('shows the name of a trusted key', async () => {
  await sign('wei', 'wei');
  expect(await shown()).toMatch(/planned by +wei \(SHA256:[\w+/]{43}\)/);
});

it('shows a stranger by the key, and the name only as a claim', async () => {
  await sign('mallory', 'lead-dba');
  expect(await shown()).toMatch(/planned by +unverified: SHA256:[\w+/]{43} says lead-dba/);
});

it.each([
  ['a trusted name', 'wei'],
  ['a name that only differs in case', 'WEI'],
])('shows nothing for a stranger who takes %s, and says why', async (_, name) => {
  await sign('mallory', name);
  expect(await shown()).not.toContain('planned by');
  const { notes } = await readPlanners(SAVED, saved, policy);
  expect(notes.join()).toMatch(/does not count: it says .* is not the key of/);
});

it('shows nothing when the plan was sealed again after it was signed', async () => {
  const path = await sign('wei', 'wei');
  const { notes, plannedBy } = await readPlanners({ ...SAVED, digest: 'a'.repeat(64) }, saved, policy);
  expect(plannedBy).toBeUndefined();
  expect(notes.join()).toMatch(/signs another plan/);
  expect(path).toBe(`${saved}.plan-signature-wei.json`);
});

it('is in no format of a review as a fact without a trusted list', async () => {
  await sign('wei', 'wei');
  const { plannedBy = [] } = await readPlanners(SAVED, saved, NOBODY);
  const review = { verdict: 'ready' as const, plan: SAVED, findings: [], next: null, plannedBy };
  for (const format of REVIEW_FORMATS) expect(renderReview(review, format)).not.toMatch(/planned by\W+wei/);
  expect(JSON.parse(renderReview(review, 'json')).plannedBy).toMatchObject([{ verified: false }]);
});

it('refuses names that deceive before anything is signed', async () => {
  for (const as of ['w\u0435i', 'wei\u3164', 'wei zhang', ''])
    await expect(sign('wei', as)).rejects.toMatchObject({ code: 'usage' });
  expect(readdirSync(folder).filter((name) => name.includes('signature'))).toEqual([]);
});

it('keeps good signatures in the run directory for auditors, and nothing else', async () => {
  await sign('wei', 'wei');
  await sign('mallory', 'lead');
  writeFileSync(`${saved}.plan-signature-x.json`, '{}');
  writeFileSync(
    `${saved}.plan-signature-y.json`,
    readFileSync(`${saved}.plan-signature-wei.json`, 'utf8').replace('"wei"', '"jun"'),
  );
  symlinkSync('/dev/zero', `${saved}.plan-signature-z.json`);
  const run = mkdtempSync(join(folder, 'run-'));
  await keepPlanSignatures(SAVED, folderSignatures(saved, run));
  const kept = await keptSigned(run, 'planSignatures');
  expect(kept.map(({ file }) => file)).toEqual(['plan-signatures/lead.json', 'plan-signatures/wei.json']);
  const signers = { file: 'signers.yaml', list: trusted };
  expect(examinePlanners(SAVED, kept, signers)).toMatchObject({
    faults: [],
    good: [expect.stringMatching(/^wei at /)],
    warnings: [expect.stringMatching(/says lead: not verified/)],
  });
  const changed = kept.map(({ file, text }) => ({ file, text: text.replace('"wei"', '"jun"') }));
  expect(examinePlanners(SAVED, changed, signers).faults.join()).toMatch(/forged or changed/);
});
