/**
 * Follows an accepted change that waits for its maintenance window. Accepted does not mean started. The status of an
 * instance meanwhile is not documented, so Refit reads its task, rarely while the window is far (docs/provider.md P101).
 */
import { iso } from '../../clock.ts';
import { fromBeijing, toBeijing } from '../../cloud/wire/beijing-time.ts';
import { message } from '../../messages/messages.ts';
import type { MaintenanceWindow } from '../../model.ts';
import { DAY, MINUTE, SECOND } from '../../units.ts';
import { LIMITS } from '../waits.ts';
import { judgeStart } from './judge-following.ts';
import { foreignOrders } from './judge-order-fate.ts';
import {
  type At,
  type Defer,
  type DeferredMemory,
  type End,
  earliestOrder,
  type Fault,
  type FollowMove,
  type Read,
  tracesSince,
} from './move.ts';
import { faultMove } from './read-fault.ts';

/** A change without any sign of a start for this long after its order waits for its window, ms. */
const WAITS_AFTER = MINUTE;

/** How long a read may wait for others, ms. Refit reads changes that wait for one window together. */
const TOGETHER = 5 * SECOND;

/** What the journal and the plan say about the change. Wall clock, ms since 1970 UTC. */
interface Deferral {
  readonly window: MaintenanceWindow;
  readonly orderedAt: number;
  /** By the provider's clock. */
  readonly askedAt: number;
  readonly giveUpAt: number;
}

export function followDeferred(at: At): FollowMove {
  const { seen } = at;
  const deferral = deferralOf(at);
  const memory = at.memory?.phase === 'deferred' ? at.memory : null;
  if (memory === null) return firstMove(at, deferral);
  if (seen.kind === 'fault') return afterFault(at, deferral, memory, seen);
  if (seen.kind === 'reading') return afterReading(at, deferral, memory, seen);
  return { kind: 'read', maxDelay: TOGETHER, factsSince: tracesSince(at), openTasks: false, memory };
}

function deferralOf(at: At): Deferral {
  const { step, state, window, now } = at;
  if (window === null) throw new Error(`internal error: ${step.id} waits for a window and has none`);
  const orderedAt = Date.parse(state.acceptedAt ?? state.intentAt ?? iso(now.wall));
  return {
    window,
    orderedAt,
    askedAt: earliestOrder(at),
    giveUpAt: secondClosing(window, orderedAt) + MINUTE,
  };
}

function firstMove(at: At, deferral: Deferral): FollowMove {
  const { state, now, learned, readsOnce } = at;
  const { window, orderedAt, giveUpAt } = deferral;
  // Refit reads a resumed change immediately, because it may have started meanwhile.
  const isNew = now.wall - orderedAt < 5 * SECOND;
  const next: FollowMove = {
    kind: 'wait',
    name: null,
    ms: isNew && !readsOnce ? pauseUntilRead(window, orderedAt, now.wall) : 0,
    until: 'drained',
    showsWait: { name: 'window', limit: giveUpAt - orderedAt, since: orderedAt },
    memory: { phase: 'deferred', notYetAt: orderedAt },
  };
  if (learned.deferral === 'kept' && !isOpen(window, now.wall))
    return defer(at, deferral, { records: true, givesSlot: true, isKept: false, next });
  return state.waitsFor !== null && isOld(at, deferral)
    ? defer(at, deferral, { records: false, givesSlot: true, isKept: false, next })
    : next;
}

function isOld({ now }: At, { orderedAt }: Deferral): boolean {
  return now.wall - orderedAt >= WAITS_AFTER;
}

/**
 * Lets the change wait. It is not in flight, so its slot goes to another step. The step keeps the slot until Refit has
 * seen the provider let a change wait. If the provider ignored the option, all changes would start at the same time.
 */
function defer(
  { state, now }: At,
  { window }: Deferral,
  { records, ...defers }: { readonly records: boolean } & Pick<Defer, 'givesSlot' | 'isKept' | 'next'>,
): Defer {
  const opensAt = records && state.waitsFor === null ? openingAt(window, now.wall).opens : null;
  return { kind: 'defer', window, opensAt, ...defers };
}

function afterFault({ now }: At, { giveUpAt }: Deferral, memory: DeferredMemory, seen: Fault): FollowMove {
  const unreadable = message('run.end-unreadable', { error: seen.error });
  const end: End = { kind: 'end', outcome: 'unknown', message: unreadable };
  const limit = giveUpAt + LIMITS.following - now.wall;
  const again = { kind: 'wait', name: 'unreachable', limit, ms: MINUTE / 2, until: 'drained' } as const;
  return faultMove<FollowMove>(seen, limit < 0 ? end : { ...again, memory }, end);
}

function afterReading(at: At, deferral: Deferral, memory: DeferredMemory, seen: Read): FollowMove {
  const { step, state, now } = at;
  const { window, orderedAt, askedAt, giveUpAt } = deferral;
  const { reading, whose } = seen;
  const { orders } = state;
  const start = judgeStart(step, reading, { orders, askedAt }, foreignOrders(reading.deals, whose, orders));
  if (start !== null) {
    const { evidence, taskAt } = start;
    const began = { notYetAt: memory.notYetAt, seenAt: now.wall, orderedAt, taskAt };
    const isWindowIgnored = beganOutside(window, began);
    const warning = isWindowIgnored ? message('run.outside-window', { window }) : null;
    return { kind: 'append', event: { kind: 'began', step: step.id, evidence, warning }, isWindowIgnored };
  }
  if (now.wall > giveUpAt) {
    const notStarted = message('run.not-started-in-window', { window });
    return { kind: 'end', outcome: 'unknown', message: notStarted, size: reading.instance?.size ?? null };
  }
  const next: FollowMove = at.readsOnce
    ? { kind: 'leave' }
    : {
        kind: 'wait',
        name: null,
        ms: pauseUntilRead(window, orderedAt, now.wall),
        until: 'drained',
        memory: { phase: 'deferred', notYetAt: now.wall },
      };
  if (isOpen(window, now.wall)) return next;
  const isBelieved = isOld(at, deferral);
  const idle = isBelieved && next.kind === 'wait' ? { idleUntil: neededFrom(window, now.wall) } : {};
  return defer(at, deferral, {
    records: true,
    givesSlot: isBelieved,
    isKept: isBelieved,
    next: { ...next, ...idle },
  });
}

/**
 * The open period of a window at a moment, else the next one. It is from `opens` on, before `closes`, ms since 1970 UTC.
 * It is daily, in Beijing time, and never crosses midnight. Source: docs/provider.md P97 and P99.
 */
export function openingAt(window: MaintenanceWindow, at: number): { opens: number; closes: number } {
  const of = (day: number) => {
    const date = toBeijing(day).slice(0, 10);
    const [opens, closes] = [window.from, window.to].map((time) => fromBeijing(`${date} ${time}:00`)!);
    return { opens: opens!, closes: closes! };
  };
  const today = of(at);
  return at < today.closes ? today : of(at + DAY);
}

/** True if the window is open at the moment. */
export function isOpen(window: MaintenanceWindow, at: number): boolean {
  return openingAt(window, at).opens <= at;
}

/** The end of the second open period from a moment on; the current one counts. */
export function secondClosing(window: MaintenanceWindow, at: number): number {
  return openingAt(window, openingAt(window, at).closes).closes;
}

/** How long before the opening the last read comes, ms: more than clocks differ. */
const BEFORE_OPENING = 60_000;

/** The longest pause between two reads before the window opens, ms. */
const SPARINGLY = 30 * 60_000;

/** The pause between two reads while the window is open, ms. */
const WHILE_OPEN = 15_000;

/**
 * The pause before the next read of a change that waits for its window, ms. It grows while the window is far, and is short
 * while the window is open. One read comes just before the opening: it proves a start outside the window.
 * @param since when the change was accepted.
 */
export function pauseUntilRead(window: MaintenanceWindow, since: number, now: number): number {
  const { opens, closes } = openingAt(window, now);
  if (opens <= now) return Math.min(WHILE_OPEN, Math.max(1_000, closes - now));
  const growing = Math.min(SPARINGLY, Math.max(5_000, (now - since) / 2));
  const last = opens - BEFORE_OPENING;
  return now < last ? Math.min(growing, last - now) : opens - now + 1_000;
}

/** Milliseconds in which another process can open the run, before the last read that comes before an opening. */
const TO_OPEN_A_RUN = 60_000;

/** From when on a process has to follow a change that waits for its window, wall clock. */
function neededFrom(window: MaintenanceWindow, now: number): number {
  return openingAt(window, now).opens - BEFORE_OPENING - TO_OPEN_A_RUN;
}

/** What Refit knows about the start of a change. Milliseconds since 1970 UTC. */
export interface Beginning {
  /** The last moment at which it had not started: the last read, else the order. */
  readonly notYetAt: number;
  /** The first moment at which Refit saw that it had started. */
  readonly seenAt: number;
  readonly orderedAt: number;
  /** The start of its task in the task list; null: not read. */
  readonly taskAt: number | null;
}

/** A task this much later than its order did not take the order's time, ms. */
const NOT_THE_ORDERS = 2 * 60_000;

/** Clocks differ by less, ms. */
const CLOCKS = 30_000;

/**
 * True if a change certainly started outside its window. Either the window was closed from the last read that found it
 * waiting to the first that did not, or the task list proves it. A task time close to the order proves nothing: it may be
 * the time at which the task was created.
 */
export function beganOutside(window: MaintenanceWindow, began: Beginning): boolean {
  const { opens } = openingAt(window, began.notYetAt);
  if (opens > began.seenAt + CLOCKS) return true;
  const { taskAt } = began;
  if (taskAt === null || taskAt < began.orderedAt + NOT_THE_ORDERS) return false;
  return ![taskAt - CLOCKS, taskAt, taskAt + CLOCKS].some((at) => isOpen(window, at));
}
