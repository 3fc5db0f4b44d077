/** Approvals by passkey in a store: the console keeps them there, a worker verifies them, and counters count over all plans. */
import { expect, it } from 'vitest';
import { encodeApproval } from '../../src/approval/signed-files.ts';
import { systemClock } from '../../src/clock.ts';
import {
  finishPasskeyApproval,
  preparePasskeyApproval,
} from '../../src/operations/approvals/passkey-approval.ts';
import { type NamedPlan, withNamedPlan } from '../../src/operations/runs/open-plan.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { judgeOffered } from '../../src/run/demand-approvals.ts';
import { offeredApprovals } from '../../src/store/offered-approvals.ts';
import { answerTo, approvedBy, authenticator, ORIGIN, passkeyFile, RP } from '../approval/authenticator.ts';
import { HOUR } from '../approval/people.ts';
import { until } from '../cli/refit.ts';
import { loginAs, withPostgres } from './shared.ts';
import { type StoreDesk, storeDesk } from './worker-desk.ts';

const JUN = authenticator('jun');
const LIST = `- { name: jun, key: ${JUN.passkey.line} }\n`;
const LINES = [
  'approvals: { need: 1, from: approvers.yaml }',
  'waves: [{ name: canary, take: 1 }, { name: rest, take: rest, approval: required }]',
];
const open = (files = { 'approvers.yaml': LIST }) => ({ instances: 3, lines: LINES, files });

/** Opens the run as the console of a person who may submit. */
async function inConsole<T>(desk: StoreDesk, work: (plan: NamedPlan, run: string) => Promise<T>): Promise<T> {
  const run = await desk.value('SELECT id FROM refit.runs');
  const choice = {
    store: await loginAs(desk.url, 'submitter'),
    env: {},
    clock: systemClock,
    readFile: async (path: string) => readSavedPlan(path),
  };
  return withNamedPlan(run, choice, (plan) => work(plan, run));
}

/** Approves in the console. */
function approve(desk: StoreDesk, counter: number, wave?: string) {
  return inConsole(desk, async (plan, run) => {
    const address = { relyingParty: RP, origin: ORIGIN };
    const request = { by: 'jun', wave, expires: HOUR, now: Date.now(), address };
    const { text, options } = await preparePasskeyApproval(plan, run, request);
    const credential = answerTo(JUN, options.challenge, { counter });
    return finishPasskeyApproval(plan, run, { text, credential }, request);
  });
}

withPostgres('approvals by passkey in a store', { concurrent: true }, () => {
  it('wake the run that waits for them, and a worker carries it out', async (test) => {
    const desk = await storeDesk(test, open());
    await desk.worker();
    const apply = desk.start('apply', 'saved.json', '--auto-approve');
    const waiting = () =>
      until(
        'the run waits',
        async () =>
          (await desk.value("SELECT id FROM refit.runs WHERE state = 'waiting' AND owner IS NULL")) !== '',
      );
    await waiting();
    expect(await approve(desk, 1)).toMatchObject({ path: null, stored: 'approvals/jun.json' });
    await until('the first wave ends', async () => (await desk.kinds()).includes('run-ended'));
    await waiting();
    expect(await desk.orders()).toEqual([1]);
    await expect(approve(desk, 1, 'rest')).rejects.toMatchObject({
      code: 'not-approved',
      message: expect.stringMatching(/its signature counter is 1, and an earlier approval/),
    });
    await approve(desk, 2, 'rest');
    expect((await apply.ended).code, apply.stderr()).toBe(0);
    expect(await desk.orders()).toEqual([1, 1, 1]);
    const verified = await desk.start('audit', 'verify', await desk.value('SELECT id FROM refit.runs')).ended;
    expect(verified.code, verified.stdout).toBe(0);
  });

  it('do not count if another plan of the store has a larger counter of the same passkey', async (test) => {
    const desk = await storeDesk(test, open());
    const submitted = await desk.start('apply', 'saved.json', '--auto-approve', '--detach').ended;
    expect(submitted.code, submitted.stderr).toBe(0);
    const saved = await desk.at.savedPlan('saved.json');
    const ofOther = { digest: 'e'.repeat(64), now: Date.now() - HOUR, answer: { counter: 9 } };
    const forged = { ...approvedBy(JUN, ofOther), by: 'li' };
    await inConsole(desk, async (plan) => {
      const own = passkeyFile(JUN, { saved, now: Date.now(), answer: { counter: 9 } });
      await plan.signatures.keep('approvals', [{ name: 'jun.json', text: own }]);
      const demand = async () =>
        judgeOffered(saved, null, await offeredApprovals(plan.signatures), {
          now: Date.now(),
          file: 'saved',
        });
      expect(await demand()).toHaveProperty('event.by', 'jun');
      await offerFor(desk, 'f'.repeat(64), encodeApproval(forged));
      expect(await demand()).toHaveProperty('event.by', 'jun');
      await offerFor(desk, 'e'.repeat(64), passkeyFile(JUN, ofOther));
      expect(await demand()).toMatchObject({
        missing: [{}, { params: { reason: { id: 'passkey.counter' } } }],
      });
    });
    await expect(approve(desk, 9)).rejects.toMatchObject({ message: expect.stringMatching(/counter is 9/) });
    await approve(desk, 10);
  });
});

/** Offers an approval of another plan. */
async function offerFor(desk: StoreDesk, digest: string, text: string): Promise<void> {
  await desk.value(
    `INSERT INTO refit.signatures (digest, kind, name, text) VALUES ('${digest}', 'offeredApprovals', 'jun.json', '${text.replaceAll("'", "''")}')`,
  );
}
