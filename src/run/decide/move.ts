/**
 * What the engine does next for one step, as plain data: `next-move.ts` decides, `engine/carry-out-move.ts` does it.
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
  Money,
  Outcome,
  Size,
  Step,
  StepState,
} from '../../model.ts';
import type { WaitName, WaitWithLimit } from '../waits.ts';
import type { Reading } from './judge-following.ts';
import type { Ownership } from './judge-order-fate.ts';

/** A part of a message that has to be read first. */
export interface LookUp {
  /**
   * `foreign-change`: who changed the instance meanwhile. `in-progress`: what runs on it now. `minutes`: for how many
   * the wait that ends here has lasted.
   */
  readonly lookUp: 'foreign-change' | 'in-progress' | 'minutes';
}

export type Message = string | readonly (string | LookUp)[];

/** Moves that read, and write the journal: none of them can order. Without `next`, the next move is decided anew. */
export type FollowMove =
  /** Nothing more is done for this step in this process. */
  | { readonly kind: 'leave' }
  | {
      readonly kind: 'read';
      /** Milliseconds for which the question may wait for others. */
      readonly within: number;
      /** Tasks and orders from this time on (provider's clock, ms since 1970 UTC) are read too; null = the instance alone. */
      readonly factsSince: number | null;
      /** Tasks that are done are left out. */
      readonly openTasks: boolean;
      /** What the step is shown to wait for meanwhile. */
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
  /** When it opens, where the journal does not have it yet: ms since 1970 UTC. */
  readonly opensAt: number | null;
  /** Gives the step's in-flight slot back. */
  readonly givesSlot: boolean;
  /** The provider was seen to let changes wait. */
  readonly isKept: boolean;
  readonly next: FollowMove;
}

/** Moves of a step that may be ordered. */
export type OrderMove =
  | { readonly kind: 'await-turn' }
  /** Gives its slot back and goes on in another: fewer may be in flight than have one. */
  | { readonly kind: 'give-way' }
  /** Reads the maintenance window again. */
  | { readonly kind: 'read-window' }
  /** Looks for the order that a failed payment may have left. */
  | { readonly kind: 'read-unpaid'; readonly factsSince: number }
  /** Reads the instance again, directly before its order. */
  | { readonly kind: 'look'; readonly memory?: OrderMemory }
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
  readonly code?: string | null;
  readonly size?: Size | null;
  readonly billed?: Money | null;
  /** How long the change took, ms: the run learns from it when the next is worth a read. */
  readonly took?: number;
}

export interface Wait<Next> {
  readonly kind: 'wait';
  /** Counts against the limit of this wait of the step; null = against none. */
  readonly name: WaitWithLimit | null;
  /** Where it is not the usual one of its name, ms. */
  readonly limit?: number;
  /** 0 = no pause. `growing`: from one second to thirty, with the time already waited. */
  readonly ms: number | 'growing';
  /** What ends the pause early: nothing new starts; the run is drained (then the step is left); everything is left. */
  readonly until: 'stopped' | 'drained' | 'left';
  readonly showsWait?: ShownWait;
  /** Instead of the pause, where the limit is passed; absent = the pause all the same. */
  readonly orElse?: Next;
  readonly next?: Next;
  /** Kept for the next decision; absent = it begins from nothing seen. */
  readonly memory?: Memory;
}

/** Writes an event to the journal, durably. */
export interface Append<Next> {
  readonly kind: 'append';
  readonly event: JournalEvent;
  /** A changed instance is left alone for so long before its next order, ms. */
  readonly learnsTail?: number | null;
  /** The provider does not let changes wait for their windows. */
  readonly isWindowIgnored?: boolean;
  readonly next?: Next;
}

/** Halts the run. */
export interface StopRun<Next> {
  readonly kind: 'stop-run';
  readonly because: Exclude<EndedBecause, 'done'>;
  readonly message: string;
  /** The provider's, where a refusal is the reason. */
  readonly code?: string;
  readonly next?: Next;
}

/** A wait as `status` shows it. `since` by the wall clock, ms since 1970 UTC. */
export interface ShownWait {
  readonly name: WaitName;
  readonly limit: number;
  readonly since?: number;
}

/** One moment by the three clocks, ms: this machine's two, and the provider's as its answers tell it. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
  readonly provider: number;
}

/** What this process knows of a step while it is in one phase. */
export type Memory = OrderMemory | UnansweredMemory | AcceptedMemory | DeferredMemory;

/** What was read in this round before the order; what is absent was not read yet. */
export interface OrderMemory {
  readonly phase: 'order';
  /** The wait for the tail lock of the step before is over. */
  readonly tailWaited?: true;
  readonly turn?: 'go' | 'give-way' | 'stopped';
  /** null: the provider does not tell it any more. */
  readonly window?: MaintenanceWindow | null;
  /** Orders that the failed payment may have left; null: billing may not be read. */
  readonly unpaid?: readonly Deal[] | null;
  readonly instance?: Instance | null;
  /** What the order before this look was refused with: where the instance still is as planned, that ends the step. */
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
  /** When the change began, monotonic, and ms for which it went on before this process read it. */
  readonly since: number;
  readonly before: number;
  /** What the next read asks of tasks and billing; null = nothing, unless it is time again. */
  readonly facts: 'open' | 'all' | null;
  /** Whether the last read asked for them. */
  readonly asked: boolean;
  /** How long the change had gone on when the last read was asked for, ms. */
  readonly age: number;
  readonly status: 'running' | 'processing';
}

export interface DeferredMemory {
  readonly phase: 'deferred';
  /** When it was last known not to have begun, wall clock. */
  readonly notYetAt: number;
}

/** What came of placing an order. */
export type OrderResult =
  | OrderAnswer
  /** Nothing was sent: nothing new may start, or the run is paused. */
  | { readonly kind: 'stopped' }
  /** The read by which it was to be ordered had become too old. */
  | { readonly kind: 'look-again' };

/**
 * `passing`: waiting may help, as where nobody answers, a limit refuses, or the provider has a fault of its own.
 * `no-right`: this identity may not ask that. `credentials`: the identity itself is refused, or has no keys.
 */
export type ReadFault = 'passing' | 'no-right' | 'credentials' | 'other';

/** What the last move brought. */
export type Seen =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'reading'; readonly reading: Reading; readonly whose: Ownership }
  | { readonly kind: 'fault'; readonly fault: ReadFault; readonly message: string; readonly halt: string }
  | {
      readonly kind: 'placed';
      readonly placed: OrderResult;
      /** The code that the attempt before was refused with. */
      readonly refusedBefore: string | null;
      /** The step whose order on record has the number that was answered. */
      readonly orderOf: string | null;
      /** Nothing new may start at this moment. */
      readonly isHeldBack: boolean;
    };

/** What a run has learned of its changes as it goes on. */
export interface Learned {
  /** What a change usually takes, ms; null until one has ended. */
  usual: number | null;
  /** How long a changed instance is left alone before its next order, ms. */
  tail: number;
  /** Since when the first accepted change is followed, monotonic ms; null while none is. */
  firstSince: number | null;
}

/** Everything that a decision about a step rests on, beside its state in the journal. */
export interface Observation {
  readonly now: Moment;
  readonly memory: Memory | null;
  readonly seen: Seen;
  readonly execution: Pick<Execution, 'patience' | 'switch'>;
  /** The maintenance window that was approved for the instance. */
  readonly window: MaintenanceWindow | null;
  /** The step of the same instance that comes before; `isFinal` false: its end may change yet. */
  readonly earlier: { readonly state: StepState; readonly isFinal: boolean } | null;
  readonly learned: Readonly<Learned> & {
    /** Whether the provider lets changes wait for their windows, as far as was seen in this scope. */
    readonly deferral: 'kept' | 'overlooked' | null;
  };
  /** Another step waits for this one's in-flight slot. */
  readonly isSlotWanted: boolean;
  /** The process leaves a change that waits for its window after one read. */
  readonly readsOnce: boolean;
}

/** A step, its state, and what was observed: what a decision is made from. */
export interface At extends Observation {
  readonly step: Step;
  readonly state: StepState;
}

export type Fault = Extract<Seen, { kind: 'fault' }>;
export type Read = Extract<Seen, { kind: 'reading' }>;

/** Writes down that the step's unanswered order landed, or that it did not. */
export function resolved(
  { step, attempts: attempt }: StepState,
  order: string | null,
  evidence: string,
  executed = true,
): Append<never> {
  return { kind: 'append', event: { kind: 'settled', step, attempt, executed, order, evidence } };
}
