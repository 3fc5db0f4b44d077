/** Attacks on declines: files that are no declines, other authors, and plans that were sealed again. In doubt a plan is blocked. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdingDeclines } from '../../src/approval/judge-declines.ts';
import { textOf } from '../../src/messages/messages.ts';
import {
  type DeclineAuthor,
  declinePlan,
  declinesOf,
  withdrawDecline,
} from '../../src/operations/approvals/decline-plan.ts';
import { examineDeclines } from '../../src/operations/audit/examine-declines.ts';
import type { NamedPlan } from '../../src/operations/runs/open-plan.ts';
import { offerSigned } from '../../src/operations/runs/submit-plan.ts';
import { declinedBy, demandNoDecline } from '../../src/run/demand-approvals.ts';
import { mayBePlan } from '../../src/schedule/plan-file.ts';
import { folderSignatures, keptSigned } from '../../src/store/folder/signed-files.ts';
import type { RunSignatures } from '../../src/store/ports.ts';
import { HOUR, NOW, pemOf, SAVED } from '../approval/people.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';

let folder: string;
let saved: string;
let plan: NamedPlan;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refit-decline-'));
  saved = join(folder, 'saved.json');
  plan = { saved: SAVED, signatures: folderSignatures(saved, null), stored: null };
  for (const name of ['wei', 'jun', 'mallory', 'dba'])
    await writeFile(join(folder, `${name}.key`), pemOf(name));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A person with a key in the folder, or without one. */
const person = (as: string | undefined, key?: string): DeclineAuthor => ({
  as,
  key: key === undefined ? undefined : join(folder, `${key}.key`),
  env: {},
  now: NOW,
});
const decline = (author: DeclineAuthor, reason = 'too early', at = plan) =>
  declinePlan(at, saved, { ...author, reason });
const withdraw = (author: DeclineAuthor) => withdrawDecline(plan, saved, { ...author, now: NOW + HOUR });
const holding = async (of = plan) =>
  holdingDeclines(await declinesOf(of.saved, of.signatures)).map((one) => textOf(one));

const fixIn = (found: ReturnType<typeof declinedBy>): string => (found === null ? '' : textOf(found.fix));

describe('a decline beside a saved plan', () => {
  it('blocks until its author withdraws it, and both texts are kept with the run', async () => {
    const { decline: made, path } = await decline(person(undefined, 'wei'), '  too\u202e early\n');
    expect(path).toMatch(/saved\.json\.decline-wei-[0-9a-f]{12}\.json$/);
    expect(made).toMatchObject({ by: 'wei', signed: true, reason: 'too\\u{202e} early', withdrawn: null });
    expect(fixIn(declinedBy(SAVED, await plan.signatures.offered('declines'), 'saved.json'))).toMatch(
      /^refit decline saved\.json --withdraw --key FILE {3}wei runs this/,
    );
    const [done] = await withdraw(person(undefined, 'wei'));
    expect(done!.decline.withdrawn?.by).toBe('wei');
    const run = join(folder, 'run');
    await mkdir(run, { mode: 0o700 });
    const signatures = folderSignatures(saved, run);
    expect(await demandNoDecline({ saved: SAVED, plan: saved, signatures })).toBe(null);
    const kept = await keptSigned(run, 'declines');
    expect(kept.map(({ file }) => file)).toEqual([
      expect.stringMatching(/^declines\/wei-[0-9a-f]{12}\.json$/),
      expect.stringMatching(/^declines\/wei-[0-9a-f]{12}\.withdrawn\.json$/),
    ]);
    expect(examineDeclines(SAVED, kept)).toMatchObject({ faults: [], warnings: [] });
    const forged = kept.map(({ file, text }) => ({ file, text: text.replace('early', 'late!') }));
    expect(examineDeclines(SAVED, forged).faults.join()).toMatch(/forged or changed[\s\S]*is not here/);
  });

  // biome-ignore format: one line a case
  it.each<[string, () => DeclineAuthor, () => DeclineAuthor, RegExp]>([
    ['with another key', () => person(undefined, 'wei'), () => person(undefined, 'jun'), /jun did not decline.*wei with the key SHA256/],
    ['without its key', () => person(undefined, 'wei'), () => person('wei'), /wei with the key SHA256/],
    ['by another name', () => person('ann'), () => person('bob'), /bob did not decline this plan; only the author withdraws a decline: ann/],
    ['with a key, if its author used none', () => person('wei'), () => person(undefined, 'wei'), /only the author.*: wei/],
  ])('is not withdrawn %s, and nothing is written', async (_, author, other, why) => {
    await decline(author());
    const before = await readdir(folder);
    await expect(withdraw(other())).rejects.toMatchObject({ code: 'not-approved', message: expect.stringMatching(why) });
    expect(await readdir(folder)).toEqual(before);
    expect(await holding()).toHaveLength(1);
  });

  // biome-ignore format: one line a case
  it.each<[string, () => DeclineAuthor, string, string, RegExp]>([
    ['in the name of an approver with another key', () => person('wei', 'mallory'), 'x', 'not-approved', /wei is an approver of this plan, and .* is not their key/],
    ['in a name that looks like an approver', () => person('WEI', 'mallory'), 'x', 'not-approved', /is not their key/],
    ['with the key of another approver', () => person('wei', 'jun'), 'x', 'not-approved', /is the key of jun/],
    ['with a name that mixes scripts', () => person('we\u0456'), 'x', 'usage', /is not valid/],
    ['without a reason that anybody can see', () => person('ann'), ' \n ', 'usage', /--reason is empty/],
    ['with a reason that fills a screen', () => person('ann'), 'x'.repeat(1_001), 'usage', /1001 characters, more than 1000/],
  ])('is refused %s', async (_, author, reason, code, why) => {
    await expect(decline(author(), reason)).rejects.toMatchObject({ code, message: expect.stringMatching(why) });
    expect((await readdir(folder)).filter((name) => name.includes('.decline-'))).toEqual([]);
  });

  it.each<[string, (path: string) => Promise<void>]>([
    ['a link to another file', (path) => symlink('/etc/hostname', path)],
    ['a link that leads nowhere', (path) => symlink('/nowhere', path)],
    [
      'a file of a gigabyte',
      async (path) => {
        await writeFile(path, '');
        await truncate(path, 2 ** 30);
      },
    ],
    ['bytes that are no text', (path) => writeFile(path, Buffer.from([0xff, 0xfe, 0x00]))],
  ])('also blocks if it is %s, and the fix names the file', async (_, place) => {
    await place(`${saved}.decline-x.json`);
    expect((await holding()).join()).toMatch(
      /saved\.json\.decline-x\.json may decline the plan, and Refit cannot read it/,
    );
    const offered = await plan.signatures.offered('declines');
    expect(fixIn(declinedBy(SAVED, offered, 'saved.json'))).toMatch(/^read the named file/);
  });

  it('that another author wrote over an old one is theirs, and a withdrawal of the old one does not end it', async () => {
    const { path } = await decline(person('wei'));
    await withdraw(person('wei'));
    expect(await holding()).toEqual([]);
    const { path: other } = await decline(person('mallory'), 'still too early');
    await writeFile(path!, await readFile(other!));
    expect(await holding()).toHaveLength(1);
  });

  it('belongs to one digest: a plan that was sealed again is not declined', async () => {
    await decline(person('wei'));
    const { digest: _, ...draft } = SAVED;
    const again = sealDraft({ ...draft, name: 'another name' });
    expect(again.digest).not.toBe(SAVED.digest);
    expect(await holding({ ...plan, saved: again })).toEqual([]);
    expect(await holding()).toHaveLength(1);
  });

  it('by two people holds until both have withdrawn', async () => {
    await decline(person('ann'));
    await decline(person(undefined, 'jun'));
    await withdraw(person('ann'));
    expect((await holding()).join()).toMatch(/^declined by jun/);
    await withdraw(person(undefined, 'jun'));
    expect(await holding()).toEqual([]);
    await expect(withdraw(person('ann'))).rejects.toMatchObject({ code: 'usage' });
  });

  it('is no plan to a scheduler of its folder', async () => {
    const { path } = await decline(person('wei'));
    expect(mayBePlan(basename(path!))).toBe(false);
  });

  it('goes into a store with the other texts, and one that Refit cannot read stops that', async () => {
    const kept: string[] = [];
    const store = {
      signaturesOf: (): RunSignatures => ({
        offered: async () => [],
        keep: async (kind, files) => void kept.push(...files.map(({ name }) => `${kind} ${name}`)),
      }),
    };
    await decline(person('wei'));
    await offerSigned(store, SAVED, saved);
    expect(kept).toEqual([expect.stringMatching(/^declines wei-[0-9a-f]{12}\.json$/)]);
    await writeFile(`${saved}.decline-x.json`, '');
    await expect(offerSigned(store, SAVED, saved)).rejects.toMatchObject({
      code: 'not-approved',
      message: expect.stringMatching(/saved\.json\.decline-x\.json may decline the plan/),
    });
  });
});
