/** How a run stands at one moment, as plain data: what every view of it draws, tells or encodes. */
import type { Outcome, PriceSum, StepState } from '../../model.ts';

/** Texts are visible; durations are milliseconds, times ISO 8601 UTC. */
export interface RunPicture {
  readonly name: string;
  readonly change: string | null;
  /** Since this process took it up. */
  readonly elapsed: number;
  /** To go, judged by the rate, the usual duration and the places; null before anything has ended. */
  readonly timeLeft: number | null;
  readonly steps: {
    readonly of: number;
    readonly ended: number;
    readonly inProgress: number;
    /** Accepted, and waiting for their maintenance windows. */
    readonly deferred: number;
    readonly remaining: number;
  };
  /** Of those that have ended. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** When the next maintenance window opens that something waits for. */
  readonly opensAt: string | null;
  readonly waves: readonly PictureWave[];
  readonly rate: {
    /** Orders a second over the last five seconds. */
    readonly orders: number;
    /** Requests a second: now, and as approved. */
    readonly limit: { readonly now: number; readonly approved: number };
    /** Actions that are slower for a while, because the provider refused. */
    readonly slowed: readonly { readonly action: string; readonly rate: number }[];
  };
  readonly slots: { readonly taken: number; readonly now: number; readonly approved: number };
  readonly money: { readonly verified: readonly PriceSum[]; readonly planned: readonly PriceSum[] };
  /** What is waited for, by what it is; the longest since first. Only a live process tells. */
  readonly waits: readonly PictureWait[];
  /** Ordered and not ended, the longest first. */
  readonly inFlight: readonly PictureStep[];
  /** The last things that happened, the newest last. */
  readonly events: readonly PictureEvent[];
  /** Paused, stopping, soaking, slowed: one sentence; null while it simply goes on. */
  readonly state: string | null;
}

export interface PictureWave {
  readonly name: string;
  readonly steps: number;
  readonly ended: number;
  /** Of those, what is not verified. */
  readonly notVerified: number;
  readonly inProgress: number;
  readonly status: 'waiting' | 'running' | 'soaking' | 'ended';
}

export interface PictureWait {
  readonly name: string;
  /** Completes "waiting for …". */
  readonly reason: string;
  /** How many steps; 0: the whole run. */
  readonly steps: number;
  /** The step that has waited longest; null: the whole run. */
  readonly step: string | null;
  readonly since: string;
  readonly limit: number;
}

export interface PictureStep {
  readonly step: string;
  readonly instance: string;
  readonly name: string;
  readonly change: string;
  readonly phase: StepState['phase'];
  readonly since: string;
}

export interface PictureEvent {
  readonly at: string;
  readonly text: string;
  readonly outcome: Outcome | null;
  /** Goes as it should: not told by itself where only trouble is. */
  readonly isRoutine: boolean;
}
