/**
 * Verifies what an authenticator signed: offline, from the bytes alone. Source of the steps: WebAuthn Level 3 §7.2, read
 * 2026-11. The signature counter needs other approvals: `counters.ts`.
 */
import { hash } from 'node:crypto';
import type { AssertionFault, PasskeyAssertion } from '../../model.ts';
import { fromBase64url } from './base64url.ts';
import { readClientData } from './client-data.ts';
import { type CredentialKey, MOST_SIGNATURE } from './credential-key.ts';

/** Bytes that a part may have at most. */
export const MOST_CLIENT_DATA = 2048;
export const MOST_AUTHENTICATOR_DATA = 512;

/** Hash of the relying party, flags, counter: what every authenticator data begins with. */
const HEAD = { flags: 32, counter: 33, bytes: 37 };
const FLAG = {
  present: 0x01,
  verified: 0x04,
  mayBackUp: 0x08,
  backedUp: 0x10,
  attested: 0x40,
  extended: 0x80,
};

/** What an assertion must be for: the text that was signed, and where. */
export interface Expected {
  readonly text: string;
  readonly relyingParty: string;
  readonly origins: readonly string[];
  readonly key: Pick<CredentialKey, 'verify'>;
}

/** The challenge for a text: the SHA-256 of its UTF-8 bytes, in base64url. */
export function challengeOf(text: string): string {
  return hash('sha256', text, 'base64url');
}

/** Why an assertion is not one for this text with this key; null: it is. */
export function assertionFault(
  assertion: PasskeyAssertion & { readonly signature: string },
  { text, relyingParty, origins, key }: Expected,
): AssertionFault | null {
  const clientBytes = fromBase64url(assertion.clientDataJSON, MOST_CLIENT_DATA);
  if (clientBytes === null) return { kind: 'encoding', member: 'clientDataJSON' };
  const data = fromBase64url(assertion.authenticatorData, MOST_AUTHENTICATOR_DATA);
  if (data === null) return { kind: 'encoding', member: 'authenticatorData' };
  const signature = fromBase64url(assertion.signature, MOST_SIGNATURE);
  if (signature === null) return { kind: 'encoding', member: 'signature' };
  const client = readClientData(clientBytes);
  if (client === null) return { kind: 'client-data' };
  if (client.type !== 'webauthn.get') return { kind: 'type' };
  if (client.challenge !== challengeOf(text)) return { kind: 'challenge' };
  const { origin } = client;
  if (typeof origin !== 'string') return { kind: 'origin', found: null, origins };
  if (!origins.includes(origin)) return { kind: 'origin', found: origin.slice(0, 300), origins };
  const isAlone = client.crossOrigin === undefined || client.crossOrigin === false;
  if (!isAlone || client.hasTopOrigin) return { kind: 'cross-origin' };
  const fault = dataFault(data, relyingParty);
  if (fault !== null) return fault;
  const signed = Buffer.concat([data, hash('sha256', clientBytes, 'buffer')]);
  return key.verify(signed, signature) ? null : { kind: 'signature' };
}

function dataFault(data: Buffer, relyingParty: string): AssertionFault | null {
  if (data.length < HEAD.bytes) return { kind: 'authenticator-data' };
  const has = (flag: number): boolean => (data[HEAD.flags]! & flag) !== 0;
  // Without extensions nothing follows the counter. Their CBOR map is under the signature, and Refit asks for none.
  const isMap = data.length > HEAD.bytes && data[HEAD.bytes]! >> 5 === 5;
  const isWhole = has(FLAG.extended) ? isMap : data.length === HEAD.bytes;
  if (!isWhole || has(FLAG.attested)) return { kind: 'authenticator-data' };
  if (!data.subarray(0, HEAD.flags).equals(hash('sha256', relyingParty, 'buffer')))
    return { kind: 'relying-party', relyingParty };
  if (!has(FLAG.present)) return { kind: 'user-present' };
  if (!has(FLAG.verified)) return { kind: 'user-verified' };
  if (has(FLAG.backedUp) && !has(FLAG.mayBackUp)) return { kind: 'backup-state' };
  return null;
}

/** The signature counter of an assertion; null if the bytes are too short. */
export function counterOf({ authenticatorData }: PasskeyAssertion): number | null {
  const data = fromBase64url(authenticatorData, MOST_AUTHENTICATOR_DATA);
  return data === null || data.length < HEAD.bytes ? null : data.readUInt32BE(HEAD.counter);
}
