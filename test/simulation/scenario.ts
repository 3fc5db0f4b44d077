/**
 * The input of one simulated run: fleet, plan, times of the provider, faults, and a script for each process.
 * draw-scenario.ts draws it from one seed. It is plain data, so that shrink.ts can reduce a failing one member by member.
 */
import type { ControlCommand } from '../../src/model.ts';
import type { OrderNumberScheme } from '../../src/simulator/world/order-numbers.ts';
import type { LimitCounting } from '../../src/simulator/world/request-limit.ts';
import { HOUR, MINUTE } from '../../src/units.ts';

export interface Scenario {
  /** Seed of the random numbers during the run. */
  readonly seed: number;
  readonly fleet: readonly RequestedInstance[];
  /** Instances in each wave. One more wave takes the rest. */
  readonly waves: readonly number[];
  readonly inFlight: number;
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly patience: number;
  readonly haltAfter: { readonly failed: number; readonly unknown: number };
  readonly switch: 'now' | 'maintenance-window';
  /** Number of applications, and the maximum in flight for each; null: no spread. */
  readonly spread: { readonly apps: number; readonly maxInFlight: number } | null;
  readonly slowStart: boolean;
  /** Soak time after each wave, milliseconds. */
  readonly soak: number;
  /** True for a gate after each wave. Its command is sometimes unsuccessful or inconclusive. */
  readonly gate: boolean;
  /** Windows for the start of steps; null: any time. */
  readonly windows: HourlyWindow | null;
  readonly limitCounting: LimitCounting;
  readonly orderNumbers: OrderNumberScheme;
  /** Minimum and maximum, milliseconds. */
  readonly startLag: Range;
  readonly duration: Range;
  readonly lockTail: Range;
  readonly network: Network;
  /** Faults of the provider in the format of `--fault`. */
  readonly faults: readonly string[];
  /** Orders per second of another client with the same identity, until a time in ms; null: none. */
  readonly otherClient: { readonly perSecond: number; readonly until: number } | null;
  /** Changes by another user. */
  readonly foreignChanges: readonly ForeignChange[];
  /** Scripts of the first processes. Later processes run without disturbance. */
  readonly processes: readonly ProcessScript[];
  /** What is lost between two processes; left out: nothing. */
  readonly losses?: readonly Loss[];
  /** Approvals of the waves that need them; left out: no wave does. */
  readonly approvals?: readonly PlannedApproval[];
  /** Receivers of notifications; left out: none. */
  readonly notified?: Receivers;
  /** Workers carry out the run, and give it back while it only waits; left out: a person starts each process. */
  readonly rests?: Rests;
}

export interface Rests {
  /** Milliseconds in which the run only waits before its process ends. */
  readonly afterMs: number;
  /** The drain signal of a process hands the run over. */
  readonly handsOver: boolean;
}

export type Range = readonly [number, number];

/** An hourly window and one freeze. Simple enough to check without a calendar. */
export interface HourlyWindow {
  /** Minutes of each hour: open from `from` until before `to`. */
  readonly from: number;
  readonly to: number;
  /** Minutes before the close. */
  readonly lastStart: number;
  /** Milliseconds since 1970 UTC. The end is not included. */
  readonly freeze: { readonly from: number; readonly to: number } | null;
  readonly atClose: 'drain' | 'halt';
}

/** Decides whether a step may start: open and not frozen at `at` and until `lastStart` later. */
export function mayStart({ from, to, lastStart, freeze }: HourlyWindow, at: number): boolean {
  const minute = (at % HOUR) / MINUTE;
  if (minute < from || minute + lastStart >= to) return false;
  return freeze === null || at >= freeze.to || at + lastStart * MINUTE < freeze.from;
}

/** An instance with its requested changes. */
export interface RequestedInstance {
  readonly id: string;
  readonly cluster: boolean;
  readonly prepaid: boolean;
  readonly multiZone: boolean;
  /** Dimensions that the plan changes, one step each. */
  readonly changes: readonly ('memoryPerShard' | 'shards' | 'replicas')[];
  /** Fate of its first order, at any time and by any client; null: accepted. */
  readonly fate: 'sold-out' | 'insufficient' | 'low-version' | 'failed-task' | 'hand-change' | 'stuck' | null;
}

/** The network. Round trips are log-normal, with half of the time in each direction. */
export interface Network {
  /** Median round trip, ms, and sigma. */
  readonly median: number;
  readonly sigma: number;
  /** Probability of a new connection, and of its failure. */
  readonly connects: number;
  readonly connectFailures: number;
  /** Probability of a delay, and its maximum in ms. */
  readonly delays: number;
  readonly delayUpTo: number;
  /** Probability of a lost request, and of a lost answer. */
  readonly requestLoss: number;
  readonly answerLoss: number;
  /** Probability that an order receives the answer of the previous order. */
  readonly repeatsAnswer: number;
}

/** A change by another user. */
export interface ForeignChange {
  /** Milliseconds after the start of the first process. */
  readonly at: number;
  readonly instance: string;
  /** `by-hand`: immediate; `order`: an order with the usual delays. */
  readonly how: 'by-hand' | 'order';
}

/** Disturbances of one process. Moments count its wakes, writes, sends and answers. */
export interface ProcessScript {
  /** Milliseconds before its start. */
  readonly after: number;
  /** Moment of its death, and the share of unsynced data that stays on the disk. */
  readonly dies: { readonly moment: number; readonly kept: number } | null;
  readonly freezes: readonly {
    readonly moment: number;
    /** Counts only moments of this kind; left out: all. */
    readonly kind?: 'recorded';
    readonly ms: number;
    readonly asleep: boolean;
  }[];
  /** Jumps of the wall clock, in ms. The clock is correct again for the next process. */
  readonly jumps: readonly { readonly at: number; readonly by: number }[];
  /** Median time of a journal write in ms, and one write that fails. */
  readonly disk: {
    readonly median: number;
    readonly fails: { readonly write: number; readonly how: 'full' | 'broken' } | null;
  };
  readonly drainAfter: number | null;
  readonly leaveAfter: number | null;
  /** Control commands, each with its delay in milliseconds. */
  readonly commands: readonly (readonly [number, ControlCommand])[];
  /** True for `refit reconcile` instead of `refit apply`. */
  readonly reconciles: boolean;
}

/** What somebody loses while no process runs. */
export interface Loss {
  /** Number of the next process, from 1. */
  readonly before: number;
  /** The user's state folder; or the newest entries, because the run directory is an old copy. */
  readonly what: 'state' | 'entries';
  /** The share of the entries that an old copy has. */
  readonly kept: number;
}

/** The application of an instance; null without a tag, as for every seventh instance. */
export function appOf({ spread }: Pick<Scenario, 'spread'>, id: string): string | null {
  const number = Number(id.slice('crs-s'.length));
  return spread === null || number % 7 === 0 ? null : `app-${number % spread.apps}`;
}

/** An approval file of a wave. */
export interface PlannedApproval {
  /** Name of the wave. */
  readonly wave: string;
  readonly by: string;
  /** Time of the file, milliseconds after the start of the first process. */
  readonly at: number;
  readonly how: 'good' | 'forged' | 'expired' | 'other plan' | 'other wave' | 'author';
}

export const BEHAVIOURS = [
  'accepts',
  'hangs',
  'errors',
  'answers garbage',
  'is slow',
  'resets',
  'throws',
] as const;

/** Behaviour of a receiver. */
export type Behaviour = (typeof BEHAVIOURS)[number];

/** Receivers of notifications. */
export interface Receivers {
  readonly webhooks: readonly Behaviour[];
  readonly hook: Behaviour | null;
}

/** Time for the plan, milliseconds. The first process starts after it. */
export const PLANNING = 60_000;
