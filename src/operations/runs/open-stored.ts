/** Opens the runs of a PostgreSQL store for this process. Loaded when a command means a database. */
import { hostname } from 'node:os';
import type { Clock } from '../../clock.ts';
import { openStore, type PostgresStore } from '../../store/postgres/open-store.ts';
import type { StoreTarget } from '../../store/postgres/store-target.ts';
import { VERSION } from '../../version.ts';

/** What a process of a store says about itself. */
export interface StoreProcess {
  readonly clock: Clock;
  /** What it does, for the list of connections: `worker`. */
  readonly purpose: string;
  /** The name of the worker; absent: another command. */
  readonly worker?: string;
  /** Connections at the same time. */
  readonly connections?: number;
}

/** @throws RefitError `store-unreachable` if the database cannot be used. */
export async function openStored(
  target: StoreTarget,
  { clock, purpose, worker, connections = 2 }: StoreProcess,
): Promise<PostgresStore> {
  const application = `refit ${VERSION} ${purpose}`;
  return await openStore(target, {
    clock,
    application,
    connections,
    host: hostname(),
    worker: worker ?? null,
  });
}
