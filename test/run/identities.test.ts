import { describe, expect, it } from 'vitest';
import { RefitError } from '../../src/errors.ts';
import { recordedOf } from '../../src/journal/recorded.ts';
import type { IdentityOnRecord, JournalEntry } from '../../src/model.ts';
import { mustBeSameAccount } from '../../src/run/identities.ts';
import { words } from '../messages/words.ts';

const identity = (account: string | null, profile = 'default'): IdentityOnRecord => ({
  profile,
  identity: account === null ? null : { account, user: '1', type: 'CAMUser', arn: 'qcs::cam::uin/1:uin/1' },
  reason: account === null ? words('no right') : null,
});
const entry = (one: IdentityOnRecord) => ({ kind: 'identity', ...one }) as JournalEntry;

describe('a resumed run', () => {
  it.each<[string, readonly IdentityOnRecord[], readonly IdentityOnRecord[]]>([
    ['by the first process', [], [identity('100')]],
    ['on the same account', [identity('100')], [identity('100')]],
    ['by another user of the account', [identity('100')], [{ ...identity('100'), reason: null }]],
    ['if the earlier identity is unknown', [identity(null)], [identity('200')]],
    ['if the present identity is unknown', [identity('100')], [identity(null)]],
    [
      'with another profile on another account',
      [identity('100')],
      [identity('100'), identity('200', 'retail')],
    ],
  ])('continues %s', (_, before, now) => {
    expect(() => mustBeSameAccount('runs/x', recordedOf(before.map(entry)), now)).not.toThrow();
  });

  it.each<[string, readonly IdentityOnRecord[], readonly IdentityOnRecord[]]>([
    ['another account', [identity('100')], [identity('200')]],
    [
      'another account, after a process with unknown identity',
      [identity('100'), identity(null)],
      [identity('200')],
    ],
    [
      'another account of one of two profiles',
      [identity('300', 'retail'), identity('100')],
      [identity('300', 'retail'), identity('200')],
    ],
  ])('refuses the keys of %s, because it would not find its orders', (_, before, now) => {
    const refused = (() => {
      try {
        mustBeSameAccount('runs/x', recordedOf(before.map(entry)), now);
      } catch (error) {
        return error;
      }
      return null;
    })();
    expect(refused).toBeInstanceOf(RefitError);
    expect(refused).toMatchObject({
      code: 'usage',
      message: 'runs/x is a run on account 100, but the keys of profile default belong to account 200',
      fix: expect.stringContaining('use keys of account 100'),
    });
  });
});
