/** The keys that may stand in a list of approvers: SSH keys and passkeys. */

import { message } from '../messages/messages.ts';
import type { ApprovalFile, KeyFault, Message } from '../model.ts';
import { type PublicKey, readPublicKey } from './keys.ts';
import { looksLikePasskey, type Passkey, readPasskey } from './passkey/passkey.ts';

/** A key that can approve. */
export type ApproverKey = PublicKey | Passkey;

/** @param text a line `ssh-ed25519 …`, a line `passkey …`, or PEM. @returns why it is not accepted, if it is not. */
export function readApproverKey(text: string): ApproverKey | { readonly fault: KeyFault } {
  return looksLikePasskey(text) ? readPasskey(text) : readPublicKey(text);
}

/**
 * Why the signature of an approval is not one of this key; null: it is.
 * @param text everything else in the approval, in its canonical form. @param name the owner of the key.
 */
export function signatureFault(
  { signature, passkey }: Pick<ApprovalFile, 'signature' | 'passkey'>,
  text: string,
  key: ApproverKey,
  name: string,
): Message | null {
  if (key.kind === 'passkey') {
    const fault =
      passkey === undefined
        ? ({ kind: 'none' } as const)
        : key.assertionFault(text, { ...passkey, signature });
    return fault === null ? null : message('passkey.not-asserted', { name, fault });
  }
  return passkey === undefined && isSignature(signature, text, key)
    ? null
    : message('approval.forged', { name });
}

/** Whether the key signed the text. @param signature base64. */
export function isSignature(signature: string, text: string, key: PublicKey): boolean {
  const bytes = Buffer.from(signature, 'base64');
  // Base64 can spell the same bytes in several ways, and Refit accepts one.
  return bytes.toString('base64') === signature && key.verify(text, bytes);
}
