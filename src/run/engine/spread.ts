/**
 * Keeps a spread: the plan's bound on how many instances of one group are in flight, over the whole run. An instance holds
 * its seat until its last step has ended, also while its change waits for its maintenance window or its order is being
 * resolved. The others of its group wait without an in-flight slot, so that other groups continue.
 */
import pLimit, { type LimitFunction } from 'p-limit';
import type { SavedPlan } from '../../model.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';

/**
 * Does the work on an instance once its group has a seat, in the order of the calls. An unknown outcome keeps its seat,
 * because its change may still be in progress. If no seat is left, the rest of the group does not start. The process that
 * resumes the run resolves the unknown steps first.
 */
export type Spread = (instance: string, work: () => Promise<void>) => Promise<void>;

/** Creates the spread of a plan for this process. */
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

/** True if the step may still be in progress: it is unknown, or was left before its end. */
function mayBeInProgress({ replay }: JournalWriter, step: string): boolean {
  const { phase, outcome } = replay.step(step);
  return outcome === 'unknown' || (phase !== 'ended' && phase !== 'waiting');
}
