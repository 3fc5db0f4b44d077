/** Opens the history of use: that of a user's state, or of the database of `--store` and `REFIT_STORE`. */
import { hostname } from 'node:os';
import type { Clock } from '../../clock.ts';
import { endpointFromEnvironment } from '../../cloud/network/hosts.ts';
import { folderUsage } from '../../store/folder/usage/folder-usage.ts';
import { providerOf } from '../../store/provider-of.ts';
import type { UsageStore } from '../../store/usage-store.ts';
import { stateDirectoryOf } from '../machine.ts';
import { databaseOf, type StoreChoice } from '../runs/store-choice.ts';
import type { OpenedUsage } from './opened-usage.ts';

export type { OpenedUsage, UsageStore };

/**
 * Opens the history. The caller closes it.
 * @throws RefitError `store-unreachable` if the database cannot be used, `usage` for a URL that Refit refuses.
 */
export async function openUsage(choice: StoreChoice & { readonly clock: Clock }): Promise<OpenedUsage> {
  const { env, clock } = choice;
  if (databaseOf(choice) !== null) {
    const { openStoredUsage } = await import('./open-stored-usage.ts');
    const stored = await openStoredUsage(choice, clock);
    if (stored !== null) return stored;
  }
  const store = folderUsage({ stateDirectory: stateDirectoryOf(env), clock, host: hostname() });
  return { ...store, sharedPermits: async () => null };
}

/** The provider whose history a command means. @param endpoint of `--endpoint`; undefined: that of the environment. */
export function usageProvider(
  endpoint: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  return providerOf(endpoint ?? endpointFromEnvironment(env) ?? '');
}
