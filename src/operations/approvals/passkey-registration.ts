/**
 * Registers passkeys, for the web console. The result is a line for a list of approvers. The keeper of the list adds it, so a
 * console alone makes nobody an approver.
 */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { readApproverKey } from '../../approval/approver-key.ts';
import { createClashFinder } from '../../approval/check-approvers.ts';
import { nameFault } from '../../approval/names.ts';
import { fromBase64url } from '../../approval/passkey/base64url.ts';
import { readClientData } from '../../approval/passkey/client-data.ts';
import { credentialKeyOf, type PasskeyAlgorithm } from '../../approval/passkey/credential-key.ts';
import { formatPasskey, MOST_ID, type Passkey, readPasskey } from '../../approval/passkey/passkey.ts';
import type { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { Approver, Message } from '../../model.ts';
import { escapeControls } from '../../text.ts';
import { ANSWER_WITHIN, type ConsoleAddress } from './passkey-approval.ts';

/** COSE numbers of the algorithms that Refit accepts, in the order of preference. Source: IANA COSE Algorithms, read 2026-11. */
const ALGORITHMS: Readonly<Record<PasskeyAlgorithm, number>> = { ES256: -7, EdDSA: -8, RS256: -257 };

/** Who registers a passkey, and where. */
export interface PasskeyRegistering {
  /** The name of the person, as it is to be in the list. */
  readonly name: string;
  readonly address: ConsoleAddress;
  /** People who are in the list already, without the entry that is to be replaced. Their passkeys are not registered again. */
  readonly taken: readonly Approver[];
}

/**
 * Makes the options for `navigator.credentials.create`, with a random challenge.
 * @returns as `PublicKeyCredential.parseCreationOptionsFromJSON` reads them. The console keeps `challenge` in the session of the
 * person until the answer comes, and uses it once.
 * @throws RefitError `usage` if the name is not valid, or in the list.
 */
export async function preparePasskeyRegistration({
  name,
  address,
  taken,
}: PasskeyRegistering): Promise<PublicKeyCredentialCreationOptionsJSON> {
  mustBeName(name);
  const { generateRegistrationOptions } = await import('@simplewebauthn/server');
  const passkeys = taken.flatMap(({ key: line }) => {
    const key = readApproverKey(line);
    return 'fault' in key || key.kind !== 'passkey' ? [] : [key];
  });
  return generateRegistrationOptions({
    rpName: 'Refit',
    rpID: address.relyingParty,
    userName: name,
    attestationType: 'none',
    timeout: ANSWER_WITHIN,
    excludeCredentials: passkeys
      .filter(({ relyingParty }) => relyingParty === address.relyingParty)
      .map(({ credentialId }) => ({ id: credentialId })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    supportedAlgorithmIDs: Object.values(ALGORITHMS),
  });
}

/** A verified entry for a list of approvers. */
export interface RegisteredPasskey {
  readonly approver: Approver;
  /** The line for the file: `- { name: "wei", key: passkey rp=… }` and a line feed. */
  readonly text: string;
  readonly fingerprint: string;
  readonly algorithm: PasskeyAlgorithm;
  /** Whether the passkey is synced to other devices, which then have no signature counter. */
  readonly isSynced: boolean;
}

/** The largest parts of an answer, bytes. Without attestation they are a few hundred bytes. */
const MOST = { clientDataJSON: 2048, attestationObject: 8192 };

/**
 * Verifies the answer of a browser.
 * @param challenge that of `preparePasskeyRegistration`. @param credential `PublicKeyCredential.toJSON()`: whatever the browser sent.
 * @throws RefitError `usage` with the reason if the answer, the name or the key is not accepted.
 */
export async function finishPasskeyRegistration(
  credential: unknown,
  challenge: string,
  { name, address, taken }: PasskeyRegistering,
): Promise<RegisteredPasskey> {
  mustBeName(name);
  const response = answerIn(credential);
  const { registration, isSynced } = await verified(response, challenge, address);
  const key = readPasskey(
    formatPasskey({
      relyingParty: address.relyingParty,
      origins: [address.origin],
      id: registration.id,
      spki: registration.spki,
    }),
  );
  if ('fault' in key) throw refuse(message('approval.bad-signing-key', { fault: key.fault }));
  mustNotClash({ name, key }, taken);
  // A quoted name is text, whatever YAML would make of it. Names have no quotes.
  const text = `- { name: "${name}", key: ${key.line} }\n`;
  const { fingerprint, algorithm } = key;
  return { approver: { name, key: key.line }, text, fingerprint, algorithm, isSynced };
}

function refuse(reason: string | Message): RefitError {
  const shown = typeof reason === 'string' ? escapeControls(reason).slice(0, 500) : reason;
  return refitError('usage', message('error.passkey-not-kept', { reason: shown }));
}

function mustBeName(name: string): void {
  const fault = nameFault(name);
  if (fault !== null) throw refuse(message('approval.bad-person', { name: name.slice(0, 100), fault }));
}

function mustNotClash(
  own: { readonly name: string; readonly key: Passkey },
  taken: readonly Approver[],
): void {
  const clashesOf = createClashFinder();
  for (const [index, { name, key: line }] of taken.entries()) {
    const key = readApproverKey(line);
    if (!('fault' in key)) clashesOf({ name, key }, index + 1);
  }
  const [clash] = clashesOf(own, taken.length + 1);
  if (clash !== undefined) throw refuse(clash[1]);
}

/** The answer, if it has the form and size of one. */
function answerIn(credential: unknown): RegistrationResponseJSON {
  const { id, rawId, type, response } = membersOf(credential);
  const { clientDataJSON, attestationObject } = membersOf(response);
  const client =
    typeof clientDataJSON === 'string' ? fromBase64url(clientDataJSON, MOST.clientDataJSON) : null;
  const isWhole =
    typeof id === 'string' &&
    id === rawId &&
    fromBase64url(id, MOST_ID) !== null &&
    typeof attestationObject === 'string' &&
    fromBase64url(attestationObject, MOST.attestationObject) !== null;
  if (!isWhole || client === null || type !== 'public-key')
    throw refuse('the answer is not that of a passkey');
  // What the library does not check: members that occur twice, and pages inside a page of another origin.
  const data = readClientData(client);
  if (data === null || data.hasTopOrigin || !(data.crossOrigin === undefined || data.crossOrigin === false))
    throw refuse('the answer comes from a page inside another page, or is not one JSON object');
  return {
    id,
    rawId: id,
    type: 'public-key',
    response: { clientDataJSON: clientDataJSON as string, attestationObject },
    clientExtensionResults: {},
  };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Verifies an answer with the library. */
async function verified(response: RegistrationResponseJSON, challenge: string, address: ConsoleAddress) {
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  const { decodeAttestationObject, decodeCredentialPublicKey } = await import(
    '@simplewebauthn/server/helpers'
  );
  try {
    // Refit asks for no attestation. The library would verify certificates, and could fetch lists of revoked ones.
    const attestation = decodeAttestationObject(
      Buffer.from(response.response.attestationObject, 'base64url'),
    );
    const isPlain =
      attestation.get('fmt') === 'none' ||
      (attestation.get('fmt') === 'packed' && attestation.get('attStmt').get('x5c') === undefined);
    if (!isPlain) throw new Error('the authenticator sent an attestation, and none was asked for');
    const { verified: isVerified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: address.origin,
      expectedRPID: address.relyingParty,
      requireUserVerification: true,
      supportedAlgorithmIDs: Object.values(ALGORITHMS),
    });
    if (!isVerified) throw new Error('its attestation is not valid');
    const { id, publicKey } = registrationInfo.credential;
    if (id !== response.id)
      throw new Error('the authenticator made another credential than the browser names');
    const spki = spkiOf(decodeCredentialPublicKey(publicKey) as unknown as ReadonlyMap<number, unknown>);
    if (spki === null) throw new Error('its public key is not of a kind that Refit accepts');
    return {
      registration: { id: Buffer.from(id, 'base64url'), spki },
      isSynced: registrationInfo.credentialBackedUp,
    };
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}

/** COSE labels of keys. Source: RFC 9053 §7 and RFC 8230 §4, read 2026-11. */
const COSE = { algorithm: 3, curve: -1, x: -2, y: -3, n: -1, e: -2 };

/** The SPKI of a COSE key; null if Refit does not accept its kind, or its algorithm is not that of its kind. */
function spkiOf(cose: ReadonlyMap<number, unknown>): Buffer | null {
  const part = (label: number): string => {
    const bytes = cose.get(label);
    return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64url') : '';
  };
  const algorithm = cose.get(COSE.algorithm);
  const jwk =
    algorithm === ALGORITHMS.ES256 && cose.get(COSE.curve) === 1
      ? { kty: 'EC', crv: 'P-256', x: part(COSE.x), y: part(COSE.y) }
      : algorithm === ALGORITHMS.EdDSA && cose.get(COSE.curve) === 6
        ? { kty: 'OKP', crv: 'Ed25519', x: part(COSE.x) }
        : algorithm === ALGORITHMS.RS256
          ? { kty: 'RSA', n: part(COSE.n), e: part(COSE.e) }
          : null;
  const key = jwk === null ? null : credentialKeyOf(jwk);
  return key === null || 'fault' in key ? null : key.spki;
}
