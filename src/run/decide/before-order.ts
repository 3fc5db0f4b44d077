/** What a step needs before it may be ordered, one fact after the other; with all of them the move is `order`. */
import type { Deal } from '../../cloud/cloud.ts';
import { type Instance, type MaintenanceWindow, type Step, type StepState, sameSize } from '../../model.ts';
import { MINUTE, SECOND } from '../../units.ts';
import { LIMITS } from '../waits.ts';
import { afterRefusal, formatHalt, leavesOrder } from './after-refusal.ts';
import { describe, isAtTarget, nodesDrifted } from './judge-following.ts';
import { type At, type End, type OrderMemory, type OrderMove, resolved } from './move.ts';
import { faultMove } from './read-fault.ts';

/** An order that the call made was made while it was in progress: clocks differ by less, and no call takes longer. */
const MADE_WITHIN = { before: 30 * SECOND, after: 90 * SECOND };

const ABNORMAL = 'ResourceUnavailable.InstanceStatusAbnormal';

/** For a step in the phase `waiting`: what it was asked before, if anything, is resolved. */
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
    const moved = windowMoved(at.window, memory.window);
    if (moved !== null) return moved;
  }
  const unpaid = byUnpaidOrder(step, state, memory);
  if (unpaid !== null) return unpaid;
  if (memory.instance === undefined) return { kind: 'look' };
  const { instance, refused } = memory;
  // Still as it was planned: ordered, unless a refusal has just said that it can't be.
  return (
    byInstance(step, state, instance) ?? (refused === undefined ? { kind: 'order' } : refusedEnd(refused))
  );
}

export function memoryOf({ memory }: At): OrderMemory {
  return memory?.phase === 'order' ? memory : { phase: 'order' };
}

/** The end of a step by a refusal that is for good. */
export function refusedEnd({ code, message }: { readonly code: string; readonly message: string }): End {
  return { kind: 'end', outcome: 'refused', message: `${message} (${afterRefusal(code).reason})`, code };
}

function byEarlierStep({ step, state, earlier, learned, now }: At, memory: OrderMemory): OrderMove | null {
  if (earlier === null) return null;
  const { outcome, phase, endedAt } = earlier.state;
  if (phase !== 'ended' || !earlier.isFinal) return { kind: 'leave' };
  if (outcome !== 'verified') {
    const message = `its earlier step ${step.needs} ended ${outcome}`;
    return { kind: 'end', outcome: 'skipped', message, code: 'Refit.EarlierStep' };
  }
  // A refusal by the tail lock costs the whole of patience, because it may hide an order that was taken.
  const left = Date.parse(endedAt ?? '') + learned.tail - now.wall;
  if (memory.tailWaited || memory.turn !== undefined || state.attempts > 0 || !(left > 0)) return null;
  const ms = Math.min(left, learned.tail);
  const showsWait = { name: 'tailLock', limit: ms } as const;
  const waited: OrderMemory = { ...memory, tailWaited: true };
  return { kind: 'wait', name: null, ms, until: 'stopped', showsWait, memory: waited };
}

/** The provider does not answer, or refuses for now: a moment's pause, and after a limit the run halts. */
function untilReachable(halt: string): OrderMove {
  const message = `the provider could not be reached for ${LIMITS.unreachable / MINUTE} minutes: ${halt}`;
  const orElse = { kind: 'stop-run', because: 'halted', message } as const;
  return { kind: 'wait', name: 'unreachable', ms: 'growing', until: 'stopped', orElse };
}

/** Only the window that was approved counts. One that the provider does not tell any more has not changed. */
function windowMoved(planned: MaintenanceWindow, now: MaintenanceWindow | null): End | null {
  if (now === null || (now.from === planned.from && now.to === planned.to)) return null;
  const message = `its maintenance window is ${now.from}-${now.to} now, planned with ${planned.from}-${planned.to} Beijing time`;
  return { kind: 'end', outcome: 'drifted', message, code: 'Refit.Drifted' };
}

/**
 * The order that a failed payment may leave: the provider refuses the call, and an order waits to be paid for days
 * (docs/provider.md P21 and P80). Whoever pays it in the console has bought the change; asked again, it would be
 * bought twice. So billing is read before such a step is ordered again.
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
    const why = `${code}: order ${deal.order} for ${step.instance} waits to be paid`;
    const message = formatHalt(why, `pay or cancel order ${deal.order} in the console`);
    return { kind: 'stop-run', because: 'halted', message, next: { kind: 'leave' } };
  }
  return resolved(state, deal.order, `order ${deal.order}, which waited to be paid, has been paid`);
}

function isOf(askedAt: number, { createdAt, state }: Deal): boolean {
  return createdAt <= askedAt + MADE_WITHIN.after && state !== 'failed';
}

/** Whether the instance still is what was approved: only then may it be ordered for. null: it is. */
function byInstance(step: Step, state: StepState, instance: Instance | null): OrderMove | null {
  if (instance === null) {
    const message = 'the provider lists no such instance any more';
    const code = 'ResourceNotFound.InstanceNotExists';
    const orElse: End = { kind: 'end', outcome: 'drifted', message, code };
    // One list may lack an instance that is there, as a page does that comes from a copy of the list which is late.
    return { kind: 'wait', name: 'unlisted', ms: 3 * SECOND, until: 'stopped', orElse };
  }
  const { status, size } = instance;
  if (state.unresolved > 0 && isAtTarget(step, instance)) {
    const at = describe(sameSize(size, step.after) ? size : step.after);
    return resolved(state, null, `the instance is at ${at} now: an earlier attempt had landed after all`);
  }
  if (status === 'isolated' || status === 'deleting' || status === 'unrecognised')
    return { kind: 'end', outcome: 'skipped', message: `the instance is ${status}`, code: ABNORMAL, size };
  if (status !== 'running') {
    const what = `the instance was ${status} for ${LIMITS.busy / MINUTE} minutes`;
    const message = [what, { lookUp: 'in-progress' }] as const;
    const orElse: End = { kind: 'end', outcome: 'skipped', message, code: ABNORMAL, size };
    return { kind: 'wait', name: 'busy', ms: 5 * SECOND, until: 'stopped', orElse };
  }
  const by = { lookUp: 'foreign-change' } as const;
  if (!sameSize(size, step.before)) {
    const what = `the instance is at ${describe(size)}, planned from ${describe(step.before)}: it was changed meanwhile`;
    return { kind: 'end', outcome: 'drifted', message: [what, by], code: 'Refit.Drifted', size };
  }
  const moved = nodesDrifted(step, instance);
  if (moved === null) return null;
  const message = ['the nodes were changed meanwhile', by, `: ${moved}`];
  return { kind: 'end', outcome: 'drifted', message, code: 'Refit.Drifted', size };
}
