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
