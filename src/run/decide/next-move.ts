/**
 * Decides the next move of the engine for one step, from its state in the journal and the last observation. Pure: after
 * a crash, the same input gives the same move.
 */
import type { Step, StepState } from '../../model.ts';
import { followAccepted } from './accepted.ts';
import { afterPlacing } from './after-placing.ts';
import { beforeOrder } from './before-order.ts';
import { followDeferred } from './deferred.ts';
import type { FollowMove, Move, Observation } from './move.ts';
import { resolveUnanswered } from './unanswered.ts';

/**
 * Decides by the phase of the step:
 *
 * | phase of the step      | decision                                                |
 * |------------------------|---------------------------------------------------------|
 * | waiting                | what to read before its order, and the order            |
 * | ordering, unanswered   | whether an order without an answer was executed         |
 * | following              | how an accepted order ends, or when its change starts   |
 * | ended                  | none                                                    |
 */
export function nextMove(step: Step, state: StepState, observation: Observation): Move {
  const { seen } = observation;
  const at = { ...observation, step, state };
  if (seen.kind === 'placed') return afterPlacing(at, seen);
  return state.phase === 'waiting' ? beforeOrder(at) : followMove(step, state, observation);
}

/** The same without the moves that order. A step that was not ordered stays as it is. */
export function followMove(step: Step, state: StepState, observation: Observation): FollowMove {
  const at = { ...observation, step, state };
  switch (state.phase) {
    case 'waiting':
    case 'ended':
      return { kind: 'leave' };
    case 'ordering':
    case 'unanswered':
      return resolveUnanswered(at);
    case 'following':
      return observation.execution.switch === 'maintenance-window' && state.beganAt === null
        ? followDeferred(at)
        : followAccepted(at);
  }
}
