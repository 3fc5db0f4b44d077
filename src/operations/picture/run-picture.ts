/** The state of a run at one moment, as plain data. Every view draws or encodes it. */
import type { Message, Outcome, PriceSum, Step, StepState } from '../../model.ts';
import type { WaitName } from '../runs/read-run.ts';

/** Texts have no control characters. Durations are milliseconds, times ISO 8601 UTC. */
export interface RunPicture {
  readonly name: string;
  readonly change: string | null;
  /** Since this process started or resumed the run. */
  readonly elapsed: number;
  /** An estimate from the rate, the mean duration, the slots and the known waits; null if unknown. */
  readonly timeLeft: number | null;
  /** The known wait because of which `timeLeft` is the least time; null: `timeLeft` is an estimate. */
  readonly timeLeftReason: Message | null;
  readonly steps: {
    readonly of: number;
    readonly ended: number;
    readonly inProgress: number;
    /** Accepted orders that wait for their maintenance windows. */
    readonly deferred: number;
    readonly remaining: number;
  };
  /** How many steps ended with each outcome. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** When the next maintenance window opens that a step waits for. */
  readonly opensAt: string | null;
  readonly waves: readonly PictureWave[];
  readonly rate: {
    /** Orders a second over the last five seconds. */
    readonly orders: number;
    /** Requests a second: now, and as approved. */
    readonly limit: { readonly now: number; readonly approved: number };
    /** Actions with a lower rate for now, because the provider refused by its limit. */
    readonly slowed: readonly { readonly action: string; readonly rate: number }[];
  };
  readonly slots: { readonly taken: number; readonly now: number; readonly approved: number };
  readonly money: { readonly verified: readonly PriceSum[]; readonly planned: readonly PriceSum[] };
  /** One entry for each kind of wait, the oldest first. Only a live process reports them. */
  readonly waits: readonly PictureWait[];
  /** Steps that are ordered and not ended, the oldest first. */
  readonly inFlight: readonly PictureStep[];
  /** The latest events, the newest last. */
  readonly events: readonly PictureEvent[];
  /** Why the run is slow or stopped; null while it just continues. */
  readonly condition: RunCondition | null;
}

/** Why a run is slow or stopped. */
export type RunCondition =
  | { readonly kind: 'stopping'; readonly because: string }
  | { readonly kind: 'paused'; readonly by: string; readonly since: string }
  /** The provider refused by its request limit a moment ago. */
  | { readonly kind: 'slowed' }
  /** Until then, ms since 1970 UTC. */
  | { readonly kind: 'soaking'; readonly until: number };

export interface PictureWave {
  readonly name: string;
  readonly steps: number;
  readonly ended: number;
  /** How many of the ended steps are not verified. */
  readonly notVerified: number;
  readonly inProgress: number;
  readonly status: 'waiting' | 'running' | 'soaking' | 'ended';
}

export interface PictureWait {
  readonly name: WaitName;
  /** Completes "waiting for …". */
  readonly reason: Message;
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
  /** The same for other languages; null: it has no more words than `text`. */
  readonly message: Message | null;
  /** The step that the line names with its change; null: none. */
  readonly step: Pick<Step, 'instance' | 'change' | 'after' | 'nodes'> | null;
  readonly outcome: Outcome | null;
  /** As planned: a view that shows only problems leaves it out. */
  readonly isRoutine: boolean;
}
