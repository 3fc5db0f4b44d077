/** What a store knows of a run besides its journal, in words for `refit status`. */
import { counted } from '../../messages/en/quantities.ts';
import { textOf } from '../../messages/messages.ts';
import { endpointOption } from '../../next-command.ts';
import { hasNoWorker, type StoreState, type WorkersForRun } from '../../operations/runs/read-run.ts';
import { formatLocal } from '../local-time.ts';

/** The state of the run in a few words; null if the journal says more. @param hasStarted the journal has an entry. */
export function stateInStore(stored: StoreState | null, hasStarted: boolean): string | null {
  switch (stored?.kind) {
    case 'submitted':
      if (!stored.isForWorkers) return null;
      return hasStarted ? 'queued for the next worker' : 'submitted, and no worker has it yet';
    case 'waiting':
      return 'waiting';
    case 'stopped':
      return 'stopped with work left';
    default:
      return null;
  }
}

type Line = readonly [label: string, text: string];

/** Lines of `label` and text about who carries out the run, and when. @param stored null: a run directory. */
export function storeLines(stored: StoreState | null): readonly Line[] {
  switch (stored?.kind) {
    case 'submitted':
      return [['queued', `${formatLocal(stored.at)} by ${stored.by}`], ...workerLines(stored)];
    case 'claimed': {
      const { worker, holder } = stored;
      return worker === null ? [] : [['worker', `${worker} on ${holder.host}`]];
    }
    case 'waiting':
      return [
        ['because', withFix(stored.reason, stored.fix)],
        ...(stored.until === null ? [] : [['until', `${formatLocal(stored.until)} at the latest`] as const]),
        ...workerLines(stored),
      ];
    case 'stopped':
      return stored.reason === null ? [] : [['because', withFix(stored.reason, stored.fix)]];
    default:
      return [];
  }
}

function withFix(reason: string, fix: string | null): string {
  return fix === null ? reason : `${reason}; fix: ${fix}`;
}

/** Says that nobody can take the run, and why. */
function workerLines(served: WorkersForRun): readonly Line[] {
  const { isForWorkers, workers, unfit } = served;
  if (!isForWorkers)
    return [['workers', 'none takes this run: the command that submitted it carries it out']];
  if (!hasNoWorker(served)) return [];
  const start: readonly Line[] = served.mayWork
    ? []
    : [['start', `with a login that has refit_worker: refit worker${endpointOption(served.endpoint)}`]];
  if (workers === 0) return [['workers', 'none is running'], ...start];
  const reasons = unfit.map(({ worker, reason }) => `${worker}: ${textOf(reason)}`);
  return [
    ['workers', `none of ${counted(workers, 'worker')} can take this run: ${reasons.join('; ')}`],
    ...start,
  ];
}

/** The same for JSON, with the reasons as text. */
export function storeData(stored: StoreState | null): object | null {
  if (stored?.kind !== 'submitted' && stored?.kind !== 'waiting') return stored;
  const unfit = stored.unfit.map(({ worker, reason }) => ({ worker, reason: textOf(reason) }));
  return { ...stored, unfit };
}
