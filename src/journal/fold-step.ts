/** How an entry changes the state of its step: a pure function for each kind. */
import type { EntryOf, JournalEntry, StepState } from '../model.ts';

/** The state of a step of which the journal says nothing. */
export function initialStepState(step: string): StepState {
  return {
    step,
    phase: 'waiting',
    attempts: 0,
    unresolved: 0,
    orders: [],
    adopted: false,
    requestIds: [],
    outcome: 'not-run',
    code: null,
    message: 'never started',
    startedAt: null,
    endedAt: null,
    unknownSince: null,
    intentAt: null,
    intentProviderAt: null,
    endedProviderAt: null,
    acceptedAt: null,
    waitsFor: null,
    beganAt: null,
    warning: null,
    size: null,
    billed: null,
  };
}

/** What an entry of each kind changes of its step. */
export const STEP_CHANGES: {
  readonly [Kind in Extract<JournalEntry, { step: string }>['kind']]: (
    entry: EntryOf<Kind>,
    was: StepState,
  ) => Partial<StepState>;
} = {
  looked: ({ size }) => ({ size }),
  intent: ({ at, attempt, providerAt }, was) => ({
    phase: 'asking',
    attempts: attempt,
    unresolved: was.unresolved + 1,
    outcome: 'unknown',
    // What an earlier attempt was refused with says nothing of this one.
    code: null,
    message: 'asked, and no answer on record',
    startedAt: was.startedAt ?? at,
    unknownSince: null,
    intentAt: at,
    intentProviderAt: providerAt ?? at,
  }),
  'not-sent': ({ attempt, reason: why }, was) => ({
    phase: 'waiting',
    attempts: attempt - 1,
    unresolved: was.unresolved - 1,
    outcome: 'not-run',
    message: `nothing was sent: ${why}`,
  }),
  accepted: ({ at, order, requestId }, was) => ({
    phase: 'settling',
    adopted: false,
    orders: withOrder(was.orders, order),
    requestIds: [...was.requestIds, requestId],
    acceptedAt: at,
    message: 'ordered, and not yet seen to end',
  }),
  // A refusal that may hide an order leaves the step unknown until reading resolves it.
  refused: ({ next, code, message, requestId }, was) => {
    const hides = next === 'read-first';
    return {
      phase: hides ? 'unanswered' : 'waiting',
      unresolved: hides ? was.unresolved : was.unresolved - 1,
      outcome: hides ? 'unknown' : 'not-run',
      requestIds: requestId === null ? was.requestIds : [...was.requestIds, requestId],
      code,
      message: message,
    };
  },
  'no-answer': ({ reason: why }) => ({
    phase: 'unanswered',
    outcome: 'unknown',
    code: null,
    message: why,
  }),
  settled: ({ at, executed, order, evidence }, was) =>
    executed
      ? {
          phase: 'settling',
          adopted: was.phase !== 'settling' || was.adopted,
          orders: order === null ? was.orders : withOrder(was.orders, order),
          acceptedAt: was.acceptedAt ?? at,
          outcome: 'unknown',
          message: `had landed: ${evidence}`,
        }
      : { phase: 'waiting', outcome: 'not-run', message: `had not landed: ${evidence}` },
  deferred: ({ window, opensAt }) => ({
    waitsFor: { window, opensAt },
    message: `accepted, waits for its window ${window.from}-${window.to} Beijing time`,
  }),
  began: ({ at, warning, evidence }) => ({
    waitsFor: null,
    beganAt: at,
    warning,
    message: `under way: ${evidence}`,
  }),
  'step-ended': (entry, was) => ({
    waitsFor: null,
    phase: 'ended',
    outcome: entry.outcome,
    code: entry.code,
    message: entry.message,
    endedAt: entry.at,
    unknownSince: entry.outcome === 'unknown' ? (was.unknownSince ?? entry.at) : null,
    endedProviderAt: entry.providerAt ?? entry.at,
    size: entry.size ?? was.size,
    billed: entry.billed,
  }),
  billed: ({ billed }) => ({ billed }),
};

function withOrder(orders: readonly string[], order: string): readonly string[] {
  return orders.includes(order) ? orders : [...orders, order];
}
