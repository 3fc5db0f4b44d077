/**
 * An accepted change that was told to wait for its maintenance window: accepted is not started. What an instance reads
 * as meanwhile is not documented, so its task is read, sparingly while the window is far (docs/provider.md P101).
 */
import { iso } from '../../clock.ts';
import { fromBeijing, toBeijing } from '../../cloud/wire/beijing-time.ts';
import type { MaintenanceWindow } from '../../model.ts';
import { DAY, MINUTE, SECOND } from '../../units.ts';
import { LIMITS } from '../waits.ts';
import { judgeStart } from './judge-following.ts';
import { factsSince, foreignOrders } from './judge-order-fate.ts';
import type { At, Defer, DeferredMemory, End, Fault, FollowMove, Read } from './move.ts';
import { faultMove } from './read-fault.ts';

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

export function followDeferred(at: At): FollowMove {
  const { seen } = at;
  const deferral = deferralOf(at);
  const memory = at.memory?.phase === 'deferred' ? at.memory : null;
  if (memory === null) return begin(at, deferral);
  if (seen.kind === 'fault') return afterFault(at, deferral, memory, seen);
  if (seen.kind === 'reading') return afterReading(at, deferral, memory, seen);
  const since = factsSince(at.step, at.earlier, deferral.askedAt);
  return { kind: 'read', within: TOGETHER, factsSince: since, openTasks: false, memory };
}

function deferralOf({ step, state, window, now }: At): Deferral {
  if (window === null) throw new Error(`internal error: ${step.id} waits for a window and has none`);
  const orderedAt = Date.parse(state.acceptedAt ?? state.intentAt ?? iso(now.wall));
  const askedAt = Date.parse(state.intentProviderAt ?? state.acceptedAt ?? '');
  return { window, orderedAt, askedAt, giveUpAt: secondClosing(window, orderedAt) + MINUTE };
}

function begin(at: At, deferral: Deferral): FollowMove {
  const { state, now, learned, readsOnce } = at;
  const { window, orderedAt, giveUpAt } = deferral;
  // Resumed, it is read immediately: it may have begun while nobody read.
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
    return defer(at, deferral, { tells: true, givesSlot: true, isKept: false, next });
  return state.waitsFor !== null && isOld(at, deferral)
    ? defer(at, deferral, { tells: false, givesSlot: true, isKept: false, next })
    : next;
}

function isOld({ now }: At, { orderedAt }: Deferral): boolean {
  return now.wall - orderedAt >= WAITS_AFTER;
}

/**
 * Its slot goes to another: it is not in flight while it waits. Until the provider was seen to let a change wait the
 * slot is kept, because where the option is overlooked all would begin at the same time.
 */
function defer(
  { state, now }: At,
  { window }: Deferral,
  { tells, ...defers }: { readonly tells: boolean } & Pick<Defer, 'givesSlot' | 'isKept' | 'next'>,
): Defer {
  const opensAt = tells && state.waitsFor === null ? openingAt(window, now.wall).opens : null;
  return { kind: 'defer', window, opensAt, ...defers };
}

function afterFault({ now }: At, { giveUpAt }: Deferral, memory: DeferredMemory, seen: Fault): FollowMove {
  const message = `ordered, and its end could not be read: ${seen.message}`;
  const end: End = { kind: 'end', outcome: 'unknown', message };
  const limit = giveUpAt + LIMITS.following - now.wall;
  const again = { kind: 'wait', name: 'unreachable', limit, ms: MINUTE / 2, until: 'drained' } as const;
  return faultMove<FollowMove>(seen, limit < 0 ? end : { ...again, memory }, end);
}

function afterReading(at: At, deferral: Deferral, memory: DeferredMemory, seen: Read): FollowMove {
  const { step, state, now } = at;
  const { window, orderedAt, askedAt, giveUpAt } = deferral;
  const { reading, whose } = seen;
  const { orders } = state;
  const begun = judgeStart(step, reading, { orders, askedAt }, foreignOrders(reading.deals, whose, orders));
  if (begun !== null) {
    const { evidence, taskAt } = begun;
    const began = { notYetAt: memory.notYetAt, seenAt: now.wall, orderedAt, taskAt };
    const isOverlooked = beganOutside(window, began);
    const warning = isOverlooked ? `executed outside its window ${formatWindow(window)}` : null;
    return { kind: 'append', event: { kind: 'began', step: step.id, evidence, warning }, isWindowIgnored: isOverlooked };
  }
  if (now.wall > giveUpAt) {
    const message = `accepted, and not begun by the end of the second of its windows ${formatWindow(window)}`;
    return { kind: 'end', outcome: 'unknown', message, size: reading.instance?.size ?? null };
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
  return defer(at, deferral, { tells: true, givesSlot: isBelieved, isKept: isBelieved, next });
}

function formatWindow({ from, to }: MaintenanceWindow): string {
  return `${from}-${to} Beijing time`;
}

/**
 * The opening of a window that a moment lies in, else the next one: from `opens` on, before `closes`, ms since 1970 UTC.
 * Each day, Beijing time, not over midnight. Source: docs/provider.md P97 and P99.
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

/** True where the window is open at the moment. */
export function isOpen(window: MaintenanceWindow, at: number): boolean {
  return openingAt(window, at).opens <= at;
}

/** The end of the second opening from a moment on, the one that it lies in counted. */
export function secondClosing(window: MaintenanceWindow, at: number): number {
  return openingAt(window, openingAt(window, at).closes).closes;
}

/** Between the last look before a window opens and its opening, milliseconds: more than clocks differ. */
const BEFORE_OPENING = 60_000;

/** The longest between two looks while nothing can have begun that should not. */
const SPARINGLY = 30 * 60_000;

/** How often it is looked while the window is open. */
const WHILE_OPEN = 15_000;

/**
 * How long to leave a change alone that waits for its window: ever longer while the window is far, with a look just
 * before it opens, which proves what has begun outside of it, and often while it is open.
 * @param since when it was accepted.
 */
export function pauseUntilRead(window: MaintenanceWindow, since: number, now: number): number {
  const { opens, closes } = openingAt(window, now);
  if (opens <= now) return Math.min(WHILE_OPEN, Math.max(1_000, closes - now));
  const growing = Math.min(SPARINGLY, Math.max(5_000, (now - since) / 2));
  const last = opens - BEFORE_OPENING;
  return now < last ? Math.min(growing, last - now) : opens - now + 1_000;
}

/** What is known of when a change began. Milliseconds since 1970 UTC. */
export interface Beginning {
  /** When it was last known not to have begun: by a look, else when it was ordered. */
  readonly notYetAt: number;
  /** When it was first seen to have begun. */
  readonly seenAt: number;
  readonly orderedAt: number;
  /** When its task began by the task list; null where that was not read. */
  readonly taskAt: number | null;
}

/** A task this much younger than its order did not get its time from the order. */
const NOT_THE_ORDERS = 2 * 60_000;

/** Clocks differ by less. */
const CLOCKS = 30_000;

/**
 * Whether a change certainly began outside its window: no moment of the window lies between the last look that found it
 * waiting and the first that did not, or the task list says so. A task's time that is about the order's proves nothing,
 * because it may be the time at which the task was made.
 */
export function beganOutside(window: MaintenanceWindow, began: Beginning): boolean {
  const { opens } = openingAt(window, began.notYetAt);
  if (opens > began.seenAt + CLOCKS) return true;
  const { taskAt } = began;
  if (taskAt === null || taskAt < began.orderedAt + NOT_THE_ORDERS) return false;
  return ![taskAt - CLOCKS, taskAt, taskAt + CLOCKS].some((at) => isOpen(window, at));
}
