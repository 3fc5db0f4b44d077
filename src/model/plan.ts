/** What an author writes: targets with their requested sizes, and how the run is to behave. */
import type { ApproversInFile, ApproversOfRun } from './approval.ts';
import type { SourceLocation } from './finding.ts';
import type { Dimension, EditionName, Instance, InstanceStatus, Size } from './fleet.ts';
import type { Message } from './message.ts';
import type { Money } from './money.ts';
import type { Hooks, Webhook } from './notification.ts';
import type { Execution, PlanWave, Spread, Threshold } from './rollout.ts';
import type { Schedule, Windows } from './windows.ts';

/** The wish for one dimension of a target. Memory is MB per shard. */
export type RequestedSize =
  | { readonly kind: 'absolute'; readonly value: number }
  | {
      readonly kind: 'relative';
      /** Growth over the present size: a percentage, or an amount in MB. */
      readonly grow: { readonly percent: number } | { readonly amount: number } | null;
      /** The least size: MB per shard, or a multiple of the memory in use. */
      readonly atLeast: number | { readonly timesUsed: number } | null;
      readonly atMost: number | null;
      readonly roundTo: 'sold' | null;
    };

/** One condition on instances; every given key must hold. Lists are alternatives. */
export interface Select {
  readonly all: boolean;
  readonly ids: readonly string[] | null;
  readonly regions: readonly string[] | null;
  readonly tags: Readonly<Record<string, readonly string[]>> | null;
  /** A glob: `*` and `?`. */
  readonly name: string | null;
  readonly editions: readonly EditionName[] | null;
  readonly status: readonly InstanceStatus[] | null;
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
   * Zone codes for the replicas that are added, or from which replicas are taken, of multi-zone instances: one for
   * each, gone round when it is shorter. null = not said.
   */
  readonly zones: readonly string[] | null;
  /** In a plan made from a run: what must be so of the instance for it to become steps. */
  readonly fromRun?: {
    /** The size at which the run left it; null: any will do. */
    readonly leftAt: Size | null;
    /** A step of it whose outcome is unknown: it is blocked until the run has settled it. */
    readonly unresolved: string | null;
  };
}

/** What an author wrote, after validation. */
export interface Plan {
  readonly file: string;
  readonly name: string;
  /** The change ticket. */
  readonly change: string | null;
  readonly owner: string | null;
  /** Milliseconds after sealing in which a run may begin. */
  readonly expires: number;
  readonly onBlocked: 'refuse' | 'skip';
  /** ISO 8601 UTC: nothing new is ordered from then on; null = no such end. */
  readonly finishBy: string | null;
  readonly defaults: { readonly region: string | null; readonly profile: string | null };
  readonly targets: readonly PlanTarget[];
  readonly guards: {
    readonly targets: Threshold | null;
    readonly shrink: 'allow' | 'deny';
    readonly cost: (Money & Pick<Threshold, 'operator'>) | null;
  };
  readonly waves: readonly PlanWave[];
  /** When steps may begin; absent: at any time. The calendars are files beside the plan. */
  readonly windows?: Windows & { readonly calendars: readonly string[] };
  /** Signatures without which it is not carried out; absent: none. */
  readonly approvals?: ApproversInFile | ApproversOfRun;
  readonly execution: Execution;
  /** Absent: no such bound. */
  readonly spread?: Spread;
  /** The run that it was made from; absent where an author wrote it. */
  readonly source?: PlanSource;
  /** Commands that are run at moments of the run; absent: none. */
  readonly hooks?: Hooks;
  /** Addresses that are told of the run; absent: none. */
  readonly notify?: readonly Webhook[];
  /** When it is due by itself; absent: never. */
  readonly schedule?: Schedule;
}

/** Where a plan came from that nobody wrote: the run, the digest of its saved plan, and the head of its journal. */
export interface PlanSource {
  readonly kind: 'rollback' | 'retry';
  /** The run directory, as it was named. */
  readonly run: string;
  readonly digest: string;
  readonly head: string;
  /** The windows and freezes of the run's plan were left out, and the maintenance windows; absent: it keeps to them. */
  readonly ignoresWindows?: true;
}

/** One instance with the absolute size it is to have. */
export interface Target {
  readonly instance: Instance;
  readonly to: Size;
  /** Where the author asked for it. */
  readonly location: SourceLocation;
  /** How a relative size became this number, for the reviewer. */
  readonly reason: Message | null;
  /** Zone codes for added or removed replicas; null = the author names none. */
  readonly zones: readonly string[] | null;
}
