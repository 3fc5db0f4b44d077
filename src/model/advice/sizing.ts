/** How sizes follow from use: the contents of a sizing file, with every default filled in. */
import type { SourceLocation } from '../finding.ts';
import type { Money } from '../money.ts';
import type { Select } from '../plan.ts';
import type { Resource, Statistic } from '../use.ts';

/** When a resource is too full, and how full it may be after a change. Percent of what the size allows. */
export interface ResourceRule {
  /** A change is advised when the use reaches it. */
  readonly growAt: number;
  /** The new size is the smallest one whose use stays within it. */
  readonly fit: number;
  readonly statistic: Statistic;
}

/** How one group of instances is sized. Times are milliseconds. */
export interface SizingRules extends Readonly<Record<Resource, ResourceRule>> {
  /** The history that counts. */
  readonly over: number;
  /** Growth is advised if a limit is reached within this time. */
  readonly horizon: number;
  readonly grow: {
    /** The history that growth needs. */
    readonly history: number;
    /** A grown instance shall fit for so long. */
    readonly holds: number;
  };
  readonly shrink: {
    /** False: no instance shrinks. */
    readonly allow: boolean;
    /** The history that a smaller size needs. */
    readonly history: number;
    /** The least part of its hours that must have a value, percent. */
    readonly found: number;
    /** No shrink so soon after a change of the size. */
    readonly cooldown: number;
    /** A shrunk instance shall fit for so long. */
    readonly holds: number;
    /** The least saving, percent of the memory that is billed. */
    readonly saves: number;
  };
  /** Whether fewer shards, and fewer replicas that serve no reads, are advised. */
  readonly fewerShards: boolean;
  readonly fewerReplicas: boolean;
  /** A cache that always evicts is full on purpose: `keep` leaves it alone, `grow` grows it. */
  readonly caches: 'keep' | 'grow';
  /** Above this ratio of the fullest shard to the average one, shards are uneven, and more memory is no cure. */
  readonly uneven: number;
}

/** Rules for the instances that a condition selects. */
export interface SizingClass {
  readonly name: string;
  readonly select: Select;
  readonly rules: SizingRules;
  readonly location: SourceLocation;
}

/** Instances that are left alone. */
export interface LeftAlone {
  readonly select: Select;
  /** `auto-scaling`: the provider's own scaling changes them; `excluded`: the file says so. */
  readonly because: 'auto-scaling' | 'excluded';
  readonly location: SourceLocation;
}

/** What a backtest must show before a plan is written: a comparison with a percentage or a number. */
export interface MustHold {
  readonly figure: 'above90' | 'cpuAbove90' | 'evicting' | 'changes' | 'saving';
  readonly operator: '<' | '<=' | '>' | '>=';
  readonly value: number;
  readonly location: SourceLocation;
}

/** A sizing file after validation. */
export interface Sizing {
  /** Null: no file; all values are defaults. */
  readonly file: string | null;
  readonly rules: SizingRules;
  /** The first one that selects an instance counts; else `rules`. */
  readonly classes: readonly SizingClass[];
  readonly leaveAlone: readonly LeftAlone[];
  readonly mustHold: readonly MustHold[];
  /** The price of one GB of billed memory in a month, for estimates without the provider; null: not given. */
  readonly pricePerGigabyte: Money | null;
}
