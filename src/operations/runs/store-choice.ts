/** Decides which store a command means. Imports nothing, so that it loads fast. */

/** What says which store is meant. */
export interface StoreChoice {
  /** The value of `--store`; absent: `REFIT_STORE` decides, and without it the store is folders. */
  readonly store?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Means run directories, although `REFIT_STORE` names a database. */
const FOLDER = 'folder';

/**
 * The URL of the database that a command means; null: run directories.
 * @param word the run that the user typed. A path means a run directory, unless `--store` says otherwise.
 */
export function databaseOf({ store, env }: StoreChoice, word?: string): string | null {
  const named = store ?? (word?.includes('/') ? '' : env.REFIT_STORE);
  return named === FOLDER ? null : named || null;
}
