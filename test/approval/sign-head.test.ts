/** Signatures over the head of a journal: which count, and why others do not. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type PrivateKey, readSignerKey } from '../../src/approval/keys.ts';
import { encodeSignature, readHeadSignature, signHead } from '../../src/approval/signed-files.ts';
import { canonical } from '../../src/digest.ts';
import type { HeadSignature } from '../../src/model.ts';
import { examineSignatures } from '../../src/operations/audit/examine-signatures.ts';
import { SITUATIONS } from '../report/situations.ts';

const keyIn = (name: string) => {
  const path = new URL(`./fixtures/${name}`, import.meta.url);
  return readSignerKey(readFileSync(path, 'latin1'), name) as PrivateKey;
};
const wei = keyIn('wei');
const li = keyIn('li.pem');
const { saved, entries } = SITUATIONS['a-small-run-all-verified']!();
const NOW = Date.UTC(2026, 0, 5, 3);
const last = entries.at(-1)!;
const content = { digest: saved.digest, head: last.hash, entries: last.seq, by: 'wei' };
const good = await signHead(content, wei, NOW);
const ofOtherPlan = await signHead({ ...content, digest: 'a'.repeat(64) }, wei, NOW);
const ofOtherHead = await signHead({ ...content, head: 'b'.repeat(64) }, wei, NOW);
const ofLaterEntry = await signHead({ ...content, entries: last.seq + 1 }, wei, NOW);
const signers = (...list: [string, typeof wei][]) => ({
  file: 'signers.yaml',
  list: list.map(([name, key]) => ({ name, key: key.public.line })),
});
const examine = (
  signature: HeadSignature | string,
  known: ReturnType<typeof signers> | null = signers(['wei', wei]),
  journal = entries,
) =>
  examineSignatures(journal, {
    saved,
    offered: [
      {
        file: 'signatures/wei.json',
        text: typeof signature === 'string' ? signature : encodeSignature(signature),
      },
    ],
    signers: known,
  });

describe('a signature over the head of a journal', () => {
  it('reads back unchanged, and counts for the known signer with its key', () => {
    expect(readHeadSignature(encodeSignature(good))).toEqual(good);
    expect(examine(good)).toEqual({
      faults: [],
      warnings: [],
      vouching: ['wei'],
      good: [
        `wei signed entry ${last.seq}, the last, at 2026-01-05T03:00:00.000Z with ${wei.public.fingerprint}`,
      ],
    });
  });

  it.each([
    [
      'the key of another listed person',
      'jun',
      wei,
      [['wei', wei]],
      'it says jun, but it is signed with the key of wei',
    ],
    ['the name of a listed person and another key', 'wei', li, [['wei', wei]], 'is not the key of wei'],
    ['a name that looks like a listed one', 'w\u0435i', li, [['wei', wei]], 'is not the key of'],
    ['a key that is not listed', 'jun', li, [['wei', wei]], 'which is not a key in signers.yaml'],
  ] as const)('does not count with %s', async (_, by, key, list, why) => {
    const {
      good: found,
      vouching,
      faults,
      warnings,
    } = examine(
      await signHead({ ...content, by }, key, NOW),
      signers(...list.map(([name, one]): [string, PrivateKey] => [name, one])),
    );
    expect([found, vouching]).toEqual([[], []]);
    expect(faults).toEqual(['no signer in signers.yaml has signed this journal']);
    expect(warnings.join()).toContain(why);
  });

  it('is good without a list of signers, with a warning that the key is unknown', () => {
    const { faults, warnings, good: found } = examine(good, null);
    expect({ faults, found }).toEqual({ faults: [], found: [expect.stringMatching(/^wei signed/)] });
    expect(warnings.join()).toContain('--signers FILE');
  });

  const forged = { ...good, by: 'jun' };
  const { signature: _, ...unsigned } = good;
  it.each<[string, HeadSignature | string, RegExp]>([
    ['has other content than the signer signed', forged, /forged or changed/],
    ['has the key of another person', { ...good, key: li.public.line }, /forged or changed/],
    ['has changed bytes', encodeSignature(good).replace('{', '{ '), /was changed/],
    ['is cut off', encodeSignature(good).slice(0, 100), /not JSON/],
    [
      'spells the same bytes in another way',
      { ...good, signature: respell(good.signature) },
      /forged or changed|not a signature/,
    ],
    ['is not signed', canonical(unsigned), /not a signature of a journal/],
    [
      'has a newer format',
      encodeSignature({ ...good, format: 'refit.head-signature/2' as never }),
      /its format is/,
    ],
    ['is for a run of another plan', ofOtherPlan, /of another plan/],
    ['is for a head that the journal does not have', ofOtherHead, /which the journal does not have there/],
    ['is for an entry that was cut off', ofLaterEntry, /entries were removed/],
  ])('that %s is a fault', (_, signature, fault) => {
    const { faults, good: found } = examine(signature, null);
    expect(found).toEqual([]);
    expect(faults.join('\n')).toMatch(fault);
  });

  it('detects entries that were cut off later, even without a saved head', () => {
    expect(examine(good, signers(['wei', wei]), entries.slice(0, -1)).faults.join()).toMatch(
      /entries were removed/,
    );
  });

  it('does not cover entries that were written later', async () => {
    const early = await signHead({ ...content, head: entries[4]!.hash, entries: 5 }, wei, NOW);
    expect(examine(early, null).faults).toEqual([]);
    expect(examine(early)).toMatchObject({
      vouching: [],
      faults: [
        'no signer in signers.yaml has signed the entries after 5: anybody who can write the folder could have added them',
      ],
      warnings: [expect.stringContaining(`${entries.length - 5} entries are newer than this signature`)],
    });
  });

  it('is a fault when nobody in the list has signed', () => {
    const { faults, warnings } = examine(good, signers(['li', li]));
    expect(faults).toEqual(['no signer in signers.yaml has signed this journal']);
    expect(warnings.join()).toContain('which is not a key in signers.yaml');
    const none = { saved, offered: [], signers: signers(['li', li]) };
    expect(examineSignatures(entries, none).faults).toHaveLength(1);
  });
});

/** The last letter before the padding has unused bits. */
function respell(base64: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const at = letters.indexOf(base64.at(-3)!);
  return `${base64.slice(0, -3)}${letters[at ^ 1]}==`;
}
