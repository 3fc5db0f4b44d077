/** Reads what a step needs before its order, one fact after another. With all of them, the move is `order`. */
import type { Deal } from '../../cloud/cloud.ts';
import { message } from '../../messages/messages.ts';
import {
  type Instance,
  type MaintenanceWindow,
  type Message,
  type Step,
  type StepState,
  sameSize,
} from '../../model.ts';
import { MINUTE, SECOND } from '../../units.ts';
import { LIMITS } from '../waits.ts';
import { afterRefusal, leavesOrder } from './after-refusal.ts';
import { isAtTarget, nodesDrifted } from './judge-following.ts';
import { type At, type End, type OrderMemory, type OrderMove, resolved } from './move.ts';
import { faultMove } from './read-fault.ts';

/** An order of the call was created within this time around it. Clocks differ by less, and no call takes longer. */
const MADE_WITHIN = { before: 30 * SECOND, after: 90 * SECOND };

const ABNORMAL = 'ResourceUnavailable.InstanceStatusAbnormal';

/** The next move in the phase `waiting`: earlier attempts, if any, are resolved. */
export function beforeOrder(at: At): OrderMove {
  const { step, state, seen, execution } = at;
  const memory = memoryOf(at);
  const early = byEarlierStep(at, memory);
  if (early !== null) return early;
  if (memory.turn === undefined) return { kind: 'await-turn' };
  if (memory.turn !== 'go') return { kind: memory.turn === 'give-way' ? 'give-way' : 'leave' };
  if (seen.kind === 'fault') return faultMove<OrderMove>(seen, untilReachable(seen.halt));
  if (execution.switch === 'maintenance-window') {
    if (memory.window === undefined) return { kind: 'read-window' };
    if (at.window === null) throw new Error(`internal error: ${step.id} waits for a window and has none`);
    const drifted = windowDrifted(at.window, memory.window);
    if (drifted !== null) return drifted;
  }
  const unpaid = byUnpaidOrder(step, state, memory);
  if (unpaid !== null) return unpaid;
  if (memory.instance === undefined) return { kind: 'read-instance' };
  const { instance, refused } = memory;
  // The instance is as planned: Refit orders, unless a refusal of the same attempt forbids it.
  return (
    byInstance(step, state, instance) ?? (refused === undefined ? { kind: 'order' } : refusedEnd(refused))
  );
}

export function memoryOf({ memory }: At): OrderMemory {
  return memory?.phase === 'order' ? memory : { phase: 'order' };
}

/** The end of a step by a final refusal. */
export function refusedEnd({
  code,
  message: answer,
}: {
  readonly code: string;
  readonly message: string;
}): End {
  const reason = message(afterRefusal(code).reason);
  return { kind: 'end', outcome: 'refused', message: message('run.refused', { answer, reason }), code };
}

function byEarlierStep({ step, state, earlier, learned, now }: At, memory: OrderMemory): OrderMove | null {
  if (earlier === null) return null;
  const { outcome, phase, endedAt } = earlier.state;
  if (phase !== 'ended' || !earlier.isFinal) return { kind: 'leave' };
  if (outcome !== 'verified') {
    const cause = message('run.earlier-step', { step: step.needs ?? '', outcome });
    return { kind: 'end', outcome: 'skipped', message: cause, code: 'Refit.EarlierStep' };
  }
  // A refusal by the tail lock costs the whole patience, because it may hide an accepted order.
  const left = Date.parse(endedAt ?? '') + learned.tail - now.wall;
  if (memory.tailWaited || memory.turn !== undefined || state.attempts > 0 || !(left > 0)) return null;
  const ms = Math.min(left, learned.tail);
  const showsWait = { name: 'tailLock', limit: ms } as const;
  const waited: OrderMemory = { ...memory, tailWaited: true };
  return { kind: 'wait', name: null, ms, until: 'stopped', showsWait, memory: waited };
}

/** Waits while the provider does not answer, or refuses for now. After a limit the run halts. */
function untilReachable(fault: Message): OrderMove {
  const halt = message('halt.unreachable', { minutes: LIMITS.unreachable / MINUTE, fault });
  const orElse = { kind: 'stop-run', because: 'halted', message: halt } as const;
  return { kind: 'wait', name: 'unreachable', ms: 'growing', until: 'stopped', orElse };
}

/** The end of a step whose window is no longer the approved one. A window that the provider omits has not changed. */
function windowDrifted(planned: MaintenanceWindow, now: MaintenanceWindow | null): End | null {
  if (now === null || (now.from === planned.from && now.to === planned.to)) return null;
  const cause = message('run.window-changed', { now, planned });
  return { kind: 'end', outcome: 'drifted', message: cause, code: 'Refit.Drifted' };
}

/**
 * Looks for the order that a failed payment may leave. The provider refuses the call, but an unpaid order stays for days
 * (docs/provider.md P21 and P80). A person may pay it in the console, and a second order would buy the change twice. So
 * Refit reads billing before it orders such a step again.
 */
function byUnpaidOrder(step: Step, state: StepState, { unpaid }: OrderMemory): OrderMove | null {
  const { code, intentProviderAt } = state;
  if (code === null || intentProviderAt === null || !leavesOrder(code)) return null;
  const askedAt = Date.parse(intentProviderAt);
  if (unpaid === undefined) return { kind: 'read-unpaid', factsSince: askedAt - MADE_WITHIN.before };
  const made = (unpaid ?? []).filter((deal) => isOf(askedAt, deal));
  const deal = made.find((one) => one.state !== 'unpaid') ?? made[0];
  if (deal === undefined) return null;
  if (deal.state === 'unpaid') {
    const { order } = deal;
    const halt = message('halt.order-unpaid', { code, order, instance: step.instance });
    return { kind: 'stop-run', because: 'halted', message: halt, next: { kind: 'leave' } };
  }
  return resolved(state, deal.order, message('run.order-paid', { order: deal.order }));
}

/** Whether the order may be that of the call. */
function isOf(askedAt: number, { createdAt, state }: Deal): boolean {
  return createdAt <= askedAt + MADE_WITHIN.after && state !== 'failed';
}

/** The move if the instance is not as approved; null: it is, and Refit may order. */
function byInstance(step: Step, state: StepState, instance: Instance | null): OrderMove | null {
  if (instance === null) {
    const code = 'ResourceNotFound.InstanceNotExists';
    const orElse: End = { kind: 'end', outcome: 'drifted', message: message('run.instance-gone'), code };
    // One list may lack an instance that exists: a page may come from a late copy of the list.
    return { kind: 'wait', name: 'unlisted', ms: 3 * SECOND, until: 'stopped', orElse };
  }
  const { status, size } = instance;
  if (state.unresolved > 0 && isAtTarget(step, instance)) {
    const at = sameSize(size, step.after) ? size : step.after;
    return resolved(state, null, message('run.at-size-after-all', { size: at }));
  }
  if (status === 'isolated' || status === 'deleting' || status === 'unrecognised') {
    const cause = message('run.instance-status', { status });
    return { kind: 'end', outcome: 'skipped', message: cause, code: ABNORMAL, size };
  }
  if (status !== 'running') {
    const cause = message('run.instance-busy', { status, minutes: LIMITS.busy / MINUTE, tasks: [] });
    const end = { kind: 'end', outcome: 'skipped', message: cause, code: ABNORMAL, size } as const;
    const orElse: End = { ...end, fillIn: ['tasks'] };
    return { kind: 'wait', name: 'busy', ms: 5 * SECOND, until: 'stopped', orElse };
  }
  const drifted = { kind: 'end', outcome: 'drifted', fillIn: ['by'], code: 'Refit.Drifted', size } as const;
  if (!sameSize(size, step.before)) {
    return { ...drifted, message: message('run.size-drifted', { size, planned: step.before, by: [] }) };
  }
  const nodes = nodesDrifted(step, instance);
  if (nodes === null) return null;
  return { ...drifted, message: message('run.nodes-drifted', { nodes, by: [] }) };
}
