/** How a run behaves, and the thresholds that end it early. */

/** A comparison with its operator written out, as in `> 2`, `<= 40%`, `> 5% of wave`. */
export interface Threshold {
  readonly operator: '>' | '>=' | '<' | '<=';
  readonly value: number;
  /** `count` is a plain number; the others are percentages of that base. */
  readonly base: 'count' | 'inventory' | 'wave' | 'run';
}

/** A number compared with its operator written out. */
export interface Comparison {
  readonly operator: Threshold['operator'];
  readonly value: number;
}

/** How a run behaves; part of what is approved. */
export interface Execution {
  /** Resizes under way at once. */
  readonly inFlight: number;
  /** Per action, endpoint and identity; never above the provider's 20. */
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
