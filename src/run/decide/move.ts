/**
 * The next move of the engine for one step, as plain data. `next-move.ts` decides, `engine/carry-out-move.ts` acts.
 *
 *     nextMove(step, state, observation) → move → carried out → the next observation → nextMove …
 */
import type { Deal, OrderAnswer } from '../../cloud/cloud.ts';
import type {
  EndedBecause,
  Execution,
  Instance,
  JournalEvent,
  MaintenanceWindow,
  Message,
  Money,
  Outcome,
  Size,
  Step,
  StepState,
} from '../../model.ts';
import { earliestSeal } from '../../plan/may-start.ts';
import { DAY } from '../../units.ts';
import type { WaitName, WaitWithLimit } from '../waits.ts';
import type { Reading } from './judge-following.ts';
import { factsSince, type Ownership } from './judge-order-fate.ts';

/**
 * A parameter of an end's message that the engine fills in. `by`: the foreign change. `tasks`: what is in progress on the
 * instance. `minutes`: how long the wait before the end lasted.
 */
export type FilledIn = 'by' | 'tasks' | 'minutes';

/** Moves that read and write the journal; none can order. Without `next`, Refit decides the next move again. */
export type FollowMove =
  /** This process does nothing more for this step. */
  | { readonly kind: 'leave' }
  | {
      readonly kind: 'read';
      /** Milliseconds that the question may wait for others. */
      readonly maxDelay: number;
      /** Also read tasks and orders since then (provider's clock, ms since 1970 UTC); null: the instance alone. */
      readonly factsSince: number | null;
      /** Leaves out finished tasks. */
      readonly openTasks: boolean;
      /** The wait that `status` shows meanwhile. */
      readonly showsWait?: ShownWait;
      readonly memory: Memory;
    }
  | Wait<FollowMove>
  | Append<FollowMove>
  | End
  | StopRun<FollowMove>
  | Defer;

/** The change waits for its maintenance window, and is not in flight meanwhile. */
export interface Defer {
  readonly kind: 'defer';
  readonly window: MaintenanceWindow;
  /** When it opens, ms since 1970 UTC; null: the journal has it already. */
  readonly opensAt: number | null;
  /** Gives the step's in-flight slot back. */
  readonly givesSlot: boolean;
  /** Refit has seen the provider let changes wait. */
  readonly isKept: boolean;
  readonly next: FollowMove;
}

/** Moves of a step that may be ordered. */
export type OrderMove =
  | { readonly kind: 'await-turn' }
  /** Gives its slot back and continues in another, because fewer steps may be in flight now. */
  | { readonly kind: 'give-way' }
  /** Reads the maintenance window again. */
  | { readonly kind: 'read-window' }
  /** Looks for the order that a failed payment may have left. */
  | { readonly kind: 'read-unpaid'; readonly factsSince: number }
  /** Reads the instance again, directly before its order. */
  | { readonly kind: 'read-instance'; readonly memory?: OrderMemory }
  | { readonly kind: 'order' }
  | Wait<OrderMove>
  | Append<OrderMove>
  | StopRun<OrderMove>
  | FollowMove;

export type Move = OrderMove;

export interface End {
  readonly kind: 'end';
  readonly outcome: Exclude<Outcome, 'not-run'>;
  readonly message: Message;
  readonly fillIn?: readonly FilledIn[];
  readonly code?: string | null;
  readonly size?: Size | null;
  readonly billed?: Money | null;
  /** How long the change took, ms. The run learns from it when to read the next one. */
  readonly took?: number;
}

export interface Wait<Next> {
  readonly kind: 'wait';
  /** The wait whose limit this counts against; null: none. */
  readonly name: WaitWithLimit | null;
  /** A limit other than the usual one of its name, ms. */
  readonly limit?: number;
  /** 0: no pause. `growing`: from one second to thirty, with the time already waited. */
  readonly ms: number | 'growing';
  /** Ends the pause early: no new orders; the run drains (then the step is left); the process leaves. */
  readonly until: 'stopped' | 'drained' | 'left';
  readonly showsWait?: ShownWait;
  /** The process is not needed until then (wall clock, ms since 1970 UTC); absent: something has to be followed. */
  readonly idleUntil?: number;
  /** Replaces the pause once the limit is over; absent: the pause stays. */
  readonly orElse?: Next;
  readonly next?: Next;
  /** Kept for the next decision; absent: that one starts without any observation. */
  readonly memory?: Memory;
}

/** Writes an event to the journal, durably. */
export interface Append<Next> {
  readonly kind: 'append';
  readonly event: JournalEvent;
  /** The new pause between a change and the next order of its instance, ms. */
  readonly learnsTail?: number | null;
  /** The provider does not let changes wait for their windows. */
  readonly isWindowIgnored?: boolean;
  readonly next?: Next;
}

/** Halts the run. */
export interface StopRun<Next> {
  readonly kind: 'stop-run';
  readonly because: Exclude<EndedBecause, 'done'>;
  readonly message: Message;
  /** The provider's code, if a refusal is the reason. */
  readonly code?: string;
  readonly next?: Next;
}

/** A wait as `status` shows it. `since` by the wall clock, ms since 1970 UTC. */
export interface ShownWait {
  readonly name: WaitName;
  readonly limit: number;
  readonly since?: number;
}

/** One moment by three clocks, ms: the two of this machine, and the provider's from its answers. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
  readonly provider: number;
}

/** What this process knows of a step while it is in one phase. */
export type Memory = OrderMemory | UnansweredMemory | AcceptedMemory | DeferredMemory;

/** What this round has read before the order. Absent: not read yet. */
export interface OrderMemory {
  readonly phase: 'order';
  /** The wait for the tail lock of the step before is over. */
  readonly tailWaited?: true;
  readonly turn?: 'go' | 'give-way' | 'stopped';
  /** null: the provider no longer returns it. */
  readonly window?: MaintenanceWindow | null;
  /** Orders that the failed payment may have left; null: this identity may not read billing. */
  readonly unpaid?: readonly Deal[] | null;
  readonly instance?: Instance | null;
  /** The refusal before this reading. It ends the step if the instance still is as planned. */
  readonly refused?: { readonly code: string; readonly message: string };
}

export interface UnansweredMemory {
  readonly phase: 'unanswered';
  readonly round: number;
  /** When the last question was asked. */
  readonly asked: Moment;
}

export interface AcceptedMemory {
  readonly phase: 'accepted';
  readonly round: number;
  /** When the change started, monotonic, and for how many ms it ran before this process read it. */
  readonly since: number;
  readonly before: number;
  /** What the next read asks of tasks and billing; null: nothing, unless it is time again. */
  readonly facts: 'open' | 'all' | null;
  /** Whether the last read asked for them. */
  readonly asked: boolean;
  /** How long the change had been running at the last read, ms. */
  readonly age: number;
  readonly status: 'running' | 'processing';
}

export interface DeferredMemory {
  readonly phase: 'deferred';
  /** The last moment at which it had not started, wall clock. */
  readonly notYetAt: number;
}

/** The result of placing an order. */
export type OrderResult =
  | Exclude<OrderAnswer, { kind: 'not-sent' }>
  /** Nothing left this process. */
  | { readonly kind: 'not-sent'; readonly reason: Message }
  /** Refit sent nothing: no new order may start, or the run is paused. */
  | { readonly kind: 'stopped' }
  /** The reading before the order had become too old. */
  | { readonly kind: 'read-again' };

/**
 * `passing`: waiting may help: no answer, a refusal by limit, or a fault of the provider.
 * `no-right`: this identity lacks the permission. `credentials`: the keys are refused or missing.
 */
export type ReadFault = 'passing' | 'no-right' | 'credentials' | 'other';

/** The result of the last move. */
export type Seen =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'reading'; readonly reading: Reading; readonly whose: Ownership }
  /** `error` is the text of the error; `halt` is the message of a run that halts for it. */
  | { readonly kind: 'fault'; readonly fault: ReadFault; readonly error: string; readonly halt: Message }
  | {
      readonly kind: 'placed';
      readonly placed: OrderResult;
      /** The code with which the previous attempt was refused. */
      readonly refusedBefore: string | null;
      /** Another step that has this order number on record. */
      readonly orderOf: string | null;
      /** No new order may start now. */
      readonly isHeldBack: boolean;
    };

/** What a run has learned about its changes so far. */
export interface Learned {
  /** What a change usually takes, ms; null until one has ended. */
  usual: number | null;
  /** The pause between a change and the next order of its instance, ms. */
  tail: number;
  /** When Refit started to follow the first accepted change, monotonic ms; null: none yet. */
  firstSince: number | null;
}

/** Everything that a decision about a step needs beside its state in the journal. */
export interface Observation {
  readonly now: Moment;
  readonly memory: Memory | null;
  readonly seen: Seen;
  readonly execution: Pick<Execution, 'patience' | 'switch'>;
  /** The approved maintenance window of the instance. */
  readonly window: MaintenanceWindow | null;
  /** The previous step of the same instance. `isFinal` false: its end may still change. */
  readonly earlier: { readonly state: StepState; readonly isFinal: boolean } | null;
  readonly learned: Readonly<Learned> & {
    /** Whether the provider lets changes wait for their windows, as seen in this scope. */
    readonly deferral: 'kept' | 'overlooked' | null;
  };
  /** Another step awaits this one's in-flight slot. */
  readonly isSlotWanted: boolean;
  /** How many steps share a round of reads about ends, as of the last round. */
  readonly sharing: number;
  /** The process reads a change that waits for its window once, and leaves it. */
  readonly readsOnce: boolean;
}

/** A step, its state and the observation: the input of a decision. */
export interface At extends Observation {
  readonly step: Step;
  readonly state: StepState;
}

export type Fault = Extract<Seen, { kind: 'fault' }>;
export type Read = Extract<Seen, { kind: 'reading' }>;

/** How far back the task list reaches (docs/provider.md P90), minus a margin. */
const REACH = 29 * DAY;

/**
 * When Refit ordered, ms since 1970 UTC by the provider's clock. If an adopted journal may lack the order, this is the
 * earliest time at which it may have left.
 */
export function earliestOrder({ state, now }: At): number {
  const { hiddenOrder, intentProviderAt, acceptedAt } = state;
  if (hiddenOrder !== null) return Math.max(earliestSeal(hiddenOrder.since), now.provider - REACH);
  return Date.parse(intentProviderAt ?? acceptedAt ?? '');
}

/** From when on tasks and orders may belong to the step, ms since 1970 UTC by the provider's clock. */
export function tracesSince(at: At, orderedAt: number = earliestOrder(at)): number {
  // The lost entries may have the earlier step verified and this one ordered, long before the end that is on record now.
  const mayBeOlder = at.state.hiddenOrder !== null && at.earlier?.state.outcome !== 'verified';
  return factsSince(at.step, mayBeOlder ? null : at.earlier, orderedAt);
}

/** Records whether the step's unanswered order was executed. */
export function resolved(
  { step, attempts: attempt }: StepState,
  order: string | null,
  evidence: Message,
  executed = true,
): Append<never> {
  return { kind: 'append', event: { kind: 'resolved', step, attempt, executed, order, evidence } };
}
