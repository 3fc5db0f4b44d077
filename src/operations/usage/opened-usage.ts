/** A history of use that a command has opened. */
import type { Permits } from '../../cloud/limit/permits.ts';
import type { UsageStore } from '../../store/usage-store.ts';

/** A history, and the pace of calls that fill it. */
export interface OpenedUsage extends UsageStore {
  /**
   * The request slots that all processes of the store share, so that they keep to the provider's limit together. They end with
   * `close`. Null: the store shares none. @throws RefitError `store-unreachable`
   */
  sharedPermits(requestsPerSecond: number): Promise<Permits | null>;
}
