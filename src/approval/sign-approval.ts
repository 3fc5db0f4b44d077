/** An approval as a signed text. One approval, one text: whatever else a file holds is no approval. */
import { iso } from '../clock.ts';
import { canonical } from '../digest.ts';
import { validateApproval } from '../generated/validators.js';
import { APPROVAL_FORMAT, type ApprovalFile } from '../model.ts';
import type { PrivateKey } from './private-key.ts';
import type { PublicKey } from './public-key.ts';

/** @param expires milliseconds from `now` (since 1970 UTC) in which it counts. */
export function signApproval(
  what: Pick<ApprovalFile, 'digest' | 'wave' | 'by'>,
  key: PrivateKey,
  { now, expires }: { readonly now: number; readonly expires: number },
): ApprovalFile {
  const { digest, wave, by } = what;
  const unsigned = {
    format: APPROVAL_FORMAT,
    digest,
    wave,
    by,
    key: key.public.fingerprint,
    issuedAt: iso(now),
    expiresAt: iso(now + expires),
  } as const;
  return { ...unsigned, signature: key.sign(signedText(unsigned)).toString('base64') };
}

/** The text of an approval's file. */
export function encodeApproval(approval: ApprovalFile): string {
  return `${canonical(approval)}\n`;
}

/** Reads the text of an approval's file. @returns why it is none, where it is none. */
export function readApproval(text: string): ApprovalFile | { readonly why: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { why: 'it is not JSON' };
  }
  const format = (value as { readonly format?: unknown } | null)?.format;
  if (typeof format === 'string' && format !== APPROVAL_FORMAT && /^refit\.approval\//.test(format))
    return { why: `its format is ${format.slice(0, 40)}, and this version reads ${APPROVAL_FORMAT}` };
  if (!validateApproval(value)) return { why: 'it is no approval of this format' };
  const approval = value as ApprovalFile;
  if (encodeApproval(approval) !== text)
    return { why: 'its bytes are not those that refit approve wrote: it was changed' };
  return approval;
}

/** Whether the signature is that key's over everything else in the approval. */
export function isSignedBy(approval: ApprovalFile, key: PublicKey): boolean {
  const signature = Buffer.from(approval.signature, 'base64');
  // The same bytes can be spelt in several ways; one of them is taken.
  if (signature.toString('base64') !== approval.signature) return false;
  return key.verify(signedText(approval), signature);
}

function signedText(approval: Omit<ApprovalFile, 'signature'>): string {
  const { signature: _, ...unsigned } = approval as ApprovalFile;
  return canonical(unsigned);
}
