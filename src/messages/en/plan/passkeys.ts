/** What Refit says about passkeys, in lists of approvers and as signatures. */
import type { AssertionFault, CounterFault, KeyFault } from '../../../model.ts';
import type { Text } from '../../text.ts';

const LINE = 'passkey rp=refit.example.com origin=https://refit.example.com id=AAAA... key=AAAA...';
const REGISTER = 'register the passkey in the web console, and copy its whole line';

/** Why a line is not a passkey. */
export type PasskeyFault = Exclude<
  KeyFault,
  { readonly kind: 'private' | 'no-key' | 'changed' | 'bad-pem' | 'other-algorithm' }
>;

/** Why a line is not a passkey that Refit accepts. */
export function passkeyFault(fault: PasskeyFault): { readonly message: string; readonly fix: string } {
  switch (fault.kind) {
    case 'passkey-form':
      return { message: `the line of a passkey has this form: ${LINE}`, fix: REGISTER };
    case 'passkey-missing':
      return { message: `the line of the passkey has no ${fault.member}=`, fix: REGISTER };
    case 'passkey-rp':
      return {
        message: 'rp= must be the domain of the web console in small letters, without port and path',
        fix: 'rp=refit.example.com, as the web console was when the passkey was registered',
      };
    case 'passkey-origin':
      return {
        message:
          'each origin= must be a different https:// address of the domain in rp=, without a path; there are 4 at most',
        fix: 'origin=https://refit.example.com, as the browser shows the address of the web console',
      };
    case 'passkey-id':
      return { message: 'id= is not the base64url of a credential id, or was changed', fix: REGISTER };
    case 'passkey-key':
      return {
        message: 'key= is not the base64url of a public key in SPKI form, or was changed',
        fix: REGISTER,
      };
    case 'passkey-algorithm':
      return {
        message:
          'its public key is of another kind: Refit accepts P-256 (ES256), Ed25519 (EdDSA) and RSA (RS256) of 2048 to 4096 bits',
        fix: 'register another passkey in the web console',
      };
  }
}

/** Why what an authenticator signed does not approve. */
function assertionFault(fault: AssertionFault): string {
  switch (fault.kind) {
    case 'none':
      return 'it has the signature of an SSH key, and the approver has a passkey';
    case 'encoding':
      return `${fault.member} is not base64url in its only form, is empty, or is too long`;
    case 'client-data':
      return 'clientDataJSON is not one JSON object whose members differ';
    case 'type':
      return 'the passkey did not sign to authenticate (webauthn.get)';
    case 'challenge':
      return 'the passkey signed another text: its challenge is not the SHA-256 of this approval';
    case 'origin':
      return `the passkey signed at ${fault.found ?? 'an address that it does not say'}, and counts at ${fault.origins.join(' and ')} only`;
    case 'cross-origin':
      return 'the passkey signed inside a page of another origin';
    case 'authenticator-data':
      return 'authenticatorData does not have the form of an assertion';
    case 'relying-party':
      return `the passkey signed for another relying party than ${fault.relyingParty}`;
    case 'user-present':
      return 'the authenticator does not say that a person was present';
    case 'user-verified':
      return 'the authenticator did not verify the person by PIN or biometrics';
    case 'backup-state':
      return 'the authenticator says that a key is backed up which cannot be';
    case 'signature':
      return 'the signature over its content is not by the passkey';
  }
}

export const passkeys = {
  'passkey.not-asserted': ({ name, fault }: { name: string; fault: AssertionFault }): Text =>
    `it is not signed by the passkey of ${name}: ${assertionFault(fault)}`,
  'passkey.counter': ({ counter, earlier, issuedAt }: CounterFault): Text =>
    `its signature counter is ${counter}, and an earlier approval of ${issuedAt} by the same passkey has ${earlier}: the passkey may be copied, or the assertion replayed`,
  'passkey.same-credential': ({ number, other }: { number: number; other: number }): Text => ({
    message: `approver ${number} has the same passkey as approver ${other}: the credential ids are equal`,
    fix: 'give each approver a passkey of their own',
  }),
};
