/** Which declines of a plan hold: until their author withdraws them, and in doubt always. */
import { describe, expect, it } from 'vitest';
import { encodeDecline, encodeWithdrawal } from '../../src/approval/decline-files.ts';
import type { Offered } from '../../src/approval/judge-approvals.ts';
import { holdingDeclines, judgeDeclines } from '../../src/approval/judge-declines.ts';
import { sha256 } from '../../src/digest.ts';
import { textOf } from '../../src/messages/messages.ts';
import { keyOf, SAVED } from './people.ts';

const AT = '2026-01-05T02:00:00.000Z';
const LATER = '2026-01-05T03:00:00.000Z';

interface What {
  readonly by?: string;
  /** Whose key signs; absent: nobody's. */
  readonly key?: string;
  readonly digest?: string;
  readonly reason?: string;
  readonly login?: string;
}

/** @returns a decline as somebody offers it. */
async function decline({ by = 'wei', key, digest = SAVED.digest, reason = 'too early', login }: What = {}) {
  const encoded = await encodeDecline({ digest, by, at: AT, reason }, key === undefined ? null : keyOf(key));
  return { file: encoded.name, text: encoded.text, ...(login === undefined ? {} : { login }) };
}

async function withdrawal(of: Offered, { by = 'wei', key, digest = SAVED.digest, login }: What = {}) {
  const content = { digest, by, at: LATER, decline: sha256(of.text) };
  const encoded = await encodeWithdrawal(content, key === undefined ? null : keyOf(key));
  return { file: encoded.name, text: encoded.text, ...(login === undefined ? {} : { login }) };
}

const holds = (offered: readonly Offered[]) => holdingDeclines(judgeDeclines(SAVED, offered)).length;
const reasons = (offered: readonly Offered[]) =>
  judgeDeclines(SAVED, offered).rejected.map(({ reason }) => textOf(reason));

describe('a decline', () => {
  // biome-ignore format: one line a case
  it.each<[string, What, { signed: boolean; fingerprint: string | null }]>([
    ['without a key', {}, { signed: false, fingerprint: null }],
    ['with the key of an approver', { key: 'wei' }, { signed: true, fingerprint: keyOf('wei').public.fingerprint }],
    ['with the key of somebody else, under their own name', { by: 'ann', key: 'ann' }, { signed: true, fingerprint: keyOf('ann').public.fingerprint }],
    ['with a key that is not that of the approver it names', { key: 'mallory' }, { signed: false, fingerprint: keyOf('mallory').public.fingerprint }],
    ['with a name that looks like an approver', { by: 'WEI', key: 'mallory' }, { signed: false, fingerprint: keyOf('mallory').public.fingerprint }],
    ['by an author of the plan', { by: 'dba' }, { signed: false, fingerprint: null }],
  ])('%s holds, and says whether a key proves its name', async (_, what, shown) => {
    const offered = [await decline(what)];
    expect(holds(offered)).toBe(1);
    expect(judgeDeclines(SAVED, offered).declines).toEqual([
      { id: sha256(offered[0]!.text), by: what.by ?? 'wei', at: AT, reason: 'too early', login: null, withdrawn: null, ...shown },
    ]);
  });

  it('of another digest, left in a file by an earlier seal, does not matter', async () => {
    const offered = [await decline({ digest: 'e'.repeat(64) })];
    expect([holds(offered), judgeDeclines(SAVED, offered).texts]).toEqual([0, []]);
  });

  it('of another digest that a database has under this one holds, because nobody left it behind', async () => {
    expect(holds([await decline({ digest: 'e'.repeat(64), login: 'x' })])).toBe(1);
  });

  it('shows no control or bidirectional character of its reason', async () => {
    const [shown] = judgeDeclines(SAVED, [await decline({ reason: 'a\u202eb\u001b[2Jc\nd' })]).declines;
    expect(shown!.reason).toBe('a\\u{202e}b\\x1b[2Jc\\nd');
  });

  // biome-ignore format: one line a case
  it.each<[string, (text: string) => string, RegExp]>([
    ['is empty, as a link and a file that is too large are', () => '', /it is not JSON/],
    ['is another kind of JSON', () => '{}\n', /not a decline in this format/],
    ['has other bytes', (text) => ` ${text}`, /its bytes differ/],
    ['has another reason than its author signed', (text) => text.replace('too early', 'too late!'), /forged or changed/],
    ['has another name than its author signed', (text) => text.replace('"by":"wei"', '"by":"jun"'), /forged or changed/],
    ['lost its signature', (text) => text.replace(/"signature":"[^"]+"/, '"signature":null'), /forged or changed/],
    ['has a newer format', (text) => text.replace('decline/1', 'decline/2'), /its format is refit.decline\/2/],
    ['has a name that hides', (text) => text.replace('"by":"wei"', '"by":"we\u200bi"'), /nobody can see/],
    ['has a reason of more than 1,000 characters', (text) => text.replace('too early', 'x'.repeat(1_001)), /not a decline/],
  ])('holds also if its text %s', async (_, change, why) => {
    const { text, file } = await decline({ key: 'wei' });
    const lines = holdingDeclines(judgeDeclines(SAVED, [{ file, text: change(text) }]));
    expect(lines.map((one) => textOf(one)).join()).toMatch(why);
  });
});

describe('a withdrawal', () => {
  // biome-ignore format: one line a case
  it.each<[string, What, What]>([
    ['with the same key', { key: 'wei' }, { key: 'wei' }],
    ['with the same key under another name', { key: 'wei' }, { key: 'wei', by: 'wei-lin' }],
    ['without a key by the same name', {}, {}],
    ['by the same name and the same login', { login: 'refit_wei' }, { login: 'refit_wei' }],
    ['in a database, of a decline in a file, by the same name', {}, { login: 'refit_wei' }],
  ])('%s ends a decline', async (_, declined, withdrawn) => {
    const first = await decline(declined);
    const offered = [first, await withdrawal(first, withdrawn)];
    expect([holds(offered), reasons(offered)]).toEqual([0, []]);
    const judged = judgeDeclines(SAVED, offered);
    expect(judged.declines[0]!.withdrawn).toEqual({ at: LATER, by: withdrawn.by ?? 'wei' });
    expect(judged.texts.map(({ text }) => text)).toEqual(offered.map(({ text }) => text));
  });

  // biome-ignore format: one line a case
  it.each<[string, What, What, RegExp]>([
    ['with another key', { key: 'wei' }, { key: 'jun' }, /only the key SHA256/],
    ['without a key, of a signed decline', { key: 'wei' }, {}, /only the key SHA256/],
    ['with a key, by another name, of an unsigned decline', {}, { key: 'jun', by: 'jun' }, /only wei without a key/],
    ['by another name', {}, { by: 'jun' }, /jun withdraws a decline by wei; only wei without a key can/],
    ['by a name that looks the same', {}, { by: 'WEI' }, /only wei/],
    ['by the same name with another login', { login: 'refit_wei' }, { login: 'refit_jun' }, /only wei with the login refit_wei can/],
    ['by the same name from a file, of a decline in a database', { login: 'refit_wei' }, {}, /only wei with the login/],
  ])('%s does not count', async (_, declined, withdrawn, why) => {
    const first = await decline(declined);
    const offered = [first, await withdrawal(first, withdrawn)];
    expect(holds(offered)).toBe(1);
    expect(reasons(offered).join()).toMatch(why);
  });

  it('of one decline ends no other one by the same person', async () => {
    const first = await decline();
    const second = await decline({ reason: 'still too early' });
    expect(holds([first, await withdrawal(first), second])).toBe(1);
  });

  it('of another plan does not count', async () => {
    const first = await decline();
    expect(holds([first, await withdrawal(first, { digest: 'e'.repeat(64) })])).toBe(1);
  });

  it('of a decline that is not here does not count', async () => {
    expect(reasons([await withdrawal(await decline())]).join()).toMatch(/a decline that is not here/);
  });

  it('that is forged does not count', async () => {
    const first = await decline({ key: 'wei' });
    const forged = await withdrawal(first, { key: 'wei' });
    const text = forged.text.replace(sha256(first.text), sha256('another'));
    expect(holds([first, { ...forged, text }])).toBe(1);
  });

  it('with a login does not end a copy of the text that another login stored', async () => {
    const mine = await decline({ login: 'refit_wei' });
    const copied = { ...mine, login: 'refit_mallory' };
    expect(holds([mine, copied, await withdrawal(copied, { login: 'refit_mallory' })])).toBe(1);
  });

  it('in a database ends the decline there, and its copy in a file', async () => {
    const stored = await decline({ login: 'refit_wei' });
    const { login: _, ...copy } = stored;
    expect(holds([copy, stored, await withdrawal(stored, { login: 'refit_wei' })])).toBe(0);
  });
});
