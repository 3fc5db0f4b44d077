/** Checks the signatures of a journal for `refit audit verify`. Pure: other code reads the files. */
import type { Offered } from '../../approval/judge-approvals.ts';
import { readPublicKey } from '../../approval/keys.ts';
import { readHeadSignature, signerOf } from '../../approval/signed-files.ts';
import { textOf } from '../../messages/messages.ts';
import type { Approver, JournalEntry, SavedPlan } from '../../model.ts';
import { escapeControls } from '../../report/document/escape.ts';

/**
 * @param entries the hashes of the entries that decode.
 * @param against.signers if present, at least one of them must have signed.
 * @returns `good`: one sentence for each valid signature.
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
    const name = signers === null ? null : signerOf(signed, signers.list);
    const after = entries.length - signed.entries;
    if (signers !== null && name === null) {
      warnings.push(`${file}: signed with ${fingerprint}, which is not a key in ${signers.file}`);
      continue;
    }
    known += name === null ? 0 : 1;
    good.push(
      `${name ?? signed.by} signed entry ${signed.entries}${after === 0 ? ', the last,' : ''} at ${signed.signedAt} with ${fingerprint}`,
    );
    if (after > 0) warnings.push(`${file}: ${after} entries are newer than this signature`);
    if (signers === null)
      warnings.push(
        `${file}: the owner of this key is not verified: use --signers FILE with the keys that you trust`,
      );
  }
  if (signers !== null && known === 0) faults.push(`no signer in ${signers.file} has signed this journal`);
  return {
    faults: faults.map(escapeControls),
    warnings: warnings.map(escapeControls),
    good: good.map(escapeControls),
  };
}
