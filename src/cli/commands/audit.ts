/** `refit audit verify RUN`: recomputes the journal's chain offline, from the run directory alone. */
import { join } from 'node:path';
import { RefitError } from '../../errors.ts';
import { validateJournalEntry } from '../../generated/validators.js';
import { beginReplay } from '../../journal.ts';
import { JOURNAL_FORMAT, type SavedPlan } from '../../model.ts';
import { readSavedPlan } from '../../plan/seal.ts';
import { visible } from '../../report/escape.ts';
import { readJournalFile } from '../../run/journal-file.ts';
import { RUN_FILES, reportedHead } from '../../run/run-directory.ts';
import { readInput } from '../files.ts';
import type { GlobalOptions } from '../options.ts';
import { formatOf } from '../output.ts';
import type { Terminal } from '../terminal.ts';

/** What was found: `sound` decides the exit code. */
interface Audit {
  readonly sound: boolean;
  readonly digest: string;
  readonly entries: number;
  readonly head: string;
  readonly ended: boolean;
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

export async function auditVerify(
  directory: string,
  options: GlobalOptions & { head?: string },
  terminal: Terminal,
): Promise<number> {
  const format = formatOf(options, ['text', 'json'] as const);
  const saved = readSavedPlan(
    (await readInput(join(directory, RUN_FILES.plan), 'the saved plan')).toString('utf8'),
  );
  const heads = [
    ...(options.head === undefined ? [] : [headOf(options.head)]),
    ...(await headOfReport(directory)),
  ];
  const audit = await examine(directory, saved, heads);
  if (format === 'json') await terminal.out(`${JSON.stringify(audit, null, 2)}\n`);
  else {
    const lines = [
      ...audit.faults.map((fault) => `fault: ${fault}`),
      ...audit.warnings.map((warning) => `warning: ${warning}`),
      `plan     ${audit.digest}`,
      `entries  ${audit.entries}${audit.ended ? '' : ', the run has not ended'}`,
      `head     ${audit.head}`,
      audit.sound
        ? 'sound: every byte of the journal is as it was written'
        : 'NOT SOUND: this journal was changed, or is not whole',
    ];
    await terminal.out(`${lines.join('\n')}\n`);
    if (!terminal.quiet && options.head === undefined && audit.sound) {
      terminal.err(
        'entries cut off at the end show only against a head kept elsewhere: refit audit verify RUN --head HASH\n',
      );
    }
  }
  return audit.sound ? 0 : new RefitError('journal-broken', '', '').exitCode;
}

interface KnownHead {
  readonly hash: string;
  readonly from: string;
}

function headOf(text: string): KnownHead {
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw new RefitError(
      'usage',
      `--head ${text.slice(0, 80)}: a head is 64 hexadecimal digits`,
      'copy `head` from report.json, or from the last line of refit apply',
    );
  }
  return { hash: text.toLowerCase(), from: '--head' };
}

async function headOfReport(directory: string): Promise<KnownHead[]> {
  const hash = await reportedHead(directory);
  return hash === null ? [] : [{ hash, from: RUN_FILES.report }];
}

async function examine(directory: string, saved: SavedPlan, heads: readonly KnownHead[]): Promise<Audit> {
  const journal = await readJournalFile(join(directory, RUN_FILES.journal));
  const name = join(directory, RUN_FILES.journal);
  const faults: string[] = [];
  const warnings: string[] = [];
  if (journal.fault) faults.push(`${name}:${journal.fault.line}: ${journal.fault.what}`);
  const odd = journal.entries.find((entry) => !validateJournalEntry(entry));
  if (odd) {
    const format = odd.kind === 'run-started' && odd.format !== JOURNAL_FORMAT ? String(odd.format) : null;
    const why = format === null ? '' : `: it says ${format.slice(0, 80)}, and this is ${JOURNAL_FORMAT}`;
    faults.push(visible(`${name}:${odd.seq}: no entry of this format${why}`));
  }
  const replay = beginReplay(saved);
  if (!odd) for (const entry of journal.entries) replay.add(entry);
  const { endedAt } = replay.state();
  const first = journal.entries[0];
  if (!first) (heads.length > 0 ? faults : warnings).push(`${name}: there are no entries`);
  else if (first.kind !== 'run-started') faults.push(`${name}:1: a journal begins with run-started`);
  else if (first.digest !== saved.digest)
    faults.push(`${name}:1: of another plan (${first.digest.slice(0, 8)}, not ${saved.digest.slice(0, 8)})`);
  if (journal.tornBytes > 0 && !journal.fault) {
    const torn = `${name}:${journal.entries.length + 1}: ${journal.tornBytes} bytes of an entry that was never finished`;
    (endedAt === null ? warnings : faults).push(torn);
  }
  const hashes = new Set(journal.entries.map(({ hash }) => hash));
  for (const { hash, from } of heads) {
    if (!hashes.has(hash))
      faults.push(
        `the head of ${from} (${hash.slice(0, 8)}) is not in the journal: entries were cut off, or it is another run's`,
      );
  }
  return {
    sound: faults.length === 0,
    digest: saved.digest,
    entries: journal.entries.length,
    head: journal.end.hash,
    ended: endedAt !== null,
    faults,
    warnings,
  };
}
