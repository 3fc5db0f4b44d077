/** Checks a journal for `refit audit verify`. Pure: other code reads the bytes. */
import { validateJournalEntry } from '../../generated/validators.js';
import { createReplay } from '../../journal/replay.ts';
import { JOURNAL_FORMAT, type JournalEntry, type SavedPlan } from '../../model.ts';
import { escapeControls } from '../../report/document/escape.ts';
import type { JournalWalk, WholeJournal } from '../../store/ports.ts';

/** The hash of an entry that the journal must contain, and its source. */
export interface KnownHead {
  readonly hash: string;
  readonly from: string;
}

/** What Refit compares a journal with. */
interface Against {
  /** The name of the journal in messages. */
  readonly name: string;
  readonly saved: SavedPlan;
  /** Only these detect missing entries at the end, or a rewritten chain. */
  readonly heads: readonly KnownHead[];
}

/** Checks a journal: its chain, its plan and the known heads. */
export function examineJournal(journal: WholeJournal, against: Against) {
  const examination = createExamination(against);
  for (const entry of journal.entries) examination.add(entry);
  return examination.end(journal);
}

/** The same check entry by entry, without the whole journal in memory. */
export function createExamination({ name, saved, heads }: Against) {
  const replay = createReplay(saved);
  const missing = new Set(heads.map(({ hash }) => hash));
  let first: JournalEntry | null = null;
  let invalid: JournalEntry | null = null;
  let entries = 0;
  return {
    add(entry: JournalEntry): void {
      first ??= entry;
      entries += 1;
      missing.delete(entry.hash);
      if (invalid !== null) return;
      if (validateJournalEntry(entry)) replay.add(entry);
      else invalid = entry;
    },
    /** @param walk what reading the file found besides entries. @returns `sound` decides the exit code. */
    end({ fault, tornBytes, end }: JournalWalk) {
      const faults: string[] = [];
      const warnings: string[] = [];
      if (fault) faults.push(`${name}:${fault.line}: ${fault.message}`);
      if (invalid)
        faults.push(
          escapeControls(`${name}:${invalid.seq}: not a valid entry of this format${formatNote(invalid)}`),
        );
      const endedAt = invalid === null ? replay.state().endedAt : null;
      if (!first) (heads.length > 0 ? faults : warnings).push(`${name}: the journal is empty`);
      else if (first.kind !== 'run-started') faults.push(`${name}:1: the first entry is not run-started`);
      else if (first.digest !== saved.digest)
        faults.push(
          `${name}:1: the journal belongs to another plan (${first.digest.slice(0, 8)}, not ${saved.digest.slice(0, 8)})`,
        );
      if (tornBytes > 0 && !fault) {
        const torn = `${name}:${entries + 1}: ${tornBytes} bytes of an incomplete entry`;
        (endedAt === null ? warnings : faults).push(torn);
      }
      for (const { hash, from } of heads) {
        if (missing.has(hash))
          faults.push(
            `the head of ${from} (${hash.slice(0, 8)}) is not in the journal: entries were removed, or it is the journal of another run`,
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

/** The format of the journal, if it is another one. */
function formatNote(entry: JournalEntry): string {
  const other = entry.kind === 'run-started' && (entry.format as string) !== JOURNAL_FORMAT;
  return other ? `: its format is ${String(entry.format).slice(0, 80)}, not ${JOURNAL_FORMAT}` : '';
}
