/** The plan of an author: targets with their requested sizes, and how the run behaves. */
import type { ApproversInFile, ApproversOfRun } from './approval.ts';
import type { SourceLocation } from './finding.ts';
import type { Dimension, EditionName, Instance, InstanceStatus, Size } from './fleet.ts';
import type { Message } from './message.ts';
import type { Money } from './money.ts';
import type { Hooks, Webhook } from './notification.ts';
import type { Execution, PlanWave, Spread, Threshold } from './rollout.ts';
import type { Resource, UseCondition, UseQuestion } from './use.ts';
import type { Schedule, Windows } from './windows.ts';

/** The requested size in one dimension of a target. Memory is MB per shard. */
export type RequestedSize =
  | { readonly kind: 'absolute'; readonly value: number }
  | {
      readonly kind: 'relative';
      /** Growth from the present size: a percentage, or an amount in MB. */
      readonly grow: { readonly percent: number } | { readonly amount: number } | null;
      /** The smallest size: MB per shard, or a multiple of the memory in use. */
      readonly atLeast: number | { readonly timesUsed: number } | null;
      readonly atMost: number | null;
      readonly roundTo: 'sold' | null;
    }
  | SizeByUse;

/** The smallest size sold in which a figure of the history of use is at most a share. It may be smaller than the present. */
export interface SizeByUse {
  readonly kind: 'by-use';
  readonly question: UseQuestion & { readonly of: Resource };
  /** Percent of what the new size allows. */
  readonly fit: number;
  readonly atLeast: number | null;
  readonly atMost: number | null;
}

/** A condition on instances: every key that is not null must hold. Lists are alternatives. */
export interface Select {
  readonly all: boolean;
  readonly ids: readonly string[] | null;
  readonly regions: readonly string[] | null;
  readonly tags: Readonly<Record<string, readonly string[]>> | null;
  /** A glob: `*` and `?`. */
  readonly name: string | null;
  readonly editions: readonly EditionName[] | null;
  readonly status: readonly InstanceStatus[] | null;
  /** Conditions on the history of use; absent: none. */
  readonly use?: readonly UseCondition[];
}

/** One entry of a plan's `targets`. */
export interface PlanTarget {
  readonly location: SourceLocation;
  readonly region: string | null;
  readonly profile: string | null;
  /** A single instance id, or a selector with its exclusions. */
  readonly match:
    | { readonly kind: 'instance'; readonly instance: string }
    | { readonly kind: 'select'; readonly select: Select; readonly exclude: readonly Select[] };
  readonly requested: Readonly<Partial<Record<Dimension, RequestedSize>>>;
  /**
   * Zone codes for added or removed replicas of a multi-zone instance, one for each replica. A shorter list repeats from
   * the start. Null when the author names none.
   */
  readonly zones: readonly string[] | null;
  /** In a plan made from a run: the conditions under which the instance gets steps. */
  readonly fromRun?: {
    /** The size that the instance must still have since the run; null for any size. */
    readonly leftAt: Size | null;
    /** A step whose outcome is unknown. It blocks the instance until the run has resolved it. */
    readonly unresolved: string | null;
  };
}

/** A plan after validation. */
export interface Plan {
  readonly file: string;
  readonly name: string;
  /** The change ticket. */
  readonly change: string | null;
  readonly owner: string | null;
  /** How long after sealing a run may start, milliseconds. */
  readonly expires: number;
  readonly onBlocked: 'refuse' | 'skip';
  /** ISO 8601 UTC. Refit orders nothing new from then on; null without such an end. */
  readonly finishBy: string | null;
  readonly defaults: { readonly region: string | null; readonly profile: string | null };
  readonly targets: readonly PlanTarget[];
  readonly guards: {
    readonly targets: Threshold | null;
    readonly shrink: 'allow' | 'deny';
    readonly cost: (Money & Pick<Threshold, 'operator'>) | null;
  };
  readonly waves: readonly PlanWave[];
  /** When steps may start; absent for any time. The calendars are files beside the plan. */
  readonly windows?: Windows & { readonly calendars: readonly string[] };
  /** The signatures that the plan needs; absent for none. */
  readonly approvals?: ApproversInFile | ApproversOfRun;
  readonly execution: Execution;
  /** The Terraform state that describes the instances, or the addresses of a plan made from a run; absent: none. */
  readonly terraform?: StateInFile | { readonly addresses: ReadonlyMap<string, string> };
  /** Absent without such a bound. */
  readonly spread?: Spread;
  /** The run that the plan is made from; absent for a plan of an author. */
  readonly source?: PlanSource;
  /** Commands for events of the run; absent for none. */
  readonly hooks?: Hooks;
  /** Addresses that Refit notifies of the run; absent for none. */
  readonly notify?: readonly Webhook[];
  /** When the scheduler applies the plan; absent for never. */
  readonly schedule?: Schedule;
}

/** A file of a Terraform state, as the author wrote it. */
export interface StateInFile {
  readonly from: string;
  readonly location: SourceLocation;
}

/** The run that a plan is made from, with its digest and its journal head. */
export interface PlanSource {
  readonly kind: 'rollback' | 'retry';
  /** The run directory, as the user named it. */
  readonly run: string;
  readonly digest: string;
  readonly head: string;
  /** The plan ignores windows, freezes and maintenance windows; absent when it keeps those of the run's plan. */
  readonly ignoresWindows?: true;
}

/** One instance with the absolute size that it shall have. */
export interface Target {
  readonly instance: Instance;
  readonly to: Size;
  /** Where the author wrote it. */
  readonly location: SourceLocation;
  /** How a relative size became this number, for the reviewer. */
  readonly reason: Message | null;
  /** Zone codes for added or removed replicas; null when the author names none. */
  readonly zones: readonly string[] | null;
}
