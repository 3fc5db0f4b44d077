/**
 * Keeps a spread: never more instances of one group under way together than the plan says, over the whole run. An
 * instance holds its seat until its last step has ended, also while its change waits for its maintenance window or its
 * answer is being looked for; the others of its group wait without a place, so that other groups pass them by.
 */
import pLimit, { type LimitFunction } from 'p-limit';
import type { SavedPlan } from '../../model.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';

/**
 * Does the work on an instance when its group has a seat for it, in the order of the calls.
 * An outcome that is unknown keeps its seat: it may be under way still. Where no seat is left so, the rest of the group
 * is not begun, and is left to whoever takes the run up and settles what is unknown.
 */
export type Spread = (instance: string, work: () => Promise<void>) => Promise<void>;

/** Takes the plan and gives what holds its groups apart in this process. */
export function createSpreadKeeper(
  { spread, preconditions, steps }: SavedPlan,
  journal: JournalWriter,
): Spread {
  const groups = new Map(preconditions.map(({ instance, group }) => [instance, group]));
  const seats = new Map<string, LimitFunction>();
  const full = new Set<string>();
  const own = Map.groupBy(spread ? steps : [], ({ instance }) => instance);
  return async (instance, work) => {
    const group = groups.get(instance);
    if (spread === undefined || group === undefined) return work();
    const seat = seats.get(group) ?? pLimit(spread.maxInFlight);
    seats.set(group, seat);
    await seat(async () => {
      if (full.has(group)) return;
      await work();
      if (!own.get(instance)?.some(({ id }) => mayBeInProgress(journal, id))) return;
      if (seat.concurrency > 1) seat.concurrency -= 1;
      else full.add(group);
    });
  };
}

/** What is left behind by work that is over: unknown, or waiting for its window when the run was told to stop. */
function mayBeInProgress({ replay }: JournalWriter, step: string): boolean {
  const { phase, outcome } = replay.step(step);
  return outcome === 'unknown' || (phase !== 'ended' && phase !== 'waiting');
}
