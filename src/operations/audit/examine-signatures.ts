/** What `refit audit verify` finds in the signatures over a journal's head. Pure: the files are read elsewhere. */
import type { Offered } from '../../approval/judge-approvals.ts';
import { readPublicKey } from '../../approval/keys.ts';
import { readHeadSignature, signerOf } from '../../approval/signed-files.ts';
import type { Approver, JournalEntry, SavedPlan } from '../../model.ts';
import { escapeControls } from '../../report/document/escape.ts';

/**
 * @param entries those of the journal that decode, of which the hashes are looked at.
 * @param against.signers whose signatures are wanted, where somebody says: one of them at least must have signed.
 * @returns `good`: those that are good, in words.
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
    if ('why' in signed) {
      faults.push(`${file}: ${signed.why}`);
      continue;
    }
    if (signed.digest !== saved.digest) {
      faults.push(`${file}: of a run of another plan (${signed.digest.slice(0, 8)})`);
      continue;
    }
    if (entries[signed.entries - 1]?.hash !== signed.head) {
      faults.push(
        `${file}: ${signed.by} signed entry ${signed.entries} with the hash ${signed.head.slice(0, 8)}, which the journal does not hold there: entries were cut off or changed, or it is another run's`,
      );
      continue;
    }
    const key = readPublicKey(signed.key);
    const fingerprint = 'why' in key ? signed.key : key.fingerprint;
    const name = signers === null ? null : signerOf(signed, signers.list);
    const after = entries.length - signed.entries;
    if (signers !== null && name === null) {
      warnings.push(`${file}: signed with ${fingerprint}, which is the key of nobody in ${signers.file}`);
      continue;
    }
    known += name === null ? 0 : 1;
    good.push(
      `${name ?? signed.by} signed entry ${signed.entries}${after === 0 ? ', the last,' : ''} at ${signed.signedAt} with ${fingerprint}`,
    );
    if (after > 0) warnings.push(`${file}: ${after} entries were written after it was signed`);
    if (signers === null)
      warnings.push(
        `${file}: whose key that is, nothing here tells: --signers FILE names those whom you know`,
      );
  }
  if (signers !== null && known === 0) faults.push(`nobody in ${signers.file} has signed this journal`);
  return {
    faults: faults.map(escapeControls),
    warnings: warnings.map(escapeControls),
    good: good.map(escapeControls),
  };
}
