/**
 * Resolves by reading what is unknown of a run, and orders nothing: it is given a client that cannot, and starts no step.
 * What is found is journaled as any other fact, so that `apply` goes on from there.
 */
import pLimit from 'p-limit';
import type { JournalEntry, SavedPlan, Step, StepState } from '../../model.ts';
import { Waits } from '../waits.ts';
import { readBills } from './bills.ts';
import { endReconciling } from './end-run.ts';
import { nothingLearned, type ReconcilingRun, type RunEnd } from './run.ts';
import { followStep } from './step.ts';
import { Watch } from './watch.ts';

type ReconcileStepsInput = Pick<
  ReconcilingRun,
  'saved' | 'journal' | 'cloudFor' | 'calls' | 'clock' | 'stop'
> & {
  /** The exit code that the run had last ended with; null where it had not ended. */
  readonly exitCodeBefore: number | null;
};

/** The steps of which nobody knows yet how they ended, by the journal. */
export function unresolvedSteps(saved: SavedPlan, steps: ReadonlyMap<string, StepState>): Step[] {
  return saved.steps.filter(({ id }) => steps.get(id)?.outcome === 'unknown');
}

/** The exit code that a run last ended with. */
export function lastExitCode(entries: readonly JournalEntry[]): number | null {
  return entries.findLast((entry) => entry.kind === 'run-ended')?.exitCode ?? null;
}

/**
 * Resolves what is unknown: whether it landed, and what landed to its end. A change that waits for its maintenance
 * window is read once.
 * @returns how the run stands now; null when told to leave: the journal is whole.
 * @throws RefitError `disk-failed` when the journal cannot be written.
 */
export async function reconcileSteps({
  exitCodeBefore,
  ...input
}: ReconcileStepsInput): Promise<RunEnd | null> {
  const { saved, journal, cloudFor, clock, stop } = input;
  const run: ReconcilingRun = {
    ...input,
    purpose: 'reconcile',
    waits: new Waits(clock),
    // Nothing waits for one.
    slots: pLimit(1),
    learned: nothingLearned(),
    watch: new Watch({ cloudFor, clock, upcoming: () => [] }),
  };
  const before = journal.replay.state();
  await Promise.all(unresolvedSteps(saved, before.steps).map((step) => followStep(run, step)));
  if (stop.left.aborted) return null;

  for (const [index, { name }] of saved.waves.entries()) {
    await readBills(run, index);
    if (!before.wavesStarted.includes(index) || before.wavesEnded.includes(index)) continue;
    const isLeft = saved.steps.some(
      ({ id, wave }) => wave === index && journal.replay.step(id).phase !== 'ended',
    );
    if (!isLeft) journal.tell({ kind: 'wave-ended', wave: index, name });
  }
  return endReconciling(run, before.stopping?.because ?? null, exitCodeBefore);
}
