/** Carries a step through: observe, decide the next move, carry it out, until nothing is left to do. */
import type { Step } from '../../model.ts';
import type { Move } from '../decide/move.ts';
import { followMove, nextMove } from '../decide/next-move.ts';
import { carryOut } from './carry-out-move.ts';
import { leaveRegion } from './region-bound.ts';
import type { FollowingRun, ReconcilingRun, Run } from './run.ts';
import { observe, StepInProgress } from './step-in-progress.ts';

/**
 * Carries a step from its present state to its end, or until the run stops before its next order.
 * @param mayOrder false: the step is only followed, and left once a new order would continue it.
 * @param giveSlotBack gives its in-flight slot back while its change waits for its window.
 * @returns `gave-way` if it must continue in another slot, because fewer steps may be in flight now.
 */
export async function carryOutStep(
  run: Run,
  step: Step,
  { mayOrder, giveSlotBack }: { readonly mayOrder: boolean; readonly giveSlotBack: () => void },
): Promise<'gave-way' | 'no-more'> {
  const doing = new StepInProgress(step, { giveSlotBack });
  const { idleness } = run;
  idleness.works(step.id);
  try {
    while (!isOver(run, doing)) {
      const state = run.journal.replay.step(step.id);
      const move = (mayOrder ? nextMove : followMove)(step, state, observe(run, doing));
      if (!keepsIdle(move)) idleness.works(step.id);
      const carried = await carryOut(run, doing, move);
      if (carried !== 'again') return carried === 'leave' ? 'no-more' : 'gave-way';
    }
    return 'no-more';
  } finally {
    idleness.leaves(step.id);
    // A step without an order in flight keeps no other run from ordering.
    if (run.journal.replay.step(step.id).phase === 'waiting') await leaveRegion(run, step);
  }
}

/** True for the moves of a change that waits for its window: it reads rarely, and only waits between two reads. */
function keepsIdle(move: Move): boolean {
  return move.kind === 'defer' || (move.kind === 'read' && move.memory.phase === 'deferred');
}

/** Resolves an order without an answer by reading, and goes no further. */
export async function resolveStep(run: Run, step: Step): Promise<void> {
  const doing = new StepInProgress(step);
  while (!isOver(run, doing) && isUnanswered(run, step)) {
    const move = followMove(step, run.journal.replay.step(step.id), observe(run, doing));
    if ((await carryOut(run, doing, move)) === 'leave') return;
  }
}

/** Follows a step by reading, to its end or until only a new order could continue it. */
export async function followStep(run: ReconcilingRun, step: Step): Promise<void> {
  const doing = new StepInProgress(step, { readsOnce: true });
  while (!isOver(run, doing)) {
    const move = followMove(step, run.journal.replay.step(step.id), observe(run, doing));
    if ((await carryOut(run, doing, move)) === 'leave') return;
  }
}

/** True once the process leaves. Refit still judges and records what it has already read or received. */
function isOver({ stop }: FollowingRun, { seen, memory }: StepInProgress): boolean {
  const isSecondRead = memory?.phase === 'order' && memory.refused !== undefined;
  return stop.left.aborted && seen.kind === 'nothing' && !isSecondRead;
}

/** True if an order of the step has no answer on record. */
export function isUnanswered({ journal }: Pick<FollowingRun, 'journal'>, { id }: Step): boolean {
  const { phase } = journal.replay.step(id);
  return phase === 'ordering' || phase === 'unanswered';
}
