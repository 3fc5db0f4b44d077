/** Follows the run of a directory: reads only what its journal got since the last reading. */
import { join, resolve } from 'node:path';
import type { ChainEnd } from '../../journal/chain.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import type { JournalWalk, RunFollower, RunTrust } from '../ports.ts';
import { createRunReading, type RunReading } from '../run-reading.ts';
import { walkJournalFile } from './journal-file.ts';
import { findKnownRun, judgeTrust, realPathOf } from './known-runs.ts';
import { RUN_FILES, readRunPlan } from './run-directory.ts';

/** How many hashes it keeps. The mark of a live run is a few entries behind its end. */
const KEPT_HASHES = 4_096;

interface Following {
  readonly saved: SavedPlan;
  readonly reading: RunReading;
  walk: JournalWalk;
  trust: RunTrust | null;
}

/** @param stateDirectory as for `readRunSnapshot`. A file that was replaced or cut is read again as a whole. */
export function followRunDirectory(directory: string, stateDirectory: string | null): RunFollower {
  const path = resolve(directory);
  const journal = join(path, RUN_FILES.journal);
  const place = { kind: 'folder', name: path } as const;
  const hashes = new Map<number, string>();
  let following: Following | null = null;
  let each: (entry: JournalEntry) => void = () => undefined;
  /** The entry that the state marks now, which can be far from the end. */
  let marked = 0;

  const take = (entry: JournalEntry): void => {
    hashes.set(entry.seq, entry.hash);
    if (entry.seq - KEPT_HASHES !== marked) hashes.delete(entry.seq - KEPT_HASHES);
    each(entry);
  };
  const begin = async (): Promise<Following> => {
    hashes.clear();
    const saved = await readRunPlan(path);
    const reading = createRunReading({ kind: 'folder', name: directory }, saved, 0, take);
    const walk = await walkJournalFile(journal, reading.add);
    // Throws for a journal with a fault. The next call reads it as a whole again.
    reading.end(walk);
    return { saved, reading, walk, trust: null };
  };
  const trustNow = async (mark: ChainEnd | null, known: Following, now: Known): Promise<RunTrust | null> => {
    const hashAtMark = mark === null ? null : (hashes.get(mark.seq) ?? null);
    if (mark !== null && hashAtMark === null && known.trust !== null && mark.seq <= known.walk.end.seq)
      return known.trust;
    const { end, tornBytes } = known.walk;
    return judgeTrust(now, await realPathOf(path), { entries: end.seq, tornBytes, hashAtMark });
  };
  return {
    async read(onEntry, onRestart) {
      each = onEntry;
      // Before the journal: a live run writes the mark after its entry.
      const digest = following?.saved.digest ?? (await readRunPlan(path)).digest;
      const now = stateDirectory === null ? null : await findKnownRun(stateDirectory, digest);
      marked = now?.mark.seq ?? 0;
      if (following !== null) {
        const walk = await walkJournalFile(journal, following.reading.add, following.walk);
        if (walk.fault === null) following.walk = walk;
        else {
          following = null;
          onRestart();
        }
      }
      following ??= await begin();
      const { saved, reading, walk } = following;
      const { first, state } = reading.end(walk);
      if (stateDirectory !== null) following.trust = await trustNow(now?.mark ?? null, following, now);
      return { ...place, saved, journal: walk, first, state, trust: following.trust };
    },
  };
}

type Known = Awaited<ReturnType<typeof findKnownRun>>;
