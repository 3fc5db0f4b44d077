/** The exit code of a run that has ended: where several apply, the first of 12, 130/143, 10, 4, 8, 11, 3 (design §5). */
import { EXIT_NOT_APPROVED } from '../../errors.ts';
import type { EndedBecause, Outcome } from '../../model.ts';

export function exitCodeOf(run: {
  readonly totals: Readonly<Record<Outcome, number>>;
  readonly because: EndedBecause;
  readonly credentialsRefused: boolean;
  /** 130 or 143: which signal asked for the drain. */
  readonly signalExitCode: number;
}): number {
  const { totals, because } = run;
  if (run.credentialsRefused) return 12;
  if (because === 'drained') return run.signalExitCode;
  if (totals.unknown > 0) return 10;
  if (because === 'halted') return 4;
  if (because === 'finish-by' || because === 'window-closed') return 8;
  if (because === 'not-approved') return EXIT_NOT_APPROVED;
  return totals.failed + totals.refused + totals.drifted + totals.skipped + totals['not-run'] > 0 ? 3 : 0;
}
