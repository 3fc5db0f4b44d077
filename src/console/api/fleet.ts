/** The fleet, as the console shows it. Memory in MB, times ISO 8601 UTC, use as a part from 0 to 1. */
import type { Fault } from '../../messages/refit-error.ts';
import type { Message, Money } from '../../model.ts';
import type { HistoryStep } from '../../operations/audit/find-steps.ts';
import type { FleetInstance } from '../../operations/fleet/fleet-columns.ts';
import type { FleetCell, FleetMap } from '../../operations/fleet/map-fleet.ts';
import type { FleetGroup, FleetTotals, FleetValues } from '../../operations/fleet/query-fleet.ts';
import type { FleetProgress } from '../../operations/fleet/read-into-columns.ts';
import type { FleetSource } from '../../operations/fleet/shared-fleet.ts';

export type { FleetSource, FleetTotals, FleetValues };

/** `GET /api/fleet/reading`: where the data are from, and what is being read. */
export interface FleetReadingView {
  /** null: nothing was read. */
  readonly reading: {
    readonly source: FleetSource;
    /** When the provider was asked. */
    readonly readAt: string;
    readonly instances: number;
    readonly notes: readonly Message[];
    /** Running instances, and the billed calls that reading their memory in use takes. */
    readonly toMeasure: { readonly instances: number; readonly calls: number };
    /** Changes with each reading. */
    readonly id: number;
  } | null;
  readonly inProgress: {
    readonly source: FleetSource;
    readonly since: string;
    readonly progress: FleetProgress;
  } | null;
  readonly fault: Fault | null;
  /** The inventory files that can be read, the latest first. */
  readonly files: readonly { readonly name: string; readonly changedAt: string }[];
}

/** `POST /api/fleet/reading`: reads again. The answer is `FleetReadingView`. */
export type FleetReadRequest = FleetSource;

/** `GET /api/fleet`: the rows from `offset` of those that the filters keep. */
export interface FleetPage {
  /** That of the reading. */
  readonly id: number;
  readonly count: number;
  readonly totals: FleetTotals;
  readonly offset: number;
  readonly rows: readonly FleetRow[];
}

export interface FleetRow
  extends Pick<FleetInstance, 'id' | 'name' | 'profile' | 'region' | 'zone' | 'edition' | 'status' | 'size'> {
  /** Billed, with all replicas. */
  readonly memory: number;
  readonly used: number | null;
  readonly use: number | null;
}

/** `GET /api/fleet/groups?by=region`: the largest first. Values are as the provider gives them: escape them. */
export interface FleetGroups {
  readonly id: number;
  readonly groups: readonly FleetGroup[];
  /** How many further groups there are. */
  readonly more: number;
}

/** `GET /api/fleet/map?by=region`. */
export interface FleetMapView {
  readonly id: number;
  readonly groups: readonly (FleetGroup & { readonly cells: readonly FleetMapCell[] })[];
  readonly otherGroups: FleetMap['otherGroups'];
}

export interface FleetMapCell extends Omit<FleetCell, 'row'> {
  /** null: several instances together. */
  readonly instance: Pick<FleetRow, 'id' | 'name' | 'profile' | 'region'> | null;
}

/** `GET /api/fleet/values`: what filters can ask for. Values are as the provider gives them: escape them. */
export interface FleetValuesView {
  readonly id: number;
  readonly values: FleetValues;
}

/** `GET /api/fleet/instances/:instance?profile=&region=`; null: nobody has read the fleet yet. */
export interface FleetInstanceView extends FleetInstance {
  readonly readAt: string;
  readonly source: FleetSource;
  readonly memory: number;
  readonly use: number | null;
  /** What is sold for it; null: nothing, or the edition is not known. */
  readonly sold: {
    readonly memoryPerShard: readonly number[];
    readonly shards: readonly number[];
    readonly replicas: readonly number[];
    readonly isSoldOut: boolean;
  } | null;
}

/** `GET /api/fleet/instances/:instance/runs`: what runs of the store did with it, the newest first. */
export interface InstanceRunsView {
  readonly steps: readonly InstanceStep[];
  /** How many older steps there are. */
  readonly more: number;
  /** How many runs were searched. */
  readonly searched: number;
  /** Older runs, and runs that cannot be read, which were not searched. */
  readonly notSearched: number;
  /** False: some runs are not read yet. Ask again. */
  readonly isComplete: boolean;
}

/** A step of a run that changes the instance. `step` is its id. */
export interface InstanceStep extends Omit<HistoryStep, 'id'> {
  readonly step: string;
}

/** `GET /api/fleet/instances/:instance/orders`: what billing lists for it. */
export interface InstanceOrdersView {
  readonly since: string;
  readonly orders: readonly {
    readonly order: string;
    readonly createdAt: string;
    readonly state: 'unpaid' | 'in-progress' | 'delivered' | 'failed';
    readonly billed: Money | null;
    readonly direction: 'up' | 'down' | null;
  }[];
}
