/**
 * Ed25519 public keys as people have them: an OpenSSH line, or PEM (SPKI). Source of the OpenSSH form:
 * draft-ietf-curdle-ssh-ed25519 §4, which became RFC 8709, read 2026-11.
 */
import { createPublicKey, hash, verify } from 'node:crypto';

/** A public key that can check signatures. */
export interface PublicKey {
  /** `ssh-ed25519 AAAA…`, without a comment: one key, one text. */
  readonly line: string;
  /** `SHA256:` and 43 characters, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
  /** Whether `signature` (64 bytes) is this key's over the UTF-8 bytes of `text`. */
  verify(text: string, signature: Buffer): boolean;
}

/** Why a text is no such key, and what to do. */
export interface NoKey {
  readonly why: string;
  readonly mend: string;
}

const ALGORITHM = 'ssh-ed25519';
/** Bytes of an Ed25519 public key, and of the seed of a private one. */
export const KEY_BYTES = 32;
const MAKE_ONE = 'ssh-keygen -t ed25519 makes one; its .pub file holds the line';

/** @param text `ssh-ed25519 AAAA… comment`, or PEM between BEGIN and END PUBLIC KEY. */
export function readPublicKey(text: string): PublicKey | NoKey {
  const trimmed = text.trim();
  if (trimmed.includes('PRIVATE KEY'))
    return {
      why: 'it is a private key, which belongs to its owner alone',
      mend: 'the line of its .pub file',
    };
  if (trimmed.startsWith('-----BEGIN')) return fromPem(trimmed);
  const [algorithm = '', encoded = ''] = trimmed.split(/[ \t]+/);
  if (algorithm !== ALGORITHM) {
    const other = /^(ssh|ecdsa|sk)-[a-z0-9@.-]{1,60}$/.test(algorithm);
    return {
      why: other ? `it is a key for ${algorithm}, and only Ed25519 is taken` : 'it is no Ed25519 public key',
      mend: MAKE_ONE,
    };
  }
  const blob = Buffer.from(encoded, 'base64');
  const raw = blob.subarray(blob.length - KEY_BYTES);
  // The whole form at once: lengths, algorithm, no byte too many, and no other base64 spelling of it.
  if (raw.length !== KEY_BYTES || blobOf(raw).toString('base64') !== encoded)
    return { why: 'the line is cut off or was changed', mend: 'copy the line of the .pub file whole' };
  return publicKey(raw);
}

/** The key of 32 bytes. */
export function publicKey(raw: Buffer): PublicKey {
  const blob = blobOf(raw);
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return {
    line: `${ALGORITHM} ${blob.toString('base64')}`,
    fingerprint: `SHA256:${hash('sha256', blob, 'base64').replace(/=+$/, '')}`,
    verify: (text, signature) => verify(null, Buffer.from(text, 'utf8'), key, signature),
  };
}

function fromPem(text: string): PublicKey | NoKey {
  let key: ReturnType<typeof createPublicKey>;
  try {
    key = createPublicKey(text);
  } catch {
    return { why: 'the PEM text is no public key, or is cut off', mend: MAKE_ONE };
  }
  if (key.asymmetricKeyType !== 'ed25519')
    return { why: `it is a key for ${key.asymmetricKeyType}, and only Ed25519 is taken`, mend: MAKE_ONE };
  return publicKey(Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url'));
}

/** The wire form: algorithm and key, each with its length before it. */
function blobOf(raw: Buffer): Buffer {
  return Buffer.concat([withLength(Buffer.from(ALGORITHM)), withLength(raw)]);
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
