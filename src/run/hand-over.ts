/** Gives the run of a folder away to a store: the last entry of its journal there says so. */
import type { Clock } from '../clock.ts';
import type { JournalEntry, JournalEvent } from '../model.ts';
import { createJournalWriter } from '../store/journal-writer.ts';
import type { ClaimedRun } from '../store/ports.ts';
import { mayAdopt } from './judge-adoption.ts';
import { markOf } from './run-mark.ts';

/**
 * Appends the entry that gives a claimed run away. After it, no process of this folder carries the run out.
 * @throws RefitError `run-unknown` or `journal-broken` if the user's state does not vouch for the run.
 */
export async function appendHandOver(
  claim: ClaimedRun,
  event: Extract<JournalEvent, { kind: 'handed-over' }>,
  clock: Clock,
): Promise<JournalEntry> {
  const { run, register } = claim;
  mayAdopt(run, false, await claim.headAhead());
  const mark = await markOf(run, register);
  const store = await claim.openJournal();
  const replay = run.replay.copy();
  const journal = createJournalWriter({ store, mark, clock, end: run.journal.end, replay });
  try {
    const entry = await journal.appendDurably(event);
    await store.close();
    await mark.close({ seq: entry.seq, hash: entry.hash });
    return entry;
  } catch (error) {
    await store.close().catch(() => undefined);
    await mark.close().catch(() => undefined);
    throw error;
  }
}
