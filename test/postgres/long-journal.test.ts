/** Journals of several pages, read as whole ones. */
import { expect, it, onTestFinished } from 'vitest';
import { EMPTY_CHAIN, sealLine } from '../../src/journal/chain.ts';
import type { JournalEvent } from '../../src/model.ts';
import { journalTextOf, PLANS, started } from '../store/contract.ts';
import { openTestStore, submissionOf } from './run-store.ts';
import { freshStore, withPostgres } from './shared.ts';

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
});
