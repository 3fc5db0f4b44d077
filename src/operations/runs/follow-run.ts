/** Follows a run of a store until it ends, from any host. Following changes nothing. */
import type { Clock } from '../../clock.ts';
import { textOf } from '../../messages/messages.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import type { PostgresStore } from '../../store/postgres/open-store.ts';
import { createTail, type RunRow, readRunRow } from '../../store/postgres/runs/tail.ts';
import { liveWorkers } from '../../store/postgres/work.ts';
import { needsOf, whyNotOffered } from '../../store/run-needs.ts';
import { SECOND } from '../../units.ts';

/** How often it reads, milliseconds. */
const READ_EVERY = SECOND / 2;
/** After this time without a worker it says so, milliseconds. */
const NO_WORKER_AFTER = 5 * SECOND;

/** What people see while they follow. */
export interface FollowOptions {
  readonly store: PostgresStore;
  readonly clock: Clock;
  readonly run: string;
  readonly saved: SavedPlan;
  /** Receives the entries so far, once. */
  readonly onStart: (entries: readonly JournalEntry[]) => void;
  readonly onEntry: (entry: JournalEntry) => void;
  /** Receives what is not in the journal: that the run waits, or that no worker takes it. */
  readonly onNotice: (notice: string) => void;
  /** Aborted to stop following. */
  readonly stop: AbortSignal;
  /**
   * Why each live worker cannot take the run, with the command that starts one. @param reasons null: the run is for no worker.
   * @param endpoint where the provider of the run is.
   */
  readonly describeNoWorker: (reasons: readonly string[] | null, endpoint: string) => string;
}

/** @returns the row of the run at its end; null if the caller stopped following. */
export async function followRun(options: FollowOptions): Promise<RunRow | null> {
  const { store, clock, run, onNotice, stop } = options;
  const past: JournalEntry[] = [];
  let onEntry = (entry: JournalEntry): void => void past.push(entry);
  const tail = createTail(store.database, run, (entry) => onEntry(entry));
  await tail.read();
  options.onStart(past);
  onEntry = options.onEntry;
  const idle = createIdleWatch(options);
  let waits: string | null = null;
  while (!stop.aborted) {
    // The row first: a run that has ended has all its entries already.
    const row = await readRunRow(store.database, run);
    await tail.read();
    if (isOver(row)) return row;
    const now = row.state === 'waiting' || row.deaths !== null ? describeWait(row) : null;
    if (now !== null && now !== waits) onNotice(now);
    waits = now;
    await idle(row);
    await clock.sleep(READ_EVERY, stop);
  }
  return null;
}

function isOver({ state, owner }: RunRow): boolean {
  return (state === 'ended' || state === 'stopped' || state === 'pruned') && owner === null;
}

function describeWait({ wakeAt, waiting, deaths }: RunRow): string {
  const until = wakeAt === null ? '' : ` until ${wakeAt}`;
  if (deaths !== null) return `waits${until}: ${deaths.reason}\n${deaths.fix}`;
  return `waits${until}${waiting?.reason === undefined ? '' : `: ${waiting.reason}`}`;
}

/** Says once that no worker takes the run, and again after one had it. */
function createIdleWatch({ store, clock, saved, onNotice, describeNoWorker }: FollowOptions) {
  let since: number | null = null;
  let isSaid = false;
  return async ({ owner, state, queue, endpoint }: RunRow): Promise<void> => {
    if (owner !== null || state === 'waiting') {
      since = null;
      isSaid = false;
      return;
    }
    since ??= clock.monotonic();
    if (isSaid || clock.monotonic() - since < NO_WORKER_AFTER) return;
    if (queue === null) {
      isSaid = true;
      onNotice(describeNoWorker(null, endpoint));
      return;
    }
    const needs = needsOf(saved, endpoint);
    const workers = await liveWorkers(store.database);
    const reasons = workers.map(({ id, offers }) => ({ id, reason: whyNotOffered(needs, offers) }));
    // One can take it, and is busy or about to.
    if (reasons.some(({ reason }) => reason === null)) return;
    isSaid = true;
    onNotice(
      describeNoWorker(
        reasons.map(({ id, reason }) => `${id}: ${textOf(reason!)}`),
        endpoint,
      ),
    );
  };
}
