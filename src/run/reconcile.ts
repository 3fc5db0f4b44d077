/** `reconcile` in a run directory: takes its locks, reads unknown outcomes, records them, and writes the reports. */
import type { CloudReader } from '../cloud/cloud.ts';
import { given } from '../given.ts';
import { textOf } from '../messages/messages.ts';
import type { Message, Report, SavedPlan, Step, StepState } from '../model.ts';
import { openMark } from '../store/folder/known-runs.ts';
import { type RunOnDisk, readRun } from '../store/folder/run-directory.ts';
import { unresolvedSteps } from './engine/reconcile-steps.ts';
import {
  type DirectoryInput,
  Locks,
  mustAnswer,
  mustBeSameEndpoint,
  withProcess,
  writeReports,
} from './in-directory.ts';
import { whyNotTrusted } from './judge-adoption.ts';
import type { Process } from './process.ts';
import type { SignHead } from './sign-heads.ts';

/** The client is a reader, which cannot order. */
export interface ReconcileInput extends DirectoryInput<CloudReader> {
  readonly directory: string;
  /** As for `ApplyInput`. */
  readonly signHead?: SignHead;
  readonly onNotice?: (notice: string) => void;
}

/** A step whose outcome was unknown, as it is now. `not-run`: its order was not executed, so apply may order again. */
export type ReconciledStep = Pick<StepState, 'step' | 'outcome' | 'orders' | 'code'> &
  Pick<Step, 'instance' | 'region'> & { readonly message: string };

export interface ReconcileEnd {
  readonly directory: string;
  readonly saved: SavedPlan;
  readonly report: Report;
  /** The steps that were unknown, in the order of the plan. */
  readonly steps: readonly ReconciledStep[];
  /** 0 if no outcome is unknown, 10 if one is, 12 if the provider refused the keys, or the code of the signal. */
  readonly exitCode: number;
  /** Why this user's state does not vouch for the run; null: it does. */
  readonly notTrusted: Message | null;
}

/**
 * Resolves the unknown outcomes of a run by reading, and records the end of the run again.
 * @throws RefitError `locked` while a live process holds the run or one of its instances; `journal-broken`; `disk-failed`.
 * It also throws what reading the run directory throws, and what the first read of each region throws. Refit writes
 * nothing before these reads.
 */
export async function reconcileInDirectory(input: ReconcileInput): Promise<ReconcileEnd> {
  const { saved, directory } = await readRun(input.directory);
  const locks = new Locks(input, `refit reconcile ${directory}`);
  try {
    await locks.takePlan(saved.digest);
    await locks.takeDirectory(directory);
    const run = await readRun(directory, input.stateDirectory);
    const steps = unresolvedSteps(saved, run.state.steps);
    if (steps.length === 0) {
      const report = await writeReports(directory, saved, run.journal.entries);
      const notTrusted = whyNotTrusted(run.trust);
      return { directory, saved, report, steps: [], exitCode: 0, notTrusted };
    }
    mustBeSameEndpoint(input.endpoint, run);
    await locks.takeInstances(saved.digest, [...new Set(steps.map(({ instance }) => instance))]);
    await mustAnswer(input.cloudFor, steps);
    // Reading needs no trust. Only a run that the state vouches for gets a new mark.
    const isKnown = run.trust?.kind === 'known';
    const mark = isKnown ? await openMark(input.stateDirectory, saved.digest) : null;
    const withMark = { ...input, ...given({ mark }) };
    return await withProcess(run, withMark, { purpose: 'reconcile', locks, steps }, (runProcess) =>
      resolveSteps(input, run, runProcess, steps),
    );
  } finally {
    await locks.release();
  }
}

async function resolveSteps(
  { cloudFor }: ReconcileInput,
  { directory, saved, trust }: RunOnDisk,
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
  const ended = end?.exitCode === 12 ? 12 : isUnknown ? 10 : 0;
  const exitCode = end === null ? (runProcess.stop.exitCode ?? 130) : ended;
  return { directory, saved, report, steps, exitCode, notTrusted: whyNotTrusted(trust) };
}
