/** Runs that move: the same run in both stores, copies as run directories, and folders that hand their run over. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { canonical } from '../../src/digest.ts';
import type { JournalEntry } from '../../src/model.ts';
import { examineRun } from '../../src/operations/audit/examine-run.ts';
import { replayReports } from '../../src/operations/audit/replay-reports.ts';
import { renderReport } from '../../src/operations/render.ts';
import { exportStoredRun, importRun } from '../../src/operations/runs/move-run.ts';
import { readerAt } from '../../src/operations/runs/open-runs.ts';
import { claimRunDirectory } from '../../src/store/folder/claim-run.ts';
import type { PostgresStore } from '../../src/store/postgres/open-store.ts';
import { pruneRuns } from '../../src/store/postgres/prune.ts';
import { readWhole } from '../../src/store/run-reading.ts';
import { A } from '../run/fleets.ts';
import type { Stage } from '../run/stage.ts';
import { journalTextOf } from '../store/contract.ts';
import { openTestStore, submissionOf } from './run-store.ts';
import { sql } from './server.ts';
import { freshStore, loginAs, withPostgres } from './shared.ts';
import { applyOn, ordersOf, setDatabaseStage } from './store-desk.ts';

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'refit-move-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function openedStore(): Promise<{ url: string; store: PostgresStore }> {
  const url = await freshStore();
  const store = await openTestStore(url);
  onTestFinished(() => store.close());
  return { url, store };
}

/** Claims the run of a stage in a folder. */
function inFolder({ saved, clock }: Stage, folder: string) {
  const directory = join(folder, '20261130T120000Z-00000000');
  const locks = {
    stateDirectory: join(folder, 'state'),
    clock,
    endpoint: 'redis.tencentcloudapi.com',
    host: 'here',
  };
  return {
    directory,
    stateDirectory: locks.stateDirectory,
    claim: () =>
      claimRunDirectory({ saved, savedFile: null, runsRoot: folder, runDirectory: directory }, locks),
  };
}

const isFirstAccepted = ({ kind }: JournalEntry) => kind === 'accepted';

withPostgres('a run in both stores', () => {
  it('gives the same reports, except for names and times', async () => {
    const { store } = await openedStore();
    const [one, two] = [await setDatabaseStage(), await setDatabaseStage()];
    const folder = inFolder(one, await temporary());
    const here = await applyOn(one, folder.claim);
    const id = await store.submit(submissionOf(two.saved));
    const there = await applyOn(two, () => store.claim(id, 'refit apply'));
    expect(there.exitCode).toBe(here.exitCode);
    const { entries: inFolderEntries } = (await readWhole(readerAt(folder.directory))).journal;
    const { entries: inStoreEntries } = (await readWhole(await store.find(id))).journal;
    expect(inStoreEntries.map(withoutTimes)).toEqual(inFolderEntries.map(withoutTimes));
    const plain = { color: false, width: 100 };
    const text = ({ report }: typeof here) => renderReport(report, 'text', { ...plain, directory: 'RUN' });
    expect(masked(text(there))).toBe(masked(text(here)));
  });
});

/** An entry without what differs between two runs: times, hashes, and who carried it out. */
function withoutTimes(entry: JournalEntry): unknown {
  const text = canonical(entry)
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    // The second in which calls were counted.
    .replace(/\[\d{10},"/g, '["TIME","')
    .replace(/"(hash|prev)":"[0-9a-f]{64}"/g, '"$1":""');
  return JSON.parse(text);
}

function masked(text: string): string {
  return text.replace(/\d\d:\d\d:\d\d|after \d+ s|[0-9a-f]{8,64}/g, 'X');
}

withPostgres('a copy of a stored run', () => {
  it('is a run directory that passes every check, byte by byte, and that only its user can read', async () => {
    const { store } = await openedStore();
    const stage = await setDatabaseStage();
    const id = await store.submit(submissionOf(stage.saved));
    await applyOn(stage, async () => {
      const claim = await store.claim(id, 'refit apply');
      await claim.log('hooks.log', 'said something\n');
      return claim;
    });
    const directory = join(await temporary(), 'copy');
    const exported = await exportStoredRun(store, id, directory);
    expect(exported).toMatchObject({ run: id, sameReports: true });
    expect(await readFile(join(directory, 'journal.jsonl'), 'utf8')).toBe(
      await journalTextOf(await store.find(id)),
    );
    const { audit } = await examineRun(readerAt(directory, { stateDirectory: null }));
    expect(audit).toMatchObject({ sound: true, faults: [], head: exported.head });
    expect(await replayReports(readerAt(directory, { stateDirectory: null }))).toMatchObject({ same: true });
    // The store itself passes the same checks.
    expect((await examineRun(await store.find(id))).audit.sound).toBe(true);
    expect(await replayReports(await store.find(id))).toMatchObject({ same: true });
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    const names = await readdir(directory);
    expect(names.sort()).toEqual(['hooks.log', 'journal.jsonl', 'plan.json', 'report.html', 'report.json']);
    for (const name of names) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    await expect(exportStoredRun(store, id, directory)).rejects.toMatchObject({ code: 'usage' });
  });

  it('cannot be carried out as if it were the run', async () => {
    const { store } = await openedStore();
    const stage = await setDatabaseStage();
    const id = await store.submit(submissionOf(stage.saved));
    await applyOn(stage, () => store.claim(id, 'refit apply'), { leavesAt: isFirstAccepted });
    const folder = inFolder(stage, await temporary());
    await exportStoredRun(store, id, folder.directory);
    await expect(applyOn(stage, folder.claim)).rejects.toMatchObject({ code: 'run-unknown' });
  });
});

/** Cuts a text into pieces of one line, and gives the first of them only, or changes one. */
async function* brokenPieces(pieces: AsyncIterable<string>, how: 'killed' | 'changed' | 'cut') {
  for await (const piece of pieces) {
    const lines = piece.match(/.*\n/g)!;
    for (const [at, line] of lines.entries()) {
      if (at === 2 && how === 'killed') throw new Error('killed');
      if (at === 2 && how === 'cut') return;
      yield at === 2 ? line.replace('"at":"2', '"at":"3') : line;
    }
  }
}

withPostgres('a copy that stops in the middle', () => {
  it.each([
    ['its process dies', 'killed', { message: 'killed' }],
    ['a line changes meanwhile', 'changed', { code: 'journal-broken' }],
    ['the last entries are missing', 'cut', { code: 'journal-broken' }],
  ] as const)('leaves no journal if %s, and the same command makes it whole', async (_, how, error) => {
    const { store } = await openedStore();
    const stage = await setDatabaseStage();
    const id = await store.submit(submissionOf(stage.saved));
    await applyOn(stage, () => store.claim(id, 'refit apply'));
    const directory = join(await temporary(), 'copy');
    const broken: PostgresStore = {
      ...store,
      journalPieces: (run, end) => brokenPieces(store.journalPieces(run, end), how),
    };
    await expect(exportStoredRun(broken, id, directory)).rejects.toMatchObject(error);
    expect((await readdir(directory)).sort()).toEqual(['plan.json', 'report.html', 'report.json']);
    await exportStoredRun(store, id, directory);
    expect(await readFile(join(directory, 'journal.jsonl'), 'utf8')).toBe(
      await journalTextOf(await store.find(id)),
    );
  });

  it.each([
    ['its process dies', 'killed', { message: 'killed' }],
    ['a line changes meanwhile', 'changed', { code: 'journal-broken' }],
    ['the last entries are missing', 'cut', { code: 'journal-broken' }],
  ] as const)(
    'into a store leaves the run reserved if %s, and the same command goes on',
    async (_, how, error) => {
      const { url, store } = await openedStore();
      const stage = await setDatabaseStage();
      const folder = inFolder(stage, await temporary());
      await applyOn(stage, folder.claim, { leavesAt: isFirstAccepted });
      const { stateDirectory, directory } = folder;
      const options = { clock: systemClock, stateDirectory };
      const broken: PostgresStore = {
        ...store,
        acceptImport: (id, content) =>
          store.acceptImport(id, { ...content, journal: () => brokenPieces(content.journal(), how) }),
      };
      await expect(importRun(broken, directory, options)).rejects.toMatchObject(error);
      expect(await sql(url, 'SELECT state, head_seq FROM refit.runs')).toEqual(['importing|0']);
      expect(await sql(url, 'SELECT count(*) FROM refit.journal')).toEqual(['0']);
      const { run } = await importRun(store, directory, options);
      expect(await journalTextOf(await store.find(run))).toBe(
        await readFile(join(directory, 'journal.jsonl'), 'utf8'),
      );
      await applyOn(stage, () => store.claim(run, 'refit apply'));
      expect(ordersOf(stage)).toEqual({ [A(1)]: 1, [A(2)]: 1 });
    },
  );
});

withPostgres('a login that is not the owner of the schema', () => {
  it.each(['submitter', 'worker', 'operator'] as const)('imports nothing, also as %s', async (role) => {
    const { url } = await openedStore();
    const store = await openTestStore(await loginAs(url, role));
    onTestFinished(() => store.close());
    const stage = await setDatabaseStage();
    const { claim, directory, stateDirectory } = inFolder(stage, await temporary());
    await applyOn(stage, claim, { leavesAt: isFirstAccepted });
    const before = await readFile(join(directory, 'journal.jsonl'), 'utf8');
    await expect(importRun(store, directory, { clock: systemClock, stateDirectory })).rejects.toMatchObject({
      message: expect.stringContaining('only the owner of the schema imports runs'),
      fix: expect.stringMatching(/^refit store import /),
    });
    expect(await sql(url, 'SELECT count(*) FROM refit.runs')).toEqual(['0']);
    expect(await readFile(join(directory, 'journal.jsonl'), 'utf8')).toBe(before);
  });
});

withPostgres('a folder that hands its run over', () => {
  it('goes on in the store without ordering twice, and refuses to go on itself', async () => {
    const { store } = await openedStore();
    const stage = await setDatabaseStage();
    const folder = inFolder(stage, await temporary());
    await applyOn(stage, folder.claim, { leavesAt: isFirstAccepted });
    const { stateDirectory, directory } = folder;
    const before = await readFile(join(directory, 'journal.jsonl'), 'utf8');
    const imported = await importRun(store, directory, { clock: systemClock, stateDirectory });
    expect(imported).toMatchObject({ isOver: false });
    const after = await readFile(join(directory, 'journal.jsonl'), 'utf8');
    expect(after.startsWith(before)).toBe(true);
    expect(await journalTextOf(await store.find(imported.run))).toBe(after);
    const refusal = { code: 'already-carried-out', message: expect.stringContaining(imported.run) };
    await expect(applyOn(stage, folder.claim)).rejects.toMatchObject(refusal);
    await expect(
      readerAt(directory, { stateDirectory }).claim('redis.tencentcloudapi.com'),
    ).rejects.toMatchObject(refusal);
    await expect(store.submit(submissionOf(stage.saved))).rejects.toMatchObject({
      code: 'already-carried-out',
    });
    // Handing it over again changes nothing.
    expect(await importRun(store, directory, { clock: systemClock, stateDirectory })).toMatchObject({
      run: imported.run,
    });
    const end = await applyOn(stage, () => store.claim(imported.run, 'refit apply'));
    expect(end.exitCode).toBe(0);
    expect(ordersOf(stage)).toEqual({ [A(1)]: 1, [A(2)]: 1 });
    const kinds = (await readWhole(await store.find(imported.run))).journal.entries.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'handed-over')).toHaveLength(1);
    expect(kinds.at(-1)).toBe('run-ended');
    expect((await examineRun(await store.find(imported.run))).audit.sound).toBe(true);
  });

  it('keeps an ended run, its reports and its checks', async () => {
    const { store } = await openedStore();
    const stage = await setDatabaseStage();
    const folder = inFolder(stage, await temporary());
    await applyOn(stage, folder.claim);
    const { stateDirectory, directory } = folder;
    const imported = await importRun(store, directory, { clock: systemClock, stateDirectory });
    expect(imported.isOver).toBe(true);
    const run = await store.find(imported.run);
    expect(await replayReports(run)).toMatchObject({ same: true });
    expect(await run.report('report.json')).toBe(await readFile(join(directory, 'report.json'), 'utf8'));
    expect(await run.storeState()).toEqual({ kind: 'ended' });
  });

  it.each([
    ['reserved it', 'reserved'],
    ['recorded it in the folder', 'recorded'],
  ])('continues after a crash that came when it had %s', async (_, crash) => {
    const { url, store } = await openedStore();
    const stage = await setDatabaseStage();
    const folder = inFolder(stage, await temporary());
    await applyOn(stage, folder.claim, { leavesAt: isFirstAccepted });
    const { stateDirectory, directory } = folder;
    const options = { clock: systemClock, stateDirectory };
    const dies = async () => {
      throw new Error('killed');
    };
    const broken: PostgresStore =
      crash === 'recorded'
        ? { ...store, acceptImport: dies }
        : {
            ...store,
            async reserveImport(run) {
              await store.reserveImport(run);
              return dies();
            },
          };
    await expect(importRun(broken, directory, options)).rejects.toThrow('killed');
    const [id] = await sql(url, 'SELECT id FROM refit.runs');
    // Nobody can claim it in the store.
    await expect(store.claim(id!, 'refit apply')).rejects.toMatchObject({ code: 'locked' });
    if (crash === 'recorded') {
      await expect(applyOn(stage, folder.claim)).rejects.toMatchObject({ code: 'already-carried-out' });
    } else {
      // The folder still has it, and may go on.
      await applyOn(stage, folder.claim, { leavesAt: ({ kind }) => kind === 'run-started' });
    }
    const imported = await importRun(store, directory, options);
    await applyOn(stage, () => store.claim(imported.run, 'refit apply'));
    expect(ordersOf(stage)).toEqual({ [A(1)]: 1, [A(2)]: 1 });
  });

  it('is refused if the store has another run of the plan, or the run has not started, or its state does not know it', async () => {
    const { store } = await openedStore();
    const stage = await setDatabaseStage();
    const folder = inFolder(stage, await temporary());
    await (await folder.claim()).release();
    const { stateDirectory, directory } = folder;
    const options = { clock: systemClock, stateDirectory };
    await expect(importRun(store, directory, options)).rejects.toMatchObject({ code: 'usage' });
    await applyOn(stage, folder.claim, { leavesAt: isFirstAccepted });
    await expect(
      importRun(store, directory, { ...options, stateDirectory: join(await temporary(), 'other') }),
    ).rejects.toMatchObject({ code: 'run-unknown' });
    const other = (await openedStore()).store;
    await other.submit(submissionOf(stage.saved));
    await expect(importRun(other, directory, options)).rejects.toMatchObject({ code: 'already-carried-out' });
    expect(await readFile(join(directory, 'journal.jsonl'), 'utf8')).not.toContain('handed-over');
  });
});

withPostgres('pruning', () => {
  it('removes ended runs only, keeps their heads on record, and never lets a plan run again', async () => {
    const { url, store } = await openedStore();
    const stage = await setDatabaseStage();
    const id = await store.submit(submissionOf(stage.saved));
    await applyOn(stage, () => store.claim(id, 'refit apply'), { leavesAt: isFirstAccepted });
    const pruned: string[] = [];
    const prune = (keepsFailed = false) =>
      pruneRuns(store.database, { olderThan: 0, keepsFailed }, ({ run }) => pruned.push(run));
    expect(await prune()).toBe(0);
    await applyOn(stage, () => store.claim(id, 'refit apply'));
    const { journal } = await readWhole(await store.find(id));
    await sql(url, `UPDATE refit.runs SET ended_at = now() - interval '1 day'`);
    expect(await prune(true)).toBe(1);
    expect(pruned).toEqual([id]);
    expect(await sql(url, 'SELECT count(*) FROM refit.journal')).toEqual(['0']);
    expect(await sql(url, 'SELECT run, head_hash, entries FROM refit.prunes')).toEqual([
      `${id}|${journal.end.hash}|${journal.end.seq}`,
    ]);
    await expect(store.submit(submissionOf(stage.saved))).rejects.toMatchObject({
      code: 'already-carried-out',
    });
    await expect(store.claim(id, 'refit apply')).rejects.toMatchObject({ code: 'usage' });
    await expect((await store.find(id)).read()).rejects.toMatchObject({
      message: expect.stringContaining('store prune'),
    });
  });
});
