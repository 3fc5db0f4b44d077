/** Opens the runs of a PostgreSQL store for this process. Loaded when a command means a database. */
import { hostname } from 'node:os';
import type { Clock } from '../../clock.ts';
import { given } from '../../given.ts';
import { openStore, type PostgresStore } from '../../store/postgres/open-store.ts';
import type { StoreTarget } from '../../store/postgres/store-target.ts';
import { VERSION } from '../../version.ts';
import { checkOfStores } from './known-store.ts';

/** What a process of a store says about itself. */
export interface StoreProcess {
  readonly clock: Clock;
  /** What it does, for the list of connections: `worker`. */
  readonly purpose: string;
  /** The name of the worker; absent: another command. */
  readonly worker?: string;
  /** Connections at the same time. */
  readonly connections?: number;
  /** The user's state, which knows the stores of the past. A process that may order must give it. */
  readonly stateDirectory?: string;
  /** Receives that the database was restored from a backup. */
  readonly onNotice?: (notice: string) => void;
  /** Receives how long each request took, in milliseconds. */
  readonly onRequest?: (ms: number) => void;
}

/** @throws RefitError `store-unreachable` if the database cannot be used. */
export async function openStored(
  target: StoreTarget,
  { stateDirectory, onNotice = () => undefined, ...process }: StoreProcess,
): Promise<PostgresStore> {
  const { clock, purpose, worker = null, connections = 2, onRequest } = process;
  const application = `refit ${VERSION} ${purpose}`;
  const options = { clock, application, connections, host: hostname(), worker, ...given({ onRequest }) };
  return stateDirectory === undefined
    ? await openStore(target, options)
    : await openStore(target, options, checkOfStores(stateDirectory, onNotice));
}
