/** Computes how an entry changes the state of its step: a pure function for each kind. */
import { message } from '../messages/messages.ts';
import type { EntryOf, JournalEntry, StepState } from '../model.ts';

/** The state of a step without any entry in the journal. */
export function initialStepState(step: string): StepState {
  return {
    step,
    phase: 'waiting',
    attempts: 0,
    unresolved: 0,
    orders: [],
    dealIds: [],
    adopted: false,
    requestIds: [],
    outcome: 'not-run',
    code: null,
    message: message('run.never-started'),
    startedAt: null,
    endedAt: null,
    unknownSince: null,
    intentAt: null,
    intentProviderAt: null,
    endedProviderAt: null,
    hiddenOrder: null,
    acceptedAt: null,
    waitsFor: null,
    beganAt: null,
    warning: null,
    size: null,
    billed: null,
  };
}

/** The members of the step's state that an entry of each kind changes. */
export const STEP_CHANGES: {
  readonly [Kind in Extract<JournalEntry, { step: string }>['kind']]: (
    entry: EntryOf<Kind>,
    was: StepState,
  ) => Partial<StepState>;
} = {
  'instance-read': ({ size }) => ({ size }),
  intent: ({ at, attempt, providerAt }, was) => ({
    phase: 'ordering',
    attempts: attempt,
    unresolved: was.unresolved + 1,
    outcome: 'unknown',
    // The code of an earlier attempt's refusal does not apply to this one.
    code: null,
    message: message('run.awaiting-answer'),
    startedAt: was.startedAt ?? at,
    unknownSince: null,
    intentAt: at,
    intentProviderAt: providerAt ?? at,
    hiddenOrder: null,
  }),
  'not-sent': ({ attempt, reason }, was) => ({
    phase: 'waiting',
    attempts: attempt - 1,
    unresolved: was.unresolved - 1,
    outcome: 'not-run',
    message: message('run.nothing-sent', { reason }),
  }),
  accepted: ({ at, order, dealId, requestId }, was) => ({
    phase: 'following',
    adopted: false,
    orders: withOrder(was.orders, order),
    dealIds: dealId === undefined ? was.dealIds : [...was.dealIds, { order, dealId }],
    requestIds: [...was.requestIds, requestId],
    acceptedAt: at,
    message: message('run.ordered'),
  }),
  // A refusal that may hide an order leaves the step unknown until reading resolves it.
  refused: ({ next, code, message: answer, requestId }, was) => {
    const hides = next === 'read-first';
    return {
      phase: hides ? 'unanswered' : 'waiting',
      unresolved: hides ? was.unresolved : was.unresolved - 1,
      outcome: hides ? 'unknown' : 'not-run',
      requestIds: requestId === null ? was.requestIds : [...was.requestIds, requestId],
      code,
      message: message('run.provider-answer', { answer }),
    };
  },
  'no-answer': ({ reason }) => ({
    phase: 'unanswered',
    outcome: 'unknown',
    code: null,
    message: reason,
  }),
  resolved: ({ at, executed, order, evidence }, was) =>
    executed
      ? {
          phase: 'following',
          adopted: was.phase !== 'following' || was.adopted,
          orders: order === null ? was.orders : withOrder(was.orders, order),
          startedAt: was.startedAt ?? at,
          acceptedAt: was.acceptedAt ?? at,
          outcome: 'unknown',
          message: message('run.was-executed', { evidence }),
        }
      : {
          phase: 'waiting',
          outcome: 'not-run',
          hiddenOrder: null,
          message: message('run.was-not-executed', { evidence }),
        },
  deferred: ({ window, opensAt }) => ({
    waitsFor: { window, opensAt },
    message: message('run.deferred', { window }),
  }),
  began: ({ at, warning, evidence }) => ({
    waitsFor: null,
    beganAt: at,
    warning,
    message: message('run.change-started', { evidence }),
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
