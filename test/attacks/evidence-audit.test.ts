/** Forged run directories and signatures under `audit verify`: nothing is verified unless a trusted key signed the last entry. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeSignature, signHead } from '../../src/approval/signed-files.ts';
import { auditVerify } from '../../src/cli/commands/audit/verify.ts';
import type { Options } from '../../src/cli/options.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { canonical } from '../../src/digest.ts';
import { seal } from '../../src/journal/chain.ts';
import type { HeadSignature, JournalEvent } from '../../src/model.ts';
import { replayReports } from '../../src/operations/audit/replay-reports.ts';
import { readerAt } from '../../src/operations/runs/open-runs.ts';
import type { SignHead } from '../../src/run/sign-heads.ts';
import { RUN_FILES } from '../../src/store/folder/run-directory.ts';
import { file as approvalFile, approversFile, keyOf, signed } from '../approval/people.ts';
import { standards } from '../run/fleets.ts';
import { chained, eventsOf, forgedEnd, forgedStart, type RunDesk, runDesk } from './run-desk.ts';

/** Runs the command as a person does who trusts the key of wei, or trusts nobody. */
async function verify(desk: RunDesk, directory: string, { trusts = ['wei'] }: { trusts?: string[] } = {}) {
  const signers = desk.path('signers.yaml');
  await writeFile(signers, approversFile(trusts));
  const run = async (format: 'text' | 'json') => {
    let stdout = '';
    const terminal = {
      env: { XDG_STATE_HOME: desk.path('xdg') },
      out: async (text: string) => {
        stdout += text;
      },
      hint: () => undefined,
      err: () => undefined,
      color: { out: false, err: false },
    } as unknown as Terminal;
    const options = { format, write: [], ...(trusts.length > 0 ? { signers } : {}) } as unknown as Options;
    const exitCode = await auditVerify([directory], options, terminal);
    return { exitCode, stdout };
  };
  const text = await run('text');
  const json = JSON.parse((await run('json')).stdout) as Record<string, unknown>;
  return { ...text, json, isVerified: text.stdout.includes('VERIFIED') || json.authentic !== false };
}

/** Puts a signature into a run directory, as anybody can who can write it. */
async function plantSignature(directory: string, signature: HeadSignature, name = 'wei'): Promise<void> {
  await mkdir(join(directory, RUN_FILES.signatures), { recursive: true });
  await writeFile(join(directory, RUN_FILES.signatures, `${name}.json`), encodeSignature(signature));
}

/** Signs as `apply --sign` does. */
const signsAs =
  (desk: RunDesk, by: string, key = by): SignHead =>
  (what) =>
    signHead({ ...what, by }, keyOf(key), desk.stage.clock.now());

const signaturesIn = (directory: string) => readdir(join(directory, RUN_FILES.signatures)).catch(() => []);

describe('a forged journal in a planted run directory', () => {
  const FORGED: readonly [string, (stage: RunDesk['stage']) => JournalEvent[]][] = [
    ['a start', (stage) => forgedStart(stage).slice(0, 1)],
    ['a start and an approval', (stage) => forgedStart(stage).slice(0, 2)],
    ['a start, an approval and a started wave', forgedStart],
    ['verified steps', (stage) => [...forgedStart(stage), ...forgedEnd(stage).slice(0, 2)]],
    ['verified steps and an end', (stage) => [...forgedStart(stage), ...forgedEnd(stage)]],
  ];
  it.each(FORGED)('with %s is whole but never VERIFIED, with and without trusted keys', async (_, forged) => {
    const desk = await runDesk();
    await desk.plant(desk.run, forged(desk.stage));
    for (const trusts of [[], ['wei'], ['wei', 'jun']]) {
      const { exitCode, stdout, json, isVerified } = await verify(desk, desk.run, { trusts });
      expect([isVerified, exitCode], stdout).toEqual([false, trusts.length === 0 ? 0 : 6]);
      expect(stdout).toContain('authenticity not proven');
      expect(stdout).toContain("this user's state does not know this run");
      expect(json).toMatchObject({ authentic: false, notTrusted: expect.stringContaining('does not know') });
    }
  });

  it('does not become VERIFIED by approvals that people signed for its plan', async () => {
    const desk = await runDesk({
      plan: 'owner: dba\napprovals: { need: 1, from: approvers.yaml }\ntargets: [{ select: { all: true }, memoryPerShard: 8GB }]',
      approvers: approversFile(['wei', 'jun']),
    });
    const { saved, clock } = desk.stage;
    const judgedAt = new Date(clock.now()).toISOString();
    const { by, key, issuedAt, expiresAt, signature } = signed('wei', {}, saved, clock.now());
    const [start, , wave] = forgedStart(desk.stage);
    await desk.plant(desk.run, [
      start!,
      {
        kind: 'approved',
        how: 'signatures',
        by: 'wei',
        wave: null,
        judgedAt,
        signed: [{ by, key, issuedAt, expiresAt, signature }],
      } as JournalEvent,
      wave!,
      ...forgedEnd(desk.stage),
    ]);
    await mkdir(join(desk.run, RUN_FILES.approvals));
    await writeFile(
      join(desk.run, RUN_FILES.approvals, 'wei.json'),
      approvalFile('wei', {}, saved, clock.now()),
    );
    expect((await verify(desk, desk.run, { trusts: [] })).json).toMatchObject({ sound: true, faults: [] });
    for (const trusts of [[], ['wei']])
      expect((await verify(desk, desk.run, { trusts })).isVerified).toBe(false);
  });

  it('is VERIFIED only once a trusted key signs its last entry, and never with a list that lacks the key', async () => {
    const desk = await runDesk();
    await desk.plant(desk.run, [...forgedStart(desk.stage), ...forgedEnd(desk.stage)]);
    const last = (await desk.entries()).at(-1)!;
    const { digest } = desk.stage.saved;
    const head = { digest, head: last.hash, entries: last.seq };
    await plantSignature(desk.run, await signsAs(desk, 'mallory')(head), 'mallory');
    expect((await verify(desk, desk.run)).isVerified).toBe(false);
    await plantSignature(desk.run, await signsAs(desk, 'wei')(head));
    expect(await verify(desk, desk.run)).toMatchObject({ exitCode: 0, json: { authentic: true } });
    expect((await verify(desk, desk.run)).stdout).toContain('VERIFIED: wei signed the last entry');
    for (const trusts of [[], ['jun']])
      expect((await verify(desk, desk.run, { trusts })).isVerified, String(trusts)).toBe(false);
  });
});

describe('a signature over a real run', () => {
  const signedRun = async () => {
    const desk = await runDesk();
    await desk.apply({ signHead: signsAs(desk, 'wei') });
    expect((await verify(desk, desk.run)).isVerified).toBe(true);
    const [first] = await desk.entries();
    const entries = await desk.entries();
    return { desk, entries, first: first!, last: entries.at(-1)! };
  };
  const planned = ({ desk, last }: Awaited<ReturnType<typeof signedRun>>) => ({
    digest: desk.stage.saved.digest,
    head: last.hash,
    entries: last.seq,
  });

  it('of an earlier entry does not cover entries that somebody added later', async () => {
    const { desk, entries } = await signedRun();
    await rm(join(desk.run, RUN_FILES.report));
    let { seq, hash } = entries.at(-1)!;
    let text = await readFile(join(desk.run, RUN_FILES.journal), 'utf8');
    for (const event of forgedEnd(desk.stage)) {
      const entry = seal({ seq, hash }, '2026-01-05T03:00:00.000Z', event);
      ({ seq, hash } = entry);
      text += `${canonical(entry)}\n`;
    }
    await writeFile(join(desk.run, RUN_FILES.journal), text);
    const { exitCode, stdout, isVerified } = await verify(desk, desk.run);
    expect([isVerified, exitCode]).toEqual([false, 6]);
    expect(stdout).toContain(`has signed the entries after ${entries.length}`);
  });

  it('does not survive a chain that was made again with other outcomes', async () => {
    const { desk, entries } = await signedRun();
    const events = eventsOf(entries).map((event) =>
      event.kind === 'accepted' ? { ...event, order: '20260105000000000' } : event,
    );
    await rm(join(desk.run, RUN_FILES.report));
    await writeFile(join(desk.run, RUN_FILES.journal), chained(events));
    expect(await verify(desk, desk.run)).toMatchObject({ isVerified: false, exitCode: 6 });
  });

  it.each<[string, (run: Awaited<ReturnType<typeof signedRun>>) => Promise<HeadSignature>]>([
    ['by an unlisted key', (run) => signsAs(run.desk, 'mallory')(planned(run))],
    [
      'by an unlisted key with the name of a listed person',
      (run) => signsAs(run.desk, 'wei', 'mallory')(planned(run)),
    ],
    ['by a listed key with another name', (run) => signsAs(run.desk, 'jun', 'wei')(planned(run))],
    [
      'whose key was replaced by a listed one',
      async (run) => ({
        ...(await signsAs(run.desk, 'wei', 'mallory')(planned(run))),
        key: keyOf('wei').public.line,
      }),
    ],
    ['of another plan', (run) => signsAs(run.desk, 'wei')({ ...planned(run), digest: 'a'.repeat(64) })],
    [
      'of its first entry, cut from another time',
      (run) => signsAs(run.desk, 'wei')({ ...planned(run), head: run.first.hash, entries: 1 }),
    ],
    ['of the last hash at another place', (run) => signsAs(run.desk, 'wei')({ ...planned(run), entries: 1 })],
  ])('%s never makes it VERIFIED', async (_, forge) => {
    const run = await signedRun();
    const signature = await forge(run);
    await rm(join(run.desk.run, RUN_FILES.signatures), { recursive: true });
    await plantSignature(run.desk.run, signature);
    expect(await verify(run.desk, run.desk.run)).toMatchObject({ isVerified: false, exitCode: 6 });
  });
});

describe('a run that signs its journal', () => {
  const TWO_WAVES =
    'targets: [{ select: { all: true }, memoryPerShard: 8GB }]\nwaves: [{ name: first, take: 1 }, { name: second, take: rest }]';

  it('signs each end of a wave, and the last entry of the journal', async () => {
    const desk = await runDesk({ fleet: standards(2), plan: TWO_WAVES });
    const heads: number[] = [];
    const sign = signsAs(desk, 'wei');
    await desk.apply({
      signHead: (what) => {
        heads.push(what.entries);
        return sign(what);
      },
    });
    const entries = await desk.entries();
    const ends = entries.filter(({ kind }) => kind === 'wave-ended').map(({ seq }) => seq);
    expect(ends).toHaveLength(2);
    expect(heads).toEqual([...ends, entries.length]);
    expect(await signaturesIn(desk.run)).toEqual(['wei.json']);
    expect((await verify(desk, desk.run)).isVerified).toBe(true);
  });

  it('goes on and says so when the key does not sign, and is then not VERIFIED', async () => {
    const desk = await runDesk({ plan: TWO_WAVES });
    const notices: string[] = [];
    const refuses: SignHead = () => Promise.reject(new Error('ssh-agent refused'));
    const { report } = await desk.apply({ signHead: refuses, onNotice: (one) => notices.push(one) });
    expect(report.totals).toMatchObject({ verified: 2 });
    expect(notices.filter((one) => one.includes('was not signed (ssh-agent refused)'))).toHaveLength(3);
    expect(notices.at(-1)).toMatch(/refit audit sign .* --key KEY$/);
    expect(await signaturesIn(desk.run)).toEqual([]);
    expect((await verify(desk, desk.run)).isVerified).toBe(false);
  });

  it('leaves only the signature of the finished wave when its process exits immediately', async () => {
    const desk = await runDesk({ plan: TWO_WAVES });
    const signHead = signsAs(desk, 'wei');
    let waves = 0;
    await desk.apply({ signHead, leavesAt: ({ kind }) => kind === 'intent' && ++waves === 2 });
    const { isVerified, stdout } = await verify(desk, desk.run);
    expect(isVerified).toBe(false);
    expect(stdout).toMatch(/no signer in .* has signed the entries after \d+/);
    await desk.apply({ signHead });
    expect((await verify(desk, desk.run)).isVerified).toBe(true);
  });

  it('that was adopted says in the audit that nobody knows who wrote the entries before', async () => {
    const desk = await runDesk();
    await desk.plant(desk.run, forgedStart(desk.stage));
    await desk.apply({ adopt: true, signHead: signsAs(desk, 'wei') });
    const { stdout, json } = await verify(desk, desk.run);
    expect(stdout).toMatch(/warning: .*adopted by dba, .*who wrote entries 1 to 3 is not known, because/);
    expect(json.adoptions).toMatchObject([
      { by: 'dba', adopted: 3, reason: expect.stringContaining('not know') },
    ]);
    const report = await readFile(join(desk.run, RUN_FILES.report), 'utf8');
    expect(JSON.parse(report).run.adoptions).toEqual(json.adoptions);
    expect((await replayReports(readerAt(desk.run))).same).toBe(true);
  });
});

describe('a run that the state of this user knows', () => {
  it('is named as known, as cut and as replaced', async () => {
    const desk = await runDesk();
    await desk.apply({ state: desk.path('xdg/refit') });
    const known = await verify(desk, desk.run, { trusts: [] });
    expect(known).toMatchObject({ exitCode: 0, isVerified: false, json: { notTrusted: null } });
    expect(known.stdout).toContain("this user's state knows this run");
    const path = join(desk.run, RUN_FILES.journal);
    const lines = (await readFile(path, 'utf8')).split(/(?<=\n)/);
    await rm(join(desk.run, RUN_FILES.report));
    await writeFile(path, lines.slice(0, -1).join(''));
    const cut = await verify(desk, desk.run, { trusts: [] });
    expect([cut.exitCode, cut.isVerified]).toEqual([6, false]);
    expect(cut.stdout).toContain(`this user's state has seen entry ${lines.length}`);
    await writeFile(
      path,
      chained([...forgedStart(desk.stage), ...Array(30).fill(forgedEnd(desk.stage)).flat()]),
    );
    const replaced = await verify(desk, desk.run, { trusts: [] });
    expect([replaced.exitCode, replaced.isVerified]).toEqual([6, false]);
    expect(replaced.stdout).toContain('the journal was replaced');
  });
});
