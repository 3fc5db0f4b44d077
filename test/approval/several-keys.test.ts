/** A person of a list with several keys, such as a passkey and its backup: they approve as one person. */
import { describe, expect, it } from 'vitest';
import { approversFault } from '../../src/approval/check-approvers.ts';
import { judgeApprovals } from '../../src/approval/judge-approvals.ts';
import { examineApprovals } from '../../src/operations/audit/examine-approvals.ts';
import { readApprovers } from '../../src/plan/parse/read-approvers.ts';
import { judgePolicy } from '../../src/policy/judge-policy.ts';
import { demandApprovals } from '../../src/run/demand-approvals.ts';
import { approvedBy, authenticator, passkeyApprover, passkeyFile, planFor } from './authenticator.ts';
import { approver, approversFile, keyOf, NOW, SAVED } from './people.ts';

const first = authenticator('jun');
const backup = { ...authenticator('jun backup'), name: 'jun' };
const LIST = [passkeyApprover(first), passkeyApprover(backup), approver('wei')];
const offered = (...texts: string[]) => texts.map((text, at) => ({ file: `${at}.json`, text }));
const location = { file: 'p.yaml', line: 1, column: 1 };

function read(text: string, need = 1) {
  const { approvals, findings } = readApprovers(
    { need, from: 'a.yaml', location },
    { text, file: 'a.yaml', authors: [] },
  );
  return { approvals, found: findings.map(({ message }) => message) };
}

describe('a list with several keys of one person', () => {
  const keys = [first, backup].map(({ passkey }) => `    - ${passkey.line}\n`).join('');
  const text = `- name: jun\n  key:\n${keys}${approversFile(['wei'])}`;

  it('has an entry for each key, and counts the person once', () => {
    expect(read(text)).toMatchObject({ approvals: { approvers: LIST }, found: [] });
    expect(read(text, 2).approvals?.approvers).toHaveLength(3);
    expect(read(text, 3).found).toEqual([expect.stringMatching(/3/)]);
  });

  // biome-ignore format: one line a case
  it.each<[string, string, RegExp]>([
    ['the same name in two entries', `${text}- { name: jun, key: ${authenticator('third').passkey.line} }\n`, /same name as approver 1/],
    ['the same key twice', `- name: jun\n  key:\n    - ${first.passkey.line}\n    - ${first.passkey.line}\n`, /the same/],
    ['a key of somebody else', `${text}- { name: li, key: ${backup.passkey.line} }\n`, /same (key|credential)|approver 1/],
    ['an empty list', '- { name: jun, key: [] }\n', /not valid/],
    ['too many keys', `- { name: jun, key: [${Array.from({ length: 6 }, (_, at) => keyOf(`k${at}`).public.line).join(', ')}] }\n`, /not valid/],
    ['a list in a list', `- { name: jun, key: [[${first.passkey.line}]] }\n`, /not valid/],
  ])('is refused with %s', (_, list, reason) => {
    const { approvals, found } = read(list);
    expect(approvals).toBe(null);
    expect(found.join('\n')).toMatch(reason);
  });

  it('is sealed with the keys of a person one after the other', () => {
    const [one, two, wei] = LIST as [(typeof LIST)[0], (typeof LIST)[0], (typeof LIST)[0]];
    expect(approversFault({ approvers: LIST })).toBe(null);
    expect(approversFault({ approvers: [one, wei, two] })).toMatchObject({ id: 'approval.same-name' });
    expect(approversFault({ approvers: [one, { ...two, name: 'JUN' }] })).toMatchObject({
      id: 'approval.same-name',
    });
    expect(approversFault({ approvers: [one, one] })).not.toBe(null);
  });
});

describe('approvals by both keys of one person', () => {
  const saved = planFor(LIST, 2);
  const both = [passkeyFile(first, { saved }), passkeyFile(backup, { saved, by: 'jun' })];

  it('count once', () => {
    const judged = judgeApprovals(saved, null, offered(...both), NOW);
    expect(judged).toMatchObject({ enough: false, missing: ['wei'] });
    expect(judged.counted).toHaveLength(1);
    expect(
      judgeApprovals(
        planFor(LIST, 1),
        null,
        offered(passkeyFile(backup, { saved: planFor(LIST, 1), by: 'jun' })),
        NOW,
      ).enough,
    ).toBe(true);
  });

  it('count once for an audit, also if a forged journal has both', () => {
    const signed = [approvedBy(first, { saved }), approvedBy(backup, { saved, by: 'jun' })].map(
      ({ format: _, digest: __, wave: ___, ...rest }) => rest,
    );
    const entry = {
      kind: 'approved',
      how: 'signatures',
      seq: 2,
      wave: null,
      by: 'jun, jun',
      judgedAt: new Date(NOW).toISOString(),
      signed,
    };
    const { faults } = examineApprovals([entry as never], { name: 'journal', saved, kept: offered(...both) });
    expect(faults.join('\n')).toMatch(/has 1 valid approvals, but needs 2/);
  });

  it('name the person once among the missing ones', async () => {
    const signatures = { offered: async () => [], keep: async () => undefined };
    const clock = { now: () => NOW } as never;
    const asked = await demandApprovals(
      { saved, plan: 'saved.json', signatures, clock, recorded: null, limit: 1e9 },
      null,
    );
    expect(JSON.stringify(asked)).toMatch(/\["jun","wei"\]/);
  });
});

describe('a policy', () => {
  const rule = { key: 'require', location, need: 1, from: 'a.yaml' };
  const [one, two] = ['key one', 'key two'].map((name) => keyOf(name).public.line);
  const signers = [{ name: 'jun', key: one! }, { name: 'jun', key: two! }, approver('wei')];
  const subject = { plan: SAVED, now: NOW, endpoint: null, tags: null, env: null, offered: [] };

  it('counts a planner who signs with two keys once', () => {
    const policy = { files: [], rules: [{ ...rule, kind: 'plannedBy' as const, need: 2, signers }] };
    const [judged] = judgePolicy(policy, { ...subject, verifiedPlanners: [one!, two!] });
    expect(judged).toMatchObject({
      status: 'unsigned',
      reason: { params: { have: ['jun'], missing: ['wei'] } },
    });
  });

  it('does not let a planner approve with another key', () => {
    const policy = { files: [], rules: [{ ...rule, kind: 'approvals' as const, when: null, signers }] };
    const [judged] = judgePolicy(policy, { ...subject, verifiedPlanners: [one!] });
    expect(judged).toMatchObject({ status: 'unsigned', reason: { params: { missing: ['wei'] } } });
  });
});
