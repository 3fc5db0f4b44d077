/** A passkey in software, for tests: it answers as an authenticator and a browser together would. Each part can be made wrong. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
} from 'node:crypto';
import { canonicalSignature, type PasskeyAlgorithm } from '../../src/approval/passkey/credential-key.ts';
import { formatPasskey, type Passkey, readPasskey } from '../../src/approval/passkey/passkey.ts';
import { approvalContent, encodeApproval } from '../../src/approval/signed-files.ts';
import { canonical } from '../../src/digest.ts';
import type { ApprovalFile, Approver, SavedPlan } from '../../src/model.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';
import { HOUR, NOW, SAVED, type Signing } from './people.ts';

export const RP = 'refit.example.com';
export const ORIGIN = 'https://refit.example.com';

/** Flags of authenticator data. */
export const FLAGS = {
  present: 0x01,
  verified: 0x04,
  mayBackUp: 0x08,
  backedUp: 0x10,
  attested: 0x40,
  extended: 0x80,
};

/** One credential. */
export interface Authenticator {
  readonly name: string;
  readonly id: Buffer;
  readonly key: KeyObject;
  readonly spki: Buffer;
  readonly algorithm: PasskeyAlgorithm;
  readonly passkey: Passkey;
}

const HEAD = '302e020100300506032b657004220420';
/** RSA keys take long to make, so each name has one. */
const made = new Map<string, KeyObject>();

function keyOf(name: string, algorithm: PasskeyAlgorithm): KeyObject {
  if (algorithm === 'EdDSA') {
    const der = Buffer.concat([Buffer.from(HEAD, 'hex'), hash('sha256', `passkey ${name}`, 'buffer')]);
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  }
  const known = made.get(`${algorithm} ${name}`);
  if (known !== undefined) return known;
  const { privateKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  made.set(`${algorithm} ${name}`, privateKey);
  return privateKey;
}

function spkiOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' });
}

export interface Making {
  readonly algorithm?: PasskeyAlgorithm;
  readonly rp?: string;
  readonly origins?: readonly string[];
  readonly id?: Buffer;
}

/** The credential of a person. */
export function authenticator(name: string, making: Making = {}): Authenticator {
  const { algorithm = 'ES256', rp = RP, origins = [ORIGIN] } = making;
  const id = making.id ?? hash('sha256', `id of ${name}`, 'buffer');
  const key = keyOf(name, algorithm);
  const spki = spkiOf(key);
  const passkey = readPasskey(formatPasskey({ relyingParty: rp, origins, id, spki }));
  if ('fault' in passkey) throw new Error(JSON.stringify(passkey.fault));
  return { name, id, key, spki, algorithm, passkey };
}

/** A person of a list who has a passkey. */
export function passkeyApprover({ name, passkey }: Authenticator): Approver {
  return { name, key: passkey.line };
}

/** The plan of `people.ts` with other approvers. */
export function planFor(approvers: readonly Approver[], need = 1): SavedPlan {
  return sealDraft({ ...SAVED, approvals: { need, authors: ['dba', 'ops'], approvers } });
}

/** What the answer of an authenticator says. */
export interface Answer {
  readonly type?: string;
  readonly challenge?: string;
  readonly origin?: string;
  readonly rp?: string;
  readonly flags?: number;
  readonly counter?: number;
  /** Bytes after the counter. */
  readonly after?: Buffer;
  /** More members of the client data, as JSON text: `,"crossOrigin":true`. */
  readonly more?: string;
  /** The whole text of the client data. */
  readonly client?: string;
  /** True: the signature as the key made it, with either s. */
  readonly isRaw?: boolean;
}

/** The answer to a challenge, as bytes. */
export function assert(own: Authenticator, challenge: string, answer: Answer = {}) {
  const {
    type = 'webauthn.get',
    origin = ORIGIN,
    rp = own.passkey.relyingParty,
    more = ',"crossOrigin":false',
  } = answer;
  const { flags = FLAGS.present | FLAGS.verified, counter = 0, after = Buffer.alloc(0) } = answer;
  const text =
    answer.client ??
    `{"type":"${type}","challenge":"${answer.challenge ?? challenge}","origin":"${origin}"${more}}`;
  const clientDataJSON = Buffer.from(text, 'utf8');
  const count = Buffer.alloc(4);
  count.writeUInt32BE(counter);
  const authenticatorData = Buffer.concat([hash('sha256', rp, 'buffer'), Buffer.of(flags), count, after]);
  const data = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJSON).digest()]);
  const raw = sign(own.algorithm === 'EdDSA' ? null : 'sha256', data, own.key);
  const signature = answer.isRaw ? raw : canonicalSignature(own.algorithm, raw)!;
  return { authenticatorData, clientDataJSON, signature };
}

/** The text that an approval by this person has, and its challenge. */
export function toApprove(
  own: Authenticator,
  more: Signing = {},
  saved: SavedPlan = SAVED,
  now: number = NOW,
) {
  const { wave = null, by = own.name, digest = saved.digest, expires = 2 * HOUR } = more;
  const content = approvalContent({ digest, wave, by }, own.passkey, { now, expires });
  const text = canonical(content);
  return { content, text, challenge: hash('sha256', text, 'base64url') };
}

/** An approval by passkey. */
export function approvedBy(
  own: Authenticator,
  {
    answer = {},
    now = NOW,
    saved = SAVED,
    ...more
  }: Signing & { answer?: Answer; now?: number; saved?: SavedPlan } = {},
): ApprovalFile {
  const { content, challenge } = toApprove(own, more, saved, now);
  const { authenticatorData, clientDataJSON, signature } = assert(own, challenge, answer);
  return {
    ...content,
    signature: signature.toString('base64url'),
    passkey: {
      authenticatorData: authenticatorData.toString('base64url'),
      clientDataJSON: clientDataJSON.toString('base64url'),
    },
  };
}

/** The same as a file. */
export function passkeyFile(own: Authenticator, more: Parameters<typeof approvedBy>[1] = {}): string {
  return encodeApproval(approvedBy(own, more));
}

/** CBOR of the few kinds that an attestation needs. */
export function cbor(value: unknown): Buffer {
  const head = (major: number, size: number): Buffer => {
    if (size < 24) return Buffer.of((major << 5) | size);
    if (size < 256) return Buffer.of((major << 5) | 24, size);
    return Buffer.of((major << 5) | 25, size >> 8, size & 255);
  };
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  const pairs = [...(value as ReadonlyMap<unknown, unknown>)];
  return Buffer.concat([head(5, pairs.length), ...pairs.flatMap(([key, one]) => [cbor(key), cbor(one)])]);
}

/** The COSE form of a public key. */
export function coseOf({ key, algorithm }: Pick<Authenticator, 'key' | 'algorithm'>): Map<number, unknown> {
  const { x = '', y = '', n = '', e = '' } = createPublicKey(key).export({ format: 'jwk' });
  const bytes = (text: string) => Buffer.from(text, 'base64url');
  switch (algorithm) {
    case 'ES256':
      return new Map<number, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, bytes(x)],
        [-3, bytes(y)],
      ]);
    case 'EdDSA':
      return new Map<number, unknown>([
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, bytes(x)],
      ]);
    case 'RS256':
      return new Map<number, unknown>([
        [1, 3],
        [3, -257],
        [-1, bytes(n)],
        [-2, bytes(e)],
      ]);
  }
}

/** What the answer to a registration says. */
export interface Registration extends Answer {
  readonly cose?: Map<number, unknown>;
  readonly fmt?: string;
  readonly statement?: Map<unknown, unknown>;
}

/** The answer to a registration, as the browser sends it. */
export function register(own: Authenticator, challenge: string, answer: Registration = {}) {
  const {
    flags = FLAGS.present | FLAGS.verified | FLAGS.attested,
    fmt = 'none',
    statement = new Map(),
  } = answer;
  const cose = cbor(answer.cose ?? coseOf(own));
  const size = Buffer.of(own.id.length >> 8, own.id.length & 255);
  const after = Buffer.concat([Buffer.alloc(16), size, own.id, cose, answer.after ?? Buffer.alloc(0)]);
  const { authenticatorData, clientDataJSON } = assert(own, challenge, {
    type: 'webauthn.create',
    ...answer,
    flags,
    after,
  });
  const attestation = cbor(
    new Map<string, unknown>([
      ['fmt', fmt],
      ['attStmt', statement],
      ['authData', authenticatorData],
    ]),
  );
  const id = own.id.toString('base64url');
  return {
    id,
    rawId: id,
    type: 'public-key',
    response: {
      clientDataJSON: clientDataJSON.toString('base64url'),
      attestationObject: attestation.toString('base64url'),
    },
    clientExtensionResults: {},
  };
}

/** The answer to a request for an approval, as the browser sends it. */
export function answerTo(own: Authenticator, challenge: string, answer: Answer = {}) {
  const { authenticatorData, clientDataJSON, signature } = assert(own, challenge, answer);
  const id = own.id.toString('base64url');
  return {
    id,
    rawId: id,
    type: 'public-key',
    authenticatorAttachment: 'platform',
    response: {
      authenticatorData: authenticatorData.toString('base64url'),
      clientDataJSON: clientDataJSON.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: 'AAAA',
    },
    clientExtensionResults: {},
  };
}
