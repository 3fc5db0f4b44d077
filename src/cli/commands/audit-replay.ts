/** `refit audit replay RUN`: renders the reports again from saved plan and journal, and compares them byte by byte. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RefitError } from '../../errors.ts';
import type { JournalEntry } from '../../model.ts';
import { renderReport } from '../../operations/render.ts';
import { buildReport } from '../../report/run/build-report.ts';
import { applyAgain } from '../../run/apply-again.ts';
import { RUN_FILES, readRun } from '../../store/folder/run-directory.ts';
import { VERSION } from '../../version.ts';
import type { GlobalOptions } from '../options.ts';
import type { Terminal } from '../terminal.ts';

/** A report that is told apart from the one that the journal gives. */
interface Compared {
  readonly file: string;
  readonly same: boolean;
  /** The entries that it was made from; null where that is not known. */
  readonly entries: number | null;
  readonly what: string;
}

const REPORTS = [
  { file: RUN_FILES.report, format: 'json', head: /"head": "([0-9a-f]{64})"/ },
  { file: RUN_FILES.page, format: 'html', head: /--head ([0-9a-f]{64})/ },
] as const;

export async function auditReplay(
  [directory]: readonly [string],
  options: GlobalOptions,
  terminal: Terminal,
): Promise<number> {
  const { format } = options;
  const run = await readRun(directory);
  const { saved, journal } = run;
  const onDisk = await Promise.all(
    REPORTS.map(({ file }) => readFile(join(directory, file), 'utf8').catch(() => null)),
  );
  if (onDisk.every((text) => text === null)) {
    throw new RefitError(
      'usage',
      `${directory} holds no report to compare: one is written when a process of the run ends`,
      `${applyAgain(run)}   goes on, and writes one`,
    );
  }
  const compared = REPORTS.map(({ file, format, head }, at): Compared => {
    const text = onDisk[at]!;
    if (text === null) return { file, same: false, entries: null, what: 'it is missing' };
    const hash = head.exec(text)?.[1];
    const entries = hash === undefined ? -1 : journal.entries.findIndex((entry) => entry.hash === hash) + 1;
    if (entries <= 0) {
      const what = 'the head that it names is no entry of this journal';
      return { file, same: false, entries: null, what };
    }
    const again = renderReport(buildReport(saved, journal.entries.slice(0, entries)), format);
    const line = differsAt(text, again);
    const what = line === null ? 'the same, byte by byte' : `another from line ${line} on`;
    return { file, same: line === null, entries, what };
  });
  const same = compared.every((one) => one.same);
  const versions = versionsIn(journal.entries);
  if (format === 'json')
    await terminal.out(
      `${JSON.stringify({ same, version: VERSION, versions, reports: compared }, null, 2)}\n`,
    );
  else {
    const lines = compared.map(
      ({ file, entries, what }) =>
        `${file.padEnd(11)}  ${what}${entries === null ? '' : `, from ${entries} of ${journal.entries.length} entries`}`,
    );
    const verdict = same
      ? 'replayed: saved plan and journal give these reports'
      : 'NOT THE SAME: these reports are not what saved plan and journal give';
    await terminal.out(`${[...lines, verdict].join('\n')}\n`);
  }
  if (!same && versions.some((version) => version !== VERSION) && !terminal.quiet)
    terminal.err(
      `the run was written by refit ${versions.join(', ')}, and this is ${VERSION}: replay it with that\n`,
    );
  return same ? 0 : new RefitError('journal-broken', '', '').exitCode;
}

function versionsIn(entries: readonly JournalEntry[]): string[] {
  return [...new Set(entries.flatMap((entry) => (entry.kind === 'run-started' ? [entry.version] : [])))];
}

/** The first line, from 1, in which two texts differ; null where they are the same. */
function differsAt(a: string, b: string): number | null {
  if (a === b) return null;
  const [left, right] = [a.split('\n'), b.split('\n')];
  return left.findIndex((line, at) => line !== right[at]) + 1 || left.length + 1;
}
