/**
 * Settles by reading what is unknown of a run, and orders nothing: it is given a client that cannot, and starts no step.
 * What is found is journaled as any other fact, so that `apply` goes on from there.
 */
import type { Clock } from '../../clock.ts';
import type { CloudReader } from '../../cloud/cloud.ts';
import { totals } from '../../journal/replay.ts';
import type { EndedBecause, JournalEntry, SavedPlan, Step, StepState } from '../../model.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';
import { isCredentialsCode } from '../decide/after-refusal.ts';
import { exitCodeOf } from '../decide/exit-code.ts';
import { beginWaits, FIRST_TAIL } from '../waits.ts';
import { readBills } from './bills.ts';
import type { CallCounter } from './call-counter.ts';
import type { SettlingRun } from './run.ts';
import { settleEnd } from './settle-accepted.ts';
import { settleLanding } from './settle-unanswered.ts';
import { waitForWindow } from './wait-for-window.ts';
import { watchFleet } from './watch.ts';

/** What a reconcile needs of the outside. */
export interface ReconcileRunInput {
  readonly saved: SavedPlan;
  /** Taken up: its `run-started` entry, which says the purpose, is written. */
  readonly journal: JournalWriter;
  readonly cloudFor: (profile: string) => CloudReader;
  readonly calls: CallCounter;
  readonly clock: Clock;
  /** Aborted to leave at once. */
  readonly leave: AbortSignal;
  /** The exit code that the run had last ended with; null where it had not ended. */
  readonly exitCodeBefore: number | null;
}

/** The steps of which nobody knows yet what came of them, by the journal. */
export function unsettledSteps(saved: SavedPlan, steps: ReadonlyMap<string, StepState>): Step[] {
  return saved.steps.filter(({ id }) => steps.get(id)?.outcome === 'unknown');
}

/** The exit code that a run last ended with. */
export function lastExitCode(entries: readonly JournalEntry[]): number | null {
  const ended = entries.findLast((entry) => entry.kind === 'run-ended');
  return ended?.kind === 'run-ended' ? ended.exitCode : null;
}

/**
 * Settles what is unknown: whether it landed, and what landed to its end. A change that waits for its maintenance window
 * is looked at once.
 * @returns how the run stands now; null when told to leave at once: the journal is whole.
 * @throws RefitError `disk-failed` when the journal cannot be written.
 */
export async function reconcileSteps(
  input: ReconcileRunInput,
): Promise<{ readonly because: EndedBecause; readonly exitCode: number } | null> {
  const { saved, journal, cloudFor, clock, leave, calls } = input;
  let credentialsRefused = false;
  const run: SettlingRun = {
    ...input,
    drain: leave,
    watch: watchFleet({ cloudFor, clock, upcoming: () => [] }),
    waits: beginWaits(clock),
    pace: { usual: null, tail: FIRST_TAIL, firstSince: null },
    isPlaceWanted: () => false,
    waiting: new Map(),
    stop(_, __, code) {
      if (code !== undefined && isCredentialsCode(code)) credentialsRefused = true;
    },
    // Thresholds decide about new orders, and here are none.
    ended() {},
  };
  const before = journal.replay.state();
  await Promise.all(unsettledSteps(saved, before.steps).map((step) => settleStep(run, step)));
  if (leave.aborted) return null;

  for (const [index, { name }] of saved.waves.entries()) {
    await readBills(run, index);
    if (!before.wavesStarted.includes(index) || before.wavesEnded.includes(index)) continue;
    const left = saved.steps.some(
      ({ id, wave }) => wave === index && journal.replay.step(id).phase !== 'ended',
    );
    if (!left) journal.tell({ kind: 'wave-ended', wave: index, name });
  }
  const left = saved.steps.some(({ id }) => journal.replay.step(id).phase !== 'ended');
  const because = left ? (before.stopping?.because ?? 'reconciled') : 'done';
  const exitCode = exitCodeOf({
    totals: totals(saved.steps.map(({ id }) => journal.replay.step(id))),
    because,
    credentialsRefused,
    signalExitCode: input.exitCodeBefore ?? 130,
  });
  const counts = calls.take();
  if (counts.length > 0) journal.tell({ kind: 'calls', counts });
  await journal.record({ kind: 'run-ended', because, exitCode });
  return { because, exitCode };
}

/** Takes a step from where it stands to its end, or to where only a new order could take it further. */
async function settleStep(run: SettlingRun, step: Step): Promise<void> {
  while (!run.leave.aborted) {
    const { phase, beganAt } = run.journal.replay.step(step.id);
    if (phase === 'ended' || phase === 'waiting') return;
    if (phase !== 'settling') await settleLanding(run, step);
    else if (run.saved.execution.switch === 'maintenance-window' && beganAt === null) {
      if ((await waitForWindow(run, step, () => {}, { once: true })) === 'left') return;
    } else await settleEnd(run, step);
  }
}
