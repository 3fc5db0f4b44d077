/** One run in a directory and in a database: every command says the same of both. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { decode } from '../../src/journal/chain.ts';
import type { SavedPlan } from '../../src/model.ts';
import { RUN_FILES } from '../../src/store/run-files.ts';
import { approversFile, pemOf } from '../approval/people.ts';
import { type Desk, type Ended, growPlan, openDesk, plainFleet } from '../cli/refit.ts';
import { openTestStore, submissionOf } from './run-store.ts';
import { freshStore, loginAs, withPostgres } from './shared.ts';

/** The run directory of the desk: no word of an output has this name by chance. */
const RUN = 'the-run';
const PLAN = growPlan([
  'approvals: { need: 1, from: approvers.yaml }',
  'waves: [{ name: canary, take: 1 }, { name: rest, take: rest }]',
]);

/** Puts a run directory into a database, as its process would have done. @returns its id. */
async function put(url: string, desk: Desk, saved: SavedPlan): Promise<string> {
  const store = await openTestStore(url);
  try {
    const id = await store.submit({ ...submissionOf(saved), endpoint: desk.simulator.url });
    const claim = await store.claim(id, 'refit apply');
    const text = await desk.text(join(RUN, RUN_FILES.journal));
    const journal = await claim.openJournal();
    await journal.append(text, decode(text).end);
    await journal.close();
    for (const kind of ['approvals', 'signatures'] as const) {
      const name = 'wei.json';
      const kept = await desk.text(join(RUN, RUN_FILES[kind], name)).catch(() => null);
      if (kept !== null) await claim.signatures.keep(kind, [{ name, text: kept }]);
    }
    const reports = [RUN_FILES.report, RUN_FILES.page];
    await claim.writeReports(
      await Promise.all(reports.map(async (file) => ({ file, text: await desk.text(join(RUN, file)) }))),
    );
    await claim.release();
    return id;
  } finally {
    await store.close();
  }
}

interface Both {
  readonly desk: Desk;
  readonly saved: SavedPlan;
  /** Of the superuser; it has a password. */
  readonly url: string;
  readonly id: string;
}

let both: Both;
let opened: Desk | null = null;

/** What a command says, with the same words for the place of the run, the store and the present. */
function alike(text: string, { desk, id, url }: Both): string {
  const shown = new URL(url);
  shown.password = '';
  const said = text
    .replaceAll(` --store ${shown.href}`, '')
    .replaceAll(` --endpoint ${desk.simulator.url}`, '')
    .replaceAll(`${RUN}/plan.json --run-dir ${RUN}`, 'RUN')
    .replaceAll(`${join(desk.folder, RUN)}/plan.json --run-dir ${join(desk.folder, RUN)}`, 'RUN')
    .replaceAll(join(desk.folder, RUN), 'RUN')
    .replaceAll(RUN, 'RUN')
    .replaceAll(id, 'RUN')
    .replaceAll(/^run {5}RUN\n/gm, '')
    .replaceAll("this user's state", 'the store')
    .replaceAll(/write the (folder|database)/g, 'write the place');
  return said.startsWith('{\n') || /^\{.*\}\n$/.test(said)
    ? JSON.stringify(withoutPlace(JSON.parse(said) as object), null, 1)
    : said;
}

/** JSON without what only one of the stores has. */
function withoutPlace(value: object): object {
  const { directory: _, run, store: __, ...rest } = value as Record<string, unknown>;
  return run === 'RUN' ? rest : { ...rest, ...(run === undefined ? {} : { run }) };
}

const fieldsOf = ({ stdout }: Ended) => JSON.parse(stdout) as Record<string, unknown>;

withPostgres('a run in a database', () => {
  beforeAll(async () => {
    const desk = await openDesk({ fleet: plainFleet(3) });
    opened = desk;
    await desk.write('plan.yaml', PLAN);
    await desk.write('approvers.yaml', approversFile(['wei']));
    await desk.write('signers.yaml', approversFile(['wei']));
    await desk.write('wei.pem', pemOf('wei'));
    const succeed = async (...args: string[]) => {
      const ended = await desk.refit(args);
      expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    };
    await succeed('plan', 'plan.yaml', '-o', 'saved.json');
    await succeed('approve', 'saved.json', '--key', 'wei.pem');
    await succeed('apply', 'saved.json', '--auto-approve', '--run-dir', RUN);
    await succeed('audit', 'sign', RUN, '--key', 'wei.pem', '--as', 'wei');
    const saved = await desk.savedPlan('saved.json');
    const url = await freshStore();
    both = { desk, saved, url, id: await put(url, desk, saved) };
  });
  afterAll(() => opened?.close());

  /** The command with the run in the place of `RUN`, and with the store. */
  const stored = (args: readonly string[], how: Partial<Both> = {}) => {
    const { desk, id, url } = { ...both, ...how };
    return desk.refit(args.map((word) => (word === 'RUN' ? id : word)).concat('--store', url));
  };
  const inFolder = (args: readonly string[]) =>
    both.desk.refit(args.map((word) => (word === 'RUN' ? RUN : word)));

  const titled = (all: readonly (readonly string[])[]) => all.map((args) => [args.join(' '), args] as const);

  it.each(
    titled([
      ['status', 'RUN'],
      ['status', 'RUN', '--json'],
      ['status', 'RUN', '--watch'],
      ['report', 'RUN'],
      ['report', 'RUN', '--format', 'json'],
      ['report', 'RUN', '--format', 'markdown'],
      ['report', 'RUN', '--format', 'html'],
      ['report', 'RUN', '--format', 'csv', '--columns', 'step,outcome,orders'],
      ['reconcile', 'RUN'],
      ['reconcile', 'RUN', '--json'],
      ['audit', 'verify', 'RUN'],
      ['audit', 'verify', 'RUN', '--signers', 'signers.yaml'],
      ['audit', 'verify', 'RUN', '--signers', 'signers.yaml', '--json'],
      ['audit', 'verify', 'RUN', '--head', '0'.repeat(64)],
      ['audit', 'replay', 'RUN'],
      ['audit', 'replay', 'RUN', '--json'],
      ['audit', 'events', 'RUN'],
      ['pause', 'RUN'],
      ['continue', 'RUN'],
      ['drain', 'RUN'],
      ['abort', 'RUN'],
      ['set', 'RUN', 'inFlight=2'],
    ]),
  )('looks the same to refit %s', async (_, args) => {
    const [here, there] = [await inFolder(args), await stored(args)];
    expect(there.code, there.stderr).toBe(here.code);
    expect(alike(there.stdout, both)).toBe(alike(here.stdout, both));
    expect(alike(there.stderr, both)).toBe(alike(here.stderr, both));
  });

  it.each(
    titled([
      ['rollback', 'RUN', '--json'],
      ['retry', 'RUN', '--json'],
    ]),
  )('is planned from by refit %s as a run directory is', async (_, args) => {
    const [here, there] = [await inFolder(args), await stored(args)];
    expect(there.code, there.stderr).toBe(here.code);
    const partsOf = (ended: Ended) => {
      const { plan, verdict } = fieldsOf(ended) as { plan: SavedPlan; verdict: string };
      return { verdict, steps: plan.steps.map(({ id }) => id), kind: plan.source?.kind };
    };
    expect(partsOf(there)).toEqual(partsOf(here));
    expect((fieldsOf(there) as unknown as { plan: SavedPlan }).plan.source?.run).toBe(both.id);
  });

  it('is one archive with the same files, byte by byte', async () => {
    const { desk, id, url } = both;
    const here = await desk.refit(['audit', 'export', RUN, '-o', 'here.tar.gz']);
    expect(here.code, here.stderr).toBe(0);
    const there = await desk.refit(['audit', 'export', id, '--store', url, '-q']);
    expect(there).toMatchObject({ code: 0, stdout: `${id}.tar.gz\n` });
    const packed = async (archive: string, folder: string) => {
      const into = await mkdtemp(join(desk.folder, 'packed-'));
      await promisify(execFile)('tar', ['xzf', join(desk.folder, archive)], { cwd: into });
      const names = await readdir(join(into, folder), { recursive: true, withFileTypes: true });
      const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
      return Promise.all(
        files
          .sort()
          .map(async (file) => [relative(into, file).slice(folder.length), await readFile(file, 'utf8')]),
      );
    };
    const files = await packed(`${id}.tar.gz`, id);
    expect(files).toEqual(await packed('here.tar.gz', RUN));
    expect(files.map(([name]) => name)).toContain('/approvals/wei.json');
  });

  it('is found by the start of its id and as the latest, and listed', async () => {
    const { desk, id, url, saved } = both;
    for (const word of [id.slice(0, 12), 'latest']) {
      const { code, stdout, stderr } = await desk.refit(['status', word, '--store', url, '--json']);
      expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
        code: 0,
        run: id,
        directory: null,
      });
      expect(stderr).toContain(`run     ${id}\n`);
    }
    const listed = fieldsOf(await desk.refit(['runs', '--store', url, '--json']));
    expect(listed).toMatchObject({
      runs: [
        {
          ...{ name: id, run: id, directory: null, status: 'ended', exitCode: 0, known: true, message: null },
          plan: { name: both.saved.name, digest: saved.digest },
        },
      ],
      more: 0,
    });
    const text = await desk.refit(['runs', '--store', url]);
    expect(text.stdout).toMatch(new RegExp(`^${id} +ended +${saved.name} +.* 3 verified, exit 0\n$`));
    const unknown = await desk.refit(['status', 'nothing-like-it', '--store', url]);
    expect(unknown).toMatchObject({ code: 64, stdout: '' });
    expect(unknown.stderr).toContain('refit runs --store');
  });

  it('is what REFIT_STORE means, except for a path and for --store folder', async () => {
    const { desk, id, url } = both;
    const env = { REFIT_STORE: url };
    const of = async (...args: string[]) => {
      const ended = await desk.refit(['status', ...args, '--json'], { env });
      return { code: ended.code, ...fieldsOf(ended) };
    };
    expect(await of('latest')).toMatchObject({ code: 0, run: id });
    const directory = join(desk.folder, RUN);
    expect(await of(`./${RUN}`)).toMatchObject({ code: 0, directory });
    expect(await of('latest', '--store', 'folder')).toMatchObject({ code: 0, directory });
    const { stdout } = await desk.refit(['audit', 'verify', id], { env });
    expect(stdout).toContain(`refit audit verify ${id} --signers FILE`);
  });

  it('is shown and compared as the saved plan that it is', async () => {
    const { desk, id, url } = both;
    const shown = await desk.refit(['show', id, '--store', url]);
    const file = await desk.refit(['show', 'saved.json']);
    expect(shown.code, shown.stderr).toBe(0);
    expect(shown.stdout.replaceAll(id, 'saved.json').replaceAll(/ --store \S+/g, '')).toBe(file.stdout);
    const checked = await desk.refit(['policy', 'check', id, '--store', url, '--json']);
    expect(checked.code, checked.stderr).toBe(0);
    const same = await desk.refit(['diff', 'saved.json', id, '--store', url, '--detailed-exitcode']);
    expect(same).toMatchObject({ code: 0 });
  });

  it('keeps the signatures that people give it, and no file', async () => {
    const { desk, id, url } = both;
    const own = await freshStore();
    const store = await openTestStore(own);
    onTestFinished(() => store.close());
    // The plan has no run yet: its approval waits in the store.
    const approved = await desk.refit(
      ['approve', 'saved.json', '--key', 'wei.pem', '--store', own, '--json'],
      {},
    );
    expect(approved.code, approved.stderr).toBe(0);
    expect(fieldsOf(approved)).toMatchObject({ file: null, stored: 'approvals/wei.json' });
    const offered = await store.signaturesOf(both.saved.digest)!.offered('approvals');
    expect(offered.map(({ text }) => (JSON.parse(text) as { by: string }).by)).toEqual(['wei']);
    // With the id of a run in the place of the file, and a file besides.
    const again = await desk.refit(['approve', id, '--key', 'wei.pem', '--store', url, '-o', 'beside.json']);
    expect(again.code, again.stderr).toBe(0);
    expect(JSON.parse(await desk.text('beside.json'))).toMatchObject({ by: 'wei', wave: null });
    const signed = await desk.refit(
      ['audit', 'sign', id, '--key', 'wei.pem', '--as', 'jun', '--store', url],
      {},
    );
    expect(signed).toMatchObject({ code: 0, stdout: `signatures/jun.json of ${id}\n` });
    const { stdout } = await desk.refit(['audit', 'verify', id, '--store', url]);
    expect(stdout).toContain('signed   jun');
  });

  it('can be read by an auditor, who cannot sign it', async () => {
    const { id, url } = both;
    const auditor = await loginAs(url, 'auditor');
    const reads = [
      ['status', 'RUN'],
      ['report', 'RUN'],
      ['audit', 'verify', 'RUN'],
      ['audit', 'replay', 'RUN'],
      ['show', 'RUN'],
      ['runs'],
    ];
    for (const args of reads) {
      const ended = await stored(args, { url: auditor });
      expect(ended.code, `${args.join(' ')}: ${ended.stderr}`).toBe(0);
    }
    const ended = await stored(['audit', 'sign', 'RUN', '--key', 'wei.pem', '--as', 'li'], { url: auditor });
    expect(ended.code).not.toBe(0);
    expect(ended.stdout).toBe('');
    const { stdout } = await stored(['audit', 'verify', 'RUN'], { id });
    expect(stdout).not.toContain('signed   li');
  });

  it('prints no password, whatever the command says', async () => {
    const { id, url } = both;
    const password = new URL(url).password;
    expect(password).not.toBe('');
    const all = [
      ['status', 'RUN', '-v'],
      ['pause', 'RUN', '-v'],
      ['audit', 'verify', 'RUN'],
      ['status', 'no-such-run'],
      ['audit', 'verify', 'RUN', '--head', '0'.repeat(64)],
    ];
    for (const args of all) {
      const { stdout, stderr } = await stored(args, { id });
      expect(stdout + stderr).not.toContain(password);
      expect(stdout + stderr).toContain('--store postgres://');
    }
  });

  it('takes control commands while a process holds it, on whichever host', async () => {
    const { desk, url } = both;
    const own = await freshStore();
    const owner = await openTestStore(own, 'elsewhere');
    onTestFinished(() => owner.close());
    const id = await owner.submit({
      ...submissionOf(both.saved),
      endpoint: desk.simulator.url,
      isForWorkers: true,
    });
    const waiting = await desk.refit(['status', id, '--store', own]);
    expect(waiting.stdout).toContain('submitted, and no worker has it yet');
    const shown = new URL(own);
    shown.password = '';
    expect(waiting.stdout).toContain(`next: refit worker --store ${shown.href}`);
    const claim = await owner.claim(id, 'refit apply');
    const heard: string[] = [];
    const control = await claim.openControl(async (line) => {
      heard.push((JSON.parse(line) as { command?: { kind: string } }).command?.kind ?? 'status');
      return JSON.stringify({ accepted: true, message: 'done' });
    }, systemClock);
    const status = fieldsOf(await desk.refit(['status', id, '--store', own, '--json']));
    expect(status).toMatchObject({
      holder: { host: 'elsewhere', pid: process.pid },
      store: { kind: 'claimed', worker: null },
    });
    for (const args of [['pause'], ['continue'], ['drain'], ['set', 'inFlight=2']]) {
      const [word, ...more] = args;
      const ended = await desk.refit([word!, id, ...more, '--store', own]);
      expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: 'accepted: done\n' });
    }
    expect(heard).toEqual(['status', 'pause', 'continue', 'drain', 'set']);
    await control.close();
    await claim.release();
    expect(new URL(url).password).not.toBe('');
  });
});
