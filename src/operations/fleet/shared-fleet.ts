/**
 * The fleet that all people of a console see: one reading, which everybody shares. Who asks for a reading while one is in
 * progress gets that one. A reading that fails leaves the one before it.
 */
import { type Clock, iso } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import { type Fault, faultOf, refitError } from '../../messages/refit-error.ts';
import type { Message } from '../../model.ts';
import { type ConnectOptions, connectReader } from '../connect.ts';
import type { FleetHead } from './fleet-columns.ts';
import { createFleetQuery, type FleetQuery } from './query-fleet.ts';
import {
  callsToMeasure,
  type FleetProgress,
  type FleetReading,
  readFleetFile,
  readLiveFleet,
} from './read-into-columns.ts';

const TRY_AGAIN = 'try again, and see what refit serve printed';

/** Where a fleet is from: the provider, or an inventory file of the folder of plans. */
export type FleetSource =
  /** `withUse`: the memory in use is read, too. */
  { readonly kind: 'live'; readonly withUse: boolean } | { readonly kind: 'file'; readonly name: string };

/** A finished reading. */
export interface SharedReading {
  readonly source: FleetSource;
  readonly head: FleetHead;
  readonly notes: readonly Message[];
  readonly query: FleetQuery;
  /** What reading the memory in use of this fleet takes. */
  readonly toMeasure: { readonly instances: number; readonly calls: number };
}

/** What is read now, and what went wrong. */
export interface FleetState {
  readonly reading: SharedReading | null;
  /** null: nothing is being read. */
  readonly inProgress: {
    readonly source: FleetSource;
    readonly since: string;
    readonly progress: FleetProgress;
  } | null;
  /** Why the last reading failed. */
  readonly fault: Fault | null;
}

/** The folder of plans, as far as it has inventory files. */
export interface InventoryFolder {
  /** Absolute. */
  readonly path: string;
  files(): Promise<readonly InventoryFile[]>;
  /** @throws RefitError `usage` for a name that is no file of the folder. */
  pathOf(name: string): string;
}

export interface InventoryFile {
  readonly name: string;
  readonly kind: string;
  /** ISO 8601 UTC. */
  readonly changedAt: string;
}

export interface SharedFleetOptions {
  readonly clock: Clock;
  /** null: there are no inventory files. */
  readonly plans: InventoryFolder | null;
  readonly connection: ConnectOptions;
  readonly profile: string | null;
  readonly regions: readonly string[] | null;
}

export interface SharedFleet {
  state(): FleetState;
  /** Starts to read, unless something is being read already. Does not wait. */
  read(source: FleetSource): void;
  /** Reads the newest inventory file, if nothing was read or tried before. */
  readFirst(): Promise<void>;
  /** The inventory files, the latest first. */
  files(): Promise<readonly InventoryFile[]>;
  /** Resolves when nothing is being read. */
  settled(): Promise<void>;
}

const NOTHING: FleetProgress = { regions: 0, ofRegions: null, instances: 0, measured: 0 };

export function createSharedFleet(options: SharedFleetOptions): SharedFleet {
  const { clock, plans } = options;
  let state: FleetState = { reading: null, inProgress: null, fault: null };
  let work: Promise<void> = Promise.resolve();
  let wasTried = false;

  const load = async (source: FleetSource): Promise<FleetReading> => {
    const onProgress = (progress: FleetProgress): void => {
      if (state.inProgress !== null) state = { ...state, inProgress: { ...state.inProgress, progress } };
    };
    if (source.kind === 'file') return await readFleetFile(pathOf(plans, source.name), { onProgress });
    const reader = connectReader(options.connection);
    const { regions, profile } = options;
    const { withUse } = source;
    try {
      return await readLiveFleet(reader, {
        ...{ clock, regions, withUse, onProgress },
        profile: profile ?? 'default',
      });
    } finally {
      await reader.close();
    }
  };
  const run = async (source: FleetSource): Promise<void> => {
    try {
      const { fleet, head, notes } = await load(source);
      const query = createFleetQuery(fleet);
      const reading = { source, head, notes, query, toMeasure: callsToMeasure(fleet) };
      const before = state.reading;
      state = { reading, inProgress: null, fault: null };
      before?.query.fleet.release();
    } catch (error) {
      const { message: whole, about, fix } = faultOf(error);
      // The folder has a long name, and everybody knows it.
      const message = whole.replaceAll(plans === null ? '/' : `${plans.path}/`, plans === null ? '/' : '');
      state = { ...state, inProgress: null, fault: { message, fix: fix ?? TRY_AGAIN, about } };
    }
  };
  const files = async (): Promise<readonly InventoryFile[]> =>
    plans === null ? [] : (await plans.files()).filter(({ kind }) => kind === 'inventory');
  const read = (source: FleetSource): void => {
    wasTried = true;
    if (state.inProgress !== null) return;
    state = { ...state, inProgress: { source, since: iso(clock.now()), progress: NOTHING }, fault: null };
    work = run(source);
  };
  return {
    state: () => state,
    read,
    async readFirst() {
      if (wasTried) return;
      wasTried = true;
      const [latest] = await files();
      if (latest !== undefined) read({ kind: 'file', name: latest.name });
    },
    files,
    settled: () => work,
  };
}

/** @throws RefitError `usage` */
function pathOf(plans: InventoryFolder | null, name: string): string {
  if (plans !== null) return plans.pathOf(name);
  throw refitError('usage', message('error.no-plan-folder'));
}
