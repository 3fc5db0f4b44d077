/** Opens the request slots that all processes of a store share. */
import type { Clock } from '../../clock.ts';
import type { Permits } from '../../cloud/limit/permits.ts';
import { openDatabase } from '../../store/postgres/database.ts';
import { createSlotSource } from '../../store/postgres/slots.ts';
import type { StoreTarget } from '../../store/postgres/store-target.ts';
import { VERSION } from '../../version.ts';
import { sharePermits } from '../connect.ts';

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
