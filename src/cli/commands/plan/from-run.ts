/** `refit rollback RUN` and `refit retry RUN`: a run as the plan that takes it back, or that asks again. Reads only. */
import type { PlanSource } from '../../../model.ts';
import { pastDurations, planFromRun } from '../../../operations/plan-fleet.ts';
import { handOver, type ReviewOptions } from '../../hand-over.ts';
import { readProvider } from '../../read-provider.ts';
import type { Terminal } from '../../terminal.ts';

export interface FromRunOptions extends ReviewOptions {
  readonly durations?: string;
  readonly price?: boolean;
  readonly ignoreWindows?: boolean;
}

export const rollback = fromRun('rollback');
export const retry = fromRun('retry');

function fromRun(kind: PlanSource['kind']) {
  return async (
    [directory]: readonly [string],
    options: FromRunOptions,
    terminal: Terminal,
  ): Promise<number> => {
    const { price = false, ignoreWindows = false, out: saveAs = null } = options;
    const durations = await pastDurations(options.durations, options.endpoint);
    const review = await readProvider(options, terminal, (from, listeners) =>
      planFromRun(kind, directory, { from, price, ignoreWindows, durations, saveAs, ...listeners }),
    );
    return handOver(review, options, terminal, null);
  };
}
