/** `refit rehearse SAVED`: runs a saved plan against the simulated provider, in virtual time. */
import { RefitError } from '../../../errors.ts';
import { given } from '../../../given.ts';
import { rehearseSavedPlan } from '../../../operations/plans/rehearse-plan.ts';
import { readSavedPlanFile } from '../../../operations/plans/saved-plan-file.ts';
import { renderReport } from '../../../operations/render.ts';
import type { ReportFormat } from '../../../report/run/render-report.ts';
import { DAY } from '../../../units.ts';
import type { CommandCode } from '../../command-row.ts';
import { rangeFrom, wholeFrom } from '../../options.ts';
import { emit } from '../../output.ts';
import { progressBar } from '../../progress-bar.ts';

/** @returns 0; with `--detailed-exitcode` the exit code of the worst rehearsed run. */
export const rehearse: CommandCode<[string]> = async ([file], options, terminal) => {
  const asked = given({
    faults: options.fault,
    seeds: wholeFrom('--seeds', options.seeds, 1),
    seed: wholeFrom('--seed', options.seed),
    startLag: ascending('--start-lag', options.startLag),
    duration: ascending('--duration', options.duration),
    lockTail: ascending('--lock-tail', options.lockTail),
  });
  const saved = await readSavedPlanFile(file);
  const bar = progressBar(terminal);
  const { report, exitCode } = await rehearseSavedPlan(saved, {
    ...asked,
    onProgress: (done, of) => bar.show('runs rehearsed', done, of),
  }).finally(bar.clear);
  await emit<ReportFormat>(terminal, options, (format, where) => renderReport(report, format, where));
  return options.detailedExitcode ? exitCode : 0;
};

/** A range that the simulator accepts: from 0 to a week, the shorter time first. */
function ascending(flag: string, text: string | undefined): [number, number] | undefined {
  const range = rangeFrom(flag, text);
  if (range === undefined || (range[0] <= range[1] && range[1] <= 7 * DAY)) return range;
  throw new RefitError(
    'usage',
    `${flag} ${text}: expected two durations from 0 to a week, the shorter first`,
    `${flag} 2m..15m`,
  );
}
