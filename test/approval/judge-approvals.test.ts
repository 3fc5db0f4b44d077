import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeApprovals, missingApprovals } from '../../src/approval/judge-approvals.ts';
import { encodeApproval, readApproval } from '../../src/approval/signed-files.ts';
import { textOf } from '../../src/messages/messages.ts';
import type { ApprovalFile } from '../../src/model.ts';
import { approver, file, HOUR, NOW, SAVED, signed } from './people.ts';

const WEI = file('wei');
const REST = 2;

function judge(texts: readonly string[], wave: number | null = null, now = NOW) {
  const offered = texts.map((text, at) => ({ file: `${at}.json`, text }));
  const judgement = judgeApprovals(SAVED, wave, offered, now);
  return {
    enough: judgement.enough,
    counted: judgement.counted.map(({ approval }) => approval.by),
    reasons: judgement.rejected.map(({ reason }) => textOf(reason)),
    missing: judgement.missing,
    text: missingApprovals(SAVED, wave, judgement)
      .map((one) => textOf(one))
      .join('\n'),
  };
}

const rewritten = (approval: ApprovalFile, change: Partial<ApprovalFile>) =>
  encodeApproval({ ...approval, ...change });

describe('an approval that does not count has a reason and leaves the plan unapproved', () => {
  // biome-ignore format: one line a case
  it.each<[string, string, RegExp]>([
    ['forged: another person pretends to be jun', file('jun', { key: 'mallory' }), /not the key of an approver of this plan/],
    ['forged: with the key of jun in the text', rewritten(signed('jun', { key: 'mallory' }), { key: signed('jun').key }), /forged or changed: the signature over its content is not by jun/],
    ['forged: with the signature of another approval', rewritten(signed('jun'), { signature: signed('jun', { wave: 'rest' }).signature }), /forged or changed/],
    ['changed to expire later', rewritten(signed('jun'), { expiresAt: '2027-01-01T00:00:00.000Z' }), /forged or changed/],
    ['changed to another plan', rewritten(signed('jun', { digest: 'e'.repeat(64) }), { digest: SAVED.digest }), /forged or changed/],
    ['expired', file('jun', { expires: -1 }), /expired at 2026-01-05T01:59:59.999Z; it is 2026-01-05T02:00:00.000Z/],
    ['expired at this very moment', file('jun', { expires: 0 }), /expired at/],
    ['of another plan', file('jun', { digest: 'e'.repeat(64) }), /approves another plan \(eeeeeeee, not .{8}\): a changed plan needs new approvals/],
    ['the owner\'s, by another spelling of the name', file('DBA'), /DBA made the plan and may not approve it/],
    ['the same person\'s a second time', file('wei', { expires: HOUR }), /a second approval by wei: each approver counts once/],
    ['in another\'s name', file('jun', { by: 'li' }), /says li, but it is signed with the key of jun/],
    ['of a wave', file('jun', { wave: 'rest' }), /approves wave rest, not the plan/],
    ['not JSON', 'approved!', /not JSON/],
    ['empty', '', /not JSON/],
    ['in a newer format', WEI.replace('refit.approval/1', 'refit.approval/2'), /refit.approval\/2; this version of refit reads refit.approval\/1/],
    ['something else', '{"format":"refit.saved-plan/2"}\n', /not an approval in this format/],
    ['indented', `${JSON.stringify(signed('jun'), null, 2)}\n`, /its bytes differ from what refit approve writes/],
    ['without its line feed', file('jun').trimEnd(), /its bytes differ from what refit approve writes/],
  ])('%s', (_, text, reason) => {
    const judgement = judge([WEI, text]);
    expect(judgement).toMatchObject({ enough: false, counted: ['wei'], missing: ['jun', 'li'] });
    expect(judgement.reasons).toEqual([expect.stringMatching(reason)]);
    expect(judgement.text).toMatch(/needs 2 approvals and has 1 \(wei\); missing: 1 of jun, li\n1\.json does not count: /);
  });

  it('names who is missing', () => {
    expect(judge([]).text).toBe(
      `the plan (${SAVED.digest.slice(0, 8)}) needs 2 approvals and has 0 (none); missing: 2 of wei, jun, li`,
    );
  });
});

describe('approvals that count', () => {
  it('are enough signatures by distinct people, in any order', () => {
    expect(judge([file('li'), WEI])).toMatchObject({ enough: true, counted: ['li', 'wei'] });
    expect(judge([WEI, file('jun'), file('li')])).toMatchObject({
      enough: true,
      counted: ['wei', 'jun', 'li'],
    });
  });

  it('count beside approvals that do not count', () => {
    const judgement = judge([file('jun', { expires: -1 }), 'noise', file('jun'), WEI]);
    expect(judgement).toMatchObject({ enough: true, counted: ['jun', 'wei'] });
    expect(judgement.reasons).toHaveLength(2);
  });

  it('count once when the same file is in two folders', () => {
    expect(judge([WEI, WEI])).toMatchObject({ enough: false, counted: ['wei'], reasons: [] });
  });

  it('count until they expire', () => {
    const both = [WEI, file('jun')];
    expect(judge(both, null, NOW + 2 * HOUR - 1).enough).toBe(true);
    expect(judge(both, null, NOW + 2 * HOUR).enough).toBe(false);
  });

  it('of a wave count for that wave only', () => {
    const rest = [file('wei', { wave: 'rest' }), file('jun', { wave: 'rest' })];
    expect(judge(rest, REST)).toMatchObject({ enough: true, counted: ['wei', 'jun'] });
    expect(judge(rest, 1)).toMatchObject({ enough: false, counted: [] });
    expect(judge(rest, 1).reasons[0]).toBe('it approves wave rest, not wave tenth');
  });

  it('of the plan approve no wave, and Refit does not report them as rejected', () => {
    expect(judge([WEI, file('jun')], REST)).toMatchObject({ enough: false, counted: [], reasons: [] });
  });

  it('by two names with one key count once', () => {
    const approvals = {
      ...SAVED.approvals!,
      approvers: [approver('wei'), { ...approver('wei'), name: 'wei2' }],
    };
    // No such plan is sealed or read.
    const twice = { ...SAVED, approvals };
    const offered = ['wei', 'wei2'].map((by) => ({ file: by, text: file('wei', { by }, twice) }));
    expect(judgeApprovals(twice, null, offered, NOW)).toMatchObject({ enough: false, counted: [{}] });
  });
});

describe('the text of an approval', () => {
  it('reads back unchanged', () => {
    expect(readApproval(WEI)).toEqual(signed('wei'));
  });

  it('does not count after any single byte is changed, added or removed', () => {
    const bytes = Buffer.from(WEI, 'utf8');
    const changes = fc.oneof(
      fc.record({ kind: fc.constant('change'), at: fc.nat(bytes.length - 1), byte: fc.nat(255) }),
      fc.record({ kind: fc.constant('add'), at: fc.nat(bytes.length), byte: fc.nat(255) }),
      fc.record({ kind: fc.constant('take'), at: fc.nat(bytes.length - 1), byte: fc.constant(0) }),
    );
    fc.assert(
      fc.property(changes, ({ kind, at, byte }) => {
        const after = kind === 'add' ? at : at + 1;
        const own = kind === 'take' ? [] : [byte];
        const changed = Buffer.concat([bytes.subarray(0, at), Buffer.from(own), bytes.subarray(after)]);
        fc.pre(!changed.equals(bytes));
        expect(judge([changed.toString('utf8')]).counted).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  it('does not count after any single bit is flipped', () => {
    const bytes = Buffer.from(WEI, 'utf8');
    for (const [at, byte] of bytes.entries())
      for (const flip of [1, 2, 4, 8, 16, 32, 64]) {
        const changed = Buffer.from(bytes);
        changed[at] = byte ^ flip;
        expect(judge([changed.toString('utf8')]).counted, `byte ${at}, bit ${flip}`).toEqual([]);
      }
  });
});
