/**
 * What one simulated run is made of, as plain data that draw-scenario.ts draws from one seed: the fleet, the plan, the
 * provider's times, what goes wrong, and what befalls each process in turn. Plain, so that a failing one can be made
 * smaller member by member.
 */
import type { ControlCommand } from '../../src/model.ts';
import type { LimitCounting } from '../../src/simulator/world/request-limit.ts';
import { HOUR, MINUTE } from '../../src/units.ts';

export interface Scenario {
  /** Of the dice thrown while it runs. */
  readonly seed: number;
  readonly fleet: readonly InstanceWish[];
  /** Instances in each wave; the last takes the rest. */
  readonly waves: readonly number[];
  readonly inFlight: number;
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly patience: number;
  readonly haltAfter: { readonly failed: number; readonly unknown: number };
  readonly switch: 'now' | 'maintenance-window';
  /** Applications that the instances belong to in turn, and how many of one may be under way at once; null: no spread. */
  readonly spread: { readonly apps: number; readonly maxInFlight: number } | null;
  readonly slowStart: boolean;
  /** Milliseconds after each wave. */
  readonly soak: number;
  /** A gate after each wave, judged by a command that fails, or cannot tell, now and then. */
  readonly gate: boolean;
  /** When steps may begin; null: at any time. */
  readonly windows: HourlyWindow | null;
  readonly limitCounting: LimitCounting;
  /** Least and greatest, milliseconds. */
  readonly startLag: Range;
  readonly duration: Range;
  readonly lockTail: Range;
  readonly road: Road;
  /** What the provider does wrong, as `--fault` spells it. */
  readonly faults: readonly string[];
  /** Orders a second that somebody else sends as the same identity, while it lasts. */
  readonly stranger: { readonly perSecond: number; readonly until: number } | null;
  /** Orders that somebody else places. */
  readonly foreign: readonly Foreign[];
  readonly lives: readonly Life[];
  /** Of waves that ask for one; absent: none does. */
  readonly approvals?: readonly ApprovalWish[];
  /** Who is told of the run while it goes on; absent: nobody is. */
  readonly telling?: TellingWish;
}

export type Range = readonly [number, number];

/** A window that opens each hour, and one freeze. Simple enough to be told open or closed without a calendar. */
export interface HourlyWindow {
  /** Minutes of each hour: open from the one on, before the other. */
  readonly from: number;
  readonly to: number;
  /** Minutes before it closes. */
  readonly lastStart: number;
  /** Milliseconds since 1970 UTC, the end not included. */
  readonly freeze: { readonly from: number; readonly to: number } | null;
  readonly atClose: 'drain' | 'halt';
}

/** Whether a step may begin: open and not frozen, at a moment and for as long after it as `lastStart` says. */
export function mayBegin({ from, to, lastStart, freeze }: HourlyWindow, at: number): boolean {
  const minute = (at % HOUR) / MINUTE;
  if (minute < from || minute + lastStart >= to) return false;
  return freeze === null || at >= freeze.to || at + lastStart * MINUTE < freeze.from;
}

/** An instance and what is wanted of it. */
export interface InstanceWish {
  readonly id: string;
  readonly cluster: boolean;
  readonly prepaid: boolean;
  readonly multiZone: boolean;
  /** Which dimensions the plan changes: one step each. */
  readonly changes: readonly ('memoryPerShard' | 'shards' | 'replicas')[];
  /** What becomes of its first order, whoever asks and whenever; null: it is taken. */
  readonly fate: 'sold-out' | 'insufficient' | 'low-version' | 'failed-task' | 'hand-change' | 'stuck' | null;
}

/** The network. Round trips are log-normal, half of each before the request arrives. */
export interface Road {
  /** Median round trip, ms, and sigma. */
  readonly median: number;
  readonly sigma: number;
  /** Chance that a connection must be made first, and that it fails. */
  readonly connects: number;
  readonly connectFails: number;
  /** Chance that a call is held up for up to so many ms somewhere. */
  readonly heldUp: number;
  readonly heldUpFor: number;
  /** Chance that the network loses a request, and that it loses an answer. */
  readonly losesRequest: number;
  readonly losesAnswer: number;
  /** Chance that an order is answered with the answer of the order before it. */
  readonly answersTwice: number;
}

export interface Foreign {
  /** Milliseconds after the first process began. */
  readonly at: number;
  readonly instance: string;
  /** `by-hand`: done at once; `order`: an order that takes its time. */
  readonly how: 'by-hand' | 'order';
}

/** What befalls one process. Moments count its dealings with the outside: each wake, write, send and answer. */
export interface Life {
  /** Milliseconds that pass before it starts. */
  readonly after: number;
  readonly dies: { readonly moment: number; readonly leaves: number } | null;
  readonly freezes: readonly { readonly moment: number; readonly ms: number; readonly asleep: boolean }[];
  /** The wall clock of its machine jumps; it is set right before the next process starts. */
  readonly jumps: readonly { readonly at: number; readonly by: number }[];
  /** Writes of the journal take so long, ms; one of them may fail. */
  readonly disk: {
    readonly median: number;
    readonly fails: { readonly write: number; readonly how: 'full' | 'broken' } | null;
  };
  readonly drainAfter: number | null;
  readonly leaveAfter: number | null;
  /** What it is told through its socket, and after how many milliseconds. */
  readonly steering: readonly (readonly [number, ControlCommand])[];
  /** It is `refit reconcile` instead of `refit apply`. */
  readonly reconciles: boolean;
}

/** The application of an instance; null: its tag is missing, as on every seventh. */
export function appOf({ spread }: Pick<Scenario, 'spread'>, id: string): string | null {
  const number = Number(id.slice('crs-s'.length));
  return spread === null || number % 7 === 0 ? null : `app-${number % spread.apps}`;
}

/** An approval of a wave that asks for one. */
export interface ApprovalWish {
  /** Its name. */
  readonly wave: string;
  readonly by: string;
  /** Milliseconds after the first process began at which the file is there. */
  readonly at: number;
  readonly how: 'good' | 'forged' | 'expired' | 'other plan' | 'other wave' | 'author';
}

export const MANNERS = [
  'takes it',
  'hangs',
  'errors',
  'answers rubbish',
  'is slow',
  'resets',
  'throws',
] as const;

/** How somebody takes what they are told. */
export type Manner = (typeof MANNERS)[number];

export interface TellingWish {
  readonly webhooks: readonly Manner[];
  readonly hook: Manner | null;
}

/** Milliseconds within which the plan is made. */
export const PLANNING = 60_000;
