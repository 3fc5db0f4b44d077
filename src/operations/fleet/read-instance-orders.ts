import type { Clock } from '../../clock.ts';
import type { Deal } from '../../cloud/cloud.ts';
import type { Scope } from '../../model.ts';
import { DAY } from '../../units.ts';
import { type ConnectOptions, connectReader } from '../connect.ts';

/** How far back the search goes. */
const REACH = 90 * DAY;

/**
 * Reads what billing lists for an instance, the newest first, with one call for each page.
 * @returns `since`: where the search began, ms since 1970 UTC. @throws RefitError if the provider cannot be read.
 */
export async function readInstanceOrders(
  connection: ConnectOptions,
  scope: Scope,
  instance: string,
  clock: Clock,
): Promise<{ readonly since: number; readonly deals: readonly Deal[] }> {
  const reader = connectReader(connection);
  try {
    const now = clock.now();
    const since = now - REACH;
    const deals = await reader.findDeals(scope, since, now, instance);
    return { since, deals: deals.toSorted((a, b) => b.createdAt - a.createdAt) };
  } finally {
    await reader.close();
  }
}
