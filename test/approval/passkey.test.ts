/** Passkeys in lists of approvers. What they sign is in `test/attacks/passkeys.test.ts`. */
import { type createPublicKey, generateKeyPairSync, hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readApproverKey } from '../../src/approval/approver-key.ts';
import { approversFault, createClashFinder } from '../../src/approval/check-approvers.ts';
import type { PasskeyAlgorithm } from '../../src/approval/passkey/credential-key.ts';
import { formatPasskey, MOST_ID } from '../../src/approval/passkey/passkey.ts';
import { message, render, textOf } from '../../src/messages/messages.ts';
import type { Approver } from '../../src/model.ts';
import { type Authenticator, authenticator, ORIGIN, passkeyApprover, planFor, RP } from './authenticator.ts';
import { approver } from './people.ts';

const ALGORITHMS: readonly PasskeyAlgorithm[] = ['ES256', 'EdDSA', 'RS256'];
const jun = authenticator('jun');
const li = authenticator('li', { algorithm: 'EdDSA' });
const mei = authenticator('mei', { algorithm: 'RS256' });

/** wei has an SSH key, and the others have passkeys. */
const SAVED = planFor([approver('wei'), ...[jun, li, mei].map(passkeyApprover)]);

/** What a key says of a line, in words. */
function faultOf(line: string): string {
  const key = readApproverKey(line);
  if (!('fault' in key)) throw new Error(`accepted: ${key.line}`);
  const { message: words, fix } = render(message('approval.bad-key', { number: 1, fault: key.fault }));
  expect(fix).toMatch(/./);
  return words;
}

const spkiOf = (type: 'ec' | 'rsa' | 'ed448', options: object) =>
  (
    generateKeyPairSync as (
      type: string,
      options: object,
    ) => { publicKey: ReturnType<typeof createPublicKey> }
  )(type, options).publicKey.export({ format: 'der', type: 'spki' });
const withKey = (spki: Buffer) => formatPasskey({ relyingParty: RP, origins: [ORIGIN], id: jun.id, spki });
const LINE = jun.passkey.line;

describe('the line of a passkey', () => {
  it.each(ALGORITHMS)('reads back for %s, and has a fingerprint over all of it', (algorithm) => {
    const own = authenticator('somebody', { algorithm });
    const again = readApproverKey(own.passkey.line);
    expect(again).toMatchObject({ kind: 'passkey', line: own.passkey.line, algorithm, relyingParty: RP });
    expect(own.passkey.fingerprint).toBe(
      `SHA256:${hash('sha256', own.passkey.line, 'base64').replace(/=+$/, '')}`,
    );
    expect(own.passkey.line.length).toBeLessThan(4_000);
  });

  it('has one text, whatever its white space and the order of its members', () => {
    const two = authenticator('jun', { origins: [ORIGIN, 'https://eu.refit.example.com:8443'] }).passkey.line;
    const [word, ...members] = two.split(' ');
    expect(readApproverKey(` ${word}\t${members.reverse().join('  ')} \n`)).toMatchObject({ line: two });
  });

  it('may be for localhost without TLS', () => {
    const own = authenticator('jun', { rp: 'localhost', origins: ['http://localhost:8430'] });
    expect(own.passkey.origins).toEqual(['http://localhost:8430']);
  });

  // biome-ignore format: one line a case
  it.each<[string, string, RegExp]>([
    ['without members', 'passkey', /no rp=/],
    ['without a relying party', LINE.replace(/ rp=\S+/, ''), /no rp=/],
    ['without an origin', LINE.replace(/ origin=\S+/, ''), /no origin=/],
    ['without a credential id', LINE.replace(/ id=\S+/, ''), /no id=/],
    ['without a key', LINE.replace(/ key=\S+/, ''), /no key=/],
    ['with a member twice', `${LINE} rp=${RP}`, /has this form/],
    ['with another member', `${LINE} alg=ES256`, /has this form/],
    ['with a comment', `${LINE} jun@laptop`, /has this form/],
    ['in capitals', LINE.replace('passkey', 'PassKey'), /has this form/],
    ['longer than any', `${LINE}${' '.repeat(4_000)}x`, /has this form/],
    ['for an IP address', LINE.replaceAll(RP, '127.0.0.1'), /the domain of the web console/],
    ['for a domain in capitals', LINE.replace(`rp=${RP}`, 'rp=Refit.example.com'), /the domain of the web console/],
    ['for a domain with a port', LINE.replace(`rp=${RP}`, `rp=${RP}:443`), /the domain of the web console/],
    ['for a domain with a path', LINE.replace(`rp=${RP}`, `rp=${RP}/`), /the domain of the web console/],
    ['for a domain with a user', LINE.replace(`rp=${RP}`, `rp=a@${RP}`), /the domain of the web console/],
    ['for an empty domain', LINE.replace(`rp=${RP}`, 'rp='), /the domain of the web console/],
    ['with an origin without TLS', LINE.replace('origin=https', 'origin=http'), /https:\/\/ address/],
    ['with an origin of another domain', LINE.replace(`origin=${ORIGIN}`, 'origin=https://evil.example'), /https:\/\/ address/],
    ['with an origin that only ends alike', LINE.replace(`origin=${ORIGIN}`, `origin=https://evil${RP}`), /https:\/\/ address/],
    ['with an origin with a path', LINE.replace(`origin=${ORIGIN}`, `origin=${ORIGIN}/`), /https:\/\/ address/],
    ['with an origin with the usual port', LINE.replace(`origin=${ORIGIN}`, `origin=${ORIGIN}:443`), /https:\/\/ address/],
    ['with one origin twice', LINE.replace(`origin=${ORIGIN}`, `origin=${ORIGIN} origin=${ORIGIN}`), /https:\/\/ address/],
    ['with five origins', LINE.replace(`origin=${ORIGIN}`, [1, 2, 3, 4, 5].map((port) => `origin=${ORIGIN}:${port}`).join(' ')), /https:\/\/ address/],
    ['with a padded id', LINE.replace(/id=\S+/, '$&='), /credential id/],
    ['with loose bits in the id', LINE.replace(/id=\S+/, 'id=AB'), /credential id/],
    ['with an id in base64', LINE.replace(/id=\S+/, 'id=ab+/'), /credential id/],
    ['with an empty id', LINE.replace(/id=\S+/, 'id='), /credential id/],
    ['with an id that is too long', LINE.replace(/id=\S+/, `id=${Buffer.alloc(MOST_ID + 1).toString('base64url')}`), /credential id/],
    ['with a key that is no SPKI', LINE.replace(/key=\S+/, 'key=AAAA'), /public key in SPKI form/],
    ['with a key that is cut off', LINE.slice(0, -12), /public key in SPKI form/],
    ['with bytes after the key', withKey(Buffer.concat([jun.spki, Buffer.of(0)])), /public key in SPKI form/],
    ['with a private key', withKey(jun.key.export({ format: 'der', type: 'pkcs8' })), /public key in SPKI form/],
    ['with a key on P-384', withKey(spkiOf('ec', { namedCurve: 'P-384' })), /another kind/],
    ['with a key on secp256k1', withKey(spkiOf('ec', { namedCurve: 'secp256k1' })), /another kind/],
    ['with an RSA key of 1024 bits', withKey(spkiOf('rsa', { modulusLength: 1024 })), /another kind/],
    ['with an RSA key with exponent 3', withKey(spkiOf('rsa', { modulusLength: 2048, publicExponent: 3 })), /another kind/],
    ['with an Ed448 key', withKey(spkiOf('ed448', {})), /another kind/],
    ['with a compressed point', withKey(compressed(jun.spki)), /public key in SPKI form/],
  ])('%s is refused', (_, line, reason) => {
    expect(faultOf(line)).toMatch(reason);
  });
});

/** The same key on P-256 with the short form of its point. */
function compressed(spki: Buffer): Buffer {
  const x = spki.subarray(27, 59);
  const point = Buffer.concat([Buffer.of(0x02 | (spki.at(-1)! & 1)), x]);
  return Buffer.concat([Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'), point]);
}

describe('a list with passkeys', () => {
  const clashes = (approvers: readonly Approver[]) => {
    const clashesOf = createClashFinder();
    return approvers.flatMap(({ name, key: line }, at) => {
      const key = readApproverKey(line);
      return 'fault' in key
        ? []
        : clashesOf({ name, key }, at + 1).map(([member, one]) => `${member}: ${textOf(one)}`);
    });
  };
  const as = (name: string, own: Authenticator) => ({ name, key: own.passkey.line });

  it('may also have SSH keys', () => {
    expect(clashes([approver('wei'), as('jun', jun), as('li', li)])).toEqual([]);
    expect(approversFault(SAVED.approvals!)).toBeNull();
  });

  it.each<[string, Approver, Approver, RegExp]>([
    ['one passkey', as('a', jun), as('b', jun), /approver 2 has the same key as approver 1/],
    [
      'one key under two credential ids',
      as('a', jun),
      as('b', authenticator('jun', { id: Buffer.from('another id') })),
      /same key/,
    ],
    [
      'one key at two consoles',
      as('a', jun),
      as('b', authenticator('jun', { rp: 'refit.example', origins: ['https://refit.example'] })),
      /same key/,
    ],
    [
      'one credential id with two keys',
      as('a', jun),
      as('b', authenticator('kim', { id: jun.id })),
      /same passkey as approver 1: the credential ids are equal/,
    ],
    ['one Ed25519 key as an SSH key and as a passkey', sshOf('a', li), as('b', li), /same key/],
  ])('refuses two people with %s', (_, one, other, reason) => {
    expect(clashes([one, other])).toEqual([expect.stringMatching(reason)]);
    expect(textOf(approversFault({ approvers: [one, other] })!)).toMatch(reason);
  });

  it('is refused in a saved plan if a line is not in its only form', () => {
    const spaced = { name: 'jun', key: jun.passkey.line.replace(' id=', '  id=') };
    expect(textOf(approversFault({ approvers: [spaced] })!)).toMatch(/cut off or was changed/);
  });
});

/** The key of a passkey as an SSH key. */
function sshOf(name: string, { spki }: Authenticator): Approver {
  const blob = Buffer.concat([
    Buffer.from('0000000b', 'hex'),
    Buffer.from('ssh-ed25519'),
    Buffer.from('00000020', 'hex'),
    spki.subarray(-32),
  ]);
  return { name, key: `ssh-ed25519 ${blob.toString('base64')}` };
}
