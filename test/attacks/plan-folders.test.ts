/** Plan folders, run directories and archives in which another user has placed something. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { mustBeOwnFolder } from '../../src/files/check-folder.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { evidenceFiles } from '../../src/report/run/evidence.ts';
import { readSchedule } from '../../src/schedule/read-schedule.ts';
import { watchFolder, writeControlFile } from '../../src/schedule/watched-folder.ts';
import { readJournalFile } from '../../src/store/folder/journal-file.ts';
import { prepareRunDirectory, readRun } from '../../src/store/folder/run-directory.ts';
import { ALL_TO_8GB, standards } from '../run/fleets.ts';
import { setStage } from '../run/stage.ts';
import { giveAway, hugeFile, isRoot, namedPipe, temporaryFolder } from './placed-files.ts';

const DEPLOY = join(import.meta.dirname, '../../deploy');
const root = temporaryFolder();

const planText = (name: string) =>
  `version: 1
name: ${name}
targets: [{ instance: crs-aaaa0001, region: ap-guangzhou, memoryPerShard: 8GB }]
schedule: { cron: "30 1 * * Tue", timezone: Asia/Shanghai, does: dry-run }
`;

let machines = 0;
/** The root folder of a machine. */
function machine(): string {
  const path = join(root, `machine-${machines++}`);
  mkdirSync(path, { mode: 0o755 });
  return path;
}

function folder(path: string, mode: number): string {
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
  return path;
}

/** The volume of a ConfigMap: files are links to `..data/`, which is a link to the folder of one version. */
function configMap(path: string, version: string, files: Readonly<Record<string, string>>): void {
  folder(join(path, version), 0o755);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(path, version, name), text, { mode: 0o644 });
    if (!readdirSync(path).includes(name)) symlinkSync(`..data/${name}`, join(path, name));
  }
  symlinkSync(version, join(path, '..data_tmp'));
  renameSync(join(path, '..data_tmp'), join(path, '..data'));
}

const kindsOf = (files: readonly { readonly name: string; readonly kind: string }[]) =>
  Object.fromEntries(files.map(({ name, kind }) => [name, kind]));

describe('both shipped deployments, laid out as real folders and links', () => {
  it('systemd: plans of root, occurrences and state in the state directory', async () => {
    const service = readFileSync(join(DEPLOY, 'systemd/refit-schedule.service'), 'utf8');
    const [, plans, runs] = /schedule run (\S+) --runs (\S+)/.exec(service)!;
    const [, state] = /XDG_STATE_HOME=(\S+)/.exec(service)!;
    const at = machine();
    folder(join(at, plans!), 0o755);
    folder(join(at, dirname(runs!)), 0o700);
    writeFileSync(join(at, plans!, 'nightly.yaml'), planText('nightly'), { mode: 0o644 });
    const { view } = await readSchedule(join(at, plans!), join(at, runs!));
    expect(kindsOf(view.files)).toEqual({ 'nightly.yaml': 'scheduled' });
    await mustBeOwnFolder(join(at, state!, 'refit'), 'the state folder');
    await mustBeOwnFolder(join(at, runs!), 'the folder of occurrences');
  });

  it('Kubernetes: plans in a ConfigMap that changes, data on a volume with the group of the pod', async () => {
    const documents = parseAllDocuments(readFileSync(join(DEPLOY, 'kubernetes/deployment.yaml'), 'utf8'));
    const texts = documents.flatMap((one) => [...JSON.stringify(one.toJS()).matchAll(/"(\/[a-z/]+)"/g)]);
    const paths = texts.map(([, path]) => path!);
    expect(paths).toEqual(expect.arrayContaining(['/plans', '/data', '/data/runs', '/data/state']));
    const at = machine();
    const plans = folder(join(at, 'plans'), 0o755);
    folder(join(at, 'data'), 0o2775);
    configMap(plans, '..2026_11_29_01', { 'nightly.yaml': planText('first') });
    const watched = watchFolder(plans, join(at, 'data/runs'));
    const titleOf = async () => {
      const [file] = (await watched.read()).files;
      return file?.kind === 'scheduled' ? file.plan.title : file;
    };
    expect(await titleOf()).toBe('first');
    configMap(plans, '..2026_11_30_02', { 'nightly.yaml': planText('second') });
    expect(await titleOf()).toBe('second');
    for (const path of ['data/runs', 'data/state/refit']) await mustBeOwnFolder(join(at, path), 'the folder');
  });
});

describe('a plan folder in which somebody else has placed files', () => {
  it('refuses each by its name and the reason, and schedules the others', async () => {
    const at = machine();
    const plans = folder(join(at, 'plans'), 0o755);
    const put = (name: string, mode = 0o644) => {
      writeFileSync(join(plans, name), planText('x'));
      chmodSync(join(plans, name), mode);
    };
    put('good.yaml');
    put('shared.yaml', 0o666);
    writeFileSync(join(at, 'outside.yaml'), planText('outside'));
    symlinkSync('../outside.yaml', join(plans, 'leaves.yaml'));
    symlinkSync('/etc/shadow', join(plans, 'shadow.yaml'));
    symlinkSync('good.yaml', join(plans, 'stays.yaml'));
    symlinkSync('/dev/zero', join(plans, 'device.yaml'));
    namedPipe(join(plans, 'pipe.yaml'));
    hugeFile(join(plans, 'huge.yaml'));
    if (isRoot) {
      put('foreign.yaml');
      giveAway(join(plans, 'foreign.yaml'));
    }
    const from = performance.now();
    const { files } = await watchFolder(plans, join(at, 'runs')).read();
    expect(performance.now() - from).toBeLessThan(5_000);
    const messages = Object.fromEntries(
      files.map((one) => [one.name, one.kind === 'invalid' ? one.message : one.kind]),
    );
    expect(messages).toEqual({
      'good.yaml': 'scheduled',
      'stays.yaml': 'scheduled',
      'shared.yaml': expect.stringContaining('every user can write to'),
      'leaves.yaml': expect.stringContaining('a symbolic link that leaves the folder'),
      'shadow.yaml': expect.stringContaining('a symbolic link that leaves the folder'),
      'device.yaml': expect.stringContaining('a symbolic link that leaves the folder'),
      'pipe.yaml': expect.stringContaining('a named pipe'),
      'huge.yaml': expect.stringContaining('larger than 16 MB'),
      ...(isRoot ? { 'foreign.yaml': expect.stringContaining('belongs to user 4242') } : {}),
    });
  });

  it.each([0o777, 0o1777])('refuses the whole folder with mode %o, even for a list', async (mode) => {
    const at = machine();
    const plans = folder(join(at, 'plans'), mode);
    writeFileSync(join(plans, 'good.yaml'), planText('good'));
    await expect(readSchedule(plans, undefined)).rejects.toThrow(
      /the folder of plans .* is not used: every user/,
    );
  });

  it('refuses a folder of occurrences that others can write to, and a log that is a link', async () => {
    const at = machine();
    const plans = folder(join(at, 'plans'), 0o755);
    await expect(readSchedule(plans, folder(join(at, 'runs'), 0o777))).rejects.toThrow(
      'the folder of occurrences',
    );
    const own = folder(join(at, 'own'), 0o700);
    writeFileSync(join(at, 'other.jsonl'), '');
    symlinkSync(join(at, 'other.jsonl'), join(own, 'schedule.jsonl'));
    await expect(readSchedule(plans, own)).rejects.toThrow('it is a symbolic link');
  });

  it('ignores requests and switches that are links or pipes', async () => {
    const at = machine();
    const plans = folder(join(at, 'plans'), 0o755);
    const runs = folder(join(at, 'runs'), 0o700);
    await writeControlFile(runs, 'requests', 'own', {
      plan: 'a.yaml',
      at: '2026-11-30T00:00:00Z',
      by: 'wei',
    });
    symlinkSync('own.json', join(runs, 'requests/link.json'));
    namedPipe(join(runs, 'requests/pipe.json'));
    const { requests } = await watchFolder(plans, runs).read();
    expect(requests.map(({ id }) => id)).toEqual(['own']);
  });
});

describe('a run directory', async () => {
  const stage = await setStage({ fleet: standards(1), plan: ALL_TO_8GB });
  await stage.run();
  const { saved } = stage;

  it('becomes private if it is empty', async () => {
    const path = folder(join(machine(), 'run'), 0o755);
    await prepareRunDirectory(path, saved);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('is refused if it has other files, or if others could write to it', async () => {
    const other = folder(join(machine(), 'home'), 0o755);
    writeFileSync(join(other, 'letter.txt'), 'x');
    await expect(prepareRunDirectory(other, saved)).rejects.toThrow(
      'it is not empty and not a run: it has letter.txt',
    );
    expect(readdirSync(other)).toEqual(['letter.txt']);
    const shared = folder(join(machine(), 'run'), 0o777);
    writeFileSync(join(shared, 'plan.json'), '{}');
    await expect(prepareRunDirectory(shared, saved)).rejects.toThrow('every user can write to');
    const below = folder(join(folder(join(machine(), 'shared'), 0o777), 'run'), 0o700);
    await expect(prepareRunDirectory(below, saved)).rejects.toThrow('every user can write to');
  });

  it.runIf(isRoot)('is refused, and stays as it is, if it belongs to another user', async () => {
    const path = folder(join(machine(), 'run'), 0o755);
    giveAway(path);
    await expect(prepareRunDirectory(path, saved)).rejects.toThrow('belongs to user 4242');
    expect(statSync(path).mode & 0o777).toBe(0o755);
    expect(readdirSync(path)).toEqual([]);
  });

  it.each(['plan.json', 'journal.jsonl'])('reads no %s that is a link, a pipe or endless', async (name) => {
    for (const place of [(path: string) => symlinkSync('/etc/hostname', path), namedPipe, hugeFile]) {
      const path = join(machine(), 'run');
      await prepareRunDirectory(path, saved);
      rmSync(join(path, name), { force: true });
      place(join(path, name));
      const from = performance.now();
      await expect(readRun(path)).rejects.toThrow(/cannot be read|longer than/);
      expect(performance.now() - from).toBeLessThan(5_000);
    }
  });

  it('a journal line that never ends is a fault, and is not kept in memory', async () => {
    const path = join(machine(), 'journal.jsonl');
    hugeFile(path);
    expect((await readJournalFile(path)).fault).toMatchObject({
      line: 1,
      message: expect.stringContaining('longer'),
    });
  });

  it('no name in an archive can add a line to its list of digests', () => {
    const text = 'x';
    const make = (path: string) => () =>
      evidenceFiles({
        saved,
        report: buildReport(saved, []),
        planText: '',
        large: [],
        others: [{ path, text }],
        version: '1',
      });
    for (const path of [
      'approvals/a\n0000  plan.json',
      'approvals/a\r.json',
      '../plan.json',
      '/etc/passwd',
      'a//b',
      'a\\b',
    ])
      expect(make(path), path).toThrow('internal error');
    expect(make('approvals/wei.json')).not.toThrow();
  });
});
