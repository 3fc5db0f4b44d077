/** How a run proceeds: thresholds, bounds, waves, and the gates between waves. */

/** A comparison with a number. */
export interface Comparison {
  readonly operator: '>' | '>=' | '<' | '<=';
  readonly value: number;
}

/** A comparison with its base, as in `> 2`, `<= 40%`, `> 5% of wave`. */
export interface Threshold extends Comparison {
  /** `count` is a plain number; the others are percentages of that base. */
  readonly base: 'count' | 'inventory' | 'wave' | 'run';
}

/** How a run behaves; people approve it with the plan. */
export interface Execution {
  /** How many resizes may be in progress at the same time. */
  readonly inFlight: number;
  /** Requests per second for each identity, region and action; never above the provider's 20. */
  readonly requestsPerSecond: number;
  /** When the provider may start a change: right after the order, or in the instance's maintenance window. */
  readonly switch: 'now' | 'maintenance-window';
  /** How long every source must stay silent before "no answer" means "not executed", milliseconds. */
  readonly patience: number;
  /** When a run ends early. `failed` counts failed and refused steps; `unknown` counts steps unknown after patience. */
  readonly haltWhen: { readonly failed: Threshold | null; readonly unknown: Threshold | null };
  /** Each wave starts with one resize and doubles as resizes are verified; absent: each starts with `inFlight`. */
  readonly slowStart?: boolean;
}

/** Limits how many instances of one group are in progress together, over the whole run. */
export interface Spread {
  /** `tags.KEY`, `zone`, `region` or `profile`. Instances with the same value are a group. */
  readonly by: string;
  readonly maxInFlight: number;
}

/** A metric of the monitor product that a gate can judge. Source: docs/provider.md P114. */
export type MetricName = 'MemUtil' | 'MemMaxUtil' | 'MemUsed';

/** The checks after a wave, before the next wave starts. Every check that is present must succeed. */
export interface Gate {
  /** Fails when the number of failed and refused (or unknown) steps of the wave reaches the threshold. */
  readonly failed?: Threshold;
  readonly unknown?: Threshold;
  /**
   * Fails by the median duration of the wave's resizes, each from its acceptance or start to its end. The value is in
   * milliseconds, or a multiple of the median of the waves before.
   */
  readonly duration?: Comparison & { readonly unit: 'ms' | 'forecast' };
  /** Fails by the highest value of any instance that the wave resized, over the last `over` milliseconds. */
  readonly metric?: { readonly name: MetricName; readonly fails: Comparison; readonly over: number };
  /** A program. Exit code 0 succeeds, 75 is inconclusive, and any other code fails. */
  readonly command?: readonly string[];
  /** An address. An answer with 2xx succeeds, and any other answer fails. */
  readonly url?: string;
  /** How long Refit waits for each answer, milliseconds. */
  readonly timeout: number;
  readonly onInconclusive: 'pause' | 'halt';
  /** A shadow gate is only recorded and never stops the run. */
  readonly shadow: boolean;
}

/** One check of a gate. */
export type GateJudge = 'failed' | 'unknown' | 'duration' | 'metric' | 'command' | 'url';

export type GateOutcome = 'success' | 'failure' | 'inconclusive';

/** How many instances a wave takes. */
export type Take =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'rest' };

/** The instances that a wave takes from: every key must hold, and lists are alternatives. */
export interface WaveFrom {
  readonly regions?: readonly string[];
  readonly profiles?: readonly string[];
  readonly tags?: Readonly<Record<string, readonly string[]>>;
}

/** `within`: how long a live run waits for the approval, milliseconds from its request. */
export type WaveApproval = 'required' | { readonly within: number };

/** Options of one wave, in addition to `execution`. */
export interface RolloutOptions {
  /** How long the run waits after the wave, milliseconds; absent for no wait. */
  readonly soak?: number;
  /** Overrides `execution.slowStart` for this wave. */
  readonly slowStart?: boolean;
  /** The wave needs its own approval. Without it the run ends before the wave, or first waits. */
  readonly approval?: WaveApproval;
  /** Thresholds for the steps of this wave alone, in addition to those of `execution`. */
  readonly haltWhen?: { readonly failed?: Threshold; readonly unknown?: Threshold };
  /** Runs after the wave and its soak; absent for no gate. */
  readonly gate?: Gate;
}

/** A wave as the author wrote it. `take` counts instances. */
export interface PlanWave extends RolloutOptions {
  readonly name: string;
  readonly take: Take;
  /** Absent for all instances. */
  readonly from?: WaveFrom;
}

/** A wave of a saved plan. */
export interface Wave extends RolloutOptions {
  readonly name: string;
  /** Step ids in order. */
  readonly steps: readonly string[];
}
