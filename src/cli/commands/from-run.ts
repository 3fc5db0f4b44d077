/** `refit rollback RUN` and `refit retry RUN`: a run as the plan that takes it back, or that asks again. Reads only. */

import { connectReader } from '../../operations/connect.ts';
import { planFromRun } from '../../operations/plan-fleet.ts';
import { REVIEW_FORMATS } from '../../report/review/render-review.ts';
import { handOver, type ReviewOptions } from '../hand-over.ts';
import { connectionOf } from '../options.ts';
import { checkOutput } from '../output.ts';
import { type DurationsOption, pastDurations } from '../past-durations.ts';
import { progressBar } from '../progress-bar.ts';
import type { Terminal } from '../terminal.ts';

export interface FromRunOptions extends ReviewOptions, DurationsOption {
  readonly price?: boolean;
  readonly ignoreWindows?: boolean;
}

export async function fromRun(
  kind: 'rollback' | 'retry',
  directory: string,
  options: FromRunOptions,
  terminal: Terminal,
): Promise<number> {
  checkOutput(options, REVIEW_FORMATS);
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
      terminal.quiet || terminal.err(`${what}\n`);
    },
  }).finally(async () => {
    bar.clear();
    await from.close();
  });
  return handOver(review, options, terminal, null);
}
