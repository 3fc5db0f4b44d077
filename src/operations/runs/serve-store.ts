/** Opens what a worker needs of a store: its runs, its jobs, and the request slots that all processes share. */
import { hostname } from 'node:os';
import type { Clock } from '../../clock.ts';
import type { Permits } from '../../cloud/limit/permits.ts';
import { given } from '../../given.ts';
import { openDatabase } from '../../store/postgres/database.ts';
import type { PostgresStore } from '../../store/postgres/open-store.ts';
import { openQueue } from '../../store/postgres/queue.ts';
import { createSlotSource } from '../../store/postgres/slots.ts';
import { type StoreFiguresKept, watchStoreFigures } from '../../store/postgres/store-figures.ts';
import type { StoreTarget } from '../../store/postgres/store-target.ts';
import { openWork, type Work } from '../../store/postgres/work.ts';
import type { WorkerOffers } from '../../store/run-needs.ts';
import { VERSION } from '../../version.ts';
import { sharePermits } from '../connect.ts';
import { openStored } from './open-stored.ts';

/** The request slots of a store, for the runs of this process. */
export interface StorePermits {
  /** @param requestsPerSecond the run's own rate. */
  forRun(requestsPerSecond: number): Permits;
  /** All lanes of this process, for display. */
  readonly all: Pick<Permits, 'fullRate' | 'lanes'>;
  close(): Promise<void>;
}

/** Opens the request slots of a store. They have connections of their own, so that no journal is in front of them. */
export async function openStorePermits(target: StoreTarget, clock: Clock): Promise<StorePermits> {
  const database = await openDatabase(target, {
    clock,
    application: `refit ${VERSION} slots`,
    connections: 2,
  });
  const shared = sharePermits(createSlotSource(database), clock);
  return {
    forRun: shared.forRun,
    all: shared.all,
    async close() {
      shared.close(new Error('this process ends'));
      await database.close();
    },
  };
}

/** A store, for one worker. */
export interface ServedStore {
  readonly store: PostgresStore;
  readonly work: Work;
  readonly permits: StorePermits;
  /** Starts to read the figures of the whole store now and then. @returns a function that gives the last ones. */
  watchFigures(): () => StoreFiguresKept | null;
  close(): Promise<void>;
}

/** @param offers as they are now; others see a change with the next beat. @throws RefitError `store-unreachable` */
export async function serveStore(
  target: StoreTarget,
  self: {
    readonly clock: Clock;
    readonly id: string;
    readonly concurrency: number;
    /** The user's state, which notices a database that was restored from a backup. */
    readonly stateDirectory: string;
    readonly onNotice: (notice: string) => void;
    /** Receives how long each request to the store took, in milliseconds. */
    readonly onRequest?: (ms: number) => void;
  },
  offers: () => WorkerOffers,
): Promise<ServedStore> {
  const { clock, id, concurrency, stateDirectory, onNotice, onRequest } = self;
  const store = await openStored(target, {
    ...{ clock, stateDirectory, onNotice },
    purpose: 'worker',
    worker: id,
    // Each run appends alone. More connections than that only wait for the same disk.
    connections: Math.min(concurrency, 8) + 2,
    ...given({ onRequest }),
  });
  const closing: (() => Promise<void>)[] = [store.close];
  try {
    const permits = await openStorePermits(target, clock);
    closing.unshift(permits.close);
    const queue = await openQueue(store.database);
    closing.splice(1, 0, queue.close);
    const info = { id, host: hostname(), pid: process.pid, version: VERSION, concurrency };
    const work = openWork(store.database, queue, () => ({ ...info, offers: offers() }), clock);
    // A login without the rights of a worker fails here, and not again and again in the loop.
    await work.beat([]);
    const over = new AbortController();
    return {
      ...{ store, work, permits },
      watchFigures: () => watchStoreFigures(store.database, clock, over.signal),
      async close() {
        over.abort();
        for (const close of closing) await close();
      },
    };
  } catch (error) {
    for (const close of closing) await close();
    throw error;
  }
}
