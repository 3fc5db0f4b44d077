/** Opens the history of use of a PostgreSQL store. Loaded when a command means a database. */
import type { Clock } from '../../clock.ts';
import { storedUsage } from '../../store/postgres/usage/stored-usage.ts';
import { openStored } from '../runs/open-stored.ts';
import type { StoreChoice } from '../runs/store-choice.ts';
import { storeFrom } from '../runs/store-from.ts';
import { openStorePermits, type StorePermits } from '../runs/store-permits.ts';
import type { OpenedUsage } from './opened-usage.ts';

/** Null: the choice means run directories. @throws RefitError `store-unreachable`, `usage` */
export async function openStoredUsage(choice: StoreChoice, clock: Clock): Promise<OpenedUsage | null> {
  const target = await storeFrom(choice);
  if (target === null) return null;
  // One connection holds the lock of a collection, and two write.
  const store = await openStored(target, { clock, purpose: 'usage', connections: 3 });
  const shared: StorePermits[] = [];
  return {
    ...storedUsage(store.database),
    async sharedPermits(requestsPerSecond) {
      const permits = await openStorePermits(target, clock);
      shared.push(permits);
      return permits.forRun(requestsPerSecond);
    },
    async close() {
      for (const permits of shared) await permits.close();
      await store.close();
    },
  };
}
