/**
 * An accepted change that was told to wait for its maintenance window: accepted is not started. What an instance reads
 * as meanwhile is not documented, so its task is read, sparingly while the window is far (facts §7.3, read 2026-11).
 */
import { iso } from '../../clock.ts';
import type { MaintenanceWindow, Step, StepState } from '../../model.ts';
import { SECOND } from '../../units.ts';
import { LIMITS, MINUTE } from '../waits.ts';
import { factsSince } from './facts-since.ts';
import { foreignOrders } from './judge-landing.ts';
import { judgeBegun } from './judge-settling.ts';
import type { Defer, DeferredMemory, End, FollowMove, Observation, Seen, ShownWait } from './move.ts';
import { faultMove } from './read-fault.ts';
import { beganOutside, isOpen, openingAt, pauseUntilLook, secondClosing } from './window-time.ts';

/** A change that shows no sign of having begun for so long after its order is believed to wait, milliseconds. */
const WAITS_AFTER = MINUTE;

/** How long a read may wait for others: what waits for one window is read together. */
const TOGETHER = 5 * SECOND;

/** What is known of the change from its entries and its plan. Wall clock, ms since 1970 UTC. */
interface Deferral {
  readonly window: MaintenanceWindow;
  readonly orderedAt: number;
  /** By the provider's clock. */
  readonly askedAt: number;
  readonly giveUpAt: number;
}

export function followDeferred(step: Step, state: StepState, observation: Observation): FollowMove {
  const { seen, now } = observation;
  const deferral = deferralOf(step, state, observation);
  const memory = observation.memory?.phase === 'deferred' ? observation.memory : null;
  if (memory === null) return begin(state, observation, deferral);
  if (seen.kind === 'fault') return afterFault(deferral, now.wall, memory, seen);
  if (seen.kind !== 'reading') return read(step, observation, deferral, memory);
  return afterReading(step, state, observation, { deferral, memory, seen });
}

function deferralOf(step: Step, state: StepState, { window, now }: Observation): Deferral {
  if (window === null) throw new Error(`internal error: ${step.id} waits for a window and has none`);
  const orderedAt = Date.parse(state.acceptedAt ?? state.intentAt ?? iso(now.wall));
  const askedAt = Date.parse(state.intentProviderAt ?? state.acceptedAt ?? '');
  return { window, orderedAt, askedAt, giveUpAt: secondClosing(window, orderedAt) + MINUTE };
}

function showsWait({ giveUpAt, orderedAt }: Deferral): ShownWait {
  return { name: 'window', limit: giveUpAt - orderedAt, since: orderedAt };
}

function begin(state: StepState, observation: Observation, deferral: Deferral): FollowMove {
  const { now, learned, readsOnce } = observation;
  const { window, orderedAt } = deferral;
  const isElsewhen = !isOpen(window, now.wall);
  const isKnownToWait = learned.deferral === 'kept' && isElsewhen;
  // Resumed, it is read immediately: it may have begun while nobody read.
  const isNew = now.wall - orderedAt < 5 * SECOND;
  const pause: FollowMove = {
    kind: 'wait',
    name: null,
    ms: isNew && !readsOnce ? pauseUntilLook(window, orderedAt, now.wall) : 0,
    until: 'drained',
    showsWait: showsWait(deferral),
    memory: { phase: 'deferred', notYetAt: orderedAt },
  };
  if (isKnownToWait)
    return defer(state, deferral, now.wall, { tells: true, givesSlot: true, isKept: false, next: pause });
  return state.waitsFor !== null && isOld(deferral, now.wall)
    ? defer(state, deferral, now.wall, { tells: false, givesSlot: true, isKept: false, next: pause })
    : pause;
}

function isOld({ orderedAt }: Deferral, wall: number): boolean {
  return wall - orderedAt >= WAITS_AFTER;
}

/**
 * Its slot goes to another: it is not in flight while it waits. Until the provider was seen to let a change wait the
 * slot is kept, because where the option is overlooked all would begin at the same time.
 */
function defer(
  { waitsFor }: StepState,
  { window }: Deferral,
  wall: number,
  { tells, ...defers }: { readonly tells: boolean } & Pick<Defer, 'givesSlot' | 'isKept' | 'next'>,
): Defer {
  const opensAt = tells && waitsFor === null ? openingAt(window, wall).opens : null;
  return { kind: 'defer', window, opensAt, ...defers };
}

function read(
  step: Step,
  { earlier }: Observation,
  { askedAt }: Deferral,
  memory: DeferredMemory,
): FollowMove {
  const since = factsSince(step, earlier, askedAt);
  return { kind: 'read', within: TOGETHER, factsSince: since, openTasks: false, memory };
}

function afterFault(
  { giveUpAt }: Deferral,
  wall: number,
  memory: DeferredMemory,
  seen: Extract<Seen, { kind: 'fault' }>,
): FollowMove {
  const message = `ordered, and its end could not be read: ${seen.message}`;
  const end: End = { kind: 'end', outcome: 'unknown', message };
  const limit = giveUpAt + LIMITS.settling - wall;
  const again: FollowMove = {
    kind: 'wait',
    name: 'unreachable',
    limit,
    ms: MINUTE / 2,
    until: 'drained',
    memory,
  };
  return faultMove<FollowMove>(seen, limit < 0 ? end : again, end);
}

function afterReading(
  step: Step,
  state: StepState,
  observation: Observation,
  {
    deferral,
    memory,
    seen,
  }: {
    readonly deferral: Deferral;
    readonly memory: DeferredMemory;
    readonly seen: Extract<Seen, { kind: 'reading' }>;
  },
): FollowMove {
  const { now, readsOnce } = observation;
  const { window, orderedAt, askedAt, giveUpAt } = deferral;
  const { reading, whose } = seen;
  const { orders } = state;
  const foreign = foreignOrders(reading.deals, whose, orders);
  const begun = judgeBegun(step, reading, { orders, askedAt }, foreign);
  if (begun !== null) {
    const { evidence, taskAt } = begun;
    const began = { notYetAt: memory.notYetAt, seenAt: now.wall, orderedAt, taskAt };
    const isOverlooked = beganOutside(window, began);
    const warning = isOverlooked ? `executed outside its window ${sayWindow(window)}` : null;
    return { kind: 'append', event: { kind: 'began', step: step.id, evidence, warning }, isOverlooked };
  }
  if (now.wall > giveUpAt) {
    const message = `accepted, and not begun by the end of the second of its windows ${sayWindow(window)}`;
    return { kind: 'end', outcome: 'unknown', message, size: reading.instance?.size ?? null };
  }
  const pause: FollowMove = readsOnce
    ? { kind: 'leave' }
    : {
        kind: 'wait',
        name: null,
        ms: pauseUntilLook(window, orderedAt, now.wall),
        until: 'drained',
        memory: { phase: 'deferred', notYetAt: now.wall },
      };
  if (isOpen(window, now.wall)) return pause;
  const isBelieved = isOld(deferral, now.wall);
  return defer(state, deferral, now.wall, {
    tells: true,
    givesSlot: isBelieved,
    isKept: isBelieved,
    next: pause,
  });
}

function sayWindow({ from, to }: MaintenanceWindow): string {
  return `${from}-${to} Beijing time`;
}
