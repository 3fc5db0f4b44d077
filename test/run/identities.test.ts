import { describe, expect, it } from 'vitest';
import { RefitError } from '../../src/errors.ts';
import type { IdentityOnRecord, JournalEntry } from '../../src/model.ts';
import { mustBeSameAccount } from '../../src/run/identities.ts';
import { words } from '../messages/words.ts';

const told = (account: string | null, profile = 'default'): IdentityOnRecord => ({
  profile,
  identity: account === null ? null : { account, user: '1', type: 'CAMUser', arn: 'qcs::cam::uin/1:uin/1' },
  reason: account === null ? words('no right') : null,
});
const entry = (one: IdentityOnRecord) => ({ kind: 'identity', ...one }) as JournalEntry;

describe('a run that is taken up', () => {
  it.each<[string, readonly IdentityOnRecord[], readonly IdentityOnRecord[]]>([
    ['by the first process', [], [told('100')]],
    ['on the same account', [told('100')], [told('100')]],
    ['by another user of the account', [told('100')], [{ ...told('100'), reason: null }]],
    ['where nobody was told whose the keys are', [told(null)], [told('200')]],
    ['where this process is not told', [told('100')], [told(null)]],
    ['with another profile on another account', [told('100')], [told('100'), told('200', 'retail')]],
  ])('goes on %s', (_, before, now) => {
    expect(() => mustBeSameAccount('runs/x', before.map(entry), now)).not.toThrow();
  });

  it.each<[string, readonly IdentityOnRecord[], readonly IdentityOnRecord[]]>([
    ['another account', [told('100')], [told('200')]],
    ['another account, where one process between was not told', [told('100'), told(null)], [told('200')]],
    [
      'another account of one of two profiles',
      [told('300', 'retail'), told('100')],
      [told('300', 'retail'), told('200')],
    ],
  ])('does not go on with the keys of %s: what was ordered would not be found', (_, before, now) => {
    const refused = (() => {
      try {
        mustBeSameAccount('runs/x', before.map(entry), now);
      } catch (error) {
        return error;
      }
      return null;
    })();
    expect(refused).toBeInstanceOf(RefitError);
    expect(refused).toMatchObject({
      code: 'usage',
      message: 'runs/x is a run on account 100, and the keys of profile default are of account 200',
      fix: expect.stringContaining('use keys of account 100'),
    });
  });
});
