/** The reports of a claimed run, which are computed from its journal as it is in the store. */
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/model.ts';
import { writeReports } from '../../src/run/in-claimed-run.ts';
import type { ClaimedRun, RunSnapshot } from '../../src/store/ports.ts';
import { ALL_TO_8GB, standards } from './fleets.ts';
import { setStage } from './stage.ts';

async function ended() {
  const stage = await setStage({ fleet: standards(2), plan: ALL_TO_8GB });
  const { saved, entries, report } = await stage.run();
  const written: string[] = [];
  const claimWith = (stored: readonly JournalEntry[]) =>
    ({
      run: { name: 'runs/x', saved },
      async read(each) {
        for (const entry of stored) each?.(entry, saved);
        return {} as RunSnapshot;
      },
      writeReports: async (reports) => void written.push(...reports.map(({ file }) => file)),
    }) as Pick<ClaimedRun, 'read' | 'writeReports'> as ClaimedRun;
  return { entries, report, written, claimWith, last: entries.at(-1)! };
}

describe('the reports of a claimed run', () => {
  it('come from the journal as it is in the store', async () => {
    const { entries, report, written, claimWith, last } = await ended();
    expect(await writeReports(claimWith(entries), last)).toEqual(report);
    expect(written).toEqual(['report.json', 'report.html']);
  });

  it.each<[string, (entries: readonly JournalEntry[]) => readonly JournalEntry[]]>([
    ['was cut', (entries) => entries.slice(0, -1)],
    ['was removed', () => []],
    [
      'has another last entry',
      (entries) => [...entries.slice(0, -1), { ...entries.at(-1)!, hash: 'f'.repeat(64) }],
    ],
  ])('are not replaced if the journal %s since the process wrote it', async (_, changed) => {
    const { entries, written, claimWith, last } = await ended();
    await expect(writeReports(claimWith(changed(entries)), last)).rejects.toMatchObject({
      code: 'journal-broken',
    });
    expect(written).toEqual([]);
  });
});
