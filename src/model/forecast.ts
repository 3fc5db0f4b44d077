/** The estimated calls and time of a run. */
import type { Dimension } from './fleet.ts';

/** How long changes take, from the acceptance of an order until Refit reads the new size. */
export interface Durations {
  /** `runs`: measured in past runs. `assumed`: without any measurement. */
  readonly source: 'runs' | 'assumed';
  /** The runs, or the assumption with its source, for the reader. */
  readonly basis: string;
  readonly of: Readonly<Record<Dimension, DurationSpread>>;
  /** From the end of a change to the acceptance of the next one on the same instance; absent without measurements. */
  readonly pauses?: DurationSpread;
}

/** The durations of changes of one dimension. */
export interface DurationSpread {
  /** The number of measurements. With 0, `seconds` is from all dimensions together or assumed. */
  readonly samples: number;
  /** Eleven durations in seconds, ascending: the shortest, the nine deciles and the longest. */
  readonly seconds: readonly number[];
}

/** The median and the 90th percentile of a time, in seconds. */
export interface LikelySeconds {
  readonly p50: number;
  readonly p90: number;
}

/** How long a run is likely to take. */
export interface ForecastTime {
  readonly durations: Durations;
  /** From the start of a run to its end, including soaks and closed windows. */
  readonly total: LikelySeconds;
  /** The total if every change takes the shortest or the longest assumed time; absent if the durations are measured. */
  readonly range?: { readonly from: number; readonly to: number };
  /** From the start of a run to its last order, if every window were open. */
  readonly lastOrder: LikelySeconds;
  /** From the start of a run to the end of each wave. A soak comes after it. In the order of the waves. */
  readonly waves: readonly ({ readonly name: string } & LikelySeconds)[];
  /** How many windows the run needs (median); 1 for a plan without windows. */
  readonly windows: number;
  /** Calls by action. The number of orders is exact, the number of reads is approximate. */
  readonly calls: Readonly<Record<string, number>>;
}

/** The estimated calls and time of a run. */
export interface Forecast {
  /** Ordering calls: one for each step. */
  readonly orders: number;
  /** The shortest time for all orders at the request rate, in seconds. */
  readonly leastSeconds: number;
  /** Calls of the monitor product for this plan, billed beyond a monthly allowance; absent without any. */
  readonly monitorCalls?: number;
  /** The first window after planning in which a run can start; absent for a plan without windows. */
  readonly window?: {
    /** ISO 8601 UTC; null when it has been open for more than eight days. */
    readonly opens: string | null;
    /** Null when this is more than a year away. */
    readonly closes: string | null;
    /** In the plan's zone: `Wed 2026-11-25 01:00-05:00 Asia/Shanghai`, `open now, no end`. */
    readonly local: string;
    /** Whether the last order leaves in it (p90). */
    readonly fits: boolean;
  };
  /** Absent for a plan without orders, and in saved plans of versions that did not estimate it. */
  readonly time?: ForecastTime;
}
