/** `reconcile`: claims the run, reads unknown outcomes, records them, and writes the reports. */
import type { CloudReader } from '../cloud/cloud.ts';
import { given } from '../given.ts';
import { textOf } from '../messages/messages.ts';
import type { Message, Report, SavedPlan, Step, StepState } from '../model.ts';
import type { ClaimedRun } from '../store/ports.ts';
import { leaveRegions } from './count-in-flight.ts';
import { unresolvedSteps } from './engine/reconcile-steps.ts';
import {
  mustAnswer,
  mustBeSameEndpoint,
  type RunInput,
  withProcess,
  writeReports,
} from './in-claimed-run.ts';
import { whyNotTrusted } from './judge-adoption.ts';
import type { Process } from './process.ts';
import type { SignHead } from './sign-heads.ts';

/** The client is a reader, which cannot order. */
export interface ReconcileInput extends RunInput<CloudReader> {
  /** As for `ApplyInput`. */
  readonly signHead?: SignHead;
  readonly onNotice?: (notice: string) => void;
}

/** A step whose outcome was unknown, as it is now. `not-run`: its order was not executed, so apply may order again. */
export type ReconciledStep = Pick<StepState, 'step' | 'outcome' | 'orders' | 'code'> &
  Pick<Step, 'instance' | 'region'> & { readonly message: string };

/** What a reconcile found. */
export interface ReconcileEnd {
  /** The run directory, or the id of the run. */
  readonly name: string;
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
export async function reconcileClaimedRun(input: ReconcileInput): Promise<ReconcileEnd> {
  const claim = await input.claim();
  try {
    const { run, register } = claim;
    const { saved, name } = run;
    const steps = unresolvedSteps(saved, run.state.steps);
    if (steps.length === 0) {
      const report = await writeReports(claim, run.journal.end);
      return { name, saved, report, steps: [], exitCode: 0, notTrusted: whyNotTrusted(run.trust) };
    }
    mustBeSameEndpoint(input.endpoint, run);
    await claim.claimInstances([...new Set(steps.map(({ instance }) => instance))]);
    await mustAnswer(input.cloudFor, steps);
    // Reading needs no trust. Only a run that the store vouches for gets a new mark.
    const mark = run.trust?.kind === 'known' ? await register.open() : null;
    const withMark = { ...input, ...given({ mark }) };
    return await withProcess(claim, withMark, { purpose: 'reconcile', steps }, (runProcess) =>
      resolveSteps(input, claim, runProcess, steps),
    );
  } finally {
    await claim.release();
  }
}

async function resolveSteps(
  { cloudFor }: ReconcileInput,
  claim: ClaimedRun,
  runProcess: Process,
  open: readonly Step[],
): Promise<ReconcileEnd> {
  const { saved, name, trust } = claim.run;
  const end = await runProcess.reconcile(cloudFor);
  await leaveRegions(open, runProcess, claim.inFlight);
  const report = await writeReports(claim, runProcess.end);
  const steps = open.map(({ id, instance, region }) => {
    const { outcome, orders, code, message } = runProcess.journal.replay.step(id);
    return { step: id, instance, region, outcome, orders, code, message: textOf(message) };
  });
  const isUnknown = steps.some(({ outcome }) => outcome === 'unknown');
  const ended = end?.exitCode === 12 ? 12 : isUnknown ? 10 : 0;
  const exitCode = end === null ? (runProcess.stop.exitCode ?? 130) : ended;
  return { name, saved, report, steps, exitCode, notTrusted: whyNotTrusted(trust) };
}
