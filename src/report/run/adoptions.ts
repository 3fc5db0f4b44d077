/** The adoptions of a run: somebody vouched for entries of a journal whose writer nobody knows. */
import { pick } from '../../given.ts';
import { textOf } from '../../messages/messages.ts';
import { english, type Words } from '../../messages/words.ts';
import type { JournalEntry, ReportAdoption } from '../../model.ts';

/** Gathers the adoptions, entry by entry. Entries of other kinds than `run-started` and `adopted` may be left out. */
export function createAdoptions({ sentences }: Words = english) {
  const all: ReportAdoption[] = [];
  let before = 0;
  return {
    /** In order. */
    all: all as readonly ReportAdoption[],
    add(entry: JournalEntry): void {
      // The process that adopts wrote every entry since its own start.
      if (entry.kind === 'run-started') before = entry.seq - 1;
      if (entry.kind === 'adopted')
        all.push({
          ...pick(entry, 'at', 'seq', 'by'),
          adopted: before,
          reason: textOf(entry.reason, sentences),
        });
    },
  };
}

/** `by dba, 2026-01-05 02:30:00 UTC, in entry 15: who wrote entries 1 to 12 is not known, because …` */
export function describeAdoption(
  { at, seq, by, adopted, reason }: ReportAdoption,
  { report: say }: Words = english,
): string {
  return say.adoption(by, at, seq, adopted, reason);
}
