/**
 * Resolves the unknown steps of a run by reading. It orders nothing: its client cannot order, and it starts no step. The
 * journal records the results like any other event, so that `apply` continues from there.
 */
import pLimit from 'p-limit';
import type { SavedPlan, Step, StepState } from '../../model.ts';
import { Waits } from '../waits.ts';
import { readBills } from './bills.ts';
import { endReconciling } from './end-run.ts';
import { providerTimeOf } from './gate.ts';
import { Idleness } from './idleness.ts';
import { nothingLearned, type ReconcilingRun, type RunEnd } from './run.ts';
import { followStep } from './step.ts';
import { Watch } from './watch.ts';

type ReconcileStepsInput = Pick<
  ReconcilingRun,
  'saved' | 'journal' | 'cloudFor' | 'calls' | 'clock' | 'stop'
> & {
  /** The exit code of the run's last end; null: it had not ended. */
  readonly exitCodeBefore: number | null;
};

/** The unknown steps, by the journal. */
export function unresolvedSteps(saved: SavedPlan, steps: ReadonlyMap<string, StepState>): Step[] {
  return saved.steps.filter(({ id }) => steps.get(id)?.outcome === 'unknown');
}

/**
 * Resolves unknown orders, and follows the executed ones to their end. Refit reads a change that waits for its maintenance
 * window once.
 * @returns the end of the run; null after an abort: the journal is whole.
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
    idleness: new Idleness(clock),
    // No step awaits a slot.
    slots: pLimit(1),
    learned: nothingLearned(),
    watch: new Watch({ cloudFor, clock, upcoming: () => [] }),
  };
  const before = journal.replay.state();
  const chains = Map.groupBy(unresolvedSteps(saved, before.steps), ({ instance }) => instance);
  // In an adopted run, a step of an instance can be judged only after the step before it.
  await Promise.all(
    [...chains.values()].map(async (chain) => {
      for (const step of chain) await followStep(run, step);
    }),
  );
  if (stop.left.aborted) return null;

  for (const [index, { name }] of saved.waves.entries()) {
    await readBills(run, index);
    if (!before.wavesStarted.includes(index) || before.wavesEnded.includes(index)) continue;
    const isLeft = saved.steps.some(
      ({ id, wave }) => wave === index && journal.replay.step(id).phase !== 'ended',
    );
    if (!isLeft) journal.appendSoon({ kind: 'wave-ended', wave: index, name, ...providerTimeOf(run, index) });
  }
  return endReconciling(run, before.stopping?.because ?? null, exitCodeBefore);
}
