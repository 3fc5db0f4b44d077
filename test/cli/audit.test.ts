/** `refit audit verify` as a process, with the journal of a real run. examine-journal.test.ts tests the details. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, growPlan, openDesk, plainFleet } from './refit.ts';

const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];
const BROKEN = 6;

describe('refit audit verify of an ended run', () => {
  let at: Desk;
  let journal: string;
  let report: string;
  let head: string;

  beforeAll(async () => {
    at = await openDesk({ fleet: plainFleet(3) });
    await at.write('plan.yaml', growPlan());
    expect((await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).code).toBe(0);
    expect((await at.refit(APPLY)).code).toBe(0);
    journal = await at.text('run/journal.jsonl');
    report = await at.text('run/report.json');
    ({ head } = await at.report());
  });
  afterAll(() => at?.close());

  /** Verifies a run with this journal, with or without its report. */
  async function verify(
    text: string,
    {
      beside,
      args = [],
      state = 'state',
    }: { beside: boolean; args?: readonly string[]; state?: 'state' | 'of another user' },
  ) {
    await at.write('run/journal.jsonl', text);
    await at.write('run/report.json', beside ? report : '');
    const env = { XDG_STATE_HOME: `${at.folder}/${state}` };
    return at.refit(['audit', 'verify', 'run', ...args], { env });
  }
  const lines = (): string[] => journal.split('\n').slice(0, -1);
  const joined = (text: readonly string[]) => text.map((line) => `${line}\n`).join('');

  it('reports it as sound, with and without a head', async () => {
    for (const args of [[], ['--head', head], ['--head', head.toUpperCase()]]) {
      const ended = await verify(journal, { beside: args.length === 0, args });
      expect([args, ended.code, ended.stdout]).toEqual([args, 0, expect.stringContaining('sound: plan')]);
      expect(ended.stdout).toContain("this user's state knows this run");
      expect(ended.stdout).toContain('authenticity not proven: anybody who can write the folder');
    }
  });

  it.each<[string, (text: string) => string, RegExp]>([
    [
      'a byte that is another',
      (text) => text.replace('"verified"', '"verifieD"'),
      /:\d+: hash does not match the entry/,
    ],
    [
      'a byte that is removed',
      (text) => text.replace('"verified"', '"verifed"'),
      /:\d+: hash does not match the entry/,
    ],
    ['a byte that is added', (text) => text.replace('\n', ' \n'), /:1: the line is not the canonical form/],
    [
      'a line that is removed',
      () => joined(lines().toSpliced(4, 1)),
      /:5: seq is 6, expected 5: entries are missing/,
    ],
    [
      'two lines that are swapped',
      () => joined(lines().with(3, lines()[4]!).with(4, lines()[3]!)),
      /:4: seq is 5, expected 4/,
    ],
    ['bytes after its end', (text) => `${text}{"at":"2026-`, /:\d+: 12 bytes of an incomplete entry/],
  ])('exits 6 for %s, and names the line', async (_, damage, says) => {
    const damaged = damage(journal);
    expect(damaged).not.toBe(journal);
    const ended = await verify(damaged, { beside: false });
    expect(ended.code, ended.stdout).toBe(BROKEN);
    expect(ended.stdout).toMatch(says);
    expect(ended.stdout).toContain('NOT SOUND');
  });

  it.each<[string, (text: string) => string]>([
    ['its last entry', () => joined(lines().slice(0, -1))],
    ['its last five entries', () => joined(lines().slice(0, -5))],
    ['half of its last entry', (text) => text.slice(0, -100)],
    ['its last byte', (text) => text.slice(0, -1)],
    ['everything', () => ''],
  ])('detects a missing end (%s) with --head, and with the head in the report', async (_, cut) => {
    for (const given of [{ beside: false, args: ['--head', head] }, { beside: true }]) {
      const ended = await verify(cut(journal), given);
      expect([given, ended.code]).toEqual([given, BROKEN]);
      expect(ended.stdout).toMatch(/entries were removed/);
    }
  });

  it("detects missing whole entries with this user's state", async () => {
    const ended = await verify(joined(lines().slice(0, -1)), { beside: false });
    expect(ended.code, ended.stdout).toBe(BROKEN);
    expect(ended.stdout).toMatch(
      /fault: the journal ends at entry \d+, but this user's state has seen entry \d+/,
    );
  });

  it('of another user cannot detect missing whole entries without a head, and says so', async () => {
    const ended = await verify(joined(lines().slice(0, -1)), { beside: false, state: 'of another user' });
    expect(ended.stdout).toContain("state    this user's state does not know this run");
    expect(ended.code, ended.stdout).toBe(0);
    expect(ended.stdout).toContain('the run has not ended');
    expect(ended.stderr).toMatch(
      /to detect missing entries at the end, compare with a head kept elsewhere:\n {2}refit audit verify \S+ --head HASH\n/,
    );
  });

  it('warns about an incomplete entry without a head', async () => {
    const ended = await verify(journal.slice(0, -100), { beside: false, state: 'of another user' });
    expect(ended.code, ended.stdout).toBe(0);
    expect(ended.stdout).toMatch(/warning: .*bytes of an incomplete entry/);
  });
});
