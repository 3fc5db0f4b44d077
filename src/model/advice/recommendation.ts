/** Advice about sizes, with everything that it was made from. */
import type { Size } from '../fleet.ts';
import type { Message } from '../message.ts';
import type { Money } from '../money.ts';
import type { Resource, Statistic } from '../use.ts';
import type { SizingRules } from './sizing.ts';

/** Every running instance has exactly one of these, in the order of display. */
export const VERDICTS = ['grow', 'reshape', 'blocked', 'shrink', 'insufficient-data', 'optimal'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What decided a verdict. */
export type DecidingMetric = Resource | 'evictions' | 'replicas';

/** A value of one hour. */
export interface UsePoint {
  /** In the unit of its figure. */
  readonly value: number;
  /** The start of the hour, milliseconds since 1970 UTC. */
  readonly at: number;
}

/** Use of a resource, as a share of what the present size allows, percent. */
export interface LoadFigure {
  readonly statistic: Statistic;
  /** Over the whole lookback, and over the last seven days. */
  readonly value: number;
  readonly recent: number;
  /** The greatest hour. */
  readonly peak: UsePoint;
  /** Hours with a value. */
  readonly hours: number;
}

/**
 * The memory that the fullest shard needs, as if the instance always had its present shards. MB of one shard.
 * `recommend/forecast.ts` says how each number is made.
 */
export interface MemoryFigure {
  readonly statistic: Statistic;
  /** Over the whole lookback. */
  readonly value: number;
  readonly peak: UsePoint;
  /** Of the last seven days, by which growth is judged. Null: no value. */
  readonly recentPeak: UsePoint | null;
  /** Of the fullest shard to the average one, at the median hour. */
  readonly skew: number;
  /** MB a day; the greatest believable trend is `trend + trendError`. */
  readonly trend: number;
  readonly trendError: number;
  /** Whether the days of the week differ enough to be counted apart. */
  readonly weekly: boolean;
  /** What it will need at most within the horizon, within the time that a grown size must hold, and a shrunk one. */
  readonly within: { readonly horizon: number; readonly grow: number; readonly shrink: number };
  /** Days until it reaches `growAt` of the present size; null: not within 180 days. `earliest` is by the greatest believable trend. */
  readonly daysUntil: {
    readonly earliest: number | null;
    readonly expected: number | null;
    readonly latest: number | null;
  };
}

/** A size that was observed to change within the lookback. */
export interface ObservedChange {
  /** Not earlier and not later, milliseconds since 1970 UTC. */
  readonly after: number;
  readonly by: number;
  readonly from: Size;
  readonly to: Size;
}

/** What advice is made from. Everything follows from the history of use, the present size and the rules. */
export interface Evidence {
  /** The lookback, milliseconds since 1970 UTC. */
  readonly from: number;
  readonly until: number;
  /** The first hour with a value, also before the lookback; null: none at all. */
  readonly since: number | null;
  /** Hours of memory with a value, and hours in the lookback; and those of the time that a smaller size needs. */
  readonly hours: { readonly found: number; readonly of: number };
  readonly forShrinking: { readonly found: number; readonly of: number };
  readonly forGrowing: { readonly found: number; readonly of: number };
  /** Null: no hour with a value. */
  readonly memory: MemoryFigure | null;
  readonly cpu: LoadFigure | null;
  readonly connections: LoadFigure | null;
  readonly bandwidth: LoadFigure | null;
  /** Keys evicted at the present size, in how many hours and on how many of the days with values, and when last. */
  readonly evicted: {
    readonly keys: number;
    readonly hours: number;
    readonly days: number;
    readonly ofDays: number;
    readonly last: number | null;
  };
  /** Hours in which the provider slowed traffic down at the present size. */
  readonly throttledHours: number;
  readonly changes: readonly ObservedChange[];
  /** Peaks of 24 hours up to `until`, percent of the present size of a shard, the oldest first; null is a gap. */
  readonly days: readonly (number | null)[];
}

/** What a size allows in total, over all shards. */
export interface SizeLimits {
  /** MB/s. */
  readonly bandwidth: number;
  readonly connections: number;
}

/** What is known of an instance besides its history. Null: not read. */
export interface InstanceKnowledge {
  /** `maxmemory-policy`, such as `noeviction`. */
  readonly evictionPolicy: string | null;
  /** What a size allows; null for one that was not read. */
  readonly limitsOf: ((size: Size) => SizeLimits | null) | null;
}

/** A size beside the advised one, and why it is not advised. */
export interface Alternative {
  readonly size: Size;
  readonly reason: Message;
}

/**
 * Who says what a change costs. `provider-hourly`: the provider says the hourly price of the new size, and the added memory has its
 * part of it.
 */
export type PriceSource = 'provider' | 'provider-hourly' | 'sizing-file';

/** What Refit advises for one instance, and why. */
export interface Recommendation {
  readonly instance: string;
  readonly name: string;
  readonly region: string;
  readonly profile: string;
  readonly verdict: Verdict;
  /** What binds; null if nothing is known. */
  readonly metric: DecidingMetric | null;
  readonly current: Size;
  /** Null unless the verdict changes the size. */
  readonly advised: Size | null;
  /** Of a blocked one: the size without the obstacle, if it is known. */
  readonly without: Size | null;
  readonly reason: Message;
  /** What may go wrong: with the change, or without one. 0 none, 1 low, 2 medium, 3 high, 4 now. */
  readonly risk: { readonly level: 0 | 1 | 2 | 3 | 4; readonly message: Message };
  readonly confidence: { readonly level: 'high' | 'medium' | 'low'; readonly message: Message } | null;
  /** The next size sold below and above the advised or the present one. */
  readonly smaller: Alternative | null;
  readonly larger: Alternative | null;
  /** Billed memory that the change adds, MB; negative: it saves. 0 without a change. */
  readonly billedMemory: number;
  /** What the change adds to the cost of a month; negative: it saves. Null: not known. */
  readonly monthly: { readonly amount: Money; readonly source: PriceSource } | null;
  readonly evidence: Evidence;
  /** The name of the class of the sizing file whose rules counted; null: the rules for all. */
  readonly class: string | null;
}

/** Advice for a whole fleet. */
export interface Recommendations {
  readonly format: typeof RECOMMENDATIONS_FORMAT;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** The path of the sizing file; null: defaults. */
  readonly sizing: string | null;
  /** The rules for all, so that a reader sees every default. */
  readonly rules: SizingRules;
  /** Ranked: the greatest risk first, then the greatest saving. */
  readonly recommendations: readonly Recommendation[];
  /** Instances that are not running, and those without support; they get no advice. */
  readonly notRunning: number;
}

export const RECOMMENDATIONS_FORMAT = 'refit.recommendations/1';
