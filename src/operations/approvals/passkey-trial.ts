/** Tries a passkey that was registered just now, so that its person sees that it will approve. It approves nothing. */
import { challengeOf } from '../../approval/passkey/assertion.ts';
import { type Passkey, readPasskey } from '../../approval/passkey/passkey.ts';
import { canonical } from '../../digest.ts';
import { RefitError } from '../../errors.ts';
import { message, textOf } from '../../messages/messages.ts';
import { escapeControls } from '../../text.ts';
import {
  ANSWER_WITHIN,
  type ConsoleAddress,
  type PasskeyChallenge,
  withCanonicalSignature,
} from './passkey-approval.ts';

/** No approval has this format, so the answer to a trial can never count as one. */
const TRIAL_FORMAT = 'refit.passkey-trial/1';

/**
 * Makes the text of a trial, and what the browser asks the passkey.
 * @param line `passkey rp=…`. @param unique a text that nobody can guess. @throws RefitError `usage` if the line is none of this console.
 */
export function preparePasskeyTrial(
  line: unknown,
  { by, unique, address }: { readonly by: string; readonly unique: string; readonly address: ConsoleAddress },
): Pick<PasskeyChallenge, 'text' | 'options'> {
  const passkey = passkeyIn(line, address);
  const text = canonical({ format: TRIAL_FORMAT, by, unique });
  return {
    text,
    options: {
      challenge: challengeOf(text),
      rpId: passkey.relyingParty,
      allowCredentials: [{ type: 'public-key', id: passkey.credentialId }],
      userVerification: 'required',
      timeout: ANSWER_WITHIN,
    },
  };
}

/** Verifies the answer of a browser as that of an approval. @throws RefitError `not-approved` with the reason. */
export function finishPasskeyTrial(
  line: unknown,
  { text, credential, address }: { text: string; credential: unknown; address: ConsoleAddress },
): void {
  const passkey = passkeyIn(line, address);
  const { response } = (credential ?? {}) as { readonly response?: unknown };
  const { authenticatorData, clientDataJSON, signature } = (response ?? {}) as Record<string, unknown>;
  const word = (value: unknown): string => (typeof value === 'string' ? value : '');
  const assertion = {
    authenticatorData: word(authenticatorData),
    clientDataJSON: word(clientDataJSON),
    signature: word(signature),
  };
  const fault = passkey.assertionFault(text, withCanonicalSignature(assertion, passkey));
  if (fault === null) return;
  const reason = textOf(message('passkey.not-asserted', { name: 'this passkey', fault }));
  throw new RefitError('not-approved', escapeControls(reason), 'try again, or register another passkey');
}

function passkeyIn(line: unknown, { relyingParty, origin }: ConsoleAddress): Passkey {
  const passkey = typeof line === 'string' ? readPasskey(line) : null;
  if (passkey !== null && !('fault' in passkey) && passkey.relyingParty === relyingParty)
    if (passkey.origins.includes(origin)) return passkey;
  throw new RefitError('usage', 'this is no line of a passkey of this console', 'register the passkey here');
}
