/** What the web console does with passkeys: registration and approval, and the answers that it must refuse. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { judgeApprovals } from '../../src/approval/judge-approvals.ts';
import { encodeApproval } from '../../src/approval/signed-files.ts';
import { canonical } from '../../src/digest.ts';
import { RefitError } from '../../src/errors.ts';
import type { SavedPlan } from '../../src/model.ts';
import {
  ANSWER_WITHIN,
  finishPasskeyApproval,
  listPasskeyApprovers,
  type PasskeyApproval,
  preparePasskeyApproval,
} from '../../src/operations/approvals/passkey-approval.ts';
import {
  finishPasskeyRegistration,
  preparePasskeyRegistration,
} from '../../src/operations/approvals/passkey-registration.ts';
import { approvePlan } from '../../src/operations/approve-plan.ts';
import type { NamedPlan } from '../../src/operations/runs/open-plan.ts';
import { readApprovers } from '../../src/plan/parse/read-approvers.ts';
import { folderSignatures } from '../../src/store/folder/signed-files.ts';
import type { RunSignatures } from '../../src/store/ports.ts';
import {
  type Answer,
  type Authenticator,
  answerTo,
  approvedBy,
  authenticator,
  coseOf,
  FLAGS,
  ORIGIN,
  passkeyApprover,
  planFor,
  type Registration,
  RP,
  register,
} from '../approval/authenticator.ts';
import { approver, HOUR, NOW } from '../approval/people.ts';
import { policyOf } from '../policy/policies.ts';

const folder = mkdtempSync(join(tmpdir(), 'refit-passkeys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const jun = authenticator('jun');
const li = authenticator('li', { algorithm: 'EdDSA' });
const dba = authenticator('dba');
const far = authenticator('far', { rp: 'refit.example', origins: ['https://refit.example'] });
const moved = authenticator('moved', { origins: ['https://eu.refit.example.com'] });
const SAVED = planFor([approver('wei'), ...[jun, li, dba, far, moved].map(passkeyApprover)]);
const CONSOLE = { relyingParty: RP, origin: ORIGIN };

let count = 0;
/** The plan as a file, with approvals beside it. */
function planFile(saved: SavedPlan = SAVED): { plan: NamedPlan; file: string } {
  const file = join(folder, `plan-${++count}.json`);
  return { plan: { saved, signatures: folderSignatures(file, null), stored: null }, file };
}

const REQUEST = { by: 'jun', expires: 2 * HOUR, now: NOW, address: CONSOLE } satisfies PasskeyApproval;

/** Prepares, signs and finishes. */
async function approve(
  { plan, file } = planFile(),
  own: Authenticator = jun,
  {
    answer = {},
    change = {},
    ...more
  }: Partial<PasskeyApproval> & {
    answer?: Answer;
    /** How the approval is finished, if not as it was prepared. */
    change?: Partial<Parameters<typeof finishPasskeyApproval>[3]>;
  } = {},
) {
  const request = { ...REQUEST, by: own.name, ...more };
  const { text, options } = await preparePasskeyApproval(plan, file, request);
  const credential = answerTo(own, options.challenge, answer);
  return finishPasskeyApproval(plan, file, { text, credential }, { ...request, ...change });
}

async function refusalOf(work: Promise<unknown>): Promise<RefitError> {
  const error = await work.then(
    () => null,
    (thrown) => thrown,
  );
  if (error instanceof RefitError) return error;
  throw error ?? new Error('it was accepted');
}

describe('an approval in the console', () => {
  it('shows what is signed, and asks one credential with verification of the person', async () => {
    const { plan, file } = planFile();
    const { text, content, options } = await preparePasskeyApproval(plan, file, REQUEST);
    expect(text).toBe(canonical(content));
    expect(content).toMatchObject({
      digest: SAVED.digest,
      wave: null,
      by: 'jun',
      key: jun.passkey.fingerprint,
    });
    expect(options).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rpId: RP,
      allowCredentials: [{ type: 'public-key', id: jun.passkey.credentialId }],
      userVerification: 'required',
      timeout: ANSWER_WITHIN,
    });
    expect(readdirSync(folder).filter((name) => name.includes('approval'))).toEqual([]);
  });

  it.each([jun, li])('is kept as a file that counts, with $algorithm', async (own) => {
    const { plan, file } = planFile();
    for (const wave of [undefined, 'rest']) {
      const { path, approval } = await approve({ plan, file }, own, { wave });
      expect(path).toBe(`${file}.approval-${own.name}${wave === undefined ? '' : '.rest'}.json`);
      expect(readFileSync(path!, 'utf8')).toBe(encodeApproval(approval));
    }
    const offered = await plan.signatures.offered('approvals');
    for (const wave of [null, 2])
      expect(judgeApprovals(SAVED, wave, offered, NOW).counted.map(({ approval }) => approval.by)).toEqual([
        own.name,
      ]);
  });

  it('is kept in a store', async () => {
    const kept: unknown[] = [];
    const stored: RunSignatures = { offered: async () => [], keep: async (...all) => void kept.push(all) };
    const done = await approve({ plan: { saved: SAVED, signatures: stored, stored }, file: 'a-run' });
    expect(done).toMatchObject({ path: null, stored: 'approvals/jun.json' });
    expect(kept).toEqual([['approvals', [{ name: 'jun.json', text: encodeApproval(done.approval) }]]]);
  });

  it('counts in the one form that Refit keeps, also if the passkey made the other one', async () => {
    // Each signature has an even chance of the larger s.
    for (let round = 0; round < 12; round++) {
      const { plan, file } = planFile();
      await approve({ plan, file }, jun, { answer: { isRaw: true } });
      const offered = await plan.signatures.offered('approvals');
      expect(judgeApprovals(SAVED, null, offered, NOW).enough).toBe(true);
    }
  });

  it('lists the people whose passkeys approve here, without authors', async () => {
    const { plan, file } = planFile();
    expect(await listPasskeyApprovers(plan, file, REQUEST)).toEqual(
      [jun, li].map(({ name, passkey }) => ({
        name,
        fingerprint: passkey.fingerprint,
        credentialId: passkey.credentialId,
      })),
    );
  });

  it('may be by people that only the policy lists', async () => {
    const { approvals: _, ...none } = planFor([passkeyApprover(far)]);
    const policy = await policyOf('require: { approvals: [{ need: 1, from: passkeys.yaml }] }');
    const saved = { ...none, waves: none.waves.map(({ name, steps }) => ({ name, steps })) } as SavedPlan;
    const { approval } = await approve(planFile(saved), authenticator('wei'), { policy });
    expect(approval.by).toBe('wei');
  });
});

describe('the console makes no text to sign', () => {
  // biome-ignore format: one line a case
  it.each<[string, Partial<PasskeyApproval>, string, RegExp, RegExp]>([
    ['for somebody who is not in the list', { by: 'mallory' }, 'not-approved', /mallory is not an approver/, /ask one of them: wei/],
    ['for an author', { by: 'dba' }, 'not-approved', /dba made the plan/, /ask one of them/],
    ['for somebody with an SSH key', { by: 'wei' }, 'not-approved', /wei approves with an SSH key/, /^refit approve/],
    ['for a passkey of another console', { by: 'far' }, 'not-approved', /approves at https:\/\/refit.example, and this console is/, /approve there/],
    ['for a passkey of another address of the console', { by: 'moved' }, 'not-approved', /approves at https:\/\/eu.refit.example.com/, /approve there/],
    ['for another key', { key: li.passkey.fingerprint }, 'not-approved', /is not a passkey of jun/, /./],
    ['for a wave that needs none', { wave: 'canary' }, 'usage', /wave canary needs no approval/, /./],
    ['for a wave that is not there', { wave: 'rests' }, 'usage', /there is no wave rests; did you mean rest/, /./],
    ['for longer than a week', { expires: 8 * 24 * HOUR }, 'usage', /valid for 7 d at most/, /./],
    ['after the plan has expired', { now: Date.parse(SAVED.expiresAt) + 1 }, 'plan-expired', /expired/, /./],
  ])('%s', async (_, change, code, reason, fix) => {
    const { plan, file } = planFile();
    const error = await refusalOf(preparePasskeyApproval(plan, file, { ...REQUEST, ...change }));
    expect(error).toMatchObject({ code, message: expect.stringMatching(reason), fix: expect.stringMatching(fix) });
  });

  it('for what the policy refuses', async () => {
    const { plan, file } = planFile();
    const policy = await policyOf('limit: { instances: 1 }');
    expect(await refusalOf(preparePasskeyApproval(plan, file, { ...REQUEST, policy }))).toMatchObject({
      code: 'policy-refused',
    });
  });
});

describe('the console refuses an answer, and keeps nothing', () => {
  const refused = async (work: Promise<unknown>, reason: RegExp, file: string) => {
    expect(await refusalOf(work)).toMatchObject({
      message: expect.stringMatching(reason),
      fix: expect.stringMatching(/./),
    });
    expect(readdirSync(folder).filter((name) => join(folder, name).startsWith(`${file}.`))).toEqual([]);
  };

  // biome-ignore format: one line a case
  it.each<[string, Answer, RegExp]>([
    ['to another challenge', { challenge: 'A'.repeat(43) }, /its challenge/],
    ['from another origin', { origin: 'https://evil.example' }, /signed at https:\/\/evil.example/],
    ['for another relying party', { rp: 'evil.example' }, /another relying party/],
    ['of a registration', { type: 'webauthn.create' }, /did not sign to authenticate/],
    ['without a person', { flags: FLAGS.verified }, /a person was present/],
    ['without verification', { flags: FLAGS.present }, /did not verify the person/],
    ['from an embedded page', { more: ',"crossOrigin":true' }, /another origin/],
    ['with a member twice', { more: ',"type":"webauthn.get"' }, /members differ/],
  ])('%s', async (_, answer, reason) => {
    const place = planFile();
    await refused(approve(place, jun, { answer }), reason, place.file);
  });

  // biome-ignore format: one line a case
  it.each<[string, Partial<Parameters<typeof finishPasskeyApproval>[3]>, RegExp]>([
    ['in the session of somebody else', { by: 'li' }, /an approval by jun, and this is the session of li/],
    ['for a wave, which the page shows, with the text of the plan', { wave: 'rest' }, /another plan or wave/],
    ['that comes too late', { now: NOW + ANSWER_WITHIN + 6 * 60_000 }, /later than 5 minutes/],
    ['to a text of the future', { now: NOW - 6 * 60_000 }, /later than 5 minutes/],
    ['in a console at another address', { address: { relyingParty: RP, origin: 'https://eu.refit.example.com' } }, /this console is https:\/\/eu/],
  ])('%s', async (_, change, reason) => {
    const place = planFile();
    await refused(approve(place, jun, { change }), reason, place.file);
  });

  it('if the policy got stricter meanwhile', async () => {
    const place = planFile();
    const policy = await policyOf('limit: { approvalExpiry: 1h }');
    await refused(approve(place, jun, { change: { policy } }), /valid for 1 h at most/, place.file);
  });

  it('for another plan', async () => {
    const place = planFile();
    const other = planFile(planFor([passkeyApprover(jun)]));
    const { text, options } = await preparePasskeyApproval(other.plan, other.file, REQUEST);
    const credential = answerTo(jun, options.challenge);
    await refused(
      finishPasskeyApproval(place.plan, place.file, { text, credential }, REQUEST),
      /another plan or wave/,
      place.file,
    );
  });

  // biome-ignore format: one line a case
  it.each<[string, (text: string) => string, RegExp]>([
    ['with a later expiry', (text) => text.replace(/"expiresAt":"2026-01-05T04/, '"expiresAt":"2026-01-05T05'), /its challenge/],
    ['with the passkey of somebody else', (text) => text.replace(jun.passkey.fingerprint, li.passkey.fingerprint), /is not a passkey of jun/],
    ['with a space', (text) => text.replace('{', '{ '), /not that of an approval/],
    ['with another member', (text) => text.replace('{', '{"a":1,'), /not that of an approval/],
    ['with a member twice', (text) => text.replace('{"by"', '{"by":"li","by"'), /not that of an approval/],
    ['with a signature of its own', (text) => text.replace('}', ',"signature":"AAAA"}'), /not that of an approval/],
    ['that is no JSON', () => 'approve', /not that of an approval/],
    ['that is null', () => 'null', /not that of an approval/],
    ['that is a list', () => '[]', /not that of an approval/],
  ])('to a text %s', async (_, change, reason) => {
    const { plan, file } = planFile();
    const { text, options } = await preparePasskeyApproval(plan, file, REQUEST);
    const credential = answerTo(jun, options.challenge);
    await refused(finishPasskeyApproval(plan, file, { text: change(text), credential }, REQUEST), reason, file);
  });

  // biome-ignore format: one line a case
  it.each<[string, (answer: ReturnType<typeof answerTo>) => unknown, RegExp]>([
    ['null', () => null, /not that of a passkey/],
    ['a word', () => 'yes', /not that of a passkey/],
    ['a list', () => [], /not that of a passkey/],
    ['without its response', ({ response: _, ...rest }) => rest, /not that of a passkey/],
    ['with a number as signature', (one) => ({ ...one, response: { ...one.response, signature: 5 } }), /not that of a passkey/],
    ['of another type', (one) => ({ ...one, type: 'password' }), /not that of a passkey/],
    ['of another credential', (one) => ({ ...one, id: 'AAAA' }), /another passkey answered/],
    ['with a padded signature', (one) => ({ ...one, response: { ...one.response, signature: `${one.response.signature}=` } }), /not that of an approval/],
    ['with a megabyte of client data', (one) => ({ ...one, response: { ...one.response, clientDataJSON: 'A'.repeat(1_000_000) } }), /not that of an approval/],
  ])('that is %s', async (_, change, reason) => {
    const { plan, file } = planFile();
    const { text, options } = await preparePasskeyApproval(plan, file, REQUEST);
    const credential = change(answerTo(jun, options.challenge));
    await refused(finishPasskeyApproval(plan, file, { text, credential }, REQUEST), reason, file);
  });

  it('by another passkey over the same challenge', async () => {
    const { plan, file } = planFile();
    const { text, options } = await preparePasskeyApproval(plan, file, REQUEST);
    const stolen = { ...answerTo(li, options.challenge), id: jun.passkey.credentialId };
    await refused(
      finishPasskeyApproval(plan, file, { text, credential: stolen }, REQUEST),
      /not by the passkey/,
      file,
    );
  });

  it('that was used already', async () => {
    const { plan, file } = planFile();
    const { text, options } = await preparePasskeyApproval(plan, file, REQUEST);
    const credential = answerTo(jun, options.challenge);
    await finishPasskeyApproval(plan, file, { text, credential }, REQUEST);
    expect(
      (await refusalOf(finishPasskeyApproval(plan, file, { text, credential }, REQUEST))).message,
    ).toMatch(/used already/);
  });

  it('whose signature counter goes back, and one that came before another text', async () => {
    const place = planFile();
    await approve(place, jun, { wave: 'rest', answer: { counter: 7 }, now: NOW + 1000 });
    const stale = approve(place, jun, { wave: 'tenth', answer: { counter: 7 }, now: NOW + 2000 });
    expect((await refusalOf(stale)).message).toMatch(
      /its signature counter is 7, and an earlier approval .* has 7/,
    );
    const early = approve(place, jun, { wave: 'tenth', answer: { counter: 8 } });
    expect((await refusalOf(early)).message).toMatch(/a later approval was signed first/);
    await approve(place, jun, { wave: 'tenth', answer: { counter: 8 }, now: NOW + 3000 });
  });

  it('if a forged approval with a large counter lies beside the plan, that does not matter', async () => {
    const { plan, file } = planFile();
    const forged = encodeApproval({
      ...approvedBy(jun, { saved: SAVED, answer: { counter: 99 } }),
      by: 'li',
    });
    const signatures: RunSignatures = {
      ...plan.signatures,
      offered: async (kind) => (kind === 'approvals' ? [{ file: 'forged', text: forged }] : []),
    };
    await approve({ plan: { ...plan, signatures }, file }, jun, { answer: { counter: 1 }, now: NOW + 1 });
  });
});

describe('refit approve at a terminal', () => {
  const signing = { expires: HOUR, now: NOW, env: {}, confirm: async () => undefined };
  it.each<[string, object]>([
    ['the name', { as: 'jun' }],
    ['the fingerprint', { key: jun.passkey.fingerprint }],
  ])('refuses %s of a passkey, and says where to approve', async (_, named) => {
    const { plan, file } = planFile();
    expect(await refusalOf(approvePlan(plan, file, { ...signing, ...named }))).toMatchObject({
      code: 'not-approved',
      message: expect.stringMatching(/^jun approves .* with a passkey$/),
      fix: expect.stringMatching(/^refit serve --plans .* approve in this console/),
    });
  });
});

describe('a registration in the console', () => {
  const TAKEN = [approver('wei'), passkeyApprover(li)];
  const WHO = { name: 'jun', address: CONSOLE, taken: TAKEN };
  const registered = async (own: Authenticator = jun, answer: Registration = {}, who = WHO) => {
    const { challenge } = await preparePasskeyRegistration(who);
    return finishPasskeyRegistration(register(own, challenge, answer), challenge, who);
  };

  it('asks for verification of the person, three algorithms and no attestation', async () => {
    const options = await preparePasskeyRegistration(WHO);
    expect(options).toMatchObject({
      rp: { id: RP },
      user: { name: 'jun' },
      attestation: 'none',
      authenticatorSelection: { userVerification: 'required' },
      excludeCredentials: [{ id: li.passkey.credentialId }],
    });
    expect(options.pubKeyCredParams.map(({ alg }) => alg)).toEqual([-7, -8, -257]);
    expect((await preparePasskeyRegistration(WHO)).challenge).not.toBe(options.challenge);
  });

  it.each(['ES256', 'EdDSA', 'RS256'] as const)('gives the line of a list for %s', async (algorithm) => {
    const own = authenticator('kim', { algorithm });
    const { text, fingerprint, ...rest } = await registered(own, {}, { ...WHO, name: 'kim' });
    expect(rest).toEqual({ approver: passkeyApprover(own), algorithm, isSynced: false });
    expect(fingerprint).toBe(own.passkey.fingerprint);
    const from = { need: 1, from: 'approvers.yaml', location: { file: 'plan.yaml', line: 1, column: 1 } };
    const { approvals } = readApprovers(from, { text, file: 'approvers.yaml', authors: [] });
    expect(approvals?.approvers).toEqual([passkeyApprover(own)]);
    const saved = planFor(approvals!.approvers);
    expect((await approve(planFile(saved), own)).approval.by).toBe('kim');
  });

  it('asks the network for nothing, whatever the answer holds', async () => {
    const asked = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network'));
    const certificate = new Map<unknown, unknown>([
      ['alg', -7],
      ['sig', Buffer.alloc(70)],
      ['x5c', [Buffer.alloc(100)]],
    ]);
    await registered();
    for (const fmt of ['packed', 'apple', 'android-key', 'android-safetynet', 'tpm', 'fido-u2f'])
      await refusalOf(registered(jun, { fmt, statement: certificate }));
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });

  it('says whether the passkey is synced', async () => {
    const flags = FLAGS.present | FLAGS.verified | FLAGS.attested | FLAGS.mayBackUp | FLAGS.backedUp;
    expect((await registered(jun, { flags })).isSynced).toBe(true);
  });

  const without = (label: number) => new Map([...coseOf(jun)].filter(([one]) => one !== label));
  // biome-ignore format: one line a case
  it.each<[string, Registration, RegExp]>([
    ['for another challenge', { challenge: 'A'.repeat(43) }, /challenge/],
    ['from another origin', { origin: 'https://evil.example' }, /origin/],
    ['for another relying party', { rp: 'evil.example' }, /RP ?ID/i],
    ['of an assertion', { type: 'webauthn.get' }, /type/],
    ['without a person', { flags: FLAGS.verified | FLAGS.attested }, /presence/],
    ['without verification', { flags: FLAGS.present | FLAGS.attested }, /could not be verified/],
    ['from an embedded page', { more: ',"crossOrigin":true' }, /inside another page/],
    ['with a page around it', { more: ',"topOrigin":"https://evil.example"' }, /inside another page/],
    ['with a member twice', { more: ',"type":"webauthn.create"' }, /not one JSON object/],
    ['with a certificate', { fmt: 'packed', statement: new Map<unknown, unknown>([['alg', -7], ['sig', Buffer.alloc(70)], ['x5c', [Buffer.alloc(100)]]]) }, /an attestation, and none was asked for/],
    ['with an attestation of a TPM', { fmt: 'tpm' }, /an attestation, and none was asked for/],
    ['with a statement that does not belong there', { statement: new Map([['sig', Buffer.alloc(70)]]) }, /None attestation/],
    ['with a self attestation that is wrong', { fmt: 'packed', statement: new Map<unknown, unknown>([['alg', -7], ['sig', Buffer.alloc(70)]]) }, /the passkey was not registered/],
    ['with bytes after the key', { after: Buffer.from('a0', 'hex') }, /the passkey was not registered/],
    ['with a key that claims another algorithm', { cose: new Map(coseOf(jun)).set(3, -257) }, /not of a kind that Refit accepts/],
    ['with a key of an unknown algorithm', { cose: new Map(coseOf(jun)).set(3, -36) }, /alg/],
    ['with a key on another curve', { cose: new Map(coseOf(jun)).set(-1, 2) }, /not of a kind that Refit accepts/],
    ['with a point that is not on the curve', { cose: new Map(coseOf(jun)).set(-3, Buffer.alloc(32, 7)) }, /not of a kind that Refit accepts/],
    ['with half a point', { cose: without(-3) }, /not of a kind that Refit accepts/],
    ['with a short RSA key', { cose: new Map(coseOf(authenticator('rsa', { algorithm: 'RS256' }))).set(-1, Buffer.alloc(128, 0xff)) }, /not of a kind that Refit accepts/],
  ])('refuses an answer %s', async (_, answer, reason) => {
    const error = await refusalOf(registered(jun, answer));
    expect(error).toMatchObject({ code: 'usage', message: expect.stringMatching(reason), fix: expect.stringMatching(/register again/) });
  });

  // biome-ignore format: one line a case
  it.each<[string, (answer: ReturnType<typeof register>) => unknown]>([
    ['null', () => null],
    ['a word', () => 'yes'],
    ['without its response', ({ response: _, ...rest }) => rest],
    ['with another raw id', (one) => ({ ...one, rawId: 'AAAA' })],
    ['with another id', (one) => ({ ...one, id: 'AAAA', rawId: 'AAAA' })],
    ['with a padded attestation', (one) => ({ ...one, response: { ...one.response, attestationObject: `${one.response.attestationObject}==` } })],
    ['with a cut attestation', (one) => ({ ...one, response: { ...one.response, attestationObject: one.response.attestationObject.slice(0, 80) } })],
    ['with an empty attestation', (one) => ({ ...one, response: { ...one.response, attestationObject: '' } })],
    ['with nested CBOR', (one) => ({ ...one, response: { ...one.response, attestationObject: Buffer.alloc(6000, 0x81).toString('base64url') } })],
    ['with a list of four billion parts', (one) => ({ ...one, response: { ...one.response, attestationObject: Buffer.from('9affffffff', 'hex').toString('base64url') } })],
    ['with a huge attestation', (one) => ({ ...one, response: { ...one.response, attestationObject: 'A'.repeat(1_000_000) } })],
  ])('refuses an answer that is %s', async (_, change) => {
    const { challenge } = await preparePasskeyRegistration(WHO);
    const error = await refusalOf(finishPasskeyRegistration(change(register(jun, challenge)), challenge, WHO));
    expect(error).toMatchObject({ code: 'usage', message: expect.stringMatching(/the passkey was not registered/) });
  });

  // biome-ignore format: one line a case
  it.each<[string, Authenticator, string, RegExp]>([
    ['a passkey that another person has', li, 'jun', /has the same key as approver 2/],
    ['a name that another person has', jun, 'Wei', /has the same name as approver 1/],
    ['a name that looks like another one', jun, 'ｗei', /the same name|look alike/],
    ['a name with a line break', jun, 'jun\n- { name: eve', /not valid/],
    ['a name with letters of YAML', jun, 'jun, key: x', /not valid/],
  ])('refuses %s', async (_, own, name, reason) => {
    expect((await refusalOf(registered(own, {}, { ...WHO, name }))).message).toMatch(reason);
  });

  it('quotes a name that is a word or a number of YAML', async () => {
    for (const name of ['true', 'null', '1e3']) {
      const { text } = await registered(jun, {}, { ...WHO, name, taken: [] });
      const from = { need: 1, from: 'a.yaml', location: { file: 'plan.yaml', line: 1, column: 1 } };
      expect(readApprovers(from, { text, file: 'a.yaml', authors: [] }).approvals?.approvers[0]?.name).toBe(
        name,
      );
    }
  });
});
