/** What `refit audit verify` finds in a journal. Pure: the bytes are read elsewhere. */
import { validateJournalEntry } from '../../generated/validators.js';
import { createReplay } from '../../journal/replay.ts';
import { JOURNAL_FORMAT, type JournalEntry, type SavedPlan } from '../../model.ts';
import { escapeControls } from '../../report/document/escape.ts';
import type { JournalOnDisk, JournalWalk } from '../../store/folder/journal-file.ts';

/** The hash of an entry that the journal must hold, and where that is known from. */
export interface KnownHead {
  readonly hash: string;
  readonly from: string;
}

/** What a journal is held against. */
interface Against {
  /** The journal's name, for the reader. */
  readonly name: string;
  readonly saved: SavedPlan;
  /** Whole entries that were cut off at the end, or a chain that was computed anew, show against these alone. */
  readonly heads: readonly KnownHead[];
}

/** Holds a journal against itself, its plan and the heads that are known of it. */
export function examineJournal(journal: JournalOnDisk, against: Against) {
  const examination = createExamination(against);
  for (const entry of journal.entries) examination.add(entry);
  return examination.end(journal);
}

/** The same of a journal that is read entry by entry, and is not kept. */
export function createExamination({ name, saved, heads }: Against) {
  const replay = createReplay(saved);
  const missing = new Set(heads.map(({ hash }) => hash));
  let first: JournalEntry | null = null;
  let odd: JournalEntry | null = null;
  let entries = 0;
  return {
    add(entry: JournalEntry): void {
      first ??= entry;
      entries += 1;
      missing.delete(entry.hash);
      if (odd !== null) return;
      if (validateJournalEntry(entry)) replay.add(entry);
      else odd = entry;
    },
    /** @param walk what was found of the file beside its entries. @returns `sound` decides the exit code. */
    end({ fault, tornBytes, end }: JournalWalk) {
      const faults: string[] = [];
      const warnings: string[] = [];
      if (fault) faults.push(`${name}:${fault.line}: ${fault.message}`);
      if (odd) faults.push(escapeControls(`${name}:${odd.seq}: no entry of this format${ofFormat(odd)}`));
      const endedAt = odd === null ? replay.state().endedAt : null;
      if (!first) (heads.length > 0 ? faults : warnings).push(`${name}: there are no entries`);
      else if (first.kind !== 'run-started') faults.push(`${name}:1: a journal begins with run-started`);
      else if (first.digest !== saved.digest)
        faults.push(
          `${name}:1: of another plan (${first.digest.slice(0, 8)}, not ${saved.digest.slice(0, 8)})`,
        );
      if (tornBytes > 0 && !fault) {
        const torn = `${name}:${entries + 1}: ${tornBytes} bytes of an entry that was never finished`;
        (endedAt === null ? warnings : faults).push(torn);
      }
      for (const { hash, from } of heads) {
        if (missing.has(hash))
          faults.push(
            `the head of ${from} (${hash.slice(0, 8)}) is not in the journal: entries were cut off, or it is another run's`,
          );
      }
      return {
        sound: faults.length === 0,
        digest: saved.digest,
        entries,
        head: end.hash,
        ended: endedAt !== null,
        faults,
        warnings,
      };
    },
  };
}

/** Of which format the run says it is, where that is another. */
function ofFormat(odd: JournalEntry): string {
  const other = odd.kind === 'run-started' && (odd.format as string) !== JOURNAL_FORMAT;
  return other ? `: it says ${String(odd.format).slice(0, 80)}, and this is ${JOURNAL_FORMAT}` : '';
}
