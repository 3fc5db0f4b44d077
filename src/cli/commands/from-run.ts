/** `refit rollback RUN` and `refit retry RUN`: a run as the plan that takes it back, or that asks again. Reads only. */
import type { PlanSource } from '../../model.ts';
import { connectReader } from '../../operations/connect.ts';
import { planFromRun } from '../../operations/plan-fleet.ts';
import { handOver, type ReviewOptions } from '../hand-over.ts';
import { connectionOf } from '../options.ts';
import { type DurationsOption, pastDurations } from '../past-durations.ts';
import { progressBar } from '../progress-bar.ts';
import type { Terminal } from '../terminal.ts';

export interface FromRunOptions extends ReviewOptions, DurationsOption {
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
    const durations = await pastDurations(options);
    const bar = progressBar(terminal);
    const from = connectReader(connectionOf(options, terminal));
    const review = await planFromRun(kind, directory, {
      from,
      price: options.price ?? false,
      ignoreWindows: options.ignoreWindows ?? false,
      durations,
      saveAs: options.out ?? null,
      onProgress: bar.show,
      onNotice: (what) => {
        bar.clear();
        terminal.hint(what);
      },
    }).finally(async () => {
      bar.clear();
      await from.close();
    });
    return handOver(review, options, terminal, null);
  };
}
