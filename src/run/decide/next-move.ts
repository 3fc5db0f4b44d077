/**
 * The next move of the engine for one step, from its state in the journal and what was last observed. Pure: the same
 * question has the same answer after a crash.
 */
import type { Step, StepState } from '../../model.ts';
import { followAccepted } from './accepted.ts';
import { afterPlacing } from './after-placing.ts';
import { beforeOrder } from './before-order.ts';
import { followDeferred } from './deferred.ts';
import type { FollowMove, Move, Observation } from './move.ts';
import { resolveUnanswered } from './unanswered.ts';

/**
 * | phase of the step          | what is decided                                          |
 * |----------------------------|----------------------------------------------------------|
 * | waiting                    | what to read before its order, and the order             |
 * | asking, asked, unanswered  | whether an order without an answer landed                |
 * | settling                   | how an accepted order ends, or when it begins            |
 * | ended                      | nothing                                                  |
 */
export function nextMove(step: Step, state: StepState, observation: Observation): Move {
  const { seen } = observation;
  const at = { ...observation, step, state };
  if (seen.kind === 'placed') return afterPlacing(at, seen);
  return state.phase === 'waiting' ? beforeOrder(at) : followMove(step, state, observation);
}

/** The same without the moves that order: a step that was not asked is left as it is. */
export function followMove(step: Step, state: StepState, observation: Observation): FollowMove {
  const at = { ...observation, step, state };
  switch (state.phase) {
    case 'waiting':
    case 'ended':
      return { kind: 'leave' };
    case 'asking':
    case 'asked':
    case 'unanswered':
      return resolveUnanswered(at);
    case 'settling':
      return observation.execution.switch === 'maintenance-window' && state.beganAt === null
        ? followDeferred(at)
        : followAccepted(at);
  }
}
