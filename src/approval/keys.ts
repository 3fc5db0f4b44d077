/**
 * Ed25519 keys as people have them. A public one is an OpenSSH line, or PEM (SPKI); the private one, which signs, an
 * OpenSSH file, or PKCS#8 in PEM, without a passphrase. Sources of the OpenSSH forms: draft-ietf-curdle-ssh-ed25519 §4,
 * which became RFC 8709, and PROTOCOL.key 1.3 of openssh-portable, read 2026-11.
 */
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { RefitError } from '../errors.ts';

/** A public key that can check signatures. */
export interface PublicKey {
  /** `ssh-ed25519 AAAA…`, without a comment: one key, one text. */
  readonly line: string;
  /** `SHA256:` and 43 characters, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
  /** Whether `signature` (64 bytes) is this key's over the UTF-8 bytes of `text`. */
  verify(text: string, signature: Buffer): boolean;
}

const ALGORITHM = 'ssh-ed25519';
/** Bytes of a public key, and of the seed of a private one. */
const KEY_BYTES = 32;
const MAKE_PUBLIC = 'ssh-keygen -t ed25519 makes one; its .pub file holds the line';

/** @param text `ssh-ed25519 AAAA… comment`, or PEM between BEGIN and END PUBLIC KEY. @returns why it is none, where it is none. */
export function readPublicKey(text: string): PublicKey | { readonly why: string; readonly fix: string } {
  const trimmed = text.trim();
  if (trimmed.includes('PRIVATE KEY'))
    return {
      why: 'it is a private key, which belongs to its owner alone',
      fix: 'the line of its .pub file',
    };
  if (trimmed.startsWith('-----BEGIN')) return fromPem(trimmed);
  const [algorithm = '', encoded = ''] = trimmed.split(/[ \t]+/);
  if (algorithm !== ALGORITHM) {
    const other = /^(ssh|ecdsa|sk)-[a-z0-9@.-]{1,60}$/.test(algorithm);
    return {
      why: other ? `it is a key for ${algorithm}, and only Ed25519 is taken` : 'it is no Ed25519 public key',
      fix: MAKE_PUBLIC,
    };
  }
  const blob = Buffer.from(encoded, 'base64');
  const raw = blob.subarray(blob.length - KEY_BYTES);
  // The whole form at once: lengths, algorithm, no byte too many, and no other base64 spelling of it.
  if (raw.length !== KEY_BYTES || blobOf(raw).toString('base64') !== encoded)
    return { why: 'the line is cut off or was changed', fix: 'copy the line of the .pub file whole' };
  return publicKey(raw);
}

/** The key of 32 bytes. */
function publicKey(raw: Buffer): PublicKey {
  const blob = blobOf(raw);
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return {
    line: `${ALGORITHM} ${blob.toString('base64')}`,
    fingerprint: `SHA256:${hash('sha256', blob, 'base64').replace(/=+$/, '')}`,
    verify: (text, signature) => verify(null, Buffer.from(text, 'utf8'), key, signature),
  };
}

function fromPem(text: string): ReturnType<typeof readPublicKey> {
  let key: KeyObject;
  try {
    key = createPublicKey(text);
  } catch {
    return { why: 'the PEM text is no public key, or is cut off', fix: MAKE_PUBLIC };
  }
  if (key.asymmetricKeyType !== 'ed25519')
    return { why: `it is a key for ${key.asymmetricKeyType}, and only Ed25519 is taken`, fix: MAKE_PUBLIC };
  return publicKey(Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url'));
}

/** The wire form: algorithm and key, each with its length before it. */
function blobOf(raw: Buffer): Buffer {
  return Buffer.concat(
    [Buffer.from(ALGORITHM), raw].flatMap((bytes) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** A private key: it signs, and is never shown. */
export interface PrivateKey {
  readonly public: PublicKey;
  /** 64 bytes over the UTF-8 bytes of `text`. */
  sign(text: string): Buffer;
}

const MAGIC = 'openssh-key-v1\0';
/** PKCS#8 of an Ed25519 seed, up to the seed. Source: the example key of RFC 8410 as it is quoted, read 2026-11; openssl writes the same. */
const PKCS8_HEAD = '302e020100300506032b657004220420';

/**
 * @param file the key's, for the reader.
 * @throws RefitError `usage` where it is no such key, is broken, or has a passphrase.
 */
export function readPrivateKey(text: string, file: string): PrivateKey {
  const openSsh =
    /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END OPENSSH PRIVATE KEY-----/.exec(text);
  if (openSsh) return fromOpenSsh(Buffer.from(openSsh[1]!, 'base64'), file);
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text)) {
    throw refused(file, 'has a passphrase', `openssl pkey -in ${file} -out COPY, then --key COPY`);
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    const isPublic = /BEGIN PUBLIC KEY|^ssh-/.test(text);
    throw refused(
      file,
      isPublic ? 'is a public key; it takes the private one to sign' : 'is no private key that can be read',
      isPublic && file.endsWith('.pub') ? `--key ${file.slice(0, -4)}` : MAKE_ONE,
    );
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw refused(file, `is a key for ${key.asymmetricKeyType}, and only Ed25519 is taken`, MAKE_ONE);
  return privateKey(key);
}

const MAKE_ONE = 'ssh-keygen -t ed25519 makes one; give its .pub line to whoever keeps the approvers';

function refused(file: string, what: string, fix: string): RefitError {
  return new RefitError('usage', `the key ${file} ${what}`, fix);
}

function privateKey(key: KeyObject): PrivateKey {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return {
    public: publicKey(Buffer.from(x, 'base64url')),
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), key),
  };
}

function fromOpenSsh(bytes: Buffer, file: string): PrivateKey {
  const broken = () => refused(file, 'is cut off or was changed', 'restore it from a copy, or another --key');
  if (bytes.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) throw broken();
  const outer = reader(bytes.subarray(MAGIC.length), broken);
  const cipher = outer.text();
  outer.bytes();
  outer.bytes();
  if (cipher !== 'none') {
    throw refused(
      file,
      'has a passphrase, which is not asked for, and no ssh-agent is asked to sign',
      `cp ${file} COPY && ssh-keygen -p -N '' -f COPY takes it off a copy, then --key COPY; remove the copy afterwards`,
    );
  }
  if (outer.number() !== 1) throw refused(file, 'holds more than one key', 'a file with one key');
  const outside = reader(outer.bytes(), broken);
  const algorithm = outside.text();
  if (algorithm !== ALGORITHM)
    throw refused(file, `is a key for ${algorithm.slice(0, 60)}, and only Ed25519 is taken`, MAKE_ONE);
  const inner = reader(outer.bytes(), broken);
  const check = [inner.number(), inner.number()];
  const kind = inner.text();
  const open = inner.bytes();
  const secret = inner.bytes();
  if (check[0] !== check[1] || kind !== algorithm || secret.length !== 2 * KEY_BYTES) throw broken();
  const seed = secret.subarray(0, KEY_BYTES);
  const der = Buffer.concat([Buffer.from(PKCS8_HEAD, 'hex'), seed]);
  const key = privateKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  if (publicKey(open).line !== key.public.line) throw broken();
  return key;
}

/** Reads numbers and strings with their lengths before them. */
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
