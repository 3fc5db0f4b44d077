/** Reads a run from the entries that its store gives: replays them, and refuses a journal that is not sound. */
import { join } from 'node:path';
import { RefitError } from '../errors.ts';
import { GENESIS } from '../journal/chain.ts';
import { createReplay, type Replay } from '../journal/replay.ts';
import { JOURNAL_FORMAT, type JournalEntry, type RunState, type SavedPlan } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import type { EachEntry, JournalWalk, RunFollower, RunPlace, RunReader, WholeRun } from './ports.ts';
import { RUN_FILES } from './run-files.ts';

/** A reading in progress. */
export interface RunReading {
  /** Receives the sound entries in order. */
  add(entry: JournalEntry): void;
  /** @throws RefitError `journal-broken` or `format-unknown` */
  end(walk: JournalWalk): {
    readonly first: JournalEntry | null;
    readonly last: JournalEntry | null;
    readonly state: RunState;
    readonly replay: Replay;
    /** The hash of the marked entry; null if the journal has none with this number. */
    readonly hashAtMark: string | null;
  };
}

/**
 * Starts to read a run, in flat memory.
 * @param place where the run is, for messages. @param markedSeq the number of the entry that the store knows; 0: none.
 */
export function createRunReading(
  place: RunPlace,
  saved: SavedPlan,
  markedSeq: number,
  each: EachEntry = () => undefined,
): RunReading {
  let hashAtMark: string | null = null;
  const replay = createReplay(saved);
  let first: JournalEntry | null = null;
  let last: JournalEntry | null = null;
  let otherFormat: JournalEntry | null = null;
  return {
    add(entry) {
      first ??= entry;
      last = entry;
      if (entry.seq === markedSeq) hashAtMark = entry.hash;
      if (entry.kind === 'run-started' && entry.format !== JOURNAL_FORMAT) otherFormat ??= entry;
      // Do not replay entries of another version, or without a run start. The check below refuses them.
      if (otherFormat === null && first.kind === 'run-started') replay.add(entry);
      each(entry, saved);
    },
    end(walk) {
      mustBeSound(place, saved, walk, first, otherFormat);
      return { first, last, state: replay.state(), replay, hashAtMark };
    },
  };
}

/** The name of a file of a run in messages. A run in a database has the file when it is exported. */
export function fileOfRun({ name }: Pick<RunPlace, 'name'>, file: string): string {
  return join(name, file);
}

/** @param first the first entry; null if there is none. @param other the first run start of another format. */
function mustBeSound(
  place: RunPlace,
  saved: SavedPlan,
  journal: JournalWalk,
  first: JournalEntry | null,
  other: JournalEntry | null,
): void {
  const { name } = place;
  const verify = `refit audit verify ${shellQuote(name)}`;
  if (journal.fault) {
    const { line, message: fault } = journal.fault;
    throw new RefitError(
      'journal-broken',
      `${fileOfRun(place, RUN_FILES.journal)}:${line}: ${fault}`,
      `${verify} shows the location; restore the journal from a copy, because Refit does not order without it`,
    );
  }
  if (!first) return;
  if (first.kind !== 'run-started')
    throw new RefitError(
      'journal-broken',
      `${name}: the journal does not start with a run-started entry`,
      verify,
    );
  if (other?.kind === 'run-started') {
    throw new RefitError(
      'format-unknown',
      `${name}: the journal has the format ${JSON.stringify(other.format).slice(0, 80)}, but this version reads ${JOURNAL_FORMAT}`,
      'use the version of Refit that wrote it',
    );
  }
  if (first.digest !== saved.digest) {
    const digests = `${first.digest.slice(0, 8)}, not ${saved.digest.slice(0, 8)}`;
    throw new RefitError(
      'journal-broken',
      `${name}: the journal belongs to another plan (${digests})`,
      place.kind === 'folder'
        ? 'restore the plan.json of this journal, or give another run directory with --run-dir'
        : 'restore the database of the store from a backup',
    );
  }
}

/** The journal head in the JSON report of a run; null if the text is not one, or the report has no entry. */
export function headInReport(text: string | null): string | null {
  try {
    const { head } = JSON.parse(text ?? '') as { head?: unknown };
    return typeof head === 'string' && head !== GENESIS ? head : null;
  } catch {
    return null;
  }
}

/** Reads a run and keeps all its entries. Throws as `RunReader.read` does. */
export async function readWhole(run: Pick<RunReader, 'read'>): Promise<WholeRun> {
  const entries: JournalEntry[] = [];
  const { journal, ...rest } = await run.read((entry) => void entries.push(entry));
  return { ...rest, journal: { ...journal, entries } };
}

/** Follows a run by the means of its store, or by reading it as a whole each time. */
export function followReader(run: Pick<RunReader, 'read' | 'follow'>): RunFollower {
  if (run.follow !== undefined) return run.follow();
  let seen = 0;
  return {
    async read(each) {
      const found = await run.read((entry) => {
        if (entry.seq > seen) each(entry);
      });
      seen = Math.max(seen, found.journal.end.seq);
      return found;
    },
  };
}

/**
 * Watches while a run is read whether its journal has the head of its newest report.
 * @param reported that head; null: no report has one.
 */
export function watchReportedHead(reported: string | null) {
  let isThere = false;
  return {
    add(entry: JournalEntry): void {
      isThere ||= entry.hash === reported;
    },
    /**
     * @param now the head in the newest report, which may be a newer one. @param read reads the run again, for that.
     * @returns that head if the journal does not have it: entries are missing.
     */
    async ahead(now: string | null, read: RunReader['read']): Promise<string | null> {
      if (now === null || (now === reported && isThere)) return null;
      let isThereNow = false;
      if (now !== reported)
        await read((entry) => {
          isThereNow ||= entry.hash === now;
        });
      return isThereNow ? null : now;
    },
  };
}

/** How many runs a refusal lists. */
const CANDIDATES = 10;

/**
 * The refusal of a word that several runs match.
 * @param places the runs as the user would name them, newest first.
 */
export function ambiguousRun(kind: RunPlace['kind'], typed: string, places: readonly string[]): RefitError {
  const more = places.length - CANDIDATES;
  return new RefitError(
    'usage',
    `${typed} is the start of ${places.length} names of runs`,
    [
      kind === 'folder' ? 'add characters, or give the folder:' : 'add characters:',
      ...places.slice(0, CANDIDATES).map(shellQuote),
      ...(more > 0 ? [`and ${more} more: refit runs --all`] : []),
    ].join('\n'),
  );
}
