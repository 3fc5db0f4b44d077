/** What `refit audit verify` finds in a journal. Pure: the bytes are read elsewhere. */
import { validateJournalEntry } from '../generated/validators.js';
import { beginReplay } from '../journal.ts';
import { JOURNAL_FORMAT, type SavedPlan } from '../model.ts';
import { visible } from '../report/escape.ts';
import type { JournalOnDisk } from '../run/journal-file.ts';

/** What was found: `sound` decides the exit code. */
export interface Audit {
  readonly sound: boolean;
  readonly digest: string;
  readonly entries: number;
  readonly head: string;
  readonly ended: boolean;
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

/** The hash of an entry that the journal must hold, and where that is known from. */
export interface KnownHead {
  readonly hash: string;
  readonly from: string;
}

/**
 * Holds a journal against itself, its plan and the heads that are known of it.
 * @param name the journal's, for the reader.
 * @param heads whole entries that were cut off at the end, or a chain that was computed anew, show against these alone.
 */
export function examineJournal(
  journal: JournalOnDisk,
  { name, saved, heads }: { name: string; saved: SavedPlan; heads: readonly KnownHead[] },
): Audit {
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
