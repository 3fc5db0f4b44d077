/** How a run goes on: its thresholds and bounds, its waves, and what is judged between them. */

/** A number compared with its operator written out. */
export interface Comparison {
  readonly operator: '>' | '>=' | '<' | '<=';
  readonly value: number;
}

/** The same with its base, as in `> 2`, `<= 40%`, `> 5% of wave`. */
export interface Threshold extends Comparison {
  /** `count` is a plain number; the others are percentages of that base. */
  readonly base: 'count' | 'inventory' | 'wave' | 'run';
}

/** How a run behaves; part of what is approved. */
export interface Execution {
  /** Resizes under way at once. */
  readonly inFlight: number;
  /** For each identity, region and action; never above the provider's 20. */
  readonly requestsPerSecond: number;
  /** When the provider may begin a change: as soon as it is ordered, or in the instance's own maintenance window. */
  readonly switch: 'now' | 'maintenance-window';
  /** Milliseconds every source must stay silent before "no answer" means "not executed". */
  readonly patience: number;
  /** What ends a run early. `failed` counts failed and refused; `unknown` what is unknown after patience. */
  readonly haltWhen: { readonly failed: Threshold | null; readonly unknown: Threshold | null };
  /** Each wave begins with one resize at once, and doubles as they are verified; absent: with `inFlight`. */
  readonly slowStart?: boolean;
}

/** What may not be under way together: at most so many instances of one group at once, over the whole run. */
export interface Spread {
  /** `tags.KEY`, `zone`, `region` or `profile`: instances of one value are a group. */
  readonly by: string;
  readonly maxInFlight: number;
}

/** A metric of the monitor product that a gate can judge. Source: docs/provider.md P114. */
export type MetricName = 'MemUtil' | 'MemMaxUtil' | 'MemUsed';

/** What is judged after a wave, before anything else begins. Each member that is there is judged; all must succeed. */
export interface Gate {
  /** Fails where so many steps of the wave failed or were refused, or are unknown. */
  readonly failed?: Threshold;
  readonly unknown?: Threshold;
  /**
   * Fails where the resizes of the wave took so long, each from its acceptance or its beginning to its end, by the
   * median: in milliseconds, or as a multiple of the median of the waves before.
   */
  readonly duration?: Comparison & { readonly unit: 'ms' | 'forecast' };
  /** Fails where the greatest figure of any instance that was resized in the wave does; `over` so many milliseconds. */
  readonly metric?: { readonly name: MetricName; readonly fails: Comparison; readonly over: number };
  /** Fails where the program ends otherwise than with 0; 75 says that it cannot tell. */
  readonly command?: readonly string[];
  /** Fails where the address answers otherwise than with 2xx. */
  readonly url?: string;
  /** Milliseconds for each answer. */
  readonly timeout: number;
  readonly onInconclusive: 'pause' | 'halt';
  /** Judged and told, and stops nothing. */
  readonly shadow: boolean;
}

/** What of a gate was judged. */
export type GateJudge = 'failed' | 'unknown' | 'duration' | 'metric' | 'command' | 'url';

export type GateOutcome = 'success' | 'failure' | 'inconclusive';

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
export interface RolloutOptions {
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
export interface PlanWave extends RolloutOptions {
  readonly name: string;
  readonly take: Take;
  /** Absent: from all. */
  readonly from?: WaveFrom;
}

/** A wave of a saved plan. */
export interface Wave extends RolloutOptions {
  readonly name: string;
  /** Step ids in order. */
  readonly steps: readonly string[];
}
