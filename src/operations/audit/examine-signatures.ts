/** Checks the signatures of a journal for `refit audit verify`. Pure: other code reads the files. */
import type { Offered } from '../../approval/judge-approvals.ts';
import { readPublicKey } from '../../approval/keys.ts';
import { looksLike } from '../../approval/names.ts';
import { readHeadSignature } from '../../approval/signed-files.ts';
import { message, textOf } from '../../messages/messages.ts';
import type { Approver, HeadSignature, JournalEntry, Message, SavedPlan } from '../../model.ts';
import { escapeControls } from '../../report/document/escape.ts';

/**
 * @param entries the hashes of the entries that decode.
 * @param against.signers people whose names count with their keys. If present, one of them must have signed the last entry.
 * @returns `good`: one sentence for each valid signature; `vouching`: the listed people who signed the last entry.
 */
export function examineSignatures(
  entries: readonly Pick<JournalEntry, 'hash'>[],
  against: {
    readonly saved: Pick<SavedPlan, 'digest'>;
    readonly offered: readonly Offered[];
    readonly signers: { readonly file: string; readonly list: readonly Approver[] } | null;
  },
) {
  const { saved, offered, signers } = against;
  const faults: string[] = [];
  const warnings: string[] = [];
  const good: string[] = [];
  const vouching = new Set<string>();
  let known = 0;
  for (const { file, text } of offered) {
    const signed = readHeadSignature(text);
    if ('reason' in signed) {
      faults.push(`${file}: ${textOf(signed.reason)}`);
      continue;
    }
    if (signed.digest !== saved.digest) {
      faults.push(`${file}: it signs a run of another plan (${signed.digest.slice(0, 8)})`);
      continue;
    }
    if (entries[signed.entries - 1]?.hash !== signed.head) {
      faults.push(
        `${file}: ${signed.by} signed entry ${signed.entries} with the hash ${signed.head.slice(0, 8)}, which the journal does not have there: entries were removed or changed, or it is the journal of another run`,
      );
      continue;
    }
    const key = readPublicKey(signed.key);
    const fingerprint = 'fault' in key ? signed.key : key.fingerprint;
    const after = entries.length - signed.entries;
    const notTheirs = signers === null ? null : whyNotTheirs(signed, fingerprint, signers);
    if (notTheirs !== null) {
      warnings.push(`${file}: does not count: ${textOf(notTheirs)}`);
      continue;
    }
    if (signers !== null) {
      known = Math.max(known, signed.entries);
      if (after === 0) vouching.add(signed.by);
    }
    good.push(
      `${signed.by} signed entry ${signed.entries}${after === 0 ? ', the last,' : ''} at ${signed.signedAt} with ${fingerprint}`,
    );
    if (after > 0) warnings.push(`${file}: ${after} entries are newer than this signature`);
    if (signers === null)
      warnings.push(
        `${file}: the owner of this key is not verified: use --signers FILE with the keys that you trust`,
      );
  }
  if (signers !== null && vouching.size === 0)
    faults.push(
      known === 0
        ? `no signer in ${signers.file} has signed this journal`
        : `no signer in ${signers.file} has signed the entries after ${known}: anybody who can write the folder could have added them`,
    );
  return {
    vouching: [...vouching],
    faults: faults.map(escapeControls),
    warnings: warnings.map(escapeControls),
    good: good.map(escapeControls),
  };
}

/** Why a good signature does not count for a listed person; null: name and key are those of one. */
function whyNotTheirs(
  { by, key }: Pick<HeadSignature, 'by' | 'key'>,
  fingerprint: string,
  signers: { readonly file: string; readonly list: readonly Approver[] },
): Message | null {
  const owner = signers.list.find((one) => one.key === key);
  if (owner !== undefined)
    return owner.name === by ? null : message('approval.other-name', { by, name: owner.name });
  if (signers.list.some(({ name }) => looksLike(name, by)))
    return message('approval.not-their-key', { by, key: fingerprint });
  return message('approval.key-not-listed', { key: fingerprint, file: signers.file });
}
