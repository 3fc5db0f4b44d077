/** Decides which store a command means. Imports nothing, so that it loads fast. */

/** What says which store is meant. */
export interface StoreChoice {
  /** The value of `--store`; absent: `REFIT_STORE` decides, and without it the store is folders. */
  readonly store?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The URL of the database that a command means; null: run directories.
 * @param word the run that the user typed. A path means a run directory, unless `--store` says otherwise.
 */
export function databaseOf({ store, env }: StoreChoice, word?: string): string | null {
  if (store !== undefined) return store;
  if (word?.includes('/')) return null;
  return env.REFIT_STORE || null;
}
