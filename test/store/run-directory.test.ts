import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { createPermits } from '../../src/cloud/limit/permits.ts';
import { canonical } from '../../src/digest.ts';
import { decode, EMPTY_CHAIN, seal } from '../../src/journal/chain.ts';
import { createReplay } from '../../src/journal/replay.ts';
import type { JournalEvent } from '../../src/model.ts';
import { applyPlan } from '../../src/run/apply.ts';
import { createCallCounter } from '../../src/run/call-counter.ts';
import { claimRunDirectory } from '../../src/store/folder/claim-run.ts';
import { openJournalFile, readJournalFile } from '../../src/store/folder/journal-file.ts';
import { registerRun } from '../../src/store/folder/known-runs.ts';
import { prepareRunDirectory, RUN_FILES, readRun } from '../../src/store/folder/run-directory.ts';
import { createJournalWriter } from '../../src/store/journal-writer.ts';
import { ALL_TO_8GB, standards } from '../run/fleets.ts';
import { setStage } from '../run/stage.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'refit-run-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const { saved, text: WHOLE } = await (async () => {
  const stage = await setStage({ fleet: standards(2), plan: ALL_TO_8GB });
  await stage.run();
  return { saved: stage.saved, text: stage.disk.text };
})();
const FIRST = decode(WHOLE).entries[0]!;

async function runWith(journal: string | Buffer): Promise<string> {
  const directory = join(await folder(), 'run');
  await prepareRunDirectory(directory, saved);
  await writeFile(join(directory, RUN_FILES.journal), journal);
  return directory;
}

function altered(change: object): string {
  const { seq: _, at, prev: __, hash: ___, ...event } = FIRST;
  return `${canonical(seal(EMPTY_CHAIN, at, { ...event, ...change } as JournalEvent))}\n`;
}

describe('a run directory', () => {
  it('returns plan, journal and state, and only its user can read it', async () => {
    const directory = await runWith(WHOLE);
    const run = await readRun(directory);
    expect(run.saved).toEqual(saved);
    expect(run.state).toMatchObject({ endedBecause: 'done', exitCode: 0 });
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(join(directory, RUN_FILES.plan))).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['a byte of the journal was changed', WHOLE.replace('crs-aaaa0002', 'crs-aaaa0001'), 'journal-broken'],
    ['the journal belongs to another plan', altered({ digest: 'e'.repeat(64) }), 'journal-broken'],
    ['the journal is of a version to come', altered({ format: 'refit.journal/2' }), 'format-unknown'],
    [
      'the journal does not start with a run',
      `${canonical(seal(EMPTY_CHAIN, FIRST.at, { kind: 'approved', how: 'prompt', by: 'x' }))}\n`,
      'journal-broken',
    ],
    [
      'the journal is not text',
      Buffer.from([...Buffer.from(WHOLE.slice(0, 100)), 0xff, 0x0a]),
      'journal-broken',
    ],
    ['the journal has a mark at its beginning', `\ufeff${WHOLE}`, 'journal-broken'],
  ])('is refused with exit code 6 if %s', async (_, journal, code) => {
    await expect(readRun(await runWith(journal))).rejects.toMatchObject({ code, exitCode: 6 });
  });

  it('is refused if its plan was changed or is another one', async () => {
    const directory = await runWith(WHOLE);
    const plan = join(directory, RUN_FILES.plan);
    await writeFile(plan, (await readFile(plan, 'utf8')).replaceAll('8192', '16384'));
    await expect(readRun(directory)).rejects.toMatchObject({ exitCode: 6 });
  });
});

describe('a run that died before it was approved', () => {
  it('cannot be approved after its plan has expired', async () => {
    const directory = await runWith(WHOLE.slice(0, WHOLE.indexOf('\n') + 1));
    let asked = 0;
    const stateDirectory = join(directory, '..', 'state');
    await registerRun(stateDirectory, { digest: saved.digest, directory }, new VirtualClock());
    const signal = new AbortController().signal;
    const clock = new VirtualClock(Date.parse(saved.expiresAt) + 1);
    const endpoint = FIRST.kind === 'run-started' ? FIRST.endpoint : '';
    const applying = applyPlan({
      saved,
      claim: () =>
        claimRunDirectory(
          { saved, savedFile: null, runsRoot: join(directory, '..'), runDirectory: directory },
          { stateDirectory, clock, endpoint, host: 'here' },
        ),
      cloudFor: () => {
        throw new Error('nothing is asked of the provider');
      },
      permits: createPermits(clock, 18),
      calls: createCallCounter(),
      clock,
      drain: signal,
      leave: signal,
      by: { user: 'dba', host: 'here', pid: process.pid },
      endpoint,
      version: '0.0.0',
      approve: async () => {
        asked += 1;
        return null;
      },
    });
    await expect(applying).rejects.toMatchObject({ code: 'plan-expired' });
    expect(asked).toBe(0);
  });
});

describe('the journal file', () => {
  it('cuts off a torn last line before it appends, and continues the chain', async () => {
    const path = join(await folder(), 'journal.jsonl');
    const half = '{"at":"2026-11-01T02:0';
    await writeFile(path, WHOLE);
    await appendFile(path, half);
    const before = await readJournalFile(path);
    expect(before).toMatchObject({ fault: null, torn: half, tornBytes: half.length });
    const file = await openJournalFile(path, before);
    const replay = createReplay(saved);
    const writer = createJournalWriter({ store: file, clock: new VirtualClock(), end: before.end, replay });
    await Promise.all(
      ['größer', '\u{1f600}'].map((by) => writer.appendDurably({ kind: 'approved', how: 'prompt', by })),
    );
    await file.close();
    const after = await readJournalFile(path);
    expect(after).toMatchObject({ fault: null, torn: null, end: { seq: before.end.seq + 2 } });
    expect(await readFile(path, 'utf8')).toContain(WHOLE);
  });

  it('keeps lines that another process wrote since the reading, and appends nothing', async () => {
    const path = join(await folder(), 'journal.jsonl');
    const lines = WHOLE.split('\n').slice(0, -1);
    await writeFile(path, `${lines.slice(0, 4).join('\n')}\n`);
    const before = await readJournalFile(path);
    // As one does that a lock could not keep out: in another container of this host, or where the lock was removed by hand.
    await appendFile(path, `${lines[4]}\n`);
    await expect(openJournalFile(path, before)).rejects.toMatchObject({ code: 'disk-failed' });
    expect((await readJournalFile(path)).entries).toHaveLength(5);
  });

  it('is not created again after it was removed', async () => {
    const path = join(await folder(), 'journal.jsonl');
    await writeFile(path, WHOLE);
    const before = await readJournalFile(path);
    await rm(path);
    await expect(openJournalFile(path, before)).rejects.toMatchObject({ code: 'disk-failed' });
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is empty if it is missing, and torn if it ends within a character', async () => {
    const path = join(await folder(), 'journal.jsonl');
    expect(await readJournalFile(path)).toMatchObject({
      entries: [],
      fault: null,
      wholeBytes: 0,
      tornBytes: 0,
    });
    await writeFile(path, Buffer.concat([Buffer.from(WHOLE), Buffer.from('"ö').subarray(0, 2)]));
    expect(await readJournalFile(path)).toMatchObject({ fault: null, tornBytes: 2 });
  });
});
