/**
 * Public keys of passkeys in SPKI form, and the signatures that they verify. The kind of the key alone decides the algorithm:
 * P-256 is ES256, Ed25519 is EdDSA, RSA is RS256. So a signature cannot name another one. Sources: RFC 5480, RFC 8410,
 * RFC 3279 (keys), WebAuthn Level 3 §6.5.5 (signature formats), read 2026-11.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { toBase64url } from './base64url.ts';

export type PasskeyAlgorithm = 'ES256' | 'EdDSA' | 'RS256';

/** The public key of a credential. */
export interface CredentialKey {
  readonly algorithm: PasskeyAlgorithm;
  /** DER. Each key has exactly one. */
  readonly spki: Buffer;
  /** The text that every form of this public key shares, so that no list has one key twice. */
  readonly mark: string;
  /** Whether the key signed `data`, and the signature is in its only form. */
  verify(data: Buffer, signature: Buffer): boolean;
}

/** Bits of the modulus of an RSA key. */
const RSA_BITS = { least: 2048, most: 4096 };
/** Bytes of the largest SPKI: RSA with 4096 bits. */
export const MOST_SPKI = 600;
/** Bytes of the largest signature: RSA with 4096 bits. */
export const MOST_SIGNATURE = 512;

/** Reads a key. @param spki DER. @returns why it is not accepted, if it is not. */
export function readCredentialKey(spki: Buffer): CredentialKey | { readonly fault: 'key' | 'algorithm' } {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    return { fault: 'key' };
  }
  return credentialKey(key, spki);
}

/**
 * Makes the key from its numbers, as a JWK names them. It has no other members.
 * @returns why it is not accepted, if it is not.
 */
export function credentialKeyOf(
  jwk: Readonly<Record<string, string>>,
): CredentialKey | { readonly fault: 'key' | 'algorithm' } {
  try {
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    return credentialKey(key, key.export({ format: 'der', type: 'spki' }));
  } catch {
    return { fault: 'key' };
  }
}

function credentialKey(
  key: KeyObject,
  spki: Buffer,
): CredentialKey | { readonly fault: 'key' | 'algorithm' } {
  const algorithm = algorithmOf(key);
  if (algorithm === null) return { fault: 'algorithm' };
  // A key made from its numbers has the one form: no compressed point, no other parameters, no bytes after it.
  const jwk = key.export({ format: 'jwk' });
  const again = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' });
  if (!again.equals(spki)) return { fault: 'key' };
  const mark = algorithm === 'EdDSA' ? `ed25519 ${jwk.x}` : `spki ${toBase64url(spki)}`;
  return { algorithm, spki, mark, verify: (data, signature) => isGood(algorithm, key, data, signature) };
}

function algorithmOf(key: KeyObject): PasskeyAlgorithm | null {
  const details = key.asymmetricKeyDetails;
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return 'EdDSA';
    case 'ec':
      return details?.namedCurve === 'prime256v1' ? 'ES256' : null;
    case 'rsa': {
      const bits = details?.modulusLength ?? 0;
      const isStrong = bits >= RSA_BITS.least && bits <= RSA_BITS.most && details?.publicExponent === 65_537n;
      return isStrong ? 'RS256' : null;
    }
    default:
      return null;
  }
}

function isGood(algorithm: PasskeyAlgorithm, key: KeyObject, data: Buffer, signature: Buffer): boolean {
  if (algorithm === 'EdDSA') return signature.length === 64 && verify(null, data, key, signature);
  if (algorithm === 'RS256') return verify('sha256', data, key, signature);
  const canonical = canonicalEcdsa(signature);
  return canonical?.equals(signature) === true && verify('sha256', data, key, signature);
}

/** The order of P-256, and its half. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF = ORDER >> 1n;

/**
 * The only form of a signature that Refit keeps. With (r, s), every ECDSA key also accepts (r, n - s), which anybody can
 * compute. Refit keeps the smaller s, so that nobody can make a second text of one approval.
 * @returns null if the bytes are no signature in DER.
 */
export function canonicalSignature(algorithm: PasskeyAlgorithm, signature: Buffer): Buffer | null {
  return algorithm === 'ES256' ? canonicalEcdsa(signature) : signature;
}

function canonicalEcdsa(signature: Buffer): Buffer | null {
  const numbers = readDer(signature);
  if (numbers === null) return null;
  const [r, s] = numbers;
  if (r < 1n || s < 1n || r >= ORDER || s >= ORDER) return null;
  return writeDer([r, s > HALF ? ORDER - s : s]);
}

/** SEQUENCE of two INTEGERs, each of at most 33 bytes, and nothing after it. Writing it again checks the rest. */
function readDer(bytes: Buffer): readonly [bigint, bigint] | null {
  const [tag, length = 0] = bytes;
  if (tag !== 0x30 || length !== bytes.length - 2) return null;
  const first = integerAt(bytes, 2);
  const second = first === null ? null : integerAt(bytes, first.end);
  if (first === null || second === null || second.end !== bytes.length) return null;
  const isDer = writeDer([first.value, second.value]).equals(bytes);
  return isDer ? [first.value, second.value] : null;
}

function integerAt(bytes: Buffer, at: number): { readonly value: bigint; readonly end: number } | null {
  const length = bytes[at + 1] ?? 0;
  const end = at + 2 + length;
  if (bytes[at] !== 0x02 || length < 1 || length > 33 || end > bytes.length) return null;
  return { value: BigInt(`0x${bytes.toString('hex', at + 2, end)}`), end };
}

function writeDer(numbers: readonly bigint[]): Buffer {
  const body = Buffer.concat(
    numbers.map((number) => {
      const hex = number.toString(16);
      const even = hex.length % 2 === 0 ? hex : `0${hex}`;
      const bytes = Buffer.from(Number.parseInt(even.slice(0, 2), 16) > 0x7f ? `00${even}` : even, 'hex');
      return Buffer.concat([Buffer.of(0x02, bytes.length), bytes]);
    }),
  );
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}
