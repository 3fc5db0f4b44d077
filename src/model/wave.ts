/** How steps are grouped into waves, and how a wave goes on. */
import type { Threshold } from './execution.ts';
import type { Gate } from './gate.ts';

export type Take =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'rest' };

/** What a wave takes its instances from: every given key must hold, lists are alternatives. */
export interface WaveFrom {
  readonly regions?: readonly string[];
  readonly profiles?: readonly string[];
  readonly tags?: Readonly<Record<string, readonly string[]>>;
}

/** `within`: milliseconds for which a live run waits for it, from when it is asked for. */
export type WaveApproval = 'required' | { readonly within: number };

/** How a wave goes on, beyond what `execution` says. */
export interface WaveConduct {
  /** Milliseconds to wait after the wave before the next begins; absent: none. */
  readonly soak?: number;
  /** Whether it begins with one resize at once and doubles as they are verified; absent: as `execution` says. */
  readonly slowStart?: boolean;
  /** It does not begin until it has been approved by itself: the run ends before it, or waits for so long first. */
  readonly approval?: WaveApproval;
  /** What ends the run early by the steps of this wave alone, beside what `execution` says; absent: nothing more. */
  readonly haltWhen?: { readonly failed?: Threshold; readonly unknown?: Threshold };
  /** Judged after the wave and its soak; absent: nothing is. */
  readonly gate?: Gate;
}

/** A wave as the author wrote it. `take` counts instances. */
export interface PlanWave extends WaveConduct {
  readonly name: string;
  readonly take: Take;
  /** Absent: from all. */
  readonly from?: WaveFrom;
}

/** A wave of a saved plan. */
export interface Wave extends WaveConduct {
  readonly name: string;
  /** Step ids in order. */
  readonly steps: readonly string[];
}
