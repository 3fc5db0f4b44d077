/** How far a run has come, from the entries that say so. The store keeps it beside the journal, to find runs without reading. Pure. */
import type { EndedBecause, JournalEntry } from '../../../model.ts';

/** The states of a run in a store. A live owner can hold it in each of them. */
export type StoredState =
  /** It has not started, or a worker gave it back: the next worker takes it. */
  | 'queued'
  /** A process has started and has not ended. Without a live owner, a worker takes it. */
  | 'running'
  /** Its process ended because the run only waits. */
  | 'waiting'
  /** It ended with work left, and nothing wakes it: a person decides. */
  | 'stopped'
  /** Its folder has not given it away yet: nobody can claim it. */
  | 'importing'
  /** Every step has its outcome. */
  | 'ended'
  /** Only its last head is kept. */
  | 'pruned';

/** state, started_at, ended_at, ended_because, exit_code, wake_at, wakes_on. */
export type Progress = readonly [
  state: StoredState,
  startedAt: string | null,
  endedAt: string | null,
  because: string | null,
  exitCode: number | null,
  wakeAt: string | null,
  wakesOn: string | null,
];

/** Only these entries change the progress. */
const HAS_PROGRESS = /"kind":"(?:run-started|run-ended|rested)"/;
/** Codes of runs with open steps, although nothing stopped them: an unknown outcome, refused keys. */
const WORK_LEFT: readonly number[] = [10, 12];

/** The progress after a group of lines; null if it does not change. @param text whole journal lines. */
export function progressOf(text: string): Progress | null {
  if (!HAS_PROGRESS.test(text)) return null;
  let progress: Progress | null = null;
  let startedAt: string | null = null;
  for (const line of text.split('\n')) {
    if (!HAS_PROGRESS.test(line)) continue;
    // The words may be in a text of another entry.
    const entry = JSON.parse(line) as JournalEntry;
    if (entry.kind === 'run-started') startedAt ??= entry.at;
    progress = after(entry, startedAt) ?? progress;
  }
  return progress;
}

/** What a worker may continue is queued until somebody decides when: no crash in between leaves the run behind. */
function stateAfterEnd(because: EndedBecause, exitCode: number): StoredState {
  if (because === 'window-closed' || because === 'not-approved') return 'queued';
  return because === 'done' && !WORK_LEFT.includes(exitCode) ? 'ended' : 'stopped';
}

function after(entry: JournalEntry, startedAt: string | null): Progress | null {
  switch (entry.kind) {
    case 'run-started':
      return ['running', startedAt, null, null, null, null, null];
    case 'rested':
      return ['waiting', startedAt, null, null, null, entry.until, entry.wakesOn];
    case 'run-ended': {
      const { at, because, exitCode } = entry;
      return [stateAfterEnd(because, exitCode), startedAt, at, because, exitCode, null, null];
    }
    default:
      return null;
  }
}
