/** Journals of several pages, read as whole ones. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { type ChainEnd, EMPTY_CHAIN, sealLine } from '../../src/journal/chain.ts';
import type { JournalEvent } from '../../src/model.ts';
import { followStoredRun } from '../../src/store/postgres/runs/read.ts';
import { journalTextOf, openWriter, PLANS, started } from '../store/contract.ts';
import { openTestStore, submissionOf } from './run-store.ts';
import { freshStore, withPostgres } from './shared.ts';

const run = promisify(execFile);

withPostgres('a journal that is larger than the heap', () => {
  it('is resumed, handed over, claimed and exported in a process with a small heap', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'refit-long-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    // 29 MB of lines. The process itself needs about 20 MB of its heap of 36.
    const { stdout } = await run(process.execPath, [
      ...['--max-old-space-size=36', '--max-semi-space-size=2'],
      ...[join(import.meta.dirname, 'long-journal-process.ts'), await freshStore(), folder, '900', '32000'],
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ same: true, entries: 902 });
  });
});

withPostgres('a journal of several pages', () => {
  it.each([1, 3_999, 4_000, 4_001, 8_000, 12_345])(
    'with %d entries is read byte by byte, in order',
    async (count) => {
      const store = await openTestStore(await freshStore());
      onTestFinished(() => store.close());
      const id = await store.submit(submissionOf(PLANS.first));
      const claim = await store.claim(id, 'refit apply');
      const journal = await claim.openJournal();
      let end = EMPTY_CHAIN;
      const lines: string[] = [];
      for (let n = 0; n < count; n++) {
        const event: JournalEvent =
          n === 0 ? started(PLANS.first) : { kind: 'wave-started', wave: n, name: `wave ${n} \u4f60` };
        const { entry, line } = sealLine(end, '2026-11-30T00:00:00.000Z', event);
        end = { seq: entry.seq, hash: entry.hash };
        lines.push(`${line}\n`);
      }
      await journal.append(lines.join(''), end);
      await claim.release();
      const run = await store.find(id);
      let last = 0;
      const { journal: walk, trust } = await run.read(({ seq }) => {
        expect(seq).toBe(last + 1);
        last = seq;
      });
      expect(trust).toEqual({ kind: 'known' });
      expect(walk).toMatchObject({ end, fault: null, torn: null, tornBytes: 0 });
      expect(walk.wholeBytes).toBe(Buffer.byteLength(lines.join(''), 'utf8'));
      expect(await journalTextOf(run)).toBe(lines.join(''));
    },
  );

  it('is followed by reading each entry once, and as a whole if the head does not continue it', async () => {
    const store = await openTestStore(await freshStore());
    onTestFinished(() => store.close());
    const id = await store.submit(submissionOf(PLANS.first));
    const claim = await store.claim(id, 'refit apply');
    const { journal } = await openWriter(claim);
    const asked: string[] = [];
    const follower = followStoredRun(
      {
        ...store.database,
        query: (statement, values) => {
          asked.push(String(statement));
          return store.database.query(statement, values);
        },
      },
      id,
    );
    /** The numbers of the entries that one reading gives, and whether it started again. */
    const read = async () => {
      asked.length = 0;
      const seen: (number | 'again')[] = [];
      const { state } = await follower.read(
        ({ seq }) => seen.push(seq),
        () => seen.splice(0, seen.length, 'again'),
      );
      const texts = asked.filter((statement) => /SELECT plan|refit.journal/.test(statement)).length;
      return { seen, texts, waves: state.wavesStarted.length, head: state.head };
    };
    const wave = (n: number): JournalEvent => ({ kind: 'wave-started', wave: n, name: `wave ${n}` });
    expect(await read()).toMatchObject({ seen: [], waves: 0 });
    await journal.appendDurably(started(PLANS.first));
    const second = await journal.appendDurably(wave(1));
    expect(await read()).toMatchObject({ seen: [1, 2], texts: 1, waves: 1, head: second.hash });
    expect(await read()).toMatchObject({ seen: [], texts: 0, waves: 1 });
    const third = await journal.appendDurably(wave(2));
    expect(await read()).toMatchObject({ seen: [3], texts: 1, waves: 2, head: third.hash });
    const moveHead = ({ seq, hash }: ChainEnd) =>
      store.database.execute('UPDATE refit.runs SET head_seq = $1, head_hash = $2', [seq, hash]);
    // As after a restore.
    await moveHead(second);
    expect(await read()).toMatchObject({ seen: ['again', 1, 2], waves: 1, head: second.hash });
    await moveHead(third);
    expect(await read()).toMatchObject({ seen: [3], waves: 2 });
    await moveHead({ seq: 3, hash: second.hash });
    await expect(read()).rejects.toMatchObject({ code: 'journal-broken' });
    await moveHead(third);
    expect(await read()).toMatchObject({ seen: [1, 2, 3], waves: 2 });
  });
});
