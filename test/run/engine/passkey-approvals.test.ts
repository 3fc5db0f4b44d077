/** A run and the approvals of its waves by passkey, in virtual time. */
import { describe, expect, it } from 'vitest';
import { validateJournalEntry } from '../../../src/generated/validators.js';
import { type Answer, authenticator, passkeyFile } from '../../approval/authenticator.ts';
import { approversFile, file, HOUR } from '../../approval/people.ts';
import { standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Run, type Stage, setStage } from '../stage.ts';

const PLAN = `owner: dba
approvals: { need: 2, from: approvers.yaml }
waves:
  - { name: canary, take: 1 }
  - { name: tenth, take: 2, approval: required }
  - { name: rest, take: rest, approval: required }
targets: [{ select: { all: true }, memoryPerShard: 8GB }]`;

const JUN = authenticator('jun');
const LI = authenticator('li', { algorithm: 'EdDSA' });
const LIST = `${approversFile(['wei'])}${[JUN, LI].map(({ name, passkey }) => `- { name: ${name}, key: ${passkey.line} }\n`).join('')}`;

const staged = () => setStage({ fleet: standards(6), plan: PLAN, approvers: LIST });
const verified = ({ report }: Run) => report.totals.verified;
const because = (run: Run) => [run.end?.because, run.end?.exitCode];

function offer(stage: Stage, name: string, wave: string, text: string): void {
  stage.offered.push({ file: `saved.json.approval-${name}.${wave}.json`, text });
}

/** Puts an approval by passkey beside the saved plan, signed now. */
function assertNow(stage: Stage, own: typeof JUN, wave: string, answer: Answer = {}, expires = HOUR): void {
  const { saved, clock } = stage;
  offer(stage, own.name, wave, passkeyFile(own, { saved, now: clock.now(), wave, answer, expires }));
}

/** The same by SSH key. */
function sign(stage: Stage, name: string, wave: string): void {
  offer(stage, name, wave, file(name, { wave }, stage.saved, stage.clock.now()));
}

describe('a wave with a required approval', () => {
  it('starts with approvals by passkey and by SSH key, and the journal and the report have both', async () => {
    const stage = await staged();
    const first = await stage.run();
    expect(because(first)).toEqual(['not-approved', 11]);
    expect(first.report.run.message).toMatch(
      /needs 2 approvals and has 0 .*refit approve .*; jun and li in the web console/,
    );
    sign(stage, 'wei', 'tenth');
    assertNow(stage, JUN, 'tenth', { counter: 3 });
    assertNow(stage, JUN, 'rest', { counter: 4 });
    assertNow(stage, LI, 'rest');
    const second = await stage.run();
    expect([verified(second), ...because(second)]).toEqual([6, 'done', 0]);
    holds(stage, second);
    expect(
      second.report.run.signatures?.map(({ by, wave, passkey }) => [by, wave, passkey !== undefined]),
    ).toEqual([
      ['wei', 'tenth', false],
      ['jun', 'tenth', true],
      ['jun', 'rest', true],
      ['li', 'rest', true],
    ]);
    for (const entry of second.entries) expect(validateJournalEntry(entry), entry.kind).toBe(true);
  });

  // biome-ignore format: one line a case
  it.each<[string, string, Answer, RegExp]>([
    ['is for another wave', 'rest', {}, /approves wave rest, not wave tenth/],
    ['is for another challenge', 'tenth', { challenge: 'A'.repeat(43) }, /its challenge is not/],
    ['is from another origin', 'tenth', { origin: 'https://evil.example' }, /signed at https:\/\/evil.example/],
    ['is for another relying party', 'tenth', { rp: 'evil.example' }, /another relying party/],
    ['was made without verification', 'tenth', { flags: 0x01 }, /did not verify the person/],
  ])('does not start with an approval that %s', async (_, wave, answer, why) => {
    const stage = await staged();
    sign(stage, 'wei', 'tenth');
    assertNow(stage, JUN, wave, answer);
    const run = await stage.run();
    expect([verified(run), ...because(run)]).toEqual([1, 'not-approved', 11]);
    expect(run.report.run.message).toMatch(/has 1 \(wei\); missing: 1 of jun, li/);
    expect(run.report.run.message).toMatch(why);
    expect(run.report.run.message).toMatch(/each of them approves in the web console; then repeat apply/);
    holds(stage, run);
  });

  it('does not start with an approval whose signature counter is that of an earlier wave', async () => {
    const stage = await staged();
    sign(stage, 'wei', 'tenth');
    assertNow(stage, JUN, 'tenth', { counter: 3 });
    const first = await stage.run();
    expect([verified(first), ...because(first)]).toEqual([3, 'not-approved', 11]);
    sign(stage, 'wei', 'rest');
    assertNow(stage, JUN, 'rest', { counter: 3 });
    const second = await stage.run();
    expect([verified(second), ...because(second)]).toEqual([3, 'not-approved', 11]);
    expect(second.report.run.message).toMatch(
      /its signature counter is 3, and an earlier approval of .* has 3/,
    );
    assertNow(stage, LI, 'rest');
    const third = await stage.run();
    expect([verified(third), ...because(third)]).toEqual([6, 'done', 0]);
    holds(stage, third);
  });

  it('continues with an approval that expired after the wave started', async () => {
    const stage = await staged();
    sign(stage, 'wei', 'tenth');
    assertNow(stage, JUN, 'tenth', {}, HOUR);
    let orders = 0;
    await stage.run({ diesAt: ({ kind }) => kind === 'arrived' && ++orders === 2 });
    await stage.pass(2 * HOUR);
    const again = await stage.run();
    expect([verified(again), ...because(again)]).toEqual([3, 'not-approved', 11]);
    expect(again.report.run.message).toMatch(/^wave rest /);
  });
});
