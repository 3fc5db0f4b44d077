/** The evidence of a run for a third party: export, the checks of its README, sign, replay and events. */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, filesIn, growPlan, openDesk, plainFleet, ROOT } from './refit.ts';

const BROKEN = 6;

describe('the evidence of a run', () => {
  let at: Desk;
  let head: string;
  const KEY = ['--key', join(ROOT, 'test/approval/fixtures/wei'), '--as', 'wei'];
  const sh = (command: string, cwd: string) =>
    execFileSync('sh', ['-c', command], { cwd: join(at.folder, cwd), encoding: 'utf8' });

  beforeAll(async () => {
    at = await openDesk({ fleet: plainFleet(3) });
    await at.write('plan.yaml', growPlan());
    expect((await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).code).toBe(0);
    expect((await at.refit(['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'])).code).toBe(0);
    ({ head } = await at.report());
    const line = (await readFile(join(ROOT, 'test/approval/fixtures/wei.pub'), 'utf8')).trim();
    await at.write('signers.yaml', `- { name: wei, key: ${line} }\n`);
  });
  afterAll(() => at?.close());

  it('replays to the reports on disk byte by byte, and reports a changed one', async () => {
    const same = await at.refit(['audit', 'replay', 'run']);
    expect(same.code, same.stdout).toBe(0);
    expect(same.stdout).toContain('replayed');
    const page = await at.text('run/report.html');
    await at.write('run/report.html', page.replace('3 of 3 steps', '2 of 3 steps'));
    const other = await at.refit(['audit', 'replay', 'run', '--json']);
    expect(other.code).toBe(BROKEN);
    expect(JSON.parse(other.stdout).reports).toMatchObject([
      { file: 'report.json', same: true },
      { file: 'report.html', same: false, message: expect.stringMatching(/different from line \d+ on/) },
    ]);
    await at.write('run/report.html', page);
  });

  it('replays a page in Chinese in its own language, and reports a changed one', async () => {
    const page = await at.text('run/report.html');
    const made = await at.refit(['report', 'run', '--format', 'html', '--language', 'zh']);
    expect([made.code, made.stdout.slice(0, 44)]).toEqual([
      0,
      '<!doctype html>\n<html lang="zh-CN">\n<head>\n<',
    ]);
    await at.write('run/report.html', made.stdout);
    expect((await at.refit(['audit', 'replay', 'run'])).code).toBe(0);
    await at.write('run/report.html', made.stdout.replace('3 个已验证', '2 个已验证'));
    expect((await at.refit(['audit', 'replay', 'run'])).code).toBe(BROKEN);
    await at.write('run/report.html', page);
  });

  it('replays an earlier report from the entries of that time', async () => {
    const early = await at.journal();
    const lines = (await at.text('run/journal.jsonl')).split('\n');
    await mkdir(join(at.folder, 'early'));
    await copyFile(join(at.folder, 'run/plan.json'), join(at.folder, 'early/plan.json'));
    await at.write('early/journal.jsonl', `${lines.slice(0, early.length - 4).join('\n')}\n`);
    const nothing = await at.refit(['audit', 'replay', 'early']);
    expect([nothing.code, nothing.stderr]).toEqual([64, expect.stringContaining('has no report')]);
    await at.refit(['report', 'early', '-q', '--write', 'json=early.json', '--write', 'html=early.html']);
    // Refit itself writes no file into a run directory that the user names.
    for (const kind of ['json', 'html'])
      await copyFile(join(at.folder, `early.${kind}`), join(at.folder, `early/report.${kind}`));
    await at.write('early/journal.jsonl', lines.join('\n'));
    const again = await at.refit(['audit', 'replay', 'early']);
    expect(again.code, again.stdout).toBe(0);
    expect(again.stdout).toContain(`from ${early.length - 4} of ${early.length} entries`);
  });

  it('reveals missing entries through its signature, without a separate head', async () => {
    const signed = await at.refit(['audit', 'sign', 'run', ...KEY]);
    expect([signed.code, signed.stdout]).toEqual([0, 'run/signatures/wei.json\n']);
    const verified = await at.refit(['audit', 'verify', 'run', '--signers', 'signers.yaml']);
    expect(verified.code, verified.stdout).toBe(0);
    expect(verified.stdout).toMatch(/signed +wei signed entry \d+, the last/);
    const journal = await at.text('run/journal.jsonl');
    const report = await at.text('run/report.json');
    await at.write(
      'run/journal.jsonl',
      journal
        .split('\n')
        .slice(0, -2)
        .map((line) => `${line}\n`)
        .join(''),
    );
    await rm(join(at.folder, 'run/report.json'));
    const cut = await at.refit(['audit', 'verify', 'run']);
    expect([cut.code, cut.stdout]).toEqual([BROKEN, expect.stringContaining('entries were removed')]);
    const refused = await at.refit(['audit', 'export', 'run']);
    expect([refused.code, refused.stderr]).toEqual([BROKEN, expect.stringContaining('not sound')]);
    expect((await at.refit(['audit', 'sign', 'run', ...KEY])).code).toBe(BROKEN);
    await at.write('run/journal.jsonl', journal);
    await at.write('run/report.json', report);
    await at.write('others.yaml', `- { name: li, key: ${await pem()} }\n`);
    expect((await at.refit(['audit', 'verify', 'run', '--signers', 'others.yaml'])).code).toBe(BROKEN);
    expect((await at.refit(['audit', 'verify', 'run', '--signers', 'none.yaml'])).code).toBe(64);
  });

  it('is always the same archive, which sha256sum, sh and refit can check as its README says', async () => {
    for (const out of ['one.tar.gz', 'two.tar.gz', 'plain.tar']) {
      const made = await at.refit(['audit', 'export', 'run', '-o', out]);
      expect([made.code, made.stdout], made.stderr).toEqual([0, `${out}\n`]);
    }
    const bytes = (name: string) => readFile(join(at.folder, name));
    expect((await bytes('one.tar.gz')).equals(await bytes('two.tar.gz'))).toBe(true);
    sh('mkdir handed && tar xzf one.tar.gz -C handed && mkdir plain && tar xf plain.tar -C plain', '.');
    sh('diff -r handed plain', '.');
    const folder = 'handed/run';
    const names = await filesIn(join(at.folder, folder));
    expect(names).toEqual([
      'README.txt',
      'SHA256SUMS',
      'events.jsonl',
      'journal.jsonl',
      'plan.json',
      'report.csv',
      'report.html',
      'report.json',
      'schemas',
      'signatures',
    ]);
    expect(sh('sha256sum -c SHA256SUMS', folder)).toMatch(/^(\S+: OK\n)+$/);
    for (const name of ['plan.json', 'journal.jsonl', 'report.json', 'report.html'])
      expect(await at.text(join(folder, name)), name).toBe(await at.text(join('run', name)));
    const readme = await at.text(join(folder, 'README.txt'));
    const commands = [...readme.matchAll(/^ {5}refit (.*)$/gm)].map(([, typed]) => typed!.split(' '));
    expect(commands).toHaveLength(2);
    for (const typed of commands) {
      const args = typed.map((arg) => (arg === 'SIGNERS' ? join(at.folder, 'signers.yaml') : arg));
      const ended = await at.refit(args, { cwd: join(at.folder, folder) });
      expect(ended.code, `${args.join(' ')}\n${ended.stdout}${ended.stderr}`).toBe(0);
    }
    const loop = /^ {5}prev=[\s\S]*?^ {5}echo .*$/m.exec(readme)![0];
    expect(sh(loop, folder)).toBe(`head ${head}\n`);
    await at.write(
      join(folder, 'journal.jsonl'),
      (await at.text(join(folder, 'journal.jsonl'))).replace('"verified"', '"verifieD"'),
    );
    expect(sh(loop, folder)).toContain('BROKEN');
    expect(() => sh('sha256sum -c SHA256SUMS 2>&1', folder)).toThrow();
  });

  it('is a .tar.gz or .tar file, named after its run by default', async () => {
    const wrong = await at.refit(['audit', 'export', 'run', '-o', 'run.zip']);
    expect([wrong.code, wrong.stderr]).toEqual([64, expect.stringContaining('-o run.tar.gz')]);
    expect((await at.refit(['audit', 'export', 'run'])).stdout).toBe('run.tar.gz\n');
  });

  it('has one event line for each journal entry', async () => {
    const { code, stdout } = await at.refit(['audit', 'events', 'run']);
    expect(code).toBe(0);
    const events = stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { data: unknown });
    expect(events.map(({ data }) => data)).toEqual(await at.journal());
    expect((await at.refit(['audit', 'events', 'run', '-o', 'events.jsonl'])).stdout).toBe('');
    expect(await at.text('events.jsonl')).toBe(stdout);
  });
});

async function pem(): Promise<string> {
  const text = await readFile(join(ROOT, 'test/approval/fixtures/li-public.pem'), 'utf8');
  return JSON.stringify(text);
}
