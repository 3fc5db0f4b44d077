/** `refit rehearse SAVED`: the same plan by the same executor against the simulated provider, in virtual time. */
import { RefitError } from '../../errors.ts';
import { rehearseSavedPlan } from '../../operations/rehearse-plan.ts';
import { renderReport } from '../../operations/render.ts';
import { readSavedPlan } from '../../plan/seal.ts';
import type { ReportFormat } from '../../report/run/render-report.ts';
import { readInput } from '../files.ts';
import { type GlobalOptions, rangeFrom, wholeFrom } from '../options.ts';
import { emit } from '../output.ts';
import { progressBar } from '../progress-bar.ts';
import type { Terminal } from '../terminal.ts';

export interface RehearseCommandOptions extends GlobalOptions {
  readonly fault?: readonly string[];
  readonly seeds?: string;
  readonly seed?: string;
  readonly startLag?: string;
  readonly duration?: string;
  readonly lockTail?: string;
  readonly detailedExitcode?: boolean;
}

/** @returns 0 once it was rehearsed; with `--detailed-exitcode` what a real run like the worst of them would exit with. */
export async function rehearse(
  [file]: readonly [string],
  options: RehearseCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const range = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : ascending(flag, text);
  const given = {
    faults: options.fault,
    seeds: options.seeds === undefined ? undefined : wholeFrom('--seeds', options.seeds, 1),
    seed: options.seed === undefined ? undefined : wholeFrom('--seed', options.seed),
    startLag: range('--start-lag', options.startLag),
    duration: range('--duration', options.duration),
    lockTail: range('--lock-tail', options.lockTail),
  };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const saved = readSavedPlan((await readInput(file, 'the saved plan')).toString('utf8'));
  const bar = progressBar(terminal);
  const { report, exitCode } = await rehearseSavedPlan(saved, {
    ...known,
    onProgress: (done, of) => bar.show('runs rehearsed', done, of),
  }).finally(bar.clear);
  await emit<ReportFormat>(terminal, options, (format, where) => renderReport(report, format, where));
  return options.detailedExitcode ? exitCode : 0;
}

/** The least first, and no longer than a week: as the simulator takes them. */
function ascending(flag: string, text: string): [number, number] {
  const [least, greatest] = rangeFrom(flag, text);
  if (least <= greatest && greatest <= 7 * 24 * 3600_000) return [least, greatest];
  throw new RefitError(
    'usage',
    `${flag} ${text}: two times from 0 to a week, the lesser first`,
    `${flag} 2m..15m`,
  );
}
