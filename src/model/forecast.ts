/** What carrying a plan out will cost in calls and time. */
import type { Dimension } from './fleet.ts';

/** How long changes take, from the acceptance of an order to its being read back. */
export interface Durations {
  /** Measured in past runs; or assumed, where nobody has measured any. */
  readonly source: 'runs' | 'assumed';
  /** Which runs, or which assumption with its source. */
  readonly basis: string;
  readonly of: Readonly<Record<Dimension, DurationSpread>>;
}

/** The durations of changes of one dimension. */
export interface DurationSpread {
  /** How many were measured; 0: those of all dimensions together are taken, or the assumption. */
  readonly samples: number;
  /** The shortest, the nine deciles and the longest: eleven seconds, ascending. */
  readonly seconds: readonly number[];
}

/** A time that is not certain, in seconds: as likely less as more, and less nine times of ten. */
export interface LikelySeconds {
  readonly p50: number;
  readonly p90: number;
}

/** What carrying the plan out is likely to take. */
export interface ForecastTime {
  readonly durations: Durations;
  /** From the begin of a run to its end, soaks and closed windows counted in. */
  readonly total: LikelySeconds;
  /** From the begin of a run to its last order, were every window open. */
  readonly lastOrder: LikelySeconds;
  /** In the order of the plan's waves: from the begin of a run to the end of the wave, before its soak. */
  readonly waves: readonly ({ readonly name: string } & LikelySeconds)[];
  /** How many windows the run goes through, by the median; 1 where there are none. */
  readonly windows: number;
  /** Calls by action: orders exactly, reads about. */
  readonly calls: Readonly<Record<string, number>>;
}

/** What carrying the plan out will cost in calls and time. */
export interface Forecast {
  /** Ordering calls: one a step. */
  readonly orders: number;
  /** The least time the request rate allows for the orders, in seconds. */
  readonly leastSeconds: number;
  /** Calls of the monitor product, which are billed beyond a monthly allowance, made for this plan; absent: none. */
  readonly monitorCalls?: number;
  /** The first window in which a run can begin, from the time of planning on; absent where there are no windows. */
  readonly window?: {
    /** ISO 8601 UTC. */
    readonly opens: string;
    /** null: not within a year. */
    readonly closes: string | null;
    /** As the clock of the plan's zone shows it: `Wed 2026-11-25 01:00-05:00 Asia/Shanghai`. */
    readonly local: string;
    /** Whether the last order is likely to leave in it, nine times of ten. */
    readonly fits: boolean;
  };
  /** What it is likely to take; absent where nothing is ordered, and in plans sealed before this was reckoned. */
  readonly time?: ForecastTime;
}
