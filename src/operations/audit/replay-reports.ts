/** Renders the reports of a run again, each in its own language, and compares them with what is written, byte by byte. */
import { RefitError } from '../../errors.ts';
import { languageOfPage, loadWords } from '../../messages/languages.ts';
import type { Words } from '../../messages/words.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import { createReport } from '../../report/run/build-report.ts';
import { formatApplyCommand } from '../../run/apply-again.ts';
import { RUN_FILES } from '../../store/folder/run-files.ts';
import type { RunReader } from '../../store/ports.ts';
import { renderReport } from '../render.ts';

const REPORTS = [
  { file: RUN_FILES.report, format: 'json', head: /"head": "([0-9a-f]{64})"/ },
  { file: RUN_FILES.page, format: 'html', head: /--head ([0-9a-f]{64})/ },
] as const;

/**
 * @returns the result for each report, the versions of Refit that ran it, and the number of journal entries.
 * @throws RefitError `usage` if there is no report, and as `RunReader.read` does.
 */
export async function replayReports(reader: RunReader) {
  const saved = await reader.readPlan();
  const written = await Promise.all(REPORTS.map(({ file }) => reader.report(file)));
  const comparisons = await Promise.all(
    REPORTS.map(async (kind, at) => {
      const text = written[at]!;
      const language = kind.format === 'html' && text !== null ? languageOfPage(text) : 'en';
      return compareReport(kind, text, saved, await loadWords(language));
    }),
  );
  const versions = new Set<string>();
  const run = await reader.read((entry) => {
    if (entry.kind === 'run-started') versions.add(entry.version);
    for (const comparison of comparisons) comparison.add(entry);
  });
  if (written.every((text) => text === null)) {
    throw new RefitError(
      'usage',
      `${reader.name} has no report to compare: Refit writes reports when a process of the run ends`,
      `${formatApplyCommand(run)}   resumes the run and writes one`,
    );
  }
  const reports = comparisons.map((comparison) => comparison.end());
  return {
    same: reports.every(({ same }) => same),
    versions: [...versions],
    reports,
    entries: run.journal.end.seq,
  };
}

/**
 * Compares a report with the one from the journal, which it takes entry by entry.
 * @param text null: the run has none. `entries`: how many entries it was made from; null if unknown.
 */
function compareReport(
  { file, format, head }: (typeof REPORTS)[number],
  text: string | null,
  saved: SavedPlan,
  words: Words,
) {
  const hash = head.exec(text ?? '')?.[1];
  const building = createReport(saved, words);
  let made = 0;
  return {
    add(entry: JournalEntry): void {
      if (made > 0) return;
      building.add(entry);
      if (entry.hash === hash) made = entry.seq;
    },
    end() {
      if (text === null) return { file, same: false, entries: null, message: 'missing' };
      if (made === 0) return { file, same: false, entries: null, message: 'its head is not in this journal' };
      const line = firstDifferentLine(text, renderReport(building.end(), format, { words }));
      const message = line === null ? 'identical, byte by byte' : `different from line ${line} on`;
      return { file, same: line === null, entries: made, message };
    },
  };
}

/** The number of the first different line, from 1; null if the texts are the same. */
function firstDifferentLine(a: string, b: string): number | null {
  if (a === b) return null;
  const [left, right] = [a.split('\n'), b.split('\n')];
  return left.findIndex((line, at) => line !== right[at]) + 1 || left.length + 1;
}
