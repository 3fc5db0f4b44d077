/** `reconcile` on a run directory: takes its locks, reads what is unknown, journals it, and writes the reports again. */
import type { CloudReader } from '../cloud/cloud.ts';
import { textOf } from '../messages/messages.ts';
import type { Report, SavedPlan, Step, StepState } from '../model.ts';
import { type RunOnDisk, readRun } from '../store/folder/run-directory.ts';
import { unresolvedSteps } from './engine/reconcile-steps.ts';
import {
  type DirectoryInput,
  Locks,
  mustAnswer,
  mustBeSameEndpoint,
  mustBeWhole,
  withProcess,
  writeReports,
} from './in-directory.ts';
import type { Process } from './process.ts';

/** Its client cannot order: a reader has no such function. */
export interface ReconcileInput extends DirectoryInput<CloudReader> {
  readonly directory: string;
}

/** The result for a step that was unknown. `not-run`: its order was not executed, and apply may order again. */
export type ReconciledStep = Pick<StepState, 'step' | 'outcome' | 'orders' | 'code'> &
  Pick<Step, 'instance' | 'region'> & { readonly message: string };

export interface ReconcileEnd {
  readonly directory: string;
  readonly saved: SavedPlan;
  readonly report: Report;
  /** The steps that were unknown, in the plan's order. */
  readonly steps: readonly ReconciledStep[];
  /** 0 where no outcome is unknown any more, 10 while one is, 12 where the keys were refused, or the signal's. */
  readonly exitCode: number;
}

/**
 * Resolves the unknown outcomes of a run by reading; the run's own end is told anew.
 * @throws RefitError `locked` while a live process has the run or one of the instances; `journal-broken`, `disk-failed`,
 * what reading the run directory throws, and what the first read of each region throws, before anything is written.
 */
export async function reconcileInDirectory(input: ReconcileInput): Promise<ReconcileEnd> {
  const { saved, directory } = await readRun(input.directory);
  const locks = new Locks(input, `refit reconcile ${directory}`);
  try {
    await locks.takePlan(saved.digest);
    await locks.takeDirectory(directory);
    const run = await readRun(directory);
    await mustBeWhole(input.stateDirectory, run);
    const steps = unresolvedSteps(saved, run.state.steps);
    if (steps.length === 0) {
      const report = await writeReports(directory, saved, run.journal.entries);
      return { directory, saved, report, steps: [], exitCode: 0 };
    }
    mustBeSameEndpoint(input.endpoint, run);
    await locks.takeInstances(saved.digest, [...new Set(steps.map(({ instance }) => instance))]);
    await mustAnswer(input.cloudFor, steps);
    return await withProcess(run, input, { purpose: 'reconcile', locks, steps }, (runProcess) =>
      settle(input, run, runProcess, steps),
    );
  } finally {
    await locks.release();
  }
}

async function settle(
  { cloudFor }: ReconcileInput,
  { directory, saved }: RunOnDisk,
  runProcess: Process,
  open: readonly Step[],
): Promise<ReconcileEnd> {
  const end = await runProcess.reconcile(cloudFor);
  const report = await writeReports(directory, saved, runProcess.entries);
  const steps = open.map(({ id, instance, region }) => {
    const { outcome, orders, code, message } = runProcess.journal.replay.step(id);
    return { step: id, instance, region, outcome, orders, code, message: textOf(message) };
  });
  const isUnknown = steps.some(({ outcome }) => outcome === 'unknown');
  const told = isUnknown ? 10 : 0;
  const exitCode = end === null ? (runProcess.stop.exitCode ?? 130) : end.exitCode === 12 ? 12 : told;
  return { directory, saved, report, steps, exitCode };
}
