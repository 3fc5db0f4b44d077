/** The provider of a console, and how plans are made with it. */
import type { Clock } from '../../clock.ts';
import type { ConnectOptions } from '../../operations/connect.ts';
import type { FolderPlanning } from '../../operations/plans/plan-in-folder.ts';

/** How the console reaches the provider, and which policy holds, as the options of commands say it. */
export interface ConsoleProvider {
  readonly connection: ConnectOptions;
  /** Whose keys; null: `default`. */
  readonly profile: string | null;
  /** The regions of the fleet; null: every region that has instances. */
  readonly regions: readonly string[] | null;
  /** The file of `--policy`; null: the policies of the machine and of the user only. */
  readonly policy: string | null;
  /** The value of `--store`, which has the history of use; absent: that of the environment. */
  readonly store?: string | undefined;
}

/** @param folder where the plans are. */
export function folderPlanning(
  folder: FolderPlanning['folder'],
  { connection, profile, regions, policy, store }: ConsoleProvider,
  clock: Clock,
): FolderPlanning {
  return {
    ...{ folder, profile, policy, store, connection: { ...connection, clock } },
    region: regions?.length === 1 ? regions[0]! : null,
  };
}
