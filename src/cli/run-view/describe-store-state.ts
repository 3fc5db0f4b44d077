/** What a store knows of a run besides its journal, in words for `refit status`. */
import type { StoreState } from '../../operations/runs/read-run.ts';
import { formatLocal } from '../local-time.ts';

/** The state of the run in a few words; null if the journal says more. */
export function stateInStore(stored: StoreState | null): string | null {
  switch (stored?.kind) {
    case 'submitted':
      return 'submitted, and no worker has it yet';
    case 'waiting':
      return 'waiting';
    case 'stopped':
      return 'stopped with work left';
    default:
      return null;
  }
}

/** Lines of `label` and text about who carries out the run, and when. @param stored null: a run directory. */
export function storeLines(stored: StoreState | null): readonly (readonly [label: string, text: string])[] {
  switch (stored?.kind) {
    case 'submitted':
      return [['queued', `since ${formatLocal(stored.at)} by ${stored.by}`], ...workerLines(stored)];
    case 'claimed': {
      const { worker, holder } = stored;
      return worker === null ? [] : [['worker', `${worker} on ${holder.host}`]];
    }
    case 'waiting': {
      const until = stored.until === null ? '' : `, until ${formatLocal(stored.until)} at the latest`;
      return [['waiting', `for ${stored.reason}${until}`], ...workerLines(stored)];
    }
    default:
      return [];
  }
}

/** Says which profiles nobody has, or that nobody works at all. */
function workerLines({
  unserved,
  workers,
}: Extract<StoreState, { kind: 'submitted' | 'waiting' }>): readonly (readonly [string, string])[] {
  if (unserved.length > 0) {
    const profiles = `${unserved.length === 1 ? 'profile' : 'profiles'} ${unserved.join(', ')}`;
    return [['workers', `no worker can take this run: no worker has the ${profiles}`]];
  }
  return workers === 0 ? [['workers', 'none is running: refit worker starts one']] : [];
}
