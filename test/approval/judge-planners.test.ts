/** Signatures of planners: a name counts only when a trusted list has it with this key. */
import { describe, expect, it } from 'vitest';
import { judgePlanners, verifiedPlanners } from '../../src/approval/judge-planners.ts';
import { encodeSignature, signPlan } from '../../src/approval/signed-files.ts';
import { textOf } from '../../src/messages/messages.ts';
import { approver, keyOf, NOW, SAVED } from './people.ts';

const { digest } = SAVED;
const trusted = ['wei', 'jun'].map(approver);
const by = async (name: string, key = name, of = digest) =>
  encodeSignature(await signPlan({ digest: of, by: name }, keyOf(key), NOW));
const good = await by('wei');
const stranger = await by('mallory');
const texts = {
  asOther: await by('wei', 'mallory'),
  asSimilar: await by('WEI', 'mallory'),
  otherName: await by('jun', 'wei'),
  otherPlan: await by('wei', 'wei', 'a'.repeat(64)),
};
const judge = (text: string) => judgePlanners(digest, [{ file: 'f', text }], trusted);

describe('a signature of a planner', () => {
  it('counts for the trusted name with its key', () => {
    expect(verifiedPlanners(digest, [{ file: 'f', text: good }], trusted)).toEqual(['wei']);
  });

  it('counts once for each key', () => {
    const twice = [good, good].map((text, at) => ({ file: `f${at}`, text }));
    expect(verifiedPlanners(digest, twice, trusted)).toEqual(['wei']);
  });

  it('by a key outside the list is shown, and proves nothing', () => {
    const { planned } = judge(stranger);
    expect(planned).toMatchObject([
      { name: 'mallory', verified: false, fingerprint: keyOf('mallory').public.fingerprint },
    ]);
    expect(verifiedPlanners(digest, [{ file: 'f', text: stranger }], trusted)).toEqual([]);
    expect(judgePlanners(digest, [{ file: 'f', text: good }], []).planned).toMatchObject([
      { verified: false },
    ]);
  });

  it.each([
    ['claims the name of another person', texts.asOther, /is not the key of wei/],
    ['claims a name that looks like a trusted one', texts.asSimilar, /is not the key of WEI/],
    ['claims another name with a trusted key', texts.otherName, /signed with the key of wei/],
    ['signs another plan', texts.otherPlan, /signs another plan/],
    ['was changed', good.replace('"by":"wei"', '"by":"jun"'), /forged or changed/],
    ['has other bytes', good.replace('{', '{ '), /was changed/],
    ['is not JSON', 'hello', /not JSON/],
    ['is of another format', good.replace('plan-signature/1', 'plan-signature/2'), /its format is/],
  ])('that %s does not count', (_, text, reason) => {
    const { planned, rejected } = judge(text);
    expect(planned).toEqual([]);
    expect(rejected.map((one) => textOf(one.reason)).join()).toMatch(reason);
  });
});
