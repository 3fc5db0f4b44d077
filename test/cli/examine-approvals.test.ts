/** The audit of approvals: every way in which they can be wrong, and no fault if they are right. */
import { describe, expect, it } from 'vitest';
import { encodeApproval, signedOf } from '../../src/approval/signed-files.ts';
import { EMPTY_CHAIN, seal } from '../../src/journal/chain.ts';
import type { ApprovalFile, JournalEntry, JournalEvent, SavedPlan } from '../../src/model.ts';
import { examineApprovals, examinePolicyApprovals } from '../../src/operations/audit/examine-approvals.ts';
import {
  type Answer,
  approvedBy,
  authenticator,
  passkeyApprover,
  planFor,
} from '../approval/authenticator.ts';
import { approver, HOUR, NOW, SAVED, signed } from '../approval/people.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';

const at = (ms: number) => new Date(ms).toISOString();

function approved(wave: number | null, approvals: readonly ApprovalFile[], judgedAt = NOW): JournalEvent {
  const members = approvals.map(signedOf);
  const by = members.map((one) => one.by).join(', ');
  return { kind: 'approved', how: 'signatures', by, wave, judgedAt: at(judgedAt), signed: members };
}

const began = (wave: number): JournalEvent => ({ kind: 'wave-started', wave, name: SAVED.waves[wave]!.name });
const inWave = (name: string) => ({ wave: name });
const PLAN = [signed('wei'), signed('jun')];
const TENTH = [signed('wei', inWave('tenth')), signed('li', inWave('tenth'))];
const WHOLE: readonly JournalEvent[] = [approved(null, PLAN), began(0), approved(1, TENTH), began(1)];
const kept = (approvals: readonly ApprovalFile[]) =>
  approvals.map((one) => ({ file: `approvals/${one.by}.json`, text: encodeApproval(one) }));

function examine(
  events: readonly JournalEvent[],
  files = kept([...PLAN, ...TENTH]),
  saved: SavedPlan = SAVED,
) {
  const entries: JournalEntry[] = [];
  for (const event of events) entries.push(seal(entries.at(-1) ?? EMPTY_CHAIN, at(NOW), event));
  return examineApprovals(entries, { name: 'journal.jsonl', saved, kept: files });
}

describe('the approvals of a run', () => {
  it('have no fault if they match the run', () => {
    expect(examine(WHOLE)).toEqual({ faults: [], warnings: [] });
  });

  it('are not checked if the plan needs none', () => {
    const { approvals: _, digest: __, ...rest } = SAVED;
    const waves = rest.waves.map(({ name, steps }) => ({ name, steps }));
    expect(examine([began(0)], [], sealDraft({ ...rest, waves }))).toEqual({ faults: [], warnings: [] });
  });

  const forged = { ...signed('jun', { key: 'mallory' }), key: signed('jun').key };
  // biome-ignore format: one line a case
  it.each<[string, readonly JournalEvent[], ReturnType<typeof kept>, RegExp]>([
    ['no record of the plan\'s', WHOLE.slice(1), kept([...PLAN, ...TENTH]), /^journal\.jsonl:1: the plan started, and the journal has no approval for it$/],
    ['no record of a wave\'s', [WHOLE[0]!, began(0), began(1)], kept(PLAN), /^journal\.jsonl:3: wave tenth started, and the journal has no approval for it$/],
    ['a forged one', [approved(null, [signed('wei'), forged])], kept([signed('wei'), forged]), /:1: the approval by jun does not count: forged or changed/],
    ['one that had expired when it was taken', [approved(null, PLAN, NOW + 3 * HOUR)], kept(PLAN), /:1: the approval by wei does not count: expired at/],
    ['one of another plan', [approved(null, [signed('wei'), signed('jun', { digest: 'e'.repeat(64) })])], kept(PLAN), /:1: the approval by jun does not count: forged or changed/],
    ["the author's own", [approved(null, [signed('wei'), signed('DBA')])], kept([signed('wei'), signed('DBA')]), /DBA made the plan/],
    ['too few', [approved(null, [signed('wei')])], kept([signed('wei')]), /:1: the plan has 1 valid approvals, but needs 2/],
    ['one twice', [approved(null, [signed('wei'), signed('wei', { expires: HOUR })])], kept([signed('wei'), signed('wei', { expires: HOUR })]), /:1: the plan has 1 valid approvals, but needs 2/],
    ['a file removed', WHOLE, kept([PLAN[0]!, ...TENTH]), /:1: the approval of the plan by jun was removed from the approvals folder, or changed there/],
    ['a file changed', WHOLE, kept([...PLAN, ...TENTH]).map((one, n) => (n === 3 ? { ...one, text: one.text.replace('"li"', '"lo"') } : one)), /:3: the approval of wave tenth by li was removed from the approvals folder, or changed there/],
    ['the plan\'s used for a wave', [approved(null, PLAN), began(0), approved(1, PLAN), began(1)], kept(PLAN), /:3: the approval by wei does not count: forged or changed/],
  ])('have a fault: %s', (_, entries, files, reason) => {
    expect(examine(entries, files).faults).toContainEqual(expect.stringMatching(reason));
  });

  it('give a warning for unused files', () => {
    expect(examine(WHOLE, kept([...PLAN, ...TENTH, signed('li')]))).toEqual({
      faults: [],
      warnings: ['approvals/li.json: this run did not use it'],
    });
  });
});

describe('approvals by passkey, from the run directory alone', () => {
  const jun = authenticator('jun');
  const saved = planFor([approver('wei'), passkeyApprover(jun)]);
  const by = (answer: Answer = {}, more: Parameters<typeof approvedBy>[1] = {}) =>
    approvedBy(jun, { saved, answer, ...more });
  const whole = (plan: ApprovalFile, tenth: ApprovalFile): JournalEvent[] => [
    approved(null, [plan]),
    began(0),
    approved(1, [tenth]),
    began(1),
  ];
  const of = (plan: ApprovalFile, tenth: ApprovalFile) =>
    examine(whole(plan, tenth), kept([plan, tenth]), saved).faults;
  const tenth = (answer: Answer, now = NOW) => by(answer, { wave: 'tenth', now });
  const good = by();

  it('have no fault if they match the run', () => {
    expect(of(good, tenth({}))).toEqual([]);
    expect(of(by({ counter: 4 }), tenth({ counter: 5 }, NOW + 1))).toEqual([]);
  });

  // biome-ignore format: one line a case
  it.each<[string, ApprovalFile, RegExp]>([
    ['of another challenge', { ...good, expiresAt: at(NOW + 3 * HOUR) }, /its challenge is not the SHA-256/],
    ['at another origin', by({ origin: 'https://evil.example' }), /signed at https:\/\/evil.example/],
    ['for another relying party', by({ rp: 'evil.example' }), /another relying party/],
    ['without verification of the person', by({ flags: 0x01 }), /did not verify the person/],
    ['with another signature', { ...good, signature: by({ counter: 1 }).signature }, /not by the passkey/],
    ['without its assertion', { ...signed('wei', { digest: saved.digest }), by: 'jun', key: good.key }, /has the signature of an SSH key/],
  ])('%s have a fault', (_, approval, reason) => {
    const [first, ...others] = of(approval, tenth({}));
    expect(first).toMatch(/^journal.jsonl:1: the approval by jun does not count: /);
    expect(first).toMatch(reason);
    expect(others).toEqual([expect.stringMatching(/the plan has 0 valid approvals, but needs 1/)]);
  });

  it('have a fault if the signature counter goes back in the course of the run', () => {
    expect(of(by({ counter: 5 }), tenth({ counter: 5 }, NOW + 1))).toEqual([
      expect.stringMatching(
        /^journal.jsonl:3: the approval by jun does not count: its signature counter is 5, /,
      ),
      expect.stringMatching(/wave tenth has 0 valid approvals, but needs 1/),
    ]);
  });

  it('that the policy required are verified with a list of signers', () => {
    const event: JournalEvent = {
      kind: 'approved',
      how: 'policy',
      by: 'jun',
      judgedAt: at(NOW),
      signed: [signedOf(good)],
    };
    const entries = [seal(EMPTY_CHAIN, at(NOW), event)];
    const file = 'signers.yaml';
    const verified = (list: ReturnType<typeof approver>[] | null, one = good) =>
      examinePolicyApprovals(
        entries,
        { name: 'journal.jsonl', saved, kept: kept([one]) },
        list === null ? null : { file, list },
      );
    expect(verified([passkeyApprover(jun)])).toEqual({ faults: [], warnings: [] });
    expect(verified(null).warnings).toEqual([expect.stringMatching(/is not verified: no --signers list/)]);
    const bad = { ...event, signed: [{ ...signedOf(good), ...signedOf(by({ rp: 'evil.example' })) }] };
    entries[0] = seal(EMPTY_CHAIN, at(NOW), bad);
    expect(verified([passkeyApprover(jun)]).faults).toContainEqual(
      expect.stringMatching(/another relying party/),
    );
  });
});
