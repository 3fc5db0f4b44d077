/** Opens what a worker needs of a store: its runs, its jobs, and its request slots. */
import { hostname } from 'node:os';
import type { Clock } from '../../clock.ts';
import { given } from '../../given.ts';
import type { PostgresStore } from '../../store/postgres/open-store.ts';
import { openQueue } from '../../store/postgres/queue.ts';
import { type StoreFiguresKept, watchStoreFigures } from '../../store/postgres/store-figures.ts';
import type { StoreTarget } from '../../store/postgres/store-target.ts';
import { openWork, type Work } from '../../store/postgres/work.ts';
import type { WorkerOffers } from '../../store/run-needs.ts';
import { VERSION } from '../../version.ts';
import { openStored } from './open-stored.ts';
import { openStorePermits, type StorePermits } from './store-permits.ts';

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
