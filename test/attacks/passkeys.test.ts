/** What passkeys sign: what counts, and every attack that must not. Offline, with authenticators in software. */
import { createPublicKey, hash, verify } from 'node:crypto';
import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeApprovals } from '../../src/approval/judge-approvals.ts';
import { canonicalSignature } from '../../src/approval/passkey/credential-key.ts';
import { encodeApproval } from '../../src/approval/signed-files.ts';
import { textOf } from '../../src/messages/messages.ts';
import type { ApprovalFile, SavedPlan } from '../../src/model.ts';
import {
  type Answer,
  type Authenticator,
  answerTo,
  approvedBy,
  assert,
  authenticator,
  cbor,
  coseOf,
  FLAGS,
  ORIGIN,
  passkeyApprover,
  planFor,
  toApprove,
} from '../approval/authenticator.ts';
import { approver, file, HOUR, NOW } from '../approval/people.ts';

const jun = authenticator('jun');
const li = authenticator('li', { algorithm: 'EdDSA' });
const mei = authenticator('mei', { algorithm: 'RS256' });

/** One approval is enough; wei has an SSH key, and the others have passkeys. */
const SAVED = planFor([approver('wei'), ...[jun, li, mei].map(passkeyApprover)]);

function judge(
  texts: readonly (string | ApprovalFile)[],
  { wave = null, now = NOW, saved = SAVED }: { wave?: number | null; now?: number; saved?: SavedPlan } = {},
) {
  const offered = texts.map((text, at) => ({
    file: `${at}.json`,
    text: typeof text === 'string' ? text : encodeApproval(text),
  }));
  const { counted, rejected } = judgeApprovals(saved, wave, offered, now);
  return {
    counted: counted.map(({ approval }) => approval.by),
    reasons: rejected.map(({ reason }) => textOf(reason)),
  };
}

describe('approvals by passkey count', () => {
  it.each([jun, li, mei])('with $algorithm', (own) => {
    expect(judge([approvedBy(own, { saved: SAVED })])).toEqual({ counted: [own.name], reasons: [] });
    expect(judge([approvedBy(own, { saved: SAVED, wave: 'rest' })], { wave: 2 })).toEqual({
      counted: [own.name],
      reasons: [],
    });
  });

  it('beside those by SSH key', () => {
    const saved = planFor(SAVED.approvals!.approvers, 3);
    const all = [file('wei', {}, saved), approvedBy(jun, { saved }), approvedBy(li, { saved })];
    const offered = all.map((one, at) => ({
      file: `${at}`,
      text: typeof one === 'string' ? one : encodeApproval(one),
    }));
    expect(judgeApprovals(saved, null, offered, NOW).enough).toBe(true);
  });

  it('until they expire', () => {
    const approval = approvedBy(jun, { saved: SAVED });
    expect(judge([approval], { now: NOW + 2 * HOUR - 1 }).counted).toEqual(['jun']);
    expect(judge([approval], { now: NOW + 2 * HOUR }).reasons).toEqual([expect.stringMatching(/^expired/)]);
  });

  // biome-ignore format: one line a case
  it.each<[string, Answer]>([
    ['without crossOrigin', { more: '' }],
    ['with members that browsers add at will', { more: ',"crossOrigin":false,"other_keys_can_be_added_here":"do not compare clientDataJSON against a template"' }],
    ['with white space and escapes', { client: ` { "\\u0074ype" : "webauthn.get", "challenge":"${toApprove(jun, {}, SAVED).challenge}" , "origin":"https:\\/\\/refit.example.com", "nested": [{"type":1},{"type":2},"}"] } ` }],
    ['with a backed up key', { flags: FLAGS.present | FLAGS.verified | FLAGS.mayBackUp | FLAGS.backedUp }],
    ['with extensions', { flags: FLAGS.present | FLAGS.verified | FLAGS.extended, after: Buffer.from('a1637573f5', 'hex') }],
    ['with the largest counter', { counter: 0xffffffff }],
  ])('%s', (_, answer) => {
    expect(judge([approvedBy(jun, { saved: SAVED, answer })])).toEqual({ counted: ['jun'], reasons: [] });
  });

  it('at each origin of the passkey', () => {
    const own = authenticator('jun', { origins: [ORIGIN, 'https://eu.refit.example.com'] });
    const saved = planFor([passkeyApprover(own)]);
    for (const origin of own.passkey.origins)
      expect(judge([approvedBy(own, { saved, answer: { origin } })], { saved }).counted).toEqual(['jun']);
  });
});

const changedPart = (
  approval: ApprovalFile,
  part: Partial<ApprovalFile['passkey'] & { signature: string }>,
) => {
  const { signature = approval.signature, ...passkey } = part;
  return { ...approval, signature, passkey: { ...approval.passkey!, ...passkey } };
};
const GOOD = approvedBy(jun, { saved: SAVED });
const other = (text: string) => Buffer.from(text, 'base64url');
const flags = (...all: number[]) => all.reduce((sum, one) => sum | one, 0);
const CLIENT = Buffer.from(GOOD.passkey!.clientDataJSON, 'base64url').toString('utf8');

describe('an approval by passkey does not count', () => {
  // biome-ignore format: one line a case
  it.each<[string, Answer, RegExp]>([
    ['for another challenge', { challenge: 'A'.repeat(43) }, /its challenge is not the SHA-256 of this approval/],
    ['for a padded challenge', { challenge: `${toApprove(jun, {}, SAVED).challenge}=` }, /its challenge/],
    ['at another origin', { origin: 'https://evil.example' }, /signed at https:\/\/evil.example, and counts at https:\/\/refit.example.com only/],
    ['at a subdomain that the entry does not name', { origin: 'https://eu.refit.example.com' }, /signed at/],
    ['at the origin with another port', { origin: `${ORIGIN}:8443` }, /signed at/],
    ['at the origin in capitals', { origin: ORIGIN.toUpperCase() }, /signed at/],
    ['at the origin without TLS', { origin: 'http://refit.example.com' }, /signed at/],
    ['for another relying party', { rp: 'evil.example' }, /another relying party than refit.example.com/],
    ['for a domain above', { rp: 'example.com' }, /another relying party/],
    ['of a registration', { type: 'webauthn.create' }, /did not sign to authenticate/],
    ['of a payment', { type: 'payment.get' }, /did not sign to authenticate/],
    ['without a person', { flags: FLAGS.verified }, /a person was present/],
    ['without verification', { flags: FLAGS.present }, /did not verify the person/],
    ['with neither', { flags: 0 }, /a person was present/],
    ['with a backup that cannot be', { flags: flags(FLAGS.present, FLAGS.verified, FLAGS.backedUp) }, /backed up/],
    ['inside another page', { more: ',"crossOrigin":true' }, /another origin/],
    ['with crossOrigin as text', { more: ',"crossOrigin":"false"' }, /another origin/],
    ['with crossOrigin null', { more: ',"crossOrigin":null' }, /another origin/],
    ['with a page around it', { more: ',"crossOrigin":false,"topOrigin":"https://evil.example"' }, /another origin/],
    ['with two types', { more: ',"type":"webauthn.get"' }, /members differ/],
    ['with two types, one of them escaped', { more: ',"t\\u0079pe":"webauthn.create"' }, /members differ/],
    ['with two challenges', { more: `,"challenge":"${'A'.repeat(43)}"` }, /members differ/],
    ['with two members far inside', { more: ',"x":[{"y":{"z":1,"z":2}}]' }, /members differ/],
    ['with a list', { client: '[]' }, /not one JSON object/],
    ['with null', { client: 'null' }, /not one JSON object/],
    ['with text', { client: '"type"' }, /not one JSON object/],
    ['with broken JSON', { client: CLIENT.slice(0, -1) }, /not one JSON object/],
    ['with text after the JSON', { client: `${CLIENT}{}` }, /not one JSON object/],
    ['with a byte order mark', { client: `\ufeff${CLIENT}` }, /not one JSON object/],
    ['with JSON as deep as it fits', { client: '['.repeat(1000) + ']'.repeat(1000) }, /not one JSON object/],
    ['with members from a prototype', { client: `{"__proto__":${CLIENT}}` }, /did not sign to authenticate/],
    ['with a type in a list', { client: CLIENT.replace('"webauthn.get"', '["webauthn.get"]') }, /did not sign to authenticate/],
    ['without an origin', { client: CLIENT.replace('"origin"', '"address"') }, /signed at an address that it does not say/],
    ['with an origin in a list', { client: CLIENT.replace(`"${ORIGIN}"`, `["${ORIGIN}"]`) }, /signed at/],
    ['with bytes after the counter', { after: Buffer.of(0) }, /form of an assertion/],
    ['with an attested key', { flags: flags(FLAGS.present, FLAGS.verified, FLAGS.attested), after: Buffer.alloc(60) }, /form of an assertion/],
    ['with extensions that are announced only', { flags: flags(FLAGS.present, FLAGS.verified, FLAGS.extended) }, /form of an assertion/],
    ['with extensions that are no map', { flags: flags(FLAGS.present, FLAGS.verified, FLAGS.extended), after: Buffer.of(0x80) }, /form of an assertion/],
    ['with more bytes than any', { flags: flags(FLAGS.present, FLAGS.verified, FLAGS.extended), after: Buffer.alloc(600, 0xa0) }, /not an approval in this format|authenticatorData is not base64url/],
    ['with a client text longer than any', { more: `,"x":"${'y'.repeat(2_500)}"` }, /not an approval in this format|clientDataJSON is not base64url/],
  ])('%s', (_, answer, reason) => {
    for (const own of [jun, li]) {
      const client = answer.client?.replace(toApprove(jun, {}, SAVED).challenge, toApprove(own, {}, SAVED).challenge);
      const mine = client === undefined ? answer : { ...answer, client };
      const { counted, reasons } = judge([approvedBy(own, { saved: SAVED, answer: mine })]);
      expect(counted).toEqual([]);
      expect(reasons).toEqual([expect.stringMatching(reason)]);
    }
  });

  // biome-ignore format: one line a case
  it.each<[string, ApprovalFile | string, RegExp]>([
    ['with the client text of another approval', changedPart(GOOD, { clientDataJSON: approvedBy(jun, { saved: SAVED, wave: 'rest' }).passkey!.clientDataJSON }), /its challenge/],
    ['with the authenticator data of another approval', changedPart(GOOD, { authenticatorData: approvedBy(jun, { saved: SAVED, answer: { counter: 7 } }).passkey!.authenticatorData }), /not by the passkey/],
    ['with the signature of another approval', changedPart(GOOD, { signature: approvedBy(jun, { saved: SAVED, wave: 'rest' }).signature }), /not by the passkey/],
    ['with the assertion for another wave', { ...approvedBy(jun, { saved: SAVED, wave: 'rest' }), wave: null }, /its challenge/],
    ['with the assertion for another plan', { ...approvedBy(jun, { digest: 'e'.repeat(64) }), digest: SAVED.digest }, /its challenge/],
    ['with the assertion for another time', { ...GOOD, expiresAt: '2026-01-06T02:00:00.000Z' }, /its challenge/],
    ['with the assertion for another name', { ...GOOD, by: 'li' }, /its challenge/],
    ['with the key of somebody else', { ...GOOD, key: li.passkey.fingerprint }, /its challenge/],
    ['with the assertion of another passkey over the same text', { ...GOOD, ...answeredBy(li) }, /not by the passkey/],
    ['of another plan', approvedBy(jun, { digest: 'e'.repeat(64) }), /approves another plan/],
    ['of a wave', approvedBy(jun, { saved: SAVED, wave: 'rest' }), /approves wave rest, not the plan/],
    ['by a passkey that is not in the list', approvedBy(authenticator('kim'), { saved: SAVED }), /not the key of an approver/],
    ['with the larger s', changedPart(GOOD, { signature: largerS(GOOD.signature) }), /not by the passkey/],
    ['with an RSA signature and the fingerprint of an ES256 key', { ...GOOD, ...answeredBy(mei) }, /not by the passkey/],
    ['with an ES256 signature and the fingerprint of an RSA key', withText(mei, jun), /not by the passkey/],
    ['with an ES256 signature and the fingerprint of an Ed25519 key', withText(li, jun), /not by the passkey/],
    ['with a raw ECDSA signature (r and s)', changedPart(GOOD, { signature: Buffer.alloc(64, 1).toString('base64url') }), /not by the passkey/],
    ['with the signature 0, 0', changedPart(GOOD, { signature: Buffer.from('3006020100020100', 'hex').toString('base64url') }), /not by the passkey/],
    ['with bytes after the signature', changedPart(GOOD, { signature: Buffer.concat([other(GOOD.signature), Buffer.of(0)]).toString('base64url') }), /not by the passkey/],
    ['with a long form of a length in the signature', changedPart(GOOD, { signature: longForm(other(GOOD.signature)).toString('base64url') }), /not by the passkey/],
    ['with a padded signature', changedPart(GOOD, { signature: `${GOOD.signature}==` }), /not an approval in this format/],
    ['with a signature in base64', changedPart(GOOD, { signature: `+/${GOOD.signature.slice(2)}` }), /not an approval in this format/],
    ['with padded client data', changedPart(GOOD, { clientDataJSON: `${GOOD.passkey!.clientDataJSON}=` }), /not an approval in this format/],
    ['with loose bits in the authenticator data', changedPart(GOOD, { authenticatorData: `${GOOD.passkey!.authenticatorData.slice(0, -1)}B` }), /base64url in its only form/],
    ['with client data of one letter', changedPart(GOOD, { clientDataJSON: 'A' }), /base64url in its only form/],
    ['with empty authenticator data', changedPart(GOOD, { authenticatorData: '' }), /not an approval in this format/],
    ['with authenticator data that is cut off', changedPart(GOOD, { authenticatorData: other(GOOD.passkey!.authenticatorData).subarray(0, 36).toString('base64url') }), /form of an assertion/],
    ['with one more member of the assertion', { ...GOOD, passkey: { ...GOOD.passkey!, userHandle: 'AAAA' } } as ApprovalFile, /not an approval in this format/],
    ['without the client data', { ...GOOD, passkey: { authenticatorData: GOOD.passkey!.authenticatorData } } as ApprovalFile, /not an approval in this format/],
    ['without its assertion', { ...GOOD, signature: `${'A'.repeat(86)}==`, passkey: undefined } as never, /has the signature of an SSH key, and the approver has a passkey/],
    ['with one member twice', encodeApproval(GOOD).replace('{"by"', '{"by":"li","by"'), /its bytes differ/],
    ['with one member of the assertion twice', encodeApproval(GOOD).replace('{"authenticatorData"', '{"authenticatorData":"AAAA","authenticatorData"'), /its bytes differ/],
    ['with a space', encodeApproval(GOOD).replace('{"by"', '{ "by"'), /its bytes differ/],
  ])('%s', (_, approval, reason) => {
    const { counted, reasons } = judge([approval]);
    expect(counted).toEqual([]);
    expect(reasons).toEqual([expect.stringMatching(reason)]);
  });

  it('with an assertion beside the signature of an SSH key', () => {
    const wei = JSON.parse(file('wei', {}, SAVED)) as ApprovalFile;
    const both = { ...wei, passkey: GOOD.passkey! };
    expect(judge([both]).reasons).toEqual(['it is not an approval in this format']);
    const unpadded = { ...both, signature: Buffer.from(wei.signature, 'base64').toString('base64url') };
    expect(judge([unpadded]).reasons).toEqual([expect.stringMatching(/forged or changed/)]);
  });

  it('after its entry was removed from the list, or registered again', () => {
    const without = planFor([approver('wei'), passkeyApprover(li)]);
    expect(judge([approvedBy(jun, { saved: without })], { saved: without }).reasons[0]).toMatch(
      /not the key of an approver/,
    );
    const again = planFor([passkeyApprover(authenticator('jun', { id: Buffer.from('a new passkey') }))]);
    expect(judge([approvedBy(jun, { saved: again })], { saved: again }).reasons[0]).toMatch(
      /not the key of an approver/,
    );
  });

  it('if the entry names another relying party or origin, because the fingerprint covers both', () => {
    const moved = authenticator('jun', { origins: ['https://new.refit.example.com'] });
    const saved = planFor([passkeyApprover(moved)]);
    expect(judge([approvedBy(jun, { saved })], { saved }).reasons[0]).toMatch(/not the key of an approver/);
  });

  it.each([jun, li, mei])('after any bit of a part of $algorithm is flipped', (own) => {
    const saved = planFor([passkeyApprover(own)]);
    const good = approvedBy(own, { saved });
    const parts = { ...good.passkey!, signature: good.signature };
    for (const name of ['authenticatorData', 'clientDataJSON', 'signature'] as const) {
      const bytes = Buffer.from(parts[name], 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        const approval = changedPart(good, { [name]: flipped.toString('base64url') });
        expect(judge([approval], { saved }).counted, `${name}, bit ${bit}`).toEqual([]);
      }
    }
  });

  it.each([jun, li])('after any part of $algorithm is cut off', (own) => {
    const saved = planFor([passkeyApprover(own)]);
    const good = approvedBy(own, { saved });
    const parts = { ...good.passkey!, signature: good.signature };
    for (const name of ['authenticatorData', 'clientDataJSON', 'signature'] as const) {
      const bytes = Buffer.from(parts[name], 'base64url');
      for (let length = 0; length < bytes.length; length++)
        expect(
          judge([changedPart(good, { [name]: bytes.toString('base64url', 0, length) })], { saved }).counted,
        ).toEqual([]);
    }
  });

  it('after any random change of its file', () => {
    const text = Buffer.from(encodeApproval(GOOD), 'utf8');
    const byte = fc.record({ at: fc.nat(text.length - 1), value: fc.nat(255), cut: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(byte, { minLength: 1, maxLength: 3 }), (changes) => {
        let changed = text;
        for (const { at, value, cut } of changes)
          changed = Buffer.concat([changed.subarray(0, at), Buffer.of(value), changed.subarray(at + cut)]);
        fc.pre(!changed.equals(text));
        expect(judge([changed.toString('utf8')]).counted).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  it('whatever its parts are', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 700 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
      fc.string({ maxLength: 100 }),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    const parts = fc.record({ authenticatorData: part, clientDataJSON: part, signature: part });
    fc.assert(
      fc.property(parts, (changed) => {
        const { counted, reasons } = judge([changedPart(GOOD, changed)]);
        expect(counted).toEqual([]);
        expect(reasons[0]).not.toMatch(/undefined|\[object/);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** The same assertion, as another implementation judges it. It knows nothing of the rules that are Refit's own. */
describe('another implementation agrees', () => {
  // biome-ignore format: one line a case
  it.each<[string, Answer, boolean]>([
    ['a good assertion', {}, true],
    ['an assertion with a counter', { counter: 5 }, true],
    ['another challenge', { challenge: 'A'.repeat(43) }, false],
    ['another origin', { origin: 'https://evil.example' }, false],
    ['another relying party', { rp: 'evil.example' }, false],
    ['a registration', { type: 'webauthn.create' }, false],
    ['no person', { flags: FLAGS.verified }, false],
    ['no verification', { flags: FLAGS.present }, false],
  ])('about %s', async (_, answer, isGood) => {
    for (const own of [jun, li, mei]) {
      const { challenge } = toApprove(own, {}, SAVED);
      const response = answerTo(own, challenge, answer);
      const theirs = await verifyAuthenticationResponse({
        response: response as never,
        expectedChallenge: challenge,
        expectedOrigin: ORIGIN,
        expectedRPID: own.passkey.relyingParty,
        credential: { id: response.id, publicKey: Uint8Array.from(cbor(coseOf(own))), counter: 0 },
      }).then(
        ({ verified }) => verified,
        () => false,
      );
      expect([theirs, judge([approvedBy(own, { saved: SAVED, answer })]).counted.length === 1]).toEqual([isGood, isGood]);
    }
  });
});

/** The assertion of another authenticator over the text of `GOOD`. */
function answeredBy(own: Authenticator): Pick<ApprovalFile, 'signature' | 'passkey'> {
  const { authenticatorData, clientDataJSON, signature } = assert(own, toApprove(jun, {}, SAVED).challenge);
  return {
    signature: signature.toString('base64url'),
    passkey: {
      authenticatorData: authenticatorData.toString('base64url'),
      clientDataJSON: clientDataJSON.toString('base64url'),
    },
  };
}

/** The text of one person with the assertion of another one. */
function withText(whose: Authenticator, own: Authenticator): ApprovalFile {
  const { content, challenge } = toApprove(whose, {}, SAVED);
  const { authenticatorData, clientDataJSON, signature } = assert(own, challenge);
  return {
    ...content,
    signature: signature.toString('base64url'),
    passkey: {
      authenticatorData: authenticatorData.toString('base64url'),
      clientDataJSON: clientDataJSON.toString('base64url'),
    },
  };
}

const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** The other signature that ECDSA accepts: (r, n - s). */
function largerS(signature: string): string {
  const bytes = other(signature);
  const rEnd = 4 + bytes[3]!;
  const r = bytes.subarray(2, rEnd);
  const s = BigInt(`0x${bytes.toString('hex', rEnd + 2)}`);
  let large = (ORDER - s).toString(16).padStart(64, '0');
  if (Number.parseInt(large.slice(0, 2), 16) > 0x7f) large = `00${large}`;
  const body = Buffer.concat([r, Buffer.of(0x02, large.length / 2), Buffer.from(large, 'hex')]);
  const whole = Buffer.concat([Buffer.of(0x30, body.length), body]);
  // It is a real signature: only its form is refused.
  const data = Buffer.concat([
    other(GOOD.passkey!.authenticatorData),
    hash('sha256', other(GOOD.passkey!.clientDataJSON), 'buffer'),
  ]);
  expect(verify('sha256', data, createPublicKey(jun.key), whole)).toBe(true);
  expect(canonicalSignature('ES256', whole)).toEqual(bytes);
  return whole.toString('base64url');
}

/** The length of a DER sequence as two bytes, which only BER allows. */
function longForm(signature: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x30, 0x81, signature[1]!), signature.subarray(2)]);
}

describe('the signature counter', () => {
  const at = (minutes: number, counter: number, more: { wave?: string } = {}) =>
    approvedBy(jun, { saved: SAVED, now: NOW + minutes * 60_000, answer: { counter }, ...more });
  const SAME = at(0, 5);
  const LATER = NOW + HOUR;
  const twice = planFor([passkeyApprover(jun), passkeyApprover(authenticator('kim'))], 2);

  // biome-ignore format: one line a case
  it.each<[string, readonly ApprovalFile[], readonly string[], RegExp | null]>([
    ['that stays 0, as synced passkeys do, counts', [at(0, 0, { wave: 'rest' }), at(1, 0)], ['jun'], null],
    ['that grows counts', [at(0, 5, { wave: 'rest' }), at(1, 6)], ['jun'], null],
    ['that leaves 0 counts', [at(0, 0, { wave: 'rest' }), at(1, 6)], ['jun'], null],
    ['that stays does not count', [at(0, 5, { wave: 'rest' }), at(1, 5)], [], /its signature counter is 5, and an earlier approval of 2026-01-05T02:00:00.000Z by the same passkey has 5/],
    ['that goes back does not count', [at(0, 5, { wave: 'rest' }), at(1, 4)], [], /counter is 4/],
    ['that goes back to 0 does not count', [at(0, 5, { wave: 'rest' }), at(1, 0)], [], /counter is 0/],
    ['that goes back counts for the earlier approval', [at(0, 5), at(1, 4, { wave: 'rest' })], ['jun'], null],
    ['is compared in the order of signing, whatever the order of files', [at(1, 5), at(0, 6, { wave: 'rest' })], [], /counter is 5/],
    ['is compared with every earlier approval', [at(0, 9, { wave: 'rest' }), at(1, 3, { wave: 'tenth' }), at(2, 5)], [], /counter is 5, .* has 9/],
    ['of two texts of one moment may be in any order', [at(0, 6, { wave: 'rest' }), at(0, 5)], ['jun'], null],
    ['of the same approval in two folders counts', [SAME, SAME], ['jun'], null],
  ])('%s', (_, approvals, counted, reason) => {
    const judged = judge(approvals, { now: LATER });
    expect(judged.counted).toEqual(counted);
    const own = judged.reasons.filter((one) => /counter/.test(one));
    expect(own).toEqual(reason === null ? [] : [expect.stringMatching(reason)]);
  });

  it('of another credential does not matter', () => {
    const kim = approvedBy(authenticator('kim'), { saved: twice, answer: { counter: 1 } });
    const own = approvedBy(jun, { saved: twice, now: NOW + 1000, answer: { counter: 1 } });
    expect(judge([kim, own], { saved: twice, now: LATER }).counted).toEqual(['kim', 'jun']);
  });

  it('of a forged approval does not matter', () => {
    const forged = changedPart(at(0, 0, { wave: 'rest' }), {
      authenticatorData: at(0, 99).passkey!.authenticatorData,
    });
    expect(judge([forged, at(1, 5)], { now: LATER }).counted).toEqual(['jun']);
  });

  it('of an approval that has expired still matters', () => {
    const expired = approvedBy(jun, { saved: SAVED, expires: 1, answer: { counter: 9 } });
    expect(judge([expired, at(1, 8)], { now: LATER }).counted).toEqual([]);
  });

  it('of an approval of another plan matters, and that approval is not reported', () => {
    const elsewhere = encodeApproval(approvedBy(jun, { digest: 'e'.repeat(64), answer: { counter: 9 } }));
    const offered = [
      { file: 'other', text: elsewhere, isOfOtherPlan: true as const },
      { file: 'own', text: encodeApproval(at(1, 8)) },
    ];
    const { counted, rejected } = judgeApprovals(SAVED, null, offered, LATER);
    expect(counted).toEqual([]);
    expect(rejected).toMatchObject([{ file: 'own', reason: { id: 'passkey.counter' } }]);
  });
});
