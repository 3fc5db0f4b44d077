/**
 * Reads Ed25519 keys from their files. A public key is an OpenSSH line or PEM (SPKI). A private key is an OpenSSH file
 * or PKCS#8 in PEM. A private key with a passphrase signs through ssh-agent. Sources of the OpenSSH forms: draft-ietf-curdle-ssh-ed25519 §4 (now RFC 8709)
 * and PROTOCOL.key 1.3 of openssh-portable, read 2026-11.
 */
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { RefitError } from '../errors.ts';
import type { KeyFault } from '../model.ts';

/** A public key that can check signatures. */
export interface PublicKey {
  readonly kind: 'ssh';
  /** `ssh-ed25519 AAAA…`, without a comment, so that each key has one text. */
  readonly line: string;
  /** `SHA256:` and 43 characters, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
  /** Texts that no other approver of a list may share. A passkey with the same key has the same one. */
  readonly marks: readonly string[];
  /** Whether this key signed the UTF-8 bytes of `text`. @param signature 64 bytes. */
  verify(text: string, signature: Buffer): boolean;
}

const ALGORITHM = 'ssh-ed25519';
/** Messages name only these. Another word of the file could be a secret. */
const OTHER_ALGORITHMS: readonly string[] = [
  'ssh-rsa',
  'ssh-dss',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'rsa',
  'rsa-pss',
  'dsa',
  'ec',
  'ed448',
  'x25519',
  'x448',
];
/** Bytes of a public key, and of the seed of a private key. */
const KEY_BYTES = 32;

/** @param text `ssh-ed25519 AAAA… comment`, or PEM between BEGIN and END PUBLIC KEY. */
export function readPublicKey(text: string): PublicKey | { readonly fault: KeyFault } {
  const trimmed = text.trim();
  if (trimmed.includes('PRIVATE KEY')) return { fault: { kind: 'private' } };
  if (trimmed.startsWith('-----BEGIN')) return fromPem(trimmed);
  const [algorithm = '', encoded = ''] = trimmed.split(/[ \t]+/);
  if (algorithm !== ALGORITHM) {
    const isOther = OTHER_ALGORITHMS.includes(algorithm);
    return { fault: isOther ? { kind: 'other-algorithm', algorithm } : { kind: 'no-key' } };
  }
  const blob = Buffer.from(encoded, 'base64');
  const raw = blob.subarray(blob.length - KEY_BYTES);
  // Encoding the key again checks lengths, algorithm, extra bytes and the base64 spelling.
  if (raw.length !== KEY_BYTES || blobOf(raw).toString('base64') !== encoded)
    return { fault: { kind: 'changed' } };
  return publicKey(raw);
}

/** @param raw the 32 bytes of the key. */
function publicKey(raw: Buffer): PublicKey {
  const blob = blobOf(raw);
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return {
    kind: 'ssh',
    marks: [`ed25519 ${jwk.x}`],
    line: `${ALGORITHM} ${blob.toString('base64')}`,
    fingerprint: fingerprintOf(blob),
    verify: (text, signature) => verify(null, Buffer.from(text, 'utf8'), key, signature),
  };
}

/** The fingerprint of any SSH key. @param blob the key in the SSH wire form. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${hash('sha256', blob, 'base64').replace(/=+$/, '')}`;
}

function fromPem(text: string): ReturnType<typeof readPublicKey> {
  let key: KeyObject;
  try {
    key = createPublicKey(text);
  } catch {
    return { fault: { kind: 'bad-pem' } };
  }
  if (key.asymmetricKeyType !== 'ed25519')
    return { fault: { kind: 'other-algorithm', algorithm: String(key.asymmetricKeyType) } };
  return publicKey(Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url'));
}

/** The SSH wire form: algorithm and key, each after its length. */
function blobOf(raw: Buffer): Buffer {
  return Buffer.concat(
    [Buffer.from(ALGORITHM), raw].flatMap((bytes) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** Who can sign: a private key from a file, or one that ssh-agent holds. */
export interface Signer {
  readonly public: PublicKey;
  /** Signs the UTF-8 bytes of `text`. @returns 64 bytes. */
  sign(text: string): Buffer | Promise<Buffer>;
}

/** A private key. Refit never shows it. */
export interface PrivateKey extends Signer {
  sign(text: string): Buffer;
}

/** A key whose private part is not in the file, or has a passphrase. */
export interface LockedKey {
  readonly public: PublicKey;
}

const MAGIC = 'openssh-key-v1\0';
/** The bytes before the seed in PKCS#8. Source: the example key of RFC 8410, read 2026-11; openssl writes the same. */
const PKCS8_HEAD = '302e020100300506032b657004220420';

/**
 * Reads the key of a signer: a private key, or only its public part if that is all the file shows.
 * @param file the path of the key, for error messages.
 * @throws RefitError `usage` when the text is not such a key, or is cut off.
 */
export function readSignerKey(text: string, file: string): PrivateKey | LockedKey {
  const openSsh =
    /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END OPENSSH PRIVATE KEY-----/.exec(text);
  if (openSsh) return fromOpenSsh(Buffer.from(openSsh[1]!, 'base64'), file);
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text)) {
    throw refusal(
      file,
      'has a passphrase and does not show its public key',
      `ssh-add ${file}, then --key SHA256:... as ssh-add -l shows it`,
    );
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    const known = readPublicKey(text);
    if (!('fault' in known)) return { public: known };
    if (known.fault.kind === 'other-algorithm') throw otherAlgorithm(file, known.fault.algorithm);
    throw refusal(file, 'is not a key that Refit can read', MAKE_ONE);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw otherAlgorithm(file, String(key.asymmetricKeyType));
  return privateKey(key);
}

const MAKE_ONE = 'ssh-keygen -t ed25519 makes one; give its .pub line to the keeper of the approvers file';

/** Approvals and approvers files know one kind of signature, so that each of them has exactly one text. */
export function otherAlgorithm(file: string, algorithm: string): RefitError {
  return refusal(
    file,
    `is a key for ${OTHER_ALGORITHMS.includes(algorithm) ? algorithm : 'another algorithm'}, and Refit accepts only Ed25519`,
    MAKE_ONE,
  );
}

function refusal(file: string, predicate: string, fix: string): RefitError {
  return new RefitError('usage', `the key ${file} ${predicate}`, fix);
}

function privateKey(key: KeyObject): PrivateKey {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return {
    public: publicKey(Buffer.from(x, 'base64url')),
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), key),
  };
}

function fromOpenSsh(bytes: Buffer, file: string): PrivateKey | LockedKey {
  const broken = () =>
    refusal(file, 'is cut off or was changed', 'restore it from a copy, or use another --key');
  if (bytes.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) throw broken();
  const outer = reader(bytes.subarray(MAGIC.length), broken);
  const cipher = outer.text();
  outer.bytes();
  outer.bytes();
  if (outer.number() !== 1) throw refusal(file, 'has more than one key', 'use a file with one key');
  const publicPart = reader(outer.bytes(), broken);
  const algorithm = publicPart.text();
  if (algorithm !== ALGORITHM) throw otherAlgorithm(file, algorithm);
  if (cipher !== 'none') {
    const known = publicPart.bytes();
    if (known.length !== KEY_BYTES) throw broken();
    return { public: publicKey(known) };
  }
  const inner = reader(outer.bytes(), broken);
  const check = [inner.number(), inner.number()];
  const kind = inner.text();
  const publicBytes = inner.bytes();
  const secret = inner.bytes();
  if (check[0] !== check[1] || kind !== algorithm || secret.length !== 2 * KEY_BYTES) throw broken();
  const seed = secret.subarray(0, KEY_BYTES);
  const der = Buffer.concat([Buffer.from(PKCS8_HEAD, 'hex'), seed]);
  const key = privateKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  if (publicKey(publicBytes).line !== key.public.line) throw broken();
  return key;
}

/** Reads numbers, and byte strings that follow their length. */
function reader(bytes: Buffer, broken: () => RefitError) {
  let at = 0;
  const number = (): number => {
    if (at + 4 > bytes.length) throw broken();
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  const string = (): Buffer => {
    const length = number();
    if (at + length > bytes.length) throw broken();
    at += length;
    return bytes.subarray(at - length, at);
  };
  return { number, bytes: string, text: () => string().toString('latin1') };
}
